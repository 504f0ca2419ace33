"""The rows of an admin list, as its filters and its search leave them, page by page.

Memory stays flat and the database sorts nothing: pages follow each other along the
index of the list's moment, and what hangs on other tables is looked up for one page.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext

from reports.export.columns import Column, ListFile
from reports.export.values import Value
from reports.present import formats
from reports.query import keyset

PAGE_ROWS = 4_500
# Rows of the period that one query has to look at where more than that is asked for.
WINDOW_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list shows: its rows, and what is known about how to read them all."""

    rows: models.QuerySet[Any]
    # The rows of the period alone, whatever else is asked for.
    period: models.QuerySet[Any]
    # Few enough for one query; and whether anything but the period is asked for.
    is_short: bool
    is_searched: bool


class ListTable:
    """The table of a list's file: heads, and rows as people or as programs read them.

    Names and labels are those of the language active when it is made; the rows are read
    later, when the page has been answered and nobody knows its reader any more.
    """

    def __init__(
        self,
        listed: Listed,
        spec: ListFile,
        zone: ZoneInfo,
        *,
        may_see_numbers: bool,
    ) -> None:
        self._listed = listed
        self._moment = spec.moment
        self._zone = zone
        model = listed.rows.model
        columns = [_resolve(model, column) for column in spec.columns]
        self.title = str(model._meta.verbose_name_plural)
        self.codes = [column.code for column in columns]
        self.head = [column.label for column in columns]
        self.kinds = [column.kind for column in columns]
        # So many rows have been handed out.
        self.count = 0
        self._words = {True: gettext("yes"), False: gettext("no")}
        self._reader = _Reader(model, [column.path for column in columns])
        self._shown = [
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := self._for_people(column)) is not None
        ]
        self._moments = [
            place for place, kind in enumerate(self.kinds) if issubclass(kind, date)
        ]
        self._masked = [
            place
            for place, column in enumerate(columns)
            if column.is_caller and not may_see_numbers
        ]
        self.is_masked = bool(self._masked)
        self._open_kind = spec.open_kind
        self._kind = self.codes.index("kind") if spec.open_kind else 0

    def shown(self) -> Iterator[list[Value]]:
        """Rows for people: names, local time, lengths of time."""
        for cells in self._rows():
            for place, convert in self._shown:
                value = cells[place]
                if value is not None:
                    cells[place] = convert(value)
            yield cells

    def raw(self) -> Iterator[list[Any]]:
        """Rows for programs: codes, seconds, moments as ISO 8601 with their offset."""
        for cells in self._rows():
            for place in self._moments:
                value = cells[place]
                if isinstance(value, datetime):
                    cells[place] = value.astimezone(self._zone).isoformat()
                elif value is not None:
                    cells[place] = value.isoformat()
            yield cells

    def _rows(self) -> Iterator[list[Any]]:
        """Values as they are kept; numbers as the reader may see them."""
        for page in _pages(self._listed, self._moment, self._reader.fields):
            for cells in self._reader.rows(page):
                for place in self._masked:
                    if not (self._open_kind and cells[self._kind] == self._open_kind):
                        cells[place] = formats.masked_number(cells[place] or "")
                self.count += 1
                yield cells

    def _for_people(self, column: "_Resolved") -> Callable[[Any], Value] | None:
        names = column.names
        if names:
            return lambda value: names.get(value, value)
        if column.kind is datetime:
            zone = self._zone
            return lambda value: value.astimezone(zone).replace(tzinfo=None)
        if column.kind is timedelta:
            return lambda value: timedelta(seconds=value)
        if column.kind is bool:
            return self._words.__getitem__
        return None


def _pages(
    listed: Listed, moment: str, fields: Sequence[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """Pages of rows (the fields), newest first, those without a moment at the end."""
    rows = listed.rows.prefetch_related(None)
    if not moment:
        yield list(rows.values_list(*fields))
        return
    if listed.is_short:
        yield list(rows.order_by(f"-{moment}", "-pk").values_list(*fields))
        return
    spans = (
        keyset.windows(listed.period, moment, WINDOW_ROWS)
        if listed.is_searched
        else [models.Q(**{f"{moment}__isnull": False})]
    )
    for span in spans:
        found = keyset.pages(rows.filter(span), moment, *fields, size=PAGE_ROWS)
        for page in found:
            yield [row[2:] for row in page]
    if rows.model._meta.get_field(moment).null:
        undated = rows.filter(**{moment: None}).order_by("-pk")
        last: dict[str, Any] = {}
        while page := list(
            undated.filter(**last).values_list("pk", *fields)[:PAGE_ROWS]
        ):
            yield [row[1:] for row in page]
            last = {"pk__lt": page[-1][0]}


class _Reader:
    """Fetches the values of columns for a page: own ones, and those beyond keys.

    A join in the list's own query has MariaDB sort ten million rows before the first; a
    question for the keys of a page has it look up a page.
    """

    def __init__(self, model: type[models.Model], paths: Sequence[str]) -> None:
        beyond: dict[str, list[str]] = {}
        own: list[str] = []
        for path in paths:
            head, _, rest = path.partition("__")
            if rest:
                beyond.setdefault(head, []).append(rest)
            else:
                own.append(path)
        self._lookups = [_Lookup(model, head, rests) for head, rests in beyond.items()]
        self.fields = list(dict.fromkeys([*own, *(each.key for each in self._lookups)]))
        self._keys = [
            (lookup, self.fields.index(lookup.key)) for lookup in self._lookups
        ]
        # Where each column's value stands behind those of the row and of the lookups.
        places = {name: place for place, name in enumerate(self.fields)}
        for lookup in self._lookups:
            for rest in lookup.fields:
                places[f"{lookup.head}__{rest}"] = len(places)
        self._in_order = itemgetter(*(places[path] for path in paths))

    def rows(self, page: list[tuple[Any, ...]]) -> Iterator[list[Any]]:
        """The rows with the values of all columns, in the columns' order."""
        found = [
            (lookup.values({row[place] for row in page}), place, lookup.nothing)
            for lookup, place in self._keys
        ]
        for row in page:
            for table, place, nothing in found:
                row += table.get(row[place], nothing)
            yield list(self._in_order(row))


class _Lookup:
    """Values of another table: of the row a key names, or of the last that names us."""

    def __init__(
        self, model: type[models.Model], head: str, fields: Sequence[str]
    ) -> None:
        relation: Any = model._meta.get_field(head)
        self.head = head
        self.fields = list(dict.fromkeys(fields))
        self.nothing = (None,) * len(self.fields)
        self._rows = relation.related_model._default_manager.order_by()
        if relation.concrete:
            self.key = relation.attname
            self._of = "pk"
        else:
            self.key = "pk"
            self._of = relation.field.attname
            # Of several the last one stands.
            self._rows = self._rows.order_by("pk")

    def values(self, keys: set[Any]) -> dict[Any, tuple[Any, ...]]:
        """The fields' values by key."""
        wanted = sorted(keys - {None})
        size = keyset.PAGE_ROWS
        parts = (wanted[at : at + size] for at in range(0, len(wanted), size))
        found = chain.from_iterable(
            self._rows.filter(**{f"{self._of}__in": part}).values_list(
                self._of, *self.fields
            )
            for part in parts
        )
        return {row[0]: row[1:] for row in found}


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A column completed with what the field at the end of its way knows."""

    path: str
    code: str
    label: str
    # The type of its values for people.
    kind: type
    is_caller: bool = False
    names: dict[Any, str] = field(default_factory=dict)


def _resolve(model: type[models.Model], column: Column) -> _Resolved:
    known = _field(model, column.path)
    label = str(column.label or getattr(known, "verbose_name", column.path))
    names: Any = (
        column.names() if column.names else dict(getattr(known, "flatchoices", []))
    )
    return _Resolved(
        path=column.path,
        code=column.code or column.path.rpartition("__")[2],
        label=label[:1].upper() + label[1:],
        kind=str if names else _kind(known),
        is_caller=column.is_caller,
        names={value: str(name) for value, name in names.items()},
    )


def _field(model: type[models.Model], path: str) -> Any:
    """The field at the end of a way; None for what a queryset adds to its rows."""
    head, _, rest = path.partition("__")
    try:
        found: Any = model._meta.get_field(head)
    except FieldDoesNotExist:
        return None
    return _field(found.related_model, rest) if rest else found


def _kind(known: Any) -> type:
    if isinstance(known, models.DateTimeField):
        return datetime
    if isinstance(known, models.DateField):
        return date
    if isinstance(known, models.BooleanField):
        return bool
    if isinstance(known, models.IntegerField):
        return timedelta if known.name.endswith("_seconds") else int
    return str
