"""Faults of the network between Twilio and the server, at random."""

from dataclasses import dataclass
from random import Random


@dataclass
class Faults:
    """Probabilities from 0 to 1 of each fault; seconds are call time.

    A *callback* is a request whose answer nobody waits for: status and recording
    callbacks, and the actions of legs that are gone. A *document* is one whose answer
    the call needs.

    - `drop`: a callback is lost for good. One try of a document does not get there,
      which is a failure of the connection: Twilio's rules of retry and fallback follow.
    - `drop_answer`: the request gets there, its answer does not: a read time-out.
    - `duplicate`: a request that was answered arrives a second time, up to
      `delay_seconds` later, with the same token; that answer counts for nothing.
    - `delay`: a request sets out up to `delay_seconds` late.
    - `reorder`: a callback sets out up to `reorder_seconds` late, so that later ones
      overtake it. Documents keep their order: the call waits for them.
    - `system_error`: an Enqueue fails at Twilio.

    `kinds` narrows all of them to some kinds of request.
    """

    random: Random
    drop: float = 0.0
    drop_answer: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    delay_seconds: float = 3.0
    reorder: float = 0.0
    reorder_seconds: float = 20.0
    system_error: float = 0.0
    kinds: frozenset[str] | None = None

    def drops(self, kind: str) -> bool:
        """Whether this request does not reach the server."""
        return self._strikes(self.drop, kind)

    def drops_answer(self, kind: str) -> bool:
        """Whether the answer to this request is lost."""
        return self._strikes(self.drop_answer, kind)

    def duplicates(self, kind: str) -> bool:
        """Whether this request arrives twice."""
        return self._strikes(self.duplicate, kind)

    def lateness(self, kind: str, is_callback: bool) -> float:
        """Give the seconds by which this request is sent late."""
        late = 0.0
        if self._strikes(self.delay, kind):
            late += self.random.uniform(0, self.delay_seconds)
        if is_callback and self._strikes(self.reorder, kind):
            late += self.random.uniform(0, self.reorder_seconds)
        return late

    def fails(self) -> bool:
        """Whether Twilio fails at an Enqueue."""
        return self._strikes(self.system_error, "")

    def _strikes(self, probability: float, kind: str) -> bool:
        if not probability or (kind and self.kinds and kind not in self.kinds):
            return False
        return self.random.random() < probability
