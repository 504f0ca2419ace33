"""The base of all lists of history: read-only, and fast with millions of rows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.numbers import caller_of, is_withheld
from reports import looks
from reports.admin.columns import AdminColumn
from reports.admin.exports import ExportAdmin
from reports.admin.history.linked import Linked, table
from reports.admin.listing import CappedPaginator, ListAdmin
from reports.admin.periods import days_asked
from reports.present import links, masking
from reports.present.formats import DIGITS_LEFT
from reports.query import search, values
from reports.query.selection import MOST_DAYS, local_today

ModelT = TypeVar("ModelT", bound=models.Model)


class ReadOnlyAdmin(ListAdmin[ModelT]):
    """A list that may be long, and that nobody edits."""

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    actions = None
    # Links to rows would carry the filters of their list, for a way back after saving.
    preserve_filters = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: object | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: object | None = None
    ) -> bool:
        return False


class HistoryAdmin(ReadOnlyAdmin[ModelT], ExportAdmin[ModelT]):
    """History is derived from webhooks; people only read it.

    Its lists are made for ten million rows: no joins, no full counts, filters and
    searches that an index serves. Subclasses name what a search may look into, and by
    their codes the columns of the table (reports/definitions) that the list shows.
    """

    # Codes of columns, or names of methods for what only this list shows.
    list_columns: Sequence[str] = ()
    # Codes of the columns that name a row above its page.
    named_by: Sequence[str] = ()
    # Codes of columns by which the list can be sorted while its period is short: to
    # sort all rows by what has no index takes minutes.
    sorts_short_periods_by: Sequence[str] = ()
    # Columns holding the SIDs that a search finds, and numbers written backwards.
    sid_lookups: list[str] = []
    number_lookup = ""

    search_help_text = _(
        "A SID, a telephone number or its last digits, or a SIP address."
    )
    list_select_related = ()  # a join would sort ten million rows
    change_form_template = "admin/callcenter/history_change_form.html"
    change_list_template = "admin/callcenter/history_change_list.html"

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        sorted_by = [self.moment]
        if days_asked(request, self.moment).is_short:
            sorted_by += self.sorts_short_periods_by
        return [self._column(code, sorted_by) for code in self.list_columns]

    def get_fieldsets(self, request: HttpRequest, obj: ModelT | None = None) -> Any:
        return [
            (title, {**options, "fields": list(map(self._shown, options["fields"]))})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def for_list(self, rows: models.QuerySet[ModelT]) -> models.QuerySet[ModelT]:
        table = self.table
        shown = [table.column(code) for code in self.list_columns] if table else []
        relations = values.relations(column for column in shown if column)
        return rows.prefetch_related(*relations)

    @property
    def moment(self) -> str:
        """The moment that orders the rows; empty where none does."""
        return self.table.moment if self.table else ""

    def _column(self, code: Any, sorted_by: Sequence[str] = ()) -> Any:
        """The column of the table with this code; else what Django makes of it."""
        if self.table is None or hasattr(self, str(code)):
            return code
        column = self.table.column(code)
        if column is None:
            return code
        return AdminColumn(column, code if code in sorted_by else None)

    def _shown(self, code: Any) -> Any:
        """The same on the page of a row.

        Under the name of a field Django would add the help text of its form.
        """
        column = self._column(code)
        return column.renamed(f"shown_{code}") if column != code else code

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return self.sid_lookups

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        if not masking.may_see_numbers(request.user):
            text = gettext("A SID, or the last %(count)d digits of a telephone number.")
            changelist.search_help_text = text % {"count": DIGITS_LEFT}
        return changelist

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[ModelT], search_term: str
    ) -> tuple[models.QuerySet[ModelT], bool]:
        term = search.normal(search_term)
        if not term:
            return queryset, False
        if not self.sid_lookups:
            return queryset.none(), False  # the list has no search
        if search.is_sid(term):
            return self.of_sid(queryset, term), False
        if search.is_number(term):
            if not self.may_search(request, term):
                return queryset.none(), False
            return self.of_number(queryset, term), False
        may_see = masking.may_see_numbers(request.user)
        if may_see and self.number_lookup and not is_withheld(search_term):
            return self.of_text(queryset, search_term.strip()), False
        return queryset.none(), False

    def of_sid(
        self, queryset: models.QuerySet[ModelT], term: str
    ) -> models.QuerySet[ModelT]:
        """Rows that hold this SID."""
        found = Q()
        for lookup in self.sid_lookups:
            found |= Q(**{lookup: term})
        return queryset.filter(found)

    def may_search(self, request: HttpRequest, term: str) -> bool:
        """Whether the user may search for a number; if not, a message says why.

        By searching for more digits than are shown, a user could find out the others. A
        search for a whole number is recorded.
        """
        if masking.may_see_numbers(request.user) or len(term) <= DIGITS_LEFT:
            looks.for_number(request, str(self.opts.model_name), term)
            return True
        text = gettext(
            "You may not see callers' numbers: search by the last %(count)d digits."
        )
        messages.warning(request, text % {"count": DIGITS_LEFT})
        return False

    def of_number(
        self, queryset: models.QuerySet[ModelT], term: str
    ) -> models.QuerySet[ModelT]:
        """Rows of calls from a number, or from those with these last digits."""
        return queryset.filter(search.of_number(self.number_lookup, term))

    def of_text(
        self, queryset: models.QuerySet[ModelT], text: str
    ) -> models.QuerySet[ModelT]:
        """Rows of calls from a caller known by a SIP address, or by the name in it."""
        if ":" in text:
            whole = self.number_lookup.removesuffix("_reversed")
            return queryset.filter(**{whole: caller_of(text)})
        return queryset.filter(**{self.number_lookup: text[::-1]})

    def name_of(self, row: ModelT) -> str:
        """What people call a row: names of the setup in place of codes."""
        parts = [self._column(code) for code in self.named_by]
        return " ".join(part(row) for part in parts) if parts else str(row)

    def linked(self, obj: ModelT) -> list[Linked]:
        """The tables below a row on its page."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = context["original"]
        tables = [table(request, self.admin_site, each) for each in self.linked(obj)]
        # Django's title says that the page is for viewing, which is clear.
        context["title"] = capfirst(self.opts.verbose_name)
        context["subtitle"] = self.name_of(obj)
        context["linked_tables"] = [each for each in tables if each and each.rows]
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and self.sorts_short_periods_by:
            shown |= self._way_to_sort(request, shown["cl"])
        return response

    def _way_to_sort(
        self, request: HttpRequest, changelist: ChangeList
    ) -> dict[str, Any]:
        """Of how few days the list can be sorted, and the address of the last ones."""
        if days_asked(request, self.moment).is_short:
            return {}
        (code,) = self.sorts_short_periods_by
        codes = [getattr(each, "__name__", "") for each in changelist.list_display]
        first_name, last_name = links.period_parameters(self.moment)
        today = local_today()
        query = {
            first_name: today - timedelta(days=MOST_DAYS - 1),
            last_name: today,
            ORDER_VAR: f"-{codes.index(code)}",
        }
        return {
            "sort_days": MOST_DAYS,
            "sort_url": changelist.get_query_string(query),
        }
