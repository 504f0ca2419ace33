"""Where pages of the admin are, and which of them a reader may open."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from callcenter.models import Call, OperatorState, WebhookEvent
from reports.query.selection import Selection

# The query parameters of the lists' filters, by the fields of a selection.
PARAMETERS = {
    "kind": "kind__exact",
    "outcome": "outcome__exact",
    "queue": "in_queue",
    "line": "on_line",
    "menu": "at_menu",
    "ivr_path": "on_path",
    "operators": "by_operator",
    "state": "state__exact",
    "now": "now",
    "hour": "hour",
    "weekday": "weekday",
    "holidays": "holidays",
    "since": "from",
    "until": "until",
    "counted": "counted",
    "waited": "waited",
    "search": "q",
    "caller_of": "caller_of",
}


def period_parameters(moment: str) -> tuple[str, str]:
    """The parameters of the first and the last day of a list ordered by a moment."""
    return f"{moment}__first", f"{moment}__last"


def list_url(model: type[models.Model], asked: Selection | None = None) -> str:
    """The address of a model's list, filtered by a selection.

    A list can be filtered by one operator; ValueError where several are asked for.
    """
    url = _list_path(model)
    return url + query_of(model, asked) if asked else url


def _list_path(model: type[models.Model]) -> str:
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")


def query_of(model: type[models.Model], asked: Selection) -> str:
    """The query by which a model's list is filtered by a selection; may be empty."""
    query: dict[str, Any] = {
        parameter: value
        for name, parameter in PARAMETERS.items()
        if (value := getattr(asked, name))
    }
    if asked.now:
        query[PARAMETERS["now"]] = 1
    if asked.hour is not None:
        query[PARAMETERS["hour"]] = asked.hour
    for name in ("since", "until"):
        if at := getattr(asked, name):
            query[PARAMETERS[name]] = at.astimezone(asked.zone).isoformat(
                "T", "minutes"
            )
    if asked.operator_key:
        query[PARAMETERS["operators"]] = asked.operator_key
    elif asked.operators:
        (query[PARAMETERS["operators"]],) = asked.operators
    moment = str((model._meta.ordering or [""])[0]).removeprefix("-")
    days = zip(period_parameters(moment), (asked.first, asked.last), strict=True)
    query |= {parameter: day.isoformat() for parameter, day in days if day}
    return f"?{urlencode(query)}" if query else ""


def report_url(slug: str) -> str:
    """The address of the page of a report."""
    return reverse(f"admin:report_{slug}")


def row_url(row: models.Model) -> str:
    """The address of the page of a row."""
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])


class PageLinks:
    """Links to pages that the reader may open; permissions are read once per table."""

    def __init__(self, request: HttpRequest, site: admin.AdminSite) -> None:
        self._request = request
        self._site = site
        self._known: dict[type[models.Model], bool] = {}
        # A table of numbers has thousands of links to one list.
        self._paths: dict[type[models.Model], str] = {}

    def may_view(self, model: type[models.Model]) -> bool:
        if model not in self._known:
            model_admin = self._site.get_model_admin(model)
            self._known[model] = model_admin.has_view_permission(self._request)
        return self._known[model]

    def list_url(self, model: type[models.Model], asked: Selection) -> str:
        """The list of a selection; empty without permission."""
        if not self.may_view(model):
            return ""
        if model not in self._paths:
            self._paths[model] = _list_path(model)
        return self._paths[model] + query_of(model, asked)

    def url(self, row: models.Model | None) -> str:
        """The page of a row; empty without a row or without permission."""
        return row_url(row) if row and self.may_view(type(row)) else ""

    def lists_of(self, call: Call) -> list[tuple[str, str]]:
        """Names and addresses of the lists with further rows of a leg."""
        found = []
        for model in (OperatorState, WebhookEvent):
            if url := self.list_url(model, Selection(search=call.sid)):
                found.append((str(model._meta.verbose_name_plural), url))
        return found
