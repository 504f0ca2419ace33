"""The log-in page, the page of those locked out, and the admin's frame for both."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

View = Callable[..., HttpResponseBase]


class LoginView(views.LoginView):
    """The admin's log-in page; who has a second step goes there before coming in."""

    authentication_form = AdminAuthenticationForm
    template_name = "admin/login.html"
    next_page = "admin:index"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if admin.site.has_permission(request):
            return redirect("admin:index")
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        login = Login(user=user, redirect_url=self.get_success_url())
        who = {"username": user.get_username()}
        answer: HttpResponse = perform_password_login(self.request, who, login)
        return answer

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
    """Says after how many failures, and when the next attempt is welcome."""
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


def in_the_admin(view: View) -> View:
    """The view, its page in the frame of the admin."""

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            own = response.context_data or {}
            response.context_data = {**admin.site.each_context(request), **own}
        return response

    return framed
