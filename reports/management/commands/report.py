"""`manage.py report`: any report without a browser."""

import os
import sys
from collections.abc import Iterable, Iterator
from io import TextIOBase
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.text import capfirst

from callcenter.management.command import SentenceCommand
from reports.definitions import REPORTS, report_with_slug
from reports.export import csv, json, xlsx
from reports.export.sheet import Sheet
from reports.query.comparison import COMPARISONS
from reports.query.forms import ReportForm
from reports.query.named_periods import NAMED
from reports.query.table import Table

FILTERS = [
    "period",
    "first",
    "last",
    "queue",
    "operator",
    "line",
    "interval",
    "weekday",
    "holidays",
    "formula",
    "threshold",
    "compare",
    "goal",
    "erlang",
    "zone",
]
# Those that some reports do not have: their rows would be all the same.
NOT_OF_ALL = {
    *("queue", "operator", "line", "weekday", "holidays"),
    *("formula", "threshold", "compare", "goal", "erlang"),
}
FORMATS = ["csv", "xlsx", "json"]


class Command(SentenceCommand):
    """Writes the rows of one report to standard output."""

    help = "Write a report to standard output, as CSV, Excel workbook or JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Values are checked in `handle`, which refuses one with a single line."""
        slugs = ", ".join(report.slug for report in REPORTS)
        parser.add_argument("slug", help=f"one of {slugs}")
        parser.add_argument("--first", help="first local day, YYYY-MM-DD; else today")
        parser.add_argument("--last", help="last local day, included; else today")
        parser.add_argument(
            "--period", help=f"in place of days, one of {', '.join(NAMED)}"
        )
        parser.add_argument(
            "--queue", help="slug; of queue-interval also * for all in one row"
        )
        parser.add_argument("--operator", help="number, or client:identity")
        parser.add_argument("--line", help="number, such as +81312345678")
        parser.add_argument(
            "--interval",
            help="15, 30 (default), 60, day, week, month, fiscal-year, hour-of-day,"
            " weekday or hour-of-week",
        )
        parser.add_argument("--weekday", help="1 (Monday) to 7; else all")
        parser.add_argument("--holidays", help="out or only; else they count too")
        parser.add_argument(
            "--formula", help="SL1 (default) to SL8, of the service level"
        )
        parser.add_argument(
            "--threshold",
            help="seconds, in place of the thresholds that were valid; changes nothing",
        )
        parser.add_argument(
            "--compare", help=f"adds columns; one of {', '.join(COMPARISONS)}"
        )
        parser.add_argument(
            "--goal", help="per cent of service level to staff for (80)"
        )
        parser.add_argument("--erlang", help="a (default) or c, to staff by")
        parser.add_argument("--zone", help=f"such as {settings.TIME_ZONE}, the default")
        parser.add_argument(
            "--format", default="csv", help="csv (default), xlsx or json"
        )
        parser.add_argument(
            "--labels", action="store_true", help="labels and names in place of codes"
        )
        parser.add_argument(
            "--totals",
            action="store_true",
            help="a total row at the end of a CSV or workbook",
        )

    def handle(self, *, slug: str, **options: Any) -> None:
        """Write the rows while they are read."""
        report = report_with_slug(slug)
        if report is None:
            known = ", ".join(each.slug for each in REPORTS)
            raise CommandError(f"There is no report {slug!r}; there are {known}.")
        if options["format"] not in FORMATS:
            raise CommandError(
                f"The format {options['format']!r} cannot be written;"
                f" choose {', '.join(FORMATS)}."
            )
        given = options.get("stdout")
        is_for_text = sys.stdout.isatty() if given is None else _is_text(given)
        if options["format"] == "xlsx" and is_for_text:
            raise CommandError("A workbook is not text: redirect it to a file.")
        asked = {name: options[name] for name in FILTERS if options[name] is not None}
        for name in asked.keys() & NOT_OF_ALL - set(report.fields):
            raise CommandError(f"The report {slug!r} cannot be filtered by --{name}.")
        form = ReportForm(
            asked,
            most_days=report.most_days,
            intervals=report.intervals,
            has_together=report.has_together,
            is_by_interval="interval" in report.fields,
        )
        if not form.is_valid():
            raise CommandError(_first_error(form))
        with translation.override(settings.LANGUAGE_CODE):
            pieces = _pieces(report, form, options)
            if given is None:
                _print(pieces)
            else:
                _write_to(given, pieces)


def _print(pieces: Iterable[bytes]) -> None:
    """Write to standard output; bytes, so that no terminal's encoding changes them."""
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python would try once more to write what is left, and complain of that.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CommandError("The output was closed before its end.") from None


def _write_to(stream: Any, pieces: Iterable[bytes]) -> None:
    """Write to the stream that a program gave to `call_command`, of text or bytes."""
    for piece in pieces:
        stream.write(piece.decode() if _is_text(stream) else piece)


def _is_text(stream: Any) -> bool:
    return isinstance(stream, TextIOBase)


def _pieces(
    report: Table, form: ReportForm, options: dict[str, Any]
) -> Iterator[bytes]:
    as_of = timezone.now()
    asked = form.selection
    # Whoever can run commands here can read the tables anyway.
    reading = report.read(asked, may_see_numbers=True)
    # Before the head is written: nobody wants a file with nothing else.
    reading.read_ahead()
    labels, file_format = options["labels"], options["format"]
    # A workbook with labels is for people; without them every file has raw values.
    typed = file_format == "xlsx" and labels
    sheet = Sheet(reading, asked.zone, labels=labels, typed=typed)
    if file_format == "json":
        return json.pieces(report.slug, sheet, as_of.astimezone(asked.zone).isoformat())
    blocks = sheet.blocks(with_total=options["totals"])
    if file_format == "xlsx":
        title = capfirst(str(report.title)) if labels else report.slug
        return xlsx.pieces(title, sheet.head, sheet.types, blocks)
    return csv.pieces(sheet.head, blocks, csv.FOR_PROGRAMS)


def _first_error(form: ReportForm) -> str:
    name, errors = next(iter(form.errors.items()))
    return " ".join(f"--{name}: {errors[0]}".split())
