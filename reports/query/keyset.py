"""Long lists read page by page, each page starting where the last one ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

ModelT = TypeVar("ModelT", bound=Model)

# What is looked up for a page stands in one statement, and an SQLite of the oldest kind
# that Django runs on takes 999 parameters.
PAGE_ROWS = 900


@dataclass(frozen=True, slots=True)
class Selection(Generic[ModelT]):
    """Rows of a table that a filter leaves.

    `rows` are those of the period, and nothing else: so they can be read along the one
    index that begins with their moment. `lookups` is all else that is asked for.
    """

    rows: QuerySet[ModelT]
    lookups: Q

    def whole(self) -> QuerySet[ModelT]:
        """All of it in one queryset, for sums over it."""
        return self.rows.filter(self.lookups)


def newest_first(
    selection: Selection[ModelT], moment: str, *fields: str
) -> Iterator[list[Any]]:
    """Pages of named rows (pk, the moment, the fields), newest first.

    Memory stays flat however long the list: a cursor would have MariaDB's driver keep
    the whole result, an offset would read all pages before it again. Lookups are asked
    about the rows of one page: as conditions of its query they lead both databases to
    plans that go over all that matches, page after page.
    """
    for page in pages(selection.rows, moment, *fields, size=PAGE_ROWS, named=True):
        if kept := _kept(selection, page):
            yield kept


def pages(
    rows: QuerySet[Any], moment: str, *fields: str, size: int, named: bool = False
) -> Iterator[list[Any]]:
    """Pages of rows that have a moment (pk, the moment, the fields), newest first."""
    ordered = rows.order_by(f"-{moment}", "-pk")
    before = Q()
    while True:
        page = list(
            ordered.filter(before).values_list("pk", moment, *fields, named=named)[
                :size
            ]
        )
        yield page
        if len(page) < size:
            return
        pk, at = page[-1][:2]
        # The first half alone is what an index can be entered with.
        before = Q(**{f"{moment}__lte": at}) & (
            Q(**{f"{moment}__lt": at}) | Q(pk__lt=pk)
        )


def windows(rows: QuerySet[Any], moment: str, size: int) -> Iterator[Q]:
    """Conditions that cut rows into spans of time with so many each, newest first.

    A query for one span has few rows to look at, whatever it asks for besides: so a
    filter that no index serves costs one way through all rows, not one for each page.
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


def _kept(selection: Selection[ModelT], page: list[Any]) -> list[Any]:
    """The rows of a page that the lookups leave."""
    if not (page and selection.lookups):
        return page
    same = selection.rows.model._default_manager.filter(
        selection.lookups, pk__in=[row.pk for row in page]
    )
    kept = set(same.order_by().values_list("pk", flat=True))
    return [row for row in page if row.pk in kept]
