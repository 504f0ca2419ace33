"""Which calls an event concerns: each is derived again once the event is stored.

docs/contract.md 2, "Which calls an event concerns".
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from callcenter.events.record import Kept
from callcenter.history.wrap_up import may_have_code
from callcenter.models import WebhookEvent
from callcenter.routes import (
    ABOUT_OPERATOR_LEGS,
    DESK_PREFIX,
    OPERATOR_LOOP,
    VOICE_URLS,
    WEAK_INTRODUCTIONS,
    Kind,
)


def affected_calls(kept: Sequence[Kept]) -> dict[int, set[str]]:
    """The SIDs of the calls that each event concerns, by the event's primary key.

    These are its own call, the leg it names, and, among the callers that its operator
    leg was given, those whose history it can change: all of them if it says who the
    operator is, the neighbours in time if it begins or ends a conversation, or has the
    wrap-up code of one. An event that may be half derived may have had other
    neighbours, so it concerns all of them.
    """
    events = [one.event for one in kept]
    unsure = {one.event.pk for one in kept if one.may_be_half_derived}
    legs = {event.call_sid for event in events if event.kind in ABOUT_OPERATOR_LEGS}
    legs |= {event.other_sid for event in events if event.kind == Kind.CONNECT}
    given = _callers_given_to(legs - {""})
    late = _legs_done_since(events)
    introduced = _introduced(
        {
            event.call_sid
            for event in events
            if event.kind in WEAK_INTRODUCTIONS and event.call_sid in given
        }
    )
    concerned: dict[int, set[str]] = {}
    for event in events:
        sids = {event.call_sid, event.other_sid}
        if event.path.startswith(DESK_PREFIX):
            # What it names besides is a desk (history.desks).
            sids = {event.call_sid}
        leg = event.other_sid if event.kind == Kind.CONNECT else event.call_sid
        callers = given.get(leg, [])
        is_of_a_talk = event.kind in (Kind.CONNECT, Kind.OPERATOR_DONE)
        is_of_a_talk |= may_have_code(event)
        if (
            (is_of_a_talk and event.pk in unsure)
            or event.kind in VOICE_URLS
            or (event.kind in WEAK_INTRODUCTIONS and leg not in introduced)
        ):
            sids |= {caller for _, caller in callers}
        elif is_of_a_talk and (event.kind != Kind.CONNECT or leg in late):
            sids |= _last_before(event.received_at, callers)
        concerned[event.pk] = sids - {""}
    return concerned


def _callers_given_to(legs: set[str]) -> dict[str, list[tuple[datetime, str]]]:
    """The callers that each operator leg was given, with the moments, in order."""
    given: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    if legs:
        rows = WebhookEvent.objects.filter(other_sid__in=legs, kind=Kind.CONNECT)
        for leg, at, caller in rows.values_list("other_sid", "received_at", "call_sid"):
            given[leg].append((at, caller))
        for callers in given.values():
            callers.sort()
    return given


def _legs_done_since(events: Sequence[WebhookEvent]) -> set[str]:
    """Legs that were heard of again at or after the first of the connects.

    When requests arrive in order there is none, and a connect concerns only its caller.
    """
    connects = [event for event in events if event.kind == Kind.CONNECT]
    if not connects:
        return set()
    first = min(event.received_at for event in connects)
    done = WebhookEvent.objects.filter(
        call_sid__in={event.other_sid for event in connects},
        kind__in=OPERATOR_LOOP,
        received_at__gte=first,
    )
    return set(done.values_list("call_sid", flat=True).distinct())


def _introduced(legs: set[str]) -> set[str]:
    """The legs among these whose operator is known from a better source."""
    if not legs:
        return set()
    kinds = (*VOICE_URLS, Kind.OPERATOR_DONE)
    rows = WebhookEvent.objects.filter(call_sid__in=legs, kind__in=kinds)
    return set(rows.values_list("call_sid", flat=True).distinct())


def _last_before(at: datetime, callers: list[tuple[datetime, str]]) -> set[str]:
    """The last caller given to the leg before this moment, and those given at it.

    Dial actions after a connect belong to its caller, and no longer to the caller
    before. A Dial action ends the conversation of the caller given to the leg last
    before it; if it names another caller, that conversation never took place.
    """
    before = [moment for moment, _ in callers if moment < at]
    since = before[-1] if before else at
    return {caller for moment, caller in callers if since <= moment <= at}
