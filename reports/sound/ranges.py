"""The part of a file that a player asks for (RFC 9110, 14.2). No database."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{0,12})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many bytes of a file at most, from the place `first` on."""

    first: int
    most: int


def wanted(header: str, largest: int) -> Wanted | None:
    """What a header Range asks for, of it `largest` bytes at most.

    None where the whole file is to be sent: without a header, and for what players do
    not ask (several parts, the last bytes). A player asks again for what is missing.
    """
    found = _ONE.fullmatch(header.strip())
    if not found:
        return None
    first = int(found[1])
    last = int(found[2]) if found[2] else first + largest - 1
    if last < first:
        return None
    return Wanted(first, min(last - first + 1, largest))


def content_range(first: int, length: int, total: int) -> str:
    """The header of a part of a file of `total` bytes."""
    return f"bytes {first}-{first + length - 1}/{total}"


def beyond(total: int) -> str:
    """The header of an answer to who asks for what lies behind the end."""
    return f"bytes */{total}"
