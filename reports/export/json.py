"""Rows as one JSON object, a row a line, as docs/contract.md 7 describes it."""

import json
from collections.abc import Iterator, Sequence

from reports.export.sheet import Sheet

_encode = json.JSONEncoder(ensure_ascii=False).encode


def pieces(slug: str, sheet: Sheet, as_of: str) -> Iterator[bytes]:
    """The bytes of the object, its head before any row is read."""
    codes = sheet.codes

    def written(cells: Sequence[object]) -> str:
        return _encode(dict(zip(codes, cells, strict=True)))

    head = f'{{"report": {_encode(slug)}, "columns": {_encode(sheet.head)}, "rows": ['
    yield head.encode()
    separator = "\n"
    for block in sheet.blocks():
        yield (separator + ",\n".join([written(row) for row in block])).encode()
        separator = ",\n"
    totals = _encode(dict(zip(codes, sheet.totals(), strict=True)) | sheet.figures)
    end = f'\n], "totals": {totals}, "as_of": {_encode(as_of)}}}\n'
    yield end.encode()
