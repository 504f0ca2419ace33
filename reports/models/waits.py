"""A column for waits: how many queue entries waited how many seconds, exactly."""

import struct
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import models


class WaitsField(models.BinaryField[Any, Any]):
    """A counter of waits in whole seconds; empty where nobody waited.

    Stored as unsigned numbers of four bytes, lowest byte first: the waits in their
    order, and then how many entries each has. A day of thousands of entries takes a few
    kilobytes and is read at once.
    """

    def from_db_value(self, value: bytes, *_more: Any) -> Counter[int]:
        """The waits that stored bytes mean."""
        return unpacked(value)

    def get_prep_value(self, value: Mapping[int, int]) -> bytes:
        """The bytes for waits."""
        return packed(value)


def packed(waits: Mapping[int, int]) -> bytes:
    """The bytes in which waits are stored."""
    seconds = sorted(waits)
    return struct.pack(f"<{2 * len(waits)}I", *seconds, *map(waits.get, seconds))


def unpacked(stored: bytes) -> Counter[int]:
    """The waits of stored bytes."""
    numbers = struct.unpack(f"<{len(stored) // 4}I", stored)
    half = len(numbers) // 2
    waits = Counter[int]()
    # Not as a counter counts, which takes longer: each wait is there once.
    dict.update(waits, zip(numbers[:half], numbers[half:], strict=True))
    return waits
