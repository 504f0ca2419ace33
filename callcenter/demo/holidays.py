"""Japan's public holidays, by the law of 2018 and a formula for equinoxes.

No database.
"""

from collections.abc import Iterable
from datetime import date, timedelta

_FIXED = {
    (1, 1): "元日",
    (2, 11): "建国記念の日",
    (2, 23): "天皇誕生日",
    (4, 29): "昭和の日",
    (5, 3): "憲法記念日",
    (5, 4): "みどりの日",
    (5, 5): "こどもの日",
    (8, 11): "山の日",
    (11, 3): "文化の日",
    (11, 23): "勤労感謝の日",
}
# Month and which Monday of it.
_MONDAYS = {
    (1, 2): "成人の日",
    (7, 3): "海の日",
    (9, 3): "敬老の日",
    (10, 2): "スポーツの日",
}
_SUBSTITUTE = "振替休日"
_BETWEEN = "国民の休日"


def holidays(days: Iterable[date]) -> dict[date, str]:
    """Which of these days are holidays, with their Japanese names (2000 to 2099)."""
    return {
        day: name
        for day in days
        if (name := _name(day) or _substitute(day) or _between(day))
    }


def _name(day: date) -> str:
    if day.weekday() == 0:
        monday = _MONDAYS.get((day.month, (day.day + 6) // 7), "")
        if monday:
            return monday
    if day.month in (3, 9) and day.day == _equinox(day):
        return "春分の日" if day.month == 3 else "秋分の日"
    return _FIXED.get((day.month, day.day), "")


def _substitute(day: date) -> str:
    """The first weekday after a holiday on a Sunday that is none itself."""
    before = day - timedelta(days=1)
    while _name(before):
        if before.weekday() == 6:
            return _SUBSTITUTE
        before -= timedelta(days=1)
    return ""


def _between(day: date) -> str:
    """A day between two holidays is one as well."""
    one = timedelta(days=1)
    return _BETWEEN if _name(day - one) and _name(day + one) else ""


def _equinox(day: date) -> int:
    years = day.year - 1980
    begin = 20.8431 if day.month == 3 else 23.2488
    return int(begin + 0.242194 * years - years // 4)
