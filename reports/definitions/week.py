"""When callers come and how they fare: by weekday and hour."""

from collections import defaultdict
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from reports.definitions.counting import FORMULA, EntryCounts
from reports.present import names
from reports.query.metrics import by_formula, measure, measured, sums
from reports.query.periods import HourOfWeek
from reports.query.selection import Selection
from reports.query.table import Column, Reading, Row
from reports.query.tallies import Time, sum_tallies, total_of
from reports.query.tally import Tally

_MEASURES = [
    measure("entered"),
    measure("offered"),
    measure("answered"),
    measure("abandoned"),
    measure("service_level"),
    measure("abandonment_rate"),
    measure("asa_seconds"),
]


class HeatMapReport(EntryCounts):
    """One row per hour of the week that the period touches, quiet ones too."""

    slug = "heat-map"
    title = _("Weekdays and hours")
    fields = (*EntryCounts.fields, *FORMULA)
    hides_quiet = True
    measures = (
        "offered",
        "entered",
        "answered",
        "abandoned",
        "service_level",
        "abandonment_rate",
        "asa_seconds",
    )
    columns = [
        Column("weekday", _("Weekday"), names=names.weekdays),
        Column("hour", _("Hour"), names=names.hours),
        *_MEASURES,
    ]

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows, of all queues together; the total is made from the sum of all."""
        found = sum_tallies(asked, Time(asked.period.hour_of_week))
        by_hour: dict[HourOfWeek, Tally] = defaultdict(Tally)
        for (hour, _queue), tally in found.items():
            if hour is not None:
                by_hour[hour].add_tally(tally)
        total = total_of(found)
        columns = by_formula(self.columns, asked.formula)
        measures = columns[2:]

        def values(tally: Tally) -> list[int | float | None]:
            return list(measured(tally, measures).values())

        return Reading(
            columns,
            (
                [*key, *values(by_hour.get(key, Tally()))]
                for key in asked.period.hours_of_week()
                if asked.weekday in ("", key[0])
            ),
            lambda: [None, None, *values(total)],
            sums=lambda: sums(total, asked.formula),
        )

    def _narrowed(self, asked: Selection, row: Row | None, code: str) -> Selection:
        if row is None:
            return asked
        return replace(asked, weekday=row[0], hour=int(row[1]))
