"""The operator's desk: who may sit there, what it shows, and what it keeps."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callcenter.desk import acts
from callcenter.desk.acts import NotKept
from callcenter.history import keeping
from callcenter.history.desk_states import Act
from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    Desk,
    FollowUp,
    Operator,
    OperatorQueue,
    OperatorState,
    PhoneLine,
    Queue,
    QueueEntry,
    WebhookEvent,
    WrapUpCode,
)
from reports.tests.factories import make_abandoned, make_queue, sid

pytestmark = pytest.mark.django_db

NAME = "client:sato"
CALLER = "+815000000301"
State = OperatorState.State


@pytest.fixture
def user():
    made = User.objects.create_user("sato", password="of-sato", is_staff=True)
    made.groups.set(Group.objects.filter(name="Operator"))
    return made


@pytest.fixture
def operator(user):
    return Operator.objects.create(name="Sato", client_identity="sato", user=user)


@pytest.fixture
def desk(client, user, operator):
    """The browser of an operator who is logged in."""
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def text_of(response) -> str:
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().split())


def leg_of(from_raw: str = NAME) -> Call:
    return Call.objects.create(
        sid=sid(), kind=Call.Kind.OPERATOR, from_raw=from_raw, heard_at=timezone.now()
    )


def in_state(state: State, leg: Call, seconds: float = 20) -> OperatorState:
    return OperatorState.objects.create(
        call=leg,
        operator=NAME,
        state=state,
        started_at=timezone.now() - timedelta(seconds=seconds),
    )


def talk(operator: str = NAME, *, caller: str = CALLER, minutes=0, **values):
    """A conversation that began some minutes ago, after a wait of 76 s."""
    at = timezone.now() - timedelta(minutes=minutes)
    call = Call.objects.create(
        sid=sid(), caller=caller, started_at=at, outcome=Call.Outcome.ANSWERED
    )
    entry = QueueEntry.objects.create(
        call=call,
        visit=1,
        queue="billing",
        entered_at=at,
        entered_quarter=int(at.timestamp()) // 900,
        wait_seconds=76,
        outcome=QueueEntry.Outcome.ANSWERED,
        target_seconds=20,
    )
    return Connection.objects.create(
        entry=entry,
        operator=operator,
        operator_call_sid=sid(),
        connected_at=at,
        **values,
    )


# Who may sit there


def test_whoever_is_not_logged_in_logs_in_first_and_comes_back(client):
    response = client.get("/desk/?ring=4")

    assert response.status_code == 302
    assert response["Location"] == "/admin/login/?next=/desk/%3Fring%3D4"


@pytest.mark.parametrize(
    "path", ["now/", "token/", "act/", "gone/", "wrap-up/", "number/"]
)
def test_script_of_whoever_is_not_logged_in_is_told_so(client, path):
    ask = client.get if path == "now/" else client.post

    response = ask(f"/desk/{path}")

    assert response.status_code == 401
    assert response.json()["error"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (None, "No operator belongs to your account"),
        ({"client_identity": "sato", "is_active": False}, "switched off"),
        ({"number": "+815000000201"}, "has no browser identity"),
    ],
)
def test_account_without_a_desk_is_told_why(client, user, values, said):
    if values:
        Operator.objects.create(name="Sato", user=user, **values)
    client.force_login(user)
    client.cookies["django_language"] = "en"

    page, script = client.get("/desk/"), client.post("/desk/token/")

    assert page.status_code == script.status_code == 403
    assert said in page.content.decode()
    assert said in script.json()["error"]
    assert not WebhookEvent.objects.exists()


def test_page_signs_nobody_in_by_itself(desk):
    assert "You are signed out" in text_of(desk.get("/desk/"))
    assert not WebhookEvent.objects.exists()


def test_policy_of_the_page_lets_it_speak_to_twilios_signalling_and_nobody_else(desk):
    policy = desk.get("/desk/")["Content-Security-Policy"]

    assert "connect-src 'self' wss://*.twilio.com;" in policy
    assert "media-src 'self' mediastream:" in policy
    assert "script-src 'self';" in policy
    assert "https:" not in policy


# What it shows


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
    in_state(State.TALKING, leg_of())
    counts = []
    for _round in range(2):
        desk.get("/desk/now/")
        with CaptureQueriesContext(connection) as few:
            desk.get("/desk/now/")
        counts.append(len(few))
        for minutes in range(1, 20):
            talk(minutes=minutes)

    assert counts[0] == counts[1]
    assert counts[0] <= 35


# What it keeps


def test_signing_in_and_stopping_for_a_meal_are_states(desk):
    assert 'data-state="not_ready"' in text_of(
        desk.post("/desk/act/", {"act": "signed-in"})
    )
    text = text_of(desk.post("/desk/act/", {"act": "not-ready", "reason": "meal"}))

    assert 'data-reason="meal"' in text
    states = list(OperatorState.objects.order_by("pk").values_list("state", "reason"))
    assert states[-1] == ("not_ready", "meal")
    assert Desk.objects.get().operator == NAME


def test_asking_says_that_the_page_is_there(desk):
    desk.post("/desk/act/", {"act": "signed-in"})
    Desk.objects.update(heard_at=None)

    desk.get("/desk/now/")

    assert Desk.objects.get().heard_at is not None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"act": "timed-out"},
        {"act": "dance"},
        {"act": "not-ready", "reason": "no such reason"},
        {"act": "not-ready", "leg": "CA" + "z" * 32},
        {"act": "not-ready", "leg": "no SID"},
    ],
)
def test_act_that_is_none_is_refused_and_nothing_is_kept(desk, fields):
    response = desk.post("/desk/act/", fields)

    assert response.status_code == 400
    assert response.json()["error"] == "This is not possible here."
    assert not WebhookEvent.objects.exists()


def test_nobody_ends_the_leg_of_somebody_else(desk):
    theirs = leg_of("client:suzuki")

    response = desk.post("/desk/act/", {"act": "not-ready", "leg": theirs.sid})

    assert response.status_code == 400
    assert not WebhookEvent.objects.exists()


def test_act_names_the_leg_that_it_ends(desk):
    mine = leg_of()

    desk.post("/desk/act/", {"act": "not-ready", "leg": mine.sid})

    event = WebhookEvent.objects.get()
    assert (event.path, event.call_sid) == (Act.NOT_READY.path, mine.sid)


def test_what_is_noted_is_kept_with_the_conversation(desk):
    WrapUpCode.objects.create(code="invoice", name="Invoice sent again")
    mine = talk()

    response = desk.post(
        "/desk/wrap-up/",
        {"conversation": mine.pk, "code": "invoice", "note": "to the office"},
    )

    assert response.status_code == 200
    event = WebhookEvent.objects.get()
    assert event.call_sid == mine.entry.call.sid
    assert event.params["OperatorLeg"] == mine.operator_call_sid
    assert (event.params["Code"], event.params["Note"]) == ("invoice", "to the office")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"code": "no-such"}, 400),
        ({"note": "x" * 2001}, 400),
        ({"conversation": "0"}, 400),
        ({"conversation": str(2**63)}, 400),
        ({"conversation": "999999"}, 404),
    ],
)
def test_note_that_cannot_be_kept_is_refused(desk, fields, status):
    response = desk.post("/desk/wrap-up/", {"conversation": talk().pk, **fields})

    assert response.status_code == status
    assert response.json()["error"]
    assert not WebhookEvent.objects.exists()


def test_nobody_notes_anything_of_the_conversation_of_somebody_else(desk):
    theirs = talk("client:suzuki")

    response = desk.post("/desk/wrap-up/", {"conversation": theirs.pk, "note": "x"})

    assert response.status_code == 404
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("path", "fields"),
    [("act/", {"act": "ready"}), ("wrap-up/", {"note": "text"})],
)
def test_what_cannot_be_kept_is_said(desk, monkeypatch, path, fields):
    def refuse(event: WebhookEvent) -> None:
        raise NotKept

    mine = talk()
    monkeypatch.setattr(keeping, "keep", refuse)

    response = desk.post(f"/desk/{path}", {"conversation": mine.pk, **fields})

    assert response.status_code == 503
    assert "Try again in a minute" in response.json()["error"]


# Tokens and numbers


def test_token_is_of_the_operator_of_the_account(desk, settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "1" * 32
    settings.TWILIO_API_KEY_SID = "SK" + "2" * 32
    settings.TWILIO_API_KEY_SECRET = "a-secret-of-the-tests-0123456789abcdef"
    settings.TWILIO_TWIML_APP_SID = "AP" + "3" * 32

    answer = desk.post("/desk/token/", {"identity": "suzuki"})

    assert answer.json()["identity"] == "sato"
    assert answer.json()["seconds"] == 600
    assert "no-store" in answer["Cache-Control"]


def test_missing_settings_are_named(desk, settings):
    settings.TWILIO_API_KEY_SID = ""

    answer = desk.post("/desk/token/")

    assert answer.status_code == 503
    assert "TWILIO_API_KEY_SID" in answer.json()["error"]


@pytest.mark.parametrize("typed", ["03-1234-5678", "+81 3 1234 5678", "（03）12345678"])
def test_number_is_read_as_people_write_it(desk, typed):
    assert desk.post("/desk/number/", {"number": typed}).json() == {
        "number": "+81312345678",
        "shown": "03-1234-5678",
    }


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("", 400),
        ("client:sato", 400),
        ("sip:anybody@example.com", 400),
        ("1" * 500, 400),
        ("+1 900 123 4567", 403),
        ("+815000000101", 403),
    ],
)
def test_number_that_must_not_be_rung_is_refused(desk, typed, status):
    queue = make_queue()
    PhoneLine.objects.create(name="Main", number="+815000000101", queue=queue)

    answer = desk.post("/desk/number/", {"number": typed})

    assert answer.status_code == status
    assert answer.json()["error"]


def test_number_of_a_caller_on_the_list_is_given_to_whoever_has_claimed_it(desk, user):
    row = make_abandoned(timezone.now() - timedelta(hours=1))
    AbandonedCall.objects.update(caller="+81312345678")

    free = desk.post("/desk/number/", {"row": row.pk})
    page = desk.get(f"/desk/?ring={row.pk}").content.decode()
    FollowUp.objects.create(
        abandoned_call=row,
        state=FollowUp.State.IN_PROGRESS,
        claimed_by=user,
        claimed_at=timezone.now(),
    )
    mine = desk.post("/desk/number/", {"row": row.pk})
    asking = desk.get(f"/desk/?ring={row.pk}").content.decode()

    assert free.status_code == 403
    assert "Claim the caller" in free.json()["error"]
    assert "Claim the caller" in page
    assert mine.json() == {"number": "+81312345678", "shown": "03-1234-5678"}
    assert "Ring back 03-1234-5678?" in asking


@pytest.mark.parametrize("row", ["x", "-1", "99999999999999999999", "１"])
def test_row_that_is_none_is_refused(desk, row):
    assert desk.post("/desk/number/", {"row": row}).status_code == 403
    assert desk.get("/desk/", {"ring": row}).status_code == 200


def test_page_that_has_gone_leaves_the_desk_signed_out(desk, operator):
    desk.post("/desk/act/", {"act": "signed-in"})
    now = timezone.now() + timedelta(minutes=5)

    assert acts.sign_out_the_gone(now) == 1

    assert 'data-state="signed_out"' in text_of(desk.get("/desk/now/"))
