"""How much is known of the calls, interval by interval."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call
from reports.definitions.queues import INTERVAL_START, of_interval
from reports.definitions.sums import SummedReport, Sums, count, fraction, sums_of
from reports.query import counted_calls
from reports.query.periods import Key
from reports.query.quarters import Quarter
from reports.query.selection import Selection
from reports.query.table import DAYS_BY_THE_CLOCK, Behind, Row

COUNTED = ("complete", *counted_calls.DEFECTS, "inferred")


class CompletenessReport(SummedReport):
    """One row per interval, quiet ones too; the newest last."""

    slug = "completeness"
    title = _("Completeness of the data")
    unit = _("Counts inbound calls, by when they began; each counts once.")
    opens = _("Every number that is a link opens the calls it counts.")
    reads_each = True
    fields = ("interval", "line", "queue", "operator", *DAYS_BY_THE_CLOCK)
    columns = [
        INTERVAL_START,
        count("calls", _("Calls"), _("All inbound calls that began in the interval.")),
        count(
            "complete",
            _("Complete"),
            _(
                "Calls of which nothing is missing; those that may be under way lack"
                " nothing."
            ),
        ),
        count(
            "without_exit",
            _("Without an exit"),
            _("It was never heard how the call left a queue."),
        ),
        count(
            "without_connect",
            _("Without a connect"),
            _("Answered, and nobody knows by whom."),
        ),
        count(
            "without_end",
            _("Without an end"),
            _("Begun more than four hours ago, and its end was never heard."),
        ),
        count(
            "inferred",
            _("Inferred"),
            _(
                "An outcome was inferred from the rest, or the call or its end is known"
                " from Twilio's call log alone; it counts all the same."
            ),
        ),
        fraction(
            "completeness",
            _("Completeness"),
            ("complete", "calls"),
            _("Complete calls, of all calls. One call may lack several things."),
        ),
    ]

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The calls; the list knows an hour only of a short period."""
        if row is not None:
            asked = of_interval(asked, row[0])
        if asked.hour is not None and not asked.is_short:
            return None
        counted = code if code in COUNTED else ""
        customers = replace(asked, kind=Call.Kind.CUSTOMER, counted=counted)
        return Behind(Call, customers)

    def _sums(self, asked: Selection) -> Iterable[tuple[Key, Sums]]:
        now = timezone.now()
        calls = asked.listed(Call.objects.customers(), "started_at").rows
        sums = {
            code: Count("pk", filter=counted_calls.condition(code, now))
            for code in COUNTED
        }
        groups = (
            calls.order_by()
            .annotate(quarter=Quarter("started_at"))
            .values("quarter")
            .annotate(calls=Count("pk"), **sums)
        )
        period, found = asked.period, defaultdict[Key, Sums](Sums)
        for group in groups:
            key = period.interval_of(group["quarter"], asked.interval)
            found[key].update(sums_of(group, "quarter"))
        for start in period.intervals(asked.interval):
            yield start, found[start]
