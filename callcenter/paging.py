"""Long tables read page by page, each page starting where the last one ended.

Memory stays flat on every database: a cursor would have MariaDB's driver keep the whole
result, an offset would read all earlier pages again.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

ModelT = TypeVar("ModelT", bound=Model)
RowT = TypeVar("RowT")


def in_pages(
    rows: QuerySet[ModelT, RowT],
    moment: str = "",
    *,
    size: int,
    newest_first: bool = False,
) -> Iterator[list[RowT]]:
    """Pages of rows in the order of a moment and their primary key.

    Without a moment the primary key alone orders them. Rows are instances, or tuples
    that begin with the primary key and, if there is one, the moment. Rows that have no
    moment must have been filtered out.
    """
    sign, beyond = ("-", "lt") if newest_first else ("", "gt")
    ordered = rows.order_by(*(f"{sign}{name}" for name in (moment, "pk") if name))
    rest = Q()
    while page := list(ordered.filter(rest)[:size]):
        yield page
        if len(page) < size:
            return
        pk, at = _key(page[-1], moment)
        rest = Q(**{f"pk__{beyond}": pk})
        if moment:
            # The first condition alone is what an index can be entered with.
            rest = Q(**{f"{moment}__{beyond}e": at}) & (
                Q(**{f"{moment}__{beyond}": at}) | rest
            )


def _key(row: Any, moment: str) -> tuple[Any, Any]:
    if isinstance(row, tuple):
        return row[0], row[1] if moment else None
    return row.pk, getattr(row, moment) if moment else None
