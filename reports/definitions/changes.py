"""Columns of a report that is compared with another period."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext

from reports.present import kinds
from reports.query.table import Column

Value = int | float | None

# The measures that are compared; all of them side by side nobody could read.
COMPARED = ("entered", "answered", "service_level", "abandonment_rate", "asa_seconds")
# What follows the code of a measure: as it was then, and the change since then.
BEFORE, CHANGE = "_before", "_change"


def compared_columns(measures: Sequence[Column]) -> Iterator[Column]:
    """The compared measures, each with its two columns, and after them the others."""
    before, change = gettext("%(measure)s before"), gettext("%(measure)s: change")
    known = {measure.code: measure for measure in measures}
    for measure in map(known.pop, COMPARED):
        named = {"measure": measure.label}
        yield measure
        yield Column(measure.code + BEFORE, before % named, measure.kind)
        kind = kinds.CHANGES[measure.kind]
        yield Column(measure.code + CHANGE, change % named, kind)
    yield from known.values()


def with_changes(
    now: Mapping[str, Value], then: Mapping[str, Value] | None
) -> Iterator[Value]:
    """The values of these columns; `then` is None where nothing can be compared."""
    for code in COMPARED:
        value, before = now[code], None if then is None else then[code]
        yield value
        yield before
        yield None if value is None or before is None else value - before
    yield from (value for code, value in now.items() if code not in COMPARED)
