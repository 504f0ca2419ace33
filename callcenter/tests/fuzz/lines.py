"""Random lines of event files, most with something wrong. No database."""

import gzip
import json
from typing import Any

from hypothesis import strategies as st

from callcenter.tests.fuzz.values import PARAMETERS, QUERY, any_text, numbers
from callcenter.tests.samples import NAMES, file_of

LINES = [line for name in NAMES for line in file_of(name).read_bytes().splitlines()]
_ODD = [
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r",
    b"\\ud800",
    b"\\u0000",
]
_ODD += [
    b'"',
    b"{",
    b"}",
    b"[",
    b",",
    b"\xe2\x80\xa8",
    b"\x85",
    b"\\",
    b"1e400",
    b"NaN",
]
_AT = [
    "2026-11-22",
    "2026-11-22T01:02:03",
    "9999-12-31T23:59:59-12:00",
    "2026-11-22T25Z",
]
_AT += ["2026-11-22T01:02:03.123456789Z", "0001-01-01T00:00:00+14:00", "20261122T0102Z"]
_AT += ["2026-W47-7T01:02:03Z", "2026-11-22T01:02:03+23:59:59.999999"]

anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_text, numbers),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(any_text, inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """A recorded line with values changed, missing, or of another type."""
    fields = json.loads(draw(st.sampled_from(LINES)))
    for _ in range(draw(st.integers(0, 4))):
        match draw(st.integers(0, 5)):
            case 0:
                name = draw(st.sampled_from([*sorted(fields), "new"]))
                fields[name] = draw(anything)
            case 1:
                fields.pop(draw(st.sampled_from([*sorted(fields), "new"])), None)
            case 2:
                fields["at"] = draw(st.sampled_from(_AT))
            case 3:
                name = draw(st.sampled_from(sorted(QUERY)))
                end = f"?{name}={draw(QUERY[name])}"
                fields["path"] = str(fields.get("path")) + end
            case _ if isinstance(fields.get("params"), dict):
                name = draw(st.sampled_from(sorted(PARAMETERS)))
                fields["params"][name] = draw(st.one_of(PARAMETERS[name], anything))
            case _:
                pass
    line = json.dumps(fields, ensure_ascii=draw(st.booleans()))
    return line.encode(errors="surrogatepass")


@st.composite
def spoiled_lines(draw: st.DrawFn) -> bytes:
    """A line with bytes flipped, inserted, removed or cut off."""
    line = draw(changed())
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 4]))):
        place = draw(st.integers(0, len(line)))
        match draw(st.integers(0, 3)):
            case 0:
                line = line[:place]
            case 1:
                flipped = draw(st.integers(0, 255))
                line = line[:place] + bytes([flipped]) + line[place + 1 :]
            case 2:
                odd = draw(st.one_of(st.sampled_from(_ODD), st.binary(max_size=6)))
                line = line[:place] + odd + line[place:]
            case _:
                line = line[:place] + line[place + draw(st.integers(1, 20)) :]
    return line


# Nested deeper than Python's stack allows: a recursive reader would fail.
nested_lines = st.builds(
    lambda depth, pair: (
        b'{"at": "2026-11-22T01:02:03Z", "path": "/twilio/status/", "params":'
        b' {"CallSid": "CA11111111111111111111111111111111", "Digits": '
        + pair[0] * depth
        + b"1"
        + pair[1] * depth
        + b"}}"
    ),
    st.sampled_from([1, 5, 200, 480, 700, 990, 3000, 100_000]),
    st.sampled_from([(b"[", b"]"), (b'{"a":', b"}")]),
)
any_line = st.one_of(changed(), spoiled_lines(), spoiled_lines(), nested_lines)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """An event file: any lines, perhaps one twice, any line ends, perhaps gzipped."""
    lines = draw(st.lists(any_line, max_size=8))
    comes_twice = draw(st.booleans())
    if lines and comes_twice:
        lines.append(lines[draw(st.integers(0, len(lines) - 1))])
    end = draw(st.sampled_from([b"\n", b"\n", b"\r\n", b"\n\n"]))
    body = end.join(lines) + draw(st.sampled_from([b"", end, b" \n", b"\xef\xbb\xbf"]))
    return gzip.compress(body, mtime=0) if draw(st.integers(0, 5)) == 0 else body
