"""The balance of outcomes, as a line and as a bar. No database.

`319 entered = 271 answered + 7 overflowed + ...`: every entry has exactly one outcome.
Blocked and failed ones have not entered and are shown beside the line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

from reports.present import formats, swatches

_ENTERED = swatches.ORDER[:6]


@dataclass(frozen=True, slots=True)
class Term:
    """One outcome: its count, and its part of the bar in per cent."""

    count: int
    label: StrOrPromise
    is_entered: bool
    fill: str
    swatch: SafeString
    url: str
    start: str
    width: str

    @property
    def shown(self) -> str:
        """The count as a page writes it."""
        return formats.count(self.count)


@dataclass(frozen=True, slots=True)
class Balance:
    """The terms of the sum and those beside it; outcomes of no entry are missing."""

    total: int
    url: str
    terms: list[Term]
    beside: list[Term]

    @property
    def shown(self) -> str:
        """The sum as a page writes it."""
        return formats.count(self.total)


def balance(
    counts: Mapping[str, int],
    labels: Mapping[str, StrOrPromise],
    url_of: Callable[[str], str],
) -> Balance:
    """The balance of counts by outcome.

    `url_of` gives the list of an outcome's entries; of all entries for an empty text.
    """
    total = sum(counts.get(outcome, 0) for outcome in _ENTERED)
    terms = []
    before = 0
    for outcome in swatches.ORDER:
        count = counts.get(outcome, 0)
        if count:
            terms.append(
                Term(
                    count,
                    labels[outcome],
                    outcome in _ENTERED,
                    swatches.fill(outcome),
                    swatches.swatch(outcome),
                    url_of(outcome),
                    start=_percent(before, total),
                    width=_percent(count, total),
                )
            )
        before += count
    return Balance(
        total,
        url_of(""),
        [term for term in terms if term.is_entered],
        [term for term in terms if not term.is_entered],
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.3f}%" if whole else "0%"
