"""What the operator's desk keeps: acts, and what is noted of a conversation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from callcenter.desk import acts
from callcenter.desk.acts import NotKept
from callcenter.history import keeping
from callcenter.history.desk_states import Act
from callcenter.models import Desk, OperatorState, WebhookEvent, WrapUpCode
from reports.tests.desk.rows import NAME, in_state, leg_of, talk, text_of

pytestmark = pytest.mark.django_db


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


def test_whoever_is_switched_off_during_a_talk_still_notes_it(desk, operator):
    mine = talk()
    in_state(OperatorState.State.TALKING, leg_of())
    operator.is_active = False
    operator.save()

    fields = {"conversation": mine.pk, "note": "rings again"}
    noted = desk.post("/desk/wrap-up/", fields)
    text = text_of(desk.get("/desk/now/"))
    stopped = desk.post("/desk/act/", {"act": "not-ready", "reason": "meal"})

    assert (noted.status_code, stopped.status_code) == (200, 200)
    notes = [event.params.get("Note") for event in WebhookEvent.objects.all()]
    assert "rings again" in notes
    assert f'data-conversation="{mine.pk}"' in text
    assert 'data-notice="Your operator is switched off' in text


def test_whoever_is_switched_off_takes_and_makes_no_calls(desk, operator):
    operator.is_active = False
    operator.save()

    for path, fields in (
        ("act/", {"act": "ready"}),
        ("act/", {"act": "signed-in", "take": "1"}),
        ("token/", {}),
        ("number/", {"number": "03-1234-5678"}),
    ):
        response = desk.post(f"/desk/{path}", fields)

        assert response.status_code == 403
        assert "switched off" in response.json()["error"]
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


def test_page_that_has_gone_leaves_the_desk_signed_out(desk, operator):
    desk.post("/desk/act/", {"act": "signed-in"})
    now = timezone.now() + timedelta(minutes=5)

    assert acts.sign_out_the_gone(now) == 1

    assert 'data-state="signed_out"' in text_of(desk.get("/desk/now/"))
