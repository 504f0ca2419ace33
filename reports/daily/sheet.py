"""The daily report as one sheet of an Excel workbook."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from callcenter.numbers import phone_number
from reports.daily.figures import Daily, Figure, Part
from reports.daily.page import read, url_of
from reports.export import audit, downloads, xlsx
from reports.export.cells import Cell, Cells, Fraction
from reports.export.downloads import FORMATS, Format, Taken
from reports.pages import intervals
from reports.present import kinds, masking
from reports.query.selection import default_zone
from reports.query.table import Column, Reading

SLUG = "daily"
# As wide as the widest of its tables.
WIDTH = 7


def export(request: HttpRequest) -> HttpResponseBase:
    """The workbook; back to the page, which says why, for an unreadable address."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    form, found = read(request)
    user = request.user
    if not (user.is_authenticated and user.has_perm(audit.PERMISSION)):
        raise PermissionDenied
    if form.errors:
        return redirect(f"{url_of(found.span)}&{request.GET.urlencode()}")
    taken = taken_for(user, found)
    audited = audit.begin(
        user,
        SLUG,
        request.GET.urlencode(),
        "xlsx",
        is_masked=taken.reading.is_masked,
    )
    return downloads.response(request, taken, ONE_SHEET, audited)


def taken_for(user: User, found: Daily) -> Taken:
    """The report as a file takes it, for its reader."""
    rows = [_padded(row) for row in sheet(found)]
    may_see = masking.may_see_numbers(user)
    return Taken(
        str(found.span.kind.label),
        SLUG,
        Reading([], rows, list, is_masked=bool(found.lost) and not may_see),
        default_zone(),
        timezone.now(),
        found.span.first,
        found.span.last,
    )


def _pieces(taken: Taken) -> Iterator[bytes]:
    blocks = taken.reading.blocks()
    head = next(blocks, [])
    first, rest = head[:1], head[1:]
    titles = [str(cell or "") for cell in (first[0] if first else [""] * WIDTH)]
    # Each of its tables has heads of its own, so all columns are wide enough for words.
    types = [str] * WIDTH
    rows = iter([rest, *blocks])
    return xlsx.pieces(taken.title, titles, types, rows, is_one_page=True)


# A workbook of this one sheet.
ONE_SHEET = Format(
    "xlsx", "", FORMATS["xlsx"].suffix, FORMATS["xlsx"].content_type, _pieces
)


def sheet(found: Daily) -> Iterator[Cells]:
    """The rows of the sheet; its first row is the title."""
    span = found.span
    yield [str(span.kind.label), span.in_words()]
    yield []
    yield [
        gettext("Figures"),
        span.in_words(),
        span.compared.in_words(),
        gettext("Difference"),
    ]
    for figure in found.figures:
        values = (figure.value, figure.before)
        yield [
            figure.column.heading,
            *(_cell(found, figure.column, None, value) for value in values),
            _difference(figure),
        ]
    if found.target is not None:
        yield [gettext("Service level target"), Fraction(found.target / 100)]
    for title, part in (
        (gettext("Queues"), found.queues),
        (gettext("By time"), found.intervals),
        (gettext("Operators"), found.operators),
    ):
        yield []
        yield [title]
        yield [column.heading for column in part.columns]
        yield from _rows(found, part)
    yield []
    yield [gettext("Callers not reached yet"), len(found.lost)]
    yield [
        pgettext("column", "Caller"),
        gettext("Abandoned at"),
        pgettext("column", "Queue"),
        gettext("Wait"),
        gettext("Gave up (times)"),
        gettext("Attempts"),
    ]
    zone = default_zone()
    for lost in found.lost:
        at: datetime = lost.abandoned_at.astimezone(zone).replace(tzinfo=None)
        wait = lost.wait_seconds
        waited = None if wait is None else timedelta(seconds=wait)
        yield [lost.caller, at, lost.queue, waited, lost.times, lost.attempts]
    yield []
    yield [gettext("Notes")]
    for note in found.notes:
        yield [note.text, note.day, note.username]


def _rows(found: Daily, part: Part) -> Iterator[Cells]:
    named = [column.names() if column.names else None for column in part.columns]
    for row in part.rows:
        yield [
            _cell(found, column, names, value)
            for column, names, value in zip(part.columns, named, row, strict=True)
        ]


def _cell(found: Daily, column: Column, names: Any, value: Any) -> Cell:
    """A typed cell: counts and fractions are numbers, lengths of time are times."""
    if value is None:
        return None
    if column.kind is kinds.INTERVAL:
        return intervals.label(found.asked.period, value, found.asked.interval)
    if names is not None:
        return str(names.get(value) or phone_number(value))
    if column.kind.cell is timedelta:
        return timedelta(seconds=value)
    number: Cell = Fraction(value) if column.kind is kinds.FRACTION else value
    return number


def _difference(figure: Figure) -> Cell:
    """How much more it is now; of times as text, as Excel has none below zero."""
    amount = figure.difference
    if amount is None or figure.column.kind is kinds.COUNT:
        return amount
    if figure.column.kind is kinds.FRACTION:
        return Fraction(amount)
    return kinds.CHANGES[figure.column.kind].shown(amount)


def _padded(row: Cells) -> list[Any]:
    return [*row, *[None] * (WIDTH - len(row))]
