"""Rows are written by natural key; what people entered survives; callers recover."""

import logging
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from callcenter.followup import acts
from callcenter.history import store
from callcenter.history.store import rebuild
from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    FollowUp,
    Queue,
    QueueEntry,
    QueueThreshold,
    WebhookEvent,
)
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
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
from callcenter.upkeep.rebuild import derive_pending

pytestmark = pytest.mark.django_db


def abandoned(sid: str = CALLER, start: float = 0, **params: Any) -> list[WebhookEvent]:
    return [
        ring(start, sid=sid, **params),
        choose(start + 5, sid=sid, **params),
        leave(start + 65, "hangup", 60, sid=sid, **params),
        end(start + 66, sid=sid, **params),
    ]


def answered(sid: str, start: float) -> list[WebhookEvent]:
    return [
        ring(start, sid=sid),
        choose(start + 5, sid=sid),
        connect(start + 30, 25, sid=sid),
        leave(start + 90, "bridged", 25, sid=sid),
        end(start + 91, sid=sid),
    ]


def test_every_event_is_derived_when_it_has_been_received():
    receive(*sign_in(), *answered(CALLER, 0), done(90.5, talk=58))

    assert WebhookEvent.objects.pending().count() == 0
    assert Connection.objects.get().talk_seconds == 58
    assert {call.sid: call.kind for call in Call.objects.all()} == {
        CALLER: "customer",
        OPERATOR: "operator",
    }


def test_deriving_again_leaves_rows_and_ids_untouched():
    receive(*sign_in(), *answered(CALLER, 0))
    ids = list(QueueEntry.objects.values_list("pk", flat=True))
    rows = history_rows()

    call_command("rebuild_calls")

    assert history_rows() == rows
    assert list(QueueEntry.objects.values_list("pk", flat=True)) == ids


def test_rebuild_repairs_rows_that_were_spoilt():
    receive(*sign_in(), *answered(CALLER, 0), *abandoned(OTHER_CALLER, -500))
    rows = history_rows()
    QueueEntry.objects.update(wait_seconds=7, queue="nonsense")
    Connection.objects.all().delete()
    Call.objects.filter(sid=OTHER_CALLER).delete()

    call_command("rebuild_calls")

    assert history_rows() == rows


def test_rows_of_several_calls_change_together_in_few_statements(
    django_assert_max_num_queries,
):
    sids = [f"CA{number:032x}" for number in range(10)]
    for sid in sids:
        receive(*answered(sid, 0))
    rows = history_rows()
    ids = [*Call.objects.order_by("pk").values_list("pk", "sid")]
    Call.objects.update(line="nonsense", status="")
    QueueEntry.objects.update(queue="nonsense")
    Connection.objects.filter(entry__call__sid__in=sids[:5]).update(talk_seconds=7)

    with django_assert_max_num_queries(30):
        rebuild(sids, check_all_rows=True)

    assert history_rows() == rows
    assert [*Call.objects.order_by("pk").values_list("pk", "sid")] == ids


def test_operator_is_named_when_their_first_request_comes_late():
    receive(*answered(CALLER, 0))
    assert Connection.objects.get().operator == ""

    receive(sign_in()[0])

    assert Connection.objects.get().operator == OPERATOR_NUMBER


def test_operator_known_only_from_the_end_of_the_leg_is_named_too():
    receive(*answered(CALLER, 0), end(900, sid=OPERATOR))

    assert Connection.objects.get().operator == OPERATOR_NUMBER


def test_a_later_connect_takes_a_nameless_dial_from_its_predecessor():
    receive(*answered(CALLER, 0), done(400, caller="", talk=58))
    assert Connection.objects.get().talk_seconds == 58

    receive(connect(300, 3, sid=OTHER_CALLER))

    talks = Connection.objects.order_by("connected_at").values_list(
        "entry__call__sid", "talk_seconds"
    )
    assert list(talks) == [(CALLER, 60), (OTHER_CALLER, 58)]


def test_caller_who_is_answered_later_is_recovered():
    receive(*abandoned(CALLER, 0))
    assert AbandonedCall.objects.get().recovered_at is None

    receive(*answered(OTHER_CALLER, 600))

    assert AbandonedCall.objects.get().recovered_at == at(630)


def test_contact_received_before_the_abandonment_recovers_it_as_well():
    receive(*answered(OTHER_CALLER, 600), *abandoned(CALLER, 0))

    assert AbandonedCall.objects.get().recovered_at == at(630)


def test_recovery_moves_back_to_an_earlier_contact_and_goes_when_it_was_none():
    third = "CA" + "e" * 32
    receive(*abandoned(CALLER, 0), *answered(OTHER_CALLER, 600), *answered(third, 300))
    assert AbandonedCall.objects.get().recovered_at == at(330)

    # It was no connection after all: the caller waited on, and hung up.
    receive(wait(340, 35, sid=third))

    assert AbandonedCall.objects.get(call__sid=CALLER).recovered_at == at(630)


def test_withheld_callers_recover_nobody():
    withheld = {"From": "+266696687"}
    receive(*abandoned(CALLER, 0, **withheld))
    receive(
        ring(600, sid=OTHER_CALLER, **withheld),
        connect(630, 5, sid=OTHER_CALLER, **withheld),
    )

    assert AbandonedCall.objects.get().recovered_at is None


def test_an_outbound_call_that_was_completed_recovers_the_caller():
    receive(*abandoned(CALLER, 0))

    receive(
        event(
            900,
            "status/",
            sid=OTHER_CALLER,
            From="+815000000101",
            To=CALLER_NUMBER,
            Direction="outbound-api",
            CallStatus="completed",
            CallDuration=60,
        )
    )

    assert AbandonedCall.objects.get().recovered_at == at(840)


def test_what_people_entered_survives_and_the_abandonment_is_withdrawn():
    receive(ring(), choose(5), leave(65, "bridging-in-process", 60), end(66))
    row = AbandonedCall.objects.get()
    follow_up = FollowUp.objects.create(abandoned_call=row, state="reached")
    follow_up.steps.create(act="note", text="rang back", made_at=at(70))

    receive(leave(64, "bridged", 60))

    row = AbandonedCall.objects.with_state().get()
    assert (row.is_withdrawn, row.state, row.follow_up.steps.get().text) == (
        True,
        "withdrawn",
        "rang back",
    )
    call_command("rebuild_calls")
    assert AbandonedCall.objects.get().is_withdrawn


@pytest.mark.parametrize("check_all_rows", [True, False])
def test_call_that_people_have_finished_stays_so_when_it_is_derived_again(
    check_all_rows, django_user_model
):
    receive(ring(), choose(5), leave(65, "hangup", 60), end(66))
    acts.close(CALLER_NUMBER, django_user_model.objects.create_user("sato"))

    if check_all_rows:
        call_command("rebuild_calls")
    else:
        receive(leave(64, "hangup", 59))  # an earlier copy: the row changes

    row = AbandonedCall.objects.get()
    assert row.is_finished
    assert (row.wait_seconds == 60) == check_all_rows


def test_an_abandonment_without_follow_up_is_deleted():
    receive(ring(), choose(5), leave(65, "bridging-in-process", 60), end(66))

    receive(leave(64, "bridged", 60))

    assert not AbandonedCall.objects.exists()


@pytest.mark.parametrize(
    ("follow_up", "recovered_at", "caller", "state"),
    [
        (None, None, CALLER_NUMBER, "open"),
        ("open", None, CALLER_NUMBER, "open"),
        ("in_progress", None, CALLER_NUMBER, "in_progress"),
        ("in_progress", at(900), CALLER_NUMBER, "recovered"),
        ("reached", at(900), CALLER_NUMBER, "reached"),
        ("closed", at(900), CALLER_NUMBER, "closed"),
        (None, at(900), CALLER_NUMBER, "recovered"),
        (None, None, "", "closed"),
        ("reached", None, "", "reached"),
    ],
)
def test_state_of_the_work_is_the_first_that_fits(
    follow_up, recovered_at, caller, state
):
    receive(*abandoned(CALLER, 0))
    AbandonedCall.objects.update(recovered_at=recovered_at, caller=caller)
    if follow_up:
        FollowUp.objects.create(
            abandoned_call=AbandonedCall.objects.get(),
            state=follow_up,
            claimed_at=at(100),
        )

    assert AbandonedCall.objects.with_state().get().state == state


def test_a_threshold_dated_back_applies_after_deriving_pending_events():
    queue = Queue.objects.create(slug="support", name="Support")
    receive(ring(), choose(5), leave(13, "hangup", 8), end(14))
    assert QueueEntry.objects.get().outcome == "abandoned"

    QueueThreshold.objects.create(
        queue=queue, valid_from="2026-01-01", short_abandon_seconds=10
    )
    marked = QueueEntry.objects.filter(queue="support").mark_pending()

    assert marked == 4
    call_command("rebuild_calls", "--pending")
    assert QueueEntry.objects.get().outcome == "short_abandoned"
    assert WebhookEvent.objects.pending().count() == 0


def test_an_error_of_ours_is_kept_on_the_event_and_repaired_later(monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("a bug of ours")

    with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL):
        patched.setattr(store, "derive", broken)
        receive(ring())
    kept = WebhookEvent.objects.get()
    assert (kept.derived_at, kept.derivation_error) == (
        None,
        "ZeroDivisionError: a bug of ours",
    )

    call_command("rebuild_calls", "--pending")

    kept.refresh_from_db()
    assert kept.derived_at is not None
    assert kept.derivation_error == ""
    assert Call.objects.get().ivr_step_count == 1


def test_a_lock_in_the_way_is_no_error_that_is_kept(monkeypatch, caplog):
    def locked(*_, **__):
        raise OperationalError(1205, "Lock wait timeout exceeded")

    with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL):
        patched.setattr(store, "derive", locked)
        patched.setattr("callcenter.locking._TRIES", {})
        receive_together(ring())
    event = WebhookEvent.objects.get()
    assert (event.derived_at, event.derivation_error) == (None, "")

    # As the worker tries again in a few seconds.
    assert derive_pending(is_untried=True) == (1, 1)
    assert Call.objects.exists()


def test_what_takes_too_long_is_derived_with_the_next_event(monkeypatch):
    def locked(*_, **__):
        raise OperationalError(1205, "Lock wait timeout exceeded")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_derive_locked", locked)
        patched.setattr(store, "LOCK_WAIT_SECONDS", 1.99)
        receive(ring(), budget_seconds=2.0)
    assert WebhookEvent.objects.pending().count() == 1
    assert not Call.objects.filter(started_at__isnull=False).exists()

    receive(choose(5))

    assert Call.objects.get().ivr_step_count == 1


def test_recording_without_a_call_makes_no_row_until_the_call_is_known():
    recording = "RE" + "a" * 32
    receive(
        event(70, "recording/", RecordingSid=recording, RecordingStatus="completed")
    )
    assert not Call.objects.exists()
    assert WebhookEvent.objects.pending().count() == 0

    receive(ring())

    assert Call.objects.get().recordings.get().recording_sid == recording


def test_a_dial_that_names_an_unknown_leg_makes_no_call_of_it():
    receive(*sign_in(), done(90, caller=OTHER_CALLER))

    assert list(Call.objects.values_list("sid", flat=True)) == [OPERATOR]


def test_a_leg_without_events_makes_no_call():
    rebuild(["CA" + "7" * 32])

    assert not Call.objects.exists()


def test_one_recording_named_under_two_calls_is_a_row_of_each():
    recording = {"RecordingSid": "RE" + "a" * 32, "RecordingStatus": "completed"}
    receive(ring(), ring(10, sid=OTHER_CALLER))

    receive(
        event(70, "recording/", **recording),
        event(71, "recording/", sid=OTHER_CALLER, **recording),
        event(80, "voicemail/support/1/", **recording),
        event(81, "voicemail/support/1/", sid=OTHER_CALLER, **recording),
    )

    assert WebhookEvent.objects.pending().count() == 0
    for call in Call.objects.all():
        assert (call.recordings.count(), call.voicemails.count()) == (1, 1)


def test_one_recording_of_two_calls_is_written_when_both_are_derived_together():
    recording = {"RecordingSid": "RE" + "a" * 32, "RecordingStatus": "completed"}
    for sid in (CALLER, OTHER_CALLER):
        receive(ring(sid=sid), event(70, "recording/", sid=sid, **recording))
    rows = history_rows()

    rebuild([CALLER, OTHER_CALLER], check_all_rows=True)

    assert history_rows() == rows
