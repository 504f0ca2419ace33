"""Which callers the tabs of the work list hold: how many, and page by page.

What is still to do is found by an index however old it is; of finished work the tabs
show the newest.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.days import midnight
from callcenter.models import AbandonedCall
from reports.query.selection import default_zone
from reports.worklist.callers import Caller, Key, merged

State = AbandonedCall.State
Rows = models.QuerySet[AbandonedCall]

# Callers on one page.
PAGE_CALLERS = 50
# Callers of a file that are read at once.
FILE_CALLERS = 200
# Of more calls the list leaves out the oldest: nobody works through more, and pages and
# counts stay fast.
MOST_CALLS = 10_000
# How far back the list reaches, in days: without limit unless a span is chosen.
ALL = 0
DAYS = (ALL, 1, 7, 30, 365)
# So many digits fit into the id column of every database.
_MOST_DIGITS = 18


class Tab(models.TextChoices):
    """A tab of the list: callers in some states of the work."""

    TODO = "todo", _("To do")
    OPEN = "open", pgettext_lazy("state of the work", "Open")
    IN_PROGRESS = "in_progress", _("In progress")
    REACHED = "reached", _("Reached")
    CLOSED = "closed", _("Closed")

    @property
    def states(self) -> tuple[str, ...]:
        """The states of the calls that it shows."""
        if self == Tab.TODO:
            return (State.OPEN, State.IN_PROGRESS)
        if self == Tab.CLOSED:
            return (State.CLOSED, State.RECOVERED)
        return (self.value,)

    @property
    def is_finished(self) -> bool:
        """Whether nothing is to be done about its callers any more."""
        return self in (Tab.REACHED, Tab.CLOSED)

    @property
    def is_oldest_first(self) -> bool:
        """Open work is listed in the order in which it came; finished work is not."""
        return not self.is_finished


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: moment and id of the call by which a caller is sorted."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place from its text; raises ValueError or OverflowError if it is none."""
        at, _tilde, pk = text.rpartition("~")
        moment = datetime.fromisoformat(at)
        is_number = pk.isascii() and pk.isdecimal() and len(pk) <= _MOST_DIGITS
        if moment.tzinfo is None or not is_number:
            raise ValueError(text)
        return cls(moment.astimezone(UTC), int(pk))


@dataclass(frozen=True, slots=True)
class Page:
    """Some callers of a tab, and where the next page begins."""

    callers: list[Caller]
    following: Place | None


class Row(NamedTuple):
    """The columns of an abandoned call by which callers are merged and sorted."""

    pk: int
    caller: str
    state: str
    at: datetime

    @property
    def key(self) -> Key:
        """The same for all calls of a caller; calls without a number have their own."""
        return self.caller or self.pk


@dataclass(frozen=True, slots=True)
class Calls:
    """Abandoned calls, newest first; of more than MOST_CALLS the newest."""

    rows: list[Row]
    is_cut: bool

    @classmethod
    def newest(cls, found: Rows) -> Self:
        """The newest of the calls, read in one query."""
        with_state: Any = found  # of our queryset
        # The index ends with the moment; equal moments are sorted here.
        in_order = with_state.with_state().order_by("-abandoned_at")
        columns = in_order.values_list("pk", "caller", "state", "abandoned_at")
        rows = list(map(Row._make, columns[: MOST_CALLS + 1]))
        is_cut = len(rows) > MOST_CALLS
        rows = sorted(rows[:MOST_CALLS], key=lambda row: (row.at, row.pk), reverse=True)
        return cls(rows, is_cut)

    @property
    def since(self) -> datetime | None:
        """The moment of the oldest of the calls."""
        return self.rows[-1].at if self.rows else None

    def callers_since(self, moment: datetime) -> int:
        """How many callers have a call at or after a moment."""
        return len({row.key for row in self.rows if row.at >= moment})


@dataclass(frozen=True, slots=True)
class ToRingBack:
    """How many callers somebody has to ring back, and how many of them since midnight.

    With `is_cut` there are more: older calls were not read.
    """

    callers: int
    of_today: int
    is_cut: bool

    @classmethod
    def of(cls, calls: Calls, now: datetime) -> Self:
        """The callers of calls that are to do."""
        zone = default_zone()
        today = midnight(now.astimezone(zone).date(), zone)
        callers = len({row.key for row in calls.rows})
        return cls(callers, calls.callers_since(today), calls.is_cut)


def to_ring_back(now: datetime) -> ToRingBack:
    """The callers of the tab To do, as long as nothing else is filtered."""
    return ToRingBack.of(_to_do(AbandonedCall.all_reasons.all()), now)


def _to_do(rows: Rows) -> Calls:
    found: Any = rows  # to_ring_back is of our queryset
    return Calls.newest(found.to_ring_back())


@dataclass(frozen=True, slots=True)
class WorkList:
    """The calls of all tabs: those to do, and the newest of whatever state."""

    to_do: Calls
    newest: Calls
    now: datetime
    # Where the span of time begins, if one is chosen.
    since: datetime | None

    @classmethod
    def of(cls, asked: Q, days: int, now: datetime) -> Self:
        """The calls that are asked for, as far back as so many days.

        It makes two queries, and a third where nothing is asked for but days.
        """
        since = now - timedelta(days=days) if days else None
        rows = AbandonedCall.all_reasons.filter(asked)
        if since:
            rows = rows.filter(abandoned_at__gte=since)
        newest = Calls.newest(rows if asked else _with_edge(rows))
        return cls(_to_do(rows), newest, now, since)

    def calls(self, tab: Tab) -> Calls:
        """The calls among which those of a tab are."""
        return self.newest if tab.is_finished else self.to_do

    @property
    def to_ring_back(self) -> ToRingBack:
        """How many callers are to be rung back."""
        return ToRingBack.of(self.to_do, self.now)

    @property
    def withheld(self) -> int:
        """How many of the newest calls have a withheld number."""
        return sum(
            not row.caller and row.state != State.WITHDRAWN for row in self.newest.rows
        )

    def counts(self) -> dict[Tab, int]:
        """How many callers each tab has."""
        keys: dict[tuple[bool, str], set[Key]] = defaultdict(set)
        for is_finished, calls in ((False, self.to_do), (True, self.newest)):
            for row in calls.rows:
                keys[is_finished, row.state].add(row.key)
        return {
            tab: len(set().union(*(keys[tab.is_finished, each] for each in tab.states)))
            for tab in Tab
        }

    def page(self, tab: Tab, after: Place | None) -> Page:
        """The callers of a tab that come after a place; it makes two queries."""
        heads = (head for head in self._heads(tab) if _is_after(head, after, tab))
        shown = list(islice(heads, PAGE_CALLERS + 1))
        following = None
        if len(shown) > PAGE_CALLERS:
            del shown[PAGE_CALLERS:]
            following = Place(shown[-1].at, shown[-1].pk)
        return Page(self._callers(tab, shown), following)

    def callers(self, tab: Tab) -> Iterator[Caller]:
        """All callers of a tab, some of them at a time."""
        heads = iter(self._heads(tab))
        while some := list(islice(heads, FILE_CALLERS)):
            yield from self._callers(tab, some)

    def _heads(self, tab: Tab) -> list[Row]:
        """The first call of each caller, in the order of the tab."""
        rows = self.calls(tab).rows
        heads: dict[Key, Row] = {}
        for row in reversed(rows) if tab.is_oldest_first else rows:
            if row.state in tab.states:
                heads.setdefault(row.key, row)
        return list(heads.values())

    def _callers(self, tab: Tab, heads: list[Row]) -> list[Caller]:
        keys = {head.key for head in heads}
        pks = [
            row.pk
            for row in self.calls(tab).rows
            if row.state in tab.states and row.key in keys
        ]
        calls = AbandonedCall.all_reasons.with_state().filter(pk__in=pks)
        return merged(calls, [head.key for head in heads])


def _with_edge(rows: Rows) -> Rows:
    """The rows from the oldest of the newest on.

    MariaDB would rather read and sort a whole table than follow the index for so many
    rows. The edge it finds in the index alone.
    """
    moments = rows.order_by("-abandoned_at").values_list("abandoned_at", flat=True)
    edge = list(moments[MOST_CALLS : MOST_CALLS + 1])
    return rows.filter(abandoned_at__gte=edge[0]) if edge else rows


def _is_after(head: Row, place: Place | None, tab: Tab) -> bool:
    if place is None:
        return True
    here, there = (head.at, head.pk), (place.at, place.pk)
    return here > there if tab.is_oldest_first else here < there
