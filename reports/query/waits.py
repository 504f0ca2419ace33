"""Spans of waits: the rows of the wait distribution, and a filter of queue entries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Q
from django.utils.translation import gettext

# The upper bounds of the wait distribution, included (docs/metrics.md 5.2).
BOUNDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)

# Some digits: no database has to compare what no wait can be.
_WRITTEN = re.compile(r"([0-9]{0,7})-([0-9]{0,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class WaitSpan:
    """Waits longer than so many seconds and no longer than so many; None for no end.

    Without both ends it is every wait that is known.
    """

    over: int | None = None
    up_to: int | None = None

    def __str__(self) -> str:
        """The span as an address has it: 5-10, -5, 300-."""
        ends = ("" if end is None else str(end) for end in (self.over, self.up_to))
        return "-".join(ends)

    def __contains__(self, seconds: int) -> bool:
        """Whether a wait is one of these."""
        is_over = self.over is None or seconds > self.over
        return is_over and (self.up_to is None or seconds <= self.up_to)

    @property
    def condition(self) -> Q:
        """The queue entries whose wait is one of these."""
        found = Q(wait_seconds__isnull=False)
        if self.over is not None:
            found &= Q(wait_seconds__gt=self.over)
        if self.up_to is not None:
            found &= Q(wait_seconds__lte=self.up_to)
        return found

    def in_words(self) -> str:
        """The span as people read it."""
        ends = {"over": self.over, "up_to": self.up_to}
        if self.over is not None and self.up_to is not None:
            return gettext("over %(over)d s, up to %(up_to)d s") % ends
        if self.over is not None:
            return gettext("over %(over)d s") % ends
        if self.up_to is not None:
            return gettext("up to %(up_to)d s") % ends
        return gettext("of known length")


def spans() -> Iterator[WaitSpan]:
    """The spans of the wait distribution, from the shortest waits to the longest."""
    for over, up_to in pairwise((None, *BOUNDS, None)):
        yield WaitSpan(over, up_to)


def parse_span(text: str) -> WaitSpan | None:
    """The span that an address asks for; None if it cannot be read."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    over, up_to = (int(end) if end else None for end in written.groups())
    if over is not None and up_to is not None and up_to <= over:
        return None
    return WaitSpan(over, up_to)
