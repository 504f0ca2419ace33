"""The page of all saved views that a reader has: to open, to share, to delete."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.models import Operator
from reports.definitions import report_with_slug
from reports.models import SavedView
from reports.pages import saved_views
from reports.pages.filter import DAYS, MEASURE
from reports.pages.rights import may_see
from reports.present import names
from reports.present.names import Names
from reports.query.comparison import COMPARISONS
from reports.query.forms import ERLANGS, HOLIDAYS, INTERVALS, TOGETHER, ReportForm
from reports.query.named_periods import NAMED
from reports.query.table import Table

URL_NAME = "admin:saved_views"


@dataclass(frozen=True, slots=True)
class ShownView:
    """A view as a row of the page."""

    pk: int
    name: str
    url: str
    report: str
    days: str
    # The rest of the filter, as pairs of a field and what is chosen.
    chosen: list[tuple[str, str]]
    saved_by: str
    is_shared: bool
    may_share: bool
    may_delete: bool


def show(site: admin.AdminSite, request: HttpRequest) -> HttpResponseBase:
    """The page; a POST shares, stops sharing or deletes the view that it names."""
    if request.method == "POST":
        return _change(request)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    context = {
        **site.each_context(request),
        "title": gettext("Saved views"),
        "views": list(_views(request)),
    }
    return TemplateResponse(request, "reports/saved_views.html", context)


def _views(request: HttpRequest) -> Iterator[ShownView]:
    named = _names()
    may_share = request.user.has_perm(saved_views.MAY_SHARE)
    for view in saved_views.seen_by(request.user).order_by("report", "name", "id"):
        report = report_with_slug(view.report)
        if report is None or not may_see(request, report):
            continue
        query = QueryDict(view.query).dict()
        is_own = view.user_id == request.user.pk
        yield ShownView(
            pk=view.pk,
            name=view.name,
            url=saved_views.url_of(view),
            report=str(report.title),
            days=_days(query),
            chosen=chosen_in_words(report, query, named),
            saved_by=view.username,
            is_shared=view.is_shared,
            may_share=is_own and may_share,
            may_delete=is_own or may_share,
        )


def chosen_in_words(
    report: Table, query: Mapping[str, str], named: Mapping[str, Names] | None = None
) -> list[tuple[str, str]]:
    """What a query chooses beside its days: the fields, and what they are set to.

    `named` are the names of values, where they are asked for once for many queries.
    """
    measures = {each.code: each.heading for each in report.columns}
    chosen = {**(_names() if named is None else named), "measure": measures}
    return [
        (_label(field), str(chosen.get(field, {}).get(value, value)))
        for field, value in query.items()
        if field not in DAYS and value
    ]


def _names() -> Mapping[str, Names]:
    """What the fields of a filter call their values."""
    operators = Operator.objects.values_list("pk", "name")
    return {
        "queue": {TOGETHER: _("All in one row"), **names.queues()},
        "line": names.lines(),
        "operator": {**names.operators(), **{str(pk): name for pk, name in operators}},
        "interval": dict(INTERVALS),
        "weekday": names.weekdays(),
        "holidays": HOLIDAYS,
        "erlang": ERLANGS,
        "compare": COMPARISONS,
    }


def _label(field: str) -> str:
    if field == "measure":
        return str(MEASURE)
    known = ReportForm.base_fields.get(field)
    return capfirst(str(known.label if known else field))


def _days(query: Mapping[str, str]) -> str:
    name = query.get("period", "")
    if name in NAMED:
        return str(NAMED[name])
    days = [query[each] for each in ("first", "last") if query.get(each)]
    return " – ".join(dict.fromkeys(days))


def _change(request: HttpRequest) -> HttpResponse:
    """Raises PermissionDenied, and Http404 for a view that the reader does not have."""
    pk = request.POST.get("view", "")
    known = saved_views.seen_by(request.user)
    view = get_object_or_404(known, pk=int(pk) if _is_number(pk) else 0)
    is_own = view.user_id == request.user.pk
    may_share = request.user.has_perm(saved_views.MAY_SHARE)
    action = request.POST.get("do")
    if action == "delete" and (is_own or may_share):
        view.delete()
        done = _("The view “%(name)s” has been deleted.")
    elif action in ("share", "keep") and is_own and may_share:
        SavedView.objects.filter(pk=view.pk).update(is_shared=action == "share")
        done = (
            _("The view “%(name)s” is shared with all now.")
            if action == "share"
            else _("The view “%(name)s” is yours alone now.")
        )
    else:
        raise PermissionDenied
    messages.success(request, done % {"name": view.name})
    return redirect(URL_NAME)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
