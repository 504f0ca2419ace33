"""Counts of simulated traffic, and the lines that show them. No database.

Requests are removed from the exchange once they are counted, and of legs that are over
the last ones stay, for its call log: so traffic may go on for days.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from callcenter.demo.actors import gave_up
from callcenter.standin.calls.account import Sent
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg

MOST_LEGS_KEPT = 10_000


@dataclass
class Tally:
    """How many calls of customers and requests of all legs were completed so far."""

    is_operator: Callable[[Leg], bool]
    answered: int = 0
    abandoned: int = 0
    otherwise: int = 0
    requests: int = 0
    # Requests without a good answer, by reason.
    lost: Counter[str] = field(default_factory=Counter)
    # The legs that are counted and still known, the oldest first.
    _counted: dict[str, None] = field(default_factory=dict)

    def take(self, exchange: Exchange) -> None:
        """Count what was completed since the last time."""
        for leg in exchange.calls.values():
            if leg.is_over and leg.sid not in self._counted:
                self._counted[leg.sid] = None
                if not self.is_operator(leg):
                    self._take_leg(leg)
        for sid in list(self._counted)[:-MOST_LEGS_KEPT]:
            del exchange.calls[sid], self._counted[sid]
        for sent in exchange.sent:
            if sent.done_at is not None:
                self._take_sent(sent)
        exchange.sent[:] = [sent for sent in exchange.sent if sent.done_at is None]

    def picture(self, exchange: Exchange, per_second: float) -> str:
        """The live line of the terminal."""
        legs = [leg for leg in self._open(exchange) if not self.is_operator(leg)]
        doing = Counter(leg.doing for leg in legs)
        answered = self.answered + sum(bool(leg.talks) for leg in legs)
        return (
            f"{_clock(exchange.clock.seconds())}  waiting {doing['queued']:2}"
            f"  talking {doing['talking']:2}  answered {answered:4}"
            f"  abandoned {self.abandoned:3}  {per_second:5.1f} webhooks/s"
        )

    def closing_line(
        self, call_seconds: float, seconds: float, *, is_cut_short: bool = False
    ) -> str:
        """The line at the end."""
        begin = "Stopped in the middle after" if is_cut_short else "Simulated"
        calls = self.answered + self.abandoned + self.otherwise
        lost = self.lost.total()
        reasons = ", ".join(f"{count} {why}" for why, count in self.lost.most_common())
        line = (
            f"{begin} {_clock(call_seconds)} of traffic in {_clock(seconds)}:"
            f" {calls} calls, {self.answered} answered, {self.abandoned} abandoned,"
            f" {self.otherwise} otherwise; {self.requests} requests, {lost} not"
            f" delivered{f' ({reasons})' if lost else ''}."
        )
        if self.lost["refused with 403"]:
            line += (
                " 403: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN or PUBLIC_BASE_URL of"
                " the server are others than here."
            )
        return line

    def give_up(self, exchange: Exchange) -> int:
        """Count what was not completed; returns how many legs, requests."""
        self.take(exchange)
        under_way = len(exchange.sent)
        self.requests += under_way
        if under_way:
            self.lost["under way at the end"] += under_way
        legs = self._open(exchange)
        self.otherwise += sum(not self.is_operator(leg) for leg in legs)
        return len(legs) + under_way

    def _open(self, exchange: Exchange) -> list[Leg]:
        """The legs that are not counted yet."""
        return [leg for leg in exchange.calls.values() if leg.sid not in self._counted]

    def _take_leg(self, leg: Leg) -> None:
        if leg.talks:
            self.answered += 1
        elif gave_up(leg):
            self.abandoned += 1
        else:
            self.otherwise += 1

    def _take_sent(self, sent: Sent) -> None:
        self.requests += 1
        if sent.outcome == "refused":
            # Without a status it was answered, but not with a document.
            why = f"refused with {sent.status}" if sent.status >= 300 else "no document"
            self.lost[why] += 1
        elif sent.outcome != "answered":
            self.lost[sent.outcome] += 1


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
