"""Long lists read page by page, each page starting where the last one ended."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

ModelT = TypeVar("ModelT", bound=Model)

# What is looked up for a page stands in one statement, and an SQLite of the oldest kind
# that Django runs on takes 999 parameters.
PAGE_ROWS = 900


def newest_first(
    rows: QuerySet[ModelT], moment: str, *fields: str
) -> Iterator[list[Any]]:
    """Pages of named rows (pk, the moment, the fields), newest first.

    Memory stays flat however long the list: a cursor would have MariaDB's driver keep
    the whole result, an offset would read all pages before it again.
    """
    ordered = rows.order_by(f"-{moment}", "-pk")
    page_filter = Q()
    while True:
        page = list(
            ordered.filter(page_filter).values_list("pk", moment, *fields, named=True)[
                :PAGE_ROWS
            ]
        )
        if page:
            yield page
        if len(page) < PAGE_ROWS:
            return
        pk, at = page[-1][:2]
        # The first half alone is what an index can be entered with.
        page_filter = Q(**{f"{moment}__lte": at}) & (
            Q(**{f"{moment}__lt": at}) | Q(pk__lt=pk)
        )
