"""Who called again, who was never reached, how long that took (docs/metrics.md 5.6).

Withheld numbers are never merged: each such call is a caller of its own. Five queries,
however many callers there are, and none that looks into the history of each caller:
some ring every day for years.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Lead

from callcenter.days import midnight
from callcenter.models import AbandonedCall, Call, QueueEntry
from reports.query.counted import COUNTED
from reports.query.periods import DAY
from reports.query.selection import Selection

Outcome = Call.Outcome

# Who calls again so soon after an answer did not get what they wanted.
REPEATED_WITHIN = timedelta(hours=24)
# Attempts so long before an answered call were for the same matter.
REDIALLED_WITHIN = timedelta(minutes=30)


# The primary key of a call whose caller is withheld; 0 of others.
_WITHHELD = Case(
    When(caller="", then="pk"), default=Value(0), output_field=BigIntegerField()
)


@dataclass(slots=True)
class Attempts:
    """What became of the abandoned calls of one caller."""

    redials: int = 0
    lost: int = 0
    # Not reached yet, and the business day is not over.
    undecided: int = 0
    # Seconds until they were reached.
    recoveries: list[int] = field(default_factory=list)

    @property
    def is_lost(self) -> bool | None:
        """Whether nobody reached them on the day they gave up; None if it lasts."""
        if self.lost:
            return True
        return None if self.undecided else False


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller: the number, empty if it is withheld, and the calls of the period."""

    number: str
    calls: int
    answered: int
    abandoned: int
    first_call_at: datetime
    last_call_at: datetime
    # The SID of one of the calls.
    sid: str
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class Contacts:
    """What rates of the whole period are made of."""

    # Callers with a call that was offered to operators.
    offered: int
    # Answered calls of known callers that can be judged, and those after which the
    # caller rang again.
    mature: int
    repeated: int
    # Answered calls too young to be judged.
    immature: int


def callers(asked: Selection, now: datetime) -> Iterator[Caller]:
    """Callers who called more than once or gave up, the one of most calls first."""
    attempts = _attempts(asked, now)
    gave_up = Q(Exists(_abandoned(call=OuterRef("pk"))))
    groups = (
        _calls(asked)
        # Those who withheld their number stand alone.
        .values("caller", withheld=_WITHHELD)
        .annotate(
            calls=Count("pk"),
            answered=Count("pk", filter=Q(outcome=Outcome.ANSWERED)),
            abandoned=Count("pk", filter=Q(outcome=Outcome.ABANDONED)),
            first_call_at=Min("started_at"),
            last_call_at=Max("started_at"),
            sid=Max("sid"),
            gave_up=Count("pk", filter=gave_up),
        )
        .filter(Q(calls__gt=1) | Q(gave_up__gt=0))
        .order_by("-calls", "caller", "sid")
    )
    for group in groups:
        yield Caller(
            number=group["caller"],
            calls=group["calls"],
            answered=group["answered"],
            abandoned=group["abandoned"],
            first_call_at=group["first_call_at"],
            last_call_at=group["last_call_at"],
            sid=group["sid"],
            attempts=attempts[group["caller"], group["withheld"]],
        )


def contacts(asked: Selection, now: datetime) -> Contacts:
    """The sums of the calls of the period, for rates."""
    offered = Q(
        Exists(QueueEntry.objects.filter(COUNTED["offered"], call=OuterRef("pk")))
    )
    answered = ~Q(caller="") & Q(outcome=Outcome.ANSWERED)
    mature = answered & Q(started_at__lte=now - REPEATED_WITHIN)
    found = _calls(asked).aggregate(
        known=Count("caller", filter=offered & ~Q(caller=""), distinct=True),
        withheld=Count("pk", filter=offered & Q(caller="")),
        mature=Count("pk", filter=mature),
        answered=Count("pk", filter=answered),
    )
    return Contacts(
        offered=found["known"] + found["withheld"],
        mature=found["mature"],
        repeated=_followed(asked, mature),
        immature=found["answered"] - found["mature"],
    )


def _followed(asked: Selection, which: Q) -> int:
    """How many of these calls were followed soon by another call of the same caller.

    On any line, and also after the period. Of calls of one caller that began at the
    same moment, one follows the other.
    """
    start, end = asked.period.bounds()
    following = Window(
        Lead("started_at"), partition_by="caller", order_by=["started_at", "sid"]
    )
    # Inside the window's expression: as a condition beside it, it would take away the
    # calls that follow.
    of_period = which & asked.condition(Call) & asked.of_days("started_at")
    of_period &= Q(started_at__lt=end)
    return (
        Call.objects.customers()
        .exclude(caller="")
        .filter(started_at__gte=start, started_at__lt=end + REPEATED_WITHIN)
        .annotate(followed_at=Case(When(of_period, then=following)))
        .filter(followed_at__lte=F("started_at") + REPEATED_WITHIN)
        .count()
    )


def _calls(asked: Selection) -> QuerySet[Call]:
    return asked.listed(Call.objects.customers(), "started_at").rows.order_by()


def _abandoned(**which: Any) -> QuerySet[AbandonedCall]:
    return AbandonedCall.objects.filter(is_withdrawn=False, **which).order_by()


def _attempts(
    asked: Selection, now: datetime
) -> defaultdict[tuple[str, int], Attempts]:
    """What became of the abandoned calls of the period, by caller.

    And of those who withheld their number by call.
    """
    abandoned = _abandoned(call__in=_calls(asked))
    rows = list(abandoned.values_list("caller", "call", "abandoned_at", "recovered_at"))
    moments = [abandoned_at for _caller, _call, abandoned_at, _recovered_at in rows]
    answers = _answers(abandoned, moments)
    found: defaultdict[tuple[str, int], Attempts] = defaultdict(Attempts)
    for caller, call, abandoned_at, recovered_at in rows:
        attempts = found[caller, 0 if caller else call]
        attempts.redials += _is_in(
            answers[caller], abandoned_at, abandoned_at + REDIALLED_WITHIN
        )
        day = abandoned_at.astimezone(asked.zone).date()
        end = midnight(day + DAY, asked.zone)
        if recovered_at:
            waited = recovered_at - abandoned_at
            attempts.recoveries.append(int(waited.total_seconds()))
        if recovered_at is None or recovered_at >= end:
            attempts.lost += now >= end
            attempts.undecided += now < end
    return found


def _answers(
    abandoned: QuerySet[AbandonedCall], moments: Sequence[datetime]
) -> defaultdict[str, list[datetime]]:
    """When calls began that were answered soon after these, by caller and in order."""
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    if not moments:
        return found
    span = (min(moments), max(moments) + REDIALLED_WITHIN)
    callers = abandoned.exclude(caller="").values("caller")
    rows = (
        Call.objects.customers()
        .filter(outcome=Outcome.ANSWERED, started_at__range=span, caller__in=callers)
        .order_by("started_at")
        .values_list("caller", "started_at")
    )
    for caller, started_at in rows.iterator():
        if started_at:
            found[caller].append(started_at)
    return found


def _is_in(moments: Sequence[datetime], first: datetime, last: datetime) -> bool:
    """Whether one of the moments, which are in order, lies there; both included."""
    place = bisect_left(moments, first)
    return place < len(moments) and moments[place] <= last
