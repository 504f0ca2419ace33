"""Which calls an event concerns: each is told again when the event has been kept.

Product.md 2, "What an event concerns".
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from callcenter.models import WebhookEvent
from callcenter.routes import ABOUT_OPERATOR_LEGS, LAST_RESORT, VOICE_URLS, Kind


def affected_calls(events: Sequence[WebhookEvent]) -> dict[int, set[str]]:
    """The SIDs of the calls that each event (by primary key) concerns.

    Its own call, the leg it names, and of the callers its operator leg was given those
    whose history it can change: all of them where it says who the operator is, the
    neighbours in time where it begins or ends a conversation.
    """
    legs = {event.call_sid for event in events if event.kind in ABOUT_OPERATOR_LEGS}
    legs |= {event.other_sid for event in events if event.kind == Kind.CONNECT}
    given = _callers_given_to(legs - {""})
    late = _legs_done_since(events)
    introduced = _introduced(
        {
            event.call_sid
            for event in events
            if event.kind in LAST_RESORT and event.call_sid in given
        }
    )
    concerned: dict[int, set[str]] = {}
    for event in events:
        sids = {event.call_sid, event.other_sid}
        leg = event.other_sid if event.kind == Kind.CONNECT else event.call_sid
        callers = given.get(leg, [])
        if event.kind in (Kind.CONNECT, Kind.OPERATOR_DONE) and not event.has_moved:
            if event.kind == Kind.OPERATOR_DONE or leg in late:
                sids |= _last_before(event.received_at, callers)
        elif event.kind in (Kind.CONNECT, Kind.OPERATOR_DONE, *VOICE_URLS) or (
            event.kind in LAST_RESORT and leg not in introduced
        ):
            sids |= {caller for _, caller in callers}
        concerned[event.pk] = sids - {""}
    return concerned


def _callers_given_to(legs: set[str]) -> dict[str, list[tuple[datetime, str]]]:
    """When each operator leg was given which caller, in order."""
    given: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    if legs:
        rows = WebhookEvent.objects.filter(other_sid__in=legs, kind=Kind.CONNECT)
        for leg, at, caller in rows.values_list("other_sid", "received_at", "call_sid"):
            given[leg].append((at, caller))
        for callers in given.values():
            callers.sort()
    return given


def _legs_done_since(events: Sequence[WebhookEvent]) -> set[str]:
    """Legs whose Dial was over, as we heard already, at or after one of the connects.

    In the usual order there is none, and a connect concerns nobody but its caller.
    """
    connects = [event for event in events if event.kind == Kind.CONNECT]
    if not connects:
        return set()
    first = min(event.received_at for event in connects)
    done = WebhookEvent.objects.filter(
        call_sid__in={event.other_sid for event in connects},
        kind=Kind.OPERATOR_DONE,
        received_at__gte=first,
    )
    return set(done.values_list("call_sid", flat=True).distinct())


def _introduced(legs: set[str]) -> set[str]:
    """Those of the legs whose operator is known from a better source."""
    if not legs:
        return set()
    kinds = (*VOICE_URLS, Kind.OPERATOR_DONE)
    rows = WebhookEvent.objects.filter(call_sid__in=legs, kind__in=kinds)
    return set(rows.values_list("call_sid", flat=True).distinct())


def _last_before(at: datetime, callers: list[tuple[datetime, str]]) -> set[str]:
    """Who had the leg just before: the last caller given before this moment, and at it.

    A connect takes from its predecessor the Dial actions that come after it; a Dial
    action belongs to its predecessor, or takes its place in naming somebody else.
    """
    before = [moment for moment, _ in callers if moment < at]
    since = before[-1] if before else at
    return {caller for moment, caller in callers if since <= moment <= at}
