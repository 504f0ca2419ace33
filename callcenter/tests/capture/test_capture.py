"""A live call is captured: redacted, bounded, and without any effect on the call."""

import json
import logging
import os
import queue
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from callcenter.capture import switch, writing
from callcenter.models import (
    Call,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
    WebhookEvent,
    WrapUpCode,
)
from callcenter.tests.history_rows import history_rows
from callcenter.tests.pins import PIN
from callcenter.tests.twilio_client import Leg, TwilioClient
from callcenter.tests.webhooks.installation import OPERATOR, install

pytestmark = pytest.mark.django_db

CALLER = "+819012345678"
NAME, CITY = "Yamada Hanako", "Nerima"
ALSO_SENT = {
    "CallerName": NAME,
    "FromCity": CITY,
    "CallerCity": CITY,
    "SipSourceIp": "203.0.113.77",
    "CallToken": "secret-token",
    "StirVerstat": "TN-Validation-Passed-A",
}


@pytest.fixture(autouse=True)
def _alone(settings, tmp_path):
    settings.SPOOL_DIR = str(tmp_path / "spool")
    install()
    WrapUpCode.objects.create(code="billing", name="Billing", digits="12")
    switch.forget()
    yield
    writing.flush()
    switch.forget()


def begin() -> switch.Period:
    period = switch.start(60, timezone.now())
    switch.forget()
    return period


def a_call(twilio: TwilioClient) -> tuple[Leg, Leg]:
    """A caller, and the operator who takes the call and notes what it was about."""
    operator = twilio.leg(OPERATOR)
    operator.rings()
    operator.is_redirected()
    operator.presses(PIN)
    caller = twilio.leg(CALLER)
    caller.post("incoming", **ALSO_SENT)
    caller.presses("1")
    caller.waits(0)
    caller.is_taken_by(operator, 9)
    operator.dial_ends(
        "completed",
        DialCallSid=caller.call_sid,
        DialCallDuration="80",
        DialBridged="true",
    )
    caller.leaves_queue("bridged", 9)
    caller.ends(100)
    operator.presses("*12")
    operator.presses("9")
    operator.ends(200)
    writing.flush()
    return caller, operator


def lines(period: switch.Period) -> list[dict[str, Any]]:
    return [json.loads(line) for line in period.file.read_text("utf-8").splitlines()]


def test_nothing_is_captured_unless_somebody_asks_for_it(twilio):
    a_call(twilio)

    assert not switch.folder().exists()


def test_nothing_of_the_people_and_the_account_is_in_the_file(twilio, settings):
    period = begin()

    caller, operator = a_call(twilio)

    text = period.file.read_text("utf-8")
    assert len(lines(period)) == WebhookEvent.objects.count() == 13
    secrets = [CALLER, CALLER[3:], OPERATOR, OPERATOR[3:], caller.to, caller.to[3:]]
    secrets += [NAME, "Hanako", CITY, "203.0.113.77", "secret-token", PIN]
    secrets += [caller.call_sid, operator.call_sid, caller.call_sid[2:]]
    secrets += [settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN]
    secrets += list(WebhookEvent.objects.values_list("token", flat=True))
    assert [secret for secret in secrets if secret in text] == []
    assert "Signature" not in text.replace("X-Twilio-Signature", "")
    assert not re.search(r'"[A-Za-z0-9+/]{27}="', text)
    assert "127.0.0.1" not in text


def test_file_and_folder_are_for_their_owner_alone(twilio):
    period = begin()
    a_call(twilio)

    assert period.file.stat().st_mode & 0o777 == 0o600
    assert switch.folder().stat().st_mode & 0o777 == 0o700
    switches = [one.stat().st_mode & 0o777 for one in switch.folder().glob("*.json")]
    assert switches == [0o600]


def shape() -> list[object]:
    """The history without numbers and SIDs."""
    tables = {
        Call: ("kind", "direction", "status", "outcome", "ivr_path", "ended_at"),
        QueueEntry: ("visit", "queue", "outcome", "wait_seconds", "entered_at"),
        Connection: ("talk_seconds", "talk_source", "wrap_up_code", "connected_at"),
        IvrStep: ("step", "menu", "input", "led_to"),
        OperatorState: ("state", "started_at", "ended_at"),
    }
    return [
        sorted(map(repr, model._default_manager.values_list(*columns)))
        for model, columns in tables.items()
    ]


def callers() -> list[str]:
    found = Call.objects.filter(kind="customer")
    return list(found.values_list("caller", flat=True))


def test_captured_call_is_loaded_and_gives_the_same_history(twilio):
    period = begin()
    a_call(twilio)
    before, calls = shape(), Call.objects.count()
    assert Connection.objects.get().wrap_up_code == "billing"
    assert callers() == [CALLER]
    WebhookEvent.objects.all().delete()
    Call.objects.all().delete()

    call_command("load_events", str(period.file))

    assert shape() == before
    assert Call.objects.count() == calls == 2
    (pseudonym,) = callers()
    assert pseudonym.startswith("+81")
    assert len(pseudonym) == len(CALLER)
    assert pseudonym != CALLER
    rows = history_rows()
    call_command("load_events", str(period.file))
    assert history_rows() == rows


def test_line_has_what_no_event_keeps(twilio):
    period = begin()
    a_call(twilio)

    first = next(one for one in lines(period) if "CallerName" in one["params"])
    extra = first["capture"]
    assert extra["status"] == 200
    assert extra["headers"] == ["I-Twilio-Idempotency-Token", "X-Twilio-Signature"]
    assert extra["content_type"].startswith("application/x-www-form-urlencoded")
    assert extra["names"][:4] == ["AccountSid", "ApiVersion", "CallSid", "CallStatus"]
    assert {"CallToken", "SipSourceIp"} <= set(extra["names"])
    assert extra["not_ascii"] == []
    assert extra["body_bytes"] > 300
    assert first["params"]["CallerName"] == "(removed)"
    assert first["params"]["SipSourceIp"] == "999.9.999.99"
    assert first["params"]["StirVerstat"] == "TN-Validation-Passed-A"
    assert "AccountSid" not in first["params"]


def test_capture_ends_by_itself_and_forgets_its_key(twilio):
    period = begin()
    with time_machine.travel(period.until + timedelta(seconds=1), tick=False):
        switch.forget()
        twilio.leg(CALLER).rings()
        writing.flush()

    assert lines(period) == []
    assert [one.name for one in switch.folder().iterdir()] == [period.file.name]


def test_refused_request_is_not_captured(twilio):
    period = begin()

    assert twilio.post("incoming", signed="wrong").status_code == 403
    writing.flush()

    assert lines(period) == []


def fails_to_write(period: switch.Period, monkeypatch) -> None:
    def full(*args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)


def is_gone(period: switch.Period, monkeypatch) -> None:
    period.file.unlink()


def leads_elsewhere(period: switch.Period, monkeypatch) -> None:
    period.file.unlink()
    period.file.symlink_to(switch.folder().parent / "elsewhere")


def has_a_bug(period: switch.Period, monkeypatch) -> None:
    def bug(*args: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(writing, "line_of", bug)


@pytest.mark.parametrize(
    "failure", [fails_to_write, is_gone, leads_elsewhere, has_a_bug]
)
def test_failure_of_the_capture_is_no_failure_of_the_call(
    twilio, monkeypatch, caplog, failure
):
    period = begin()
    failure(period, monkeypatch)

    with caplog.at_level(logging.WARNING, "callcenter.capture"):
        caller, _operator = a_call(twilio)

    assert {answer.status_code for answer in caller.answers} == {200, 204}
    assert WebhookEvent.objects.count() == 13
    warnings = [one for one in caplog.records if one.name.startswith("callcenter.capt")]
    assert len(warnings) == 1
    assert "no more is captured" in warnings[0].getMessage()
    assert not (switch.folder().parent / "elsewhere").exists()


def test_file_grows_to_its_bound_and_no_further(twilio, monkeypatch):
    period = begin()
    monkeypatch.setattr(writing, "MOST_BYTES", 3_000)

    a_call(twilio)

    assert 0 < period.file.stat().st_size <= 3_000
    assert 0 < len(lines(period)) < 13


def test_with_more_than_can_wait_the_capture_is_given_up(twilio, monkeypatch):
    period = begin()

    def full(*args: object) -> None:
        raise queue.Full

    with monkeypatch.context() as patched:
        patched.setattr(writing._writer._waiting, "put_nowait", full)
        caller, _operator = a_call(twilio)
    a_call(twilio)

    assert {answer.status_code for answer in caller.answers} == {200, 204}
    assert lines(period) == []


def test_file_is_there_before_any_process_can_be_told_of_it(monkeypatch):
    found: list[bool] = []

    def told(unfinished: Path, switch_file: Path) -> None:
        found.extend(one.exists() for one in switch.folder().glob("capture-*.jsonl"))

    monkeypatch.setattr(Path, "replace", told)
    switch.start(60, timezone.now())

    assert found == [True]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"until": "now"}', '{"until": "2026-11-22T00:00:00"}'],
)
def test_switch_that_cannot_be_read_captures_nothing(twilio, text):
    period = begin()
    (switch.folder() / "on.json").write_text(text)
    switch.forget()

    a_call(twilio)

    assert lines(period) == []


def test_switch_names_no_file_outside_of_its_folder(tmp_path):
    period = begin()
    path = switch.folder() / "on.json"
    fields = json.loads(path.read_text()) | {"file": f"../../{tmp_path.name}/x.jsonl"}
    path.write_text(json.dumps(fields))

    now = switch.status(timezone.now())

    assert now is not None
    assert now.file.parent == period.file.parent


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("capture", *words)
    return capsys.readouterr().out


def test_command_begins_says_how_it_stands_and_ends(twilio, capsys):
    assert said(capsys) == "Nothing is captured now.\n"
    begun = said(capsys, "--start", "--minutes", "5")
    assert begun.startswith("Every request is captured until ")
    switch.forget()
    twilio.leg(CALLER).rings()
    writing.flush()
    assert "has 1 requests." in said(capsys)
    assert said(capsys, "--stop").startswith("Ended. ")
    assert said(capsys) == "Nothing is captured now.\n"
    assert said(capsys, "--stop") == "Nothing was captured.\n"


@pytest.mark.parametrize("minutes", ["0", "-1", "1441", "x", ""])
def test_length_of_a_capture_is_checked(minutes):
    with pytest.raises(CommandError, match="number of minutes from 1 to 1440"):
        call_command("capture", "--start", f"--minutes={minutes}")


def test_file_without_requests_is_one_sentence(tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("no JSON\n")

    with pytest.raises(CommandError, match="has no request that can be read"):
        call_command("capture", "--report", str(empty))
    with pytest.raises(CommandError, match="A file or folder fails"):
        call_command("capture", "--report", str(tmp_path / "none"))
