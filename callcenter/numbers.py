"""Telephone numbers: what `From` and `To` say of a caller and a line. No database.

The rules are docs/contract.md 8.7. A number is kept in international form (E.164): +
and at most 15 digits.
"""

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache
from itertools import accumulate, pairwise

import phonenumbers

# Numbers of this country are written in national style, all others with their code.
HOME_COUNTRY_CODE = 81
_HOME_REGION = "JP"
_HOME = f"+{HOME_COUNTRY_CODE}"
# No rule of the home country for hyphens looks at more of a number.
_LEADING_DIGITS = 6

E164_PATTERN = r"\+[1-9][0-9]{1,14}"
_E164 = re.compile(E164_PATTERN)
_DIGITS = re.compile(r"[0-9]+")
_URI = re.compile(r"(?:sips?|tel):([^@;]*)(?:@([^;]*))?.*", re.IGNORECASE | re.DOTALL)
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_HYPHENS = re.compile("[‐‑‒–—―−ーｰ]")
_TYPED = re.compile(r"[(]?[+0][-0-9 ()./]*")
_NOT_OF_A_NUMBER = re.compile("[^+0-9]")
_LONGEST = 255

# What carriers and Twilio send for a caller who withholds the number: a word, or the
# word typed on a keypad (docs/twilio.md 1.3). The latter look like numbers, but two
# calls with the same one need not come from the same caller.
_WITHHELD_WORDS = frozenset(
    {
        "anonymous",
        "restricted",
        "unavailable",
        "unknown",
        "blocked",
        "private",
        "withheld",
    }
)
# More that carriers and exchanges write in place of a number, in small letters and
# without spaces and punctuation. A telephone that is for everybody names nobody either.
_WITHHELD_TEXTS = frozenset(
    {
        *("nocallerid", "nocid", "nonumber", "idhidden", "hiddennumber"),
        *("notavailable", "outofarea", "notsupport", "notsupported", "userunset"),
        *("payphone", "publicphone", "publictelephone", "coinline"),
    }
)
# The same in Japanese, where words are not divided: 番号非通知, 非通知設定.
_WITHHELD_IN_JAPANESE = re.compile("非通知|通知不可|公衆電話|表示圏外")
_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_WITHHELD_DIGITS = frozenset(
    {word.translate(_KEYS) for word in _WITHHELD_WORDS}
    # As misprinted in a support article; and one more from there.
    | {"7378742883", "464"}
    # RESTRICTED with the code of the USA, where it could be a number in Texas.
    | {"17378742833"}
)


def e164(text: str) -> str:
    """The text if it is a number in international form, else empty; never repaired."""
    return text if _E164.fullmatch(text) else ""


@lru_cache(maxsize=4096)
def number_in(text: str) -> str:
    """The number that a `From` or `To` names beyond doubt, else empty.

    It is in international form: alone, as the user part of a SIP address or `tel:` URI,
    behind 00 instead of +, or written as we show it to people. Separators, and a
    national trunk prefix such as the 0 of +81 080, do not make another number of it.
    """
    user, _host = _parts(text)
    if e164(user):
        return _possible(user) or user
    if user.startswith("00") and _DIGITS.fullmatch(user):
        return _possible("+" + user[2:])
    separated = _without_separators(user)
    if separated and _is_valid(separated):
        return _possible(separated)
    # Otherwise two callers would read alike.
    number = international_form(user)
    return number if number != user and phone_number(number) == user else ""


def is_withheld(text: str) -> bool:
    """Whether a `From` names nobody: empty, words for that, or such a word in digits.

    Digits may have a country code before them, unless that makes a number of them.
    """
    user, host = _parts(text)
    if not user or host.casefold() == "anonymous.invalid":
        return True
    is_uri = _URI.fullmatch(_visible(text)) is not None
    words = [user] if is_uri else re.split(r"[\W_]+", user)
    if any(word.casefold() in _WITHHELD_WORDS for word in words):
        return True
    if not is_uri and "".join(words).casefold() in _WITHHELD_TEXTS:
        return True
    named = _WITHHELD_IN_JAPANESE.fullmatch if is_uri else _WITHHELD_IN_JAPANESE.search
    if named(user):
        return True
    digits = user.removeprefix("+").removeprefix("00")
    if digits in _WITHHELD_DIGITS:
        return True
    return any(
        digits.endswith(word) and _is_country_code(digits.removesuffix(word))
        for word in _WITHHELD_DIGITS
    ) and not _is_valid("+" + digits)


@lru_cache(maxsize=4096)
def caller_of(text: str) -> str:
    """Who calls, by a `From`: the number, empty if withheld, else the text as it came.

    Equal texts are one caller. What would look the same on a page is made equal.
    """
    if is_withheld(text):
        return ""
    return number_in(text) or _visible(text)[:_LONGEST]


def line_of(text: str, lines: Container[str] = ()) -> str:
    """The number of ours that was called, by a `To`; empty if that is not beyond doubt.

    `lines` are the numbers of our lines: their digits alone name them too.
    """
    number = number_in(text)
    if number:
        return number
    without_plus = "+" + _parts(text)[0]
    return without_plus if without_plus in lines else ""


def dial_url(caller: str) -> str:
    """The link that rings a caller back; empty for a text that cannot be dialled."""
    if caller.startswith("sip:"):
        return caller
    return f"tel:{caller}" if _DIGITS.fullmatch(caller.removeprefix("+")) else ""


def phone_number(number: str) -> str:
    """A number as people write it: 03-1234-5678, or +1 201-555-0123 from abroad.

    Text that is not a number in international form is given back unchanged.
    """
    if number.startswith(_HOME) and _E164.fullmatch(number):
        digits = f"0{number[len(_HOME) :]}"
        places = _hyphens(number[: len(_HOME) + _LEADING_DIGITS], len(number))
        if places is not None:
            cuts = [0, *places, len(digits)]
            return "-".join(digits[start:end] for start, end in pairwise(cuts))
    return _as_people_write(number)


@lru_cache(maxsize=65536)
def _hyphens(leading: str, length: int) -> tuple[int, ...] | None:
    """After how many digits hyphens stand in a national number that begins like this.

    A file of a million rows needs it: to format each number takes 0.1 ms. None where
    the national form is not the digits with a 0 before them.
    """
    sample = leading.ljust(length, "0")
    *groups, last = _as_people_write(sample).split("-")
    if "".join((*groups, last)) != f"0{sample[len(_HOME) :]}":
        return None
    return tuple(accumulate(map(len, groups)))


def _as_people_write(number: str) -> str:
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


def typed_number(text: str) -> str:
    """The E.164 of a number that somebody typed, with separators, also in full width.

    It begins with + or 00 and a country code, or with the 0 of a national number. Other
    text is given back unchanged.
    """
    plain = _HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).strip()
    if not _TYPED.fullmatch(plain):
        return text
    digits = _NOT_OF_A_NUMBER.sub("", plain)
    if digits.startswith("00"):
        return _possible(f"+{digits[2:]}") or text
    # Also a number of a test account, which no country could have given away.
    return e164(international_form(plain)) or e164(digits) or text


def is_too_short(number: str) -> bool:
    """Whether a number in international form has fewer digits than any of its country.

    What is sent in place of a withheld number is not judged.
    """
    if is_withheld(number):
        return False
    try:
        reason = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(number))
    except phonenumbers.NumberParseException as problem:
        # The code of a country alone is told as no number.
        too_short = phonenumbers.NumberParseException.TOO_SHORT_NSN
        return problem.error_type == too_short or bool(country_code(number))
    return reason == phonenumbers.ValidationResult.TOO_SHORT


def country(number: str) -> str:
    """The ISO code of the country of an E.164 number; empty if it cannot be known."""
    code = country_code(number)
    if not code:
        return ""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)]
    region = regions[0] if len(regions) == 1 else _region(number)
    return "" if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else region


def country_code(number: str) -> str:
    """The digits behind the + that say the country; empty if there are none."""
    for digits in (1, 2, 3) if number.startswith("+") else ():
        code = number[1 : 1 + digits]
        if code.isdecimal() and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return code
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


def user_part(caller: str) -> str:
    """What people know a caller by: the number, or the name before the @ of a host."""
    return _parts(caller)[0]


def _parts(text: str) -> tuple[str, str]:
    """The user part and the host of a SIP address; of another text all, and no host."""
    text = _visible(text)
    uri = _URI.fullmatch(text)
    return (uri[1].partition(":")[0], uri[2] or "") if uri else (text, "")


def _visible(text: str) -> str:
    """The text in one of the forms that look the same."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split())


def _without_separators(text: str) -> str:
    """Digits behind a + of a text that begins with + or 00; empty for other text."""
    plain = _HYPHENS.sub("-", text)
    if not _TYPED.fullmatch(plain):
        return ""
    digits = _NOT_OF_A_NUMBER.sub("", plain)
    if digits.startswith("00"):
        return e164(f"+{digits[2:]}")
    return e164(digits)


def _possible(number: str) -> str:
    """The number if a country could have given it to somebody, else empty.

    It is without a national trunk prefix behind the code of its country.
    """
    if not e164(number):
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _is_valid(number: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _is_country_code(digits: str) -> bool:
    return (
        _DIGITS.fullmatch(digits) is not None
        and int(digits) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    )
