"""Hours at the desk: states of operators are those of the stand-in's account."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from callcenter.demo.live.traffic import Seat
from callcenter.demo.setup.second_line import add_second_line
from callcenter.history import backlog
from callcenter.models import OperatorState
from callcenter.tests.roads.desk_day import DeskDay, account
from callcenter.tests.roads.keypad_day import Span
from callcenter.tests.roads.test_keypad_day import (
    DAY,
    LINE,
    check_that_the_same_is_derived_again,
    seconds_of,
    stored,
)
from callcenter.tests.roads.virtual_hour import Batches

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SECOND = timedelta(seconds=1)
SEATS = [
    Seat("client:agent_01", ("support", "sales", "billing")),
    Seat("client:agent_02", ("support", "sales", "billing")),
]


@pytest.fixture
def day(twilio, monkeypatch):
    """Three hours with two operators in the browser, played."""
    batches = Batches()
    monkeypatch.setattr(backlog, "schedule", batches.schedule)
    add_second_line({})
    played = DeskDay(SEATS, LINE, hours=3)
    played.exchange = played.play(batches)
    return played


def assert_alike(found: list[Span], told: list[Span]) -> None:
    """The same states, to the second in which Twilio says that a leg ended."""
    lasting = [[one for one in each if lasts(one)] for each in (found, told)]
    for one, other in zip(*lasting, strict=True):
        assert (one.operator, one.state) == (other.operator, other.state)
        assert abs(one.since - other.since) <= SECOND, (one, other)
        if one.until is None or other.until is None:
            assert one.until == other.until
        else:
            assert abs(one.until - other.until) <= SECOND, (one, other)


def lasts(span: Span) -> bool:
    return span.until is None or span.until - span.since > 3 * SECOND


def test_states_are_those_that_operators_have_told_at_the_desk(day, capsys):
    told = sorted(
        account(day, day.exchange), key=lambda span: (span.operator, span.since)
    )

    assert_alike(stored(), told)
    assert {span.state for span in told} == set(OperatorState.State.values)
    sums = seconds_of(stored())
    assert min(sums.values()) > 60
    call_command(
        "report", "operators", f"--first={DAY}", f"--last={DAY}", "--format=json"
    )
    rows = {row["operator"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    for seat in SEATS:
        row, name = rows[seat.number], seat.number
        talks = [
            talk
            for one in day.sittings
            if one.operator == name
            for leg in one.legs
            for talk in leg.talks
        ]
        talked = sum(talk.seconds for talk in talks)
        wrapped, ready = sums[name, "wrap_up"], sums[name, "ready"]
        assert row["connections"] == len(talks)
        assert row["talk_seconds"] == talked
        assert row["wrapup_seconds"] == wrapped
        assert row["ready_seconds"] == ready
        assert row["not_ready_seconds"] == sums[name, "not_ready"]
        assert row["aht_seconds"] == pytest.approx(
            (talked + wrapped) / len(talks), abs=0.01
        )
        busy = talked + wrapped
        assert row["occupancy"] == pytest.approx(busy / (busy + ready), abs=0.0001)
    check_that_the_same_is_derived_again()
