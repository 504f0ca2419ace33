"""Filters of the history lists; none of them queries history for its choices.

Each yields its part of a `Selection`, which filters the rows. The names of their query
parameters are in `reports.present.links`. A filter that is asked for what it cannot
read leaves no rows, and says so in its `problem`.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    IvrStep,
    Menu,
    Operator,
    OperatorState,
    PhoneLine,
    Queue,
    QueueEntry,
    WebhookEvent,
)
from reports.admin.periods import PeriodFilter
from reports.present import decisions, links
from reports.query import variants
from reports.query.conditions import WITHOUT
from reports.query.counted import is_counted, parsed
from reports.query.counted_steps import INPUTS
from reports.query.operators import names_of
from reports.query.selection import Selection, local_today

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
        if isinstance(spec, SelectionFilter) and not problem_of(spec):
            asked |= spec.asked()
    return Selection(**asked)


def problem_of(spec: admin.ListFilter) -> str:
    """A sentence on what a filter is asked for and cannot read; else empty."""
    return str(getattr(spec, "problem", ""))


def words_of(spec: admin.ListFilter, changelist: ChangeList) -> str:
    """To what a filter is set, as people read it; empty if it filters nothing."""
    if problem_of(spec):
        return ""
    if isinstance(spec, PeriodFilter):
        return spec.in_words()
    # The first choice is "all".
    choices = list(spec.choices(changelist))[1:]
    chosen = [str(each["display"]) for each in choices if each["selected"]]
    if not chosen and isinstance(spec, SetupFilter):
        return spec.value() or ""  # of history, and no longer set up
    return ", ".join(chosen)


def _unknown(title: StrOrPromise | None, value: str) -> str:
    """The sentence for a value that is none of a filter's."""
    text = gettext("The filter “%(filter)s” does not know “%(value)s”.")
    return text % {"filter": capfirst(str(title)), "value": value}


class InLastDays(admin.ListFilter):
    """A filter that chooses the last days too, if no days are chosen.

    For columns without an index, or of another table: a rare value would be looked for
    among millions.
    """

    @property
    def note(self) -> str:
        """What a choice searches, for the page to say above the choices."""
        text = gettext(
            "Searches the last %(days)d days. If you choose days, it searches those."
        )
        return text % {"days": RECENT_DAYS}

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        period: Any = changelist.list_filter[0]
        first, last = links.period_parameters(period[0])
        since = local_today() - timedelta(days=RECENT_DAYS)
        has_period = {first, last} & changelist.params.keys()
        choices: Iterator[Any] = super().choices(changelist)
        for number, choice in enumerate(choices):
            # The first one is "all".
            if number and not has_period:
                choice["query_string"] += f"&{first}={since}"
            yield choice


class ChoiceFilter(admin.ChoicesFieldListFilter):
    """One of the choices of a field that a selection knows by the same name."""

    def expected_parameters(self) -> list[str | None]:
        return [self.lookup_kwarg]

    @property
    def _values(self) -> list[str]:
        values: Any = self.used_parameters.get(self.lookup_kwarg) or []
        return [str(value) for value in values if value != ""]

    @property
    def problem(self) -> str:
        """Values that are no choice, or several at once: a link has one."""
        known = {str(code) for code, _label in self.field.flatchoices}
        wrong = [value for value in self._values if value not in known]
        wrong = wrong or self._values[1:]
        return _unknown(self.title, wrong[0]) if wrong else ""

    def asked(self) -> dict[str, Any]:
        return {self.field.name: "".join(self._values)}

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if self.problem:
            return queryset.none()
        if not self._values:
            return queryset
        return queryset.filter(**{self.lookup_kwarg: self._values[0]})


class RecentChoiceFilter(InLastDays, ChoiceFilter):
    """One of the choices of a field, in the last days."""


class ValueFilter(admin.SimpleListFilter):
    """A filter by one value, whose rows are those of its part of a `Selection`."""

    # A sentence on a value that cannot be read; such a filter leaves no rows.
    problem: str = ""

    def asked(self) -> dict[str, Any]:
        """The fields of a `Selection` that it gives."""
        return {}

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if self.problem:
            return queryset.none()
        return queryset.filter(Selection(**self.asked()).condition(queryset.model))


class SetupFilter(ValueFilter):
    """Values of history that are set up now, by their names.

    A SELECT DISTINCT over history takes seconds; the setup has a few rows.
    """

    # The field of a selection that it gives.
    name = ""
    # The table of the setup with its choices, and the column that is asked for.
    model: type[models.Model]
    code = "slug"
    # Where history holds such a value, which may be set up no longer.
    of_history: tuple[type[models.Model], str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.value()
        is_known = not value or self._is_known(value)
        self.problem = "" if is_known else _unknown(self.title, str(value))

    def _is_known(self, value: str) -> bool:
        if value in {str(code) for code, _name in self.lookup_choices}:
            return True
        model, name = self.of_history
        # To MariaDB `Support` equals `support`.
        found = model._default_manager.filter(**{name: value}).order_by()
        return value in found.values_list(name, flat=True)[:1]

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


class QueueFilter(SetupFilter):
    """One queue, by its slug."""

    title = _("queue")
    name = "queue"
    parameter_name = links.PARAMETERS[name]
    model = Queue
    of_history = (QueueEntry, "queue")


class LineFilter(SetupFilter):
    """One phone line, by its number."""

    title = _("line")
    name = "line"
    parameter_name = links.PARAMETERS[name]
    model = PhoneLine
    code = "number"
    of_history = (Call, "line")

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[Any, str]]:
        """The lines, and calls without one where a link asks for them."""
        found = super().lookups(request, model_admin)
        is_without = self.value() == WITHOUT
        return [*found, (WITHOUT, gettext("No line"))] if is_without else found


class MenuFilter(SetupFilter):
    """One menu, by its slug."""

    title = _("menu")
    name = "menu"
    parameter_name = links.PARAMETERS[name]
    model = Menu
    of_history = (IvrStep, "menu")


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
    of_history = (Connection, "operator")

    def asked(self) -> dict[str, Any]:
        value = self.value() or ""
        return {
            self.name: names_of(value)
            if value.isdecimal()
            else (value,)
            if value
            else ()
        }

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        asked = Selection(**self.asked())
        if self.problem or (self.value() and not asked.operators):
            return queryset.none()
        return queryset.filter(asked.condition(queryset.model))

    def _is_known(self, value: str) -> bool:
        identity = value.removeprefix("client:")
        return (
            super()._is_known(value)
            or Operator.objects.filter(Q(number=value) | Q(client_identity=identity))
            .order_by()
            .exists()
            or OperatorState.objects.filter(operator=value).order_by().exists()
        )


class FewChoicesFilter(ValueFilter):
    """A filter whose choices are all values that it knows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.value() or ""
        if value and value not in dict(self.lookup_choices):
            self.problem = _unknown(self.title, value)


class NowFilter(FewChoicesFilter):
    """Only what is so now, as on the first page: waiting callers, operators at work."""

    title = _("right now")
    parameter_name = links.PARAMETERS["now"]

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        return [("1", _("Only what is so now"))]

    def asked(self) -> dict[str, Any]:
        return {"now": self.value() == "1"}


class CountedFilter(FewChoicesFilter):
    """Queue entries that a count of a report counts, besides those of one outcome.

    What only links of a report ask for is no choice until it is asked for.
    """

    title = _("counted as")
    parameter_name = links.PARAMETERS["counted"]

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        choices: list[tuple[str, StrOrPromise]] = [
            ("entered", _("entered")),
            ("offered", _("offered")),
            ("answered_within", _("answered within threshold")),
        ]
        asked = self.value() or ""
        name, threshold = parsed(asked) if is_counted(asked) else (asked, None)
        named = dict(choices) | {"given_up": _("abandoned, short ones too")}
        named |= variants.names()
        if threshold is not None and name in named:
            texts = {"counted": named[name], "seconds": threshold}
            text = gettext("%(counted)s, if the threshold were %(seconds)d s") % texts
            choices.append((asked, text))
        elif name in named.keys() - dict(choices).keys():
            choices.append((asked, named[name]))
        return choices

    def asked(self) -> dict[str, Any]:
        return {"counted": self.value() or ""}


class CountedCallFilter(InLastDays, CountedFilter):
    """Calls that a count of a report counts, in the last days."""

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        return [
            ("entered", _("entered a queue")),
            ("complete", _("nothing missing")),
            ("without_exit", _("without an exit")),
            ("without_connect", _("without a connect")),
            ("without_end", _("without an end")),
            ("inferred", _("inferred")),
            ("other", _("other outcomes")),
        ]


class CountedStepFilter(InLastDays, CountedFilter):
    """IVR steps that a count of a report counts, in the last days."""

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        keys = [
            (code, gettext("Key %(key)s") % {"key": key})
            for code, key in INPUTS.items()
        ]
        return [
            ("answered", _("key pressed")),
            ("no_input", _("no key")),
            ("wrong_key", _("wrong key")),
            ("hung_up", _("hung up")),
            *keys,
        ]


class PathFilter(ValueFilter):
    """Calls of one way through the menus; a link leads there, no choice."""

    title = _("IVR path")
    parameter_name = links.PARAMETERS["ivr_path"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.value() or ""
        if not value.isprintable():
            self.problem = _unknown(self.title, repr(value))

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """The path that is asked for, if there is one, in words."""
        path = self.value()
        if path == WITHOUT:
            return [(path, gettext("No menu"))]
        return [(path, str(decisions.paths()[path]))] if path else []

    def has_output(self) -> bool:
        """Whether the address asks for it; Django ignores a filter without output."""
        return bool(self.value())

    def asked(self) -> dict[str, Any]:
        return {"ivr_path": self.value() or ""}


class RecentQueueFilter(InLastDays, QueueFilter):
    """Rows of calls that entered one queue, in the last days."""


class RecentLineFilter(InLastDays, LineFilter):
    """Rows of calls to one line, in the last days."""


class RecentOperatorFilter(InLastDays, OperatorFilter):
    """Calls or queue entries that one operator took, in the last days."""


class StateFilter(InLastDays, FewChoicesFilter):
    """Abandoned calls by the state of the work on them, in the last days."""

    title = _("state")
    parameter_name = links.PARAMETERS["state"]

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        return [(str(code), label) for code, label in AbandonedCall.State.choices]

    def asked(self) -> dict[str, Any]:
        return {"state": self.value() or ""}


class DerivationFilter(FewChoicesFilter):
    """Events not derived yet, whose derivation failed, or that came too late."""

    title = _("derivation")
    parameter_name = "derivation"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        return [
            ("pending", _("not derived yet")),
            ("failed", _("derivation error")),
            ("late", _("came too late")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[WebhookEvent]
    ) -> models.QuerySet[WebhookEvent]:
        if self.problem:
            return queryset.none()
        late = Q(derivation_error=WebhookEvent.LATE)
        # None of them has been derived: the index on derived_at serves all.
        if self.value() == "pending":
            return queryset.filter(~late, derived_at=None)
        if self.value() == "failed":
            return queryset.filter(~Q(derivation_error=""), ~late, derived_at=None)
        if self.value() == "late":
            return queryset.filter(late, derived_at=None)
        return queryset
