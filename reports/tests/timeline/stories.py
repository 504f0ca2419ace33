"""Stories for tests, told from events by history itself. No database."""

from datetime import datetime

from callcenter.history.derive import derive
from callcenter.models import OperatorState, WebhookEvent
from callcenter.tests.history.derived import RULES
from callcenter.tests.sample_events import CALLER, START, at
from reports.timeline import phases
from reports.timeline.story import Story

LATER = at(10_000)


def story(*events: WebhookEvent, sid: str = CALLER, now: datetime = LATER) -> Story:
    """The story of a leg as it would be read from the tables."""
    history = derive(sid, events, RULES)
    assert history.call is not None
    entries, connections = [], []
    for number, told in enumerate(history.entries, 1):
        told.entry.pk = number
        entries.append(told.entry)
        if told.connection:
            told.connection.entry = told.entry
            connections.append(told.connection)
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
        events=[
            event
            for event in events
            if sid in (event.call_sid, event.other_sid)
            or (event.call_sid in legs and event.kind == "operator-done")
        ],
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


def lines(told: Story) -> list[str]:
    """Each line in short: second, what, how sure."""
    return [
        " ".join(
            [
                f"{(one.at - START).total_seconds():+g}",
                one.code,
                *one.marks,
            ]
        )
        for one in phases.moments(told)
    ]
