"""A table as a download: the formats there are, and the answer that streams one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from reports.export import audit, csv, json, xlsx
from reports.export.values import Values
from reports.models import ExportAudit


class Table(Protocol):
    """What can be taken away: heads and rows, for people and for programs."""

    title: str
    codes: list[str]
    head: list[str]
    kinds: list[type]
    # So many rows have been read.
    count: int
    # Whether numbers of callers stand masked in it.
    is_masked: bool

    def shown(self) -> Iterator[Values]:
        """Rows as people read them."""

    def raw(self) -> Iterator[Sequence[Any]]:
        """Rows as programs read them."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a table: its code in addresses, its name, and its bytes."""

    code: str
    name: StrOrPromise
    suffix: str
    content_type: str
    # Of a table, what it is called by programs, and the moment it is taken away.
    pieces: Callable[[Table, str, datetime], Iterator[bytes]]


def _xlsx(table: Table, _name: str, _now: datetime) -> Iterator[bytes]:
    return xlsx.pieces(table.title, table.head, table.kinds, table.shown())


def _csv(table: Table, _name: str, _now: datetime) -> Iterator[bytes]:
    return csv.pieces(table.head, table.shown(), csv.UTF_8)


def _shift_jis(table: Table, _name: str, _now: datetime) -> Iterator[bytes]:
    return csv.pieces(table.head, table.shown(), csv.SHIFT_JIS)


def _json(table: Table, name: str, now: datetime) -> Iterator[bytes]:
    return json.list_pieces(name, now.isoformat(), table.codes, table.raw())


FORMATS = {
    each.code: each
    for each in (
        Format(
            "xlsx",
            _("Excel"),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _xlsx,
        ),
        Format("csv", _("CSV (UTF-8)"), "csv", "text/csv; charset=utf-8", _csv),
        Format(
            "csv-sjis",
            _("CSV (Shift_JIS)"),
            "csv",
            "text/csv; charset=shift_jis",
            _shift_jis,
        ),
        Format("json", "JSON", "json", "application/json", _json),
    )
}


def response(
    table: Table, file_format: Format, name: str, now: datetime, audited: ExportAudit
) -> StreamingHttpResponse:
    """The file, streamed and written down; `now` is in the reader's zone."""
    pieces = file_format.pieces(table, name, now)
    answer = StreamingHttpResponse(
        audit.watched(audited, pieces, lambda: table.count),
        content_type=file_format.content_type,
    )
    file_name = f"{table.title} {now:%Y-%m-%d %H%M}.{file_format.suffix}"
    answer["Content-Disposition"] = content_disposition_header(True, file_name)
    # A proxy that waits for the whole file would keep the first byte back.
    answer["X-Accel-Buffering"] = "no"
    return answer
