"""Calls of the log are compared with ours, and repaired; the rest is left alone."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.core.management import CommandError, call_command

from callcenter.events.eventfile import event_of_request
from callcenter.models import (
    Call,
    Operator,
    QueueEntry,
    ReconciliationDifference,
    ReconciliationRun,
    WebhookEvent,
)
from callcenter.reasons import parts
from callcenter.tests.receive import keep, receive
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    LINE,
    OPERATOR_NUMBER,
    START,
    choose,
    end,
    ring,
    wait,
)
from callcenter.tests.twilio_api.log import Scripted, asking, logged, page_of
from callcenter.twilio_api.reconcile import KEPT, reconcile
from callcenter.upkeep.settle import settle

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
OTHER, THIRD = "CA" + "2" * 32, "CA" + "3" * 32
NOW = START + timedelta(hours=1)
COUNTS = ("listed", "calls_added", "ends_repaired", "entries_settled")
TOO_MANY = (429, {"code": 20429, "status": 429})


@pytest.fixture(autouse=True)
def _account(settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    settings.TWILIO_AUTH_TOKEN = "secret"


def run_over(
    *pages: Any, since: datetime = START, until: datetime = START + DAY / 2
) -> ReconciliationRun:
    """A run over part of one day of UTC, whose pages these are."""
    with time_machine.travel(NOW, tick=False):
        return reconcile(since, until, twilio=asking(Scripted(*pages)))


def run_of(*calls: dict[str, Any], **period: Any) -> ReconciliationRun:
    return run_over((200, page_of(calls)), **period)


def counts(run: ReconciliationRun) -> tuple[int, ...]:
    return tuple(getattr(run, name) for name in COUNTS)


def differences() -> list[tuple[str, str, str]]:
    rows = ReconciliationDifference.objects.order_by("call_sid", "kind")
    return [*rows.values_list("call_sid", "kind", "action")]


def in_log() -> int:
    return WebhookEvent.objects.filter(path="/internal/call-log/").count()


def test_calls_of_every_kind_that_we_never_heard_of_are_added():
    Operator.objects.create(name="Sato", number=OPERATOR_NUMBER)
    # A recording alone makes no call.
    form = {"CallSid": THIRD, "RecordingStatus": "completed"}
    receive(event_of_request(path="/twilio/recording/", form=form, received_at=START))

    run = run_of(
        logged(CALLER),
        logged(OTHER, **{"from": OPERATOR_NUMBER}),
        logged(THIRD, direction="outbound-api", to=CALLER_NUMBER, **{"from": LINE}),
    )

    assert counts(run) == (3, 3, 0, 0)
    assert run.error == ""
    known = Call.objects.values_list("sid", "kind", "from_log")
    assert set(known) == {
        (CALLER, "customer", "call"),
        (OTHER, "operator", "call"),
        (THIRD, "outbound", "call"),
    }
    assert Call.objects.get(sid=THIRD).caller == CALLER_NUMBER
    assert differences() == [
        (sid, "unknown-call", "repaired") for sid in (OTHER, THIRD, CALLER)
    ]


def test_end_and_exit_that_were_lost_are_repaired_once():
    receive(ring(), choose(5), wait(5, 0), wait(55, 50))
    record = logged(CALLER)

    assert counts(run_of(record)) == (1, 0, 1, 1)
    entry = QueueEntry.objects.get()
    assert (entry.outcome, entry.is_inferred) == ("abandoned", True)
    listed = ReconciliationDifference.objects.get(kind="open-entry")
    assert (listed.outcome, listed.our_seconds, listed.twilio_seconds) == (
        ("abandoned", None, 60)
    )

    before = differences()
    assert counts(run_of(record)) == (1, 0, 0, 0)
    assert differences() == before
    assert settle(NOW + DAY) == 0
    assert in_log() == 1


def test_exit_alone_that_was_lost_is_settled_from_the_log():
    receive(ring(), choose(5), wait(5, 0), wait(55, 50), end(60, CallDuration=60))

    assert counts(run_of(logged(CALLER))) == (1, 0, 0, 1)

    assert QueueEntry.objects.get().outcome == "abandoned"
    assert Call.objects.get().from_log == ""


def test_event_that_is_stored_and_not_derived_is_not_missing():
    keep(ring(), end(60, CallDuration=60))

    assert counts(run_of(logged(CALLER))) == (1, 0, 0, 0)
    assert in_log() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"status": "in-progress", "end_time": None, "duration": None},
        {"status": "ringing", "end_time": None, "duration": None},
        {"status": "queued", "end_time": None, "duration": None},
        # Its last requests may be under way.
        {"end_time": "Mon, 05 Oct 2026 01:59:30 +0000"},
    ],
)
def test_calls_that_go_on_or_ended_just_now_are_left_alone(change):
    receive(ring(), choose(5), wait(5, 0))

    run = run_of(logged(CALLER, **change), logged(OTHER, **change))

    assert (counts(run), run.in_progress) == ((2, 0, 0, 0), 2)
    assert differences() == []
    assert QueueEntry.objects.get().outcome == "waiting"


def test_sealed_call_is_left_alone():
    receive(ring())
    Call.objects.update(sealed_at=NOW)
    WebhookEvent.objects.all().delete()

    assert counts(run_of(logged(CALLER))) == (1, 0, 0, 0)
    assert in_log() == 0


def test_length_that_twilio_told_at_the_end_stands_and_another_is_listed_once():
    receive(ring(), end(60, CallDuration=60))

    run_of(logged(CALLER, duration="61"))
    assert differences() == []
    for _ in range(2):
        run = run_of(logged(CALLER, duration="75"))
        assert run.durations_differing == 1

    assert differences() == [(CALLER, "duration", "listed")]
    assert Call.objects.get().duration_seconds == 60
    assert in_log() == 0


def test_length_that_nobody_told_is_taken_from_the_log():
    receive(ring(), end(75))
    assert Call.objects.get().duration_seconds == 75

    assert run_of(logged(CALLER)).durations_differing == 1

    call = Call.objects.get()
    assert (call.duration_seconds, call.from_log) == (60, "length")
    assert differences() == [(CALLER, "duration", "repaired")]
    assert run_of(logged(CALLER)).durations_differing == 0


def test_period_of_a_local_day_asks_for_its_days_in_utc_and_takes_its_calls_alone():
    # The fifth of October in Tokyo.
    midnight = datetime(2026, 10, 4, 15, tzinfo=UTC)
    last = "Mon, 05 Oct 2026 14:59:59 +0000"
    adapter = Scripted(
        (
            200,
            page_of(
                [
                    logged(OTHER, start_time="Sun, 04 Oct 2026 15:00:00 +0000"),
                    logged(CALLER, start_time="Sun, 04 Oct 2026 14:59:59 +0000"),
                ]
            ),
        ),
        (
            200,
            page_of(
                [
                    logged(THIRD, start_time="Mon, 05 Oct 2026 15:00:00 +0000"),
                    logged("CA" + "4" * 32, start_time=last, end_time=last),
                ]
            ),
        ),
    )

    with time_machine.travel(START + 3 * DAY, tick=False):
        run = reconcile(midnight, midnight + DAY, twilio=asking(adapter))

    asked = [parse_qs(urlsplit(one.url or "").query) for one in adapter.asked]
    assert [one["StartTime"] for one in asked] == [
        ["2026-10-04T00:00:00Z"],
        ["2026-10-05T00:00:00Z"],
    ]
    assert counts(run) == (2, 2, 0, 0)
    assert set(Call.objects.values_list("sid", flat=True)) == {OTHER, "CA" + "4" * 32}


@pytest.mark.parametrize(
    "failure",
    [
        (500, "oh"),
        TOO_MANY,
        (401, {"code": 20003, "status": 401}),
        (404, {"code": 20404, "status": 404}),
        (200, '{"calls": [{"sid": "CA'),
        (200, {"calls": []}),
        requests.ReadTimeout(),
    ],
)
def test_page_that_fails_leaves_what_is_repaired_and_the_next_run_does_the_rest(
    failure,
):
    first = (200, page_of([logged(CALLER)], "PageSize=1000&Page=1&PageToken=PA1"))

    failed = run_over(first, failure)

    assert parts(failed.error)[0]
    assert (failed.state, failed.ended_at) == ("failed", NOW)
    assert counts(failed) == (1, 1, 0, 0)
    assert list(Call.objects.values_list("sid", flat=True)) == [CALLER]

    # In the meantime a call came in: the second page begins with one of the first.
    second = (200, page_of([logged(CALLER), logged(OTHER)]))
    run = run_over(first, TOO_MANY, second)

    assert (run.state, run.error) == ("complete", "")
    assert counts(run) == (2, 1, 0, 0)
    assert in_log() == 2


NEXT = "PageSize=1000&Page=1&PageToken=PA1"


@pytest.mark.parametrize(
    "pages",
    [
        # The second page names itself.
        [page_of([logged(CALLER)], NEXT), page_of([logged(OTHER)], NEXT)],
        # The same calls under one address after the other.
        [
            page_of([logged(CALLER), logged(OTHER)], NEXT),
            page_of([logged(OTHER)], "Page=2"),
            page_of([logged(CALLER)], "Page=3"),
        ],
        [page_of([logged(CALLER), logged(OTHER)], NEXT), page_of([], "Page=2")],
    ],
)
def test_log_that_repeats_itself_ends_the_run_and_what_was_listed_stays(pages):
    run = run_over(*[(200, page) for page in pages])

    assert (run.state, run.error) == ("failed", "log-repeats")
    assert counts(run) == (2, 2, 0, 0)
    assert in_log() == 2


def test_rows_that_cannot_be_read_are_counted_and_cost_the_others_nothing(monkeypatch):
    rows = [
        logged(CALLER),
        logged(OTHER, start_time="yesterday"),
        logged(THIRD, start_time="Mon, 99 Oct 2026 01:00:00 +0000"),
        logged("CA4"),
        logged("CA" + "5" * 32, start_time=None),
        # Not dialled yet.
        logged("CA" + "6" * 32, start_time=None, status="queued"),
    ]
    adapter = Scripted((200, page_of(rows)))
    monkeypatch.setattr(
        "callcenter.twilio_api.reconcile.client", lambda: asking(adapter)
    )

    said = say("--since", "2026-10-05T09:00+09:00")

    run = ReconciliationRun.objects.get()
    assert (run.state, run.unreadable) == ("complete", 4)
    assert list(Call.objects.values_list("sid", flat=True)) == [CALLER]
    assert said.endswith(" left alone, 4 rows that cannot be read left out.")


def test_run_that_is_interrupted_says_so_and_keeps_what_it_has_done():
    first = (200, page_of([logged(CALLER)], "PageSize=1000&Page=1&PageToken=PA1"))

    with pytest.raises(KeyboardInterrupt):
        run_over(first, KeyboardInterrupt())

    run = ReconciliationRun.objects.get()
    assert (run.state, counts(run)) == ("failed", (1, 1, 0, 0))
    assert Call.objects.get().sid == CALLER


def test_old_runs_go_and_their_differences_with_them():
    old = run_of(logged(CALLER))
    ReconciliationRun.objects.update(started_at=NOW - KEPT - timedelta(seconds=1))

    run = run_of(logged(CALLER))

    assert list(ReconciliationRun.objects.all()) == [run] != [old]
    assert differences() == []


def test_no_table_of_differences_has_a_number():
    receive(ring(), end(75))
    run = run_of(logged(CALLER), logged(OTHER))

    rows = [*ReconciliationDifference.objects.values(), vars(run)]
    assert "8150000" not in str(rows)


def say(*arguments: str) -> str:
    """The last line of the command, whether it worked or not."""
    with time_machine.travel(NOW, tick=False):
        try:
            return str(call_command("reconcile", *arguments, stdout=StringIO()))
        except CommandError as error:
            return str(error)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "2016-10-05"], "about 13 months"),
        (["--since", "2026-10-06"], "has not begun yet"),
        (["--since", "2026-10-05", "--until", "2026-10-04"], "must begin before"),
        (["--since", "2026-10-05", "--until", "2026-10-05"], "must begin before"),
    ],
)
def test_period_that_cannot_be_compared_is_one_sentence(arguments, said):
    assert said in say(*arguments)
    assert not ReconciliationRun.objects.exists()


def test_command_without_credentials_says_which_and_does_nothing(settings):
    settings.TWILIO_AUTH_TOKEN = ""

    assert say().startswith("Twilio cannot be asked without TWILIO_AUTH_TOKEN")
    assert not ReconciliationRun.objects.exists()


def test_command_says_what_it_did_or_how_far_it_came(monkeypatch):
    pages = [(200, page_of([])), (200, page_of([logged(CALLER)], "Page=1"))]
    adapter = Scripted(*pages, (401, {"code": 20003}))
    monkeypatch.setattr(
        "callcenter.twilio_api.reconcile.client", lambda: asking(adapter)
    )

    assert say() == (
        "Twilio refuses our credentials: check these settings. (401,"
        " TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN) Until then: 1 calls, 1 unknown"
        " ones added, 0 missed ends repaired, 0 queue entries settled, 0 durations"
        " differ, 0 in progress or just over left alone."
    )
    adapter.replies = [(200, page_of([]))]
    assert say().startswith("Compared with Twilio's log: 0 calls, 0 unknown ones")
