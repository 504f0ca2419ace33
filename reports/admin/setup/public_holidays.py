"""A page that previews Japan's public holidays of a year and adds those missing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import holidays
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from callcenter.models import Holiday, Language, SetupVersion
from reports.admin.setup import changes
from reports.present.links import list_url

# The years for which the package `holidays` knows the law.
FIRST_YEAR, LAST_YEAR = 2000, 2099
# The names of languages in that package.
_LANGUAGES = {Language.JAPANESE: "ja", Language.ENGLISH: "en_US"}


class YearForm(forms.Form):
    """The year, and the language of the names."""

    year = forms.IntegerField(
        label=_("Year"),
        validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)],
        widget=forms.NumberInput(attrs={"min": FIRST_YEAR, "max": LAST_YEAR}),
    )
    language = forms.ChoiceField(label=_("Names in"), choices=Language.choices)


@dataclass(frozen=True, slots=True)
class Day:
    """A public holiday, and whether it is entered already."""

    date: date
    name: str
    # The name of the holiday entered for all lines on that day; empty if there is none.
    known: str


def of_year(year: int, language: str) -> list[tuple[date, str]]:
    """Japan's public holidays of a year in order, substitute days included."""
    name = _LANGUAGES[Language(language)]
    found = holidays.country_holidays("JP", years=year, language=name, expand=False)
    return sorted(found.items())


def urls(model_admin: admin.ModelAdmin[Holiday]) -> list[URLPattern]:
    """The URL of the page, below that of the list of holidays."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        return _page(model_admin, request)

    wrapped: Callable[..., HttpResponse] = model_admin.admin_site.admin_view(page)
    return [path("public/", wrapped, name="callcenter_holiday_public")]


def add(year: int, language: str, request: HttpRequest) -> list[Holiday]:
    """Add the public holidays that are not entered yet, and return them."""
    with transaction.atomic():
        # Locks the version row: two people who add at once would add each day twice.
        SetupVersion.increase()
        made = [
            Holiday.objects.create(date=day.date, name=day.name)
            for day in _days(year, language)
            if not day.known
        ]
        for holiday in made:
            changes.log(request, holiday, ADDITION, changes.of_row(holiday))
    return made


def _days(year: int, language: str) -> list[Day]:
    # A holiday of a single line closes that line only, and does not count here.
    rows = Holiday.objects.filter(date__year=year, line=None).order_by("-id")
    known = dict(rows.values_list("date", "name"))
    return [Day(day, name, known.get(day, "")) for day, name in of_year(year, language)]


def _page(model_admin: admin.ModelAdmin[Holiday], request: HttpRequest) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    said = request.POST if request.method == "POST" else request.GET
    initial = {"year": timezone.localdate().year, "language": get_language()}
    form = YearForm({**initial, **said.dict()}, label_suffix="")
    days: list[Day] = []
    if form.is_valid():
        year, language = form.cleaned_data["year"], form.cleaned_data["language"]
        if request.method == "POST":
            made = add(year, language, request)
            messages.success(request, _result(len(made), year))
            return redirect(list_url(Holiday))
        days = _days(year, language)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Japan’s public holidays"),
        "opts": model_admin.opts,
        "form": form,
        "days": days,
        "to_add": sum(not day.known for day in days),
    }
    return TemplateResponse(
        request, "admin/callcenter/holiday/public_holidays.html", context
    )


def _result(count: int, year: int) -> str:
    if not count:
        return gettext("All public holidays of %(year)d were already entered.") % {
            "year": year
        }
    text = ngettext(
        "%(count)d public holiday of %(year)d was added.",
        "%(count)d public holidays of %(year)d were added.",
        count,
    )
    return text % {"count": count, "year": year}
