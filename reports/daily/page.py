"""The page of the daily report, and the notes that people add to it."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.daily.figures import Daily, Figure, Part, daily
from reports.daily.spans import Kind, Span
from reports.definitions.queues import QueueSummaryReport
from reports.export import audit
from reports.models import DayNote
from reports.pages import intervals, schedule_link
from reports.pages.cells import Cell, Line
from reports.present import kinds
from reports.present.links import PageLinks, list_url, report_url
from reports.present.meters import state
from reports.present.names import Names
from reports.query.business_days import last_business_day
from reports.query.forms import DayField
from reports.query.selection import local_today
from reports.query.table import NOTHING, Column, Row

PERMISSION = "callcenter.view_call"
MAY_WRITE = "reports.add_daynote"
URL_NAME = "admin:daily_report"
# Of which days a report is sent at first, seen from the morning after.
_SENT = {
    Kind.DAY: "last-business-day",
    Kind.WEEK: "last-week",
    Kind.MONTH: "last-month",
}
# So many callers fit on the paper; the work list has them all.
MOST_CALLERS = 12


class SpanForm(forms.Form):
    """Which period is asked for: by default that of the last business day."""

    span = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=Kind.choices,
        error_messages={
            "invalid_choice": _(
                "There is no period “%(value)s”; choose day, week, month."
            )
        },
    )
    day = DayField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))

    def asked(self) -> Span:
        """The period; that of the last business day where the form cannot be read."""
        kind = Kind(self.cleaned_data.get("span") or Kind.DAY)
        day: date = self.cleaned_data.get("day") or last_business_day(local_today())
        return Span.of(kind, day)


class NoteForm(forms.ModelForm[DayNote]):
    """A note about one day of the period."""

    class Meta:
        model = DayNote
        fields = ("day", "text")
        widgets = {
            "day": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "text": forms.Textarea(attrs={"rows": 2, "maxlength": 1000}),
        }

    def __init__(self, span: Span, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"day": span.first}, label_suffix="")
        self._span = span
        if span.kind == Kind.DAY:
            self.fields["day"].widget = forms.HiddenInput()

    def clean_day(self) -> date:
        """A day of the period."""
        day: date = self.cleaned_data["day"]
        if not self._span.first <= day <= self._span.last:
            raise forms.ValidationError(_("Choose a day of the period."))
        return day


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure as the page writes it."""

    label: str
    value: str
    url: str
    before: str
    difference: str
    judgement: str
    # The target, and how far the value is from it.
    target: str = ""
    state: str = ""


def url_of(span: Span) -> str:
    """The address of the report of a period."""
    query = {"span": span.kind.value, "day": span.first.isoformat()}
    return f"{reverse(URL_NAME)}?{urlencode(query)}"


def read(request: HttpRequest) -> tuple[SpanForm, Daily]:
    """What is asked for, and the report. Raises PermissionDenied."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    form = SpanForm(request.GET)
    form.is_valid()
    if unknown := sorted(request.GET.keys() - form.fields.keys()):
        text = gettext("The address has a filter that this report does not have.")
        form.add_error(None, f"{text} {', '.join(unknown)}")
    return form, daily(form.asked(), request.user)


def show(site: admin.AdminSite, request: HttpRequest) -> HttpResponseBase:
    """The page; a POST adds a note."""
    if request.method == "POST":
        return _add_note(request)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form, found = read(request)
    return _page(site, request, form, found, NoteForm(found.span))


def _page(
    site: admin.AdminSite,
    request: HttpRequest,
    form: SpanForm,
    found: Daily,
    note: NoteForm,
) -> HttpResponse:
    span, links = found.span, PageLinks(request, site)
    now = timezone.localtime()
    context = {
        **site.each_context(request),
        "title": f"{span.kind.label} {span.in_words()}",
        "heading": span.kind.label,
        "found": found,
        "form": form,
        "errors": [error for errors in form.errors.values() for error in errors],
        "is_provisional": span.last >= now.date(),
        "as_of": now,
        "compared": span.compared.in_words(),
        "figures": [_figure(found, one, links) for one in found.figures],
        "queues": _rows(found, found.queues, links),
        "intervals": _rows(found, found.intervals, links),
        "operators": _rows(found, found.operators, links),
        "report_url": f"{report_url('queue-interval')}?{_query(found)}",
        "lost": found.lost[:MOST_CALLERS],
        "lost_more": max(len(found.lost) - MOST_CALLERS, 0),
        "worklist_url": reverse("admin:worklist"),
        "kinds": [
            (kind.label, url_of(Span.of(kind, span.first)), kind == span.kind)
            for kind in Kind
        ],
        "previous_url": url_of(span.previous),
        "following_url": "" if span.last >= now.date() else url_of(span.following),
        "file_url": _file_url(request, span),
        "schedule_url": schedule_link.link(
            request.user, schedule_link.DAILY_REPORT, "", _SENT[span.kind]
        ),
        "note": note if request.user.has_perm(MAY_WRITE) else None,
        "here": url_of(span),
    }
    return TemplateResponse(request, "reports/daily/page.html", context)


def _add_note(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    if not (user.has_perm(MAY_WRITE) and user.is_authenticated):
        raise PermissionDenied
    form = SpanForm(request.GET)
    form.is_valid()
    span = form.asked()
    note = NoteForm(span, request.POST)
    if note.is_valid():
        note.instance.user = user
        note.instance.username = user.get_username()
        note.save()
        messages.success(request, gettext("The note has been added."))
    else:
        for errors in note.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    return redirect(url_of(span))


def _file_url(request: HttpRequest, span: Span) -> str:
    if not request.user.has_perm(audit.PERMISSION):
        return ""
    query = urlencode({"span": span.kind.value, "day": span.first.isoformat()})
    return f"{reverse('admin:daily_report_file')}?{query}"


def _query(found: Daily) -> str:
    asked = found.asked
    return urlencode(
        {
            "first": str(asked.first),
            "last": str(asked.last),
            "interval": asked.interval,
        }
    )


def _figure(found: Daily, figure: Figure, links: PageLinks) -> ShownFigure:
    column = figure.column
    behind = QueueSummaryReport().behind(found.asked, None, column.code)
    is_open = behind is not None and figure.value and links.may_view(behind.model)
    return ShownFigure(
        column.heading,
        column.shown(figure.value),
        list_url(behind.model, behind.asked) if behind and is_open else "",
        column.shown(figure.before),
        difference(figure),
        figure.judgement,
        *_target(found, figure),
    )


def _target(found: Daily, figure: Figure) -> tuple[str, str]:
    """The target of the service level in words, and whether it is reached."""
    if figure.column.code != "service_level" or found.target is None:
        return "", ""
    said = gettext("target %(percent)s%%") % {"percent": found.target}
    return said, state(figure.value, found.target)


def difference(figure: Figure) -> str:
    """A difference with its sign: +12, −1.4 pt, +0:00:08."""
    amount = figure.difference
    if amount is None:
        return NOTHING
    return kinds.CHANGES[figure.column.kind].shown(amount) or NOTHING


def _rows(found: Daily, part: Part, links: PageLinks) -> list[Line]:
    """The rows of a table, whose counts open what they count."""
    named = [column.names() if column.names else None for column in part.columns]

    def cell(row: Row, column: Column, names: Names | None, value: Any) -> Cell:
        if column.kind is kinds.INTERVAL:
            return Cell(
                intervals.label(found.asked.period, value, found.asked.interval)
            )
        text = column.shown(value, names)
        behind = part.behind(row, column.code) if value else None
        if behind is None or column.kind is not kinds.COUNT:
            return Cell(text)
        return Cell(text, links.list_url(behind.model, behind.asked))

    lines = []
    for row in part.rows:
        cells = map(partial(cell, row), part.columns, named, row)
        first, *numbers = cells
        lines.append(Line([first], numbers))
    return lines
