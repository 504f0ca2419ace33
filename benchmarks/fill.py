"""A history of a million queue entries, to measure lists and files with.

`python -m benchmarks.fill ENTRIES [CALLS]` fills the database of DATABASE_URL: a few
thousand calls of one day, or so many, are derived from events and then copied in SQL,
each copy dated days earlier.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, models, transaction
from tqdm import tqdm

from benchmarks import bulk

SEED_CALLS = 4000
# Within so many hours the calls of the seed begin; each copy is dated so many days
# before the one made last.
HOURS = 7.75
DAYS_APART = 1
_EARLIER = {
    "mysql": "{column} - INTERVAL {days} DAY",
    # In the format in which Django writes moments: SQLite compares them as text.
    "sqlite": "replace(strftime('%Y-%m-%d %H:%M:%f000', {column}, '-{days} days'),"
    " '.000000', '')",
}
# Changes one digit of a SID, at another place in every doubling. The change depends on
# the SID alone, so that rows which name the same leg still do so.
_NEW_SID = (
    "SUBSTR({column}, 1, {place} - 1)",
    "SUBSTR('123456789abcdef0',"
    " INSTR('0123456789abcdef', SUBSTR({column}, {place}, 1)), 1)",
    "SUBSTR({column}, {place} + 1)",
)
_LAST_DIGIT = 34


def fill(entries: int, seed_calls: int = SEED_CALLS) -> int:
    """Copy the calls until there are so many entries; returns how many there are."""
    from callcenter.models import QueueEntry  # noqa: PLC0415 -- needs Django set up

    _seed(seed_calls)
    have = QueueEntry.objects.count()
    copies = 1
    with tqdm(total=entries, initial=have, unit="entry", disable=None) as bar:
        while have < entries:
            _double(copies)
            copies *= 2
            bar.update(have)
            have *= 2
    if connection.vendor == "mysql":
        with connection.cursor() as cursor:
            for model in _tables():
                cursor.execute(f"ANALYZE TABLE {model._meta.db_table}")
                cursor.fetchall()
    return have


def _tables() -> list[type[models.Model]]:
    from callcenter.models import (  # noqa: PLC0415 -- needs Django set up
        AbandonedCall,
        Call,
        Connection,
        IvrStep,
        QueueEntry,
    )

    return [Call, QueueEntry, Connection, IvrStep, AbandonedCall]


def _seed(calls: int) -> None:
    from callcenter.models import Call  # noqa: PLC0415 -- needs Django set up

    if Call.objects.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.jsonl"
        bulk.write_file(path, calls, HOURS * 3600 / calls)
        call_command("load_events", str(path), verbosity=0, stdout=sys.stderr)


def _double(copies: int) -> None:
    """Copy every row, dated before all existing ones."""
    # Rows refer to each other by id, so the ids of all tables are raised by one number.
    tables = _tables()
    step = max(
        model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
        for model in tables
    )
    with transaction.atomic(), connection.cursor() as cursor:
        for model in tables:
            columns, values = [], []
            for field in model._meta.concrete_fields:
                columns.append(str(field.column))
                values.append(_value(field, step, copies))
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)})"
                f" SELECT {', '.join(values)} FROM {table} WHERE id <= {step}"
            )


def _value(field: "models.Field[Any, Any]", step: int, copies: int) -> str:
    """The SQL expression for a column of the copy."""
    column, days = str(field.column), copies * DAYS_APART
    if field.primary_key or field.is_relation:
        return f"{column} + {step}"
    if isinstance(field, models.DateTimeField) and column != "sealed_at":
        return _EARLIER[connection.vendor].format(column=column, days=days)
    if column == "entered_quarter":
        return f"{column} - {96 * days}"
    if column in ("sid", "operator_call_sid"):
        place = _LAST_DIGIT - copies.bit_length()
        parts = [part.format(column=column, place=place) for part in _NEW_SID]
        if connection.vendor == "mysql":
            return f"CONCAT({', '.join(parts)})"
        return " || ".join(parts)
    return column


if __name__ == "__main__":
    django.setup()
    count = fill(*map(int, sys.argv[1:]))
    sys.stdout.write(f"There are {count:,} queue entries now.\n")
