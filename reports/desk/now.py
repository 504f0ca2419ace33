"""What the desk shows of this moment: the operator's state, who waits, and the day."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from callcenter import presence
from callcenter.models import AbandonedCall, OperatorState
from callcenter.models.states import reason_name
from reports.desk import setup
from reports.desk.conversation import Conversation, current
from reports.desk.setup import Setup
from reports.desk.sitter import Sitter, SwitchedOff
from reports.present import formats
from reports.query.operator_times import times
from reports.query.selection import Selection
from reports.query.table import NOTHING
from reports.worklist.callers import merged
from reports.worklist.shown import Reader, ShownCaller

State = OperatorState.State
# How many call-backs of the operator's own are shown.
MOST_CALL_BACKS = 5


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue that the operator serves: who waits, and since when the first one."""

    name: str
    callers: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Now:
    """The desk of one operator at one moment."""

    at: datetime
    # What the operator should know of being switched off; empty otherwise.
    notice: str
    # A value of OperatorState.State; "signed_out" also where nothing is known.
    state: str
    label: str
    reason: str
    since: datetime | None
    queues: list[QueueRow]
    conversation: Conversation | None
    call_backs: list[ShownCaller]
    # None where it was not asked for.
    day: list[tuple[str, str]] | None


def read(sitter: Sitter, now: datetime, *, with_day: bool = True) -> Now:
    """The desk at a moment, in a fixed number of queries; the day needs eight more."""
    names = setup.at(now)
    state = presence.state_of(sitter.name, now)
    code = state.state if state else State.SIGNED_OUT
    return Now(
        at=now,
        notice=str(SwitchedOff()) if sitter.is_off else "",
        state=code,
        label=str(State(code).label),
        reason=reason_name(state.reason) if state else "",
        since=state.started_at if state else None,
        queues=_queues(sitter, now),
        conversation=current(sitter.name, state, sitter.user, now, names),
        call_backs=_call_backs(sitter, now, names),
        day=_day(sitter, now) if with_day else None,
    )


def _queues(sitter: Sitter, now: datetime) -> list[QueueRow]:
    waiting = presence.waiting(now, [queue.slug for queue in sitter.queues])
    rows = []
    for queue in sitter.queues:
        here = waiting.get(queue.slug)
        callers, since = (here.callers, here.since) if here else (0, None)
        rows.append(QueueRow(queue.name, callers, since))
    return rows


def _call_backs(sitter: Sitter, now: datetime, names: Setup) -> list[ShownCaller]:
    """The callers that the operator has claimed on the work list, oldest first."""
    if not sitter.user.has_perm("callcenter.view_abandonedcall"):
        return []
    mine = AbandonedCall.all_reasons.to_ring_back().filter(
        follow_up__claimed_by=sitter.user
    )
    rows = mine.order_by("abandoned_at", "pk").values_list("caller", "pk")
    keys = list(dict.fromkeys(caller or pk for caller, pk in rows))[:MOST_CALL_BACKS]
    if not keys:
        return []
    reader = Reader.of(sitter.user, now, names.queues, names.paths)
    calls = AbandonedCall.all_reasons.with_state().filter(is_withdrawn=False)
    named = [key for key in keys if isinstance(key, str)]
    unnamed = [key for key in keys if isinstance(key, int)]
    calls = calls.filter(caller__in=named) | calls.filter(pk__in=unnamed)
    return [reader.caller(caller) for caller in merged(calls, keys)]


def _day(sitter: Sitter, now: datetime) -> list[tuple[str, str]]:
    """What the report of operators says of today, in a few figures."""
    day = timezone.localdate(now)
    asked = Selection(first=day, last=day, operators=(sitter.name,))
    sums = times(asked, now)[sitter.name]
    connections, talks = sums["connections"], sums["talks"]
    signed_in = sum(sums[state] for state in (*presence.SERVING, State.NOT_READY))
    return [
        (gettext("Answered"), formats.count(connections)),
        (gettext("Average talk"), _mean(sums["talk"], talks)),
        (gettext("Average wrap-up"), _mean(sums[State.WRAP_UP], talks)),
        (gettext("Signed in"), formats.duration(signed_in) or NOTHING),
    ]


def _mean(seconds: int, count: int) -> str:
    if not count:
        return NOTHING
    return formats.duration(round(seconds / count)) or NOTHING
