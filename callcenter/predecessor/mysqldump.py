"""The rows in a dump of a MySQL or MariaDB database, read as text. No database.

Nothing is executed: CREATE TABLE gives the order of a table's columns, INSERT the rows.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from callcenter.upkeep.textfile import unpacked

Row = Mapping[str, str | None]

_HEAD = 65_536
# In characters: what a server takes at once (max_allowed_packet) unless told otherwise.
# A longer statement is refused, so that a small gzip file cannot fill the memory.
LONGEST_STATEMENT = 64 * 1024 * 1024
_CODECS = {
    "binary": "utf-8",
    "utf8": "utf-8",
    "utf8mb3": "utf-8",
    "utf8mb4": "utf-8",
    "latin1": "cp1252",
    "sjis": "cp932",
    "cp932": "cp932",
    "ujis": "euc_jp",
    "eucjpms": "euc_jp",
}

_QUOTED = {
    quote: rf"[^{quote}\\]*+(?:(?:\\.|{quote}{quote})[^{quote}\\]*+)*+"
    for quote in ("'", '"')
} | {"`": "[^`]*+(?:``[^`]*+)*+"}
_INSIDE = {quote: re.compile(body, re.DOTALL) for quote, body in _QUOTED.items()}
# Text that cannot end a statement; whole strings at once, for speed.
_PLAIN = re.compile(
    rf"(?:[^'\"`;\-#/]++|'{_QUOTED[chr(39)]}'|-(?!-\s)|/(?!\*))*+", re.DOTALL
)
_DELIMITER = re.compile(r"\s*DELIMITER\s+(\S+)", re.IGNORECASE)

_NAME = r"(?:[`\"]?\w+[`\"]?\.)?[`\"]?(?P<table>\w+)[`\"]?"
_CREATE = re.compile(
    rf"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\(", re.IGNORECASE
)
_COLUMN = re.compile(r"(?:^|,)\s*[`\"](\w+)[`\"]\s+[A-Za-z]", re.MULTILINE)
_INSERT = re.compile(
    r"\s*(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\s+)*"
    rf"(?:INTO\s+)?{_NAME}\s*(?:\((?P<columns>[^)]*)\)\s*)?(?:VALUES?\s*(?=\())?",
    re.IGNORECASE,
)
_ROW = re.compile(r"\s*,?\s*\(")
_VALUE = re.compile(
    rf"""\s*(?:
        (?:_\w+\s*|N)?'(?P<single>{_QUOTED["'"]})'
        | (?:_\w+\s*)?"(?P<double>{_QUOTED['"']})"
        | (?P<null>NULL)\b
        | (?:_\w+\s*)?(?:0x(?P<hex>[0-9A-F]*)|X'(?P<xhex>[0-9A-F]*)')
        | (?P<bare>[^\s,()'"`]+)
    )\s*(?P<after>[,)])""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_ESCAPED = {
    "single": re.compile(r"\\(.)|''", re.DOTALL),
    "double": re.compile(r'\\(.)|""', re.DOTALL),
}
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


class UnreadableDump(ValueError):
    """The file is no dump that can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its values as text by column, or its whole text and the problem."""

    table: str
    values: Row
    problem: str = ""


def rows_of_dump(
    path: Path,
    tables: Mapping[str, Sequence[str]],
    on_bytes: Callable[[int], object] = lambda _bytes: None,
) -> Iterator[TableRow]:
    """The rows of these tables in a dump, plain or gzip.

    `tables` has the columns of each table, for a dump that does not name them. Calls
    `on_bytes` with the bytes of the file read since the last call. Raises OSError,
    EOFError or zlib.error for an unreadable file, UnreadableDump for an unknown
    character set or a statement longer than LONGEST_STATEMENT.
    """
    with path.open("rb") as raw:
        plain = unpacked(raw)
        codec = _codec(plain.read(_HEAD))
        plain.seek(0)
        # Other tables may hold bytes that are no text. A newline in a value is kept.
        lines = io.TextIOWrapper(plain, codec, errors="surrogateescape", newline="\n")
        done = 0
        for row in rows_of_lines(_lines(lines), tables):
            yield row
            if raw.tell() != done:
                on_bytes(raw.tell() - done)
                done = raw.tell()
        on_bytes(raw.tell() - done)


def rows_of_lines(
    lines: Iterable[str], tables: Mapping[str, Sequence[str]]
) -> Iterator[TableRow]:
    """The rows of these tables in the lines of a dump.

    Raises UnreadableDump for a statement longer than LONGEST_STATEMENT.
    """
    columns = {table: list(names) for table, names in tables.items()}
    for statement in _statements(lines):
        created = _CREATE.match(statement)
        if created and created["table"].lower() in columns:
            table = created["table"].lower()
            found = _COLUMN.findall(statement, created.end())
            columns[table] = _known(found, tables[table]) or columns[table]
            continue
        inserted = _INSERT.match(statement)
        if inserted and inserted["table"].lower() in columns:
            table = inserted["table"].lower()
            named = re.findall(r"\w+", inserted["columns"] or "")
            names = _known(named, tables[table]) or columns[table]
            yield from _rows(table, names, statement, inserted.end())


def _codec(head: bytes) -> str:
    # PowerShell's `>` makes UTF-16 of whatever mysqldump writes.
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    named = re.search(rb"SET\s+NAMES\s+'?(\w+)", head, re.IGNORECASE)
    charset = named[1].decode().lower() if named else "utf8"
    if charset not in _CODECS:
        raise UnreadableDump(f"its character set {charset} is not known")
    codec = _CODECS[charset]
    return "utf-8-sig" if codec == "utf-8" else codec


def _lines(text: TextIO) -> Iterator[str]:
    """The lines, none longer than a statement may be."""
    while line := text.readline(LONGEST_STATEMENT + 1):
        _check_length(len(line))
        yield line


def _check_length(characters: int) -> None:
    if characters > LONGEST_STATEMENT:
        raise UnreadableDump(
            f"a statement is longer than {LONGEST_STATEMENT:,} characters; dump only"
            " the tables of MiniCC, or with --skip-extended-insert"
        )


def _statements(lines: Iterable[str]) -> Iterator[str]:
    """The statements without comments; the last one may be cut off."""
    parts: list[str] = []
    length = 0
    inside = ""
    is_routine = False
    for line in lines:
        if not inside and not parts and (changed := _DELIMITER.match(line)):
            # Triggers and routines, which contain semicolons, are between two of these.
            is_routine = changed[1] != ";"
            continue
        if is_routine:
            continue
        length = len(line) + (length if parts else 0)
        _check_length(length)
        start = at = 0
        while at < len(line):
            if inside == "/*":
                end = line.find("*/", at)
                start = at = len(line) if end < 0 else end + 2
                inside = inside if end < 0 else ""
            elif inside:
                at = _end_of(_INSIDE[inside], line, at) + 1
                inside = inside if at > len(line) else ""
            else:
                at = _end_of(_PLAIN, line, at)
                mark = line[at : at + 1]
                if mark in ("#", "-", "/"):
                    parts.append(line[start:at])
                    inside = "/*" if mark == "/" else ""
                    start = at = at + 2 if inside else len(line)
                elif mark == ";":
                    yield "".join([*parts, line[start:at]])
                    parts = []
                    start = at = at + 1
                elif mark:
                    inside, at = mark, at + 1
        parts.append(line[start:])
        if not any(part.strip() for part in parts):
            parts = []
    yield "".join(parts)


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _rows(
    table: str, names: Sequence[str], statement: str, at: int
) -> Iterator[TableRow]:
    """The rows of an INSERT, from its first parenthesis on."""
    while opened := _ROW.match(statement, at):
        begin = at
        values: list[str | None] = []
        at = opened.end()
        while True:
            found = _VALUE.match(statement, at)
            if found is None:
                yield _unreadable(table, statement[begin:], "cannot be read as values")
                return
            values.append(_value(found))
            at = found.end()
            if found["after"] == ")":
                break
        if len(values) == len(names):
            yield TableRow(table, dict(zip(names, values, strict=True)))
        else:
            reason = f"has {len(values)} values for {len(names)} columns"
            yield _unreadable(table, statement[begin:at], reason)
    rest = statement[at:].strip()
    if rest and not re.match(r"(?:ON|AS)\s", rest, re.IGNORECASE):
        yield _unreadable(table, rest, "cannot be read as values")


def _unreadable(table: str, text: str, reason: str) -> TableRow:
    return TableRow(table, {"text": text.strip(" ,\n")}, f"row {reason}")


def _value(found: re.Match[str]) -> str | None:
    if found["null"]:
        return None
    for quotes, escaped in _ESCAPED.items():
        if found[quotes] is not None:
            return escaped.sub(_unescaped, found[quotes])
    digits = found["hex"] if found["hex"] is not None else found["xhex"]
    if digits is not None and len(digits) % 2 == 0:
        return bytes.fromhex(digits).decode("utf-8", "surrogateescape")
    return found["bare"] or digits


def _unescaped(found: re.Match[str]) -> str:
    """What an escape stands for; a doubled quote for one."""
    character = found[1]
    if character is None:
        return found[0][0]
    if character in "%_":
        return found[0]
    return _ESCAPES.get(character, character)


def _known(names: Sequence[str], known: Sequence[str]) -> list[str]:
    """Names of columns in our spelling: MySQL ignores their case."""
    spelling = {name.lower(): name for name in known}
    return [spelling.get(name.lower(), name) for name in names]
