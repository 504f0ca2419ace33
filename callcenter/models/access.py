"""Who came in, who was refused, and who looked at what: the record of access."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessRecord(models.Model):
    """One log-in, one refusal, or one look at what is guarded. Nobody edits it.

    No row holds a password, a PIN, a signature or a caller's whole number.
    """

    class Kind(models.TextChoices):
        """What was done, or tried."""

        LOGIN = "login", _("logged in")
        LOGIN_FAILED = "login-failed", _("log-in failed")
        LOGOUT = "logout", _("logged out")
        SESSIONS_ENDED = "sessions-ended", _("sessions ended by an administrator")
        WRONG_PIN = "wrong-pin", _("wrong PIN")
        WEBHOOK_REFUSED = "webhook-refused", _("webhook refused")
        RAW_REQUEST = "raw-request", _("raw request opened")
        NUMBER_SEARCH = "number-search", _("whole number searched")
        CALLER_PAGE = "caller-page", _("caller's page opened")
        CALLER_FORGOTTEN = "caller-forgotten", _("caller forgotten")
        NUMBERS_FORGOTTEN = "numbers-forgotten", _("old numbers forgotten")
        VOICEMAIL_PLAYED = "voicemail-played", _("voicemail played")
        RECORDING_PLAYED = "recording-played", _("recording played")
        AUDIO_DELETION = "audio-deletion", _("audio to be deleted at Twilio")
        WALL_ADDRESS = "wall-address", _("address of a wall screen made")

    at = models.DateTimeField(_("date and time"))
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    # Kept when the account is deleted. Of a name that is no account's it is only the
    # beginning (reports/login/recording.py).
    username = models.CharField(_("log-in name"), max_length=150, blank=True)
    # Of the browser, of Twilio, or of whoever claims to be Twilio; empty if unknown.
    address = models.CharField(_("address"), max_length=45, blank=True)
    subject = models.CharField(_("concerns"), max_length=255, blank=True)
    # How often the same happened since the record before; they are not kept one by one.
    count = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        verbose_name = _("record of access")
        verbose_name_plural = _("records of access")
        ordering = ["-at", "-id"]
        # Rows are never added, changed or deleted by people.
        default_permissions = ("view",)
        indexes = [
            # The list of a period, also of one kind; and what is too old.
            models.Index(fields=["at"], name="access_at"),
            models.Index(fields=["kind", "at"], name="access_kind_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.username or self.address}"
