"""Days as arguments of commands: read alike, and refused in words, by all of them."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from callcenter.management.arguments import day, moment


def test_day_and_moment_are_read():
    assert day("2026-11-29") == date(2026, 11, 29)
    assert moment("2026-11-29") == datetime(2026, 11, 28, 15, tzinfo=UTC)
    assert moment("2026-11-29T09:30") == datetime(2026, 11, 29, 0, 30, tzinfo=UTC)
    assert moment("2026-11-29T09:30Z") == datetime(2026, 11, 29, 9, 30, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("prune_events", "--before"),
        ("rebuild_calls", "--since"),
        ("dump_events", "--since"),
        ("dump_events", "--until"),
        ("report", "calls", "--first"),
        ("report", "calls", "--last"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("text", ["2026-13-45", "2026-02-29", "yesterday", "26-1-5"])
def test_what_is_no_day_is_told_how_to_write_one(words, text):
    with pytest.raises(CommandError, match="rite the day as YYYY-MM-DD, such as"):
        call_command(*words, text)


@pytest.mark.parametrize("text", ["0", "-1", "99999", "a year"])
def test_number_of_days_is_said_with_its_limits(text):
    with pytest.raises(CommandError, match="a number of days from 1 to 36500"):
        call_command("forget_caller", f"--older-than={text}")


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "words", [("prune_events", "--before"), ("dump_events", "--since")]
)
def test_day_on_which_nobody_called_is_refused(words, text):
    with pytest.raises(CommandError, match=f"{text} is not between 2000 and 2199"):
        call_command(*words, text)
