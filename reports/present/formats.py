"""How a value reads on screen. No database."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import phonenumbers
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

# A list shows numbers of this country in national style, all others with their code.
HOME_COUNTRY_CODE = 81

# So many last digits of a number stay readable for those who may not see it.
DIGITS_LEFT = 4


def text(value: object) -> str:
    """A code, a name or a number of ours as it is."""
    return str(value)


def count(value: int) -> str:
    """A number of things, its thousands grouped as the language does."""
    return number_format(value, use_l10n=True, force_grouping=True)


def percent(fraction: float) -> str:
    """A fraction as per cent with one decimal, halves rounded up: 81.9%."""
    # By way of repr: the binary value of 0.8185 lies below the half.
    exact = Decimal(repr(fraction)) * 100
    rounded = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{number_format(rounded, decimal_pos=1)}%"


def mean_duration(seconds: float) -> str | None:
    """An average length of time, to the second, halves rounded up."""
    return duration(int(Decimal(repr(seconds)).quantize(Decimal(1), ROUND_HALF_UP)))


def moment(value: datetime) -> str:
    """A moment to the second, in the zone that is active."""
    local = timezone.localtime(value)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"


def short_moment(value: datetime, now: datetime) -> str:
    """A moment to the minute, with its day unless that is today."""
    local, today = timezone.localtime(value), timezone.localtime(now)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    style = "MONTH_DAY_FORMAT" if local.year == today.year else "SHORT_DATE_FORMAT"
    return f"{date_format(local, style)} {local:%H:%M}"


def age(value: datetime, now: datetime) -> str:
    """How long ago a moment was, in its two largest units: 2 h 14 min ago."""
    minutes = max(int((now - value).total_seconds()), 0) // 60
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return gettext("%(days)d d %(hours)d h ago") % {"days": days, "hours": hour}
    if hours:
        said = gettext("%(hours)d h %(minutes)d min ago")
        return said % {"hours": hour, "minutes": minute}
    if minutes:
        return gettext("%(minutes)d min ago") % {"minutes": minutes}
    return gettext("just now")


def interval(value: datetime | str) -> str:
    """The start of an interval; hours of the day and weekdays stay what they are."""
    if isinstance(value, str):
        return value
    local = timezone.localtime(value)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"


def yes_or_no(value: bool) -> str:
    """Whether it is so."""
    return gettext("yes") if value else gettext("no")


def masked_number(number: str) -> str:
    """A number of which only the last digits may be read: ********5678."""
    return "*" * max(len(number) - DIGITS_LEFT, 0) + number[-DIGITS_LEFT:]


def country(number: str) -> str:
    """The country of an E.164 number by its ISO code; empty when nobody can tell."""
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
    """Which of the countries that share a code: the whole number tells, slowly."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def duration(seconds: int | None) -> str | None:
    """A length of time as `0:01:35`; nothing stays nothing."""
    if seconds is None:
        return None
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}"


def phone_number(number: str) -> str:
    """A number as people write it: 03-1234-5678, or +1 201-555-0123 from abroad.

    What is no number in international form stays as it is.
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
