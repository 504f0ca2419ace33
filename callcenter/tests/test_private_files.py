"""What is written can be read by its owner alone, and goes through no link."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from callcenter.events.eventfile import line_of_event
from callcenter.flow import planfile
from callcenter.flow.plan import Plan
from callcenter.models import WebhookEvent
from callcenter.private_files import (
    NotOurs,
    make_private,
    private_folder,
    write_bytes,
    write_text,
)
from callcenter.tests.sample_events import ring

BROKEN = '{"broken\n'
OLD_ROW = "INSERT INTO `enqueue_data` VALUES ('none');\n"


def mode(path):
    return path.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def _open_to_all():
    """A umask under which a program that does not care writes for everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("write", [write_text, write_bytes])
def test_file_is_its_owners_alone(tmp_path, write):
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_text("before")
    old.chmod(0o666)

    for path in (new, old):
        write(path).close()

    assert [(mode(path), path.read_bytes()) for path in (new, old)] == [
        (0o600, b"")
    ] * 2


def test_nothing_is_written_through_a_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("untouched")
    link.symlink_to(target)

    with pytest.raises(NotOurs, match="link is a symbolic link"):
        write_text(link)

    assert target.read_text() == "untouched"


def test_nothing_is_written_to_a_file_with_another_name(tmp_path):
    target, other = tmp_path / "target", tmp_path / "other"
    target.write_text("untouched")
    os.link(target, other)

    with pytest.raises(NotOurs, match="other has another name, a hard link"):
        write_text(other)

    assert target.read_text() == "untouched"


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo])
def test_nothing_is_written_to_a_file_or_pipe_of_another_user(
    tmp_path, monkeypatch, make
):
    path = tmp_path / "there"
    make(path)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)

    with pytest.raises(NotOurs, match="there belongs to another user"):
        write_text(path)


def test_device_of_everybody_is_written_to():
    with write_text(Path(os.devnull)) as file:
        file.write("gone")


def test_folders_made_above_a_private_one_are_private_too(tmp_path):
    private_folder(tmp_path / "above" / "spool")

    assert mode(tmp_path / "above") == mode(tmp_path / "above" / "spool") == 0o700


def test_link_made_at_the_last_moment_is_not_followed(tmp_path, monkeypatch):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("untouched")
    link.symlink_to(target)
    monkeypatch.setattr("pathlib.Path.is_symlink", lambda _: False)

    with pytest.raises(OSError, match="symbolic links"):
        write_text(link)

    assert target.read_text() == "untouched"


def test_folder_of_everybody_is_left_as_it_is(tmp_path):
    tmp_path.chmod(0o1777)

    make_private(tmp_path)

    assert mode(tmp_path) == 0o777


def test_folder_of_the_plan_is_closed_to_others(tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir(mode=0o755)

    planfile.save(Plan(), folder / "plan.json")

    assert (mode(folder), mode(folder / "plan.json")) == (0o700, 0o600)


@pytest.mark.django_db
def test_dump_is_its_owners_alone(tmp_path):
    path = tmp_path / "dump.jsonl"
    ring().save()

    call_command("dump_events", "--output", path)

    assert mode(path) == 0o600
    assert path.read_text().count("\n") == WebhookEvent.objects.count() == 1


def commands(folder):
    """Each command that writes a file: its words, and the file."""
    events, dump = folder / "events.jsonl", folder / "old.sql"
    events.write_text(BROKEN + line_of_event(ring()) + "\n")
    dump.write_text(OLD_ROW)
    return {
        "load_events": ([events], folder / "events.jsonl.rejected"),
        "import_minicc": ([dump], folder / "old.sql.rejected"),
        "dump_events": (["--output", folder / "out"], folder / "out"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["load_events", "import_minicc", "dump_events"])
def test_command_refuses_a_link_where_it_writes_in_one_sentence(tmp_path, command):
    words, written = commands(tmp_path)[command]
    target = tmp_path / "target"
    target.write_text("untouched")
    written.symlink_to(target)

    with pytest.raises(CommandError, match="is a symbolic link; nothing is written"):
        call_command(command, *words)

    assert target.read_text() == "untouched"


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["load_events", "import_minicc"])
def test_rejects_are_their_owners_alone(tmp_path, command):
    words, written = commands(tmp_path)[command]

    with suppress(CommandError):
        call_command(command, *words)

    assert mode(written) == 0o600


def opened(path):
    """A connection of Django's to an SQLite database, as the settings make it."""
    settings = {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL;"},
    }
    return DatabaseWrapper(settings, "other")


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.django_db
def test_database_of_sqlite_is_its_owners_alone(tmp_path, is_old):
    path = tmp_path / "minicc.sqlite3"
    files = [tmp_path / f"minicc.sqlite3{ending}" for ending in ("", "-wal", "-shm")]
    with closing(sqlite3.connect(path)) as other:
        if is_old:
            # As an installation before left it, in use by another process.
            other.execute("PRAGMA journal_mode=WAL")
            other.execute("CREATE TABLE old (name)")
            for file in files:
                file.chmod(0o644)
        connection = opened(path)
        connection.connect()
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE new (name)")

        assert [mode(file) for file in files] == [0o600] * 3
        connection.close()


@pytest.mark.django_db
def test_database_that_cannot_be_made_private_is_opened(tmp_path, monkeypatch):
    path = tmp_path / "minicc.sqlite3"

    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("callcenter.sqlite_files.make_private", refused)
    connection = opened(path)

    connection.connect()

    assert connection.is_usable()
    connection.close()
