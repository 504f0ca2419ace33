"""Telephone numbers: which text is one, which withhold the caller, how to write one.

No database. A number is kept in international form (E.164): + and at most 15 digits.
"""

import re
from functools import lru_cache

import phonenumbers

# Numbers of this country are written in national style, all others with their code.
HOME_COUNTRY_CODE = 81
_HOME_REGION = "JP"

E164_PATTERN = r"\+[1-9][0-9]{1,14}"
_E164 = re.compile(E164_PATTERN)

# What carriers and Twilio send for a caller who withholds the number: words typed on a
# keypad (docs/twilio.md 1.3). They look like numbers, but two calls with the same one
# need not come from the same caller.
WITHHELD_NUMBERS = frozenset(
    {
        "+266696687",  # ANONYMOUS
        "+7378742833",  # RESTRICTED
        "+17378742833",
        "+7378742883",  # as misprinted in a support article
        "+2562533",  # BLOCKED
        "+8656696",  # UNKNOWN
        "+86282452253",  # UNAVAILABLE
        "+464",
    }
)


def e164(text: str) -> str:
    """The text if it is a number in international form, else empty; never repaired."""
    return text if _E164.fullmatch(text) else ""


def known_number(text: str) -> str:
    """The number if it says whose it is; empty if it is withheld or no E.164."""
    return "" if text in WITHHELD_NUMBERS else e164(text)


def phone_number(number: str) -> str:
    """A number as people write it: 03-1234-5678, or +1 201-555-0123 from abroad.

    Text that is not a number in international form is given back unchanged.
    """
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code == HOME_COUNTRY_CODE:
        style = phonenumbers.PhoneNumberFormat.NATIONAL
    else:
        style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def international_form(text: str) -> str:
    """The E.164 of a number as people write it; a national one is of the home country.

    Text that cannot be a number is given back unchanged.
    """
    try:
        parsed = phonenumbers.parse(text, _HOME_REGION)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(parsed):
        return text
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def country(number: str) -> str:
    """The ISO code of the country of an E.164 number; empty if it cannot be known."""
    for digits in (1, 2, 3) if number.startswith("+") else ():
        code = number[1 : 1 + digits]
        if code.isdecimal() and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)]
            region = regions[0] if len(regions) == 1 else _region(number)
            return (
                "" if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else region
            )
    return ""


@lru_cache(maxsize=65536)
def _region(number: str) -> str:
    """The country of a number whose code several countries share.

    This needs the whole number, and is slow.
    """
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""
