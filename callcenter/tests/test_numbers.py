"""Telephone numbers: recognised, and as people write them. No database."""

import pytest

from callcenter.numbers import (
    WITHHELD_NUMBERS,
    country,
    international_form,
    known_number,
    phone_number,
)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+819012345678", "+819012345678"),
        ("+123456789012345", "+123456789012345"),
        ("+1234567890123456", ""),
        ("+0312345678", ""),
        ("0312345678", ""),
        ("+81 90 1234", ""),
        ("+819012345678\n", ""),
        ("+８１９０", ""),
        ("anonymous", ""),
        ("client:agent_01", ""),
        ("", ""),
        *((withheld, "") for withheld in sorted(WITHHELD_NUMBERS)),
    ],
)
def test_caller_is_known_by_a_number_in_international_form_that_is_not_withheld(
    raw, number
):
    assert known_number(raw) == number


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("+81312345678", "03-1234-5678"),
        ("+819012345678", "090-1234-5678"),
        ("+12015550123", "+1 201-555-0123"),
        ("+442079460000", "+44 20 7946 0000"),
        ("+999999999999999", "+999999999999999"),
        ("+", "+"),
        ("0312345678", "0312345678"),
        ("client:agent_01", "client:agent_01"),
        ("anonymous", "anonymous"),
        ("", ""),
    ],
)
def test_number_reads_in_national_style_at_home_and_with_its_code_from_abroad(
    number, read
):
    assert phone_number(number) == read


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("03-1234-5678", "+81312345678"),
        ("0312345678", "+81312345678"),
        ("(03) 1234 5678", "+81312345678"),
        ("+1 201-555-0123", "+12015550123"),
        ("+81312345678", "+81312345678"),
        ("12", "12"),
        ("agent_01", "agent_01"),
        ("", ""),
    ],
)
def test_number_as_people_write_it_has_an_international_form(text, number):
    assert international_form(text) == number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+815009789742", "JP"),
        ("+12125551234", "US"),
        ("+442079460000", "GB"),
        ("+15550971121", ""),
        ("+819999999999999", "JP"),
        ("+6421123456", "NZ"),
        ("+80012345678", ""),
        ("+999999999999999", ""),
        ("+1", ""),
        ("", ""),
        ("anonymous", ""),
    ],
)
def test_country_is_known_from_the_number_where_it_can_be(number, code):
    assert country(number) == code
