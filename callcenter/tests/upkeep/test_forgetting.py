"""A forgotten number stands nowhere any more, and every count is as before."""

import copy
import random
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from callcenter.demo.setup.installation import install
from callcenter.events.spool import Spool
from callcenter.forgotten import PREFIX, Forgetting, is_forgotten
from callcenter.history.store import derive_events
from callcenter.management.commands import forget_caller as forget_caller_command
from callcenter.models import (
    AbandonedCall,
    AccessRecord,
    Call,
    FollowUp,
    HalfForgotten,
    WebhookEvent,
)
from callcenter.numbers import caller_of, is_withheld, number_in
from callcenter.signals import numbers_forgotten
from callcenter.tests.everywhere import places_of
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import keep, receive, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    LINE,
    OPERATOR,
    OPERATOR_NUMBER,
    OTHER_CALLER,
    at,
    choose,
    connect,
    done,
    end,
    event,
    leave,
    ring,
    sign_in,
    wait,
)
from callcenter.tests.samples import NAMES, file_of
from callcenter.upkeep import forgetting, forgetting_calls, forgetting_texts
from callcenter.upkeep.drain import drain
from callcenter.upkeep.forgetting import (
    NotForgotten,
    caller_to_forget,
    forget_caller,
    forget_old_numbers,
)
from callcenter.upkeep.intake import load
from callcenter.upkeep.pruning import prune
from callcenter.upkeep.rebuild import rebuild_all, sids_to_rebuild
from minicc.values import days_to_keep
from reports.models import DayNote, ExportAudit, SavedView

pytestmark = pytest.mark.django_db

DAY = 86_400
STRANGER = "+815000000888"
SAID = f"it is {CALLER_NUMBER}"
LAST_CALL = "CA" + "e" * 32


def abandoned(start: float, sid: str = CALLER, **more: Any) -> list[WebhookEvent]:
    return [
        ring(start, sid=sid, **more),
        choose(start + 5, sid=sid, **more),
        wait(start + 6, 0, sid=sid, **more),
        leave(start + 65, "hangup", 60, sid=sid, **more),
        end(start + 66, sid=sid, **more),
    ]


def answered(start: float, sid: str = OTHER_CALLER, **more: Any) -> list[WebhookEvent]:
    return [
        ring(start, sid=sid, **more),
        choose(start + 5, sid=sid, **more),
        connect(start + 30, 25, sid=sid, **more),
        leave(start + 90, "bridged", 25, sid=sid, **more),
        done(start + 91, caller=sid, talk=58),
        end(start + 92, sid=sid, **more),
    ]


def story() -> list[WebhookEvent]:
    """The caller gives up, is answered, and gives up a day later; so does another."""
    told = {"CallerName": "Sato", "CallerCity": "Tokyo", "Caller": CALLER_NUMBER}
    return [
        *sign_in(),
        *abandoned(0, **told),
        *answered(200),
        *abandoned(DAY, LAST_CALL),
        *abandoned(300, "CA" + "8" * 32, From=STRANGER),
        # A child leg that shows the caller's number to somebody else.
        event(40, "status/", sid="CA" + "7" * 32, CallStatus="completed", To=STRANGER,
              Direction="outbound-dial", ParentCallSid=CALLER),
        event(7, "wait/support/1/?step=3", "hold", Digits="05000000999"),
        event(8, "menu/main/?step=9", "hold", SpeechResult=SAID),
        # What was typed and said names the number too.
        event(310, "menu/main/?step=2", "menu:main", sid="CA" + "8" * 32, From=STRANGER,
              Digits="05000000999"),
    ]  # fmt: skip


def without_callers() -> dict[str, list[tuple[Any, ...]]]:
    """The rows of history with one mark for each caller, in place of the number."""
    marks: dict[str, str] = {}
    for caller in Call.objects.order_by("sid").values_list("caller", flat=True):
        if caller:
            marks.setdefault(caller, f"caller {len(marks)}")
    marks |= {caller[::-1]: mark for caller, mark in marks.items()}
    blanks = {"05000000999": "***", "Sato": "", SAID: "it is ***"}

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            for number, blank in blanks.items():
                value = value.replace(number, blank)
            return marks.get(value, value)
        return value

    plain_rows = {
        table: [tuple(map(plain, row)) for row in rows]
        for table, rows in history_rows().items()
    }
    # What the leg that showed the number to somebody else has as its "line".
    shown = next(
        (marks[one] for one in marks if one.startswith(("+815000000999", PREFIX))), ""
    )
    line = [one.name for one in Call._meta.concrete_fields].index("line") - 1
    plain_rows["Call"] = [
        (*row[:line], "" if row[line] == shown else row[line], *row[line + 1 :])
        for row in plain_rows["Call"]
    ]
    return {table: sorted(rows, key=repr) for table, rows in plain_rows.items()}


def apart_from_hashes(rows: dict[str, list[tuple[Any, ...]]]) -> set[Any]:
    """The rows without the hashes of rows below them, which have the caller in them."""
    return {
        (table, row[:-3] if table == "Call" else row)
        for table, found in rows.items()
        for row in found
    }


def rebuild_everything() -> None:
    errors = [error for _, error in rebuild_all(sids_to_rebuild()) if error]
    assert errors == []


def written_by_people() -> None:
    """The number in every text that people or their acts leave."""
    text = "番号は０５０－００００－０９９９、+81 50 0000 0999"
    user = User.objects.create(username="sato")
    follow_up = FollowUp.objects.create(
        abandoned_call=AbandonedCall.objects.get(call__sid=CALLER)
    )
    follow_up.steps.create(act="note", text=text, made_at=at(0), by=user)
    DayNote.objects.create(day=at(0).date(), text=text)
    SavedView.objects.create(report="calls", name="x", query="q=%2B815000000999")
    ExportAudit.objects.create(
        started_at=at(0), query="050-0000-0999", is_masked=False, username="sato"
    )
    AccessRecord.objects.create(at=at(0), kind="caller-page", subject=text)
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Call),
        object_repr="x",
        action_flag=CHANGE,
        change_message=text,
    )


def forget(number: str = CALLER_NUMBER, **options: Any) -> forgetting.Forgotten:
    return forget_caller(number, **{"really": True, **options})


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


def test_numbers_are_forgotten_by_the_age_of_the_call():
    receive_together(*sign_in(), *abandoned(0), *answered(DAY), end(DAY, sid=OPERATOR))
    receive_together(*abandoned(3 * DAY, LAST_CALL))
    recovered = AbandonedCall.objects.get(call__sid=CALLER).recovered_at

    first = forget_old_numbers(at(3 * DAY), days=2)
    callers = dict(Call.objects.values_list("sid", "caller"))
    rebuild_everything()
    second = forget_old_numbers(at(4 * DAY), days=2)

    assert (first.calls, second.calls) == (1, 1)
    assert is_forgotten(callers[CALLER])
    assert callers[OTHER_CALLER] == callers[LAST_CALL] == CALLER_NUMBER
    assert recovered
    assert AbandonedCall.objects.get(call__sid=CALLER).recovered_at == recovered
    # The calls are joined again, as those of one caller.
    assert Call.objects.get(sid=OTHER_CALLER).caller == callers[CALLER]
    assert HalfForgotten.objects.get().caller == CALLER_NUMBER
    assert Call.objects.get(sid=OPERATOR).caller == OPERATOR_NUMBER
    assert forget_old_numbers(at(4 * DAY), days=2).is_nothing
    forget_old_numbers(at(9 * DAY), days=2)
    assert places_of(CALLER_NUMBER) == []


def test_what_is_typed_and_noted_about_an_old_call_goes_with_its_number():
    receive_together(*[one for one in story() if "88888" not in one.call_sid])
    written_by_people()

    forget_old_numbers(at(9 * DAY), days=1)

    assert places_of(CALLER_NUMBER) == [
        "admin.LogEntry.change_message",
        "callcenter.AccessRecord.subject",
        "reports.DayNote.text",
        "reports.ExportAudit.query",
        "reports.SavedView.query",
    ]
    stored = history_rows()
    rebuild_everything()
    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)


def test_age_is_that_of_the_setting_and_without_it_nothing_is_forgotten(settings):
    receive_together(*abandoned(0))

    settings.KEEP_NUMBERS_DAYS = None
    assert forget_old_numbers(at(900 * DAY)).is_nothing
    settings.KEEP_NUMBERS_DAYS = 3
    assert forget_old_numbers(at(3 * DAY)).is_nothing
    assert forget_old_numbers(at(4 * DAY)).calls == 1


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


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("050-0000-0999", CALLER_NUMBER),
        ("+81 50 0000 0999", CALLER_NUMBER),
        ("０５０－００００－０９９９", CALLER_NUMBER),
    ],
)
def test_number_may_be_typed_in_any_way(typed, number):
    assert caller_to_forget(typed) == number


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("abc", "'abc' is no telephone number: write"),
        ("", "'' is no telephone number: write"),
        ("+266696687", "is nobody's number: it stands for callers who withhold"),
        ("050-0000-0201", "is or was the number of an operator or of a line"),
        ("050-0000-0101", "is or was the number of an operator or of a line"),
    ],
)
def test_what_is_no_callers_number_is_refused(typed, problem):
    receive_together(*sign_in(), *answered(0))

    with pytest.raises(NotForgotten, match=problem):
        caller_to_forget(typed)
    with pytest.raises(CommandError, match=problem):
        call_command("forget_caller", typed, "--yes")


def test_command_only_says_what_it_would_do_unless_asked_to_do_it():
    receive_together(*abandoned(0), *abandoned(DAY, LAST_CALL))
    removed: list[int] = []

    def remove(**_more: Any) -> int:
        removed.append(0 if removed else 2)
        return removed[-1]

    numbers_forgotten.connect(remove)
    said = call_command("forget_caller", "050-0000-0999")
    stays = places_of(CALLER_NUMBER)
    done_ = call_command("forget_caller", "050-0000-0999", "--yes")
    again = call_command("forget_caller", "050-0000-0999", "--yes")
    by_age = call_command("forget_caller", "--older-than", "1", "--yes")
    numbers_forgotten.disconnect(remove)

    # The events, two rows of calls and two of abandoned calls.
    assert said == (
        "Would forget the caller of 2 calls with 10 events; the number stands in 14"
        " rows and 0 lines of the spool. Nothing is done without --yes."
    )
    assert stays
    assert done_ == (
        "Forgot the caller of 2 calls: 10 of their events, 0 other rows and 0 lines of"
        " the spool were changed, 2 prepared files removed."
    )
    # Asked for twice, as the first run may have been killed before it.
    assert removed == [2, 0]
    assert again == "Nothing was found of +815000000999."
    assert by_age == "No number is older than 1 days."


def test_setting_is_a_whole_number_of_days_or_empty():
    assert days_to_keep("KEEP", "") is None
    assert days_to_keep("KEEP", " 90 ") == 90
    for text in ("0", "-1", "1.5", "a year"):
        with pytest.raises(ImproperlyConfigured, match="whole number of days from 1"):
            days_to_keep("KEEP", text)


def test_pseudonym_is_nobodys_number_and_no_withheld_one():
    for letters in ("abcdefghijklmnop", "anonymousprivate"):
        pseudonym = PREFIX + letters
        assert caller_of(pseudonym) == pseudonym
        assert not is_withheld(pseudonym)
        assert number_in(pseudonym) == ""


@pytest.mark.parametrize(
    "text",
    [
        "CA815000000999aaaa815000000999bbbb",
        "+8150000009991",
        "15000000999",
        "2026-11-30T00:50:00.000Z",
    ],
)
def test_what_only_looks_alike_stays(text):
    assert Forgetting(CALLER_NUMBER, "x").text(text) == text


def test_caller_known_by_a_short_text_takes_nothing_else_along():
    """An extension may look like a position in the queue, or the length of a call."""
    receive_together(*abandoned(0, From="1", Caller="1", CallDuration="1"))
    before = history_rows()

    forget_old_numbers(at(9 * DAY), days=1)

    assert is_forgotten(Call.objects.get().caller)
    stored = history_rows()
    for table in ("QueueEntry", "IvrStep"):
        assert stored[table] == before[table]
    rebuild_everything()
    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)
    assert WebhookEvent.objects.get(kind="wait").params["QueuePosition"] == "1"


def test_command_that_is_stopped_says_so(monkeypatch):
    def stopped(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(forget_caller_command, "forget_caller", stopped)

    with pytest.raises(CommandError, match=r"Stopped; .* Run it again"):
        call_command("forget_caller", "050-0000-0999", "--yes")


def test_call_that_is_long_over_without_a_known_end_is_old_too():
    receive_together(ring(0), choose(5))

    assert forget_old_numbers(at(2 * DAY), days=1).is_nothing
    assert forget_old_numbers(at(2 * DAY) + timedelta(days=3), days=1).calls == 1
