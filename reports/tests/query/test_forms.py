"""The filter above every report."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from reports.definitions.callers import AbandonedCallsReport
from reports.definitions.calls import CallsReport, LegsReport
from reports.definitions.ivr import IvrStepsReport
from reports.query.forms import ReportForm
from reports.query.periods import Period
from reports.tests.factories import (
    NOON,
    OPERATOR,
    make_abandoned,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
    make_step,
    selection,
)

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")
FIRST_MOMENT = datetime(2026, 10, 19, 15, tzinfo=UTC)
LAST_MOMENT = FIRST_MOMENT + timedelta(days=1, microseconds=-1)
JUST_OUTSIDE = [
    FIRST_MOMENT - timedelta(microseconds=1),
    LAST_MOMENT + timedelta(microseconds=1),
]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, "2026-10-21", "2026-10-21"),
        ({"first": "2026-10-01"}, "2026-10-01", "2026-10-21"),
        ({"first": "2026-12-01"}, "2026-12-01", "2026-12-01"),
        ({"last": "2026-10-01"}, "2026-10-01", "2026-10-01"),
        ({"first": "2026-10-01", "last": "2026-10-02"}, "2026-10-01", "2026-10-02"),
    ],
)
def test_days_left_out_have_a_default(asked, first, last):
    # Half past midnight of the 21st in Tokyo.
    with time_machine.travel(datetime(2026, 10, 20, 15, 30, tzinfo=UTC), tick=False):
        form = ReportForm(asked)

        assert form.is_valid()
    assert form.selection.period == Period(
        date.fromisoformat(first), date.fromisoformat(last), TOKYO
    )


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"first": "2026-02-30"}, "first"),
        ({"first": "01/02/2026"}, "first"),
        ({"first": "1969-12-31"}, "first"),
        ({"last": "9999-12-31"}, "last"),
        ({"first": "2026-10-21", "last": "2026-10-20"}, "last"),
        ({"queue": "nowhere"}, "queue"),
        ({"queue": "SUPPORT"}, "queue"),
        ({"queue": "\udcff"}, "queue"),
        ({"queue": "sup\x00port"}, "queue"),
        ({"operator": "+815000000999"}, "operator"),
        ({"operator": "client:nobody"}, "operator"),
        ({"operator": "client:"}, "operator"),
        ({"line": "+815000000999"}, "line"),
        ({"interval": "7"}, "interval"),
        ({"period": "tomorrow"}, "period"),
        ({"period": "today", "last": "2026-10-20"}, "period"),
        ({"compare": "never"}, "compare"),
        ({"compare": "year", "first": "2000-06-01", "last": "2000-06-02"}, "compare"),
        ({"zone": "Asia"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_what_cannot_be_is_an_error_of_its_field(asked, field):
    make_queue("support")
    make_operator()

    assert list(ReportForm(asked).errors) == [field]


@pytest.mark.parametrize(
    "asked",
    [
        {"queue": "support"},
        {"queue": "gone"},
        {"operator": OPERATOR},
        {"operator": "client:agent_01"},
        {"operator": "client:left_long_ago"},
        {"line": "+815000000102"},
        {"zone": "America/New_York"},
    ],
)
def test_what_is_set_up_or_known_from_history_may_be_asked_for(asked):
    make_queue("support")
    make_operator(client_identity="agent_01")
    make_connection(make_entry(queue="gone"), operator="client:left_long_ago")
    make_call(line="+815000000102")

    assert ReportForm(asked).errors == {}


def test_first_and_last_moment_of_a_period_belong_to_it():
    inside = [make_entry(FIRST_MOMENT), make_entry(LAST_MOMENT)]
    for moment in JUST_OUTSIDE:
        make_entry(moment)

    assert list(selection().entries().order_by("entered_at")) == inside


def test_connections_and_abandoned_calls_belong_to_the_period_of_entering():
    late = make_entry(LAST_MOMENT, wait_seconds=300)
    connection = make_connection(late)
    abandoned = make_abandoned(LAST_MOMENT)
    for moment in JUST_OUTSIDE:
        make_connection(make_entry(moment, wait_seconds=300))
        make_abandoned(moment)

    assert list(selection().connections()) == [connection]
    assert list(AbandonedCallsReport().listed(selection()).rows) == [abandoned]


def test_calls_belong_to_the_period_of_their_start():
    inside = [make_call(FIRST_MOMENT), make_call(LAST_MOMENT)]
    for moment in JUST_OUTSIDE:
        make_call(moment)
    make_call(NOON, kind="operator")

    assert list(CallsReport().listed(selection()).rows.order_by("started_at")) == inside


@pytest.mark.parametrize(
    "asked",
    [{"queue": "support"}, {"line": "+815000000101"}, {"operator": OPERATOR}],
)
def test_queue_line_and_operator_narrow_every_kind_of_row(asked):
    wanted = make_entry(call=make_call(line="+815000000101"))
    connection = make_connection(wanted, operator=OPERATOR)
    step = make_step(call=wanted.call)
    other = make_entry(call=make_call(line="+815000000102"), queue="sales")
    make_connection(other, operator="client:agent_01")
    make_step(call=other.call)

    asked_for = selection(**asked)

    assert list(asked_for.entries()) == [wanted]
    assert list(asked_for.connections()) == [connection]
    assert list(CallsReport().listed(asked_for).rows) == [wanted.call]
    assert list(LegsReport().listed(asked_for).rows) == [wanted.call]
    assert list(IvrStepsReport().listed(asked_for).rows) == [step]


@pytest.mark.parametrize("asked", [{"queue": "support"}, {"line": "+815000000101"}])
def test_queue_and_line_narrow_abandoned_calls(asked):
    wanted = make_abandoned()
    make_abandoned(queue="sales", call=make_call(line="+815000000102"))

    assert list(AbandonedCallsReport().listed(selection(**asked)).rows) == [wanted]


def test_legs_of_an_operator_are_their_own_and_those_they_took():
    entry = make_entry()
    make_connection(entry)
    dialled_in = make_call(kind="operator", from_raw=OPERATOR, caller=OPERATOR)
    browser = make_call(kind="outbound", from_raw="client:agent_01", caller="")
    make_call(kind="operator", from_raw="+815000000202", caller="+815000000202")
    make_operator(client_identity="agent_01")

    by_telephone, by_browser = (
        LegsReport().listed(selection(operator=operator)).rows
        for operator in (OPERATOR, "client:agent_01")
    )
    assert set(by_telephone) == {entry.call, dialled_in}
    assert set(by_browser) == {browser}


@pytest.mark.parametrize(
    ("interval", "last", "is_refused"),
    [
        ("15", "2027-02-20", False),
        ("15", "2027-02-21", True),
        ("day", "2109-01-01", False),
        ("month", "2199-12-31", True),
    ],
)
def test_more_intervals_than_a_report_can_have_are_refused(interval, last, is_refused):
    asked = {"first": "2026-01-01", "last": last, "interval": interval}

    form = ReportForm(asked, is_by_interval=True)

    assert list(form.errors) == (["last"] if is_refused else [])
    # Lists have no rows for quiet intervals.
    assert not ReportForm(asked).errors
