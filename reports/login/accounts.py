"""Accounts and groups in the admin: who may log in, and what a group may do.

Rights are given to groups. Django's own page of an account also offers each permission
by itself, in a widget that screen readers cannot use: that field is left out here.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from callcenter import access_log
from reports.admin.listing import ListAdmin
from reports.login.sessions import end_sessions

_TICKED: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
}

# Apps whose tables have no pages here: permissions for them would have no effect.
_WITHOUT_PAGES = ("account", "axes", "contenttypes", "mfa", "sessions")

# No e-mail address is verified here, and keys of authenticator apps are secret.
admin.site.unregister([User, Group, EmailAddress, Authenticator])


@admin.register(User)
class AccountAdmin(ListAdmin[User], UserAdmin[User]):
    """Who may log in; and actions for those who cannot."""

    fieldsets = (
        (None, {"fields": ["username", "password", "is_active"]}),
        (_("Person"), {"fields": ["last_name", "first_name", "email"]}),
        (_("Rights"), {"fields": ["groups", "is_staff", "is_superuser"]}),
        (_("Log-in"), {"fields": ["last_login", "date_joined"]}),
    )
    readonly_fields = ["last_login", "date_joined"]
    list_display = [
        "username",
        "last_name",
        "first_name",
        "is_active",
        "has_second_step",
        "last_login",
    ]
    list_filter = ["is_active", "groups"]
    show_facets = admin.ShowFacets.NEVER
    actions = ["switch_second_step_off", "unlock", "end_sessions"]
    filter_horizontal = ()
    formfield_overrides = _TICKED

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Superusers' accounts are changed by superusers alone."""
        may_change = super().has_change_permission(request, obj)
        return may_change and _may_touch(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Superusers' accounts are deleted by superusers alone."""
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and _may_touch(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What gives rights is for superusers: whoever gave it could take it too."""
        fields = super().get_readonly_fields(request, obj)
        return fields if _is_superuser(request) else [*fields, "groups", "is_superuser"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        steps = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        return super().get_queryset(request).annotate(second_step=Exists(steps))

    @admin.display(description=_("two-factor authentication"), boolean=True)
    def has_second_step(self, user: Any) -> bool:
        is_on: bool = user.second_step  # get_queryset adds it
        return is_on

    @admin.action(
        description=_("Switch off two-factor authentication (phone lost)"),
        permissions=["change"],
    )
    def switch_second_step_off(
        self, request: HttpRequest, queryset: models.QuerySet[User]
    ) -> None:
        users = [
            user for user in _touchable(request, queryset) if self.has_second_step(user)
        ]
        Authenticator.objects.filter(user__in=users).delete()
        for user in users:
            self.log_change(request, user, "Switched two-factor authentication off.")
        text = ngettext(
            "Two-factor authentication of %(count)d account has been switched off.",
            "Two-factor authentication of %(count)d accounts has been switched off.",
            len(users),
        )
        messages.success(request, text % {"count": len(users)})

    @admin.action(
        description=_("Unlock (after failed log-ins)"), permissions=["change"]
    )
    def unlock(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        locked = [
            user
            for user in _touchable(request, queryset)
            if AxesProxyHandler.reset_attempts(username=user.get_username())
        ]
        for user in locked:
            self.log_change(request, user, "Let in again after failures to log in.")
        text = ngettext(
            "%(count)d account has been unlocked.",
            "%(count)d accounts have been unlocked.",
            len(locked),
        )
        messages.success(request, text % {"count": len(locked)})

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def end_sessions(
        self, request: HttpRequest, queryset: models.QuerySet[User]
    ) -> None:
        users = list(_touchable(request, queryset))
        count = end_sessions([user.pk for user in users])
        for user in users:
            self.log_change(request, user, "Ended the sessions.")
            access_log.note(
                access_log.Kind.SESSIONS_ENDED,
                request,
                user=request.user,
                subject=user.get_username(),
            )
        text = ngettext(
            "%(count)d session has been ended.",
            "%(count)d sessions have been ended.",
            count,
        )
        messages.success(request, text % {"count": count})


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or _is_superuser(request)


def _touchable(
    request: HttpRequest, users: models.QuerySet[User]
) -> models.QuerySet[User]:
    """Those of the accounts that the reader may change."""
    return users if _is_superuser(request) else users.filter(is_superuser=False)


@admin.register(Group)
class RightsAdmin(ListAdmin[Group], GroupAdmin):
    """What the accounts of a group may do."""

    filter_horizontal = ()
    formfield_overrides = _TICKED
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """What a group may do is a superuser's matter, as who is in it."""
        return super().has_add_permission(request) and _is_superuser(request)

    def has_change_permission(
        self, request: HttpRequest, obj: Group | None = None
    ) -> bool:
        may_change = super().has_change_permission(request, obj)
        return may_change and _is_superuser(request)

    def has_delete_permission(
        self, request: HttpRequest, obj: Group | None = None
    ) -> bool:
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and _is_superuser(request)

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field and db_field.name == "permissions":
            field.queryset = field.queryset.exclude(
                content_type__app_label__in=_WITHOUT_PAGES
            )
        return field
