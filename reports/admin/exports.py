"""Export of lists: the rows that filters and search leave, in any format."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext

from reports.admin.filters import selection_of
from reports.admin.listing import ListAdmin
from reports.admin.periods import PeriodFilter
from reports.definitions import LISTS
from reports.export import audit, downloads, menu, wanted
from reports.export.downloads import Taken
from reports.export.menu import NUMBERS, ExportGroup
from reports.export.wanted import MOST_STREAMED, Unreadable, Wanted
from reports.present import kinds, masking
from reports.present.links import list_url
from reports.query.keyset import Listed
from reports.query.selection import default_zone
from reports.query.table import ListTable, Reading

ModelT = TypeVar("ModelT", bound=models.Model)

# A list of fewer rows is read by one query.
SHORT_ROWS = 10_000


class ExportAdmin(ListAdmin[ModelT]):
    """A list under the name of its model, for users with the permission to export."""

    show_facets = admin.ShowFacets.NEVER

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<slug:code>/", view, name=name), *super().get_urls()]

    @property
    def table(self) -> ListTable | None:
        """The table that the list shows, unless its files are made for imports."""
        return LISTS.get(self.model)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the user may export the list."""
        return (
            self.table is not None
            and self.has_view_permission(request)
            and request.user.has_perm(audit.PERMISSION)
        )

    def export_view(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """The list as a file, with the filters and the search of its address."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        query, at_once = wanted.split(request.GET)
        try:
            found = self.export_asked(request, code, query)
        except Unreadable as problem:
            messages.error(request, str(problem))
            return redirect(list_url(self.model))
        return wanted.answer(request, found, at_once=at_once)

    def export_asked(self, request: HttpRequest, code: str, query: QueryDict) -> Wanted:
        """The file of the list that a query asks for; `request` gets the query.

        Raises PermissionDenied, Http404 for an unknown format, and Unreadable.
        """
        user = request.user
        if not (self.has_export_permission(request) and user.is_authenticated):
            raise PermissionDenied
        file_format = downloads.FORMATS.get(code)
        if file_format is None:
            raise Http404
        numbers = menu.numbers_asked(query)
        filters = query.copy()
        filters.pop(NUMBERS, None)
        request.GET = filters  # type: ignore[assignment]
        changelist = self.get_changelist_instance(request)
        problems = list(getattr(changelist, "problems", ()))
        if numbers is None:
            problems.append(str(menu.UNKNOWN_NUMBERS))
        if problems or numbers is None:
            text = gettext("Nothing was exported: %(problem)s")
            raise Unreadable(text % {"problem": " ".join(problems)})
        list_query = changelist.get_query_string().removeprefix("?")
        recorded = list_query
        if self._has_numbers:
            recorded = menu.recorded(list_query, file_format, numbers)
        asked = selection_of(changelist)

        def take() -> Taken:
            return Taken(
                title=str(self.opts.verbose_name_plural),
                slug=self.table.slug if self.table else str(self.opts.model_name),
                reading=self.export_reading(request, changelist),
                zone=default_zone(),
                now=timezone.now(),
                first=asked.first,
                last=asked.last,
                numbers=numbers,
            )

        return Wanted(
            user=user,
            subject=self.opts.label_lower,
            recorded=recorded,
            query=list_query,
            file_format=file_format,
            numbers=numbers,
            take=take,
            is_large=lambda: self._count(changelist, MOST_STREAMED + 1) > MOST_STREAMED,
            count=lambda: self._count(changelist),
        )

    def _count(self, changelist: ChangeList, most: int | None = None) -> int:
        """How many rows a list has, `most` at most; those of a short one are known."""
        if not getattr(changelist, "is_capped", False):
            return changelist.result_count
        moment = self.table.moment if self.table else ""
        # Newest first, as the rows are read: in no order MariaDB may begin elsewhere.
        order = (f"-{moment}",) if moment else ()
        rows: models.QuerySet[ModelT] = changelist.queryset
        return rows.order_by(*order)[:most].count()

    def export_reading(self, request: HttpRequest, changelist: ChangeList) -> Reading:
        """The rows of the list, with all columns of its table."""
        if self.table is None:
            raise NotImplementedError
        asked = selection_of(changelist)
        period = self.model._default_manager.get_queryset()
        parameters = set(changelist.get_filters_params())
        for spec in changelist.filter_specs:
            if isinstance(spec, PeriodFilter):
                period = asked.of_period(period, spec.field_path)
                parameters -= set(spec.expected_parameters())
        listed = Listed(
            rows=changelist.queryset,
            period=period,
            # Parameters too, since an address may hold a filter that no list offers.
            is_filtered=bool(parameters or asked.search),
            is_short=changelist.result_count < SHORT_ROWS,
            has_undated=not (asked.first or asked.last) and self._may_be_undated,
        )
        return self.table.read_listed(
            listed, may_see_numbers=masking.may_see_numbers(request.user)
        )

    @property
    def _may_be_undated(self) -> bool:
        moment = self.table.moment if self.table else ""
        return bool(moment) and self.model._meta.get_field(moment).null

    def export_links(
        self, request: HttpRequest, changelist: ChangeList
    ) -> list[ExportGroup]:
        """The export menu of the list, if the user may export it."""
        if not self.has_export_permission(request):
            return []
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"

        def url(code: str, more: dict[str, str]) -> str:
            return reverse(name, args=[code]) + changelist.get_query_string(more)

        return menu.groups(url, has_numbers=self._has_numbers)

    @property
    def _has_numbers(self) -> bool:
        columns = self.table.columns if self.table else ()
        return any(column.kind is kinds.PHONE_NUMBER for column in columns)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        title = capfirst(self.opts.verbose_name_plural)
        context = {"title": title, **(extra_context or {})}
        response = super().changelist_view(request, context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:
            shown["export_groups"] = self.export_links(request, shown["cl"])
        return response
