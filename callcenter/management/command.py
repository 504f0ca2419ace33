"""The base of our commands: what fails outside of MiniCC is said in one sentence.

manage.py says the same of Django's commands.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

# A database that is down, full, read-only or without our tables.
DATABASE_FAILURES = (OperationalError, ProgrammingError, InterfaceError)
# How SQLite and MariaDB say that a table or a column is not there.
_MISSING = (
    *("no such table", "no such column", "has no column"),
    *("doesn't exist", "Unknown column"),
)


class SentenceCommand(BaseCommand):
    """A command that ends in one sentence, not in a traceback, for outside causes.

    These are a database that does not answer, is not migrated, full or read-only, and
    files and folders that cannot be read or written. Raises CommandError for them. Its
    texts are in English, as Django's are, whatever LANGUAGE_CODE is.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with translation.override("en"):
                return super().execute(*args, **options)
        except DATABASE_FAILURES as error:
            raise CommandError(sentence_of(error)) from error
        except OSError as error:
            raise CommandError(f"A file or folder fails: {error}") from error


def check_migrated() -> None:
    """Raise CommandError unless the database answers and has every migration."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError(_no_answer(error)) from error
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError(_NOT_MIGRATED)


_NOT_MIGRATED = "The database is not migrated: run manage.py migrate first."


def sentence_of(error: DatabaseError | InterfaceError) -> str:
    """What is wrong with the database that raised one of DATABASE_FAILURES."""
    try:
        check_migrated()
    except CommandError as found:
        # While it is being migrated a full disk has another cause.
        is_cause = str(found) != _NOT_MIGRATED
        if is_cause or any(words in str(error) for words in _MISSING):
            return str(found)
    except DatabaseError:
        pass
    return f"The database fails: {error}"


def _no_answer(error: OperationalError) -> str:
    return f"The database does not answer: {error}"
