"""The list of changes: who changed what in the setup, and when. It is read-only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reports.admin.history.base import ReadOnlyAdmin
from reports.admin.periods import PeriodFilter
from reports.admin.setup import changes
from reports.present import formats
from reports.query.table import NOTHING
from reports.site import model_admins

# How many fields of a change the list shows, and how many characters of each.
MOST_SHOWN, MOST_LETTERS = 3, 40


class _KeyFilter(admin.SimpleListFilter):
    """A filter by the key of another table; refuses keys that it does not offer."""

    column = ""

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[LogEntry]
    ) -> models.QuerySet[LogEntry]:
        key = self.value()
        if key is None:
            return queryset
        if key not in dict(self.lookup_choices):
            raise IncorrectLookupParameters(key)
        return queryset.filter(**{self.column: key})


class ChangedFilter(PeriodFilter):
    """The days of the changes, called as the column is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext("changed at")


class TableFilter(_KeyFilter):
    """By table, among those that the reader may see."""

    title = _("table")
    parameter_name = "table"
    column = "content_type"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        types = ContentType.objects.get_for_models(*_visible(request, model_admin))
        named = [(str(each.pk), capfirst(each.name)) for each in types.values()]
        return sorted(named, key=lambda each: each[1])


class PersonFilter(_KeyFilter):
    """By user, among those who have changed something."""

    title = _("user")
    parameter_name = "who"
    column = "user"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        users = get_user_model().objects
        people = users.filter(pk__in=LogEntry.objects.values("user")).order_by("pk")
        return [(str(one.pk), one.get_full_name() or str(one)) for one in people]


@admin.register(LogEntry)
class ChangeAdmin(ReadOnlyAdmin[LogEntry]):
    """Changes of the tables that the reader may see, newest first."""

    list_display = ["moment", "who", "table", "item", "what"]
    list_display_links = ["moment"]
    list_filter = [("action_time", ChangedFilter), TableFilter, PersonFilter]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr"]
    ordering = ["-action_time", "-pk"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """No: the menu has it as a page of ours, not among Django's tables."""
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[LogEntry]:
        types = ContentType.objects.get_for_models(*_visible(request, self))
        return super().get_queryset(request).filter(content_type__in=types.values())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"title": gettext("Changes"), **(extra_context or {})}
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        entry: LogEntry = context["original"]
        context |= {
            "title": entry.object_repr,
            "subtitle": None,
            "changes": changes.read(entry),
            "page_url": _page(entry),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("changed at"), ordering="action_time")
    def moment(self, entry: LogEntry) -> str:
        return formats.moment(entry.action_time)

    @admin.display(description=_("user"))
    def who(self, entry: LogEntry) -> str:
        return entry.user.get_full_name() or entry.user.get_username()

    @admin.display(description=_("table"))
    def table(self, entry: LogEntry) -> str:
        return capfirst(entry.content_type.name) if entry.content_type else NOTHING

    @admin.display(description=_("item"), ordering="object_repr")
    def item(self, entry: LogEntry) -> str:
        return entry.object_repr

    @admin.display(description=_("what"))
    def what(self, entry: LogEntry) -> str | SafeString:
        if entry.is_deletion():
            return gettext("deleted")
        if entry.is_addition():
            return gettext("added")
        found = changes.read(entry)
        if not found:
            return entry.get_change_message()
        lines = [(_line(each),) for each in found[:MOST_SHOWN]]
        rest = len(found) - MOST_SHOWN
        if rest > 0:
            more = ngettext("and %(count)d more", "and %(count)d more", rest)
            lines.append((more % {"count": rest},))
        items = format_html_join("", "<li>{}</li>", lines)
        return format_html('<ul class="changes-short">{}</ul>', items)


def _line(change: changes.Change) -> str:
    def short(text: str) -> str:
        return Truncator(text).chars(MOST_LETTERS) or NOTHING

    name = f"{change.row} {change.field}" if change.row else capfirst(change.field)
    if change.is_secret:
        return gettext("%(field)s: changed") % {"field": name}
    return f"{name}: {short(change.old)} → {short(change.new)}"


def _visible(
    request: HttpRequest, model_admin: admin.ModelAdmin[Any]
) -> list[type[models.Model]]:
    """The tables that the reader may see: their changes may be seen as well."""
    return [
        each.model
        for each in model_admins(model_admin.admin_site)
        if not isinstance(each, ReadOnlyAdmin) and each.has_view_permission(request)
    ]


def _page(entry: LogEntry) -> str:
    """The address of the row that was changed; empty if it is gone or has no page."""
    if entry.is_deletion() or entry.content_type is None:
        return ""
    try:
        entry.get_edited_object()
        name = f"{entry.content_type.app_label}_{entry.content_type.model}"
        return reverse(f"admin:{name}_change", args=[entry.object_id])
    except (ObjectDoesNotExist, NoReverseMatch, AttributeError):
        return ""
