"""What the operator's desk shows: queues, the caller, call-backs."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    Desk,
    FollowUp,
    OperatorQueue,
    Queue,
    QueueEntry,
    WrapUpCode,
    desk_sid,
)
from reports.tests.desk.rows import CALLER, NAME, State, in_state, leg_of, talk, text_of
from reports.tests.factories import make_abandoned

pytestmark = pytest.mark.django_db


def queries_of(desk, path: str) -> int:
    """How many queries a look takes in a process that has shown the desk just now."""
    with time_machine.travel(timezone.now(), tick=False):
        desk.get("/desk/now/")
        with CaptureQueriesContext(connection) as asked:
            text_of(desk.get(f"/desk/{path}"))
    return len(asked)


def test_queues_of_the_operator_with_who_waits(desk, operator):
    support = Queue.objects.create(slug="support", name="Support")
    Queue.objects.create(slug="sales", name="Sales")
    OperatorQueue.objects.create(operator=operator, queue=support)
    waiting = talk().entry
    Connection.objects.all().delete()
    QueueEntry.objects.filter(pk=waiting.pk).update(outcome="waiting", queue="support")
    Call.objects.update(heard_at=timezone.now())

    text = text_of(desk.get("/desk/now/"))

    since = int(waiting.entered_at.timestamp())
    assert f'data-since="{since}000"' in text or f'data-since="{since + 1}000"' in text
    assert "Support" in text
    assert "Sales" not in text


def test_caller_is_shown_with_what_is_known(desk):
    Queue.objects.create(slug="billing", name="Billing")
    WrapUpCode.objects.create(code="invoice", name="Invoice sent again")
    talk(minutes=90, wrap_up_code="invoice", note="sent to the office")
    gave_up = talk(minutes=60).entry.call
    Call.objects.filter(pk=gave_up.pk).update(outcome=Call.Outcome.ABANDONED)
    Connection.objects.filter(entry__call=gave_up).delete()
    here = talk()
    in_state(State.TALKING, leg_of())

    text = text_of(desk.get("/desk/now/"))

    assert f'data-conversation="{here.pk}"' in text
    assert '<h1 class="tel">*********0301</h1>' in text
    assert CALLER not in text
    assert "Billing" in text
    assert "0:01:16" in text
    assert "Invoice sent again · sent to the office" in text
    assert 'option value="invoice"' in text


@pytest.mark.parametrize("may_see", [True, False])
def test_whoever_sees_no_whole_number_sees_no_name_of_the_caller(desk, user, may_see):
    if may_see:
        right = Permission.objects.get(codename="view_numbers")
        user.user_permissions.add(right)
    talk()
    Call.objects.update(caller_name="TANAKA ICHIRO")
    in_state(State.TALKING, leg_of())

    text = text_of(desk.get("/desk/now/"))

    assert ("TANAKA ICHIRO" in text) is may_see
    assert ("050-0000-0301" in text) is may_see


def test_what_was_done_about_the_caller_is_shown(desk, user):
    gave_up = make_abandoned(timezone.now() - timedelta(hours=1))
    AbandonedCall.objects.update(caller=CALLER)
    follow_up = FollowUp.objects.create(abandoned_call=gave_up)
    for act, result, text in (
        ("claim", "", ""),
        ("attempt", "no_answer", "rang for long"),
        ("note", "", "wants the boss"),
    ):
        follow_up.steps.create(
            act=act, result=result, text=text, by=user, made_at=timezone.now()
        )
    talk()
    in_state(State.TALKING, leg_of())

    text = text_of(desk.get("/desk/now/"))

    assert "no answer · rang for long" in text
    assert "wants the boss" in text
    assert text.index("wants the boss") < text.index("rang for long")
    assert text.count("Noted on the work list") == 1
    assert text.count('<time datetime="') == 2


@pytest.mark.parametrize(
    ("word", "begins"), [("invoice ", "invoice invoice"), ("請求書", "請求書請求書")]
)
def test_long_notes_of_earlier_calls_are_folded_and_nothing_is_lost(desk, word, begins):
    note = (word * 1000)[:1000].strip()
    talk(minutes=90, note=note)
    here = talk()
    in_state(State.TALKING, leg_of())

    text = text_of(desk.get("/desk/now/"))

    found = re.search(
        r"<span>([^<]*) …</span><details><summary>Read on</summary>([^<]*)</details>",
        text,
    )
    assert found
    shown, more = found.groups()
    assert f'data-conversation="{here.pk}"' in text
    assert begins in shown
    assert len(shown) <= 100
    assert (shown + more).replace(" ", "").endswith(note.replace(" ", ""))


def test_caller_of_another_operator_is_not_shown(desk):
    talk("client:suzuki", note="of Suzuki")
    in_state(State.TALKING, leg_of())

    text = text_of(desk.get("/desk/now/"))

    assert 'data-conversation=""' in text
    assert "of Suzuki" not in text


@pytest.mark.parametrize(
    ("state", "is_shown"), [(State.WRAP_UP, True), (State.READY, False)]
)
def test_conversation_stays_until_the_operator_is_ready_again(desk, state, is_shown):
    over = talk()
    Connection.objects.update(ended_at=timezone.now())
    in_state(state, leg_of())

    text = text_of(desk.get("/desk/now/"))

    assert (f'data-conversation="{over.pk}"' in text) is is_shown
    assert f'data-state="{state}"' in text


def test_call_backs_are_those_that_the_operator_has_claimed(desk, user):
    other = User.objects.create_user("suzuki")
    claims = {CALLER: user, "+815000000302": other, "+815000000303": None}
    for caller, who in claims.items():
        entry = talk(caller=caller).entry
        Connection.objects.all().delete()
        row = AbandonedCall.objects.create(
            entry=entry,
            call=entry.call,
            visit=entry.visit,
            entered_at=entry.entered_at,
            caller=caller,
            queue="billing",
            abandoned_at=timezone.now(),
            wait_seconds=76,
        )
        if who:
            FollowUp.objects.create(
                abandoned_call=row,
                state=FollowUp.State.IN_PROGRESS,
                claimed_by=who,
                claimed_at=timezone.now(),
            )

    text = text_of(desk.get("/desk/now/"))

    mine = AbandonedCall.objects.get(caller=CALLER)
    assert f'data-ring="{mine.pk}"' in text
    assert "0302" not in text
    assert "0303" not in text


def test_a_look_takes_as_many_queries_for_many_calls_as_for_few(desk, operator):
    for slug in ("support", "billing"):
        queue = Queue.objects.create(slug=slug, name=slug)
        OperatorQueue.objects.create(operator=operator, queue=queue)
    talk(minutes=31)
    talk(minutes=30)
    state = in_state(State.TALKING, leg_of())
    Desk.objects.create(sid=desk_sid(NAME), operator=NAME)
    counts = []
    for _round in range(2):
        counts.append([queries_of(desk, "now/"), queries_of(desk, "now/?day")])
        for minutes in range(1, 20):
            talk(minutes=minutes)
    state.state = State.READY
    state.save()

    assert counts == [[15, 23], [15, 23]]
    assert queries_of(desk, "now/") == 11


def test_day_is_shown_where_it_is_asked_for(desk):
    assert "Signed in" in text_of(desk.get("/desk/now/?day"))
    assert "Signed in" in text_of(desk.post("/desk/act/", {"act": "signed-in"}))
    assert "Signed in" not in text_of(desk.get("/desk/now/"))


def test_code_that_is_renamed_is_soon_shown_by_its_new_name(desk):
    WrapUpCode.objects.create(code="invoice", name="Invoice", is_active=False)
    WrapUpCode.objects.create(code="order", name="Order", is_active=False)
    talk(wrap_up_code="invoice")
    in_state(State.TALKING, leg_of())

    with time_machine.travel(timezone.now(), tick=False) as clock:
        text = text_of(desk.get("/desk/now/"))
        WrapUpCode.objects.filter(code="invoice").update(name="Bill")
        clock.shift(timedelta(seconds=1))
        later = text_of(desk.get("/desk/now/"))

    assert '<option value="invoice">Invoice</option>' in text
    assert '<option value="invoice">Bill</option>' in later
    assert '<option value="order">' not in text
