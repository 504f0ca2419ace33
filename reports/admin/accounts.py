"""Accounts and groups in the admin: who may log in, and what a group may do.

Rights come through groups; the stock page offers them one by one as well, in a widget
that no screen reader can work.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.utils.translation import gettext_lazy as _

_TICKED: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
}

admin.site.unregister([User, Group])


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """Who may log in."""

    fieldsets = (
        (None, {"fields": ["username", "password", "is_active"]}),
        (_("Person"), {"fields": ["last_name", "first_name", "email"]}),
        (_("Rights"), {"fields": ["groups", "is_staff", "is_superuser"]}),
        (_("Log-in"), {"fields": ["last_login", "date_joined"]}),
    )
    readonly_fields = ["last_login", "date_joined"]
    list_display = ["username", "last_name", "first_name", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "—"
    actions = None
    filter_horizontal = ()
    formfield_overrides = _TICKED


@admin.register(Group)
class RightsAdmin(GroupAdmin):
    """What the accounts of a group may do."""

    filter_horizontal = ()
    formfield_overrides = _TICKED
    show_facets = admin.ShowFacets.NEVER
    actions = None
