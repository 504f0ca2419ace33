"""What a mail says: subject, key figures, link, and the workbook, for its reader."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from reports.daily import figures as daily_figures
from reports.daily import page as daily_page
from reports.daily import sheet as daily_sheet
from reports.daily.figures import Figure, daily
from reports.definitions import report_with_slug
from reports.delivery.planning import span_of
from reports.export import audit
from reports.export.downloads import FORMATS, Format, Taken
from reports.export.wanted import Unreadable
from reports.models import Delivery
from reports.pages import report_file
from reports.pages.filter import FilterForm
from reports.pages.schedule_link import DAILY_REPORT, PERMISSION
from reports.present import formats, masking
from reports.present.links import report_url
from reports.query.comparison import days_compared
from reports.query.quality import quality
from reports.query.selection import Selection
from reports.query.table import Reading

# A larger workbook is not attached: most servers refuse it, and telephones load it.
MOST_BYTES = 10_000_000
_XLSX = FORMATS["xlsx"]


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A key figure as the mail writes it."""

    label: str
    value: str
    before: str
    difference: str
    judgement: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A whole workbook."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """A mail as its reader gets it, and what is recorded of it."""

    subject: str
    text: str
    html: str
    attachment: Attachment | None
    rows: int | None
    is_masked: bool
    # As in the record of exports.
    subject_of_audit: str
    query: str


@dataclass(frozen=True, slots=True)
class _Report:
    """What is particular to the daily report, or to any other."""

    title: str
    days: str
    words: Sequence[tuple[str, str]]
    figures: Sequence[Figure]
    compared: str
    asked: Selection
    path: str
    query: str
    taken: Taken | None
    file_format: Format = _XLSX


def contents(delivery: Delivery, now: datetime) -> Contents:
    """The mail of a delivery, in its language and with the rights of its owner.

    Raises PermissionDenied without the rights, and Unreadable for a filter that cannot
    be read any more.
    """
    schedule = delivery.schedule
    user = schedule.user
    if not (user.is_active and user.is_staff and user.has_perm(PERMISSION)):
        raise PermissionDenied
    if not user.has_perm(audit.PERMISSION):
        raise PermissionDenied
    with translation.override(schedule.language), masking.read_by(user):
        try:
            if schedule.report == DAILY_REPORT:
                report = _daily(delivery, user)
            else:
                report = _other(delivery, user)
        except Http404 as error:
            raise Unreadable(schedule.report) from error
        return _mail(delivery, report, now)


def _daily(delivery: Delivery, user: User) -> _Report:
    if not user.has_perm(daily_page.PERMISSION):
        raise PermissionDenied
    span = span_of(delivery.schedule.period, delivery.first)
    found = daily(span, user)
    url = daily_page.url_of(span)
    return _Report(
        title=str(span.kind.label),
        days=span.in_words(),
        words=[],
        figures=found.figures,
        compared=span.compared.in_words(),
        asked=found.asked,
        path=url,
        query=urlsplit(url).query,
        taken=daily_sheet.taken_for(user, found),
        file_format=daily_sheet.ONE_SHEET,
    )


def _other(delivery: Delivery, user: User) -> _Report:
    slug = delivery.schedule.report
    report = report_with_slug(slug)
    if report is None:
        raise Http404
    query = query_of(delivery.schedule.query, delivery.first, delivery.last)
    wanted = report_file.asked(user, slug, _XLSX.code, query)
    form = FilterForm(report, query)
    form.is_valid()
    asked = form.selection
    period, *words = form.in_words()
    # As the reports do: whole weeks, but what is longer with the one before.
    first, last = delivery.first, delivery.last
    how = "weeks" if (last - first).days < 7 else "before"
    entries = Selection(
        first=first,
        last=last,
        queue=asked.queue,
        line=asked.line,
        operators=asked.operators,
        weekday=asked.weekday,
        holidays=asked.holidays,
    )
    then, until = days_compared(how, first, last)
    before = replace(entries, first=then, last=until)
    return _Report(
        title=str(report.title),
        days=period[1],
        words=words,
        figures=daily_figures.figures(entries, before),
        compared=_days(then, until),
        asked=asked,
        path=f"{report_url(slug)}?{wanted.query}",
        query=wanted.recorded,
        taken=None if wanted.is_large() else wanted.take(),
    )


def query_of(query: str, first: date, last: date) -> QueryDict:
    """The query of a report's address, for these days."""
    asked = QueryDict(query, mutable=True)
    asked["first"], asked["last"] = first.isoformat(), last.isoformat()
    return asked


def _mail(delivery: Delivery, report: _Report, now: datetime) -> Contents:
    schedule, taken = delivery.schedule, report.taken
    attachment = _attached(taken, report.file_format) if taken else None
    reading: Reading | None = taken.reading if taken and attachment else None
    found = quality(report.asked, now)
    days = f"{delivery.first} – {delivery.last}"
    if delivery.first == delivery.last:
        days = str(delivery.first)
    zone = timezone.get_default_timezone_name()
    context = {
        "name": schedule.name,
        "title": report.title,
        "days": report.days,
        "words": report.words,
        "compared": report.compared,
        "figures": [_figure(each) for each in report.figures],
        "as_of": f"{formats.minute(now)} ({zone})",
        "is_provisional": delivery.last >= timezone.localdate(now),
        "completeness": found.shown_completeness,
        "url": absolute(report.path),
        "settings_url": absolute(reverse("admin:scheduled_reports")),
        "attachment": attachment,
        "is_masked": bool(reading and reading.is_masked),
        "owner": schedule.user.get_full_name() or schedule.user.get_username(),
        "language": schedule.language,
    }
    subject = f"{schedule.name} {days}"
    if schedule.name != report.title:
        subject = f"{schedule.name} {days} ({report.title})"
    return Contents(
        subject=" ".join(subject.split()),
        text=_without_gaps(render_to_string("reports/delivery/mail.txt", context)),
        html=render_to_string("reports/delivery/mail.html", context),
        attachment=attachment,
        rows=reading.count if reading else None,
        is_masked=bool(reading and reading.is_masked),
        subject_of_audit=schedule.report,
        query=report.query,
    )


def absolute(path: str) -> str:
    """The public address of a path; empty where no public address is set."""
    public = urlsplit(settings.PUBLIC_BASE_URL)
    return f"{public.scheme}://{public.netloc}{path}" if public.netloc else ""


def _attached(taken: Taken, file_format: Format) -> Attachment | None:
    """The workbook as a download would have it; None if it is too large."""
    data = bytearray()
    for piece in file_format.pieces(taken):
        data += piece
        if len(data) > MOST_BYTES:
            return None
    name = taken.file_name(file_format.suffix)
    return Attachment(name, file_format.content_type, bytes(data))


def _figure(figure: Figure) -> ShownFigure:
    column = figure.column
    words = {"better": gettext("better"), "worse": gettext("worse")}
    return ShownFigure(
        column.heading,
        column.shown(figure.value),
        column.shown(figure.before),
        daily_page.difference(figure),
        words.get(figure.judgement, ""),
    )


def _days(first: date, last: date) -> str:
    return " – ".join(dict.fromkeys(map(formats.day_and_weekday, (first, last))))


def _without_gaps(text: str) -> str:
    """The text without the empty lines that tags of its template leave."""
    return "\n".join(_lines(text.splitlines())).strip() + "\n"


def _lines(lines: Iterable[str]) -> Iterator[str]:
    was_empty = False
    for line in map(str.rstrip, lines):
        if line or not was_empty:
            yield line
        was_empty = not line
