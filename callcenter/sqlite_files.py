"""Keeps the files of an SQLite database to their owner: they hold all that is known."""

import contextlib
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from callcenter.private_files import make_private

_BESIDE = ("", "-wal", "-shm", "-journal")


def make_files_private(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Gives a database that was just opened, and the files beside it, mode 0600.

    SQLite gives files that it makes later the mode of the database. Files of another
    user, and a file system without modes, are left as they are.
    """
    if connection.vendor != "sqlite":
        return
    # Not through Django: this is no query of the page. The third column is the file.
    for _number, _name, path in connection.connection.execute("PRAGMA database_list"):
        # Empty for a database in memory.
        for ending in _BESIDE if path else ():
            with contextlib.suppress(OSError):
                make_private(Path(path + ending))
