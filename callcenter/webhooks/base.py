"""The steps of every webhook: check, read, decide, record, derive, answer.

Recording changes what the caller hears in one case only: a repeated request gets the
decision that was stored first. Deriving never does. Even after a bug of ours the caller
gets a document.
"""

import logging
import re
from datetime import datetime
from typing import ClassVar

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.encoding import escape_uri_path
from django.utils.log import log_response
from django.views import View
from django.views.decorators.common import no_append_slash
from django.views.decorators.csrf import csrf_exempt
from twilio.twiml.voice_response import VoiceResponse

from callcenter import access_log, patience
from callcenter.capture import switch, writing
from callcenter.decision import Decision
from callcenter.events.eventfile import event_of_request, is_too_long
from callcenter.flow.current import current_plan
from callcenter.flow.decide import APOLOGY, decide
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.flow.twiml import document
from callcenter.history import keeping
from callcenter.models import WebhookEvent
from callcenter.params import Form, InvalidParams, VoiceParams
from callcenter.routes import Kind
from callcenter.webhooks import access, under_way
from callcenter.webhooks.url_state import read_step

logger = logging.getLogger(__name__)

# The header is not signed, so anything that does not look like a token is ignored.
_TOKEN = re.compile(r"[\x21-\x7e]{1,255}")


class XmlResponse(HttpResponse):
    """A TwiML document, in the type and encoding that Twilio asks for."""

    def __init__(self, twiml: VoiceResponse) -> None:
        super().__init__(twiml.to_xml(), content_type="text/xml; charset=utf-8")


# A redirect to the path with a slash would lose the form, so none is sent.
@method_decorator([csrf_exempt, no_append_slash], name="dispatch")
class WebhookView(View):
    """A request from Twilio. Subclasses set `kind`; some add what the flow needs."""

    http_method_names = ["post"]
    kind: ClassVar[Kind]
    # Used when a bug of ours prevents a decision.
    safe_decision: ClassVar[Decision] = APOLOGY
    # The request that is being answered; Django makes a view for each.
    event: WebhookEvent

    def post(self, request: HttpRequest, **place: str) -> HttpResponse:
        """Handle one request; a refused one is answered with its status."""
        received_at = timezone.now()
        try:
            form = access.check(request)
            params = VoiceParams.parse(form)
            event = _event(request, form, params, received_at)
            query = request.GET
        except access.Refused as refusal:
            return self.refuse(request, refusal)
        except (InvalidParams, SuspiciousOperation) as problem:
            return self.refuse(request, access.Refused(400, str(problem)))
        with under_way.answering(), patience.of_one_answer():
            answer = self.answer(event, params, query, place)
        _capture(request, form, event, answer.status_code)
        return answer

    def answer(
        self,
        event: WebhookEvent,
        params: VoiceParams,
        query: QueryDict,
        place: dict[str, str],
    ) -> HttpResponse:
        """Decide, record and derive; the document of the decision that was stored."""
        self.event = event
        plan, now = current_plan(), event.received_at
        step = read_step(event, params, query, **place)
        try:
            decision = self.decide(step, plan, now)
        # The caller comes first: whatever is wrong with us, they hear something.
        except Exception:
            logger.exception("nothing could be decided at %s", event.kind)
            decision = self.safe_decision
        event.decision, event.decided_at = str(decision), now

        kept = keeping.keep(event).stored
        # A repeat is answered by the decision that was stored first.
        text = kept.decision if kept else ""
        stored = Decision.parse(text) if text else decision
        for one in (stored, self.safe_decision):
            try:
                return XmlResponse(self.document(one, step, plan, now))
            # As above; and the stored decision may be of another version.
            except Exception:
                logger.exception("no document could be made of %r", str(one))
        return XmlResponse(VoiceResponse())

    def decide(self, step: Step, plan: Plan, now: datetime) -> Decision:
        """The decision on the request; makes no query in the usual step."""
        return decide(step, plan, now)

    def document(
        self, decision: Decision, step: Step, plan: Plan, now: datetime
    ) -> VoiceResponse:
        """The document that carries the decision out."""
        return document(decision, step, plan)

    def refuse(self, request: HttpRequest, refusal: access.Refused) -> HttpResponse:
        """The answer to a refused request; writes one line to the log."""
        response = HttpResponse(status=refusal.status, content_type="text/plain")
        if refusal.status == 401:
            # Twilio repeats the request with the credentials of its URL.
            response["WWW-Authenticate"] = 'Basic realm="MiniCC"'
        log_response(
            "%s refused with %d: %s",
            str(self.kind),
            refusal.status,
            refusal.reason,
            response=response,
            request=request,
            logger=logger,
            level="warning",
        )
        subject = f"{self.kind}: {refusal.status} {refusal.reason}"
        refused = access_log.Kind.WEBHOOK_REFUSED
        patience.later(
            lambda: access_log.note_sparingly(refused, request, subject=subject)
        )
        return response


def _capture(
    request: HttpRequest, form: Form, event: WebhookEvent, status: int
) -> None:
    """Keep the request, redacted, if somebody has asked to capture a test call."""
    period = switch.current(event.received_at)
    if period is None:
        return
    lasted = (timezone.now() - event.received_at).total_seconds()
    length = access.length(request)
    taken = writing.Taken(event, list(form), request.headers, length, status, lasted)
    writing.note(period, taken)


def _event(
    request: HttpRequest, form: Form, params: VoiceParams, received_at: datetime
) -> WebhookEvent:
    # Not `path`, which has the prefix of a proxy: the paths of the contract have none.
    path = escape_uri_path(request.path_info)
    query = request.META.get("QUERY_STRING", "")
    token = request.headers.get("I-Twilio-Idempotency-Token", "")
    event = event_of_request(
        path=f"{path}?{query}" if query else path,
        form=form,
        received_at=received_at,
        token=token if _TOKEN.fullmatch(token) else "",
        params=params,
    )
    if access.is_long(request) and is_too_long(event):
        raise access.Refused(400, "the form is longer than what can be kept")
    return event
