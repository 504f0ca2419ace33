"""What django-allauth asks us: who may sign up, which messages to show, the QR code."""

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

from callcenter import keyed

# allauth names a message by the template of its text; others than these are not shown.
_MESSAGES: dict[str | None, StrOrPromise] = {
    "mfa/messages/totp_activated.txt": _(
        "From now on, logging in asks for a code from your app."
    ),
    "mfa/messages/totp_deactivated.txt": _("Logging in no longer asks for a code."),
    "mfa/messages/recovery_codes_generated.txt": _(
        "These are your recovery codes. Earlier ones no longer work."
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Nobody can sign up, and only the messages above are shown."""

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
        """Shows our text in place of allauth's, or nothing if we have none."""
        if text := message or _MESSAGES.get(message_template):
            messages.add_message(request, level, text, extra_tags)


class SecondStepAdapter(DefaultMFAAdapter):
    """Names an account by its log-in name, and draws the QR code into the page.

    What codes are made of is kept encrypted: whoever reads the database makes none.
    """

    def encrypt(self, text: str) -> str:
        return keyed.encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises ValueError if it was made with an unknown SECRET_KEY."""
        return keyed.decrypted(encrypted_text)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an <svg> element of the page.

        allauth's has an XML head, for an <img> with a data: address; the content
        security policy forbids those.
        """
        image: Any = qrcode.make(url, image_factory=SvgPathImage, border=2)
        svg: str = image.to_string(encoding="unicode")
        return svg
