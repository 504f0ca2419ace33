"""Rows as one JSON object: report, columns, rows, totals, as_of (product.md 7)."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from reports.base import Row, Totals
from reports.export.cells import Cells


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
