"""Why something failed is kept by a code, and read in each language."""

import errno
import smtplib

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import translation

from callcenter.reasons import Explained, Reason, kept, sentence


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OperationalError(2006, "gone away"), "database: OperationalError: "),
        (InterfaceError(0, ""), "database: InterfaceError: "),
        (OperationalError(1114, "The table is full"), "disk-full: OperationalError: "),
        (OperationalError("database or disk is full"), "disk-full: OperationalError"),
        (OSError(errno.ENOSPC, "No space left"), "disk-full: OSError: [Errno 28]"),
        (PermissionError(errno.EACCES, "denied"), "permission: PermissionError: "),
        (OSError(errno.EROFS, "read-only"), "permission: OSError: "),
        (smtplib.SMTPServerDisconnected("gone"), "mail: SMTPServerDisconnected: gone"),
        (Explained(Reason.TWILIO_FAILS, "500"), "twilio-fails: 500"),
        (IntegrityError(1062, "Duplicate"), "IntegrityError: (1062, 'Duplicate')"),
        (ValueError("no broom"), "ValueError: no broom"),
    ],
)
def test_usual_failures_are_kept_by_their_reason(error, reason):
    assert kept(error).startswith(reason)


def test_reason_is_read_in_the_language_of_the_page_with_its_detail():
    text = kept(OSError(errno.ENOSPC, "No space left on device"))

    with translation.override("en"):
        assert sentence(text) == (
            "The disk is full. (OSError: [Errno 28] No space left on device)"
        )
    with translation.override("ja"):
        assert sentence(text).startswith("ディスクの空き容量がありません。（OSError")
        assert str(Explained(Reason.INTERRUPTED)) == "It was interrupted."


@pytest.mark.parametrize(
    "old", ["ValueError: no broom", "Twilio fails (500, 5 tries): try again later.", ""]
)
def test_what_has_no_code_reads_as_it_was_kept(old):
    assert sentence(old) == old
