"""Callers who gave up, merged from their abandoned calls: how many, which, and each."""

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

# Callers on one page.
PAGE_CALLERS = 50
# Beyond these the list begins later: nobody works off more, and each page, count and
# choice of days stays as fast as over so many.
MOST_CALLS = 10_000
# How far back the list reaches, in days.
DAYS = (1, 7, 30, 365)
USUAL_DAYS = 7
# Of a number that every database can hold.
_MOST_DIGITS = 18


class Tab(models.TextChoices):
    """What a caller is looked for by: the state of the work."""

    TODO = "todo", _("To do")
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    REACHED = "reached", _("Reached")
    CLOSED = "closed", _("Closed")

    @property
    def states(self) -> tuple[str, ...]:
        """The states of calls that stand under it."""
        if self == Tab.TODO:
            return (State.OPEN, State.IN_PROGRESS)
        if self == Tab.CLOSED:
            return (State.CLOSED, State.RECOVERED)
        return (self.value,)

    @property
    def is_oldest_first(self) -> bool:
        """Work is done in the order in which it came; what is done, newest first."""
        return self not in (Tab.REACHED, Tab.CLOSED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: a caller's moment in the order, and a call's number."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place that was written so; ValueError, OverflowError."""
        at, _tilde, pk = text.rpartition("~")
        moment = datetime.fromisoformat(at)
        is_number = pk.isascii() and pk.isdecimal() and len(pk) <= _MOST_DIGITS
        if moment.tzinfo is None or not is_number:
            raise ValueError(text)
        return cls(moment.astimezone(UTC), int(pk))


@dataclass(frozen=True)
class Caller:
    """One caller with the calls of a tab, oldest first, and what was done about it."""

    calls: Sequence[AbandonedCall]
    steps: Sequence[FollowUpStep]

    @property
    def first(self) -> AbandonedCall:
        """The first of the calls, which names the caller in addresses."""
        return self.calls[0]

    @property
    def last(self) -> AbandonedCall:
        return self.calls[-1]

    @property
    def number(self) -> str:
        """E.164, empty when withheld."""
        return self.last.caller

    @property
    def state(self) -> str:
        return self.last.state

    @cached_property
    def follow_up(self) -> FollowUp | None:
        """The work on the newest call."""
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
    """How many callers stand under each tab, and how many calls hide their number."""

    callers: dict[Tab, int]
    withheld: int


class Glance(NamedTuple):
    """As much of an abandoned call as says where its caller stands."""

    pk: int
    caller: str
    state: str
    at: datetime

    @property
    def key(self) -> str:
        """What calls of one caller have in common; those without a number nothing."""
        return self.caller or str(self.pk)


@dataclass(frozen=True, slots=True)
class Reach:
    """The abandoned calls since a moment, newest first; one query gives them all."""

    since: datetime
    # Whether there are too many calls to reach as far as was asked for.
    is_cut: bool
    glances: list[Glance]

    @classmethod
    def of(cls, days: int, now: datetime) -> Self:
        """So many days, or as many as hold the most calls that are looked at."""
        since = now - timedelta(days=days)
        rows: Any = _since(since).order_by("-abandoned_at", "-pk")
        columns = rows.values_list("pk", "caller", "state", "abandoned_at")
        glances = list(map(Glance._make, columns[: MOST_CALLS + 1]))
        if len(glances) <= MOST_CALLS:
            return cls(since, False, glances)
        del glances[MOST_CALLS:]
        return cls(glances[-1].at, True, glances)

    def counts(self) -> Counts:
        """How many callers stand under each tab."""
        keys: dict[str, set[str]] = defaultdict(set)
        for glance in self.glances:
            keys[glance.state].add(glance.key)
        return Counts(
            {
                tab: len(set().union(*(keys[state] for state in tab.states)))
                for tab in Tab
            },
            sum(not glance.caller for glance in self.glances),
        )

    def page(self, tab: Tab, after: Place | None) -> Page:
        """The callers of a tab that come after a place, in two queries."""
        glances = reversed(self.glances) if tab.is_oldest_first else self.glances
        # The first one of each caller says where in the order the caller stands.
        heads: dict[str, Glance] = {}
        for glance in glances:
            if glance.state in tab.states:
                heads.setdefault(glance.key, glance)
        shown = [head for head in heads.values() if _is_after(head, after, tab)]
        following = None
        if len(shown) > PAGE_CALLERS:
            del shown[PAGE_CALLERS:]
            following = Place(shown[-1].at, shown[-1].pk)
        keys = {head.key for head in shown}
        pks = [
            glance.pk
            for glance in self.glances
            if glance.state in tab.states and glance.key in keys
        ]
        calls = AbandonedCall.objects.with_state().filter(pk__in=pks)
        return Page(merged(calls, [head.key for head in shown]), following)


def _since(moment: datetime) -> models.QuerySet[AbandonedCall]:
    return AbandonedCall.objects.with_state().filter(
        abandoned_at__gte=moment, is_withdrawn=False
    )


def _is_after(head: Glance, place: Place | None, tab: Tab) -> bool:
    if place is None:
        return True
    here, there = (head.at, head.pk), (place.at, place.pk)
    return here > there if tab.is_oldest_first else here < there


def merged(calls: models.QuerySet[AbandonedCall], keys: Iterable[str]) -> list[Caller]:
    """The calls as callers in the order of their keys, in two queries."""
    by_key: dict[str, list[AbandonedCall]] = defaultdict(list)
    found = calls.select_related(
        "follow_up", "follow_up__claimed_by", "follow_up__handled_by"
    )
    for call in found.order_by("abandoned_at", "pk"):
        by_key[call.caller or str(call.pk)].append(call)
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
    """The caller of one call, with the newest calls of the number."""
    calls = AbandonedCall.objects.with_state().filter(is_withdrawn=False)
    if not call.caller:
        return merged(calls.filter(pk=call.pk), [str(call.pk)])[0]
    of_caller = calls.filter(caller=call.caller)
    newest = of_caller.order_by("-abandoned_at", "-pk").values_list("pk", flat=True)
    pks = {call.pk, *newest[:most]}
    return merged(calls.filter(pk__in=pks), [call.caller])[0]
