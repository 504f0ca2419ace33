"""MiniCC as the server of the stand-in, in this process: decides by the real flow.

Requests are answered as the webhooks answer them and kept as events, which are stored
many at a time later. Nothing is read from the tables of calls while a day is played:
who waits and who is signed in is known from the stand-in.
"""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime
from random import Random
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.conf import settings
from django.urls import get_script_prefix
from twilio.twiml.voice_response import VoiceResponse

from callcenter.decision import Verb
from callcenter.events.eventfile import event_of_request
from callcenter.flow.decide import decide
from callcenter.flow.operator import served
from callcenter.flow.plan import Plan
from callcenter.flow.step import Step
from callcenter.flow.twiml import document
from callcenter.models import WebhookEvent
from callcenter.models.pins import DEMO_PIN, pin_to_keep
from callcenter.params import Form, VoiceParams
from callcenter.routes import WITHOUT_DECISION, Kind, place_of
from callcenter.standin.calls.queues import Queue
from callcenter.standin.network.clock import Clock
from callcenter.standin.network.transport import Answer, Request, Timeout, Unreachable
from callcenter.webhooks.url_state import read_step

TOKEN_HEADER = "I-Twilio-Idempotency-Token"  # noqa: S105 -- a header's name
# Where relative URLs lead, as those of an installation without a public address are.
_SITE = "http://minicc.example"
# What an outage can lose once the caller has hung up.
_LOSABLE = (Kind.QUEUE_EXIT, Kind.STATUS)
# From a request's being sent to its receipt.
_LATENCY_SECONDS = (0.03, 0.12)


class InProcess:
    """A transport: each request becomes an event with the flow's decision."""

    def __init__(self, plan: Plan, clock: Clock, random: Random) -> None:
        self.plan = plan
        self.clock = clock
        self.random = random
        self.events: list[WebhookEvent] = []
        self.queues: Mapping[str, Queue] = {}  # the stand-in's, by slug
        # Of callbacks about callers, from 0 to 1: set while the outage lasts.
        self.share_lost = 0.0
        self._lost_tokens: set[str] = set()
        self._prefix = _prefix()
        self._signed_in: dict[str, str] = {}  # operator's leg: number or identity

    async def send(self, request: Request, timeout: Timeout) -> Answer:
        """The answer of the flow, after the time a request takes to arrive.

        Unreachable, at every try, for a request that the outage loses.
        """
        await self.clock.sleep(self.random.uniform(*_LATENCY_SECONDS))
        parts = urlsplit(request.url)
        path = parts.path.removeprefix(self._prefix)
        form: Form = dict(request.form)
        params = VoiceParams.parse(form)
        event = event_of_request(
            path=f"{path}?{parts.query}" if parts.query else path,
            form=form,
            received_at=self.clock.now(),
            token=request.headers[TOKEN_HEADER],
            params=params,
        )
        if self._is_lost(event, params):
            raise Unreachable("outage")
        self.events.append(event)
        if event.kind in WITHOUT_DECISION:
            if event.kind == Kind.STATUS:
                self._signed_in.pop(event.call_sid, None)
            return Answer(204, "text/plain", b"")
        found = place_of(path)
        place = found[1] if found else {}
        step = read_step(event, params, dict(parse_qsl(parts.query)), **place)
        xml = self._answer(event, step).to_xml()
        return Answer(200, "text/xml; charset=utf-8", xml.encode())

    def _is_lost(self, event: WebhookEvent, params: VoiceParams) -> bool:
        """Whether nobody needs the answer, and chance in the outage says so."""
        if event.kind not in _LOSABLE or params.call_status != "completed":
            return False
        if self.plan.operator(params.from_raw):
            return False
        if self.share_lost and self.random.random() < self.share_lost:
            self._lost_tokens.add(event.token)
        return event.token in self._lost_tokens

    def _answer(self, event: WebhookEvent, step: Step) -> VoiceResponse:
        event.decided_at = event.received_at
        staffed = self._staffed() if step.kind == Kind.WAIT else None
        waiting = self._waiting(step) if step.kind == Kind.OPERATOR else None
        decision = decide(
            step, self.plan, event.received_at, waiting=waiting, staffed=staffed
        )
        event.decision = str(decision)
        if step.kind == Kind.OPERATOR and decision.verb is Verb.DIAL:
            self._signed_in[event.call_sid] = step.params.from_raw
        elif decision.verb is Verb.NOT_READY:
            self._signed_in.pop(event.call_sid, None)
        return document(decision, step, self.plan, staffed=staffed)

    def _staffed(self) -> Set[str]:
        """The queues that somebody serves who is signed in."""
        operators = map(self.plan.operator, self._signed_in.values())
        return {slug for who in operators if who for slug in who.queues}

    def _waiting(self, step: Step) -> dict[str, datetime] | None:
        """Since when the first caller of each queue of an operator has waited."""
        who = self.plan.operator(step.params.from_raw)
        queues = served(who, self.plan) if who else []
        return {
            slug: self.queues[slug].members[0].visit.entered_at
            for slug in queues
            if slug in self.queues and self.queues[slug].members
        }


def absolute(url: str) -> str:
    """A URL of ours as the stand-in needs it, whether we know our address or not."""
    return urljoin(_SITE, url)


def _prefix() -> str:
    """What stands before the paths of the contract in our URLs."""
    public = urlsplit(settings.PUBLIC_BASE_URL).path
    return (public or get_script_prefix()).rstrip("/")


def with_demo_pins(plan: Plan) -> Plan:
    """The plan in which the PIN of the demo is right, also while DEMO is off."""
    kept = pin_to_keep(DEMO_PIN)
    operators = (replace(who, pin=kept if who.pin else "") for who in plan.operators)
    return replace(plan, operators=tuple(operators))
