"""Compares our history with Twilio's call log, and repairs what was missed.

Safe to interrupt and to run again: each page is repaired before the next one is asked
for, and a second run over the same period adds nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from twilio.rest import Client

from callcenter.models import (
    QueueEntry,
    ReconciliationDifference,
    ReconciliationRun,
)
from callcenter.reasons import Reason
from callcenter.twilio_api.call_log import LoggedCall, days_of, pages_of_day
from callcenter.twilio_api.client import TwilioFailure, client
from callcenter.twilio_api.compare import Comparison, compare
from callcenter.upkeep.intake import load_events

# Twilio keeps its call log for 13 months (docs/twilio.md 10.6).
LONGEST = timedelta(days=400)
# Runs and the differences they found are deleted by the first run after so long.
KEPT = timedelta(days=90)

Kind = ReconciliationDifference.Kind


class BadPeriod(ValueError):
    """A period that cannot be compared; the text is a sentence that says why."""


def check_period(since: datetime, until: datetime, now: datetime) -> None:
    """Raise BadPeriod for one that is empty, in the future, or too long ago."""
    if since >= now:
        raise BadPeriod("The period has not begun yet.")
    if since >= until:
        raise BadPeriod("The period must begin before it ends.")
    if since < now - LONGEST:
        raise BadPeriod(
            f"Twilio keeps its call log for about 13 months: begin {LONGEST.days} days"
            " ago at the earliest."
        )


def reconcile(
    since: datetime,
    until: datetime,
    *,
    twilio: Client | None = None,
    on_day: Callable[[ReconciliationRun], object] = lambda _run: None,
) -> ReconciliationRun:
    """Compare the calls that began in [since, until) with Twilio's log; repair ours.

    Calls `on_day` with the run after each day in UTC (call_log.days_of). Returns the
    stored run; where Twilio failed it has the reason in `error`, what was repaired
    until then stays, and the next run does the rest.

    Raises BadPeriod or NotConfigured before anything is done, and django.db.Error.
    """
    began_at = timezone.now()
    check_period(since, until, began_at)
    twilio = twilio or client()
    ReconciliationRun.objects.filter(started_at__lt=began_at - KEPT).delete()
    run = ReconciliationRun.objects.create(
        since=since, until=until, started_at=began_at
    )
    try:
        for day in days_of(since, min(until, began_at)):
            for page in pages_of_day(twilio, day):
                run.unreadable += page.unreadable
                calls = [one for one in page.calls if since <= one.started_at < until]
                _take(run, calls)
            on_day(run)
    except TwilioFailure as failure:
        run.error = failure.kept[:255]
    except KeyboardInterrupt:
        run.error = Reason.INTERRUPTED.value
        _end(run)
        raise
    _end(run)
    return run


def _end(run: ReconciliationRun) -> None:
    run.ended_at = timezone.now()
    run.save()


def _take(run: ReconciliationRun, calls: Sequence[LoggedCall]) -> None:
    """Compare and repair a page of calls, and add it to the counts of the run."""
    found = compare(calls, timezone.now())
    # What is about to be done is listed first: so no repair is without its line.
    _list(run, found)
    load_events(found.events)
    _list_outcomes(found)
    run.listed += len(calls)
    run.in_progress += found.in_progress
    run.calls_added += found.count(Kind.UNKNOWN_CALL)
    run.ends_repaired += found.count(Kind.MISSED_END)
    run.durations_differing += found.count(Kind.DURATION)
    run.entries_settled += sum(found.open_entries.values())
    run.save()


def _list(run: ReconciliationRun, found: Comparison) -> None:
    """Store the differences. Of one that an earlier run listed the first line stays.

    Unless that run was stopped before the repair, which is this run's then.
    """
    sids = {one.call_sid for one in found.differences}
    with transaction.atomic():
        listed = ReconciliationDifference.objects.filter(call_sid__in=sids)
        repaired = ReconciliationDifference.Action.REPAIRED
        again = {
            (one.call_sid, one.kind)
            for one in found.differences
            if one.action == repaired
        }
        stale = [one.pk for one in listed if (one.call_sid, one.kind) in again]
        ReconciliationDifference.objects.filter(pk__in=stale).delete()
        for one in found.differences:
            one.run = run
        # Of two runs at the same time one lists it; every value fits its column.
        ReconciliationDifference.objects.bulk_create(
            found.differences, ignore_conflicts=True
        )


def _list_outcomes(found: Comparison) -> None:
    """Say of entries that were open what became of them: of several, of the last."""
    entries = QueueEntry.objects.filter(call__sid__in=found.open_entries)
    sids: dict[str, list[str]] = defaultdict(list)
    last = dict(entries.order_by("visit").values_list("call__sid", "outcome"))
    for sid, outcome in last.items():
        sids[outcome].append(sid)
    for outcome, which in sids.items():
        ReconciliationDifference.objects.filter(
            call_sid__in=which, kind=Kind.OPEN_ENTRY
        ).update(outcome=outcome)
