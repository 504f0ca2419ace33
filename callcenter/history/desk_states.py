"""The states of an operator at a desk in the browser, derived from acts. No database.

Ready, talking and wrapping up are derived from the operator's leg (history.operators).
A desk has what is between the legs: not ready, for which reason, and signed out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from callcenter.models import OperatorState, WebhookEvent
from callcenter.routes import DESK_PREFIX

State = OperatorState.State
_LONGEST_REASON = 64


class Act(StrEnum):
    """What an operator does at the desk; the last part of the event's path.

    The form has the operator as history names it (`Operator`), the reason where it is
    one of being not ready (`Reason`), and the leg that ends by it (`CallSid`), if any.
    """

    SIGNED_IN = "signed-in"
    READY = "ready"
    NOT_READY = "not-ready"
    SIGNED_OFF = "signed-off"
    # The page has not been heard of: the worker says so, from the last moment it was.
    TIMED_OUT = "timed-out"

    @property
    def path(self) -> str:
        """The path of the events of this act."""
        return f"{DESK_PREFIX}{self}/"


_BY_PATH = {act.path: act for act in Act}
# After these nobody sits at the desk.
ENDS = (Act.SIGNED_OFF, Act.TIMED_OUT)
_STATES = {
    Act.SIGNED_IN: State.NOT_READY,
    Act.NOT_READY: State.NOT_READY,
    Act.SIGNED_OFF: State.SIGNED_OUT,
    Act.TIMED_OUT: State.SIGNED_OUT,
}


def act_of(event: WebhookEvent) -> Act | None:
    """The act that an event is about; None if it is no act at a desk."""
    return _BY_PATH.get(event.path)


def acts_in_order(events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """The acts among these, in order; of several at one moment the last one."""
    ordered = sorted(
        (event for event in events if act_of(event)),
        key=lambda event: (event.received_at, event.dedup_key),
    )
    return list({event.received_at: event for event in ordered}.values())


def derive_desk_states(
    operator: str, acts: Sequence[WebhookEvent], until: datetime | None = None
) -> list[OperatorState]:
    """The states that these acts begin, unsaved.

    `acts` are in order; the last state lasts until the moment `until`, that of the next
    act, or is open.
    """
    states = []
    ends = [*(act.received_at for act in acts[1:]), until]
    for event, ended_at in zip(acts, ends, strict=True):
        act = act_of(event)
        state = _STATES.get(act) if act else None
        if state is None:
            continue
        reason = event.params.get("Reason", "") if act is Act.NOT_READY else ""
        states.append(
            OperatorState(
                operator=operator,
                started_at=event.received_at,
                ended_at=ended_at,
                state=state,
                reason=str(reason)[:_LONGEST_REASON],
            )
        )
    return states
