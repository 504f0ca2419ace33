"""The figures at the top of the first page, and the newest queue entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from callcenter import presence
from callcenter.models import (
    Call,
    OperatorState,
    PhoneLine,
    Queue,
    QueueEntry,
    WrongPins,
)
from callcenter.models.pins import CLOSES_AT
from callcenter.numbers import phone_number
from reports.dashboard import day as day_of_page
from reports.dashboard.attention import Matter, matters
from reports.dashboard.day import Day
from reports.dashboard.weeks import FourWeeks, four_weeks
from reports.present import formats, masking, names, swatches
from reports.present.balance import Balance, balance
from reports.present.links import list_url, report_url, row_url
from reports.present.meters import state
from reports.query.entry_tallies import entry_tallies
from reports.query.measures import rate
from reports.query.periods import Period
from reports.query.selection import Selection, default_zone
from reports.query.table import NOTHING
from reports.query.tallies import Tallies, sum_tallies, total_of
from reports.query.tally import Tally
from reports.query.targets import Targets
from reports.worklist import tabs, words

Outcome = QueueEntry.Outcome
State = OperatorState.State
# How many of the newest queue entries the page shows.
NEWEST = 8
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number at the top of the page: the list it opens, and a note below it.

    `before` is the same number a week ago, until the same time of the day. `state` is
    how good what the note says is: "ok", "warn", "bad" or empty.
    """

    label: str
    value: str
    url: str
    note: str = ""
    before: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class NewestEntry:
    """One of the newest queue entries, as the page shows it.

    It leads to the timeline of its call, as the rows of the lists do.
    """

    url: str
    entered_at: datetime
    caller: str
    queue: str
    outcome: SafeString
    wait: str


@dataclass(frozen=True, slots=True)
class Closed:
    """One operator who cannot sign in by telephone until somebody opens it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Today:
    """What the first page shows of the day until now."""

    as_of: datetime
    figures: list[Figure]
    balance: Balance
    # Why fewer callers wait now than the balance has entries without an outcome.
    balance_note: str
    newest: list[NewestEntry]
    newest_url: str
    # The chart and the queues of today, or of the last day that had calls.
    day: Day | None = None
    # What somebody has to see to, and when in the week callers give up.
    matters: Sequence[Matter] = ()
    four_weeks: FourWeeks | None = None
    # Where a queue is added, if there is none: callers could not be served.
    setup_url: str = ""
    # Operators who cannot sign in after wrong PINs, for those who may let them in.
    closed: Sequence[Closed] = ()


@dataclass(frozen=True, slots=True)
class Demo:
    """The telephones in the browser, and the line that they call first."""

    caller_url: str
    operator_url: str
    line: str = ""
    number: str = ""


def demo() -> Demo | None:
    """The telephones of the demo; None unless it is on."""
    if not settings.DEMO:
        return None
    urls = reverse("demo:phone"), reverse("demo:operator")
    line = PhoneLine.objects.order_by("-is_default", "number").first()
    return Demo(*urls, line.name, phone_number(line.number)) if line else Demo(*urls)


def today(request: HttpRequest, site: admin.AdminSite) -> Today | None:
    """The day until now, in a fixed number of queries; None for users who may not see
    calls.
    """
    user = request.user
    needed = ("call", "queueentry", "abandonedcall")
    if not user.has_perms([f"callcenter.view_{model}" for model in needed]):
        return None
    may_see_operators = user.has_perm("callcenter.view_operatorstate")
    zone = timezone.get_default_timezone()
    now = timezone.localtime(timezone=zone)
    day = now.date()
    start, end = Period(day, day, zone).bounds()
    tallies: Tallies[str] = sum_tallies(Selection(first=day, last=day))
    tally = total_of(tallies)
    by_queue = {queue: each for (_time, queue), each in tallies.items()}
    targets = Targets()
    before = _until_now(now - WEEK, day - WEEK)
    counts = {outcome: getattr(tally, outcome) for outcome in Outcome.values}
    waiting = presence.waiting(now)
    ring_back = tabs.to_ring_back(now)
    return Today(
        as_of=now,
        figures=[
            _calls(start, end, now),
            _waiting(waiting, now),
            _of_outcome(gettext("Answered"), tally, before, Outcome.ANSWERED, day),
            _of_outcome(gettext("Abandoned"), tally, before, Outcome.ABANDONED, day),
            _service_level(tally, before, day, targets.shared(by_queue, day)),
            _to_ring_back(ring_back),
            *([_operators(now)] if may_see_operators else []),
        ],
        balance=balance(
            counts,
            # An entry may have lost its end: of the balance it is not said to wait.
            dict(Outcome.choices) | {Outcome.WAITING: gettext("no outcome yet")},
            lambda outcome: _entries_url(day, outcome),
        ),
        balance_note=_balance_note(counts.get(Outcome.WAITING, 0), _callers(waiting)),
        newest=_newest(user),
        newest_url=list_url(QueueEntry),
        day=day_of_page.latest(now, targets),
        matters=matters(user, now, waiting, ring_back.callers, by_queue, targets),
        four_weeks=four_weeks(request, site, now),
        setup_url=_setup_url(),
        closed=_closed() if user.has_perm("callcenter.change_operator") else (),
    )


def _setup_url() -> str:
    if Queue.objects.filter(is_active=True).exists():
        return ""
    return reverse("admin:callcenter_queue_add")


def _closed() -> list[Closed]:
    rows = WrongPins.objects.filter(count__gte=CLOSES_AT).select_related("operator")
    return [
        Closed(
            row.operator.name,
            reverse("admin:callcenter_operator_change", args=[row.pk]),
        )
        for row in rows.order_by("operator__name")
    ]


def _calls(start: datetime, end: datetime, now: datetime) -> Figure:
    day = now.date()
    calls = Call.objects.customers()
    url = list_url(Call, Selection(first=day, last=day, kind=Call.Kind.CUSTOMER))
    count = calls.started_between(start, end).count()
    then, _end = Period(day - WEEK, day - WEEK, default_zone()).bounds()
    before = calls.started_between(then, now - WEEK).count()
    return Figure(
        gettext("Calls"),
        formats.count(count),
        url,
        before=_a_week_ago(formats.count(before) if before else ""),
    )


def _until_now(now: datetime, day: date) -> Tally:
    """What entered on a day until a moment of it."""
    asked = Selection(first=day, last=day, until=now)
    return total_of(entry_tallies(asked.entries()))


def _a_week_ago(value: str) -> str:
    """The number a week ago; empty where there was none."""
    return gettext("a week ago %(value)s") % {"value": value} if value else ""


def _callers(waiting: Mapping[str, presence.Waiting]) -> int:
    return sum(queue.callers for queue in waiting.values())


def _balance_note(without_outcome: int, waiting: int) -> str:
    """Why the numbers of the balance and of Waiting now differ; empty if they agree."""
    if not without_outcome or without_outcome == waiting:
        return ""
    return gettext(
        "“No outcome yet” counts today’s entries whose end has not arrived, also those"
        " of callers who have left; “Waiting now” counts callers who are in a queue"
        " now, also since before midnight."
    )


def _waiting(waiting: Mapping[str, presence.Waiting], now: datetime) -> Figure:
    """Who waits by the rule of the flow, also since before midnight.

    The balance may say more: it counts every entry of today without an outcome.
    """
    queues = waiting.values()
    note = ""
    if queues:
        first = min(queue.since for queue in queues).astimezone(now.tzinfo)
        note = gettext("longest since %(time)s") % {"time": f"{first:%H:%M}"}
    return Figure(
        gettext("Waiting now"),
        formats.count(_callers(waiting)),
        list_url(QueueEntry, Selection(now=True)),
        note,
    )


def _of_outcome(
    label: str, tally: Tally, before: Tally, outcome: Outcome, day: date
) -> Figure:
    """How many entries have an outcome, and their share of the offered ones."""
    number, note = getattr(tally, outcome), ""
    share = rate(number, tally.offered)
    if share is not None:
        note = gettext("%(share)s of offered") % {"share": formats.percent(share)}
    then = formats.count(getattr(before, outcome)) if before.offered else ""
    return Figure(
        label,
        formats.count(number),
        _entries_url(day, outcome),
        note,
        _a_week_ago(then),
    )


def _service_level(
    tally: Tally, before: Tally, day: date, target: int | None
) -> Figure:
    """The share that was answered in time; it opens the report that explains it.

    Beside the target where all queues of the day have the same one.
    """
    levels = [rate(each.answered_within, each.offered) for each in (tally, before)]
    now, then = ("" if each is None else formats.percent(each) for each in levels)
    note = "" if target is None else gettext("target %(percent)s%%")
    return Figure(
        gettext("Service level"),
        now or NOTHING,
        f"{report_url('queue-summary')}?first={day}&last={day}",
        note % {"percent": target} if now else "",
        _a_week_ago(then),
        state(levels[0], target),
    )


def _to_ring_back(figure: tabs.ToRingBack) -> Figure:
    """All callers to ring back, however old, as the work list counts them."""
    value, note = words.to_ring_back(figure)
    return Figure(
        gettext("Callers to ring back"), value, reverse("admin:worklist"), note
    )


def _operators(now: datetime) -> Figure:
    by_state = presence.operators(now)
    note = gettext("%(count)d talking") % {"count": len(by_state[State.TALKING])}
    if away := len(by_state[State.NOT_READY]):
        note += " · " + gettext("%(count)d not ready") % {"count": away}
    return Figure(
        gettext("Operators ready"),
        formats.count(len(by_state[State.READY])),
        list_url(OperatorState, Selection(state=State.READY, now=True)),
        note,
    )


def _newest(user: User | AnonymousUser) -> list[NewestEntry]:
    queue_names = names.queues()
    # With a join MariaDB would sort all entries before it gives the newest.
    entries = QueueEntry.objects.prefetch_related("call")[:NEWEST]
    return [
        NewestEntry(
            row_url(entry.call),
            entry.entered_at,
            masking.number_for(user, entry.call.caller) or gettext("Withheld"),
            str(queue_names.get(entry.queue, entry.queue)),
            swatches.outcome(entry.outcome, entry.get_outcome_display()),
            formats.duration(entry.wait_seconds) or "—",
        )
        for entry in entries
    ]


def _entries_url(day: date, outcome: str = "") -> str:
    return list_url(QueueEntry, Selection(first=day, last=day, outcome=outcome))
