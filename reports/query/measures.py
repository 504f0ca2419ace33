"""Columns whose values are counted or divided: how each is made of a row's sums.

Rates and means are arithmetic on sums, so a total is made of sums too, never of rates.
No database.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django_stubs_ext import StrPromise

from reports.present import kinds
from reports.query.table import Column

# How a sum is taken from those of a row, by its name.
Get = Callable[[str], Callable[[Any], int]]


def rate(part: int, whole: int) -> float | None:
    """A fraction or an average; None if the divisor is 0."""
    return part / whole if whole else None


def count(
    code: str, label: StrPromise, explanation: StrPromise, get: Get = attrgetter
) -> Column:
    """A count, which the sums have under the same name."""
    return Column(code, label, kinds.COUNT, explanation=explanation, value=get(code))


def seconds(
    code: str, label: StrPromise, explanation: StrPromise, get: Get = attrgetter
) -> Column:
    """A length of time, which the sums have under the same name."""
    return Column(code, label, kinds.SECONDS, explanation=explanation, value=get(code))


def fraction(
    code: str,
    label: StrPromise,
    parts: tuple[str, str],
    explanation: StrPromise,
    get: Get = attrgetter,
) -> Column:
    """A fraction of two sums."""
    return _divided(code, label, kinds.FRACTION, parts, explanation, get)


def mean(
    code: str,
    label: StrPromise,
    parts: tuple[str, str],
    explanation: StrPromise,
    get: Get = attrgetter,
) -> Column:
    """Seconds divided by a count."""
    return _divided(code, label, kinds.MEAN_SECONDS, parts, explanation, get)


def _divided(
    code: str,
    label: StrPromise,
    kind: kinds.Kind,
    parts: tuple[str, str],
    explanation: StrPromise,
    get: Get,
) -> Column:
    part, whole = map(get, parts)
    return Column(
        code,
        label,
        kind,
        explanation=explanation,
        value=lambda sums: rate(part(sums), whole(sums)),
        parts=parts,
    )
