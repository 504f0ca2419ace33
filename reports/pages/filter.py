"""The filter above a report: a form whose choices have names, and periods to choose."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.models import Operator, PhoneLine, Queue
from callcenter.numbers import phone_number
from reports.present import formats, names
from reports.query.comparison import COMPARISONS, compared_to
from reports.query.forms import (
    DEFAULT_GOAL,
    DEFAULT_INTERVAL,
    ERLANGS,
    HOLIDAYS,
    INTERVALS,
    TOGETHER,
    ReportForm,
    unknown_name,
)
from reports.query.named_periods import NAMED, days_named
from reports.query.operators import names_of
from reports.query.selection import Selection, local_today
from reports.query.table import Table
from reports.query.variants import SERVICE_LEVELS

# Parameters of a page that filter nothing: which rows of it are shown.
PAGING = ("page", "quiet")
# Fields of the first row; the others are folded away until one of them is used.
ALWAYS = ("first", "last", "queue", "interval", "measure", "line", "compare")
# Fields that every report has: its days, or the name of a period in place of them.
DAYS = ("period", "first", "last")

# Fields of which one choice is always chosen.
WITH_DEFAULT = ("interval", "formula", "erlang", "compare")

# What the choice of the column is called that a page draws.
MEASURE = _("Colour by")

Choices = list[tuple[str, StrOrPromise]]


@dataclass(frozen=True, slots=True)
class Preset:
    """A period that is one click away."""

    code: str
    name: StrOrPromise
    url: str
    is_current: bool


class FilterForm(ReportForm):
    """The filter of a report's page: the fields that the report has.

    Days are those of the zone of the settings: lists behind the numbers know no other.
    """

    def __init__(self, report: Table, query: QueryDict) -> None:
        super().__init__(
            _with_defaults(query, report),
            most_days=report.most_days,
            intervals=report.intervals,
            has_together=report.has_together,
            is_by_interval="interval" in report.fields,
            label_suffix="",
        )
        self.report = report
        for name in self.fields.keys() - {*DAYS, *report.fields}:
            del self.fields[name]
        for name, choices in _choices(report):
            self._offer(name, choices)
        if report.measures:
            self.fields["measure"] = _measure_field(report)
        for name in ("first", "last"):
            self.fields[name].widget = forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date"}
            )

    def _offer(self, name: str, choices: Choices) -> None:
        """Offer these choices, and what is asked for although it is none of them."""
        asked = self.data.get(name, "")
        known = choices if name in WITH_DEFAULT else [("", _("All")), *choices]
        if asked and asked not in dict(choices):
            known = [*known, (asked, asked)]
        self.fields[name].widget = forms.Select(choices=known)

    def clean_operator(self) -> str:
        """The primary key of an operator, or as in history a number or identity."""
        asked: str = self.cleaned_data["operator"]
        if asked.isascii() and asked.isdecimal() and len(asked) < 10:
            if not Operator.objects.filter(pk=asked).exists():
                raise unknown_name(_("There is no operator “%(value)s”."), asked)
            return asked
        return super().clean_operator()

    @property
    def selection(self) -> Selection:
        asked = super().selection
        operator = self.cleaned_data.get("operator", "")
        if not operator.isdecimal():
            return asked
        return replace(asked, operators=names_of(operator), operator_key=operator)

    @property
    def unknown(self) -> list[str]:
        """Parameters of the address that are no field of this filter."""
        return [name for name in self.data if name not in (*self.fields, *PAGING)]

    @property
    def always(self) -> list[forms.BoundField]:
        """The fields that are always in view."""
        return [self[name] for name in ALWAYS if name in self.fields]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that are folded away."""
        return [field for field in self if field.name not in (*ALWAYS, *DAYS)]

    @property
    def is_more_used(self) -> bool:
        """Whether a field that is folded away filters."""
        return any(self.data.get(field.name) for field in self.more)

    def query(self, **changes: Any) -> str:
        """The address of this page with other values; None takes one out."""
        asked = {name: self.data[name] for name in self.fields if self.data.get(name)}
        asked |= changes
        return "?" + urlencode({name: one for name, one in asked.items() if one})

    def asks_the_same(self, query: QueryDict) -> bool:
        """Whether another address of this report asks for the same."""
        other = _with_defaults(query, self.report)
        names = {*self.fields, *other} - {*PAGING}
        return all(
            (self.data.get(one) or "") == (other.get(one) or "") for one in names
        )

    def chosen(self, name: str) -> str:
        """To what a field is set, as its choices call it."""
        value = self.data.get(name, "")
        choices = dict(getattr(self.fields[name].widget, "choices", ()))
        return str(choices.get(value, value))

    def in_words(self) -> Iterator[tuple[str, str]]:
        """The days and whatever else is chosen, for paper and files."""
        asked = self.selection
        yield gettext("Period"), _days(asked)
        for field in self:
            if field.name not in DAYS and self.data.get(field.name):
                yield capfirst(str(field.label)), self.chosen(field.name)
        if asked.compare and (earlier := compared_to(asked)):
            yield gettext("Compared period"), _days(earlier)

    @cached_property
    def presets(self) -> list[Preset]:
        """Periods up to today, of those that are not too long for the report."""
        asked = self.cleaned_data.get("days")
        current = (asked.first, asked.last) if asked else None
        most = self.report.most_days
        days = {code: days_named(code, local_today()) for code in NAMED}
        return [
            Preset(
                code, NAMED[code], self._url_of_period(code), current == (first, last)
            )
            for code, (first, last) in days.items()
            if most is None or (last - first).days < most
        ]

    @property
    def current_period(self) -> str:
        """The code of the period that has the days; empty if none has."""
        return next((each.code for each in self.presets if each.is_current), "")

    def _url_of_period(self, code: str) -> str:
        return self.query(first=None, last=None, period=code)


def _days(asked: Selection) -> str:
    """The first and the last day as people write them; one day once."""
    period = asked.period
    if period.first == period.last:
        return formats.day_and_weekday(period.first)
    days = map(formats.day_and_weekday, (period.first, period.last))
    return " – ".join(days)


def _with_defaults(query: QueryDict, report: Table) -> QueryDict:
    """The query with what counts where it says nothing, so that the form shows it."""
    asked = query.copy()
    has_days = asked.get("first") or asked.get("last")
    name = asked.get("period") or "today"
    if not has_days and name in NAMED:
        # From here on it is its days: links and files of a page keep their meaning.
        first, last = days_named(name, local_today())
        asked["first"], asked["last"] = first.isoformat(), last.isoformat()
        asked.pop("period", None)
    if "interval" in report.fields and not asked.get("interval"):
        asked["interval"] = DEFAULT_INTERVAL
    if "goal" in report.fields and not asked.get("goal"):
        asked["goal"] = str(DEFAULT_GOAL)
    if report.measures and not asked.get("measure"):
        asked["measure"] = report.measures[0]
    return asked


def _measure_field(report: Table) -> forms.ChoiceField:
    """Which column the page draws; it filters no rows."""
    columns = filter(None, map(report.column, report.measures))
    return forms.ChoiceField(
        label=MEASURE,
        choices=[(column.code, column.heading) for column in columns],
        error_messages={"invalid_choice": _("There is no column “%(value)s” to draw.")},
    )


def _formulas() -> Choices:
    """The formulas of the service level; the default is what is asked by nothing."""
    default, *others = SERVICE_LEVELS
    return [
        ("", f"{default}  {SERVICE_LEVELS[default]}"),
        *((code, f"{code}  {SERVICE_LEVELS[code]}") for code in others),
    ]


def _choices(report: Table) -> Iterable[tuple[str, Choices]]:
    for name in report.fields:
        if name == "queue":
            queues = Queue.objects.order_by("name").values_list("slug", "name")
            together = [(TOGETHER, _("All in one row"))] if report.has_together else []
            yield name, [*together, *queues]
        elif name == "line":
            yield (
                name,
                [
                    (line.number, f"{line.name} {phone_number(line.number)}")
                    for line in PhoneLine.objects.order_by("name")
                ],
            )
        elif name == "operator":
            operators = Operator.objects.order_by("name").values_list("pk", "name")
            yield name, [(str(pk), operator) for pk, operator in operators]
        elif name == "interval":
            known = report.intervals or dict(INTERVALS)
            yield name, [(code, label) for code, label in INTERVALS if code in known]
        elif name == "weekday":
            yield name, list(names.weekdays().items())
        elif name == "holidays":
            yield name, list(HOLIDAYS.items())
        elif name == "formula":
            yield name, _formulas()
        elif name == "compare":
            yield name, [("", _("nothing")), *COMPARISONS.items()]
        elif name == "erlang":
            yield name, list(ERLANGS.items())
