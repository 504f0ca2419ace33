"""Callers who gave up, merged from their abandoned calls: counts, pages, one caller."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from callcenter.models import AbandonedCall, FollowUp, FollowUpStep

State = AbandonedCall.State
# A caller, or the id of a call without a number.
Key = str | int

# Callers on one page.
PAGE_CALLERS = 50
# Of more calls the list leaves out the oldest: nobody works through more, and pages and
# counts stay fast.
MOST_CALLS = 10_000
# How far back the list reaches, in days.
DAYS = (1, 7, 30, 365)
USUAL_DAYS = 7
# So many digits fit into the id column of every database.
_MOST_DIGITS = 18


class Tab(models.TextChoices):
    """A tab of the list: callers in some states of the work."""

    TODO = "todo", _("To do")
    OPEN = "open", _("Open")
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
    def is_oldest_first(self) -> bool:
        """Open work is listed in the order in which it came; finished work is not."""
        return self not in (Tab.REACHED, Tab.CLOSED)


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


@dataclass(frozen=True)
class Caller:
    """One caller: the calls of a tab and all steps taken, both oldest first."""

    calls: Sequence[AbandonedCall]
    steps: Sequence[FollowUpStep]

    @property
    def first(self) -> AbandonedCall:
        """The oldest call; its id stands for the caller in URLs."""
        return self.calls[0]

    @property
    def last(self) -> AbandonedCall:
        return self.calls[-1]

    @property
    def number(self) -> str:
        """The number in E.164, empty if it is withheld."""
        return self.last.caller

    @property
    def state(self) -> str:
        return self.last.state

    @cached_property
    def follow_up(self) -> FollowUp | None:
        """The follow-up of the newest call; none if nobody has acted on it."""
        return getattr(self.last, "follow_up", None)

    @property
    def attempts(self) -> list[FollowUpStep]:
        """The ring-backs, oldest first."""
        return [step for step in self.steps if step.act == FollowUpStep.Act.ATTEMPT]


@dataclass(frozen=True, slots=True)
class Page:
    """Some callers of a tab, and where the next page begins."""

    callers: list[Caller]
    following: Place | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many callers each tab has, and how many calls have a withheld number."""

    callers: dict[Tab, int]
    withheld: int


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
class RecentCalls:
    """The abandoned calls since a moment, newest first, read in one query."""

    since: datetime
    # Whether there were too many calls, so that it begins later than was asked for.
    is_cut: bool
    rows: list[Row]

    @classmethod
    def of(cls, days: int, now: datetime) -> Self:
        """The calls of so many days; of more than MOST_CALLS the newest."""
        since = now - timedelta(days=days)
        found: Any = _since(since).order_by("-abandoned_at", "-pk")
        columns = found.values_list("pk", "caller", "state", "abandoned_at")
        rows = list(map(Row._make, columns[: MOST_CALLS + 1]))
        if len(rows) <= MOST_CALLS:
            return cls(since, False, rows)
        del rows[MOST_CALLS:]
        return cls(rows[-1].at, True, rows)

    def counts(self) -> Counts:
        """How many callers each tab has."""
        keys: dict[str, set[Key]] = defaultdict(set)
        for row in self.rows:
            keys[row.state].add(row.key)
        return Counts(
            {
                tab: len(set().union(*(keys[state] for state in tab.states)))
                for tab in Tab
            },
            sum(not row.caller for row in self.rows),
        )

    def page(self, tab: Tab, after: Place | None) -> Page:
        """The callers of a tab that come after a place; it makes two queries."""
        in_order = reversed(self.rows) if tab.is_oldest_first else self.rows
        # A caller is sorted by the first of their calls in this order.
        heads: dict[Key, Row] = {}
        for row in in_order:
            if row.state in tab.states:
                heads.setdefault(row.key, row)
        shown = [head for head in heads.values() if _is_after(head, after, tab)]
        following = None
        if len(shown) > PAGE_CALLERS:
            del shown[PAGE_CALLERS:]
            following = Place(shown[-1].at, shown[-1].pk)
        keys = {head.key for head in shown}
        pks = [
            row.pk for row in self.rows if row.state in tab.states and row.key in keys
        ]
        calls = AbandonedCall.objects.with_state().filter(pk__in=pks)
        return Page(merged(calls, [head.key for head in shown]), following)


def _since(moment: datetime) -> models.QuerySet[AbandonedCall]:
    return AbandonedCall.objects.with_state().filter(
        abandoned_at__gte=moment, is_withdrawn=False
    )


def _is_after(head: Row, place: Place | None, tab: Tab) -> bool:
    if place is None:
        return True
    here, there = (head.at, head.pk), (place.at, place.pk)
    return here > there if tab.is_oldest_first else here < there


def merged(calls: models.QuerySet[AbandonedCall], keys: Iterable[Key]) -> list[Caller]:
    """The callers of these calls, in the order of the keys; it makes two queries."""
    by_key: dict[Key, list[AbandonedCall]] = defaultdict(list)
    found = calls.select_related(
        "follow_up", "follow_up__claimed_by", "follow_up__handled_by"
    )
    for call in found.order_by("abandoned_at", "pk"):
        by_key[call.caller or call.pk].append(call)
    steps: dict[int, list[FollowUpStep]] = defaultdict(list)
    pks = [call.pk for each in by_key.values() for call in each]
    made = FollowUpStep.objects.filter(follow_up__abandoned_call__in=pks)
    for step in made.select_related("by").annotate(
        about=F("follow_up__abandoned_call")
    ):
        steps[step.about].append(step)
    return [
        Caller(
            by_key[key],
            sorted(
                (step for call in by_key[key] for step in steps[call.pk]),
                key=lambda step: (step.made_at, step.pk),
            ),
        )
        for key in keys
        if key in by_key
    ]


def caller_of(call: AbandonedCall, most: int) -> Caller:
    """The caller of one call, with this call and the `most` newest of the number."""
    calls = AbandonedCall.objects.with_state().filter(is_withdrawn=False)
    if not call.caller:
        return merged(calls.filter(pk=call.pk), [call.pk])[0]
    of_caller = calls.filter(caller=call.caller)
    newest = of_caller.order_by("-abandoned_at", "-pk").values_list("pk", flat=True)
    pks = {call.pk, *newest[:most]}
    return merged(calls.filter(pk__in=pks), [call.caller])[0]
