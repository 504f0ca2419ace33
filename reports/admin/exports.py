"""Lists as files: what a list shows, with its filters and its search, in any format."""

from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from reports.admin.filters import PeriodFilter
from reports.export import audit, downloads
from reports.export.columns import LISTS
from reports.export.lists import Listed, ListTable
from reports.present import masking

ModelT = TypeVar("ModelT", bound=models.Model)

# Who may write down an export may make one.
PERMISSION = "reports.add_exportaudit"
# A list of fewer rows is read by one query.
SHORT_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the menu: a format, and where the list is to be had in it."""

    name: StrOrPromise
    url: str


class ExportAdmin(admin.ModelAdmin[ModelT]):
    """A list that those with the permission may take away as a file."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<slug:code>/", view, name=name), *super().get_urls()]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the reader may take away what the list shows."""
        return (
            self.model in LISTS
            and self.has_view_permission(request)
            and request.user.has_perm(PERMISSION)
        )

    def export_view(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """The list as a file, with the filters and the search of its address."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        user = request.user
        if not (self.has_export_permission(request) and user.is_authenticated):
            raise PermissionDenied
        file_format = downloads.FORMATS.get(code)
        if file_format is None:
            raise Http404
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            text = gettext("This filter cannot be read: nothing was exported.")
            messages.error(request, text)
            return redirect(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            )
        table = self.export_table(request, changelist)
        audited = audit.begin(
            user,
            self.opts.label_lower,
            changelist.get_query_string().removeprefix("?"),
            file_format.code,
            is_masked=table.is_masked,
        )
        now = timezone.now().astimezone(_zone())
        return downloads.response(
            table, file_format, self.opts.label_lower, now, audited
        )

    def export_table(
        self, request: HttpRequest, changelist: ChangeList
    ) -> downloads.Table:
        """What the file holds: more columns than the list, of the rows it shows."""
        period = self.model._default_manager.get_queryset()
        names: set[str | None] = set()
        for spec in changelist.filter_specs:
            if isinstance(spec, PeriodFilter):
                period = spec.queryset(request, period)
                names |= set(spec.expected_parameters())
        asked = set(changelist.get_filters_params()) - names
        listed = Listed(
            rows=changelist.queryset,
            period=period,
            is_short=changelist.result_count < SHORT_ROWS,
            is_searched=bool(asked or changelist.query),
        )
        return ListTable(
            listed,
            LISTS[self.model],
            _zone(),
            may_see_numbers=masking.may_see_numbers(request.user),
        )

    def export_links(self, request: HttpRequest, changelist: ChangeList) -> list[Link]:
        """The formats in which the reader may take away what the list shows."""
        if not self.has_export_permission(request):
            return []
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        query = changelist.get_query_string()
        return [
            Link(each.name, reverse(name, args=[each.code]) + query)
            for each in downloads.FORMATS.values()
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            context["export_links"] = self.export_links(request, context["cl"])
        return response


def _zone() -> ZoneInfo:
    zone = timezone.get_default_timezone()
    if not isinstance(zone, ZoneInfo):
        raise TypeError("TIME_ZONE names a zone of the time zone database")
    return zone
