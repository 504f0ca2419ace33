"""Stories for tests, derived from events by history itself. No database."""

from datetime import datetime
from typing import TypeVar

from callcenter.history.derive import derive
from callcenter.models import OperatorState, WebhookEvent
from callcenter.tests.history.derived import RULES
from callcenter.tests.sample_events import CALLER, START, at
from reports.timeline import phases
from reports.timeline.moment_kind import MomentKind
from reports.timeline.requests import Requests, requests_of
from reports.timeline.story import Moment, Story

KindT = TypeVar("KindT", bound=MomentKind)

LATER = at(10_000)


def story(*events: WebhookEvent, sid: str = CALLER, now: datetime = LATER) -> Story:
    """The story of a leg as it would be read from the tables."""
    history = derive(sid, events, RULES)
    assert history.call is not None
    entries, connections = [], []
    for number, derived in enumerate(history.entries, 1):
        derived.entry.pk = number
        entries.append(derived.entry)
        if derived.connection:
            derived.connection.entry = derived.entry
            connections.append(derived.connection)
    legs = {one.operator_call_sid for one in connections}
    return Story(
        history.call,
        now,
        steps=history.ivr_steps,
        entries=entries,
        connections=connections,
        abandoned=history.abandoned_calls,
        callbacks=[one.callback for one in history.entries if one.callback],
        voicemails=history.voicemails,
        recordings=history.recordings,
        states=_states(events, legs) if legs else history.operator_states,
        requests=requests_behind(sid, *events),
    )


def requests_behind(sid: str, *events: WebhookEvent) -> Requests:
    """The requests of a leg, sorted by history from all events that concern it."""
    own = [event for event in events if sid in (event.call_sid, event.other_sid)]
    if sid != CALLER:
        return Requests(own)
    return requests_of(
        sid,
        own,
        of_legs=[event for event in events if event not in own],
        queues_by_sid=RULES.queues_by_sid,
    )


def _states(events: tuple[WebhookEvent, ...], legs: set[str]) -> list[OperatorState]:
    """What the operators' legs were in."""
    states = []
    for leg in sorted(legs):
        history = derive(leg, events, RULES)
        for state in history.operator_states:
            assert history.call is not None
            state.call = history.call
            states.append(state)
    return states


def of_kind(story: Story, kind: type[KindT]) -> list[tuple[Moment, KindT]]:
    """The moments of one kind, each with its facts."""
    return [
        (one, one.kind) for one in phases.moments(story) if isinstance(one.kind, kind)
    ]


def lines(story: Story) -> list[str]:
    """Each line in short: second, what, how sure."""
    return [
        " ".join(
            [
                f"{(one.at - START).total_seconds():+g}",
                one.kind.code,
                *one.marks,
            ]
        )
        for one in phases.moments(story)
    ]
