"""Rows as one JSON object, a row a line; of a report as product.md 7 has it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from reports.export.cells import Cells
from reports.query.table import Row, Totals

_ROWS_AT_ONCE = 500


def list_pieces(
    name: str, as_of: str, codes: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[bytes]:
    """The bytes of a list: its name, as_of, columns, and rows by their codes."""
    yield (
        f'{{"list": {_json(name)}, "as_of": {_json(as_of)},'
        f' "columns": {_json(codes)}, "rows": ['
    ).encode()
    separator = "\n"
    left = iter(rows)
    while some := list(islice(left, _ROWS_AT_ONCE)):
        objects = [_json(dict(zip(codes, row, strict=True))) for row in some]
        yield (separator + ",\n".join(objects)).encode()
        separator = ",\n"
    yield b"\n]}\n"


def pieces(
    slug: str, cells: Cells, rows: Iterable[Row], totals: Totals, as_of: datetime
) -> Iterator[str]:
    """The text piece by piece, a row a line."""
    yield f'{{"report": {_json(slug)}, "columns": {_json(cells.head)}, "rows": ['
    separator = "\n"
    for row in totals.watch(rows):
        yield f"{separator}{_object(cells, row)}"
        separator = ",\n"
    yield f'\n], "totals": {_object(cells, totals.row())}'
    yield f', "as_of": {_json(cells.moment(as_of))}}}\n'


def _object(cells: Cells, row: Row) -> str:
    return _json(dict(zip(cells.codes, cells.of(row), strict=True)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
