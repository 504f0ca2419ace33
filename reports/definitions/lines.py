"""What became of the calls to each of our lines."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from callcenter.models import PhoneLine
from reports.definitions.call_sums import COUNTS, CallSumsReport
from reports.definitions.columns import LINE
from reports.definitions.sums import Sums, by_name, fraction, mean
from reports.present import kinds
from reports.query.selection import Selection
from reports.query.table import Column


class LinesReport(CallSumsReport):
    """One row per line, idle ones too."""

    slug = "lines"
    title = _("By line")
    unit = _("Counts inbound calls, by when they began; each counts once.")
    key = "line"
    columns = [
        replace(LINE, nothing=_("No line")),
        COUNTS["calls"],
        COUNTS["entered"],
        COUNTS["answered"],
        COUNTS["abandoned"],
        COUNTS["closed"],
        COUNTS["ended_in_ivr"],
        fraction(
            "answer_rate",
            _("Answer rate"),
            ("answered", "calls"),
            _("Answered calls, of all inbound calls."),
        ),
        mean(
            "average_duration_seconds",
            _("Average duration"),
            ("duration", "timed"),
            _(
                "Mean length of a call with menus, wait and talk; calls of unknown"
                " length are left out."
            ),
        ),
    ]
    parts = [
        Column("duration", _("length of all calls"), kinds.SECONDS),
        Column("timed", _("calls of known length"), kinds.COUNT),
    ]

    def _sums(self, asked: Selection) -> Iterable[tuple[str, Sums]]:
        named = dict(PhoneLine.objects.values_list("number", "name"))
        found = self._grouped(
            self._calls(asked),
            duration=Sum("duration_seconds", default=0),
            timed=Count("duration_seconds"),
        )
        used = [asked.line] if asked.line else named
        return by_name(named, used, {line: Sums(sums) for line, sums in found})
