"""Where callers go in the menus, and what becomes of them there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from callcenter.models import QueueEntry
from reports.definitions.call_sums import COUNTS, CallSumsReport
from reports.definitions.columns import IVR_PATH
from reports.definitions.sums import Sums, mean
from reports.present import kinds
from reports.query.selection import Selection
from reports.query.table import Column


class IvrPathsReport(CallSumsReport):
    """One row per way through the menus, the one of most calls first."""

    slug = "ivr-paths"
    title = _("By IVR path")
    unit = _("Counts inbound calls, by when they began; each counts once.")
    key = "ivr_path"
    drawn = "paths"
    columns = [
        replace(IVR_PATH, nothing=_("No menu")),
        COUNTS["calls"],
        COUNTS["entered"],
        COUNTS["answered"],
        COUNTS["abandoned"],
        COUNTS["short_abandoned"],
        COUNTS["overflowed"],
        COUNTS["ended_in_ivr"],
        COUNTS["hung_up_in_ivr"],
        COUNTS["closed"],
        COUNTS["other"],
        mean(
            "average_ivr_seconds",
            _("Average IVR time"),
            ("in_ivr", "timed"),
            _(
                "Mean time from the start of a call until it entered a queue or ended."
                " Calls under way in a menu are left out."
            ),
        ),
    ]
    parts = [
        Column("in_ivr", _("IVR time"), kinds.SECONDS),
        Column("timed", _("calls that have left the IVR"), kinds.COUNT),
    ]

    def _sums(self, asked: Selection) -> Iterable[tuple[str, Sums]]:
        entries = QueueEntry.objects.filter(call=OuterRef("pk")).order_by("visit")
        first = Subquery(entries.values("entered_at")[:1])
        calls = self._calls(asked).annotate(left_ivr_at=Coalesce(first, "ended_at"))
        length = F("left_ivr_at") - F("started_at")
        found = self._grouped(
            calls,
            in_ivr=Sum(ExpressionWrapper(length, DurationField()), default=timedelta()),
            timed=Count("left_ivr_at"),
        )
        for path, sums in sorted(found, key=lambda each: (-each[1]["calls"], each[0])):
            in_ivr = int(sums.pop("in_ivr").total_seconds())
            yield path, Sums(sums | {"in_ivr": in_ivr})
