"""Pasts of few days for the tests about them, played by the demo's own setup."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callcenter.decision import Decision, Verb
from callcenter.demo.past.days import Past, PastDay
from callcenter.demo.past.in_process import with_demo_pins
from callcenter.demo.setup.second_line import add_second_line
from callcenter.flow.current import read_plan
from callcenter.models import WebhookEvent
from callcenter.standin.calls.legs import Leg
from callcenter.tests.roads.account import Account
from callcenter.tests.roads.virtual_hour import Hour, Received

TOKYO = ZoneInfo("Asia/Tokyo")

_played: dict[Past, tuple[PastDay, ...]] = {}


def past(*, days: int = 2, seed: int = 7, until: str = "2026-11-20T11:12:13") -> Past:
    """A past that ends at a moment in UTC: on a Friday evening in Tokyo."""
    moment = datetime.fromisoformat(until).replace(tzinfo=UTC)
    return Past(seed=seed, days=days, until=moment, zone=TOKYO)


def play(asked: Past) -> tuple[PastDay, ...]:
    """The days of a past, played anew. Makes the setup; needs the database."""
    add_second_line(asked.holidays)
    return tuple(asked.played(with_demo_pins(read_plan())))


def played(asked: Past) -> tuple[PastDay, ...]:
    """The days of a past, played once for all tests, which must not change them."""
    if asked not in _played:
        _played[asked] = play(asked)
    return _played[asked]


def two_days() -> tuple[PastDay, ...]:
    """Thursday, with the outage, and Friday, which ends the past."""
    return played(past())


class DayAccount(Account):
    """What the stand-in knows of a day, and which calls met a closed line."""

    def __init__(self, day: PastDay) -> None:
        received = [_received(event) for event in day.events]
        self._closed = {
            event.call_sid for event in day.events if event.decision == Verb.CLOSED
        }
        super().__init__(Hour(day.exchange, received))

    def _without_entry(self, leg: Leg) -> str:
        return "closed" if leg.sid in self._closed else super()._without_entry(leg)


def _received(event: WebhookEvent) -> Received:
    """A request with as much of the answer as the account looks at."""
    decision = Decision.parse(event.decision)
    bodies = {
        Verb.MENU: "<Gather>",
        Verb.ENQUEUE: f"<Enqueue>{decision.target}</Enqueue>",
        Verb.LEAVE: "<Leave/>",
    }
    return Received(event.token, event.received_at, bodies.get(decision.verb, ""))
