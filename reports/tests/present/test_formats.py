"""How values are written on a page. No database."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from callcenter.models import Holiday, Queue, QueueThreshold
from reports.present import formats, kinds
from reports.query.table import Column


@pytest.mark.parametrize(
    ("fraction", "read"),
    [(0.8185, "81.9%"), (0.3333333333333333, "33.3%"), (1.0, "100.0%"), (0.0, "0.0%")],
)
def test_fraction_reads_as_per_cent_with_halves_rounded_up(fraction, read):
    assert formats.percent(fraction) == read


@pytest.mark.parametrize(
    ("seconds", "read"),
    [(0, "0:00:00"), (95, "0:01:35"), (360000, "100:00:00")],
)
def test_length_reads_as_hours_minutes_and_seconds(seconds, read):
    assert formats.duration(seconds) == read


@pytest.mark.parametrize(
    ("seconds", "read"), [(18.8, "0:00:19"), (2.5, "0:00:03"), (0.4, "0:00:00")]
)
def test_average_length_is_rounded_to_the_second(seconds, read):
    assert formats.mean_duration(seconds) == read


def test_thousands_are_grouped():
    assert formats.count(1234567) == "1,234,567"


def test_moment_reads_in_the_active_zone_and_language():
    moment = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)

    with translation.override("ja"):
        assert formats.moment(moment) == "2026/11/22(日) 10:05:00"
        assert formats.interval(moment) == "2026/11/22(日) 10:05"
    assert formats.interval("09") == "09"


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ja", ["2026/11/22(日) 10:05:09", "11/22(日) 10:05", "2026/11/22(日) 10:05"]),
        ("en", ["22 Nov 2026, 10:05:09", "22 Nov, 10:05", "22 Nov 2026, 10:05"]),
    ],
)
def test_language_has_one_long_form_and_one_short_form(language, texts):
    at = datetime(2026, 11, 22, 1, 5, 9, tzinfo=UTC)
    same_year = datetime(2026, 12, 1, tzinfo=UTC)
    next_year = datetime(2027, 1, 2, tzinfo=UTC)

    with translation.override(language):
        assert [
            formats.moment(at),
            formats.short_moment(at, same_year),
            formats.short_moment(at, next_year),
        ] == texts
        assert formats.short_moment(at, at) == "10:05"


@pytest.mark.parametrize(
    ("language", "day"), [("ja", "2026/12/30"), ("en", "30 Dec 2026")]
)
def test_days_of_setup_rows_read_as_on_the_pages(language, day):
    december = date(2026, 12, 30)
    queue = Queue(name="Help desk", slug="support")

    with translation.override(language):
        assert formats.day(december) == day
        assert str(Holiday(date=december, name="Closing")) == f"{day} Closing"
        assert str(QueueThreshold(queue=queue, valid_from=december)).endswith(day)


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("+815012345678", "*********5678"),
        ("anonymous", "*****mous"),
        ("123", "***"),
        ("1234", "****"),
        ("12345", "*2345"),
        ("sip:201@pbx", "sip:***@pbx"),
        ('"03" <sip:x@h>', "**********x@h>"),
    ],
)
def test_masked_number_shows_its_last_digits_only(number, read):
    assert formats.masked_number(number) == read


def test_nothing_reads_as_a_dash():
    rate = Column("service_level", "Service level", kinds.FRACTION)

    assert [rate.shown(value) for value in (None, 0.0, 0.5)] == ["—", "0.0%", "50.0%"]


@pytest.mark.parametrize(
    ("value", "shown"), [(-0.04, "±0.0"), (0.04, "±0.0"), (-0.06, "−0.1"), (2, "+2.0")]
)
def test_difference_that_is_shown_as_nothing_has_no_direction(value, shown):
    assert formats.change_of_decimal(value) == shown


def test_number_of_a_forgotten_caller_is_said_to_be_erased():
    pseudonym = "forgotten-abcdefghijklmnop"

    with translation.override("en"):
        assert formats.number(pseudonym) == "Erased (mnop)"
        assert formats.number(formats.masked_number(pseudonym)) == "Erased (mnop)"
    assert formats.number("+81312345678") == "03-1234-5678"
