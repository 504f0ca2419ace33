"""A forgotten number stands nowhere any more, and every count is as before."""

import copy
import random
from typing import Any

import pytest

from callcenter.demo.setup.installation import install
from callcenter.events.spool import Spool
from callcenter.forgotten import PREFIX, is_forgotten
from callcenter.history.store import derive_events
from callcenter.models import (
    AbandonedCall,
    AccessRecord,
    Call,
    FollowUp,
    HalfForgotten,
    WebhookEvent,
)
from callcenter.tests.everywhere import places_of
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import keep, receive, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    LINE,
    OPERATOR_NUMBER,
    OTHER_CALLER,
    at,
    end,
    ring,
)
from callcenter.tests.samples import NAMES, file_of
from callcenter.tests.upkeep.forgotten_story import (
    DAY,
    LAST_CALL,
    STRANGER,
    abandoned,
    apart_from_hashes,
    forget,
    rebuild_everything,
    story,
    without_callers,
    written_by_people,
)
from callcenter.upkeep import forgetting, forgetting_calls, forgetting_texts
from callcenter.upkeep.drain import drain
from callcenter.upkeep.forgetting import (
    caller_to_forget,
    forget_old_numbers,
)
from callcenter.upkeep.intake import load
from callcenter.upkeep.pruning import prune

pytestmark = pytest.mark.django_db


def test_number_is_nowhere_and_every_row_is_as_before(settings):
    receive_together(*story())
    written_by_people()
    aside = settings.SPOOL_DIR / "events-1-1.jsonl.rejected"
    aside.parent.mkdir()
    aside.write_text('{"From": "+815000000999"\nother line\n')
    before, events = without_callers(), WebhookEvent.objects.count()
    places = places_of(CALLER_NUMBER, settings.SPOOL_DIR)
    assert len(places) > 12
    assert caller_to_forget("050-0000-0999") == CALLER_NUMBER

    said = forget(really=False)
    assert places_of(CALLER_NUMBER, settings.SPOOL_DIR) == places
    assert not AccessRecord.objects.filter(kind="caller-forgotten").exists()
    forgot = forget(by="root")

    assert places_of(CALLER_NUMBER, settings.SPOOL_DIR) == []
    assert aside.read_text() == '{"From": "***"\nother line\n'
    assert said.calls == forgot.calls == 3
    assert forgot.lines == 1
    after = without_callers()
    assert apart_from_hashes(after) == apart_from_hashes(before)
    # Those of operators, of lines and of other callers stay.
    assert all(map(places_of, (OPERATOR_NUMBER, LINE, STRANGER)))
    assert WebhookEvent.objects.count() == events + 3
    assert WebhookEvent.objects.pending().count() == 0
    # All calls of the caller are still those of one caller.
    (pseudonym,) = {
        one.caller
        for one in Call.objects.filter(sid__in=[CALLER, OTHER_CALLER, LAST_CALL])
    }
    assert is_forgotten(pseudonym)
    assert AbandonedCall.objects.get(call__sid=CALLER).recovered_at
    record = AccessRecord.objects.get(kind="caller-forgotten")
    assert (record.username, record.subject[:8]) == ("root", "calls: 3")
    # Nobody can be rung back any more.
    last = AbandonedCall.objects.with_state().get(call__sid=LAST_CALL)
    assert last.state == "closed"
    assert last not in AbandonedCall.objects.to_ring_back()

    stored = history_rows()
    rebuild_everything()
    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)
    assert places_of(CALLER_NUMBER) == []
    assert forget().is_nothing
    assert not HalfForgotten.objects.exists()


def test_whatever_else_a_form_tells_of_the_caller_is_left_out():
    told = {
        "CallerName": "Sato",
        "ForwardedFrom": STRANGER,
        "CalledVia": STRANGER,
        "AddOns": '{"results": {"who": {"name": "Sato"}}}',
        "SipCallId": "7@sato.example",
        "SipSourceIp": "203.0.113.54",
        "SipHeader_X-Name": "Sato",
    }
    receive_together(*abandoned(0, **told))

    forget()

    for form in WebhookEvent.objects.values_list("params", flat=True):
        assert form.keys().isdisjoint(told)


@pytest.mark.parametrize(
    "table",
    ["FollowUpStep", "DayNote", "SavedView", "ExportAudit", "LogEntry", "IvrStep"],
)
def test_sweep_notices_a_table_that_is_left_out(table, monkeypatch, settings):
    receive_together(*story())
    written_by_people()
    all_tables = forgetting_texts.tables()
    rest = [model for model in all_tables if model.__name__ != table]
    assert len(rest) == len(all_tables) - 1
    monkeypatch.setattr(forgetting_texts, "tables", lambda: rest)
    if table == "FollowUpStep":
        # Of a caller's own calls notes are looked at once more.
        FollowUp.objects.update(
            abandoned_call=AbandonedCall.objects.get(call__sid="CA" + "8" * 32)
        )

    forget()

    assert [place.split(".")[1] for place in places_of(CALLER_NUMBER)] == [table]


def test_sweep_notices_a_column_that_is_left_out(monkeypatch):
    receive_together(*story())
    columns = forgetting_texts.text_columns
    monkeypatch.setattr(
        forgetting_texts,
        "text_columns",
        lambda model: [name for name in columns(model) if name != "input"],
    )

    forget()

    # Of the other caller, who typed it.
    assert places_of(CALLER_NUMBER) == ["callcenter.IvrStep.input"]


def test_recorded_calls_are_forgotten_with_every_count():
    install()
    for name in NAMES:
        load(file_of(name))
    before = without_callers()
    callers = set(
        Call.objects.exclude(kind="operator")
        .exclude(caller="")
        .values_list("caller", flat=True)
    )

    forgot = forget_old_numbers(at(400 * DAY), days=1)

    assert forgot.calls > 40
    after = without_callers()
    for table in ("QueueEntry", "Connection", "OperatorState", "Recording"):
        assert after[table] == before[table]
    assert [row[:3] for row in after["AbandonedCall"]] == [
        row[:3] for row in before["AbandonedCall"]
    ]
    assert not Call.objects.filter(caller__in=callers).exclude(kind="operator").exists()
    assert not any(
        places_of(caller) for caller in sorted(callers) if caller.startswith("+8150")
        and not forgetting._ours([caller])
    )  # fmt: skip
    stored = history_rows()
    rebuild_everything()
    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)
    assert forget_old_numbers(at(400 * DAY), days=1).is_nothing


def test_any_order_of_the_events_gives_the_forgotten_call():
    receive_together(*story())
    forget()
    stored = history_rows()
    events = list(WebhookEvent.objects.all())
    random.Random(3).shuffle(events)
    WebhookEvent.objects.all().delete()
    AbandonedCall.objects.all().delete()
    Call.objects.all().delete()

    for one in events:
        one.pk, one.derived_at = None, None
    derive_events(keep(*events))

    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)


def test_repeat_of_an_old_event_adds_and_brings_back_nothing(tmp_path):
    first, again = story(), story()
    receive_together(*first)
    forget()
    stored, events = history_rows(), WebhookEvent.objects.count()

    receive(*again)

    assert WebhookEvent.objects.count() == events
    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)
    assert places_of(CALLER_NUMBER) == []


def test_new_event_of_a_forgotten_call_does_not_bring_the_number_back():
    *begun, last = abandoned(0, Caller=CALLER_NUMBER)
    receive_together(*begun)
    forget()

    receive(last)

    call = Call.objects.get(sid=CALLER)
    assert call.ended_at
    assert is_forgotten(call.caller)
    assert places_of(CALLER_NUMBER) == []
    # A new call is a new matter.
    receive(*abandoned(DAY, LAST_CALL))
    assert Call.objects.get(sid=LAST_CALL).caller == CALLER_NUMBER


def test_events_of_the_spool_are_loaded_first_and_held_ones_are_told(settings):
    left, held = Spool(), Spool()
    for one in abandoned(0):
        assert left.append(one)
    left.close()
    assert held.append(ring(DAY, sid=LAST_CALL))

    forgot = forget()

    assert (forgot.calls, forgot.held) == (1, 1)
    assert places_of(CALLER_NUMBER) == []
    held.close()


def test_events_that_others_load_meanwhile_are_told(monkeypatch):
    held = Spool()
    assert held.append(ring())
    look = forgetting_texts.forget_in_tables

    def and_then_they_are_loaded(*args: Any, **options: Any) -> int:
        found = look(*args, **options)
        held.close()
        drain()
        return found

    monkeypatch.setattr(forgetting_texts, "forget_in_tables", and_then_they_are_loaded)

    assert forget().held == 1
    assert places_of(CALLER_NUMBER)


def test_sealed_calls_lose_the_number_too():
    receive_together(*story())
    prune(at(0.9 * DAY), really=True)
    assert Call.objects.filter(sealed_at__isnull=False, caller=CALLER_NUMBER).exists()
    receive_together(end(67, CallDuration=66))
    before = without_callers()

    forget()

    assert places_of(CALLER_NUMBER) == []
    assert apart_from_hashes(without_callers()) == apart_from_hashes(before)
    # What comes for it later is never derived; by age it is forgotten as well.
    receive_together(end(68, CallDuration=67))
    assert places_of(CALLER_NUMBER) == [
        "callcenter.WebhookEvent.params",
    ]
    forget_old_numbers(at(9 * DAY), days=1)
    assert places_of(CALLER_NUMBER) == []


def test_stopped_on_the_way_the_next_run_does_the_rest(monkeypatch):
    monkeypatch.setattr(forgetting, "_CALLS_AT_ONCE", 1)
    receive_together(*story())
    before = without_callers()

    def stop(_calls: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forget(on_batch=stop)
    assert Call.objects.filter(caller__startswith=PREFIX).count() == 1
    rebuild_everything()
    forget()

    assert apart_from_hashes(without_callers()) == apart_from_hashes(before)
    assert places_of(CALLER_NUMBER) == []


def test_event_stored_while_its_call_is_forgotten_is_forgotten_when_it_is_derived(
    monkeypatch,
):
    *begun, last = abandoned(0)
    receive_together(*begun)
    read = forgetting_calls._events_about

    def and_then_one_comes(sids: Any) -> Any:
        found = read(sids)
        keep(copy.copy(last))
        return found

    monkeypatch.setattr(forgetting_calls, "_events_about", and_then_one_comes)
    monkeypatch.setattr(forgetting_texts, "forget_in_tables", lambda *a, **b: 0)
    forget()
    monkeypatch.undo()
    assert places_of(CALLER_NUMBER) == ["callcenter.WebhookEvent.params"]

    receive(last)

    assert places_of(CALLER_NUMBER) == []
