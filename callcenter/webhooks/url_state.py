"""What a request says about its place in the call, and the look-up where it does not.

Our own URLs carry it (product.md 3). A number installed long ago and a document of
another version do not: then, and only then, the stored events of the call are asked,
in one query.
"""

import logging
import re
from dataclasses import dataclass

from django.db import Error
from django.http import QueryDict

from callcenter.flow.step import Step
from callcenter.models import Language, WebhookEvent
from callcenter.params import VoiceParams, storable, whole_number
from callcenter.routes import OPERATOR_LOOP, Kind

logger = logging.getLogger(__name__)

_LAST_VISIT = 32_767
_ENQUEUED = re.compile(r"enqueue:[^/]*/([0-9]{1,5})")
# A caller goes through at most a few dozen requests; a shift has hundreds.
_MOST_EVENTS = 2_000


@dataclass(frozen=True, slots=True)
class Past:
    """What the stored events before a request say about it."""

    step: int = 0
    visits: int = 0
    signed_in: bool = False


def read_step(
    event: WebhookEvent,
    params: VoiceParams,
    query: QueryDict,
    *,
    queue: str = "",
    visit: str = "",
    menu: str = "",
) -> Step:
    """The request as the flow sees it; what is unreadable in its URL is not there."""
    step = whole_number(query.get("step", ""))
    place = _visit(visit) or 1 if visit else 0
    # A path that names a stay says how many there were.
    visits = place or _visit(query.get("visits", ""))
    again = whole_number(query.get("again", ""))
    signed_in = query.get("in") == "1"
    language = query.get("lang", "")

    past = Past()
    if _depends_on_the_past(event.kind, params) and (
        step is None
        or (visits is None and event.kind in (Kind.INCOMING, Kind.MENU))
        # Signed in our own URL says `in`, while a PIN is asked `again`.
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
    )


def _visit(text: str) -> int | None:
    number = whole_number(text)
    return number if number is not None and number <= _LAST_VISIT else None


def _depends_on_the_past(kind: str, params: VoiceParams) -> bool:
    """Whether something may have gone before that its answer takes up."""
    if kind == Kind.INCOMING:
        return params.call_status != "ringing"  # a call moved to us from elsewhere
    return kind in (Kind.MENU, Kind.WAIT, Kind.QUEUE_EXIT, *OPERATOR_LOOP)


def _past(event: WebhookEvent) -> Past:
    """Read from the events stored before this one; a repeat sees the same ones.

    The step is one more than the highest, the visits are the highest told by a URL or
    by a decision to enqueue. Requests come in any order: one of this step or later is
    none of the past. Nothing with the database gone.
    """
    rows = (
        WebhookEvent.objects.filter(call_sid=event.call_sid)
        .order_by("received_at", "id")
        .values_list("dedup_key", "step", "visit", "decision")[:_MOST_EVENTS]
    )
    step, visits, signed_in = 0, 0, False
    try:
        for dedup_key, its_step, its_visit, decision in rows:
            if dedup_key == event.dedup_key:
                break
            its_step = its_step or 0
            if event.step is not None and its_step >= event.step:
                continue  # it was answered later, though it was heard of earlier
            step = max(step, its_step + 1)
            enqueued = _ENQUEUED.fullmatch(decision)
            visits = max(visits, its_visit or 0, int(enqueued[1]) if enqueued else 0)
            # Sign-in is the first of these decisions (product.md 8.21).
            if decision == "wait" or decision.startswith("dial:"):
                signed_in = True
            elif decision == "sign_off":
                signed_in = False
    except Error:
        logger.warning("the past of a call cannot be read", exc_info=True)
    return Past(min(step, 9_999_999), min(visits, _LAST_VISIT), signed_in)
