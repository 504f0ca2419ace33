"""The rows of a MySQL or MariaDB server, read as text, one at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from callcenter.predecessor.mysqldump import TableRow

SCHEMES = ("mysql://", "mariadb://")
_UNKNOWN_CHARACTER_SET = frozenset({1115, 2019})


class NoServer(Exception):
    """The server cannot be read; the text says why, without the password."""


def rows_of_server(url: str, tables: Mapping[str, Sequence[str]]) -> Iterator[TableRow]:
    """The rows of these tables as they are at one moment; nothing is written.

    `url` is mysql://user:password@host:port/database, and may have ?unix_socket=.
    Raises NoServer.
    """
    try:
        # Only needed here, and not installed for SQLite.
        import MySQLdb  # noqa: PLC0415 -- optional
        from MySQLdb.cursors import SSCursor  # noqa: PLC0415 -- optional
    except ImportError as error:
        raise NoServer(
            "the driver is missing: pip install -r requirements-mysql.txt,"
            " or give a dump instead"
        ) from error
    try:
        connection = _connected(MySQLdb, SSCursor, url)
        try:
            yield from _rows(connection, tables)
        finally:
            connection.close()
    except MySQLdb.Error as error:
        raise NoServer(str(error.args[-1] if error.args else error)) from error


def _connected(driver: Any, cursor_class: Any, url: str) -> Any:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NoServer("its address cannot be read") from error
    options: dict[str, Any] = {
        "host": parts.hostname,
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.strip("/")),
        "unix_socket": parse_qs(parts.query).get("unix_socket", [""])[0],
    }
    given = {name: value for name, value in options.items() if value}
    given |= {"cursorclass": cursor_class, "connect_timeout": 10}
    try:
        return driver.connect(**given, charset="utf8mb4")
    except driver.Error as error:
        if error.args[0] not in _UNKNOWN_CHARACTER_SET:
            raise
        # Servers of the predecessor's time know only characters of up to three bytes.
        return driver.connect(**given, charset="utf8")


def _rows(connection: Any, tables: Mapping[str, Sequence[str]]) -> Iterator[TableRow]:
    _all(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    _all(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT")
    there = {
        str(name).lower(): str(name) for name, *_ in _all(connection, "SHOW TABLES")
    }
    for table, known in tables.items():
        if table not in there:
            continue
        columns = _all(connection, f"SHOW COLUMNS FROM {_quoted(there[table])}")
        names = [str(column[0]) for column in columns]
        # As text, as in a dump: an impossible moment would fail as a value.
        wanted = ", ".join(f"CAST({_quoted(name)} AS CHAR)" for name in names)
        spelling = {name.lower(): name for name in known}
        keys = [spelling.get(name.lower(), name) for name in names]
        with connection.cursor() as cursor:
            # The names come from the server, and are quoted.
            cursor.execute(f"SELECT {wanted} FROM {_quoted(there[table])}")  # noqa: S608
            for values in cursor:
                yield TableRow(table, dict(zip(keys, values, strict=True)))


def _all(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
