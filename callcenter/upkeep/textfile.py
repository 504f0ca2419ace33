"""The lines of a text file as UTF-8: plain or gzip, in any encoding of Unicode.

A file is read as a stream, and of a line no more than LONGEST_LINE is held in memory:
a small gzip file may hold gigabytes without a line end.
"""

import codecs
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from callcenter.events.eventfile import LONGEST_LINE

_GZIP_MAGIC = b"\x1f\x8b"
# What is read at once of the rest of a line that is too long.
_PIECE = 65_536
# Longer marks first: that of UTF-32 begins with that of UTF-16. A JSON line begins with
# "{", so without a mark the zero bytes around it say the same.
_BEGINNINGS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"{\0\0\0": "utf-32-le",
    b"\0\0\0{": "utf-32-be",
    b"{\0": "utf-16-le",
    b"\0{": "utf-16-be",
}


class UnreadableText(ValueError):
    """The file as a whole is in no encoding that can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its line end; of one longer than LONGEST_LINE only the beginning."""

    content: bytes
    is_cut: bool = False


def unpacked(raw: BinaryIO) -> BinaryIO | gzip.GzipFile:
    """The content of a file that may be compressed with gzip."""
    magic = raw.read(len(_GZIP_MAGIC))
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if magic == _GZIP_MAGIC else raw


def utf8_lines(raw: BinaryIO) -> Iterator[Line]:
    """The lines of a file.

    Raises UnreadableText before the first line if the file is in an encoding that is
    not Unicode, and where UTF-16 or UTF-32 is cut off or damaged; OSError, EOFError or
    zlib.error if it cannot be read or unpacked.
    """
    content = unpacked(raw)
    head = content.read(4)
    content.seek(0)
    for beginning, encoding in _BEGINNINGS.items():
        if head.startswith(beginning):
            yield from _transcoded(content, encoding)
            return
    _check(content)
    content.seek(0)
    yield from plain_lines(content)


def plain_lines(content: BinaryIO | gzip.GzipFile) -> Iterator[Line]:
    """The lines of a file that we have written, whatever is damaged in them."""
    while line := content.readline(LONGEST_LINE + 1):
        is_cut = len(line) > LONGEST_LINE
        rest = line
        while is_cut and rest and not rest.endswith(b"\n"):
            rest = content.readline(_PIECE)
        yield Line(line[:LONGEST_LINE], is_cut)


def _transcoded(content: BinaryIO | gzip.GzipFile, encoding: str) -> Iterator[Line]:
    text = io.TextIOWrapper(content, encoding, newline="\n")
    try:
        yield from _encoded(text)
    except UnicodeDecodeError as error:
        raise UnreadableText(f"it is no valid {encoding.upper()}") from error
    finally:
        text.detach()


def _encoded(text: TextIO) -> Iterator[Line]:
    # No character takes less than one byte.
    while line := text.readline(LONGEST_LINE + 1):
        rest = line
        while len(line) > LONGEST_LINE and rest and not rest.endswith("\n"):
            rest = text.readline(_PIECE)
        encoded = line.encode()
        yield Line(encoded[:LONGEST_LINE], is_cut=len(encoded) > LONGEST_LINE)


def _check(content: BinaryIO | gzip.GzipFile) -> None:
    """Refuse a file in another encoding, of which only lines in ASCII would be read.

    A damaged line in a file of UTF-8 is no reason: other lines are readable.
    """
    damaged = 0
    for number, line in enumerate(plain_lines(content), 1):
        if line.is_cut or line.content.isascii():
            continue
        try:
            line.content.decode()
        except UnicodeDecodeError:
            # The last line may have been torn in the middle of a character.
            if line.content.endswith(b"\n"):
                damaged = damaged or number
        else:
            return
    if damaged:
        raise UnreadableText(
            f"line {damaged} is not in UTF-8; convert the file, for example with"
            " iconv -f CP932 -t UTF-8"
        )
