"""The last sheet of a report's workbook: its filter, as of when, what columns mean."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext

from reports.export.cells import Cells
from reports.export.xlsx import About
from reports.pages.filter import FilterForm
from reports.present import formats
from reports.query.quality import Quality
from reports.query.table import Column, Table


def sheet(
    report: Table,
    columns: Sequence[Column],
    form: FilterForm,
    found: Quality,
    now: datetime,
) -> About:
    """The sheet, in the language of the reader, for these columns of the report."""
    return About(
        gettext("About this file"),
        [gettext("What"), gettext("Explanation")],
        list(_rows(report, columns, form, found, now)),
    )


def _rows(
    report: Table,
    columns: Sequence[Column],
    form: FilterForm,
    found: Quality,
    now: datetime,
) -> Iterator[Cells]:
    asked = form.selection
    yield [gettext("Report"), str(report.title)]
    if report.unit:
        yield [gettext("Unit"), str(report.unit)]
    yield [gettext("As of"), f"{formats.moment(now)} ({asked.zone.key})"]
    yield from map(list, form.in_words())
    if found.shown_completeness:
        yield [gettext("Completeness"), found.shown_completeness]
    yield [gettext("Inferred"), formats.count(found.inferred)]
    yield [gettext("Provisional"), formats.count(found.provisional)]
    for column in columns:
        if column.explanation:
            yield [column.heading, str(column.explanation)]
