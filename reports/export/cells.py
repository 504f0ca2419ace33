"""What may stand in a cell of a file. No database."""

from collections.abc import Sequence
from datetime import date, timedelta


class Fraction(float):
    """A part of a whole, from 0 to 1: spreadsheets show it in per cent."""


# Moments are naive, in the reader's zone; a timedelta is a length of time.
Cell = str | int | float | bool | date | timedelta | None
# The cells of a row.
Cells = Sequence[Cell]
