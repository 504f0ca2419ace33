"""Why something failed, kept so that everybody reads it in their language.

What is kept is the code of a reason and, behind a colon, what a technician asks for: a
status, the name of an exception. What has no code is kept and shown as it is.
"""

import errno
import smtplib

from django.db import Error, InterfaceError, InternalError, OperationalError
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# How MariaDB says that a disk or a table is full; SQLite says it in words.
_FULL_NUMBERS = (1021, 1114)
_FULL_WORDS = "disk is full"


class Reason(TextChoices):
    """A reason, and the sentence that people read."""

    DATABASE = "database", _("The database is away or refuses its work.")
    DISK_FULL = "disk-full", _("The disk is full.")
    PERMISSION = "permission", _("A file or folder may not be read or written.")
    MAIL = "mail", _("The mail server failed or refused.")
    INTERRUPTED = "interrupted", _("It was interrupted.")
    TWILIO_NOT_SET_UP = (
        "twilio-not-set-up",
        _("MiniCC has no credentials to ask Twilio with."),
    )
    RECORDING_GONE = (
        "recording-gone",
        _("The recording is not at Twilio, or not there yet."),
    )
    RECORDING_TOO_LONG = (
        "recording-too-long",
        _("The recording is too long to be fetched."),
    )
    MANY_LISTENERS = (
        "many-listeners",
        _("Many people are listening at this moment: try again soon."),
    )
    TWILIO_UNREACHABLE = "twilio-unreachable", _("Twilio cannot be reached.")
    TWILIO_SLOW = "twilio-slow", _("Twilio did not answer in time.")
    TWILIO_CUT_OFF = "twilio-cut-off", _("Twilio's answer was cut off.")
    TWILIO_CREDENTIALS = (
        "twilio-credentials",
        _("Twilio refuses our credentials: check these settings."),
    )
    TWILIO_ACCOUNT = (
        "twilio-account",
        _("Twilio does not know this account: check TWILIO_ACCOUNT_SID."),
    )
    TWILIO_TOO_OFTEN = (
        "twilio-too-often",
        _("Twilio is asked too often: try again later."),
    )
    TWILIO_FAILS = "twilio-fails", _("Twilio fails: try again later.")
    TWILIO_REFUSES = "twilio-refuses", _("Twilio refuses the request.")
    TWILIO_OTHER = (
        "twilio-other",
        _("Twilio's answer is not what its reference describes."),
    )
    LOG_UNREADABLE = (
        "log-unreadable",
        _("A page of Twilio's call log cannot be read."),
    )
    LOG_REPEATS = (
        "log-repeats",
        _("Twilio's call log repeats itself: a page brought no further call."),
    )


class Explained(Exception):
    """Something failed for a known reason; the text is its sentence in English."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.kept = f"{reason.value}: {detail}" if detail else reason.value
        with translation.override("en"):
            super().__init__(sentence(self.kept))


def parts(kept: str) -> tuple[Reason | None, str]:
    """The reason in a text that was kept, and the detail; no reason where none is."""
    code, _colon, detail = kept.partition(": ")
    return (Reason(code), detail) if code in Reason.values else (None, kept)


def sentence(kept: str) -> str:
    """A text that was kept as people read it, in the language of the moment."""
    reason, detail = parts(kept)
    if reason is None:
        return kept
    if not detail:
        return str(reason.label)
    return gettext("%(reason)s (%(detail)s)") % {
        "reason": reason.label,
        "detail": detail,
    }


def kept(error: BaseException) -> str:
    """What to keep of an exception."""
    if isinstance(error, Explained):
        return error.kept
    detail = f"{type(error).__name__}: {error}"
    reason = _reason(error)
    return f"{reason.value}: {detail}" if reason else detail


def _reason(error: BaseException) -> Reason | None:
    """The reason of a failure outside of MiniCC; None for any other."""
    match error:
        case smtplib.SMTPException():
            return Reason.MAIL
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Reason.DISK_FULL
        case OSError(errno=errno.EACCES | errno.EPERM | errno.EROFS):
            return Reason.PERMISSION
        case Error() if _is_full(error):
            return Reason.DISK_FULL
        case OperationalError() | InterfaceError() | InternalError():
            return Reason.DATABASE
    return None


def _is_full(error: Error) -> bool:
    return error.args[:1] in [(number,) for number in _FULL_NUMBERS] or (
        _FULL_WORDS in str(error)
    )
