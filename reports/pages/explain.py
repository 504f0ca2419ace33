"""How a rate or mean came about: its formula with the counts of the period in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from reports.present import formats, kinds
from reports.query.metrics import LABELS, SUMS
from reports.query.table import Column
from reports.query.thresholds import Used


@dataclass(frozen=True, slots=True)
class Part:
    """One number of an explanation: what it is, and the list it opens."""

    value: str
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands behind the head of a column: in words, and as a fraction."""

    code: str
    title: str
    text: StrOrPromise
    part: Part | None = None
    whole: Part | None = None
    result: str = ""
    # What the divisor is made of, and what is not in it.
    made_of: tuple[Part, ...] = ()
    left_out: tuple[Part, ...] = ()
    # The thresholds by which short abandoned ones and the service level are told.
    settings: tuple[str, ...] = ()


_OFFERED = ("answered", "abandoned", "overflowed")
_NOT_OFFERED = ("short_abandoned", "waiting", "unknown", "blocked", "failed")


def explain(
    column: Column,
    sums: Mapping[str, int],
    columns: Mapping[str, Column],
    values: Mapping[str, Any],
    url_of: Callable[[str], str],
    used: Sequence[Used] = (),
) -> Explanation | None:
    """The explanation of a column, with the total's numbers; None where it has none.

    `sums` are those of `Reading.sums`, `columns` and `values` those of the table by
    code, `url_of` gives the list behind a count, `used` are the period's thresholds.
    """
    if not column.explanation:
        return None
    if column.parts is None:
        shown = column.shown(values[column.code])
        return Explanation(
            column.code, column.heading, column.explanation, result=shown
        )

    counts = {**sums, **values}

    def part(code: str) -> Part:
        known = columns.get(code)
        label = known.heading if known else capfirst(str(LABELS[code]))
        value = counts.get(code) or 0
        is_time = (
            known.kind is kinds.SECONDS if known else code in SUMS and code != "talks"
        )
        shown = formats.duration(value) if is_time else formats.count(value)
        return Part(shown or "", label, url_of(code) if value else "")

    def counted(codes: tuple[str, ...]) -> tuple[Part, ...]:
        return tuple(part(code) for code in codes if counts[code])

    top, bottom = column.parts
    is_of_offered = bottom == "offered"
    return Explanation(
        column.code,
        column.heading,
        column.explanation,
        part(top),
        part(bottom),
        column.shown(values[column.code]),
        counted(_OFFERED) if is_of_offered else (),
        counted(_NOT_OFFERED) if is_of_offered else (),
        tuple(map(_setting, used)) if is_of_offered else (),
    )


def _setting(used: Used) -> str:
    texts = {
        "queue": used.queue,
        "target": formats.count(used.target_seconds),
        "short": formats.count(used.short_abandon_seconds),
    }
    if used.since is None:
        return (
            gettext("%(queue)s: within %(target)s s, short below %(short)s s") % texts
        )
    text = gettext(
        "%(queue)s: within %(target)s s, short below %(short)s s (since %(day)s)"
    ) % (texts | {"day": formats.day(used.since)})
    if used.service_level_target is None:
        return text
    goal = gettext("%(setting)s; target %(percent)s%%")
    return goal % {"setting": text, "percent": used.service_level_target}
