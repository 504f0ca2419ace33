"""What a derivation needs to know besides events, as frozen values. No database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from callcenter.numbers import number_in


@dataclass(frozen=True, slots=True)
class Threshold:
    """The thresholds of a queue from a moment on.

    An answer within `target_seconds` (T) is within the service level; a caller who
    hangs up before `short_abandon_seconds` (S) is a short abandon.
    """

    valid_from: datetime
    target_seconds: int
    short_abandon_seconds: int


# Twilio ends a call after four hours (docs/twilio.md 3.3), whatever we have heard.
LONGEST_CONVERSATION = timedelta(hours=4)

# Of a queue that has none of its own.
DEFAULT = Threshold(datetime.min.replace(tzinfo=UTC), 20, 5)


@dataclass(frozen=True, slots=True)
class Contact:
    """A conversation with a number: with an operator, or in a call of ours it answered.

    `end` is None while it is not known.
    """

    start: datetime
    end: datetime | None

    def reaches(self, abandoned_at: datetime) -> datetime | None:
        """The first moment of it from that on; None if it was over before."""
        if self.start > abandoned_at:
            return self.start
        return abandoned_at if abandoned_at < self.last else None

    @property
    def last(self) -> datetime:
        """The end, else the latest possible one; not before the start."""
        return max(self.start, self.end or self.start + LONGEST_CONVERSATION)


def recovered_at(
    abandoned_at: datetime, contacts: Iterable[Contact]
) -> datetime | None:
    """When somebody who gave up was first reached afterwards (docs/contract.md 8.17).

    A conversation on another telephone that was under way counts at once.
    """
    reached = (contact.reaches(abandoned_at) for contact in contacts)
    return min((at for at in reached if at), default=None)


@dataclass(frozen=True, slots=True)
class Rules:
    """The setup as history needs it; only `contacts` differs from call to call.

    `contacts` are the conversations that the caller's number had with us in other
    calls.
    """

    thresholds: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict)
    queues_by_sid: Mapping[str, str] = field(default_factory=dict)
    # The numbers of registered operators, and `client:` identities of their browsers.
    operators: frozenset[str] = frozenset()
    # The numbers of our lines.
    lines: frozenset[str] = frozenset()
    contacts: tuple[Contact, ...] = ()

    def threshold(self, queue: str, at: datetime) -> Threshold:
        """The thresholds of a queue at a moment; the default ones if it has none."""
        valid = [one for one in self.thresholds.get(queue, ()) if one.valid_from <= at]
        return max(valid, key=lambda one: one.valid_from, default=DEFAULT)


def operator_name(raw: str) -> str:
    """What history calls the operator of a leg: the number, or client:identity."""
    return raw if raw.startswith("client:") else number_in(raw)
