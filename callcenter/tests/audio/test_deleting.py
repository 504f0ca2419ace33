"""Audio is deleted at Twilio by wish and by age, and history keeps that it was."""

from datetime import timedelta
from io import StringIO
from random import Random

import pytest
import requests
from django.core.management import CommandError, call_command
from django.utils import timezone

from callcenter import jobs
from callcenter.audio import deleting, due, wishes
from callcenter.audio import jobs as of_audio
from callcenter.audio.due import Kept
from callcenter.history.store import rebuild
from callcenter.models import (
    AccessRecord,
    Call,
    Recording,
    Voicemail,
    WebhookEvent,
    WorkerJob,
)
from callcenter.standin.calls import recordings
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.rest.api import RestApi
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    OPERATOR,
    OTHER_CALLER,
    at,
    choose,
    connect,
    end,
    event,
    ring,
    sign_in,
)
from callcenter.tests.standin.rest.client import Inline
from callcenter.tests.standin.server import ACCOUNT, START, Server
from callcenter.tests.twilio_api.log import Scripted, Waits, asking
from callcenter.tests.twilio_api.test_setup import Still
from callcenter.upkeep.pruning import prune

pytestmark = pytest.mark.django_db

MESSAGE = "RE" + "a" * 32
TALK = "RE" + "b" * 32
OTHER_TALK = "RE" + "c" * 32
BUSY = (429, {"code": 20429, "message": "Too Many Requests", "status": 429})
GONE = (404, {"code": 20404, "message": "not found", "status": 404})


@pytest.fixture
def account(settings, monkeypatch):
    """Twilio's account with the recordings, which is asked through the stand-in."""
    settings.TWILIO_ACCOUNT_SID = ACCOUNT.sid
    settings.TWILIO_AUTH_TOKEN = ACCOUNT.auth_token
    there = Exchange(ACCOUNT, Server({}), Still(start=START), random=Random(7))
    for sid in (MESSAGE, TALK, OTHER_TALK):
        there.recordings[sid] = recordings.Recording(
            sid, CALLER, "RecordVerb", START, 12, ""
        )
    ask = asking(Inline(RestApi(there)))
    monkeypatch.setattr(deleting, "client", lambda: ask)
    return there


@pytest.fixture
def answers(settings, monkeypatch):
    """Twilio answers as a test says."""
    settings.TWILIO_ACCOUNT_SID = ACCOUNT.sid
    settings.TWILIO_AUTH_TOKEN = ACCOUNT.auth_token

    def script(*replies):
        adapter = Scripted(*replies)
        ask = asking(adapter, Waits())
        monkeypatch.setattr(deleting, "client", lambda: ask)
        return adapter

    return script


def statuses(account):
    return {sid: one.status for sid, one in account.recordings.items()}


def completed(seconds, sid, *, leg=CALLER, step=""):
    path = f"recording/?step={step}" if step else "recording/"
    return event(seconds, path, sid=leg, RecordingSid=sid, RecordingStatus="completed")


@pytest.fixture
def _recorded():
    """A message of one caller, and a conversation of each of two."""
    receive(
        *sign_in(-300),
        ring(),
        choose(5),
        event(60, "voicemail/support/1/", "goodbye", RecordingSid=MESSAGE),
        completed(70, MESSAGE),
        end(80),
        ring(100, sid=OTHER_CALLER, From="+815000000888"),
        event(101, "connect/?step=7&rec=1", sid=CALLER, DequeingCallSid=OPERATOR),
        completed(150, TALK, leg=OPERATOR, step=7),
        connect(201, 5, leg=OPERATOR, sid=OTHER_CALLER),
        completed(250, OTHER_TALK, leg=OPERATOR),
        end(300, sid=OTHER_CALLER, From="+815000000888"),
        end(400, sid=OPERATOR),
    )


def rows():
    """What each row of a recording says of its deletion."""
    return {
        (type(row).__name__, row.recording_sid): (
            row.deletion_asked_at is not None,
            row.deleted_at is not None,
        )
        for model in (Voicemail, Recording)
        for row in model._default_manager.all()
    }


@pytest.mark.usefixtures("_recorded")
def test_wish_is_fulfilled_once_and_deriving_again_says_the_same(account):
    message = Voicemail.objects.get()

    assert wishes.leave([message]) == 1
    assert wishes.leave([message]) == 0
    assert rows()["Voicemail", MESSAGE] == (True, False)
    first = deleting.delete_due(Kept())
    second = deleting.delete_due(Kept())

    assert (first.count, first.failure, second.count) == (1, None, 0)
    assert statuses(account)[MESSAGE] == "deleted"
    assert [one for one in statuses(account).values() if one == "deleted"] == [
        "deleted"
    ]
    assert rows() == {
        ("Voicemail", MESSAGE): (True, True),
        ("Recording", MESSAGE): (True, True),
        ("Recording", TALK): (False, False),
        ("Recording", OTHER_TALK): (False, False),
    }
    assert WebhookEvent.objects.filter(kind="internal").count() == 2
    assert WebhookEvent.objects.pending().count() == 0
    before = history_rows()
    Recording.objects.all().delete()
    Voicemail.objects.all().delete()
    rebuild([CALLER, OTHER_CALLER, OPERATOR], check_all_rows=True)
    assert history_rows() == before


@pytest.mark.usefixtures("_recorded", "account")
def test_deletion_does_not_keep_a_call_from_being_pruned_and_sealed():
    wishes.leave(due.of_calls([CALLER]))
    deleting.delete_due(Kept())
    heard = set(Call.objects.values_list("heard_at", flat=True))

    prune(at(3600), really=True)

    assert Call.objects.filter(sealed_at=None).count() == 0
    assert max(moment for moment in heard if moment) <= at(400)
    assert rows()["Voicemail", MESSAGE] == (True, True)


@pytest.mark.usefixtures("_recorded")
def test_of_a_sealed_call_the_rows_alone_say_it(account):
    prune(at(3600), really=True)
    assert not WebhookEvent.objects.exists()

    wishes.leave([Voicemail.objects.get()])
    deleting.delete_due(Kept())

    assert rows()["Voicemail", MESSAGE] == rows()["Recording", MESSAGE] == (True, True)
    assert statuses(account)[MESSAGE] == "deleted"
    assert not WebhookEvent.objects.exists()


@pytest.mark.usefixtures("_recorded")
def test_messages_and_conversations_have_an_age_of_their_own(account, settings):
    settings.KEEP_RECORDINGS_DAYS, settings.KEEP_VOICEMAIL_DAYS = 30, None
    after = at(0) + timedelta(days=40)
    assert due.count_by_age(due.kept_by_settings(at(0) + timedelta(days=29))) == 0

    done = deleting.delete_due(due.kept_by_settings(after))

    assert done.count == 2
    assert rows()["Recording", TALK] == rows()["Recording", OTHER_TALK] == (False, True)
    # The second row of the message is no conversation.
    assert rows()["Recording", MESSAGE] == (False, False)
    settings.KEEP_RECORDINGS_DAYS, settings.KEEP_VOICEMAIL_DAYS = None, 30
    assert deleting.delete_due(due.kept_by_settings(after)).count == 1
    assert set(statuses(account).values()) == {"deleted"}


@pytest.mark.usefixtures("_recorded")
def test_what_is_gone_already_counts_as_deleted(answers):
    adapter = answers(GONE)

    assert deleting.delete_due(Kept(at(9999), at(9999))).count == 3
    assert len(adapter.asked) == 3
    assert {one.method for one in adapter.asked} == {"DELETE"}


@pytest.mark.usefixtures("_recorded")
def test_twilio_that_is_busy_is_asked_again(answers):
    adapter = answers(BUSY, BUSY, (204, ""))

    assert deleting.delete_due(Kept(voicemail=at(9999))).count == 1
    assert len(adapter.asked) == 3


@pytest.mark.usefixtures("_recorded")
@pytest.mark.parametrize(
    ("reply", "asked", "sentence"),
    [
        ((401, {"code": 20003}), 1, "refuses our credentials"),
        ((500, "oh"), 1, "Twilio fails"),
        (BUSY, 5, "asked too often"),
        (requests.ConnectionError(), 1, "cannot be reached"),
        (requests.ReadTimeout(), 1, "did not answer in time"),
        # Of one recording: the others are tried.
        ((400, {"code": 20001}), 3, "refuses the request"),
    ],
)
def test_failure_ends_the_run_with_a_sentence_and_nothing_is_lost(
    answers, reply, asked, sentence
):
    adapter = answers(reply)
    wishes.leave([Voicemail.objects.get()])
    before = rows()

    done = deleting.delete_due(Kept(recordings=at(9999)))

    assert done.count == 0
    assert sentence in str(done.failure)
    assert len(adapter.asked) == asked
    assert rows() == before
    answers((204, ""))
    assert deleting.delete_due(Kept(recordings=at(9999))).count == 3


@pytest.mark.usefixtures("_recorded", "account")
def test_run_begins_none_after_its_time():
    assert deleting.delete_due(Kept(at(9999), at(9999)), seconds=-1).count == 0


def test_job_has_nothing_to_do_without_an_account(settings):
    settings.TWILIO_ACCOUNT_SID = ""
    (job,) = of_audio.JOBS

    assert job in jobs.all_jobs()
    assert jobs.run(job) is True


@pytest.mark.usefixtures("_recorded")
def test_job_notes_why_it_could_not(settings):
    settings.TWILIO_ACCOUNT_SID = ""
    settings.KEEP_VOICEMAIL_DAYS = 1

    assert jobs.run(of_audio.JOBS[0]) is False

    assert WorkerJob.objects.get().error.startswith("twilio-not-set-up")


@pytest.mark.usefixtures("_recorded")
def test_in_the_demo_nobody_is_asked(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(deleting, "client", None)

    assert deleting.delete_due(Kept(voicemail=at(9999))).count == 1


def run(name, *arguments):
    out = StringIO()
    try:
        call_command(name, *arguments, stdout=out)
    except CommandError as error:
        return f"error: {error}"
    return out.getvalue().strip()


@pytest.mark.usefixtures("_recorded")
def test_command_says_what_it_would_do_and_does_it(account, settings):
    wishes.leave([Voicemail.objects.get()])
    assert run("prune_recordings") == (
        "Would delete 1 recordings at Twilio. Nothing is done without --yes."
    )
    assert run(
        "prune_recordings", "--before", "2026-10-05", "--only", "recordings"
    ) == ("Would delete 1 recordings at Twilio. Nothing is done without --yes.")
    # The message that somebody wants deleted is old as well, and is one of three.
    assert run("prune_recordings", "--before", "2026-10-06") == (
        "Would delete 3 recordings at Twilio. Nothing is done without --yes."
    )
    assert set(statuses(account).values()) == {"completed"}

    said = run("prune_recordings", "--before", "2026-10-06", "--yes")

    assert said == "Deleted 3 recordings at Twilio."
    assert set(statuses(account).values()) == {"deleted"}
    assert run("prune_recordings", "--yes") == "Deleted 0 recordings at Twilio."
    assert run("prune_recordings", "--only", "voicemail") == (
        "error: --only needs --before or --keep-days."
    )
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert run("prune_recordings", "--before", str(tomorrow)) == (
        f"error: {tomorrow} has not begun yet."
    )


@pytest.mark.usefixtures("_recorded")
def test_command_says_what_is_left(answers):
    answers((204, ""), (401, {"code": 20003}))

    assert run("prune_recordings", "--before", "2026-10-06", "--yes") == (
        "error: Twilio refuses our credentials: check these settings. (401,"
        " TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN) Until then 1 recordings were"
        " deleted at Twilio; 2 are left. Run it again."
    )


@pytest.mark.usefixtures("_recorded")
def test_forgotten_caller_is_heard_no_more(account):
    said = run("forget_caller", CALLER_NUMBER)
    assert said.endswith("2 recordings of the caller would be deleted at Twilio.")
    assert set(statuses(account).values()) == {"completed"}

    said = run("forget_caller", CALLER_NUMBER, "--yes")

    assert said.endswith("2 recordings of the caller were deleted at Twilio.")
    noted = AccessRecord.objects.get(kind="audio-deletion")
    assert noted.subject == "2 recordings of a forgotten caller"
    assert statuses(account) == {
        MESSAGE: "deleted",
        TALK: "deleted",
        OTHER_TALK: "completed",
    }
    assert rows()["Voicemail", MESSAGE] == (True, True)


@pytest.mark.usefixtures("_recorded")
def test_what_twilio_does_not_delete_for_a_forgotten_caller_the_worker_does(answers):
    answers((503, "busy"))

    said = run("forget_caller", CALLER_NUMBER, "--yes")

    assert "0 recordings of the caller were deleted at Twilio. 2 are still" in said
    assert "Twilio fails: try again later." in said
    assert not Call.objects.filter(caller=CALLER_NUMBER).exists()
    answers((204, ""))
    assert jobs.run(of_audio.JOBS[0]) is True
    assert rows()["Recording", TALK] == (True, True)
    assert rows()["Recording", OTHER_TALK] == (False, False)


@pytest.mark.usefixtures("_recorded", "account")
def test_numbers_forgotten_by_age_leave_recordings_and_say_how_to_delete_them():
    said = run("forget_caller", "--older-than", "1", "--yes")

    assert said.endswith(
        "3 recordings from that time are still at Twilio: `manage.py prune_recordings"
        " --keep-days 1 --yes` deletes them."
    )
