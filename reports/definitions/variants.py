"""One period by the formulas of other systems: service level and abandonment rate."""

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.definitions.counting import EntryCounts
from reports.present import kinds
from reports.present.names import Names
from reports.query import variants
from reports.query.measures import rate
from reports.query.metrics import sums
from reports.query.selection import Selection
from reports.query.table import Column, Reading, Row
from reports.query.tallies import sum_tallies, total_of
from reports.query.tally import Tally
from reports.query.variants import VARIANTS, kinds_of


class ServiceLevelVariantsReport(EntryCounts):
    """One row per formula of docs/metrics.md 6 that counts queue entries."""

    slug = "service-level-variants"
    title = _("Service level by formula")
    fields = (*EntryCounts.fields, "threshold")
    note = _(
        "The threshold and the short-abandon threshold are those that were valid when"
        " an entry entered. All other reports count by SL1 and AB1, unless another"
        " formula is chosen."
    )
    columns = [
        Column("code", _("Formula"), names=lambda: _codes()),
        Column("formula", _("What is divided"), names=lambda: _formulas()),
        Column("numerator", _("Numerator"), kinds.COUNT),
        Column("denominator", _("Denominator"), kinds.COUNT),
        Column(
            "value",
            _("Value"),
            kinds.FRACTION,
            explanation=_("Numerator divided by denominator."),
        ),
        Column(
            "difference",
            _("Difference from the default"),
            kinds.FRACTION_CHANGE,
            explanation=_("The value less that of the default of the same rate."),
        ),
        Column(
            "difference_calls",
            _("Counted differently"),
            kinds.COUNT,
            explanation=_(
                "Queue entries that this formula puts into the numerator or the"
                " denominator and the default does not, or the other way round. They"
                " are why the two values differ."
            ),
        ),
        Column("used_by", _("Used by")),
    ]

    def read(self, asked: Selection, *, may_see_numbers: bool = False) -> Reading:
        """The rows; formulas do not add up, so that there is no total."""
        total = total_of(sum_tallies(asked))
        return Reading(
            self.columns,
            variant_rows(total),
            lambda: [None] * len(self.columns),
            sums=lambda: sums(total),
        )

    def _counted(self, row: Row | None, code: str) -> str:
        if row is None or code not in variants.PARTS:
            return code
        return variants.counted_as(row[0], code)


def variant_rows(total: Tally) -> Iterator[Row]:
    """The row of each formula, of what the entries add up to."""
    defaults: dict[str, float | None] = {}
    for variant in VARIANTS:
        above, below, otherwise = (
            total.of_kinds(kinds_of(variant, part)) for part in variants.PARTS
        )
        value = rate(above, below)
        default = defaults.setdefault(variant.default, value)
        change = None if value is None or default is None else value - default
        yield [
            *(variant.code, variant.formula, above, below, value, change, otherwise),
            variant.used_by or None,
        ]


def _codes() -> Names:
    default = gettext("%(code)s (default)")
    return {code: default % {"code": code} for code in variants.DEFAULTS}


def _formulas() -> Names:
    return {variant.formula: variant.words for variant in VARIANTS}
