"""Codes of the second step: each works once; wrong ones count like wrong passwords."""

from typing import Any

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CountedCode(forms.Form):
    """A code from an app, or a recovery code; mixed into allauth's forms.

    `user` and `authenticator` are attributes of those forms: whose code is asked for,
    and which of the user's authenticators the code has matched.
    """

    user: Any
    authenticator: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code")
        field.widget.attrs = {
            "autocomplete": "one-time-code",
            "autofocus": True,
            "maxlength": 20,
        }

    def clean_code(self) -> str:
        """The code, if it is right and unused and the account is not locked.

        Raises ValidationError otherwise; without a text for a locked account, since
        axes then answers with its own page.
        """
        request = context.request
        who = {"username": self.user.get_username()}
        if not AxesProxyHandler.is_allowed(request, who):
            request.axes_locked_out = True
            raise ValidationError("")
        last_used = dict(
            Authenticator.objects.filter(user=self.user).values_list(
                "pk", "last_used_at"
            )
        )
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            used_at = last_used[self.authenticator.pk]
            if self.authenticator.type == Authenticator.Type.TOTP and _is_now(used_at):
                # allauth remembers used codes in a cache that processes do not share.
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            user_login_failed.send(__name__, credentials=who, request=request)
            raise
        return code


class LoginCode(CountedCode, AuthenticateForm):
    """The code asked for after the password."""


class ConfirmationCode(CountedCode, ReauthenticateForm):
    """The code asked for before the second step itself is changed."""


def _is_now(moment: Any) -> bool:
    """Whether a moment lies in the 30 seconds for which the present code is valid."""
    period = app_settings.TOTP_PERIOD
    now = timezone.now().timestamp() // period
    return moment is not None and moment.timestamp() // period == now
