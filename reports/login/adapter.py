"""What the library for the second step is told about us."""

from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from qrcode.image.svg import SvgPathImage

# What is said of what was done; everything else goes without saying.
_SAID: dict[str | None, StrOrPromise] = {
    "mfa/messages/totp_activated.txt": _("Logging in now asks for a code of your app."),
    "mfa/messages/totp_deactivated.txt": _("Logging in asks for no code any more."),
    "mfa/messages/recovery_codes_generated.txt": _(
        "These are your recovery codes; earlier ones are no longer good."
    ),
}


class Account(DefaultAccountAdapter):
    """Nobody signs up, and messages are ours."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if text := message or _SAID.get(message_template):
            messages.add_message(request, level, text, extra_tags)


class SecondStep(DefaultMFAAdapter):
    """An account is known by its log-in; the QR code stands in the page itself."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def build_totp_svg(self, url: str) -> str:
        # An image of a data: address would need a hole in the policy.
        image: Any = qrcode.make(url, image_factory=SvgPathImage, border=2)
        svg: str = image.to_string(encoding="unicode")
        return svg
