"""Which days of a past were public holidays in Japan. No database."""

from collections.abc import Iterable
from datetime import date

from holidays import country_holidays

from callcenter.demo.setup import names


def holidays(days: Iterable[date]) -> dict[date, str]:
    """Which of these days are holidays, with their names in the installation."""
    spoken = {"ja": "ja", "en": "en_US"}[names.language()]
    wanted = set(days)
    years = {day.year for day in wanted}
    found = country_holidays("JP", language=spoken, years=years, expand=False)
    return {day: name for day, name in sorted(found.items()) if day in wanted}
