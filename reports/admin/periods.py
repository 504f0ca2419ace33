"""Filters of a list by local days, and by an hour of the day.

What the address asks for and nobody can read is said in a filter's `problem`; such a
filter leaves no rows.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from callcenter.days import midnight
from reports.present import formats, links, names
from reports.query.forms import HOLIDAYS, DayField
from reports.query.periods import day_of
from reports.query.selection import MOST_DAYS, Selection, default_zone, local_today


def days_asked(request: HttpRequest, moment: str) -> Selection:
    """The days that the address of a list asks for; none where they cannot be read."""
    days = []
    for name in links.period_parameters(moment):
        try:
            days.append(DayField().clean(request.GET.get(name, "")))
        except ValidationError:
            return Selection()
    return Selection(first=days[0], last=days[1])


class PeriodFilter(admin.FieldListFilter):
    """Local days from a first to a last one, both included, typed or from presets."""

    template = "admin/period_filter.html"

    def __init__(
        self,
        field: models.Field[Any, Any],
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[models.Model],
        model_admin: admin.ModelAdmin[Any],
        field_path: str,
    ) -> None:
        self.field_path = field_path
        self.first_name, self.last_name = links.period_parameters(field_path)
        super().__init__(field, request, params, model, model_admin, field_path)
        self.problem = ""
        self.first = self._day(self.first_name)
        self.last = self._day(self.last_name)
        if self.first and self.last and self.last < self.first:
            self.problem = gettext("The last day is before the first.")
        # What else the page is filtered by, for the form to keep.
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (*self.expected_parameters(), "p", "e")
        ]

    def expected_parameters(self) -> list[str | None]:
        return [self.first_name, self.last_name]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters of a link that its form sends along with the days."""
        return []

    def _given(self, name: str) -> str:
        """What the address says last; a text."""
        values: Any = self.used_parameters.get(name) or [""]
        return str(values[-1])

    def _day(self, name: str) -> date | None:
        try:
            return DayField().clean(self._given(name))
        except ValidationError as error:
            self.problem = error.messages[0]
            return None

    def asked(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last}

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if self.problem:
            return queryset.none()
        return Selection(**self.asked()).of_period(queryset, self.field_path)

    def in_words(self) -> str:
        """The days; an end that is open is left out."""
        if self.first and self.first == self.last:
            return formats.day(self.first)
        if self.first and self.last:
            days = {"first": formats.day(self.first), "last": formats.day(self.last)}
            return gettext("%(first)s to %(last)s") % days
        if self.first:
            return gettext("since %(day)s") % {"day": formats.day(self.first)}
        if self.last:
            return gettext("until %(day)s") % {"day": formats.day(self.last)}
        return ""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for display, first, last in self._presets():
            yield {
                "selected": (self.first, self.last) == (first, last),
                "query_string": changelist.get_query_string(
                    self._parameters(first, last)
                ),
                "display": display,
            }

    def _parameters(self, first: date | None, last: date | None) -> dict[str, Any]:
        """The parameters of a preset; None takes one out of the address."""
        return {self.first_name: first, self.last_name: last}

    def _presets(self) -> list[tuple[str, date | None, date | None]]:
        today = local_today()
        monday = today - timedelta(days=today.weekday())
        month = today.replace(day=1)
        last_month = (month - timedelta(days=1)).replace(day=1)
        day = timedelta(days=1)
        return [
            (gettext("All"), None, None),
            (gettext("Today"), today, today),
            (gettext("Yesterday"), today - day, today - day),
            (gettext("This week"), monday, today),
            (gettext("Last week"), monday - 7 * day, monday - day),
            (gettext("This month"), month, today),
            (gettext("Last month"), last_month, month - day),
        ]


class PeriodAndHourFilter(PeriodFilter):
    """Local days, and of these one hour of the day if they are few enough."""

    hour_name = links.PARAMETERS["hour"]
    hours = [(str(hour), f"{hour}:00–{hour}:59") for hour in range(24)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whether the hour is readable, and only days are missing.
        self.needs_days = False
        self.hour = self._given(self.hour_name)
        if self.problem or not self.hour:
            return
        if self.hour not in dict(self.hours):
            text = gettext("There is no hour “%(value)s”; choose one from 0 to 23.")
            self.problem = text % {"value": self.hour}
        elif not self._has_days_for_an_hour():
            text = gettext(
                "An hour of the day needs a first and a last day, at most %(days)s days"
                " in all."
            )
            self.problem = text % {"days": MOST_DAYS}
            self.needs_days = True

    def _has_days_for_an_hour(self) -> bool:
        return Selection(first=self.first, last=self.last).is_short

    def expected_parameters(self) -> list[str | None]:
        return [*super().expected_parameters(), self.hour_name]

    def last_days(self, changelist: ChangeList) -> tuple[str, str]:
        """The address and the words of the same hour of the last days."""
        today = local_today()
        first = today - timedelta(days=MOST_DAYS - 1)
        text = gettext("%(hour)s of the last %(days)s days")
        words = {"hour": dict(self.hours)[self.hour], "days": MOST_DAYS}
        url = changelist.get_query_string(self._parameters(first, today))
        return url, text % words

    def asked(self) -> dict[str, Any]:
        return super().asked() | {"hour": int(self.hour) if self.hour else None}

    def in_words(self) -> str:
        days = super().in_words()
        return f"{days}, {dict(self.hours)[self.hour]}" if self.hour else days

    def _parameters(self, first: date | None, last: date | None) -> dict[str, Any]:
        parameters = super()._parameters(first, last)
        # Of all days there is no hour.
        return parameters if first else parameters | {self.hour_name: None}


class SpanFilter(PeriodFilter):
    """Local days, and a span of moments within them, which links of reports ask for.

    A choice of other days lets the span go.
    """

    span_names = links.PARAMETERS["since"], links.PARAMETERS["until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.since, self.until = (self._moment(name) for name in self.span_names)
        if not self._lies_in_the_days():
            self.since = self.until = None

    def _lies_in_the_days(self) -> bool:
        """Whether other days have been chosen since a link led to the span."""
        zone = default_zone()
        if self.first and self.until and self.until <= midnight(self.first, zone):
            return False
        return not (self.last and self.since and day_of(self.since, zone) > self.last)

    @property
    def kept(self) -> list[tuple[str, str]]:
        found = zip(self.span_names, (self.since, self.until), strict=True)
        moments = [(name, at.isoformat("T", "minutes")) for name, at in found if at]
        return [*super().kept, *moments]

    def expected_parameters(self) -> list[str | None]:
        return [*super().expected_parameters(), *self.span_names]

    def asked(self) -> dict[str, Any]:
        return super().asked() | {"since": self.since, "until": self.until}

    def in_words(self) -> str:
        if not (self.since and self.until):
            return super().in_words()
        span = {
            "since": formats.minute(self.since),
            "until": f"{timezone.localtime(self.until):%H:%M}",
        }
        return gettext("%(since)s to %(until)s") % span

    def _moment(self, name: str) -> datetime | None:
        text = self._given(name)
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError:
            found = None
        if text and (found is None or found.tzinfo is None):
            said = gettext("“%(value)s” is no moment; write 2026-04-01T09:30+09:00.")
            self.problem = said % {"value": text}
            return None
        return found

    def _parameters(self, first: date | None, last: date | None) -> dict[str, Any]:
        span = dict.fromkeys(self.span_names)
        return super()._parameters(first, last) | span


class ConnectionPeriodFilter(SpanFilter):
    """Connections of local days, or those of the callers who entered in a span."""

    def in_words(self) -> str:
        if not (self.since and self.until):
            return super().in_words()
        span = {
            "since": formats.minute(self.since),
            "until": formats.minute(self.until),
        }
        return gettext("entered %(since)s to %(until)s") % span


class DaysFilter(PeriodFilter):
    """Local days, and of these those of a weekday, or without or only holidays.

    Links of reports ask for them. A choice of other days keeps them.
    """

    weekday_name = links.PARAMETERS["weekday"]
    holidays_name = links.PARAMETERS["holidays"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weekday = self._given(self.weekday_name)
        self.holidays = self._given(self.holidays_name)
        if self.problem:
            return
        if self.weekday and self.weekday not in names.weekdays():
            text = gettext("There is no weekday “%(value)s”; choose one from 1 to 7.")
            self.problem = text % {"value": self.weekday}
        elif self.holidays and self.holidays not in HOLIDAYS:
            text = gettext("Holidays can be “out” or “only”, not “%(value)s”.")
            self.problem = text % {"value": self.holidays}
        elif (self.weekday or self.holidays) and not (self.first and self.last):
            self.problem = gettext("A weekday or holidays need a first and a last day.")

    @property
    def kept(self) -> list[tuple[str, str]]:
        found = [
            (self.weekday_name, self.weekday),
            (self.holidays_name, self.holidays),
        ]
        return [*super().kept, *((name, value) for name, value in found if value)]

    def expected_parameters(self) -> list[str | None]:
        own = (self.weekday_name, self.holidays_name)
        return [*super().expected_parameters(), *own]

    def asked(self) -> dict[str, Any]:
        return super().asked() | {
            "weekday": self.weekday,
            "holidays": self.holidays,
        }

    def in_words(self) -> str:
        parts = [super().in_words()]
        if self.weekday:
            parts.append(str(names.weekdays()[self.weekday]))
        if self.holidays:
            parts.append(str(HOLIDAYS[self.holidays]))
        return ", ".join(part for part in parts if part)

    def _parameters(self, first: date | None, last: date | None) -> dict[str, Any]:
        rest = {} if first else dict.fromkeys((self.weekday_name, self.holidays_name))
        return super()._parameters(first, last) | rest


class CallPeriodFilter(DaysFilter, SpanFilter, PeriodAndHourFilter):
    """Calls of local days, of an hour of these, or of a span that a link asks for."""


class EntryPeriodFilter(CallPeriodFilter):
    """Queue entries of local days, and of these what a number of a report counts."""

    def _has_days_for_an_hour(self) -> bool:
        """Any days: the quarter hours of entering are stored."""
        return self.first is not None and self.last is not None
