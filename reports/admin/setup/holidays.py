"""Holidays and wrap-up codes in the admin."""

from django.contrib import admin
from django.urls import URLPattern

from callcenter.models import Holiday, WrapUpCode
from reports.admin.setup import public_holidays
from reports.admin.setup.import_resources import HolidayResource, WrapUpCodeResource
from reports.admin.setup.imports import ImportAdmin


@admin.register(Holiday)
class HolidayAdmin(ImportAdmin[Holiday]):
    """Days on which lines are closed."""

    resource = HolidayResource
    list_display = ["date", "name", "line"]
    list_select_related = ["line"]
    search_fields = ["name"]

    def get_urls(self) -> list[URLPattern]:
        return [*public_holidays.urls(self), *super().get_urls()]


@admin.register(WrapUpCode)
class WrapUpCodeAdmin(ImportAdmin[WrapUpCode]):
    """What conversations were about. Inactive codes stay, since old calls use them."""

    resource = WrapUpCodeResource
    list_display = ["name", "code", "digits", "is_active"]
    fields = ["code", "name", "digits", "is_active"]
    fixed_once_saved = ("code",)
