"""Peers of the webhook: a view that does nothing, and one that only stores."""

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
    """The upper limit: Django answers, and nothing else happens."""
    return HttpResponse(b"<Response/>", content_type="text/xml")


@csrf_exempt
def plain(request: HttpRequest) -> HttpResponse:
    """The obvious way: check the signature, store by the ORM, answer.

    The event goes to the same table, but nothing is derived from it.
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
