"""Long tables read a page at a time, so that memory stays flat on every database.

A cursor would have MariaDB's driver keep the whole result, an offset would read all
earlier pages again.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

ModelT = TypeVar("ModelT", bound=Model)
RowT = TypeVar("RowT")


def in_pages(
    rows: QuerySet[ModelT, RowT],
    *,
    by: str = "pk",
    size: int,
    newest_first: bool = False,
) -> Iterator[list[RowT]]:
    """Pages of rows in the order of a column without nulls and the primary key.

    Rows are instances, or tuples that begin with the primary key and the column. Each
    page starts behind the last row of the page before, so rows may be changed or
    deleted in between, and none is met twice.
    """
    sign, behind = ("-", "lt") if newest_first else ("", "gt")
    ordered = rows.order_by(*dict.fromkeys((f"{sign}{by}", f"{sign}pk")))
    rest = Q()
    while page := list(ordered.filter(rest)[:size]):
        yield page
        if len(page) < size:
            return
        pk, value = _place(page[-1], by)
        rest = Q(**{f"pk__{behind}": pk})
        if by != "pk":
            # Only the first condition can be looked up in an index.
            rest = Q(**{f"{by}__{behind}e": value}) & (
                Q(**{f"{by}__{behind}": value}) | rest
            )


def _place(row: Any, by: str) -> tuple[Any, Any]:
    if isinstance(row, tuple):
        return row[0], None if by == "pk" else row[1]
    return row.pk, getattr(row, by)
