"""Telephone numbers: recognised, and as people write them. No database."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.numbers import (
    caller_of,
    country,
    international_form,
    is_withheld,
    line_of,
    number_in,
    phone_number,
)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+819012345678", "+819012345678"),
        ("+123456789012345", "+123456789012345"),
        ("00819012345678", "+819012345678"),
        ("sip:+819012345678@pbx.example.com", "+819012345678"),
        ("SIPS:+819012345678@pbx.example.com;transport=tls", "+819012345678"),
        ("sip:00819012345678:secret@pbx.example.com", "+819012345678"),
        ("tel:+819012345678;ext=7", "+819012345678"),
        (" +819012345678\n", "+819012345678"),
        ("+８１9012345678", "+819012345678"),
        # What people see for these numbers.
        ("090-1234-5678", "+819012345678"),
        ("+1 201-555-0123", "+12015550123"),
        # Separators, and a trunk prefix behind the code of the country.
        ("+81 80-1234-5678", "+818012345678"),
        ("+8108012345678", "+818012345678"),
        ("+81-08012345678", "+818012345678"),
        ("+81 (0)80 1234 5678", "+818012345678"),
        ("＋81　80－1234－5678", "+818012345678"),
        ("0081 80-1234-5678", "+818012345678"),
        ("00810 80-1234-5678", "+818012345678"),
        ("00818012345678", "+818012345678"),
        ("008108012345678", "+818012345678"),
        ("sip:+81-80-1234-5678@pbx.example.com", "+818012345678"),
        ("tel:+81-(0)80-1234-5678", "+818012345678"),
        ("+8105000000301", "+815000000301"),
        ("+44 020 7946 0000", "+442079460000"),
        ("+4402079460000", "+442079460000"),
        # The 0 belongs to a number in Rome.
        ("+390612345678", "+390612345678"),
        ("+1234567890123456", ""),
        ("+0312345678", ""),
        ("0312345678", ""),
        ("819012345678", ""),
        ("+81 90 1234", ""),
        ("00999123456", ""),
        ("sip:0312345678@pbx.example.com", ""),
        ("anonymous", ""),
        ("client:agent_01", ""),
        ("", ""),
    ],
)
def test_number_is_read_in_every_form_that_names_it_beyond_doubt(raw, number):
    assert number_in(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        *("", " ", "anonymous", "Anonymous", "RESTRICTED", "Caller ID unavailable"),
        *("unknown", "private", "withheld", "blocked"),
        *("sip:anonymous@anonymous.invalid", "sip:+819012345678@anonymous.invalid"),
        *("sip:Restricted@pbx.example.com", "sip:@pbx.example.com"),
        *("非通知", "非通知設定", "番号非通知", "通知不可", "公衆電話", "表示圏外"),
        *("sip:非通知@pbx.example.com", "ﾋﾂｳﾁ 非通知", " 非​通知 "),
        *("No Caller ID", "no_caller_id", "NO CALLER-ID", "Ｎｏ　Ｃａｌｌｅｒ　ＩＤ"),
        *("Private", "Private Number", "ＰＲＩＶＡＴＥ", "Ａｎｏｎｙｍｏｕｓ"),
        *("Unknown", "Out of area", "Not available", "Payphone", "Public phone"),
        # ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad.
        *("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"),
        *("+7378742883", "+464", "+17378742833", "266696687", "00266696687"),
        # With a country code before them.
        *("+1266696687", "+817378742833", "+818656696", "+12562533", "+8186282452253"),
    ],
)
def test_withheld_caller_is_nobody(raw):
    assert is_withheld(raw)
    assert caller_of(raw) == ""


@pytest.mark.parametrize(
    ("raw", "caller"),
    [
        ("+819012345678", "+819012345678"),
        # Could be a telephone in Nagano.
        ("+81266696687", "+81266696687"),
        ("0312345678", "0312345678"),
        (" ０312345678 ", "0312345678"),
        ("03​12345678", "0312345678"),
        ("+0312345678", "+0312345678"),
        ("819012345678", "819012345678"),
        ("+999123456", "+999123456"),
        ("sip:sato@pbx.example.com", "sip:sato@pbx.example.com"),
        ("sip:山田@pbx.example.com", "sip:山田@pbx.example.com"),
        ("発信者⁠ 3﻿", "発信者 3"),
        ("sip:Sato@pbx.example.com", "sip:Sato@pbx.example.com"),
        ("sip:private-office@pbx.example.com", "sip:private-office@pbx.example.com"),
        ("client:agent_01", "client:agent_01"),
        ("sip:公衆電話課@pbx.example.com", "sip:公衆電話課@pbx.example.com"),
        ("sip:payphone@pbx.example.com", "sip:payphone@pbx.example.com"),
        ("Caller area 3", "Caller area 3"),
        ("+1 266 12", "+1 266 12"),
        ("x" * 300, "x" * 255),
    ],
)
def test_caller_is_a_number_or_the_text_as_it_came(raw, caller):
    assert not is_withheld(raw)
    assert caller_of(raw) == caller


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("+815000000102", "+815000000102"),
        ("815000000102", "+815000000102"),
        ("00815000000102", "+815000000102"),
        ("sip:+815000000102@cc.sip.example.com", "+815000000102"),
        ("sip:815000000102@cc.sip.example.com", "+815000000102"),
        ("050-0000-0102", "+815000000102"),
        # Not one of ours, but a number all the same.
        ("+815000000999", "+815000000999"),
        ("815000000999", ""),
        ("05000000102", ""),
        ("sip:5000000102@cc.sip.example.com", ""),
        ("", ""),
    ],
)
def test_line_is_the_number_that_was_called_beyond_doubt(raw, line):
    assert line_of(raw, {"+815000000102"}) == line


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


@given(st.from_regex(r"\+81(?:[5789]0[1-9][0-9]{7}|3[2-9][0-9]{7})", fullmatch=True))
def test_every_spelling_of_a_number_at_home_is_one_caller(number):
    digits = number.removeprefix("+81")

    spellings = [number, f"+810{digits}", f"+81 {digits[:2]}-{digits[2:]}"]
    spellings += [f"+81-0{digits}", f"0081{digits}", phone_number(number)]

    assert {caller_of(spelling) for spelling in spellings} == {number}


@given(st.from_regex(r"\+81[0-9]{1,13}", fullmatch=True))
@example("+81120123456")
@example("+815012345678")
@example("+81990123456")
@example("+81031234567")
def test_national_form_is_that_of_the_library_also_when_hyphens_are_remembered(number):
    style = phonenumbers.PhoneNumberFormat.NATIONAL
    try:
        expected = phonenumbers.format_number(phonenumbers.parse(number), style)
    except phonenumbers.NumberParseException:
        expected = number

    # Two numbers that begin alike share the places of their hyphens.
    phone_number(f"{number[:-1]}7")
    assert phone_number(number) == expected
