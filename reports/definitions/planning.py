"""How many operators would have been needed, and whether the formula is right."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.models import OperatorState, QueueEntry
from reports.definitions.columns import QUEUE
from reports.definitions.counting import EntryCounts
from reports.definitions.queues import INTERVAL_START, of_interval, queues_of
from reports.present import kinds
from reports.query.at_work import worked_seconds
from reports.query.measures import rate
from reports.query.operator_times import times
from reports.query.periods import (
    HOUR_OF_DAY,
    HOUR_OF_WEEK,
    MINUTES,
    QUARTER_SECONDS,
    Key,
)
from reports.query.selection import Selection
from reports.query.table import Column, Reading, Row
from reports.query.tallies import Tallies, Time, all_tallies, total_of
from reports.query.tally import Tally
from reports.query.thresholds import threshold_by_queue
from reports.staffing import Traffic, operators_needed, predict

# Formulas by the code that the filter has.
ERLANG_A, ERLANG_C = "a", "c"
Seconds = Counter[Key]
Outcome = QueueEntry.Outcome


class StaffingReport(EntryCounts):
    """One row per interval and queue: load, operators needed, and those at work.

    The prediction is made for the operators who were at work, so that it can be
    compared with what happened: that is the test of the formula on one's own calls.
    """

    slug = "staffing"
    drawn = "staffing"
    title = _("Operators needed")
    note = _(
        "Erlang A lets callers give up, after the mean patience of the queue in this"
        " period; Erlang C lets them wait forever, and asks for more operators. Both"
        " know neither breaks nor days off: plan more. Operators who serve several"
        " queues stand in each of them."
    )
    hides_quiet = True
    most_days = 31
    # Of longer ones the mean load says nothing: nobody is needed at night.
    intervals = (*MINUTES, HOUR_OF_DAY, HOUR_OF_WEEK)
    reads_each = True
    fields = (
        *("queue", "interval", "weekday", "holidays"),
        *("threshold", "goal", "erlang"),
    )
    columns = [
        INTERVAL_START,
        QUEUE,
        Column(
            "offered",
            _("Offered"),
            kinds.COUNT,
            explanation=_(
                "Answered, abandoned and overflowed; short abandoned ones are left out."
            ),
        ),
        Column(
            "aht_seconds",
            _("Average handle time (AHT)"),
            kinds.MEAN_SECONDS,
            explanation=_(
                "Mean talk of the interval, or of the period where it has none, and the"
                " mean wrap-up time of all operators in the period."
            ),
        ),
        Column(
            "erlangs",
            _("Load (erlang)"),
            kinds.DECIMAL,
            explanation=_(
                "Offered × average handle time ÷ length of the interval: how many"
                " would talk at once on average."
            ),
        ),
        Column(
            "operators_needed",
            _("Operators needed"),
            kinds.COUNT,
            explanation=_(
                "The fewest with which the formula predicts the service level that is"
                " asked for."
            ),
        ),
        Column(
            "operators_ready",
            _("Operators at work"),
            kinds.DECIMAL,
            explanation=_(
                "On average over the interval: ready, talking or wrapping up, of those"
                " who serve the queue today."
            ),
        ),
        Column(
            "operators_gap",
            _("More or fewer than needed"),
            kinds.DECIMAL_CHANGE,
            explanation=_("Operators at work less operators needed."),
        ),
        Column(
            "predicted_service_level",
            _("Service level predicted with those at work"),
            kinds.FRACTION,
            explanation=_("By the formula, with the operators who were at work."),
        ),
        Column(
            "predicted_asa_seconds",
            _("ASA predicted with those at work"),
            kinds.MEAN_SECONDS,
            explanation=_("By the formula, with the operators who were at work."),
        ),
        Column(
            "actual_service_level",
            _("Actual service level"),
            kinds.FRACTION,
            explanation=_("Answered within threshold, of those offered."),
        ),
    ]

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; the total sets all predictions beside all that happened."""
        plan = _Plan.of(asked, timezone.now())
        totals = _Totals()

        def rows() -> Iterator[Row]:
            for key in plan.keys:
                for queue in plan.queues:
                    row = plan.row(key, queue)
                    totals.add(row)
                    yield row

        return Reading(self.columns, rows(), totals.row)

    def _narrowed(self, asked: Selection, row: Row | None, code: str) -> Selection:
        if row is None:
            return asked
        return of_interval(asked, row[0], queue=row[1])


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the rows are made of, read once."""

    asked: Selection
    keys: list[Key]
    queues: list[str]
    # How long each interval is in the period, until now.
    lengths: Seconds
    tallies: Tallies[Key]
    # Seconds of work by queue and interval.
    worked: Counter[tuple[str, Key]]
    # By queue: seconds of a talk, of a patience, and of the threshold.
    talk: dict[str, float | None]
    patience: dict[str, float | None]
    thresholds: dict[str, int]
    # Seconds of wrap-up after each talk.
    wrap_up: float

    @classmethod
    def of(cls, asked: Selection, now: datetime) -> "_Plan":
        """Everything that the period has; a fixed number of queries."""
        period, interval = asked.period, asked.interval
        time = Time(lambda quarter: period.interval_of(quarter, interval))
        found = all_tallies(asked, time)
        by_queue = {
            queue: total_of(dict(of_queue))
            for queue, of_queue in groupby(
                sorted(found.items(), key=lambda item: item[0][1]),
                key=lambda item: item[0][1],
            )
        }
        key_of = {quarter: time.of(quarter) for quarter in asked.quarters()}
        lengths: Seconds = Counter()
        for quarter, key in key_of.items():
            passed = int(now.timestamp()) - quarter * QUARTER_SECONDS
            lengths[key] += max(0, min(passed, QUARTER_SECONDS))
        worked: Counter[tuple[str, Key]] = Counter()
        for (queue, quarter), seconds in worked_seconds(asked, key_of, now).items():
            worked[queue, key_of[quarter]] += seconds
        return cls(
            asked,
            list(period.intervals(interval)),
            queues_of(asked, by_queue.keys()),
            lengths,
            found,
            worked,
            {queue: rate(each.talk, each.talks) for queue, each in by_queue.items()},
            _patience(asked, by_queue) if asked.erlang != ERLANG_C else {},
            threshold_by_queue(asked),
            _wrap_up(asked, now),
        )

    def row(self, key: Key, queue: str) -> Row:
        """The row of an interval and a queue; what cannot be known is empty."""
        tally = self.tallies.get((key, queue), Tally())
        seconds = self.lengths[key]
        talk = rate(tally.talk, tally.talks) or self.talk.get(queue)
        handle = None if talk is None else talk + self.wrap_up
        at_work = rate(self.worked[queue, key], seconds)
        erlangs = needed = predicted = None
        if not tally.offered:
            erlangs, needed = (0.0, 0) if seconds else (None, None)
        elif handle is not None and seconds:
            traffic = Traffic(tally.offered, seconds, handle, self.patience.get(queue))
            threshold = self.thresholds[queue]
            erlangs = traffic.erlangs
            needed = operators_needed(traffic, threshold, self.asked.goal / 100)
            if at_work is not None:
                predicted = predict(traffic, at_work, threshold)
        return [
            key,
            queue,
            tally.offered,
            handle if tally.offered else None,
            erlangs,
            needed,
            at_work,
            None if needed is None or at_work is None else at_work - needed,
            predicted and predicted.service_level,
            predicted and predicted.asa_seconds,
            rate(tally.answered_within, tally.offered),
        ]


class _Totals:
    """The total row while rows are read.

    Both service levels are of the intervals that have a prediction, weighted by what
    was offered: else they could not be compared.
    """

    def __init__(self) -> None:
        self._offered = self._compared = 0
        self._predicted = self._actual = 0.0

    def add(self, row: Row) -> None:
        """Take a row in."""
        _key, _queue, offered, *_numbers, predicted, _asa, actual = row
        self._offered += offered
        if offered and predicted is not None:
            self._compared += offered
            self._predicted += offered * predicted
            self._actual += offered * actual

    def row(self) -> Row:
        """The values of the total."""
        compared = self._compared
        return [
            *(None, None, self._offered, None, None, None, None, None),
            self._predicted / compared if compared else None,
            None,
            self._actual / compared if compared else None,
        ]


def _wrap_up(asked: Selection, now: datetime) -> float:
    """Seconds of wrap-up after a talk, of all operators of the period."""
    done = times(Selection(first=asked.first, last=asked.last, zone=asked.zone), now)
    seconds = sum(each[OperatorState.State.WRAP_UP] for each in done.values())
    return rate(seconds, sum(each["talks"] for each in done.values())) or 0.0


def _patience(asked: Selection, by_queue: dict[str, Tally]) -> dict[str, float | None]:
    """Seconds of the mean patience of each queue's callers; None where nobody gave up.

    All that was waited by all, divided by how often somebody gave up: the estimate for
    patience of random length that ends with the answer (docs/metrics.md 10).
    """
    overflowed = dict(
        asked.entries()
        .filter(outcome=Outcome.OVERFLOWED)
        .order_by()
        .values_list("queue")
        .annotate(Sum("wait_seconds", default=0))
    )
    found = {}
    for queue, tally in by_queue.items():
        waits = sum(wait * number for wait, number in tally.given_up_waits.items())
        waited = tally.answered_wait + waits + overflowed.get(queue, 0)
        # Who waited no second at all says nothing of patience.
        found[queue] = (rate(waited, tally.given_up) or None) if waited else None
    return found
