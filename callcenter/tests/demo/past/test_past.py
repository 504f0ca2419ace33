"""The days of a past: the same for a seed, and what a call center can have done."""

import re
from collections import Counter
from datetime import datetime
from itertools import pairwise
from urllib.parse import parse_qs

import pytest

from callcenter.demo.past.days import PastDay
from callcenter.events.eventfile import line_of_event
from callcenter.models import WebhookEvent
from callcenter.standin.calls.legs import Leg
from callcenter.tests.demo.past.pasts import DayAccount, past, play, played, two_days

# One process plays its days once for all these tests.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.xdist_group("past"),
]


def lines(days: tuple[PastDay, ...]) -> list[str]:
    return [line_of_event(event) for day in days for event in day.events]


def outcomes(day: PastDay) -> Counter[str]:
    """How the calls of customers ended, as the stand-in knows it."""
    account = DayAccount(day)
    return Counter(account.truth(leg).outcome for leg in day.customers)


def waits(day: PastDay) -> list[int]:
    """The seconds that every caller waited who was answered."""
    return [leg.visits[0].wait_seconds for leg in day.customers if leg.talks]


def test_same_seed_and_days_give_the_same_events():
    assert lines(play(past())) == lines(two_days())


def test_address_of_the_installation_changes_nothing(settings):
    one_day = past(days=1, until="2026-11-20T02:00:00")
    settings.PUBLIC_BASE_URL = ""
    without = lines(play(one_day))

    settings.PUBLIC_BASE_URL = "https://calls.example.com/minicc"

    assert lines(play(one_day)) == without
    assert len(without) > 500


def test_another_seed_gives_another_past():
    (other,) = played(past(days=1, seed=8))

    assert {leg.sid for leg in other.customers}.isdisjoint(
        leg.sid for leg in two_days()[1].customers
    )


def test_days_end_with_the_last_and_nothing_comes_after_the_end():
    asked = past()
    first, last = two_days()

    assert (first.day, last.day) == tuple(asked.dates)
    # 20:12 in Tokyo: nobody has been on the line since the last calls of the evening.
    hours_before = (asked.until - last.events[-1].received_at).total_seconds() / 3600
    assert 0 <= hours_before < 4


def test_past_that_ends_at_noon_ends_with_nobody_on_the_line():
    asked = past(days=1, until="2026-11-20T03:00:00")
    (day,) = played(asked)

    legs = {event.call_sid for event in day.events}
    ended = {event.call_sid for event in day.events if event.kind == "status"}
    assert legs == ended
    assert day.events[-1].received_at <= asked.until


def test_past_of_a_day_that_has_just_begun_is_empty():
    (day,) = played(past(days=1, until="2026-11-19T15:05:00"))

    assert (day.events, day.customers) == ([], [])


def test_events_stand_in_order_of_receipt_each_with_its_own_token():
    for day in two_days():
        received = [event.received_at for event in day.events]
        assert received == sorted(received)
        assert len({event.token for event in day.events}) == len(day.events)


def test_keys_are_recorded_and_pins_are_not():
    for day in two_days():
        keyed = [event for event in day.events if "Digits" in event.params]
        # Who waits may press a key for a message, and ends it by one.
        pressed = {"menu", "wait", "queue-exit", "voicemail", "operator"}
        assert {event.kind for event in keyed} <= pressed
        with_keys = [event for event in keyed if event.kind in ("menu", "operator")]
        assert {event.kind for event in with_keys} == {"menu", "operator"}
        assert len(with_keys) > 300
        for event in with_keys:
            asked = parse_qs(event.path.partition("?")[2])
            if event.kind == "menu":
                assert asked.keys() == {"step", "visits", "again", "lang"}
            else:
                assert asked["in"] == ["1"]
                assert re.fullmatch(r"[78]|\*[0-9]", event.params["Digits"])


def test_operators_on_telephones_have_short_breaks_and_note_codes_by_keys():
    for day in two_days():
        decided = Counter(
            event.decision for event in of_kind(day, "operator") if event.decision
        )
        codes = sum(
            count for text, count in decided.items() if text.startswith("wrap_up:")
        )
        began = [
            event
            for event in of_kind(day, "operator")
            if event.params.get("Digits") == "7"
        ]
        talked = [leg for leg in day.customers if leg.talks]
        assert 0.4 * len(talked) < codes <= len(talked)
        assert 4 < len(began) <= decided["not_ready"]
        assert not [
            event
            for event in of_kind(day, "operator")
            if str(event.params["From"]).startswith("client:")
            and "Digits" in event.params
        ]


def talks(day: PastDay) -> list[tuple[datetime, datetime, str]]:
    """Every talk from being taken to its end, with the operator's address."""
    who = {sid: leg.from_ for sid, leg in day.exchange.calls.items()}
    found = []
    for leg in day.customers:
        for talk in leg.talks:
            assert talk.ended_at is not None
            found.append((talk.began_at, talk.ended_at, who[talk.other_sid]))
    return sorted(found)


def check_one_talk_at_a_time(day: PastDay) -> int:
    """Nobody is given a caller while another talk lasts; says how many operators."""
    busy_until: dict[str, datetime] = {}
    for began, ended, who in talks(day):
        assert who not in busy_until or busy_until[who] < began
        busy_until[who] = ended
    return len(busy_until)


def check_one_leg_at_a_time(day: PastDay) -> None:
    """Nobody dials in on a second leg, and every leg ends."""
    customers = {leg.sid for leg in day.customers}
    by_operator: dict[str, list[Leg]] = {}
    for leg in day.exchange.calls.values():
        if leg.sid not in customers:
            by_operator.setdefault(leg.from_, []).append(leg)
    assert by_operator
    for legs in by_operator.values():
        for one, other in pairwise(legs):
            assert one.ended_at is not None
            assert other.started_at is not None
            assert one.ended_at < other.started_at


def test_operator_never_talks_to_two_callers_at_once():
    for day in two_days():
        assert check_one_talk_at_a_time(day) > 8


def test_operator_is_signed_in_on_one_leg_at_a_time():
    for day in two_days():
        check_one_leg_at_a_time(day)


def test_talk_past_the_end_of_a_session_delays_the_next_one():
    days = played(past(days=2, seed=3))

    late = [
        leg
        for day in days
        for leg in day.exchange.calls.values()
        if leg.hung_up_by == "caller" and leg.talks and leg not in day.customers
    ]
    assert late
    for day in days:
        check_one_talk_at_a_time(day)
        check_one_leg_at_a_time(day)


def test_weekday_is_believable():
    for day in played(past(days=2, seed=3)):
        counted = outcomes(day)
        offered = counted["answered"] + counted["abandoned"]
        quick = sum(wait <= 20 for wait in waits(day))

        assert 350 < len(day.customers) < 1000
        assert 0.55 < quick / offered < 0.99
        assert 0.01 < counted["abandoned"] / offered < 0.20
        assert counted.keys() >= {"self_service", "ivr_abandoned"}


def test_most_callers_of_a_sunday_are_answered():
    """Of several Sundays together, as one has few calls."""
    counted: Counter[str] = Counter()
    for day in ("2026-11-08", "2026-11-15", "2026-11-22"):
        (sunday,) = played(past(days=1, until=f"{day}T14:00:00"))
        assert 15 < len(sunday.customers) < 90
        counted += outcomes(sunday)

    given_up = counted["abandoned"] + counted["short_abandoned"]
    assert 0.7 < counted["answered"] / (counted["answered"] + given_up) < 0.95


def test_outage_loses_callbacks_and_hangs_up_on_operators():
    first, last = two_days()

    assert past().outage_day == first.day
    lost = Counter(sent.kind for sent in first.exchange.sent if sent.is_lost)
    assert lost["enqueue"] > 3
    assert lost["status"] > 3
    assert not any(sent.is_lost for sent in last.exchange.sent)


def test_outage_drops_most_operators_who_come_back_within_it():
    first, _ = two_days()
    begins = datetime(2026, 11, 19, 14, tzinfo=past().zone)

    customers = {leg.sid for leg in first.customers}
    legs = [leg for leg in first.exchange.calls.values() if leg.sid not in customers]
    dropped = {
        leg.from_
        for leg in legs
        if leg.ended_at and abs((leg.ended_at - begins).total_seconds()) < 2
    }
    back = {
        leg.from_
        for leg in legs
        if leg.started_at and 0 < (leg.started_at - begins).total_seconds() < 3600
    }
    assert len(dropped) > 3
    assert dropped <= back


def test_some_operators_are_asked_for_their_pin_twice():
    decisions = Counter(
        (event.decision, event.step)
        for day in (*two_days(), *played(past(days=2, seed=3)))
        for event in day.events
        if event.kind == "operator"
    )

    assert 0 < decisions["ask_pin", 2] < 0.3 * decisions["ask_pin", 1]
    assert decisions["sign_off", 3] == 0


@pytest.mark.parametrize(
    ("until", "days"), [("2026-11-03T12:00:00", 1), ("2026-11-08T12:00:00", 1)]
)
def test_last_day_is_open_even_if_it_is_a_holiday(until, days):
    assert past(days=days, until=until).holidays == {}
    assert past(days=days, until=until).outage_day is None


def test_holidays_before_the_last_day_are_closed():
    asked = past(days=2, until="2026-11-24T11:00:00")
    day, _ = played(asked)

    assert {str(day): name for day, name in asked.holidays.items()} == {
        "2026-11-23": "勤労感謝の日"
    }
    assert outcomes(day).keys() == {"closed"}
    assert {event.decision for event in of_kind(day, "incoming")} == {"closed"}


def of_kind(day: PastDay, kind: str) -> list[WebhookEvent]:
    return [event for event in day.events if event.kind == kind]
