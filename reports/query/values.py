"""The values of a table's columns, for a page of rows or for one row.

Values of other tables are asked for by the keys of a page. With a join in the list's
own query MariaDB would sort ten million rows before it gives the first.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Expression, F
from django.db.models.lookups import In

from reports.present.formats import masked_number

if TYPE_CHECKING:
    from reports.query.table import Column

Gather = Callable[[Sequence[Any]], Any]


def last(values: Sequence[Any]) -> Any:
    """The last of several values, which stand in order of time."""
    return values[-1] if values else None


def last_known(values: Sequence[Any]) -> Any:
    """The last of several values that is not empty; None if none is."""
    return next((value for value in reversed(values) if value), None)


def total(values: Sequence[Any]) -> Any:
    """The sum of the values that are known; None if none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class Keys(Expression):
    """Primary keys as they stand in a statement: whole numbers, separated by commas.

    As parameters each would be resolved, prepared and quoted alone, which takes a fifth
    of the time of a file; and SQLite allows few of them in a statement.
    """

    def __init__(self, keys: Iterable[int]) -> None:
        super().__init__()
        self._text = ",".join(map(str, map(int, sorted(keys))))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return f"({self._text})", ()


class PageValues:
    """Makes the values of columns from pages of rows.

    `fields` are the fields that each row of a page must hold, the primary key and the
    moment first; fields of other tables are looked up.
    """

    def __init__(
        self,
        model: type[models.Model],
        columns: "Sequence[Column]",
        moment: str,
        *,
        may_see_numbers: bool,
    ) -> None:
        self._columns = columns
        self._masks = not may_see_numbers
        self.is_masked = self._masks and any(column.is_caller for column in columns)
        beyond: dict[str, list[tuple[str, Gather]]] = {}
        # The fields by which one page continues after another.
        own = ["pk", *([moment] if moment else [])]
        for column in columns:
            for path in column.sources:
                head, _, rest = path.partition("__")
                if rest:
                    beyond.setdefault(head, []).append((rest, column.gather))
                else:
                    own.append(path)
        self._lookups = [
            _Lookup(model, head, wanted) for head, wanted in beyond.items()
        ]
        self.fields = list(dict.fromkeys([*own, *(each.key for each in self._lookups)]))

    def columns(self, page: list[tuple[Any, ...]]) -> list[Sequence[Any]]:
        """The values of each column, for the rows of a page (the fields)."""
        if not page:
            return [()] * len(self._columns)
        found: dict[Any, Sequence[Any]] = dict(
            zip(self.fields, zip(*page, strict=True), strict=True)
        )
        for lookup in self._lookups:
            found |= lookup.columns(found[lookup.key])
        return [self._column(column, found) for column in self._columns]

    def _column(self, column: "Column", found: dict[Any, Sequence[Any]]) -> Any:
        sources: list[Sequence[Any]] = [
            found[path if "__" not in path else (path, column.gather)]
            for path in column.sources
        ]
        if column.value is not None:
            values = list(map(column.value, *sources))
        elif column.kind.cell is str:
            values = [value or None for value in sources[0]]
        else:
            return sources[0]
        if self._masks and column.is_caller:
            if column.is_of_caller is None:
                return [value and masked_number(value) for value in values]
            secret = map(column.is_of_caller, *sources)
            return [
                masked_number(value) if value and is_secret else value
                for value, is_secret in zip(values, secret, strict=True)
            ]
        return values


class _Lookup:
    """Values from another table, for the keys of a page.

    Follows a foreign key of ours to one row, or a reverse relation to several.
    """

    def __init__(
        self, model: type[models.Model], head: str, wanted: Iterable[tuple[str, Gather]]
    ) -> None:
        relation: Any = model._meta.get_field(head)
        related = relation.related_model
        wanted = dict.fromkeys(wanted)
        self._names = [(f"{head}__{rest}", gather) for rest, gather in wanted]
        self._fields = list(dict.fromkeys(rest for rest, _gather in wanted))
        self._gathers = [(self._fields.index(rest), gather) for rest, gather in wanted]
        self._rows = related._default_manager.order_by()
        self._is_of_many = bool(relation.one_to_many)
        if relation.concrete:
            self.key = relation.attname
            self._of = "pk"
        else:
            self.key = "pk"
            self._of = relation.field.attname
        if self._is_of_many:
            self._rows = self._rows.order_by(*related._meta.ordering).reverse()

    def columns(self, keys: Sequence[Any]) -> dict[Any, Sequence[Any]]:
        """The values for keys, in their order."""
        found = self._found(set(keys) - {None})
        nothing = self._nothing()
        rows = [found.get(key, nothing) for key in keys]
        return dict(zip(self._names, zip(*rows, strict=True), strict=True))

    def _nothing(self) -> tuple[Any, ...]:
        if self._is_of_many:
            return tuple(gather(()) for _place, gather in self._gathers)
        return (None,) * len(self._names)

    def _found(self, keys: set[Any]) -> dict[Any, tuple[Any, ...]]:
        rows = (
            self._rows.filter(In(F(self._of), Keys(keys))).values_list(
                self._of, *self._fields
            )
            if keys
            else ()
        )
        if not self._is_of_many:
            return {row[0]: row[1:] for row in rows}
        several: dict[Any, list[tuple[Any, ...]]] = {}
        for row in rows:
            several.setdefault(row[0], []).append(row[1:])
        return {
            key: tuple(
                [
                    of_key[-1][place]
                    if gather is last
                    else gather([row[place] for row in of_key])
                    for place, gather in self._gathers
                ]
            )
            for key, of_key in several.items()
        }


def value_of(column: "Column", row: models.Model, *, may_see_numbers: bool) -> Any:
    """The value of a column for one row.

    It reads related rows; `relations` says which ones a list should prefetch.
    """
    found = [_at(row, path.split("__"), column.gather) for path in column.sources]
    value = found[0] if column.value is None else column.value(*found)
    if value == "" and column.kind.cell is str:
        value = None
    if not (value and column.is_caller) or may_see_numbers:
        return value
    if column.is_of_caller and not column.is_of_caller(*found):
        return value
    return masked_number(value)


def is_withheld(column: "Column", row: models.Model) -> bool:
    """Whether a row's value is missing because its customer withheld the number."""
    if not column.says_withheld:
        return False
    found = [_at(row, path.split("__"), column.gather) for path in column.sources]
    return column.is_of_caller is None or bool(column.is_of_caller(*found))


def relations(columns: "Iterable[Column]") -> list[str]:
    """The relations that the values of columns are read through, to be prefetched."""
    ways = (path for column in columns for path in column.sources)
    return list(dict.fromkeys(way.rpartition("__")[0] for way in ways if "__" in way))


def _at(row: Any, way: list[str], gather: Gather) -> Any:
    name, *rest = way
    try:
        found = getattr(row, name)
    except ObjectDoesNotExist:
        return None
    if not rest or found is None:
        return found
    if isinstance(found, models.Manager):
        # Rows of history stand newest first.
        return gather([_at(each, rest, gather) for each in reversed(list(found.all()))])
    return _at(found, rest, gather)
