"""What the product is measured against: a view that does nothing, one that stores."""

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from callcenter.models import WebhookEvent


@csrf_exempt
def noop(request: HttpRequest) -> HttpResponse:
    """The ceiling: Django answering, and nothing else."""
    return HttpResponse(b"<Response/>", content_type="text/xml")


@csrf_exempt
def plain(request: HttpRequest) -> HttpResponse:
    """What anybody would write: check the signature, store by the ORM, answer.

    The same event in the same table; no history is told of it.
    """
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    url = f"{settings.PUBLIC_BASE_URL}{request.get_full_path()}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(url, request.POST, signature):
        return HttpResponse(status=403)
    form = request.POST.dict()
    WebhookEvent.objects.create(
        dedup_key=uuid.uuid4().hex * 2,
        token=request.headers.get("I-Twilio-Idempotency-Token", ""),
        received_at=timezone.now(),
        kind=WebhookEvent.Kind.WAIT,
        path=request.get_full_path(),
        call_sid=form["CallSid"],
        result=form.get("CallStatus", ""),
        params=form,
        decision="hold",
        decided_at=timezone.now(),
    )
    response = VoiceResponse()
    response.say("One moment, please.")
    response.play(f"{settings.PUBLIC_BASE_URL}/static/callcenter/hold-music.wav")
    return HttpResponse(response.to_xml(), content_type="text/xml")
