"""On which days somebody answers the telephone, by the setup of today."""

from datetime import date, timedelta

from callcenter.models import BusinessHours, Holiday, PhoneLine
from reports.query.periods import DAY

# Nowhere are holidays longer.
_MOST_DAYS = timedelta(days=31)


def last_business_day(today: date) -> date:
    """The last day before today on which a line was open at some time.

    As the flow knows it: a line without hours is open but on holidays. Yesterday where
    no line has been open for a month, and where there is none. Three queries.
    """
    lines = set(PhoneLine.objects.values_list("pk", flat=True))
    hours = set(BusinessHours.objects.values_list("line", "weekday"))
    holidays: set[tuple[int | None, date]] = set(
        Holiday.objects.filter(
            date__range=(today - _MOST_DAYS, today - DAY)
        ).values_list("line", "date")
    )
    always_open = lines - {line for line, _weekday in hours}

    def is_open(line: int, day: date) -> bool:
        if (line, day) in holidays or (None, day) in holidays:
            return False
        return line in always_open or (line, day.isoweekday()) in hours

    day = yesterday = today - DAY
    while today - day <= _MOST_DAYS:
        if any(is_open(line, day) for line in lines):
            return day
        day -= DAY
    return yesterday
