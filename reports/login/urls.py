"""Log-in and the pages of an account's own security, under allauth's URL names.

allauth's pages for signing up, e-mail addresses and the like are left out on purpose.
"""

from allauth.account import views as account
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib import admin
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView

from reports.login.password import OwnPasswordView
from reports.login.views import LoginView, View, in_admin_frame

_SECURITY: dict[str, tuple[str, View]] = {
    "": ("mfa_index", base.index),
    "code/": ("mfa_authenticate", base.authenticate),
    "confirm/": ("account_reauthenticate", account.reauthenticate),
    "confirm/code/": ("mfa_reauthenticate", base.reauthenticate),
    "app/on/": ("mfa_activate_totp", totp.activate_totp),
    "app/off/": ("mfa_deactivate_totp", totp.deactivate_totp),
    "recovery/": ("mfa_view_recovery_codes", recovery.view_recovery_codes),
    "recovery/new/": ("mfa_generate_recovery_codes", recovery.generate_recovery_codes),
    "recovery/file/": (
        "mfa_download_recovery_codes",
        recovery.download_recovery_codes,
    ),
}

urlpatterns = [
    path("login/", LoginView.as_view(), name="account_login"),
    path(
        "login/no/",
        RedirectView.as_view(pattern_name="account_login"),
        name="account_inactive",
    ),
    path(
        "password_change/",
        admin.site.admin_view(in_admin_frame(OwnPasswordView.as_view())),
        name="own_password",
    ),
    path("security/stop/", require_POST(account.logout), name="account_logout"),
    *(
        path(f"security/{route}", in_admin_frame(view), name=name)
        for route, (name, view) in _SECURITY.items()
    ),
]
