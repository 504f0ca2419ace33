"""Long tables read a page at a time, so that memory stays flat on every database."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

ModelT = TypeVar("ModelT", bound=Model)


def in_pages(rows: QuerySet[ModelT], *, by: str, size: int) -> Iterator[list[ModelT]]:
    """Pages of rows in the order of a column and the id.

    Each page starts behind the last row of the page before, so rows may be changed or
    deleted in between, and none is met twice.
    """
    ordered = rows.order_by(by, "pk")
    page = list(ordered[:size])
    while page:
        yield page
        value, pk = getattr(page[-1], by), page[-1].pk
        # Only the first condition can be looked up in an index.
        behind = Q(**{f"{by}__gte": value}) & (Q(**{f"{by}__gt": value}) | Q(pk__gt=pk))
        page = list(ordered.filter(behind)[:size])
