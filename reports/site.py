"""The admin site's class: its title, its languages and its order."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

# What is read, what people do about it, and what makes it so; the rest keeps its app.
_GROUPS = (
    (
        _("History"),
        (
            "Call",
            "QueueEntry",
            "AbandonedCall",
            "Connection",
            "IvrStep",
            "OperatorState",
            "Voicemail",
            "CallbackRequest",
            "Recording",
            "WebhookEvent",
        ),
    ),
    (_("Follow-up"), ("FollowUp",)),
    (
        _("Setup"),
        ("PhoneLine", "Menu", "Message", "Queue", "Operator", "Holiday", "WrapUpCode"),
    ),
)


class MiniccAdminSite(admin.AdminSite):
    """The stock admin under our name, with its tables in groups people know."""

    site_title = "MiniCC"
    site_header = "MiniCC"
    index_title = _("Call center")
    # There is no site beside the admin to look at.
    site_url = None

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Open to all: the log-in page offers the languages too.
        return [path("language/", set_language, name="language"), *super().get_urls()]

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        # Ours come first, whatever the alphabet of the language says.
        apps.sort(key=lambda app: app["app_label"] != "callcenter")
        return [part for app in apps for part in _grouped(app)]


def _grouped(app: dict[str, Any]) -> list[dict[str, Any]]:
    """An app's entry in the menu, as one entry a group where we have groups."""
    if app["app_label"] != "callcenter":
        return [app]
    by_name = {model["object_name"]: model for model in app["models"]}
    groups = []
    for name, order in _GROUPS:
        models = [by_name[model] for model in order if model in by_name]
        if models:
            groups.append({**app, "name": name, "models": models})
    return groups
