"""`manage.py report`: any report without a browser."""

import os
import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from reports.definitions import REPORTS, report_with_slug
from reports.export import csv, json
from reports.export.cells import Cells
from reports.query.forms import ReportForm
from reports.query.table import Report

FILTERS = ["first", "last", "queue", "operator", "line", "interval", "zone"]
FORMATS = ["csv", "json"]


class Command(BaseCommand):
    """Prints the rows of one report."""

    help = "Print a report: the same rows as on its page, as CSV or JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """What is wrong with a value is said by `handle`, in one line."""
        slugs = ", ".join(report.slug for report in REPORTS)
        parser.add_argument("slug", help=f"one of {slugs}")
        parser.add_argument("--first", help="first local day, YYYY-MM-DD; else today")
        parser.add_argument("--last", help="last local day, included; else today")
        parser.add_argument("--queue", help="slug")
        parser.add_argument("--operator", help="number, or client:identity")
        parser.add_argument("--line", help="number, such as +81312345678")
        parser.add_argument(
            "--interval",
            help="15, 30 (default), 60, day, week, month, fiscal-year, hour-of-day"
            " or weekday",
        )
        parser.add_argument("--zone", help=f"such as {settings.TIME_ZONE}, the default")
        parser.add_argument("--format", default="csv", help="csv (default) or json")
        parser.add_argument(
            "--labels", action="store_true", help="labels and names in place of codes"
        )
        parser.add_argument(
            "--totals", action="store_true", help="a total row at the end of the CSV"
        )

    def handle(self, *, slug: str, **options: Any) -> None:
        """Print the rows as they are read."""
        report = report_with_slug(slug)
        if report is None:
            known = ", ".join(each.slug for each in REPORTS)
            raise CommandError(f"There is no report {slug!r}; there are {known}.")
        if options["format"] not in FORMATS:
            raise CommandError(
                f"The format {options['format']!r} cannot be written;"
                f" choose {' or '.join(FORMATS)}."
            )
        asked = {name: options[name] for name in FILTERS if options[name] is not None}
        # Whoever can run commands here can read the tables anyway.
        form = report.form_class(asked, may_see_numbers=True)
        if not form.is_valid():
            raise CommandError(_first_error(form))
        with translation.override(settings.LANGUAGE_CODE):
            self._print(_pieces(report, form, options))

    def _print(self, pieces: Iterable[str]) -> None:
        out = getattr(self.stdout, "_out", None)
        if isinstance(out, TextIOWrapper):
            # Whatever the locale of the terminal, the file is UTF-8.
            out.reconfigure(encoding="utf-8")
        try:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            self.stdout.flush()
        except BrokenPipeError:
            # Python would try once more to write what is left, and complain of that.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise CommandError("The output was closed before its end.") from None


def _pieces(report: Report, form: ReportForm, options: dict[str, Any]) -> Iterator[str]:
    as_of = timezone.now()
    cells = Cells(report.columns, form.period.zone, labels=options["labels"])
    totals = report.totals()
    if options["format"] == "json":
        return json.pieces(report.slug, cells, report.rows(form), totals, as_of)
    return csv.lines(cells, report.rows(form), totals if options["totals"] else None)


def _first_error(form: ReportForm) -> str:
    name, errors = next(iter(form.errors.items()))
    return " ".join(f"--{name}: {errors[0]}".split())
