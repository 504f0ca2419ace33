"""Filters of the history lists; none of them queries history for its choices.

Each yields its part of a `Selection`, which filters the rows. The names of their query
parameters are in `reports.present.links`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Protocol, runtime_checkable

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.models import (
    Menu,
    Operator,
    PhoneLine,
    Queue,
    WebhookEvent,
)
from reports.present import links
from reports.query.selection import Selection

# How many days a list is searched for a rare kind, queue or line if no period is
# chosen: all days would be millions of rows.
RECENT_DAYS = 30


@runtime_checkable
class SelectionFilter(Protocol):
    """A filter that yields fields of a `Selection`."""

    def asked(self) -> dict[str, Any]:
        """The fields of a `Selection` that the filter gives."""


def selection_of(changelist: ChangeList) -> Selection:
    """What the filters and the search of a list ask for."""
    asked: dict[str, Any] = {"search": changelist.query}
    for spec in changelist.filter_specs:
        if isinstance(spec, SelectionFilter):
            asked |= spec.asked()
    return Selection(**asked)


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
        self.first = self._day(self.first_name)
        self.last = self._day(self.last_name)
        # What else the page is filtered by, for the form to keep.
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (*self.expected_parameters(), "p")
        ]

    def expected_parameters(self) -> list[str | None]:
        return [self.first_name, self.last_name]

    def _day(self, name: str) -> date | None:
        values: Any = self.used_parameters.get(name) or [""]
        try:
            return date.fromisoformat(values[-1]) if values[-1] else None
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error

    def asked(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last}

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        try:
            return Selection(**self.asked()).of_period(queryset, self.field_path)
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for display, first, last in self._presets():
            yield {
                "selected": (self.first, self.last) == (first, last),
                "query_string": changelist.get_query_string(
                    {self.first_name: first, self.last_name: last}
                    if first
                    else {self.first_name: None, self.last_name: None}
                ),
                "display": display,
            }

    def _presets(self) -> list[tuple[str, date | None, date | None]]:
        today = timezone.localdate(timezone=timezone.get_default_timezone())
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


class InLastDays(admin.ListFilter):
    """A filter that chooses the last days too, if no days are chosen.

    For columns without an index, or of another table: a rare value would be looked for
    among millions.
    """

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        period: Any = changelist.list_filter[0]
        first, last = links.period_parameters(period[0])
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        since = today - timedelta(days=RECENT_DAYS)
        has_period = {first, last} & changelist.params.keys()
        choices: Iterator[Any] = super().choices(changelist)
        for number, choice in enumerate(choices):
            # The first one is "all".
            if number and not has_period:
                choice["query_string"] += f"&{first}={since}"
            yield choice


class ChoiceFilter(admin.ChoicesFieldListFilter):
    """One of the choices of a field that a selection knows by the same name."""

    def asked(self) -> dict[str, Any]:
        values: Any = self.used_parameters.get(self.lookup_kwarg) or [""]
        return {self.field.name: values[-1]}


class RecentChoiceFilter(InLastDays, ChoiceFilter):
    """One of the choices of a field, in the last days."""


class SetupFilter(admin.SimpleListFilter):
    """Values of history that are set up now, by their names.

    A SELECT DISTINCT over history takes seconds; the setup has a few rows.
    """

    # The field of a selection that it gives.
    name = ""
    # The table of the setup with its choices, and the column that is asked for.
    model: type[models.Model]
    code = "slug"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[Any, str]]:
        rows = self.model._default_manager.order_by("name")
        return list(rows.values_list(self.code, "name"))

    def has_output(self) -> bool:
        """Whether there is a choice, or the address asks for what is not set up.

        Django ignores what is asked of a filter without output.
        """
        return super().has_output() or bool(self.value())

    def asked(self) -> dict[str, Any]:
        return {self.name: self.value() or ""}

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        return queryset.filter(Selection(**self.asked()).condition(queryset.model))


class QueueFilter(SetupFilter):
    """One queue, by its slug."""

    title = _("queue")
    name = "queue"
    parameter_name = links.PARAMETERS[name]
    model = Queue


class LineFilter(SetupFilter):
    """One phone line, by its number."""

    title = _("line")
    name = "line"
    parameter_name = links.PARAMETERS[name]
    model = PhoneLine
    code = "number"


class MenuFilter(SetupFilter):
    """One menu, by its slug."""

    title = _("menu")
    name = "menu"
    parameter_name = links.PARAMETERS[name]
    model = Menu


class OperatorFilter(SetupFilter):
    """One operator, by telephone and by browser.

    The choices are primary keys of operators. A link from a report may name a number or
    client:identity instead, and means only that.
    """

    title = _("operator")
    name = "operators"
    parameter_name = links.PARAMETERS[name]
    model = Operator
    code = "pk"

    def asked(self) -> dict[str, Any]:
        value = self.value() or ""
        return {
            self.name: _names_of(value)
            if value.isdecimal()
            else (value,)
            if value
            else ()
        }

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        asked = Selection(**self.asked())
        if self.value() and not asked.operators:
            return queryset.none()
        return queryset.filter(asked.condition(queryset.model))


def _names_of(pk: str) -> tuple[str, ...]:
    """The names under which history knows an operator; none if there is none."""
    operator = Operator.objects.filter(pk=pk).first()
    if operator is None:
        return ()
    identity = operator.client_identity
    names = (operator.number, f"client:{identity}" if identity else "")
    return tuple(name for name in names if name)


class NowFilter(admin.SimpleListFilter):
    """Only what is so now, as on the first page: waiting callers, operators at work."""

    title = _("right now")
    parameter_name = links.PARAMETERS["now"]

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        return [("1", _("Only what is so now"))]

    def asked(self) -> dict[str, Any]:
        if self.value() not in (None, "1"):
            raise IncorrectLookupParameters(self.value())
        return {"now": self.value() == "1"}

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        return queryset.filter(Selection(**self.asked()).condition(queryset.model))


class RecentQueueFilter(InLastDays, QueueFilter):
    """Rows of calls that entered one queue, in the last days."""


class RecentLineFilter(InLastDays, LineFilter):
    """Rows of calls to one line, in the last days."""


class RecentOperatorFilter(InLastDays, OperatorFilter):
    """Calls or queue entries that one operator took, in the last days."""


class DerivationFilter(admin.SimpleListFilter):
    """Events not derived yet, whose derivation failed, or that came too late."""

    title = _("derivation")
    parameter_name = "derivation"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        return [
            ("pending", _("not derived yet")),
            ("failed", _("derivation error")),
            ("late", _("came after the call was sealed")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[WebhookEvent]
    ) -> models.QuerySet[WebhookEvent]:
        late = Q(derivation_error=WebhookEvent.LATE)
        # None of them has been derived: the index on derived_at serves all.
        if self.value() == "pending":
            return queryset.filter(~late, derived_at=None)
        if self.value() == "failed":
            return queryset.filter(~Q(derivation_error=""), ~late, derived_at=None)
        if self.value() == "late":
            return queryset.filter(late, derived_at=None)
        return queryset
