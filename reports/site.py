"""The admin site's class: its title, its languages and its order."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language
from django_stubs_ext import StrOrPromise

from reports import dashboard
from reports.callflow import views as callflow
from reports.worklist import views as worklist


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours in the menu, for those with a permission."""

    name: StrOrPromise
    url_name: str
    permission: str = ""

    def is_open_to(self, request: HttpRequest) -> bool:
        """Whether the reader may go there."""
        return not self.permission or request.user.has_perm(self.permission)

    def row(self, request: HttpRequest) -> dict[str, Any]:
        """The page in the shape in which the admin's templates know a table."""
        url = reverse(self.url_name)
        # They mark what is a part of the path, and the first page's is part of all.
        is_elsewhere = url == reverse("admin:index") != request.path
        return {
            "name": self.name,
            "object_name": self.url_name.partition(":")[2],
            "admin_url": f"{url}?" if is_elsewhere else url,
            "add_url": None,
            "view_only": True,
            "perms": {},
        }


# The menu: pages of ours, and tables by their models' names. What is done today, what
# is read, what makes it so; tables nobody placed here keep their app.
_GROUPS: tuple[tuple[str, StrOrPromise, tuple[Page | str, ...]], ...] = (
    (
        "today",
        _("Today"),
        (
            Page(_("Dashboard"), "admin:index"),
            Page(
                _("Abandoned calls work list"),
                "admin:worklist",
                "callcenter.view_abandonedcall",
            ),
        ),
    ),
    (
        "history",
        _("History"),
        (
            "Call",
            "QueueEntry",
            "AbandonedCall",
            "FollowUp",
            "Connection",
            "IvrStep",
            "OperatorState",
            "Voicemail",
            "CallbackRequest",
            "Recording",
            "WebhookEvent",
        ),
    ),
    (
        "settings",
        _("Settings"),
        (
            Page(_("Call flow"), "admin:call-flow", "callcenter.view_menu"),
            "PhoneLine",
            "Menu",
            "Message",
            "Queue",
            "Operator",
            "Holiday",
            "WrapUpCode",
            "User",
            "Group",
            Page(
                _("Changes"), "admin:admin_logentry_changelist", "admin.view_logentry"
            ),
            "ExportAudit",
        ),
    ),
)


class MiniccAdminSite(admin.AdminSite):
    """The stock admin under our name, with its tables in groups people know."""

    site_title = "MiniCC"
    site_header = "MiniCC"
    index_title = _("Today")
    # There is no site beside the admin to look at.
    site_url = None

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Open to all: the log-in page offers the languages too.
        return [
            path("language/", set_language, name="language"),
            *callflow.urls(self),
            *worklist.urls(self),
            *super().get_urls(),
        ]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Elsewhere (reports.login), since this page would know no second step."""
        return redirect("account_login")

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """The menu; with an app's label only that app's tables, in the same groups."""
        known: list[Any] = super().get_app_list(request, app_label)
        tables = {
            table["object_name"]: table for app in known for table in app["models"]
        }
        groups = []
        for slug, name, entries in _GROUPS:
            shown: list[dict[str, Any]] = []
            for entry in entries:
                if isinstance(entry, str):
                    # Taken out: what is left over keeps its app.
                    shown += filter(None, [tables.pop(entry, None)])
                elif app_label is None and entry.is_open_to(request):
                    shown.append(entry.row(request))
            if shown:
                groups.append(_group(slug, name, shown))
        for app in known:
            rest = [each for each in app["models"] if each["object_name"] in tables]
            if rest:
                groups.append({**app, "models": rest})
        return groups

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The first page: how today stands, for those who may see calls."""
        context = {"today": dashboard.today(request.user), **(extra_context or {})}
        return super().index(request, context)

    def app_index(
        self,
        request: HttpRequest,
        app_label: str,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """The tables of an app, under the app's name and not its first group's."""
        context = {"title": self._app_name(app_label), **(extra_context or {})}
        return super().app_index(request, app_label, context)

    def _app_name(self, app_label: str) -> StrOrPromise:
        try:
            return apps.get_app_config(app_label).verbose_name
        except LookupError:
            return ""


def _group(slug: str, name: StrOrPromise, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A group in the shape in which the admin's templates know an app."""
    return {
        "name": name,
        "app_label": slug,
        "app_url": f"{reverse('admin:index')}#{slug}",
        "has_module_perms": True,
        "models": rows,
    }
