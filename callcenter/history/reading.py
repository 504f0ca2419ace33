"""Reads the events that legs are derived from: under their locks, in few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Subquery

from callcenter.models import Call, SetupVersion, WebhookEvent
from callcenter.routes import OPERATOR_LOOP, VOICE_URLS, Kind

Events = list[WebhookEvent]

_NEVER = datetime(2200, 1, 1, tzinfo=UTC)
# What is read at first of each event of an operator's leg.
_OF_LONG_LEGS = (
    *("dedup_key", "token", "received_at", "kind", "call_sid", "other_sid", "step"),
    *("result", "is_bridged", "decision", "derived_at", "derivation_error"),
)


_WITH_FORM = (*VOICE_URLS, Kind.RECORDING, Kind.INTERNAL)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What legs are derived from: the events of each, and the version of the setup."""

    events: dict[str, Events]
    # As it was when the events were read; 0 where nothing was found, or no setup is.
    setup_version: int


def inputs_of(sids: Sequence[str], operators: Collection[str]) -> Inputs:
    """For each leg its events, those that name it, and those of legs it was given to.

    `operators` are the SIDs of operators' legs. These have hundreds of events, so of
    their forms few are read, and others one by one when a derivation asks for them.
    """
    found = [
        _about([sid for sid in sids if sid not in operators], is_long=False),
        _about([sid for sid in sids if sid in operators], is_long=True),
    ]
    events = found[0].events | found[1].events
    given = {
        sid: legs for sid, about in events.items() if (legs := _legs_given(sid, about))
    }
    for sid, of_legs in _of_legs(given).items():
        have = {event.pk for event in events[sid]}
        events[sid] += [event for event in of_legs if event.pk not in have]
    for sid, legs in given.items():
        for leg in sorted(legs.keys() - {event.call_sid for event in events[sid]}):
            # Nothing better is known of this leg than that it asked for calls or ended.
            events[sid] += WebhookEvent.objects.filter(call_sid=leg).order_by("pk")[:1]
    return Inputs(events, found[0].setup_version or found[1].setup_version)


def unknown_legs_among(events: Mapping[str, Events]) -> frozenset[str]:
    """SIDs that operators' legs name, but under which no event was ever stored.

    By their Dial actions, or by the wrap-up codes typed after these.
    """
    named = {
        event.other_sid
        for sid, about in events.items()
        for event in about
        if event.kind in OPERATOR_LOOP and event.call_sid != sid
    }
    heard_of = {event.call_sid for about in events.values() for event in about}
    named -= {"", *heard_of}
    if not named:
        return frozenset()
    known = WebhookEvent.objects.filter(call_sid__in=named)
    named -= set(known.values_list("call_sid", flat=True).distinct())
    if named:
        named -= set(Call.objects.sealed(named).values_list("sid", flat=True))
    return frozenset(named)


def _about(sids: Sequence[str], *, is_long: bool) -> Inputs:
    """The events under each of the SIDs, and those of other legs that name it."""
    events: dict[str, Events] = {sid: [] for sid in sids}
    if not sids:
        return Inputs(events, 0)
    # The setup's version comes in the same statement as the events. A query before it
    # could give the version from before a wait for the lock; then the events of a
    # threshold dated back meanwhile would be marked as derived with the old one.
    version = SetupVersion.objects.filter(pk=1).values("version")
    rows = WebhookEvent.objects.annotate(setup_version=Subquery(version))
    if is_long:
        rows = rows.only(*_OF_LONG_LEGS)
    if len(sids) == 1:
        found = list(rows.of_call(sids[0]))
    else:
        found = [*rows.filter(call_sid__in=sids)]
        found += rows.filter(other_sid__in=sids).exclude(call_sid__in=sids)
    for event in found:
        for sid in {event.call_sid, event.other_sid}:
            if sid in events:
                events[sid].append(event)
    if is_long:
        _read_likely_forms(events)
    first: Any = found[0] if found else None
    return Inputs(events, (first and first.setup_version) or 0)


def _read_likely_forms(events: Mapping[str, Events]) -> None:
    """Reads the forms that most derivations of a leg ask for, in one query.

    They are those that say whose leg it is, what was recorded and done about it, and
    the last, which says how it stands.
    """
    likely: dict[int, WebhookEvent] = {}
    for sid, about in events.items():
        own = [event for event in about if event.call_sid == sid]
        last = max(own, key=lambda event: event.received_at, default=None)
        likely |= {
            event.pk: event
            for event in own
            if event.kind in _WITH_FORM or event is last
        }
    forms = WebhookEvent.objects.filter(pk__in=likely)
    for pk, params, path in forms.values_list("pk", "params", "path"):
        likely[pk].params, likely[pk].path = params, path


def _legs_given(sid: str, events: Events) -> dict[str, datetime]:
    """The operator legs that were given this call, and the first moment of each.

    A leg that only a Dial action connects with the call has the moment `_NEVER`.
    """
    legs: dict[str, datetime] = {}
    for event in events:
        if event.kind == Kind.CONNECT:
            since = legs.get(event.other_sid, _NEVER)
            legs[event.other_sid] = min(since, event.received_at)
        elif event.kind == Kind.OPERATOR_DONE:
            legs.setdefault(event.call_sid, _NEVER)
    return {leg: since for leg, since in legs.items() if leg not in ("", sid)}


def _of_legs(given: Mapping[str, Mapping[str, datetime]]) -> Mapping[str, Events]:
    """For each call the events that its operators' legs contribute to it."""
    since_first: dict[str, datetime] = {}
    for legs in given.values():
        for leg, since in legs.items():
            since_first[leg] = min(since, since_first.get(leg, _NEVER))
    by_leg: dict[str, Events] = defaultdict(list)
    if since_first:
        for event in WebhookEvent.objects.of_operator_legs(since_first):
            by_leg[event.call_sid].append(event)
    return {
        sid: [
            event
            for leg, since in sorted(legs.items())
            for event in _of_leg(leg, since, by_leg[leg])
        ]
        for sid, legs in given.items()
    }


def _of_leg(leg: str, since: datetime, events: Events) -> Iterator[WebhookEvent]:
    """The leg's events that count for a caller it was given at a moment."""
    has_dial_action = False
    for event in events:
        if event.kind in VOICE_URLS:
            yield event
        elif event.received_at >= since:
            has_dial_action = True
            yield event
    if has_dial_action:
        # Such an action belongs to the caller given last before it.
        yield from WebhookEvent.objects.filter(
            other_sid=leg, kind=Kind.CONNECT, received_at__gte=since
        )
