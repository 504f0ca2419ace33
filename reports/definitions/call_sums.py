"""Reports whose rows are sums of inbound customer calls, by a column of theirs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import Aggregate, Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from callcenter.models import Call
from reports.definitions.sums import SummedReport, count
from reports.query import counted_calls
from reports.query.conditions import WITHOUT
from reports.query.selection import Selection
from reports.query.table import DAYS_BY_THE_CLOCK, Behind, Row

Outcome = Call.Outcome

# The outcomes that are counted, by the codes of their counts.
OUTCOMES = {
    "answered": Outcome.ANSWERED,
    "abandoned": Outcome.ABANDONED,
    "short_abandoned": Outcome.SHORT_ABANDONED,
    "overflowed": Outcome.OVERFLOWED,
    "closed": Outcome.CLOSED,
    "ended_in_ivr": Outcome.SELF_SERVICE,
    "hung_up_in_ivr": Outcome.IVR_ABANDONED,
}

COUNTS = {
    each.code: each
    for each in (
        count("calls", _("Calls"), _("All inbound calls that began in the period.")),
        count(
            "entered",
            _("Entered"),
            _("Calls that got into a queue; each counts once."),
        ),
        count("answered", _("Answered"), _("Calls connected to an operator.")),
        count(
            "abandoned",
            _("Abandoned"),
            _(
                "Calls never answered whose caller hung up while waiting at last; short"
                " abandoned ones are left out."
            ),
        ),
        count(
            "short_abandoned",
            _("Short abandoned"),
            _(
                "Calls never answered whose caller hung up at last, sooner than the"
                " short-abandon threshold."
            ),
        ),
        count(
            "overflowed",
            _("Overflowed"),
            _(
                "Calls never answered that left the last queue still connected, by our"
                " rule or the caller's choice."
            ),
        ),
        count(
            "closed",
            _("Out of hours"),
            _("Calls outside business hours, which are never abandoned."),
        ),
        count(
            "ended_in_ivr",
            _("Ended in the IVR"),
            _("Calls that ended at a message or an end of the menu, served by it."),
        ),
        count(
            "hung_up_in_ivr",
            _("Hung up in the IVR"),
            _("Calls whose caller hung up in the menu, before it had led anywhere."),
        ),
        count(
            "other",
            _("Other"),
            _(
                "Calls that are under way, that met a full queue or a failure, that"
                " were rejected, or of which nobody knows how they ended."
            ),
        ),
    )
}


class CallSumsReport(SummedReport):
    """Sums of calls by the column `key`."""

    opens = _("Every number that is a link opens the calls it counts.")
    reads_each = True
    fields = ("line", "queue", "operator", *DAYS_BY_THE_CLOCK)
    # The field of a call, and of a selection, whose values have a row each.
    key: ClassVar[str]

    def behind(self, asked: Selection, row: Row | None, code: str) -> Behind | None:
        """The calls of a count."""
        if code not in COUNTS:
            return None
        asked = replace(asked, kind=Call.Kind.CUSTOMER)
        if row is not None:
            of_row: dict[str, Any] = {self.key: row[0] or WITHOUT}
            asked = replace(asked, **of_row)
        if code in OUTCOMES:
            asked = replace(asked, outcome=OUTCOMES[code])
        elif code != "calls":
            asked = replace(asked, counted=code)
        return Behind(Call, asked)

    def _calls(self, asked: Selection) -> QuerySet[Call]:
        return asked.listed(Call.objects.customers(), "started_at").rows.order_by()

    def _grouped(
        self, calls: QuerySet[Call], **more: Aggregate
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """What calls add up to, by the key: the counts of the report, and more."""
        sums: dict[str, Any] = {"calls": Count("pk")} | more
        for each in self.columns:
            if each.code in OUTCOMES:
                of_outcome = Q(outcome=OUTCOMES[each.code])
                sums[each.code] = Count("pk", filter=of_outcome)
        for code in ("entered", "other"):
            sums[code] = Count("pk", filter=counted_calls.condition(code))
        for group in calls.values(self.key).annotate(**sums):
            yield group.pop(self.key), group
