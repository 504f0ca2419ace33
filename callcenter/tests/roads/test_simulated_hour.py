"""An hour of traffic leaves a history that equals the stand-in's account of it.

Without faults it does for every call. With lost, repeated and disordered requests it
does for every call of which nothing was lost; of the others history has what can be
known, and marks what it infers.
"""

import json
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from django.core.management import call_command

from callcenter.demo.live import simulation
from callcenter.demo.live.traffic import Plan, seats_of
from callcenter.demo.model import Mood
from callcenter.demo.setup.second_line import add_second_line
from callcenter.history import backlog
from callcenter.models import Call, Connection, QueueEntry
from callcenter.standin.network.faults import Faults
from callcenter.tests.roads.account import Account, Customer, Entry
from callcenter.tests.roads.virtual_hour import Batches, play

pytestmark = pytest.mark.django_db

DAY = "2026-11-25"
BALANCE = ["answered", "abandoned", "short_abandoned", "overflowed", "waiting"]
BALANCE += ["unknown"]
ASIDE = ["blocked", "failed"]


@pytest.fixture
def an_hour(twilio, monkeypatch):
    """Plays an hour of 600 calls; returns the stand-in's account."""
    batches = Batches()
    monkeypatch.setattr(backlog, "schedule", batches.schedule)
    add_second_line({})
    plan = Plan(
        calls_per_hour=600,
        seats=seats_of(simulation.seats(), 10),
        lines=simulation.lines(),
        duration=3600,
        mood=Mood(patience_seconds=60, handle_seconds=50),
        begins_at_hour=9,
    )
    return lambda faults=None: Account(play(plan, batches, faults))


def customers_of(account: Account):
    seats = {seat.number for seat in simulation.seats()}
    legs = account.exchange.calls.values()
    return {leg.sid: leg for leg in legs if leg.from_ not in seats}


def history() -> dict[str, Customer]:
    """What the tables say of every call of a customer."""
    entries: dict[str, Entry] = {}
    rows = QueueEntry.objects.select_related("call").prefetch_related("connections")
    for row in rows:
        connection: Connection | None = row.connections.first()
        assert row.call.sid not in entries
        entries[row.call.sid] = Entry(
            row.queue,
            row.outcome,
            row.overflow_reason,
            row.wait_seconds,
            connection.operator if connection else "",
            connection.talk_seconds if connection else None,
            row.is_inferred,
            row.is_lost_while_connecting,
        )
    return {
        call.sid: Customer(call.outcome, call.duration_seconds, entries.get(call.sid))
        for call in Call.objects.customers()
    }


def differences(derived: dict[str, Customer], wanted: dict[str, Customer]):
    return {
        sid: (derived.get(sid), wanted.get(sid))
        for sid in derived.keys() | wanted.keys()
        if derived.get(sid) != wanted.get(sid)
    }


def admits(derived: Customer, truth: Customer) -> bool:
    """Whether an untrue row says so: it is unknown, open, inferred or partial."""
    have, want = derived.entry, truth.entry
    if have is None or want is None:
        return derived.outcome in ("", "failed", truth.outcome) or have is not None
    if have.outcome in ("unknown", "waiting") or have.is_inferred:
        return True
    known = replace(have, talk=want.talk, operator=have.operator or want.operator)
    return known == want


def printed(slug: str, capsys: pytest.CaptureFixture[str]):
    call_command("report", slug, f"--first={DAY}", f"--last={DAY}", "--format=json")
    return json.loads(capsys.readouterr().out)["rows"]


def assert_reports_balance(wanted: dict[str, Customer], capsys) -> None:
    """Each row balances, and the rows count what the account has, queue by queue."""
    counted = Counter(
        (call.entry.queue, call.entry.outcome)
        for call in wanted.values()
        if call.entry is not None
    )
    by_interval: Counter[tuple[str, str]] = Counter()
    for row in printed("queue-interval", capsys):
        assert row["entered"] == sum(row[outcome] for outcome in BALANCE)
        by_interval.update(
            {(row["queue"], outcome): row[outcome] for outcome in BALANCE + ASIDE}
        )
    summary: Counter[tuple[str, str]] = Counter()
    for row in printed("queue-summary", capsys):
        assert row["entered"] == sum(row[outcome] for outcome in BALANCE)
        summary.update(
            {(row["queue"], outcome): row[outcome] for outcome in BALANCE + ASIDE}
        )
    assert +summary == counted
    assert +by_interval == counted


@pytest.mark.once
def test_hour_without_faults_is_derived_as_it_was(an_hour, capsys):
    account = an_hour()

    legs = customers_of(account)
    truth = {sid: account.truth(leg) for sid, leg in legs.items()}
    derived = history()
    assert differences(derived, truth) == {}
    assert len(derived) > 500
    assert {sent.outcome for sent in account.exchange.sent} == {"answered"}
    assert_reports_balance(truth, capsys)


def test_hour_with_faults_is_derived_as_far_as_it_is_known(an_hour, capsys):
    faults = Faults(Random(3), drop=0.25, duplicate=0.1, delay=0.1, reorder=0.3)
    account = an_hour(faults)

    legs = {
        sid: leg
        for sid, leg in customers_of(account).items()
        if not account.is_unheard_of(leg)
    }
    touched = {sid for sid, leg in legs.items() if account.is_touched(leg)}
    derived = history()
    wanted = {
        sid: account.known(leg) if sid in touched else account.truth(leg)
        for sid, leg in legs.items()
    }
    assert differences(derived, wanted) == {}
    assert len(derived) > 500
    truth = {sid: account.truth(legs[sid]) for sid in touched}
    assert {sid for sid in touched if not admits(derived[sid], truth[sid])} == set()
    lost = Counter(call.entry.outcome for call in derived.values() if call.entry)
    assert lost["unknown"] > 3
    assert lost["waiting"] > 0
    assert len(touched) > 50
    assert_reports_balance(wanted, capsys)
