"""How today stands: the figures, the balance and the newest stays of the first page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from callcenter.models import AbandonedCall, Call, OperatorState, QueueEntry
from reports.present import formats, names, swatches
from reports.present.balance import Balance, balance
from reports.query.metrics import Tally, rate
from reports.query.periods import Period

Outcome = QueueEntry.Outcome
# Newest stays on the page.
NEWEST = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the strip, a door to its rows, and a line that places it."""

    label: str
    value: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """One of the newest queue entries."""

    url: str
    entered_at: datetime
    queue: str
    outcome: SafeString
    wait: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Today until now."""

    as_of: datetime
    figures: list[Figure]
    balance: Balance
    newest: list[Stay]
    newest_url: str


def standing(user: User | AnonymousUser) -> Standing | None:
    """Today until now, in six queries; None for those who may not see calls."""
    needed = ("call", "queueentry", "abandonedcall")
    if not user.has_perms([f"callcenter.view_{model}" for model in needed]):
        return None
    may_see_operators = user.has_perm("callcenter.view_operatorstate")
    zone = timezone.get_default_timezone()
    now = timezone.localtime(timezone=zone)
    day = now.date()
    start, end = Period(day, day, zone).bounds()
    entries = QueueEntry.objects.entered_between(start, end).order_by()
    found = entries.values("outcome").annotate(
        count=Count("pk"), first=Min("entered_at")
    )
    by_outcome = {row["outcome"]: row for row in found}
    counts = {outcome: row["count"] for outcome, row in by_outcome.items()}
    waiting = by_outcome.get(Outcome.WAITING)
    waiting_since = waiting["first"] if waiting else None
    return Standing(
        as_of=now,
        figures=[
            _calls(start, end, day),
            _waiting(counts, waiting_since, day),
            _answered(counts, day),
            _abandoned(counts, day),
            _to_ring_back(start, end),
            *([_operators(start)] if may_see_operators else []),
        ],
        balance=balance(
            counts, dict(Outcome.choices), lambda outcome: _entries_url(day, outcome)
        ),
        newest=_newest(),
        newest_url=reverse("admin:callcenter_queueentry_changelist"),
    )


def _calls(start: datetime, end: datetime, day: date) -> Figure:
    calls = Call.objects.customers().started_between(start, end)
    url = _list_url("call", "started_at", day, kind__exact=Call.Kind.CUSTOMER)
    return Figure(gettext("Calls"), formats.count(calls.count()), url)


def _waiting(counts: dict[str, int], since: datetime | None, day: date) -> Figure:
    note = ""
    if since:
        local = timezone.localtime(since, timezone.get_default_timezone())
        note = gettext("longest since %(time)s") % {"time": f"{local:%H:%M}"}
    return _outcome_figure(gettext("Waiting now"), counts, Outcome.WAITING, day, note)


def _answered(counts: dict[str, int], day: date) -> Figure:
    note = _share(counts, Outcome.ANSWERED)
    return _outcome_figure(gettext("Answered"), counts, Outcome.ANSWERED, day, note)


def _abandoned(counts: dict[str, int], day: date) -> Figure:
    note = _share(counts, Outcome.ABANDONED)
    return _outcome_figure(gettext("Abandoned"), counts, Outcome.ABANDONED, day, note)


def _share(counts: dict[str, int], outcome: Outcome) -> str:
    """How many of the offered, or nothing of nothing."""
    tally = Tally()
    tally.add(**counts)
    share = rate(counts.get(outcome, 0), tally.offered)
    if share is None:
        return ""
    return gettext("%(share)s of offered") % {"share": formats.percent(share)}


def _outcome_figure(
    label: str, counts: dict[str, int], outcome: Outcome, day: date, note: str
) -> Figure:
    value = formats.count(counts.get(outcome, 0))
    return Figure(label, value, _entries_url(day, outcome), note)


def _to_ring_back(start: datetime, end: datetime) -> Figure:
    found: Any = AbandonedCall.objects.with_state()  # which adds what types know not
    lost = found.filter(
        abandoned_at__gte=start, abandoned_at__lt=end, state__in=["open", "in_progress"]
    )
    callers = lost.aggregate(count=Count("caller", distinct=True))["count"]
    return Figure(
        gettext("Callers to ring back"),
        formats.count(callers),
        # The callers that wait, whatever else is in the history.
        f"{reverse('admin:worklist')}?days=1",
        gettext("of those who gave up today"),
    )


def _operators(start: datetime) -> Figure:
    # What began days ago and never ended has lost its end.
    open_states = OperatorState.objects.filter(
        ended_at=None, started_at__gte=start - timedelta(days=1)
    )
    found = (
        open_states.order_by()
        .values("state")
        .annotate(count=Count("operator", distinct=True))
    )
    by_state: dict[str, int] = {row["state"]: row["count"] for row in found}
    talking = by_state.get(OperatorState.State.TALKING, 0)
    return Figure(
        gettext("Operators ready"),
        formats.count(by_state.get(OperatorState.State.READY, 0)),
        reverse("admin:callcenter_operatorstate_changelist"),
        gettext("%(count)d talking") % {"count": talking},
    )


def _newest() -> list[Stay]:
    queue_names = names.queues()
    return [
        Stay(
            reverse("admin:callcenter_queueentry_change", args=[entry.pk]),
            entry.entered_at,
            str(queue_names.get(entry.queue, entry.queue)),
            swatches.outcome(entry.outcome, entry.get_outcome_display()),
            formats.duration(entry.wait_seconds) or "—",
        )
        for entry in QueueEntry.objects.all()[:NEWEST]
    ]


def _entries_url(day: date, outcome: str = "") -> str:
    chosen = {"outcome__exact": outcome} if outcome else {}
    return _list_url("queueentry", "entered_at", day, **chosen)


def _list_url(model: str, moment: str, day: date, **chosen: Any) -> str:
    """The list of a table, of one day and further filters."""
    period = {f"{moment}__first": day.isoformat(), f"{moment}__last": day.isoformat()}
    query = urlencode(chosen | period)
    return f"{reverse(f'admin:callcenter_{model}_changelist')}?{query}"
