"""Views of reports that people save: which a reader has, and how one is saved."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.definitions import report_with_slug
from reports.models import SavedView
from reports.models.saved_views import MOST_VIEWS
from reports.pages.filter import FilterForm
from reports.pages.rights import check_rights
from reports.present.links import report_url
from reports.query.table import Table

MAY_SHARE = "reports.share_savedview"


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view as its report links to it."""

    name: str
    url: str
    is_current: bool


class SaveForm(forms.Form):
    """Under which name a view is saved, which days it will show, and to whom."""

    name = forms.CharField(label=_("Name"), max_length=60)

    def __init__(
        self, asked: FilterForm, *, may_share: bool, data: QueryDict | None = None
    ) -> None:
        super().__init__(data, auto_id="id_view_%s", label_suffix="")
        days = asked.selection.period
        moving = [
            (
                each.code,
                gettext("%(period)s, whenever it is opened") % {"period": each.name},
            )
            for each in asked.presets
            if each.is_current
        ]
        exact = gettext("always %(first)s to %(last)s") % {
            "first": days.first,
            "last": days.last,
        }
        self.fields["period"] = forms.ChoiceField(
            label=_("Days"),
            required=False,
            choices=[*moving, ("", exact)],
            initial=moving[0][0] if moving else "",
        )
        if may_share:
            self.fields["is_shared"] = forms.BooleanField(
                label=_("Share with all"), required=False
            )


def seen_by(user: AbstractBaseUser | AnonymousUser) -> QuerySet[SavedView]:
    """The views that somebody has: their own, and those that others share."""
    return SavedView.objects.filter(Q(user=user.pk) | Q(is_shared=True))


def links(
    user: AbstractBaseUser | AnonymousUser, report: Table, form: FilterForm
) -> Iterator[ViewLink]:
    """The views of a report, by name."""
    for view in seen_by(user).filter(report=report.slug):
        yield ViewLink(
            view.name, url_of(view), form.asks_the_same(QueryDict(view.query))
        )


def url_of(view: SavedView) -> str:
    """The address of a view: its report, with its filter."""
    return f"{report_url(view.report)}?{view.query}"


def save(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Save the view that the address asks for; back to it, with what was done.

    One of the same name is replaced, if it is one's own.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    report = report_with_slug(slug)
    if report is None:
        raise Http404
    check_rights(request, report)
    form = FilterForm(report, request.GET)
    if not form.is_valid() or form.unknown:
        text = gettext("Nothing was saved: the filter cannot be read.")
        messages.error(request, text)
        return redirect(report_url(slug) + form.query())
    may_share = request.user.has_perm(MAY_SHARE)
    asked = SaveForm(form, may_share=may_share, data=request.POST)
    if request.POST.get("is_shared") and not may_share:
        raise PermissionDenied
    if asked.is_valid():
        return redirect(_kept(request, report, form, asked))
    for errors in asked.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return redirect(report_url(slug) + form.query())


def _kept(
    request: HttpRequest, report: Table, form: FilterForm, asked: SaveForm
) -> str:
    """Keep the view; the address to go on with. Raises PermissionDenied."""
    user = request.user
    if not user.is_authenticated:
        raise PermissionDenied
    name, period = asked.cleaned_data["name"], asked.cleaned_data["period"]
    address = (
        form.query(first=None, last=None, period=period) if period else form.query()
    )
    own = SavedView.objects.filter(user=user)
    is_new = not own.filter(report=report.slug, name=name).exists()
    if is_new and own.count() >= MOST_VIEWS:
        text = gettext("You have %(count)s saved views: delete one first.")
        messages.error(request, text % {"count": MOST_VIEWS})
        return report_url(report.slug) + form.query()
    view, _is_new = SavedView.objects.update_or_create(
        user=user,
        report=report.slug,
        name=name,
        defaults={
            "query": address.removeprefix("?"),
            "is_shared": asked.cleaned_data.get("is_shared", False),
            "username": user.get_username(),
        },
    )
    saved = gettext("The view “%(name)s” has been saved.")
    replaced = gettext("The view “%(name)s” has been replaced.")
    messages.success(request, (saved if is_new else replaced) % {"name": name})
    return url_of(view)
