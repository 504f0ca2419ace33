"""Lines that are kept aside hold no PIN and no token. No database."""

import json

import pytest

from callcenter.events.stripping import stripped

PIN, TOKEN = "4711", "eyJhbGciOi.secret"
SECRETS = {"CallToken": TOKEN, "StirPassportToken": TOKEN, "AccountSid": TOKEN}
OPERATOR = "/twilio/operator/?step=2"


def line(params, **fields):
    return json.dumps({"at": 5, **fields, "params": params}).encode()


def test_json_is_kept_without_the_fields_that_no_event_has():
    params = {"CallSid": "CA1", **SECRETS, "Digits": PIN, "SpeechResult": PIN}

    left = json.loads(stripped(line(params, path=OPERATOR)))

    assert left == {"at": 5, "path": OPERATOR, "params": {"CallSid": "CA1"}}


@pytest.mark.parametrize(
    "path", ["/twilio/menu/main/", "/twilio/operator/?in=1", "/twilio/wait/support/1"]
)
def test_keys_that_are_no_pin_stay(path):
    written = line({"Digits": "1"}, path=path)

    assert stripped(written) == written


@pytest.mark.parametrize(
    "fields", [{}, {"path": None}, {"path": "/twilio/operator"}, {"path": OPERATOR}]
)
def test_keys_are_left_out_where_they_may_be_a_pin(fields):
    assert PIN.encode() not in stripped(line({"Digits": PIN}, **fields))


@pytest.mark.parametrize(
    "written",
    [
        '{"params": {"Digits": "4711", "CallToken": "eyJhbGciOi.secret", ',
        '{"params": {"Digits": ["4711", "4711"], "CallToken": "eyJhbGciOi.secret',
        "{'Digits': '4711', 'StirPassportToken': 'eyJhbGciOi.secret'}",
        "CallSid=CA1&Digits=4711&CallToken=eyJhbGciOi.secret&To=x",
        "Digits: 4711; SpeechResult: 4711",
        r'{"log": "{\"Digits\": \"4711\", \"CallToken\":\"eyJhbGciOi.secret\"}", x',
        '["Digits=4711", {"CallToken": "eyJhbGciOi.secret"}]',
        '{"params": "Digits=4711&CallToken=eyJhbGciOi.secret"}',
        '{"Digits": "a\\"4711", "Digits": 4711, x',
        "Digits",
    ],
)
def test_text_that_is_no_event_is_blanked_by_the_names(written):
    left = stripped(written.encode()).decode()

    assert PIN not in left
    assert TOKEN not in left
    assert "Digits" in left or "Digits" not in json.dumps(json.loads(left))


@pytest.mark.parametrize(
    "written", [b"{broken", b'{"at": 5}', b"{\xff\xfe}", b"[" * 9999]
)
def test_line_without_secrets_stays_as_it_is(written):
    assert stripped(written) == written


def test_text_that_no_file_can_hold_does_not_stop_us():
    written = b'{"params": {"From": "\\ud800", "CallToken": "x"}}'

    assert stripped(written) == b'{"params": {"From": "\\ud800"}}'
