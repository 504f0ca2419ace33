"""Reads a request's place in the call from its URL, else from the stored events.

The URLs that we hand out carry the place (docs/contract.md 3). The URL of an installed
number or of a document of another version may not; only then the stored events of the
call are read, in one query.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter import patience
from callcenter.decision import Decision, Verb
from callcenter.flow.step import Between, Step
from callcenter.models import Language, WebhookEvent
from callcenter.params import VoiceParams, call_sid, storable, whole_number
from callcenter.routes import LAST_VISIT, OPERATOR_LOOP, Kind

# A caller's leg has at most a few dozen requests; an operator's has hundreds.
_MOST_EVENTS = 2_000


@dataclass(frozen=True, slots=True)
class Past:
    """A request's place in the call according to the events stored before it."""

    step: int = 0
    visits: int = 0
    signed_in: bool = False


def read_step(
    event: WebhookEvent,
    params: VoiceParams,
    query: Mapping[str, str],
    *,
    queue: str = "",
    visit: str = "",
    menu: str = "",
    token: str = "",
) -> Step:
    """The request as the flow sees it; an unreadable part of its URL counts as missing.

    `queue`, `visit`, `menu` and `token` are the parts of the path.
    """
    step = whole_number(query.get("step", ""))
    place = _visit(visit) or 1 if visit else 0
    # A path with a visit also says how many visits there were.
    visits = place or _visit(query.get("visits", ""))
    again = whole_number(query.get("again", ""))
    signed_in = query.get("in") == "1"
    language, state = query.get("lang", ""), query.get("state", "")

    past = Past()
    if _depends_on_the_past(event.kind, params) and (
        step is None
        or (visits is None and event.kind in (Kind.INCOMING, Kind.MENU))
        # The operator's URLs carry `in` once signed in, and `again` before that.
        or (event.kind in OPERATOR_LOOP and not signed_in and again is None)
    ):
        past = _past(event)
    return Step(
        kind=event.kind,
        params=params,
        queue=queue or storable(query.get("queue", ""))[:64],
        visit=place,
        menu=menu,
        step=past.step if step is None else step,
        visits=past.visits if visits is None else visits,
        again=again or 0,
        language=language if language in Language.values else "",
        signed_in=event.kind in OPERATOR_LOOP and (signed_in or past.signed_in),
        is_recorded=event.kind == Kind.CONNECT and query.get("rec") == "1",
        token=token,
        proof=storable(query.get("proof", ""))[:64],
        state=state if state in set(Between) else "",
        about=_about(event, query),
    )


def _about(event: WebhookEvent, query: Mapping[str, str]) -> str:
    """The caller's leg that the operator's Dial has just left, or the URL names."""
    if event.kind == Kind.OPERATOR_DONE:
        return event.other_sid
    return call_sid(query.get("about", ""))


def _visit(text: str) -> int | None:
    number = whole_number(text)
    return number if number is not None and number <= LAST_VISIT else None


def _depends_on_the_past(kind: str, params: VoiceParams) -> bool:
    """Whether the answer depends on requests before this one."""
    if kind == Kind.INCOMING:
        return params.call_status != "ringing"  # redirected to us during the call
    return kind in (Kind.MENU, Kind.WAIT, Kind.QUEUE_EXIT, *OPERATOR_LOOP)


def _past(event: WebhookEvent) -> Past:
    """What the events stored before this one say; a repeat finds the same ones.

    The step is one above the greatest, the visits are the greatest number in a URL or
    in a decision to enqueue. Requests may arrive in any order, so events of the same or
    a later step are left out. With the database gone, the result is that of no events.
    """
    rows = (
        WebhookEvent.objects.filter(call_sid=event.call_sid)
        .order_by("received_at", "id")
        .values_list("dedup_key", "step", "visit", "decision")[:_MOST_EVENTS]
    )
    step, visits, signed_in = 0, 0, False
    for dedup_key, its_step, its_visit, text in patience.ask(lambda: list(rows), []):
        if dedup_key == event.dedup_key:
            break
        its_step = its_step or 0
        if event.step is not None and its_step >= event.step:
            continue  # answered later in the call, though received earlier
        step = max(step, its_step + 1)
        decision = Decision.parse(text)
        visits = max(visits, its_visit or 0, decision.visit)
        # The first of these decisions is the sign-in (docs/contract.md 8.21).
        if decision.verb in (Verb.WAIT, Verb.DIAL, Verb.NOT_READY):
            signed_in = True
        elif decision.verb is Verb.SIGN_OFF:
            signed_in = False
    return Past(min(step, 9_999_999), min(visits, LAST_VISIT), signed_in)
