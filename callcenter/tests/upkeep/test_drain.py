"""What was kept in the spool is loaded once, and nothing in it is lost."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, OperationalError

from callcenter.events.record import record
from callcenter.events.spool import Spool, depth
from callcenter.models import Call, WebhookEvent
from callcenter.tests.sample_events import (
    CALLER,
    OTHER_CALLER,
    choose,
    end,
    leave,
    ring,
)
from callcenter.upkeep import intake
from callcenter.upkeep.drain import drain
from callcenter.upkeep.tidying import tidy

pytestmark = pytest.mark.django_db

CALL = [ring(), choose(5), leave(65, "hangup", 60), end(66)]


@pytest.fixture
def spooled():
    """Four events of a call, left by a process that has ended."""
    spool = Spool()
    for event in CALL:
        assert spool.append(event)
    spool.close()


def segments(settings):
    return sorted(path.name for path in settings.SPOOL_DIR.glob("events-*"))


@pytest.mark.usefixtures("spooled")
def test_events_of_the_spool_are_history_and_the_segment_is_gone(settings):
    assert drain().kept == 4

    assert Call.objects.get(sid=CALLER).outcome == "abandoned"
    assert segments(settings) == []
    assert drain().kept == 0


@pytest.mark.usefixtures("spooled")
def test_what_is_taken_in_twice_is_there_once(settings):
    again = settings.SPOOL_DIR / "events-9-9.jsonl"
    (first,) = settings.SPOOL_DIR.glob("events-*")
    again.write_bytes(first.read_bytes())

    done = drain()

    assert (done.kept, done.repeats) == (4, 4)
    assert WebhookEvent.objects.count() == 4


@pytest.mark.usefixtures("spooled")
def test_line_that_was_torn_is_kept_aside_and_the_others_are_loaded(settings, caplog):
    (path,) = settings.SPOOL_DIR.glob("events-*")
    path.write_bytes(path.read_bytes()[:-40])

    done = drain()

    assert (done.kept, done.rejected) == (3, 1)
    assert segments(settings) == [f"{path.name}.rejected"]
    assert "1 lines of the spool are no events" in caplog.text


@pytest.mark.usefixtures("spooled")
def test_damaged_line_costs_no_other_and_no_other_segment(settings):
    (path,) = settings.SPOOL_DIR.glob("events-*")
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"\xfc\xff\xfe\n" + b"".join(others[:1]))
    later = settings.SPOOL_DIR / "events-9-9.jsonl"
    later.write_bytes(b"".join(others[1:]))

    done = drain()

    assert (done.kept, done.rejected) == (4, 1)
    assert segments(settings) == [f"{path.name}.rejected"]
    assert Call.objects.get(sid=CALLER).outcome == "abandoned"


@pytest.mark.usefixtures("spooled")
def test_while_the_database_is_away_nothing_is_removed(settings, monkeypatch):
    def gone(*_args, **_options):
        raise OperationalError(2006, "Server has gone away")

    before = segments(settings)
    with monkeypatch.context() as patched:
        patched.setattr(intake, "keep_batch", gone)
        with pytest.raises(OperationalError):
            drain()

    assert segments(settings) == before
    assert drain().kept == 4


@pytest.mark.usefixtures("spooled")
def test_segment_that_the_database_refuses_does_not_stand_in_the_way(
    settings, monkeypatch, caplog
):
    def refuse(*_args, **_options):
        raise DataError(1406, "Data too long")

    (path,) = settings.SPOOL_DIR.glob("events-*")
    with monkeypatch.context() as patched:
        patched.setattr(intake, "keep_batch", refuse)
        drain()

    assert segments(settings) == [f"{path.name}.rejected"]
    assert "cannot be loaded and is kept as" in caplog.text
    # What a person has mended can be loaded by hand.
    call_command(
        "load_events", settings.SPOOL_DIR / f"{path.name}.rejected", stdout=StringIO()
    )
    assert WebhookEvent.objects.count() == 4


@pytest.mark.usefixtures("spooled")
def test_command_says_what_it_did(settings):
    out = StringIO()

    call_command("drain_spool", stdout=out)

    assert out.getvalue() == (
        f"Kept 4 events of {settings.SPOOL_DIR}, 0 were known,"
        " 0 lines rejected; derived 1 calls.\n"
    )


@pytest.mark.usefixtures("spooled")
def test_segment_that_cannot_be_removed_holds_up_neither_others_nor_history(settings):
    pending = record(ring(sid=OTHER_CALLER))
    (path,) = settings.SPOOL_DIR.glob("events-*")
    # Its torn line cannot be kept beside it.
    blocked = settings.SPOOL_DIR / "events-0-0.jsonl"
    blocked.write_text("torn\n")
    (settings.SPOOL_DIR / "events-0-0.jsonl.rejected").mkdir()

    with pytest.raises(OSError, match="events-0-0"):
        tidy()

    assert blocked.exists()
    assert not path.exists()
    assert Call.objects.get(sid=CALLER).outcome == "abandoned"
    assert pending
    assert Call.objects.filter(sid=OTHER_CALLER).exists()


@pytest.mark.usefixtures("spooled")
def test_command_fails_where_a_segment_cannot_be_opened(settings):
    (settings.SPOOL_DIR / "events-0-0.jsonl").symlink_to("/etc/passwd")

    with pytest.raises(CommandError, match=r"Kept 4 .* opened.*: events-0-0\.jsonl\."):
        call_command("drain_spool", stdout=StringIO())


def test_folder_that_is_none_is_not_taken_for_an_empty_one(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.SPOOL_DIR.write_text("")

    with pytest.raises(CommandError, match="A file or folder fails"):
        call_command("drain_spool")
    assert not depth().is_readable


def test_without_a_spool_there_is_nothing_to_do():
    assert drain() == intake.LoadResult()


@pytest.mark.usefixtures("spooled")
def test_segment_that_leads_elsewhere_is_said_once_and_harms_no_other(settings, caplog):
    stranger = settings.SPOOL_DIR / "events-0-0.jsonl"
    stranger.symlink_to("/etc/passwd")

    assert drain().kept == 4
    assert drain().kept == 0

    said = [each for each in caplog.messages if "cannot be loaded" in each]
    assert len(said) == 1
    assert str(stranger) in said[0]


@pytest.mark.usefixtures("spooled")
def test_interrupt_ends_the_command_in_a_sentence_and_loses_nothing(
    settings, monkeypatch
):
    before = segments(settings)

    def interrupted(_path, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(intake, "load", interrupted)
        with pytest.raises(CommandError, match="Stopped; run it again"):
            call_command("drain_spool")

    assert segments(settings) == before
    assert drain().kept == 4
