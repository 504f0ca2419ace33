"""The webhooks at the end of a call: its status, and the fallback after a failure."""

from django.http import HttpResponse, QueryDict

from callcenter.models import WebhookEvent
from callcenter.params import VoiceParams
from callcenter.routes import Kind
from callcenter.webhooks import keeping
from callcenter.webhooks.base import WebhookView


class StatusView(WebhookView):
    """The call has ended; nobody listens to the answer."""

    kind = Kind.STATUS

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


class FallbackView(WebhookView):
    """Twilio got no document it could use: an apology, or the fallback number."""

    kind = Kind.FALLBACK
