"""Filters of the history lists that ask no history which values there are."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.days import midnight
from callcenter.models import (
    Call,
    Connection,
    Menu,
    Operator,
    PhoneLine,
    Queue,
    QueueEntry,
    WebhookEvent,
)

# As long as a rare kind, queue or line may be looked for without asking.
RECENT_DAYS = 30


class PeriodFilter(admin.FieldListFilter):
    """Local days from a first to a last one, both included, typed or chosen."""

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
        self.first_name = f"{field_path}__first"
        self.last_name = f"{field_path}__last"
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

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        zone = timezone.get_default_timezone()
        try:
            if self.first:
                start = midnight(self.first, zone)
                queryset = queryset.filter(**{f"{self.field_path}__gte": start})
            if self.last:
                end = midnight(self.last + timedelta(days=1), zone)
                queryset = queryset.filter(**{f"{self.field_path}__lt": end})
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error
        return queryset

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


def _recent(choices: Iterable[Any], changelist: ChangeList) -> Iterator[Any]:
    """The same choices; each but "all" chooses the last days too, unless others are.

    For what no index of the list knows: the rare would be looked for among millions.
    """
    period: Any = changelist.list_filter[0]
    first = f"{period[0]}__first"
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    since = today - timedelta(days=RECENT_DAYS)
    has_period = {first, f"{period[0]}__last"} & changelist.params.keys()
    for number, choice in enumerate(choices):
        if number and not has_period:
            choice["query_string"] += f"&{first}={since}"
        yield choice


class SetupFilter(admin.SimpleListFilter):
    """Values of a text column of history that are set up now, by their names.

    A SELECT DISTINCT over history takes seconds; the setup has a few rows.
    """

    field = ""

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{self.field: value}) if value else queryset


class QueueFilter(SetupFilter):
    """One queue, by its slug."""

    title = _("queue")
    parameter_name = "in_queue"
    field = "queue"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return list(Queue.objects.order_by("name").values_list("slug", "name"))


class LineFilter(SetupFilter):
    """One phone line, by its number."""

    title = _("line")
    parameter_name = "on_line"
    field = "line"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return list(PhoneLine.objects.order_by("name").values_list("number", "name"))


class MenuFilter(SetupFilter):
    """One menu, by its slug."""

    title = _("menu")
    parameter_name = "at_menu"
    field = "menu"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return list(Menu.objects.order_by("name").values_list("slug", "name"))


class OperatorFilter(SetupFilter):
    """One operator, by telephone and by browser."""

    title = _("operator")
    parameter_name = "by_operator"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        operators = Operator.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in operators]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        operator = (
            Operator.objects.filter(pk=value).first() if value.isdecimal() else None
        )
        if operator is None:
            return queryset.none()
        identity = operator.client_identity
        names = [operator.number or "", f"client:{identity}" if identity else ""]
        return self.of_operator(queryset, [name for name in names if name])

    def of_operator(
        self, queryset: models.QuerySet[Any], names: list[str]
    ) -> models.QuerySet[Any]:
        """Rows of an operator, who goes by these names."""
        return queryset.filter(operator__in=names)


class RecentKindFilter(admin.ChoicesFieldListFilter):
    """Kinds of events, in the last days."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        return _recent(super().choices(changelist), changelist)


class InLastDays(SetupFilter):
    """Before a filter whose column is in another table than the list's."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        return _recent(super().choices(changelist), changelist)


class RecentQueueFilter(InLastDays, QueueFilter):
    """Calls that stood in one queue, or conversations of it, in the last days."""

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        if queryset.model is Call:
            stays = QueueEntry.objects.filter(call=OuterRef("pk"), queue=value)
            return queryset.filter(Exists(stays))
        return queryset.filter(entry__queue=value)


class RecentLineFilter(InLastDays, LineFilter):
    """Rows of calls to one line, in the last days."""

    field = "call__line"


class RecentOperatorFilter(InLastDays, OperatorFilter):
    """Calls or stays in queues that one operator took, in the last days."""

    def of_operator(
        self, queryset: models.QuerySet[Any], names: list[str]
    ) -> models.QuerySet[Any]:
        way = "entry__call" if queryset.model is Call else "entry"
        taken = Connection.objects.filter(operator__in=names, **{way: OuterRef("pk")})
        # A value of each row, newest first; of EXISTS MariaDB makes a join that takes
        # all the operator ever did.
        own = Subquery(taken.values("pk")[:1])
        found: models.QuerySet[Any] = queryset.alias(own=own).filter(own__isnull=False)
        return found


class DerivationFilter(admin.SimpleListFilter):
    """Events that wait to be told, whose telling failed, or that came too late."""

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
        # None of them has been told: the index on told_at serves all.
        if self.value() == "pending":
            return queryset.filter(~late, derived_at=None)
        if self.value() == "failed":
            return queryset.filter(~Q(derivation_error=""), ~late, derived_at=None)
        if self.value() == "late":
            return queryset.filter(late, derived_at=None)
        return queryset
