"""Which numbers Twilio may be told to dial; minutes abroad cost us. No database."""

from django.conf import settings

from callcenter.numbers import e164


def may_dial(number: str) -> bool:
    """Whether a number, in international form, begins with a prefix of the setting."""
    return number.startswith(tuple(settings.DIAL_PREFIXES))


def is_dialled(text: str) -> bool:
    """Whether a text is a number in international form, and one that may be dialled.

    Callers may send any text in place of a number, and it is kept as it came.
    """
    return e164(text) == text != "" and may_dial(text)
