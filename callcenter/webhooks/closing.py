"""The webhooks at the end of a call: status, recordings, fallback after a failure."""

from django.http import HttpResponse, QueryDict

from callcenter.history import keeping
from callcenter.models import WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import Kind
from callcenter.webhooks.base import WebhookView


class UnheardView(WebhookView):
    """Something is over; nobody listens to the answer."""

    def answer(
        self,
        event: WebhookEvent,
        params: VoiceParams,
        query: QueryDict,
        place: dict[str, str],
    ) -> HttpResponse:
        """204; 503 if the event could not be kept, so that Twilio tries again."""
        is_safe = keeping.keep(event).is_safe
        return HttpResponse(status=204 if is_safe else 503, content_type="text/plain")


class StatusView(UnheardView):
    """The call has ended."""

    kind = Kind.STATUS


class RecordingView(UnheardView):
    """A recording is complete, or has come to nothing."""

    kind = Kind.RECORDING


class FallbackView(WebhookView):
    """Twilio got no document it could use: an apology, or the fallback number."""

    kind = Kind.FALLBACK
