"""A day by keypad: states of operators equal the stand-in's account, to the second."""

import json
from collections import Counter

import pytest
from django.core.management import call_command

from callcenter.demo.live import simulation
from callcenter.demo.setup.second_line import add_second_line
from callcenter.history import backlog
from callcenter.models import Connection, OperatorState, WebhookEvent, WrapUpCode
from callcenter.tests.history_rows import history_rows
from callcenter.tests.roads.keypad_day import KeypadDay, Span, account
from callcenter.tests.roads.virtual_hour import Batches

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = "2026-11-25"
LINE = "+815000000101"
NUMBERS = ["+815000000201", "+815000000202", "+815000000203"]


@pytest.fixture
def day(twilio, monkeypatch):
    """A day of five hours with three operators of one queue, played."""
    batches = Batches()
    monkeypatch.setattr(backlog, "schedule", batches.schedule)
    add_second_line({})
    WrapUpCode.objects.all().delete()
    WrapUpCode.objects.create(code="billing", name="Billing", digits="12")
    seats = [seat for seat in simulation.seats() if seat.number in NUMBERS]
    played = KeypadDay(seats, LINE, hours=5)
    played.exchange = played.play(batches)
    return played


def stored() -> list[Span]:
    rows = OperatorState.objects.order_by("operator", "started_at")
    found = rows.values_list("operator", "state", "started_at", "ended_at")
    return [Span(*row) for row in found]


def seconds_of(spans: list[Span]) -> Counter[tuple[str, str]]:
    """Whole seconds by operator and state, from one full second to another."""
    found: Counter[tuple[str, str]] = Counter()
    for span in spans:
        if span.until and span.state != "signed_out":
            lasted = int(span.until.timestamp()) - int(span.since.timestamp())
            found[span.operator, span.state] += lasted
    return found


def reported(capsys) -> Counter[tuple[str, str]]:
    call_command(
        "report", "operators", f"--first={DAY}", f"--last={DAY}", "--format=json"
    )
    columns = {
        "ready": "ready_seconds",
        "wrap_up": "wrapup_seconds",
        "not_ready": "not_ready_seconds",
    }
    rows = json.loads(capsys.readouterr().out)["rows"]
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for state, column in columns.items():
            found[row["operator"], state] += row[column]
    return found


def test_states_are_those_that_operators_have_told_by_keys(day, capsys):
    told = sorted(
        account(day, day.exchange), key=lambda span: (span.operator, span.since)
    )

    assert stored() == told
    assert {span.state for span in told} == set(OperatorState.State.values)
    sums = seconds_of(told)
    assert len(sums) == 4 * len(NUMBERS)
    assert min(sums.values()) > 300
    in_report = Counter({key: sums[key] for key in sums if key[1] != "talking"})
    assert reported(capsys) == in_report
    assert {sent.outcome for sent in day.exchange.sent} == {"answered"}
    check_codes(day)
    check_that_the_same_is_derived_again()


def check_codes(day: KeypadDay) -> None:
    """Each code is of the conversation of that leg that was over last before it."""
    wanted = set()
    for diary in day.diaries:
        for at, _digits in diary.codes:
            over = [
                talk for talk in diary.leg.talks if talk.ended_at and talk.ended_at < at
            ]
            wanted |= {(over[-1].other_sid, diary.leg.sid)} if over else set()
    noted = Connection.objects.exclude(wrap_up_code="")
    found = noted.values_list("entry__call__sid", "operator_call_sid", "wrap_up_code")
    assert set(found) == {(*pair, "billing") for pair in wanted}
    assert len(wanted) > 20


def check_that_the_same_is_derived_again() -> None:
    rows = history_rows()
    call_command("rebuild_calls")
    assert history_rows() == rows
    assert not WebhookEvent.objects.pending().exists()
