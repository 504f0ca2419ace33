"""What a derivation needs to know besides events, as frozen values. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from callcenter.numbers import e164

DEFAULT_TARGET_SECONDS = 20
DEFAULT_SHORT_ABANDON_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Threshold:
    """The thresholds of a queue from a moment on, in seconds."""

    valid_from: datetime
    target_seconds: int
    short_abandon_seconds: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The setup as history needs it; only `contacts` differs from call to call.

    `contacts` are the moments at which, in other calls, the caller's number was
    connected to an operator or answered a call of ours.
    """

    thresholds: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict)
    queues_by_sid: Mapping[str, str] = field(default_factory=dict)
    operator_numbers: frozenset[str] = frozenset()
    operator_identities: frozenset[str] = frozenset()
    contacts: tuple[datetime, ...] = ()

    def target_seconds(self, queue: str, at: datetime) -> int:
        """T in seconds: an answer within it is within the service level."""
        threshold = self._threshold(queue, at)
        return threshold.target_seconds if threshold else DEFAULT_TARGET_SECONDS

    def short_abandon_seconds(self, queue: str, at: datetime) -> int:
        """S in seconds: a caller who hangs up before it is a short abandon."""
        threshold = self._threshold(queue, at)
        if threshold is None:
            return DEFAULT_SHORT_ABANDON_SECONDS
        return threshold.short_abandon_seconds

    def is_operator(self, raw: str) -> bool:
        """Whether a From is a registered operator's number or browser."""
        return raw in self.operator_numbers or (
            raw.removeprefix("client:") in self.operator_identities
            and raw.startswith("client:")
        )

    def _threshold(self, queue: str, at: datetime) -> Threshold | None:
        valid = [
            threshold
            for threshold in self.thresholds.get(queue, ())
            if threshold.valid_from <= at
        ]
        return max(valid, key=lambda threshold: threshold.valid_from, default=None)


def operator_name(raw: str) -> str:
    """What history calls the operator of a leg: the number, or client:identity."""
    return raw if raw.startswith("client:") else e164(raw)
