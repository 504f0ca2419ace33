"""A hundred thousand entries as files, cell by cell against the database."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection, models

from callcenter.models import Call, QueueEntry
from callcenter.numbers import phone_number
from reports.models import ExportAudit
from reports.tests.factories import LINE, NOON, make_queue

pytestmark = pytest.mark.django_db

ENTRIES = 100_000
READ_BY_OPENPYXL = 2_000
ROW = re.compile("<row>(.*?)</row>")
# The text or the number of a cell.
CELL = re.compile(
    r"<c[^>]*?(?:/>|>(?:<is><t[^>]*>([^<]*)</t></is>|<v>([^<]*)</v>)</c>)"
)
BEGIN_OF_TIME = datetime(1899, 12, 30)  # noqa: DTZ001 -- cells have no zone
URL = "/admin/callcenter/queueentry/export/"


@pytest.fixture
def expected() -> list[list[object]]:
    """The rows that a file must have, newest first, as people read them."""
    make_queue(name="サポート")
    started = NOON - timedelta(seconds=5)
    call = Call(sid="", line=LINE, started_at=started)
    copy(call, lambda at: {"sid": f"CA{at:032x}", "caller": caller(at)})
    entry = QueueEntry(visit=1, entered_quarter=0, target_seconds=20, entered_at=NOON)
    copy(
        entry,
        lambda at: {
            "call_id": at + 1,
            "queue": "support" if at % 3 else "=1+1",
            "entered_at": connection.ops.adapt_datetimefield_value(entered(at)),
            "wait_seconds": wait(at),
            "outcome": "answered" if at % 2 else "abandoned",
            "position": at % 9,
        },
    )
    return [
        [
            # Tokyo is nine hours ahead.
            (entered(at) + timedelta(hours=9)).replace(tzinfo=None),
            "サポート" if at % 3 else "=1+1",
            "応答" if at % 2 else "放棄",
            None if (seconds := wait(at)) is None else timedelta(seconds=seconds),
            at % 9,
            phone_number(caller(at)),
            f"CA{at:032x}",
        ]
        for at in reversed(range(ENTRIES))
    ]


def caller(at: int) -> str:
    return f"+8131{at:07}" if at % 10 else ""


def entered(at: int) -> datetime:
    """Several stand at one moment."""
    return NOON + timedelta(seconds=at // 3)


def wait(at: int) -> int | None:
    return at if at % 7 else None


def copy(row: models.Model, different: Callable[[int], dict[str, Any]]) -> None:
    """Inserts the row again and again; bulk_create would take ten times as long."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    same: dict[str, Any] = {
        str(field.column): field.get_db_prep_save(field.pre_save(row, True), connection)
        for field in fields
    }
    values = (
        tuple({**same, **different(at), "id": at + 1}.values()) for at in range(ENTRIES)
    )
    names = ", ".join([*same, "id"])
    marks = ", ".join(["%s"] * (len(same) + 1))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {row._meta.db_table} ({names}) VALUES ({marks})",  # noqa: S608
            list(values),
        )


def columns(head: list[str]) -> list[int]:
    labels = [
        "待ち開始日時",
        "キュー",
        "結果",
        "待ち時間",
        "待ち順番",
        "発信者(国内表記)",
        "通話SID",
    ]
    return [head.index(label) for label in labels]


def test_files_of_a_hundred_thousand_entries_hold_what_the_database_does(
    admin_client, expected
):
    _check_csv(admin_client, expected)
    _check_xlsx(admin_client, expected)
    assert [
        (audit.file_format, audit.row_count, audit.state)
        for audit in ExportAudit.objects.order_by("pk")
    ] == [("csv", ENTRIES, "complete"), ("xlsx", ENTRIES, "complete")]


def _check_csv(client, expected) -> None:
    response = client.get(f"{URL}csv/")
    data = b"".join(response.streaming_content)

    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    places = columns(next(lines))
    for line, row in zip(lines, expected, strict=True):
        moment, queue, outcome, waited, position, number, sid = row
        assert [line[place] for place in places] == [
            str(moment),
            "'=1+1" if queue == "=1+1" else queue,
            outcome,
            "" if waited is None else _clock(waited),
            str(position),
            number,
            sid,
        ]


def _clock(waited: timedelta) -> str:
    seconds = int(waited.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _check_xlsx(client, expected) -> None:
    response = client.get(f"{URL}xlsx/")
    data = b"".join(response.streaming_content)

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    # Openpyxl takes half a minute for all rows; of the rest the XML is looked at.
    some = book.worksheets[0].iter_rows(values_only=True, max_row=1 + READ_BY_OPENPYXL)
    places = columns(list(next(some)))
    for line, row in zip(some, expected[:READ_BY_OPENPYXL], strict=True):
        found = [line[place] for place in places]
        # Openpyxl reads a length of less than a day as a time of day in some versions.
        if found[3] is not None and not isinstance(found[3], timedelta):
            found[3] = timedelta(
                hours=found[3].hour, minutes=found[3].minute, seconds=found[3].second
            )
        assert found == [cell if cell != "" else None for cell in row]
    book.close()

    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        sheet = zipped.read("xl/worksheets/sheet1.xml").decode()
    _head, *lines = ROW.findall(sheet)
    for line, row in zip(lines, expected, strict=True):
        cells = CELL.findall(line)
        text_or_number = [cells[place][0] or cells[place][1] for place in places]
        moment, queue, outcome, waited, position, number, sid = row
        days = moment - BEGIN_OF_TIME
        assert text_or_number == [
            repr(days.days + days.seconds / 86_400),
            queue,
            outcome,
            "" if waited is None else repr(waited.total_seconds() / 86_400),
            str(position),
            number,
            sid,
        ]
