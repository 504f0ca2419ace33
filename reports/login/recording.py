"""Writes log-ins, failed ones and log-outs to the record of access."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.dispatch import receiver
from django.http import HttpRequest

from callcenter import access_log
from callcenter.access_log import Kind

# Of a name that is no account's so much is kept: it may be a mistyped password.
_LETTERS_KEPT = 2


@receiver(user_logged_in)
def logged_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a log-in, and forget what is too old to be kept."""
    access_log.note(Kind.LOGIN, request, user=user)
    access_log.forget_old()


@receiver(user_logged_out)
def logged_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Record that somebody has logged out."""
    if user is not None:
        access_log.note(Kind.LOGOUT, request, user=user)


@receiver(user_login_failed)
def login_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Record a wrong name, password or code; never the password."""
    model = get_user_model()
    name = str(credentials.get(model.USERNAME_FIELD) or "")
    if not model.objects.filter(**{model.USERNAME_FIELD: name}).exists():
        name = f"{name[:_LETTERS_KEPT]}…"
    if request is None:
        access_log.note(Kind.LOGIN_FAILED, username=name)
    else:
        access_log.note_sparingly(Kind.LOGIN_FAILED, request, username=name)
