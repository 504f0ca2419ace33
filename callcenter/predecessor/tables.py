"""The predecessor's rows, collected by call, and how many were found.

A dump has them table after table, and what a row means depends on the other tables. So
they are put into a temporary SQLite database, never into ours.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from callcenter.params import storable
from callcenter.predecessor.calls import OldCall
from callcenter.predecessor.mysqldump import TableRow
from callcenter.predecessor.rows import (
    CONNECTS,
    ENDS,
    EXITS,
    OPERATORS,
    OldRow,
    Reading,
    Unplaceable,
    operator_of,
    read_row,
)

_SCHEMA = """
    CREATE TABLE row (
        sid TEXT, of_table TEXT, at TEXT, leg TEXT, columns TEXT,
        PRIMARY KEY (sid, of_table)
    ) WITHOUT ROWID;
    CREATE INDEX row_leg ON row (leg);
"""


@dataclass(slots=True)
class Found:
    """How many rows each table had, how many were refused why, and their period."""

    rows: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None


class OldTables:
    """All rows of the predecessor, read as `reading` says.

    Rows that cannot be taken over go to `on_refused`, with the reason as their problem.
    """

    def __init__(
        self, reading: Reading, on_refused: Callable[[TableRow], object]
    ) -> None:
        self.reading = reading
        self.found = Found()
        self.operators: set[str] = set()
        self._on_refused = on_refused
        # Without a name it is a temporary file that SQLite deletes by itself.
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.executescript(_SCHEMA)
        # One transaction for all rows: one each would take an hour for a million.
        self._rows.execute("BEGIN")

    def close(self) -> None:
        """Deletes the rows."""
        self._rows.close()

    def add(self, row: TableRow) -> None:
        """Adds one row of any of the four tables."""
        values = {name: value and storable(value) for name, value in row.values.items()}
        row = TableRow(row.table, values, row.problem)
        self.found.rows[row.table] += 1
        if row.problem:
            self._refuse(row, row.problem)
        elif row.table == OPERATORS:
            telnum = values.get("telnum") or ""
            if any(operator_of(telnum)):
                self.operators.add(telnum)
            else:
                self._refuse(row, "telnum is no number with + and country code")
        else:
            self._add_of_call(row)

    def count(self) -> int:
        """How many legs the rows are about."""
        (count,) = self._one("SELECT count(DISTINCT sid) FROM row") or (0,)
        return int(count)

    def calls(self) -> Iterator[OldCall]:
        """The legs, by their first row."""
        by_age = "SELECT sid FROM row GROUP BY sid ORDER BY min(at), sid"
        for (sid,) in self._rows.execute(by_age):
            exit_, connect, end = (
                self._row(sid, table) for table in (EXITS, CONNECTS, ENDS)
            )
            leg = connect.text("DequeingCallSid") if connect else ""
            is_caller = exit_ is not None or connect is not None
            from_operator = end is not None and end.text("From") in self.operators
            yield OldCall(
                sid,
                exit_,
                connect,
                end,
                self._row(leg, ENDS) if leg else None,
                is_operator=(from_operator and not is_caller) or self._took_calls(sid),
            )

    def _add_of_call(self, row: TableRow) -> None:
        try:
            old = read_row(row.table, row.values, self.reading)
        except Unplaceable as why:
            self._refuse(row, str(why))
            return
        sid, columns = old.text("CallSid"), json.dumps(row.values, sort_keys=True)
        known = self._one(
            "SELECT columns FROM row WHERE sid = ? AND of_table = ?", sid, row.table
        )
        if known is None:
            leg = old.text("DequeingCallSid")
            self._rows.execute(
                "INSERT INTO row VALUES (?, ?, ?, ?, ?)",
                [sid, row.table, old.at.isoformat(), leg, columns],
            )
            self.found.first = min(old.at, self.found.first or old.at)
            self.found.last = max(old.at, self.found.last or old.at)
        elif known == (columns,):
            self._refuse(row, "the same row is there twice")
        else:
            self._refuse(row, "this call has another row before it")

    def _refuse(self, row: TableRow, reason: str) -> None:
        self.found.refused[f"{row.table}: {reason}"] += 1
        self._on_refused(TableRow(row.table, row.values, reason))

    def _row(self, sid: str, table: str) -> OldRow | None:
        found = self._one(
            "SELECT columns FROM row WHERE sid = ? AND of_table = ?", sid, table
        )
        return read_row(table, json.loads(found[0]), self.reading) if found else None

    def _took_calls(self, leg: str) -> bool:
        return self._one("SELECT 1 FROM row WHERE leg = ? LIMIT 1", leg) is not None

    def _one(self, query: str, *values: str) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = self._rows.execute(query, values).fetchone()
        return found
