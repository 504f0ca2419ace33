"""Which pages of the admin a reader may open, and where they are."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from callcenter.models import Call, OperatorState, WebhookEvent


class Doors:
    """Which pages the reader may open, asked once for each table."""

    def __init__(self, request: HttpRequest, site: admin.AdminSite) -> None:
        self._request = request
        self._site = site
        self._known: dict[type[models.Model], bool] = {}

    def may_view(self, model: type[models.Model]) -> bool:
        if model not in self._known:
            model_admin = self._site.get_model_admin(model)
            self._known[model] = model_admin.has_view_permission(self._request)
        return self._known[model]

    def url(self, row: models.Model | None) -> str:
        """The row's page; empty without one, or where the reader may not go."""
        if row is None or not self.may_view(type(row)):
            return ""
        opts = row._meta
        name = f"{self._site.name}:{opts.app_label}_{opts.model_name}_change"
        return reverse(name, args=[row.pk])

    def lists_of(self, call: Call) -> list[tuple[str, str]]:
        """The lists that show of a leg what does not stand on its page."""
        found = []
        for model in (OperatorState, WebhookEvent):
            if self.may_view(model):
                opts = model._meta
                name = (
                    f"{self._site.name}:{opts.app_label}_{opts.model_name}_changelist"
                )
                found.append(
                    (str(opts.verbose_name_plural), f"{reverse(name)}?q={call.sid}")
                )
        return found
