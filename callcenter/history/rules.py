"""What a derivation needs to know besides events, as frozen values. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from callcenter.numbers import e164


@dataclass(frozen=True, slots=True)
class Threshold:
    """The thresholds of a queue from a moment on.

    An answer within `target_seconds` (T) is within the service level; a caller who
    hangs up before `short_abandon_seconds` (S) is a short abandon.
    """

    valid_from: datetime
    target_seconds: int
    short_abandon_seconds: int


_DEFAULT = Threshold(datetime.min.replace(tzinfo=UTC), 20, 5)


@dataclass(frozen=True, slots=True)
class Rules:
    """The setup as history needs it; only `contacts` differs from call to call.

    `contacts` are the moments at which, in other calls, the caller's number was
    connected to an operator or answered a call of ours.
    """

    thresholds: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict)
    queues_by_sid: Mapping[str, str] = field(default_factory=dict)
    # The numbers of registered operators, and `client:` identities of their browsers.
    operators: frozenset[str] = frozenset()
    contacts: tuple[datetime, ...] = ()

    def threshold(self, queue: str, at: datetime) -> Threshold:
        """The thresholds of a queue at a moment; the default ones if it has none."""
        valid = [one for one in self.thresholds.get(queue, ()) if one.valid_from <= at]
        return max(valid, key=lambda one: one.valid_from, default=_DEFAULT)


def operator_name(raw: str) -> str:
    """What history calls the operator of a leg: the number, or client:identity."""
    return raw if raw.startswith("client:") else e164(raw)
