"""Where REQUIRE_SECOND_STEP is set, staff without a second step can only add one."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.translation import gettext

Handler = Callable[[HttpRequest], HttpResponseBase]

# Adding the second step asks for the password once more; logging out is always free.
_OPEN = {
    "mfa_activate_totp",
    "mfa_index",
    "account_reauthenticate",
    "account_login",
    "account_logout",
    "admin:logout",
    "admin:language",
    "admin:jsi18n",
}


def demand_second_step(get_response: Handler) -> Handler:
    """A middleware that leads staff to the page on which the second step is added."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if _lacks_it(request) and resolve(request.path_info).view_name not in _OPEN:
            text = gettext("First add two-factor authentication: it is required here.")
            messages.warning(request, text)
            return redirect("mfa_activate_totp")
        return get_response(request)

    return answer


def _lacks_it(request: HttpRequest) -> bool:
    user = request.user
    return settings.REQUIRE_SECOND_STEP and user.is_staff and not is_mfa_enabled(user)
