"""Formulas of the service level and the abandonment rate that vendors use.

Each divides two sets of queue entries (docs/metrics.md 6). Sets are made of the kinds
below, of which an entry has at most one; so an entry is in a set or not, never twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.models import QueueEntry

Outcome = QueueEntry.Outcome

# The service level threshold of an entry: that which was valid when it entered.
VALID_THRESHOLD = F("target_seconds")

Kinds = frozenset[str]


def kinds(threshold: int | F = VALID_THRESHOLD) -> dict[str, Q]:
    """Kinds of entries that have ended, by outcome and threshold (seconds).

    The names are those of sums and properties of a tally.
    """
    within = Q(wait_seconds__lte=threshold)
    # A wait that nobody knows is not within the threshold.
    later = Q(wait_seconds__gt=threshold) | Q(wait_seconds=None)
    return {
        "answered_within": Q(outcome=Outcome.ANSWERED) & within,
        "answered_later": Q(outcome=Outcome.ANSWERED) & later,
        "abandoned_within": Q(outcome=Outcome.ABANDONED) & within,
        "abandoned_later": Q(outcome=Outcome.ABANDONED) & later,
        "short_abandoned_within": Q(outcome=Outcome.SHORT_ABANDONED) & within,
        "short_abandoned_later": Q(outcome=Outcome.SHORT_ABANDONED) & later,
        "overflowed": Q(outcome=Outcome.OVERFLOWED),
    }


# By the symbols of docs/metrics.md 5; those with short abandoned ones are B and G.
_A: Kinds = frozenset({"answered_within", "answered_later"})
_A_T: Kinds = frozenset({"answered_within"})
_B_NET: Kinds = frozenset({"abandoned_within", "abandoned_later"})
_H: Kinds = frozenset({"short_abandoned_within", "short_abandoned_later"})
_B = _B_NET | _H
_B_T: Kinds = frozenset({"abandoned_within", "short_abandoned_within"})
_G = _A | _B | {"overflowed"}
_N = _G - _H


@dataclass(frozen=True, slots=True)
class Variant:
    """One formula: its code, in symbols, in words, and the sets that it divides."""

    code: str
    formula: str
    words: StrOrPromise
    numerator: Kinds
    denominator: Kinds
    # The kinds that the default of the same rate has in another place.
    difference: Kinds = frozenset()

    @property
    def default(self) -> str:
        """The code of the default of the same rate."""
        return next(code for code in DEFAULTS if code[:2] == self.code[:2])

    @property
    def used_by(self) -> str:
        """Who counts so (docs/metrics.md 6), by name; empty if nobody is known."""
        return _USED_BY.get(self.code, "")

    def compared(self, default: "Variant") -> "Variant":
        """The formula with what sets it apart from the default."""
        above = self.numerator ^ default.numerator
        below = self.denominator ^ default.denominator
        return replace(self, difference=above | below)


_SERVICE_LEVELS = [
    Variant("SL1", "A_T / N", _("Answered within threshold ÷ offered"), _A_T, _N),
    Variant(
        "SL2",
        "A_T / G",
        _("Answered within threshold ÷ (offered + short abandoned)"),
        _A_T,
        _G,
    ),
    Variant(
        "SL3",
        "A_T / (G − B_T)",
        _(
            "Answered within threshold ÷ (offered + short abandoned − all abandoned"
            " within threshold)"
        ),
        _A_T,
        _G - _B_T,
    ),
    Variant(
        "SL4",
        "(A_T + B_T) / G",
        _("(Answered + all abandoned within threshold) ÷ (offered + short abandoned)"),
        _A_T | _B_T,
        _G,
    ),
    Variant("SL5", "A_T / A", _("Answered within threshold ÷ answered"), _A_T, _A),
    Variant(
        "SL6",
        "A_T / (A + B)",
        _("Answered within threshold ÷ (answered + abandoned + short abandoned)"),
        _A_T,
        _A | _B,
    ),
    Variant(
        "SL7",
        "(A_T + H) / (A + B)",
        _(
            "(Answered within threshold + short abandoned) ÷ (answered + abandoned +"
            " short abandoned)"
        ),
        _A_T | _H,
        _A | _B,
    ),
    Variant(
        "SL8",
        "A_T / (A + B − H)",
        _("Answered within threshold ÷ (answered + abandoned)"),
        _A_T,
        _A | _B_NET,
    ),
]

_ABANDONMENT_RATES = [
    Variant("AB1", "(B−H) / N", _("Abandoned ÷ offered"), _B_NET, _N),
    Variant(
        "AB2",
        "B / G",
        _("(Abandoned + short abandoned) ÷ (offered + short abandoned)"),
        _B,
        _G,
    ),
    Variant(
        "AB3",
        "B / (A + B)",
        _("(Abandoned + short abandoned) ÷ (answered + abandoned + short abandoned)"),
        _B,
        _A | _B,
    ),
    Variant("AB4", "B / A", _("(Abandoned + short abandoned) ÷ answered"), _B, _A),
    Variant(
        "AB5",
        "(B − B_T) / G",
        _("All abandoned after threshold ÷ (offered + short abandoned)"),
        _B - _B_T,
        _G,
    ),
]


# The first of a rate is the default; reports count by it unless another is asked for.
SERVICE_LEVELS = {each.code: each.words for each in _SERVICE_LEVELS}
VARIANTS = [
    each.compared(formulas[0])
    for formulas in (_SERVICE_LEVELS, _ABANDONMENT_RATES)
    for each in formulas
]
DEFAULTS = (_SERVICE_LEVELS[0].code, _ABANDONMENT_RATES[0].code)

_USED_BY = {
    "SL1": "Talkdesk, Genesys",
    "SL2": "Cisco, Talkdesk, ICMI",
    "SL3": "Cisco, Bright Pattern, ICMI",
    "SL4": "Cisco, ICMI",
    "SL5": "Twilio Flex, VICIdial, NethVoice, ICMI",
    "SL6": "Genesys",
    "SL7": "ICMI",
    "SL8": "Genesys",
    "AB1": "NethVoice, Cisco",
    "AB2": "Genesys, Amazon Connect",
    "AB3": "Google CCAI",
    "AB4": "VICIdial",
}

# The columns of the report that count entries, and what a list calls them.
PARTS = {
    "numerator": _("numerator"),
    "denominator": _("denominator"),
    "difference_calls": _("counted differently"),
}


def kinds_of(variant: Variant, part: str) -> Kinds:
    """The kinds that a column of the report counts."""
    return {
        "numerator": variant.numerator,
        "denominator": variant.denominator,
        "difference_calls": variant.difference,
    }[part]


def condition(names: Iterable[str], conditions: Mapping[str, Q]) -> Q:
    """Entries of one of these kinds, whose conditions are given."""
    found = Q(pk__in=())
    for name in sorted(names):
        found |= conditions[name]
    return found


def variant(code: str) -> Variant:
    """The formula of a code. Raises KeyError for one unknown."""
    return {each.code: each for each in VARIANTS}[code]


def counted_as(code: str, part: str) -> str:
    """How an address names the entries that a column counts in the row of a formula."""
    return f"{code}-{part}".lower().replace("_", "-")


def names() -> dict[str, str]:
    """What a list says that it shows, by what `counted_as` gives."""
    return {
        counted_as(variant.code, part): f"{variant.code}, {name}"
        for variant in VARIANTS
        for part, name in PARTS.items()
    }
