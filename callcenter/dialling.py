"""Which numbers Twilio may be told to dial; minutes abroad cost us. No database."""

import re
from functools import lru_cache

import phonenumbers
from django.conf import settings
from phonenumbers import PhoneNumberType, ValidationResult

from callcenter.numbers import HOME_COUNTRY_CODE, e164

# Whoever rings one of these pays more than for the call, or for each minute.
_CHARGED = (
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
)
# phonenumbers holds far longer numbers of Japan for possible, such as 0031 and a
# number, which chooses a carrier; and does not know 0170 and 0180. The ministry's
# numbering plan has 9 digits behind the 0 for telephones in a place and for services,
# and 10 for mobile and IP telephones.
_AT_HOME = re.compile(r"(?!170|180|570|990)[1-9][0-9]{8,9}")


def may_dial(number: str) -> bool:
    """Whether a number, in international form, is one of those that may be dialled.

    It begins with a prefix of the setting, and is an ordinary one.
    """
    return has_prefix(number) and _is_ordinary(number)


def has_prefix(number: str) -> bool:
    """Whether a number, in international form, begins with a prefix of the setting."""
    return number.startswith(tuple(settings.DIAL_PREFIXES))


def is_dialled(text: str) -> bool:
    """Whether a text is a number in international form, and one that may be dialled.

    Callers may send any text in place of a number, and it is kept as it came.
    """
    return e164(text) == text != "" and may_dial(text)


@lru_cache(maxsize=4096)
def _is_ordinary(number: str) -> bool:
    """Whether it is as long as numbers of its country, not short and not charged more.

    It need not be given to anybody: so those of the demo are ordinary too.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    length = phonenumbers.is_possible_number_with_reason(parsed)
    if length != ValidationResult.IS_POSSIBLE:
        return False
    # Such as 110 and 119, where a country has numbers that are as short.
    if phonenumbers.is_valid_short_number(parsed):
        return False
    if phonenumbers.number_type(parsed) in _CHARGED:
        return False
    if parsed.country_code != HOME_COUNTRY_CODE:
        return True
    # A trunk prefix that was left behind the code of the country is none of these.
    return bool(_AT_HOME.fullmatch(number.removeprefix(f"+{HOME_COUNTRY_CODE}")))
