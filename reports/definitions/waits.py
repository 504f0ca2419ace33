"""How long callers waited: those answered and those who gave up, by spans of waits."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from reports.definitions.columns import QUEUE
from reports.definitions.counting import EntryCounts
from reports.definitions.queues import queues_of
from reports.present import kinds
from reports.query.measures import rate
from reports.query.metrics import sums
from reports.query.selection import Selection
from reports.query.table import Column, Reading, Row
from reports.query.tallies import total_of, wait_tallies
from reports.query.tally import Tally
from reports.query.waits import WaitSpan, spans

_CUMULATIVE = "_cumulative"


class WaitDistributionReport(EntryCounts):
    """Twelve rows per queue, idle queues too; the shortest waits first."""

    slug = "wait-distribution"
    drawn = "waits"
    title = _("Wait distribution")
    note = _(
        "A row has the waits longer than the first time and no longer than the second;"
        " the first row of a queue has those of 0 seconds too. An entry whose wait is"
        " not known is in the total alone."
    )
    columns = [
        QUEUE,
        Column("over_seconds", _("Over"), kinds.SECONDS),
        Column("up_to_seconds", _("Up to"), kinds.SECONDS),
        Column(
            "answered",
            _("Answered"),
            kinds.COUNT,
            explanation=_("Answered after such a wait."),
        ),
        Column(
            "abandoned",
            _("Abandoned, short ones too"),
            kinds.COUNT,
            explanation=_(
                "The caller hung up after such a wait; short abandoned ones count too."
            ),
        ),
        Column(
            "answered_cumulative",
            _("Answered so far"),
            kinds.COUNT,
            explanation=_("Answered after such a wait or a shorter one."),
        ),
        Column(
            "abandoned_cumulative",
            _("Abandoned so far"),
            kinds.COUNT,
            explanation=_(
                "The caller hung up after such a wait or a shorter one; short abandoned"
                " ones count too."
            ),
        ),
        Column(
            "answered_cumulative_rate",
            _("Share of those answered"),
            kinds.FRACTION,
            explanation=_("Answered so far, of all answered after a known wait."),
        ),
        Column(
            "abandoned_cumulative_rate",
            _("Share of those abandoned"),
            kinds.FRACTION,
            explanation=_("Abandoned so far, of all who hung up after a known wait."),
        ),
    ]

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; the total has what adds up over spans and queues."""
        found = wait_tallies(asked)
        total = total_of(found)
        return Reading(
            self.columns,
            self._rows(asked, {queue: tally for (_all, queue), tally in found.items()}),
            lambda: [None, None, None, total.answered, total.given_up, *[None] * 4],
            sums=lambda: sums(total),
        )

    def _rows(self, asked: Selection, found: dict[str, Tally]) -> Iterator[Row]:
        for queue in queues_of(asked, found.keys()):
            tally = found.get(queue, Tally())
            answered, abandoned = tally.answered_waits, tally.given_up_waits
            shares = [waits.total() for waits in (answered, abandoned)]
            so_far = [0, 0]
            for span in spans():
                counts = [
                    sum(number for wait, number in waits.items() if wait in span)
                    for waits in (answered, abandoned)
                ]
                so_far = [
                    before + count for before, count in zip(so_far, counts, strict=True)
                ]
                yield [
                    queue,
                    span.over or 0,
                    span.up_to,
                    *counts,
                    *so_far,
                    *map(rate, so_far, shares),
                ]

    def _counted(self, row: Row | None, code: str) -> str:
        counted = code.removesuffix(_CUMULATIVE)
        return "given_up" if counted == "abandoned" else counted

    def _narrowed(self, asked: Selection, row: Row | None, code: str) -> Selection:
        if row is None:
            return asked
        queue, over, up_to, *_counts = row
        is_part = not code.endswith(_CUMULATIVE)
        waited = WaitSpan((over or None) if is_part else None, up_to)
        return replace(asked, queue=queue, waited=waited)
