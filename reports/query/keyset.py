"""The rows of a long list, newest first, read page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from callcenter.paging import in_pages

ModelT = TypeVar("ModelT", bound=Model)

PAGE_ROWS = 4_500
# How many rows of the period one query looks at if the list is filtered or searched.
WINDOW_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Listed(Generic[ModelT]):
    """Rows of a list, and what is known about how to read them all."""

    rows: QuerySet[ModelT]
    # The rows of the period, without any other filter.
    period: QuerySet[ModelT]
    # Whether the list is filtered or searched by anything but the period.
    is_filtered: bool
    # Whether there are few enough for one query.
    is_short: bool = False
    # Whether rows without a moment, which no period holds, are listed too.
    has_undated: bool = False


def newest_first(
    listed: Listed[Any], moment: str, fields: Sequence[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """Pages of rows (the fields), those without a moment at the end.

    The fields begin with the primary key and the moment. A list without moments is one
    page, in the order of its rows.
    """
    rows = listed.rows.prefetch_related(None)
    found = rows.values_list(*fields)
    if not moment:
        yield list(found)
        return
    if listed.is_short:
        yield list(found.order_by(f"-{moment}", "-pk"))
        return
    spans = (
        windows(listed.period, moment, WINDOW_ROWS)
        if listed.is_filtered
        else [Q(**{f"{moment}__isnull": False})]
    )
    for span in spans:
        yield from in_pages(
            found.filter(span), by=moment, size=PAGE_ROWS, newest_first=True
        )
    if listed.has_undated:
        undated = found.filter(**{moment: None})
        yield from in_pages(undated, size=PAGE_ROWS, newest_first=True)


def windows(rows: QuerySet[Any], moment: str, size: int) -> Iterator[Q]:
    """Conditions that cut rows into spans of time with so many each, newest first.

    A query that is limited to a span looks at few rows, whatever else it filters by. So
    a filter without an index reads all rows once, and not once for each page.
    """
    moments = rows.order_by(f"-{moment}").values_list(moment, flat=True)
    span = Q(**{f"{moment}__isnull": False})
    while True:
        edge = list(moments.filter(span)[size : size + 1])
        if not edge:
            yield span
            return
        yield span & Q(**{f"{moment}__gte": edge[0]})
        span = Q(**{f"{moment}__lt": edge[0]})
