"""Lines that are kept aside, without the secrets that no stored event has. No database.

What an event leaves out is decided in `events.eventfile`; here the same is taken out of
lines that could not become events.
"""

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs

from callcenter.params import SECRET_PARAMS, TYPED_PARAMS

_BLANK = b"***"
# After a name: a text in quotes, which may be escaped, or not closed; a list; or what
# stands up to the next separator, as in a form.
_VALUE = rb"""(?:
    "(?:[^"\\]|\\.)*+"?
    | '(?:[^'\\]|\\.)*+'?
    | \\+"[^"]*+"?
    | \[[^\]]*+\]?
    | [^\s,;&"'}\]]++
)"""


def _pattern(names: Collection[str]) -> re.Pattern[bytes]:
    any_name = b"|".join(name.encode() for name in sorted(names))
    return re.compile(
        rb"(\b(?:" + any_name + rb")\\*[\"']?\s*[:=]\s*)" + _VALUE,
        re.VERBOSE | re.DOTALL,
    )


_WITH_TYPED = SECRET_PARAMS | TYPED_PARAMS
_PATTERNS = {names: _pattern(names) for names in (SECRET_PARAMS, _WITH_TYPED)}


def stripped(line: bytes) -> bytes:
    """A line of an event file without tokens and typed PINs, for a file of rejects.

    Of a line of JSON the fields are left out. Of other lines, and of texts within JSON,
    the values are blanked wherever the name of such a field stands before them.
    """
    try:
        fields = json.loads(line)
        names = _secret_names(fields)
        without = _without(fields, names)
        if without != fields:
            line = json.dumps(without, ensure_ascii=False).encode(
                "utf-8", "backslashreplace"
            )
    except (ValueError, RecursionError):
        names = _WITH_TYPED
    return _PATTERNS[names].sub(rb"\g<1>" + _BLANK, line)


def _secret_names(fields: Any) -> frozenset[str]:
    """The fields to leave out, with what was typed wherever that may be a PIN."""
    path = fields.get("path") if isinstance(fields, dict) else None
    if not isinstance(path, str):
        return _WITH_TYPED
    bare_path, _, query = path.partition("?")
    is_signed_in = parse_qs(query).get("in") == ["1"]
    asks_for_pin = "operator" in bare_path and not is_signed_in
    return _WITH_TYPED if asks_for_pin else SECRET_PARAMS


def _without(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: _without(one, names)
            for name, one in value.items()
            if name not in names
        }
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    return value
