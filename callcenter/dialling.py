"""Which numbers Twilio may be told to dial; minutes abroad cost us. No database."""

from django.conf import settings


def may_dial(number: str) -> bool:
    """Whether a number, in international form, begins with a prefix of the setting."""
    return number.startswith(tuple(settings.DIAL_PREFIXES))
