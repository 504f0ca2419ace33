"""Stores what the connections, talk and states of operators in a day add up to."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from reports.models import OperatorDay
from reports.query.operator_rows import sums_of_rows
from reports.query.periods import day_of_quarter
from reports.query.selection import Selection


def store_operator_sums(quarters: Collection[int], zone: ZoneInfo) -> None:
    """Count the days in which these quarter hours (epoch // 900) lie."""
    days = {day_of_quarter(quarter, zone) for quarter in quarters}
    rows = [
        OperatorDay(day=day, operator=operator, **sums)
        for day in sorted(days)
        for operator, sums in sums_of_rows(Selection(day, day, zone)).items()
    ]
    OperatorDay.objects.filter(day__in=days).delete()
    OperatorDay.objects.bulk_create(rows)
