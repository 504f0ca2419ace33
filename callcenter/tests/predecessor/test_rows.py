"""One row of the predecessor: its moment, its words, what must be said of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.predecessor.rows import (
    CONNECTS,
    ENDS,
    EXITS,
    Reading,
    Unplaceable,
    moment,
    operator_of,
    read_row,
)

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
SID, QUEUE_SID = "CA" + "1" * 32, "QU" + "1" * 32
READING = Reading(TOKYO, "support", {QUEUE_SID: "sales"})
MINIMUM = {"CallSid": SID, "CallStatus": "completed", "Time": "2014-05-08 10:00:00"}


def read(table=ENDS, reading=READING, **columns):
    """The row with these columns beside the fewest it needs."""
    return read_row(table, MINIMUM | columns, reading)


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2014-05-08 10:00:00", TOKYO, datetime(2014, 5, 8, 1, tzinfo=UTC)),
        ("2014-05-08T10:00:00.5", TOKYO, datetime(2014, 5, 8, 1, 0, 0, 500_000, UTC)),
        # Twice on that clock: the first time.
        ("2014-11-02 01:30:00", NEW_YORK, datetime(2014, 11, 2, 5, 30, tzinfo=UTC)),
        # Never on that clock.
        ("2014-03-09 02:30:00", NEW_YORK, None),
        ("2014-03-09 02:30:00", TOKYO, datetime(2014, 3, 8, 17, 30, tzinfo=UTC)),
        ("2014-05-08 10:00:00+09:00", TOKYO, None),
        ("0000-00-00 00:00:00", TOKYO, None),
        ("0001-01-01 00:00:00", TOKYO, None),
        ("1970-01-01 00:00:00", TOKYO, None),
        ("2014-05-08", TOKYO, None),
        ("soon", TOKYO, None),
        ("", TOKYO, None),
        (None, TOKYO, None),
    ],
)
def test_a_moment_is_read_on_the_clock_of_its_zone(text, zone, at):
    assert moment(text, zone) == at


@pytest.mark.parametrize(
    ("telnum", "operator"),
    [
        ("+815000000201", ("+815000000201", "")),
        ("client:rutoru_1", ("", "rutoru_1")),
        ("client:ru toru", ("", "")),
        ("client:", ("", "")),
        ("0312345678", ("", "")),
        ("anonymous", ("", "")),
        ("", ("", "")),
    ],
)
def test_an_operator_is_known_by_number_or_browser_identity(telnum, operator):
    assert operator_of(telnum) == operator


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"CallSid": None}, "CallSid is missing or malformed"),
        ({"CallSid": "CA1"}, "CallSid is missing or malformed"),
        ({"Time": None}, "Time is no moment in Asia/Tokyo"),
        ({"Time": "0000-00-00 00:00:00"}, "Time is no moment in Asia/Tokyo"),
    ],
)
def test_a_row_without_call_or_moment_cannot_be_placed(columns, reason):
    with pytest.raises(Unplaceable, match=reason):
        read(**columns)


def test_a_row_without_columns_cannot_be_placed():
    with pytest.raises(Unplaceable, match="CallSid"):
        read_row(ENDS, {}, READING)


def test_what_was_null_had_not_been_sent_and_what_nobody_knows_is_kept():
    row = read(From="anonymous", CallerName="", ForwardedFrom=None, Extra="5")

    assert row.form == {
        "CallSid": SID,
        "CallStatus": "completed",
        "From": "anonymous",
        "CallerName": "",
        "Extra": "5",
    }
    assert row.doubts == ()


@pytest.mark.parametrize(
    ("name", "cut", "whole"),
    [
        ("QueueResult", "bridging-in-pro", "bridging-in-process"),
        ("QueueResult", "redirected-from", "redirected-from-bridged"),
        ("Direction", "trunking-termin", "trunking-terminating"),
        ("Direction", "trunking-origin", "trunking-originating"),
    ],
)
def test_a_word_that_was_cut_is_whole_again_and_said(name, cut, whole):
    row = read(EXITS, **({"QueueResult": "hangup"} | {name: cut}))

    assert row.text(name) == whole
    assert row.doubts == (f"{name} was cut to {cut!r}, read as {whole!r}",)


def test_a_cut_word_in_another_column_stays_as_it_is():
    assert read(CallerName="redirected-from").text("CallerName") == "redirected-from"


@pytest.mark.parametrize(
    ("queue_sid", "queue"),
    [(QUEUE_SID, "sales"), ("QU" + "2" * 32, "support"), (None, "support")],
)
def test_the_queue_is_the_one_set_up_with_that_sid_else_the_one_named(queue_sid, queue):
    assert read(EXITS, QueueSid=queue_sid, QueueResult="hangup").queue == queue


@pytest.mark.parametrize(
    ("table", "columns", "doubt"),
    [
        (
            EXITS,
            {"QueueResult": "new"},
            "QueueResult 'new' is not known, counted as unknown",
        ),
        (
            EXITS,
            {"QueueResult": None},
            "QueueResult '' is not known, counted as unknown",
        ),
        (
            EXITS,
            {"QueueResult": "hangup", "QueueTime": "-3"},
            "QueueTime is no length of time, left out",
        ),
        (
            CONNECTS,
            {"DequeingCallSid": "CA1"},
            "DequeingCallSid is none, so the operator is not known",
        ),
        (ENDS, {"CallStatus": "ringing"}, "CallStatus 'ringing' is no end of a call"),
        (ENDS, {"CallStatus": None}, "CallStatus '' is no end of a call"),
    ],
)
def test_what_is_odd_about_a_row_is_said(table, columns, doubt):
    assert read(table, **columns).doubts == (doubt,)


def test_an_hour_that_the_clock_showed_twice_is_said():
    reading = Reading(NEW_YORK, "support")

    assert read(reading=reading, Time="2014-11-02 01:30:00").doubts == (
        "Time stands in an hour that the clock showed twice, read as the first",
    )
    assert read(reading=reading, Time="2014-11-02 02:30:00").doubts == ()
