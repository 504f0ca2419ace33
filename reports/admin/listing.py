"""What every list of ours knows of itself, beside Django's own change list."""

from collections.abc import Iterator
from copy import copy
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from reports.admin.filters import problem_of, words_of
from reports.admin.periods import PeriodAndHourFilter, PeriodFilter
from reports.present import formats
from reports.present.links import row_url

ModelT = TypeVar("ModelT", bound=models.Model)

# Counting ten million rows takes seconds, and nobody reads page 101.
MOST_LISTED = 10_000
_LONGEST_KEY = 18


class CappedPaginator(Paginator[Any]):
    """Pages of the first rows of a list; counting stops there."""

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list  # a queryset, in every list of the admin
        found: int = rows.order_by()[: MOST_LISTED + 1].count()
        return found

    @cached_property
    def count(self) -> int:
        """How many rows the pages show."""
        return min(self._found, MOST_LISTED)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than the pages show."""
        return self._found > MOST_LISTED


def _is_whole_number(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _may_be_key(text: str) -> bool:
    """Whether a text can be a primary key: a whole number that a database can hold."""
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_KEY


class UnknownFilter(IncorrectLookupParameters):
    """The address asks for a filter that the list does not have."""


class OurChangeList(ChangeList):
    """A list that says in words how it is filtered, and what it could not read.

    A filter that cannot be read leaves no rows: those of something else would be taken
    for those that were asked for.

    The only filters are those beside the list. Django's admin takes any lookup of the
    ORM in an address: regular expressions that run for ever, and comparisons by which a
    column that is not shown can be found out.
    """

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self._request = request
        # Sentences about what the address asks for and nobody can read.
        self.problems: list[str] = []
        # Sentences above a list that is shown all the same.
        self.notes: list[str] = []
        # Whether it asks for what the list does not offer at all.
        self.is_refused = False
        super().__init__(request, *args)
        self.problems += filter(None, map(problem_of, self.filter_specs))

    def get_filters(self, request: HttpRequest) -> Any:
        """The filters, as Django's. Raises UnknownFilter."""
        found = super().get_filters(request)
        # What no filter has taken out: Django would ask the database for it.
        _specs, _is_filtered, rest, *_more = found
        if rest:
            raise UnknownFilter(", ".join(rest))
        return found

    def get_ordering(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> list[Any]:
        """The order that is asked for; the usual one where a list has no such order."""
        self._say_what_cannot_be_sorted_by()
        found = super().get_ordering(request, queryset)
        if list(found) != ["-pk"]:
            return found
        # What Django makes of a column by which nothing can be sorted.
        usual = self.model_admin.get_ordering(request) or self.lookup_opts.ordering
        return [*(usual or ()), "-pk"]

    def _order_asked(self) -> Iterator[int | None]:
        """The places of the columns to sort by; None for what is no column."""
        for part in str(self.params.get(ORDER_VAR) or "").split("."):
            place = part.rpartition("-")[2]
            is_number = place.isascii() and place.isdecimal() and len(place) < 4
            is_column = is_number and int(place) < len(self.list_display)
            yield int(place) if is_column else None

    def _say_what_cannot_be_sorted_by(self) -> None:
        for place in self._order_asked():
            if place is None or self.get_ordering_field(self.list_display[place]):
                continue
            label = label_for_field(
                self.list_display[place],
                self.model,
                self.model_admin,
            )
            text = gettext("This list cannot be sorted by “%(column)s”.")
            self.notes.append(text % {"column": capfirst(str(label))})

    def get_queryset(self, request: HttpRequest, *args: Any) -> models.QuerySet[Any]:
        list_admin: Any = self.model_admin  # a ListAdmin, below
        found = super().get_queryset(request, *args)
        rows: models.QuerySet[Any] = list_admin.for_list(found)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
            is_there = self.multi_page or self.page_num == 1
        except IncorrectLookupParameters:
            is_there = False
        asked = request.GET.get(PAGE_VAR, "")
        if not is_there or (asked and not _is_whole_number(asked)):
            text = gettext("There is no page “%(page)s” of this list.")
            self.page_num = 1
            self.refuse(text % {"page": asked})
        if self.params.get(ORDER_VAR) and None in self._order_asked():
            text = gettext("There is no order “%(order)s” of this list.")
            self.refuse(text % {"order": self.params[ORDER_VAR]})

    def refuse(self, problem: str) -> None:
        """List nothing, and say why."""
        self.problems.append(problem)
        self.queryset = self.queryset.none()
        super().get_results(self._request)

    def url_for_result(self, result: models.Model) -> str:
        list_admin: Any = self.model_admin
        return str(list_admin.first_page(self._request, result))

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return getattr(self.paginator, "is_capped", False)

    @property
    def counted_text(self) -> str:
        """How many rows were counted, which are those that can be listed."""
        return formats.count(self.result_count)

    @property
    def count_text(self) -> str:
        """How many rows there are, as far as they were counted."""
        shown = {"count": self.counted_text}
        if self.is_capped:
            return gettext("more than %(count)s entries") % shown
        return (
            ngettext("%(count)s entry", "%(count)s entries", self.result_count) % shown
        )

    @property
    def rows_text(self) -> str:
        """Which of the rows stand on this page; empty where all do."""
        if not self.multi_page:
            return ""
        page = self.paginator.page(self.page_num)
        return gettext("rows %(first)s to %(last)s") % {
            "first": formats.count(page.start_index()),
            "last": formats.count(page.end_index()),
        }

    @property
    def days_needed(self) -> tuple[str, str] | None:
        """The address and words of some days, where an hour was chosen without days.

        None where there is another problem, too: the days would not help.
        """
        if len(self.problems) != 1:
            return None
        for spec in self.filter_specs:
            if isinstance(spec, PeriodAndHourFilter) and spec.needs_days:
                return spec.last_days(self)
        return None

    def in_words(self) -> Iterator[tuple[str, str]]:
        """The filters that are set, and the search: what is filtered, and to what."""
        for spec in self.filter_specs:
            if text := words_of(spec, self):
                yield capfirst(str(spec.title)), text
        if self.query:
            yield gettext("Search"), self.query

    def on_paper(self) -> Iterator[tuple[str, str]]:
        """What a printed list says above its rows: filters, how many, as of when."""
        for spec in self.filter_specs:
            if isinstance(spec, PeriodFilter) and not words_of(spec, self):
                yield capfirst(str(spec.title)), gettext("all days")
        yield from self.in_words()
        rows = filter(None, (self.count_text, self.rows_text))
        yield gettext("Entries"), gettext(", ").join(rows)
        yield gettext("As of"), formats.moment(timezone.now())


class ListAdmin(admin.ModelAdmin[ModelT]):
    """A page of the admin with such a list."""

    def first_page(self, request: HttpRequest, row: ModelT) -> str:
        """The address to which the first link of a row leads."""
        return row_url(row)

    def for_list(self, rows: models.QuerySet[ModelT]) -> models.QuerySet[ModelT]:
        """The rows of the list, with what its columns need of other tables."""
        return rows

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OurChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Yes: the list refuses, with a sentence, what is none of its filters."""
        return True

    def response_action(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[Any],
        *rest: Any,
        **more: Any,
    ) -> Any:
        """The answer to an action, if the rows it is for can be read."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(map(_may_be_key, chosen)):
            text = gettext("The selection cannot be read: nothing was done.")
            messages.error(request, text)
            return redirect(request.get_full_path())
        return super().response_action(request, queryset, *rest, **more)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        response = super().changelist_view(request, extra_context)
        changelist = (getattr(response, "context_data", None) or {}).get("cl")
        if isinstance(changelist, OurChangeList) and changelist.is_refused:
            response.status_code = HTTPStatus.BAD_REQUEST
        return response

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        try:
            return super().get_changelist_instance(request)
        except IncorrectLookupParameters as problem:
            # Django would lead to the whole list and say nothing.
            blank = copy(request)
            blank.GET = QueryDict()
            changelist = super().get_changelist_instance(blank)
            if isinstance(changelist, OurChangeList):
                text = gettext("The address has a filter that this list does not have.")
                changelist.refuse(text)
                changelist.is_refused = isinstance(problem, UnknownFilter)
            return changelist
