"""One leg as it was stored and as it is derived now. No database.

A number is "reached" while it is connected to an operator, or after it has answered a
call of ours.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from callcenter.history.derive import History
from callcenter.history.rules import Contact
from callcenter.history.rung import Rung
from callcenter.models import AbandonedCall, Call


@dataclass(frozen=True, slots=True)
class Change:
    """What deriving a leg has changed, as far as calls of the same number need it."""

    sid: str
    caller_before: str
    caller: str
    # The conversations with the number in this leg, before and now.
    reached_before: frozenset[Contact]
    reached: frozenset[Contact]
    # Whom the leg left unserved.
    unserved: Sequence[AbandonedCall]
    # Whether the `recovered_at` of such a row may be wrong now, this leg's too.
    may_recover: bool
    # Whom the leg rang for an operator, whether or not that is new.
    rung: Rung | None


@dataclass(frozen=True, slots=True)
class Derivation:
    """The row of a leg, locked or new, with the history derived for it."""

    # For a new leg the unsaved row of the history itself.
    call: Call
    history: History
    is_new: bool
    # What the row said before the history is written into it.
    caller_before: str = ""
    answered_before: Contact | None = None

    @classmethod
    def of(cls, stored: Call | None, history: History) -> Self | None:
        """The derivation of a leg; None where no row is stored and none derived."""
        if stored is not None:
            return cls(stored, history, False, stored.caller, answer_of(stored))
        if history.call is not None:
            return cls(history.call, history, is_new=True)
        return None

    def change(self, had_before: Collection[Contact] | None) -> Change:
        """What writing the history has changed.

        `had_before` has the conversations of the stored entries; it is None where the
        entries are the same as before.
        """
        call = self.history.call or self.call
        answered = answer_of(call)
        connections = [one.connection for one in self.history.entries]
        reached = {
            Contact(row.connected_at, row.ended_at) for row in connections if row
        }
        reached |= {answered} if answered else set()
        reached_before = set(had_before or ())
        reached_before |= {self.answered_before} if self.answered_before else set()
        unserved = self.history.unserved
        may_recover = self.answered_before != answered
        if had_before is not None:
            may_recover |= bool(reached_before or reached or unserved)
        may_recover |= self.caller_before != call.caller and bool(reached)
        return Change(
            sid=call.sid,
            caller_before=self.caller_before,
            caller=call.caller,
            reached_before=frozenset(reached_before),
            reached=frozenset(reached),
            unserved=unserved,
            may_recover=may_recover,
            rung=self.history.rung,
        )


def answer_of(call: Call) -> Contact | None:
    """The conversation with a person who answered a call of ours, if it was one."""
    return Contact(call.answered_at, call.ended_at) if call.answered_at else None
