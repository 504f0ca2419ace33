"""The log-in page, the page for locked accounts, the admin's frame around allauth's."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import perform_login
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from callcenter import access_log
from callcenter.access_log import Kind

View = Callable[..., HttpResponseBase]


class LogInForm(AdminAuthenticationForm):
    """Name and password; also a refusal of the right ones is recorded."""

    def confirm_login_allowed(self, user: Any) -> None:
        """Refuse accounts that may not enter the admin."""
        try:
            super().confirm_login_allowed(user)
        except ValidationError:
            access_log.note(Kind.LOGIN_FAILED, self.request, user=user)
            raise


class LoginView(views.LoginView):
    """The admin's log-in page; an account with a second step is asked for its code."""

    authentication_form = LogInForm
    template_name = "admin/login.html"
    next_page = "admin:index"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if admin.site.has_permission(request):
            return redirect("admin:index")
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = perform_login(
            self.request, form.get_user(), redirect_url=self.get_success_url()
        )
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **admin.site.each_context(self.request),
            title=_("Log in"),
            app_path=self.request.get_full_path(),
            username=self.request.user.get_username(),
            **kwargs,
        )


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page after too many failed attempts, with the time from which to try again.

    axes calls this (AXES_LOCKOUT_CALLABLE) instead of showing the log-in page.
    """
    cool_off = get_cool_off(request)
    handler = AxesProxyHandler.get_implementation()
    attempts = [
        attempt.attempt_time
        for found in handler.get_user_attempts(request, credentials)
        for attempt in found
    ]
    shown = {
        **admin.site.each_context(request),
        "until": max(attempts) + cool_off if attempts and cool_off else None,
    }
    return render(request, "admin/locked_out.html", shown, status=429)


def in_admin_frame(view: View) -> View:
    """The view with the context that the admin's base template needs."""

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            own = response.context_data or {}
            response.context_data = {**admin.site.each_context(request), **own}
        return response

    return framed
