"""One leg as it was stored and as it is derived now. No database.

A number is "reached" when it is connected to an operator, or answers a call of ours.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from callcenter.history.derive import History
from callcenter.models import AbandonedCall, Call


@dataclass(frozen=True, slots=True)
class Change:
    """What deriving a leg has changed, as far as calls of the same number need it."""

    sid: str
    caller_before: str
    caller: str
    # The moments at which the number was reached by this leg, before and now.
    reached_before: frozenset[datetime]
    reached: frozenset[datetime]
    abandoned_calls: Sequence[AbandonedCall]
    # Whether the `recovered_at` of an abandoned call may be wrong now, this leg's too.
    may_recover: bool


@dataclass(frozen=True, slots=True)
class Derivation:
    """The row of a leg, locked or new, with the history derived for it."""

    # For a new leg the unsaved row of the history itself.
    call: Call
    history: History
    is_new: bool
    # What the row said before the history is written into it.
    caller_before: str = ""
    answered_before: datetime | None = None

    @classmethod
    def of(cls, stored: Call | None, history: History) -> Self | None:
        """The derivation of a leg; None where no row is stored and none derived."""
        if stored is not None:
            return cls(stored, history, False, stored.caller, answered_at(stored))
        if history.call is not None:
            return cls(history.call, history, is_new=True)
        return None

    def change(self, connected_before: Collection[datetime] | None) -> Change:
        """What writing the history has changed.

        `connected_before` has the moments at which the stored entries were connected;
        it is None where the entries are the same as before.
        """
        call = self.history.call or self.call
        answered = answered_at(call)
        connections = [one.connection for one in self.history.entries]
        reached = {row.connected_at for row in connections if row}
        reached |= {answered} if answered else set()
        reached_before = set(connected_before or ())
        reached_before |= {self.answered_before} if self.answered_before else set()
        abandoned_calls = self.history.abandoned_calls
        may_recover = self.answered_before != answered
        if connected_before is not None:
            may_recover |= bool(reached_before or reached or abandoned_calls)
        may_recover |= self.caller_before != call.caller and bool(reached)
        return Change(
            sid=call.sid,
            caller_before=self.caller_before,
            caller=call.caller,
            reached_before=frozenset(reached_before),
            reached=frozenset(reached),
            abandoned_calls=abandoned_calls,
            may_recover=may_recover,
        )


def answered_at(call: Call) -> datetime | None:
    """When a completed outbound leg was answered: its end less its duration."""
    if call.kind != Call.Kind.OUTBOUND or call.status != "completed":
        return None
    if call.ended_at is None:
        return None
    return call.ended_at - timedelta(seconds=call.duration_seconds or 0)
