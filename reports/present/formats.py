"""How a value is written on a page. No database."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import gettext

from callcenter.forgotten import is_forgotten
from callcenter.numbers import phone_number

# How many last digits of a number are shown to users who may not see numbers.
DIGITS_LEFT = 4


def count(value: int) -> str:
    """A whole number, with thousands grouped as the language does: 1,234."""
    return number_format(value, use_l10n=True, force_grouping=True)


def percent(fraction: float) -> str:
    """A fraction as a percentage with one decimal, halves rounded up: 81.9%."""
    # repr gives 0.8185, whose binary value is a little less and would be rounded down.
    exact = Decimal(repr(fraction)) * 100
    rounded = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{number_format(rounded, decimal_pos=1)}%"


def decimal(value: float) -> str:
    """A number with one decimal, halves rounded up: 2.4."""
    rounded = Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return number_format(rounded, decimal_pos=1, force_grouping=True)


def mean_duration(seconds: float) -> str | None:
    """An average length of time in seconds, halves rounded up, as `duration` does."""
    return duration(int(Decimal(repr(seconds)).quantize(Decimal(1), ROUND_HALF_UP)))


def change_of_count(value: int) -> str:
    """How much more it is now, with its sign: +12."""
    return _sign(value) + count(abs(value))


def change_of_decimal(value: float) -> str:
    """The difference of two numbers with one decimal: −0.7."""
    shown = decimal(abs(value))
    # What is shown as nothing has no direction.
    return _sign(0 if shown == decimal(0) else value) + shown


def change_of_fraction(value: float) -> str:
    """The difference of two fractions in percentage points: −1.4 pt."""
    points = percent(abs(value)).removesuffix("%")
    return gettext("%(points)s pt") % {"points": _sign(value) + points}


def change_of_seconds(value: float) -> str:
    """The difference of two lengths of time: +0:00:08."""
    return f"{_sign(value)}{mean_duration(abs(value))}"


def _sign(value: float) -> str:
    return "+" if value > 0 else "−" if value < 0 else "±"


def moment(value: datetime) -> str:
    """A moment to the second, in the zone that is active."""
    return date_format(timezone.localtime(value), "DATETIME_FORMAT")


def day(value: date) -> str:
    """A day with its year."""
    return date_format(value, "DATE_FORMAT")


def day_and_weekday(value: date) -> str:
    """A day with its year and its weekday."""
    return f"{date_format(value, 'DATE_FORMAT')} ({date_format(value, 'D')})"


def minute(value: datetime) -> str:
    """A moment to the minute with its year."""
    style = get_format("DATETIME_FORMAT").removesuffix(":s")
    return date_format(timezone.localtime(value), style)


def short_moment(value: datetime, now: datetime) -> str:
    """A moment to the minute, with its day unless it is today's.

    The year is left out if it is that of `now`.
    """
    local, today = timezone.localtime(value), timezone.localtime(now)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.year == today.year:
        return date_format(local, "SHORT_DATETIME_FORMAT")
    return minute(value)


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


def later(seconds: int) -> str:
    """How much later something was, in its two largest units: 2 h 14 min later."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return gettext("%(days)d d %(hours)d h later") % {"days": days, "hours": hour}
    if hours:
        said = gettext("%(hours)d h %(minutes)d min later")
        return said % {"hours": hour, "minutes": minute}
    if minutes:
        said = gettext("%(minutes)d min %(seconds)d s later")
        return said % {"minutes": minute, "seconds": second}
    return gettext("%(seconds)d s later") % {"seconds": second}


def seconds(value: int) -> str:
    """A setting in seconds, with its unit: 600 s."""
    return gettext("%(seconds)s s") % {"seconds": count(value)}


def interval(value: datetime | str) -> str:
    """The start of an interval; the code of an hour or weekday is left unchanged."""
    if isinstance(value, str):
        return value
    return minute(value)


def yes_or_no(value: bool) -> str:
    """Yes or no in the language of the reader."""
    return gettext("yes") if value else gettext("no")


def number(value: str) -> str:
    """A number as people write it; of a forgotten caller that it was erased.

    Then the last letters of the pseudonym tell one caller from another.
    """
    if is_forgotten(value):
        return gettext("Erased (%(code)s)") % {"code": value[-DIGITS_LEFT:]}
    return phone_number(value)


def masked_number(number: str) -> str:
    """A number with all but its last digits hidden: ********5678.

    Of a forgotten caller there is nothing to hide.
    A number that is no longer than these, such as an extension, is hidden as a whole.
    Of a SIP address the user part is hidden: sip:****@pbx.example.com.
    """
    if is_forgotten(number):
        return number
    scheme, is_address, rest = number.partition(":")
    if is_address and scheme.isalpha():
        user, at, host = rest.partition("@")
        return f"{scheme}:{'*' * len(user)}{at}{host}"
    if len(number) <= DIGITS_LEFT:
        return "*" * len(number)
    return "*" * (len(number) - DIGITS_LEFT) + number[-DIGITS_LEFT:]


def duration(seconds: int | None) -> str | None:
    """A length of time in seconds as `0:01:35`; None stays None."""
    if seconds is None:
        return None
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}"
