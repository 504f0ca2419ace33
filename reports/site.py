"""The admin site: its title, its menu, and pages of ours among the admin's own."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.i18n import set_language
from django_stubs_ext import StrOrPromise

from reports import system
from reports.callflow import views as callflow
from reports.daily import page as daily_page
from reports.daily import views as daily
from reports.dashboard import today
from reports.definitions import REPORTS
from reports.delivery import views as delivery
from reports.desk.sitter import has_desk
from reports.pages import rights, schedule_link
from reports.pages import views as pages
from reports.prepared import views as prepared
from reports.query.table import NOTHING, ListTable
from reports.sound import views as sound
from reports.worklist import views as worklist


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours in the menu; `permission` is empty if everybody may open it."""

    name: StrOrPromise
    url_name: str
    permission: str = ""

    def is_open_to(self, request: HttpRequest) -> bool:
        """Whether the reader may open the page."""
        return not self.permission or request.user.has_perm(self.permission)

    def row(self, request: HttpRequest) -> dict[str, Any]:
        """The page as an entry of the admin's menu, in the form it has for a table."""
        url = reverse(self.url_name)
        # The menu's template marks an entry as current if its URL is part of the path;
        # "/admin/" is part of every path. A "?" at the end prevents that elsewhere.
        is_elsewhere = url == reverse("admin:index") != request.path
        return {
            "name": self.name,
            "object_name": self.url_name.partition(":")[2],
            "admin_url": f"{url}?" if is_elsewhere else url,
            "add_url": None,
            "view_only": True,
            "perms": {},
        }


# The menu: its groups, with pages of ours and tables by the names of their models.
# A table that is not listed here stays in the group of its app.
_GROUPS: tuple[tuple[str, StrOrPromise, tuple[Page | str, ...]], ...] = (
    (
        "today",
        _("Today"),
        (
            Page(_("Dashboard"), "admin:index"),
            Page(
                pgettext_lazy("page", "Callers to ring back"),
                "admin:worklist",
                "callcenter.view_abandonedcall",
            ),
        ),
    ),
    (
        "reports",
        _("Reports"),
        (
            Page(_("Daily report"), daily_page.URL_NAME, daily_page.PERMISSION),
            *(
                Page(
                    report.title,
                    f"admin:report_{report.slug}",
                    rights.permission_for(report),
                )
                for report in REPORTS
                # The others are lists of the history too, and stand there.
                if not isinstance(report, ListTable)
            ),
            Page(_("Saved views"), "admin:saved_views", rights.PERMISSION),
            Page(
                _("Scheduled reports"),
                "admin:scheduled_reports",
                schedule_link.PERMISSION,
            ),
        ),
    ),
    (
        "calls",
        _("Calls"),
        ("Call", "QueueEntry", "AbandonedCall"),
    ),
    (
        "more-data",
        _("More data"),
        (
            "FollowUp",
            "Connection",
            "IvrStep",
            "OperatorState",
            "Voicemail",
            "CallbackRequest",
            "Recording",
            "WebhookEvent",
            "ReconciliationRun",
            "ReconciliationDifference",
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
            "BlockedNumber",
            "WrapUpCode",
            "WallScreen",
            "User",
            "Group",
            Page(
                _("Changes"), "admin:admin_logentry_changelist", "admin.view_logentry"
            ),
            "ExportAudit",
            "AccessRecord",
            Page(_("System"), system.URL_NAME, system.PERMISSION),
        ),
    ),
)


class MiniccAdminSite(admin.AdminSite):
    """Django's admin under our name, with its tables in the groups above."""

    site_title = "MiniCC"
    site_header = "MiniCC"
    index_title = _("Today")
    empty_value_display = NOTHING
    # There is no site beside the admin to look at.
    site_url = None

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Open to all: the log-in page offers the languages too.
        return [
            path("language/", set_language, name="language"),
            *callflow.urls(self),
            *worklist.urls(self),
            *pages.urls(self),
            *daily.urls(self),
            *prepared.urls(self),
            *delivery.urls(self),
            *sound.urls(self),
            path("system/", self.admin_view(partial(system.show, self)), name="system"),
            *super().get_urls(),
        ]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sends people to our log-in page: the admin's own skips the second step."""
        return redirect("account_login")

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """The menu, or with `app_label` the tables of that app in the same groups."""
        known: list[Any] = super().get_app_list(request, app_label)
        tables = {
            table["object_name"]: table for app in known for table in app["models"]
        }
        groups = []
        for slug, name, entries in _GROUPS:
            shown: list[dict[str, Any]] = []
            for entry in entries:
                if isinstance(entry, str):
                    # Taken out, so that `tables` keeps those without a place here.
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
        """The dashboard; its figures only for those who may see calls."""
        context = {
            "today": today.today(request, self),
            "demo": today.demo(),
            "has_desk": has_desk(request.user),
            **(extra_context or {}),
        }
        return super().index(request, context)

    def app_index(
        self,
        request: HttpRequest,
        app_label: str,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """The tables of an app, with the app's name as title.

        Django takes the name from the first entry of the menu, which is a group here.
        """
        context = {"title": self._app_name(app_label), **(extra_context or {})}
        return super().app_index(request, app_label, context)

    def _app_name(self, app_label: str) -> StrOrPromise:
        try:
            return apps.get_app_config(app_label).verbose_name
        except LookupError:
            return ""


def _group(slug: str, name: StrOrPromise, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A group of the menu, in the form that the admin's templates use for an app."""
    return {
        "name": name,
        "app_label": slug,
        "app_url": f"{reverse('admin:index')}#{slug}",
        "has_module_perms": True,
        "models": rows,
    }


def model_admins(site: admin.AdminSite) -> Iterator[admin.ModelAdmin[Any]]:
    """The admin class of each registered model."""
    for model in apps.get_models():
        with suppress(NotRegistered):
            yield site.get_model_admin(model)
