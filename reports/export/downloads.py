"""A table as a download: the formats there are, and the answer that streams one."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.held import Held
from reports.export import audit, csv, json, xlsx
from reports.export.sheet import Numbers, Sheet
from reports.export.xlsx_chart import StackedBars
from reports.models import ExportAudit
from reports.query.table import Reading

# How many files a process writes at once: a slow reader keeps a thread for as long.
MOST_AT_ONCE = 2
# What is read at once of a file that is prepared.
_PIECE = 65_536
# What a file system takes for something else than a part of a name.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_turns = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is exported: a reading of a table, the table's names, and the moment."""

    title: str
    slug: str
    reading: Reading
    zone: ZoneInfo
    now: datetime
    # The local days that were asked for; without an end where None.
    first: date | None = None
    last: date | None = None
    # How files for people write telephone numbers.
    numbers: Numbers = Numbers.PAGE
    # Of what part of the table the file is, such as a queue, for its name.
    part: str = ""
    # What a workbook says of its rows on a sheet of its own.
    about: xlsx.About | None = None
    # What a workbook draws of them.
    chart: StackedBars | None = None

    def file_name(self, suffix: str) -> str:
        """What it is, of what, of which days, its form of numbers, and when made."""
        period = self._period()
        e164 = "E.164" if self.numbers == Numbers.E164 else ""
        made = f"{self.now.astimezone(self.zone):%Y-%m-%d %H%M}"
        if period:
            made = f"({made})"
        parts = (self.title, self.part, period, e164, made)
        name = " ".join(part for part in parts if part)
        return _NOT_IN_NAMES.sub("-", name) + suffix

    def _period(self) -> str:
        if self.first and self.last:
            days = dict.fromkeys((str(self.first), str(self.last)))
            return "_".join(days)
        if self.first:
            return gettext("since %(day)s") % {"day": self.first}
        if self.last:
            return gettext("until %(day)s") % {"day": self.last}
        return ""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a table: its code in addresses, its name, and its bytes."""

    code: str
    name: StrOrPromise
    # The end of a file's name. Names differ, so that no file replaces another.
    suffix: str
    content_type: str
    pieces: Callable[[Taken], Iterator[bytes]]
    # For people, who may choose how numbers are written; programs get E.164.
    is_for_people: bool = True


def _for_people(taken: Taken) -> Sheet:
    return Sheet(
        taken.reading, taken.zone, labels=True, typed=True, numbers=taken.numbers
    )


def _xlsx(taken: Taken) -> Iterator[bytes]:
    sheet = _for_people(taken)
    return xlsx.pieces(
        taken.title,
        sheet.head,
        sheet.types,
        sheet.blocks(),
        about=taken.about,
        chart=taken.chart,
    )


def _csv(taken: Taken, style: csv.Style = csv.UTF_8) -> Iterator[bytes]:
    sheet = _for_people(taken)
    return csv.pieces(sheet.head, sheet.blocks(), style)


def _shift_jis(taken: Taken) -> Iterator[bytes]:
    return _csv(taken, csv.SHIFT_JIS)


def _json(taken: Taken) -> Iterator[bytes]:
    sheet = Sheet(taken.reading, taken.zone, labels=False, typed=False)
    as_of = taken.now.astimezone(taken.zone).isoformat()
    return json.pieces(taken.slug, sheet, as_of)


FORMATS = {
    each.code: each
    for each in (
        Format(
            "xlsx",
            _("Excel"),
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _xlsx,
        ),
        Format("csv", _("CSV (UTF-8)"), ".csv", "text/csv; charset=utf-8", _csv),
        Format(
            "csv-sjis",
            _("CSV (Shift_JIS)"),
            " Shift_JIS.csv",
            "text/csv; charset=shift_jis",
            _shift_jis,
        ),
        Format("json", "JSON", ".json", "application/json", _json, is_for_people=False),
    )
}


def busy(request: HttpRequest) -> HttpResponseBase:
    """The page that asks to wait, as enough files are written or read at the moment."""
    page = render(request, "reports/busy.html", status=503)
    page["Retry-After"] = "30"
    return page


def response(
    request: HttpRequest, taken: Taken, file_format: Format, audited: ExportAudit
) -> HttpResponseBase:
    """The file as a streamed response; the export is recorded when it ends.

    A page that asks to wait, while as many files are read as may be at once.
    """
    # Before it has its turn, which it would keep where the names cannot be read.
    pieces = audit.watched(
        audited, file_format.pieces(taken), lambda: taken.reading.count
    )
    if not _turns.acquire(blocking=False):
        audit.interrupt(audited)
        return busy(request)
    answer = _streamed(pieces, file_format, taken.file_name(file_format.suffix))
    # A proxy that waits for the whole file would keep the first byte back.
    answer["X-Accel-Buffering"] = "no"
    return answer


def prepared(
    request: HttpRequest, path: Path, name: str, size: int, file_format: Format
) -> HttpResponseBase:
    """A file that was written before, as a streamed response; it waits its turn, too.

    Raises OSError, FileNotFoundError where it is gone.
    """
    file = path.open("rb")
    if not _turns.acquire(blocking=False):
        file.close()
        return busy(request)
    answer = _streamed(_read(file), file_format, name)
    answer["Content-Length"] = str(size)
    return answer


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _streamed(
    pieces: Iterable[bytes], file_format: Format, name: str
) -> StreamingHttpResponse:
    """The answer that gives its turn back when it ends."""
    answer = StreamingHttpResponse(
        Held(pieces, _turns.release), content_type=file_format.content_type
    )
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
