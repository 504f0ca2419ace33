"""Half a working day of which requests were lost is repaired from the call log.

The stand-in plays the day and keeps its log. Some requests are thrown away before they
are stored; then the log is compared, and what comes of it with what was lost.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
import time_machine

from callcenter.demo.past.days import PastDay
from callcenter.events.eventfile import event_of_line, line_of_event
from callcenter.models import (
    Call,
    QueueEntry,
    ReconciliationDifference,
    ReconciliationRun,
    WebhookEvent,
)
from callcenter.routes import CALL_LOG_PREFIX, Kind
from callcenter.standin.rest.api import RestApi
from callcenter.tests.demo.past.pasts import past, played
from callcenter.tests.history_rows import history_rows
from callcenter.tests.standin.rest.client import Inline
from callcenter.tests.twilio_api.log import asking
from callcenter.twilio_api.reconcile import reconcile
from callcenter.upkeep.intake import load_events

pytestmark = pytest.mark.django_db

MORNING = past(days=1, until="2026-11-20T02:30:00")
Outcome = QueueEntry.Outcome


@dataclass
class Thinned:
    """The lines of a day that arrived, and those that were lost."""

    arrived: list[str]
    lost: list[str]

    def lost_of(self) -> dict[str, set[str]]:
        """The kinds of the lost requests about each leg."""
        kinds: dict[str, set[str]] = {}
        for event in map(event_of_line, self.lost):
            for sid in {event.call_sid, event.other_sid} - {""}:
                kinds.setdefault(sid, set()).add(event.kind)
        return kinds


def every_tenth_request(day: PastDay) -> Thinned:
    lines = list(map(line_of_event, day.events))
    lost = lines[9::10]
    return Thinned([line for line in lines if line not in set(lost)], lost)


def every_tenth_call_too(day: PastDay) -> Thinned:
    """Of every tenth customer nothing arrived, besides every tenth request."""
    gone = {leg.sid for leg in day.customers[9::10]}
    lost = set(every_tenth_request(day).lost)
    for event in day.events:
        if gone & {event.call_sid, event.other_sid}:
            lost.add(line_of_event(event))
    lines = list(map(line_of_event, day.events))
    return Thinned(
        [line for line in lines if line not in lost],
        [line for line in lines if line in lost],
    )


def load(lines: Sequence[str]) -> None:
    load_events(map(event_of_line, lines))


def forget() -> None:
    Call.objects.all().delete()
    WebhookEvent.objects.all().delete()


def compare(day: PastDay, hours: int = 1) -> ReconciliationRun:
    """So many hours after the day."""
    with time_machine.travel(MORNING.until + timedelta(hours=hours), tick=False):
        return reconcile(
            MORNING.until - timedelta(hours=24),
            MORNING.until,
            twilio=asking(Inline(RestApi(day.exchange))),
        )


def calls() -> dict[str, Call]:
    return {call.sid: call for call in Call.objects.all()}


def entries() -> dict[str, QueueEntry]:
    rows = QueueEntry.objects.select_related("call")
    return {entry.call.sid: entry for entry in rows}


@pytest.fixture
def account(settings):
    """That of the played day."""
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    settings.TWILIO_AUTH_TOKEN = "secret"


@pytest.mark.parametrize("thin", [every_tenth_request, every_tenth_call_too])
def test_calls_and_their_outcomes_are_those_of_the_whole_day(account, thin):
    (day,) = played(MORNING)
    thinned = thin(day)
    load([*map(line_of_event, day.events)])
    all_rows, all_calls, all_entries = history_rows(), calls(), entries()
    forget()
    load(thinned.arrived)
    without_end = {sid for sid, call in calls().items() if call.ended_at is None}
    missing = all_calls.keys() - calls().keys()

    run = compare(day)

    # Every call is there again, over, and as long as it was.
    repaired, of_queues = calls(), entries()
    assert repaired.keys() == all_calls.keys()
    assert len(repaired) > 230
    for sid, call in repaired.items():
        whole = all_calls[sid]
        assert (call.kind, call.caller, call.line, call.duration_seconds) == (
            (whole.kind, whole.caller, whole.line, whole.duration_seconds)
        )
        assert call.ended_at == whole.ended_at
    assert (run.error, run.listed) == ("", len(all_calls))
    assert run.calls_added == len(missing)
    assert run.ends_repaired == len(without_end) > 10
    # What only the log says is marked.
    assert {sid for sid, call in repaired.items() if call.from_log} == (
        missing | without_end
    )
    assert {sid for sid, call in repaired.items() if call.from_log == "call"} == missing
    for entry in of_queues.values():
        if entry.queue_result == "" and entry.outcome not in ("answered", "unknown"):
            assert entry.is_inferred or entry.is_lost_while_connecting

    # An outcome differs only where the request that said it is lost, and then it is
    # unknown; the log does not know of queues and menus.
    lost = thinned.lost_of()
    decisive = {Kind.INCOMING, Kind.MENU, Kind.QUEUE_EXIT, Kind.CONNECT}
    differing = Counter[tuple[str, str]]()
    for sid, call in repaired.items():
        whole = all_calls[sid]
        if call.outcome == whole.outcome:
            continue
        assert lost[sid] & decisive
        if sid not in missing:
            differing[whole.outcome, call.outcome] += 1
            assert call.outcome == "unknown" or Kind.MENU in lost[sid]
        else:
            assert call.outcome == ""
    assert sum(differing.values()) <= 6
    assert all_entries.keys() - of_queues.keys() <= missing

    # A second run adds nothing, whatever comes late gives the rows of the whole day,
    # and the rows do not depend on the order.
    listed = list(ReconciliationDifference.objects.order_by("pk").values())
    events, rows = WebhookEvent.objects.count(), history_rows()
    again = compare(day, hours=2)
    assert (again.listed, again.calls_added + again.ends_repaired) == (run.listed, 0)
    assert (again.entries_settled, again.durations_differing) == (0, 0)
    assert WebhookEvent.objects.count() == events
    assert list(ReconciliationDifference.objects.order_by("pk").values()) == listed
    assert history_rows() == rows
    stored = [line_of_event(event) for event in WebhookEvent.objects.all()]
    from_log = sum(CALL_LOG_PREFIX in line for line in stored)
    assert from_log == len({one["call_sid"] for one in listed})
    load(thinned.lost)
    assert history_rows() == all_rows
    forget()
    Random(3).shuffle(stored)
    load(stored)
    assert history_rows() == rows
