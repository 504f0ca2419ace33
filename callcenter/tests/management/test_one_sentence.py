"""Commands end in one sentence where a database, a file or a setting fails."""

import os
import subprocess
import sys

import pytest
from django.core.management import (
    CommandError,
    call_command,
    find_commands,
    load_command_class,
)
from django.core.management.base import BaseCommand
from django.db import OperationalError

from callcenter.management import command
from minicc.settings import BASE_DIR


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with settings of its own."""
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The only line of an error; asserts that there is no other."""
    assert done.returncode not in (0, -9), done
    (line,) = done.stderr.strip().splitlines()
    return line


@pytest.mark.parametrize("app", ["callcenter", "reports"])
def test_every_command_ends_in_one_sentence(app):
    names = find_commands(str(BASE_DIR / app / "management"))

    commands = {name: load_command_class(app, name) for name in names}

    assert commands
    assert not [
        name
        for name, one in commands.items()
        if not isinstance(one, command.SentenceCommand)
    ]


def test_database_that_was_not_migrated_is_one_sentence(tmp_path):
    database = f"sqlite:///{tmp_path}/empty.sqlite3"

    said = sentence(run("report", "calls", DATABASE_URL=database))

    assert "not migrated: run manage.py migrate first" in said


NOWHERE = "sqlite:////nowhere/there/minicc.sqlite3"


@pytest.mark.parametrize(
    "words",
    [
        "report calls",
        "report calls --format json",
        "first_run",
        "migrate",
        "check --database default",
        "createsuperuser --noinput",
    ],
)
def test_database_that_does_not_answer_is_one_sentence_and_nothing_else(words):
    done = run(*words.split(), DATABASE_URL=NOWHERE)

    said = "The database does not answer: unable to open database file"
    assert sentence(done).endswith(said)
    assert done.stdout == ""


def test_traceback_is_there_for_those_who_ask_for_it():
    done = run("migrate", "--traceback", DATABASE_URL=NOWHERE)

    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_commands_of_django_say_that_the_database_is_not_migrated(tmp_path):
    done = run("clearsessions", DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")

    assert "not migrated: run manage.py migrate first" in sentence(done)


def test_database_that_cannot_be_written_is_not_told_to_be_migrated(monkeypatch):
    def found_empty():
        raise CommandError("The database is not migrated: run manage.py migrate first.")

    monkeypatch.setattr(command, "check_migrated", found_empty)

    said = command.sentence_of(OperationalError("attempt to write a readonly database"))

    assert said == "The database fails: attempt to write a readonly database"


@pytest.mark.parametrize("url", ["nonsense", "mysql://", ""])
def test_database_url_that_is_none_is_one_sentence(url):
    said = sentence(run("migrate", DATABASE_URL=url))

    assert "DATABASE_URL" in said


@pytest.mark.django_db
def test_full_disk_is_one_sentence(monkeypatch):
    def full(*_, **__):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("callcenter.upkeep.intake.keep_batch", full)

    with pytest.raises(CommandError, match=r"^The database fails: .* is full$"):
        call_command("demo", "--days", "1", "--seed", "1")


@pytest.mark.django_db
def test_period_that_ends_before_it_begins_is_one_sentence():
    with pytest.raises(CommandError, match="--since must be before --until"):
        call_command("dump_events", "--since", "2026-10-02", "--until", "2026-10-02")


def test_folder_that_is_read_only_is_one_sentence(monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied", "/etc/events")

    monkeypatch.setattr(BaseCommand, "execute", refused)

    with pytest.raises(CommandError, match=r"Permission denied: '/etc/events'"):
        call_command("rebuild_calls")
