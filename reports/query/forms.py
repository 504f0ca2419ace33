"""The form that filters a report."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from callcenter.models import (
    Call,
    Connection,
    Operator,
    PhoneLine,
    Queue,
    QueueEntry,
)
from reports.query import periods
from reports.query.comparison import COMPARISONS, days_compared
from reports.query.named_periods import NAMED, days_named
from reports.query.selection import (
    HOLIDAYS_ONLY,
    HOLIDAYS_OUT,
    Selection,
    default_zone,
)
from reports.query.variants import SERVICE_LEVELS

# Twilio is younger, and older offsets of some zones were no whole quarter hours.
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2199, 12, 31)

INTERVALS = [
    ("15", _("15 minutes")),
    ("30", _("30 minutes")),
    ("60", _("60 minutes")),
    ("day", _("day")),
    ("week", _("week")),
    ("month", _("month")),
    ("fiscal-year", _("fiscal year")),
    ("hour-of-day", _("hour of day")),
    ("weekday", _("weekday")),
    ("hour-of-week", _("weekday and hour")),
]


# In place of a queue: all of them in one row. No slug looks like it.
TOGETHER = "*"
# A year of quarter hours, a century of days.
MOST_INTERVALS = 40_000
DEFAULT_INTERVAL = "30"
DEFAULT_GOAL = 80

# How a plan of operators is made (reports.staffing).
ERLANGS = {
    "a": _("Erlang A (callers give up)"),
    "c": _("Erlang C (callers wait forever)"),
}

# The longest threshold that may be supposed: no call lasts longer than a day.
MOST_SECONDS = 86_400

# Which days count where a report asks for holidays; by default all do.
HOLIDAYS = {
    HOLIDAYS_OUT: _("without holidays"),
    HOLIDAYS_ONLY: _("holidays only"),
}


class DayField(forms.DateField):
    """A local day as YYYY-MM-DD, whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            error_messages={
                "invalid": _("Write the day as YYYY-MM-DD, such as 2026-04-01.")
            },
            **kwargs,
        )

    def clean(self, value: Any) -> date | None:
        """The day, or nothing; days no call can have been on are refused."""
        day: date | None = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(_("Choose a day between 2000 and 2199."))
        return day


class NameField(forms.CharField):
    """A code or number that names something; empty for all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """The name; a database cannot compare what is not valid text."""
        name: str = super().clean(value)
        if not name.isprintable():
            raise ValidationError(_("Write it with characters that can be read."))
        return name


class ReportForm(forms.Form):
    """The filter of a report; every field has a default.

    `most_days` is the longest period that may be asked for, None for any; `intervals`
    are those that may be asked for, if not all; `has_together` says whether all queues
    may be asked for in one row (`*`), and `is_by_interval` whether the report has a row
    for each interval.
    """

    period = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=list(NAMED.items()),
        error_messages={
            "invalid_choice": _(
                "There is no period “%(value)s”; choose today, yesterday,"
                " last-business-day, this-week, last-week, this-month, last-month,"
                " this-fiscal-year or last-fiscal-year."
            )
        },
    )
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"))
    queue = NameField(label=_("Queue"), max_length=64)
    operator = NameField(label=_("Operator"), max_length=255)
    line = NameField(label=_("Line"), max_length=16)
    interval = forms.ChoiceField(
        label=_("Interval"),
        required=False,
        choices=INTERVALS,
        error_messages={
            "invalid_choice": _(
                "There is no interval “%(value)s”; choose 15, 30, 60, day, week, month,"
                " fiscal-year, hour-of-day, weekday or hour-of-week."
            )
        },
    )
    weekday = forms.ChoiceField(
        label=_("Weekday"),
        required=False,
        choices=[(str(number + 1), name) for number, name in WEEKDAYS.items()],
        error_messages={
            "invalid_choice": _(
                "There is no weekday “%(value)s”; choose one from 1 (Monday) to 7."
            )
        },
    )
    holidays = forms.ChoiceField(
        label=_("Holidays"),
        required=False,
        choices=list(HOLIDAYS.items()),
        error_messages={
            "invalid_choice": _("Holidays can be “out” or “only”, not “%(value)s”.")
        },
    )
    formula = forms.ChoiceField(
        label=_("Service level formula"),
        required=False,
        choices=[(code, code) for code in SERVICE_LEVELS],
        error_messages={
            "invalid_choice": _(
                "There is no formula “%(value)s”; choose one from SL1 to SL8."
            )
        },
    )
    threshold = forms.IntegerField(
        label=_("What-if threshold (s)"),
        required=False,
        min_value=0,
        max_value=MOST_SECONDS,
    )
    compare = forms.ChoiceField(
        label=_("Compare with"),
        required=False,
        choices=list(COMPARISONS.items()),
        error_messages={
            "invalid_choice": _(
                "There is no comparison “%(value)s”; choose before, weeks, year or"
                " year-dates."
            )
        },
    )
    goal = forms.IntegerField(
        label=_("Service level to reach (%)"), required=False, min_value=1, max_value=99
    )
    erlang = forms.ChoiceField(
        label=_("Formula"),
        required=False,
        choices=list(ERLANGS.items()),
        error_messages={
            "invalid_choice": _("There is no formula “%(value)s”; choose a or c.")
        },
    )
    zone = NameField(label=_("Time zone"), max_length=64)

    def __init__(
        self,
        *args: Any,
        most_days: int | None = None,
        intervals: Collection[str] = (),
        has_together: bool = False,
        is_by_interval: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._most_days = most_days
        self._intervals = intervals
        self._has_together = has_together
        self._is_by_interval = is_by_interval

    def clean_queue(self) -> str:
        """The slug of a queue of the setup or of history."""
        slug: str = self.cleaned_data["queue"]
        if slug == TOGETHER and self._has_together:
            return slug
        if slug and slug not in _exact(
            Queue.objects.filter(slug=slug).values_list("slug", flat=True),
            QueueEntry.objects.filter(queue=slug).values_list("queue", flat=True),
        ):
            raise unknown_name(_("There is no queue “%(value)s”."), slug)
        return slug

    def clean_operator(self) -> str:
        """The number or client:identity of an operator of the setup or of history."""
        name: str = self.cleaned_data["operator"]
        registered = (
            Operator.objects.filter(client_identity=name.removeprefix("client:"))
            if name.startswith("client:")
            else Operator.objects.filter(number=name)
        )
        if name and not (
            registered.exists() or Connection.objects.filter(operator=name).exists()
        ):
            raise unknown_name(_("There is no operator “%(value)s”."), name)
        return name

    def clean_line(self) -> str:
        """The number of a line of the setup or of history."""
        number: str = self.cleaned_data["line"]
        if number and not (
            PhoneLine.objects.filter(number=number).exists()
            or Call.objects.filter(line=number).exists()
        ):
            raise unknown_name(_("There is no line “%(value)s”."), number)
        return number

    def clean_interval(self) -> str:
        """Half hours unless another is asked for; one that the report takes."""
        interval = self.cleaned_data["interval"] or DEFAULT_INTERVAL
        if self._intervals and interval not in self._intervals:
            text = _("This report takes these intervals: %(intervals)s.")
            known = ", ".join(self._intervals)
            raise ValidationError(text, params={"intervals": known})
        return interval

    def clean_zone(self) -> ZoneInfo:
        """The zone of that name; by default that of the settings."""
        name = self.cleaned_data["zone"] or settings.TIME_ZONE
        if name not in _zone_names():
            raise unknown_name(_("There is no time zone “%(value)s”."), name)
        return ZoneInfo(name)

    def clean(self) -> dict[str, Any]:
        """The period: from the first day to the last, by default today."""
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        zone = cleaned.get("zone") or default_zone()
        today = datetime.now(UTC).astimezone(zone).date()
        first, last = cleaned["first"], cleaned["last"]
        if name := cleaned["period"]:
            if first or last:
                text = _("Ask for the period by its name or by its days, not by both.")
                self.add_error("period", text)
            first, last = days_named(name, today)
        first = first or last or today
        last = last or max(first, today)
        if last < first:
            self.add_error("last", _("The last day is before the first."))
        if self._most_days and (last - first).days >= self._most_days:
            text = _("This report takes %(days)d days at most.")
            self.add_error("last", text % {"days": self._most_days})
        if self._is_by_interval:
            self._check_number(cleaned["interval"], first, last)
        if how := cleaned.get("compare"):
            self._check_comparison(how, first, last)
        cleaned["days"] = periods.Period(first, last, zone)
        return cleaned

    def _check_number(self, interval: str, first: date, last: date) -> None:
        """Quiet intervals have rows, too: nobody waits for those of two centuries."""
        days = (last - first).days + 1
        count = days * 24 * 60 // periods.MINUTES.get(interval, 24 * 60)
        if count > MOST_INTERVALS:
            text = _(
                "These are %(count)d intervals, and a report has %(most)d at most:"
                " choose a shorter period or a longer interval."
            )
            numbers = {"count": count, "most": MOST_INTERVALS}
            self.add_error("last", text % numbers)

    def _check_comparison(self, how: str, first: date, last: date) -> None:
        try:
            is_known = days_compared(how, first, last)[0] >= FIRST_DAY
        except (OverflowError, ValueError):
            is_known = False
        if not is_known:
            text = _("There is nothing to compare with before 2000.")
            self.add_error("compare", text)

    @property
    def selection(self) -> Selection:
        """The selection that the fields ask for."""
        asked = self.cleaned_data
        period: periods.Period = asked["days"]
        queue = asked.get("queue", "")
        return Selection(
            first=period.first,
            last=period.last,
            zone=period.zone,
            queue="" if queue == TOGETHER else queue,
            together=queue == TOGETHER,
            operators=(asked["operator"],) if asked.get("operator") else (),
            line=asked.get("line", ""),
            interval=asked.get("interval", ""),
            weekday=asked.get("weekday", ""),
            holidays=asked.get("holidays", ""),
            formula=asked.get("formula", ""),
            threshold=asked.get("threshold"),
            compare=asked.get("compare", ""),
            goal=asked.get("goal") or DEFAULT_GOAL,
            erlang=asked.get("erlang", ""),
        )


def _exact(*found: QuerySet[Any, str]) -> set[str]:
    """The first value of each query: to MariaDB `Support` equals `support`."""
    return {value for values in found for value in values[:1]}


def unknown_name(message: Any, value: str) -> ValidationError:
    """The error that nothing has this name."""
    return ValidationError(message, code="unknown", params={"value": value})


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
