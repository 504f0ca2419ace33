"""What the buttons of the work list do, and the message if they cannot."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.test import Client

from callcenter.followup import acts
from callcenter.models import AbandonedCall, FollowUp, FollowUpStep
from reports.tests.worklist.test_list import LIST, SUZUKI, gave_up

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)  # 15:00 in Tokyo


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def sato():
    return User.objects.create_user("sato", first_name="佐藤")


def act(client: Client, row: AbandonedCall, name: str, **more: Any) -> Any:
    """Presses a button, and gives the page that follows."""
    url = f"{LIST}{row.pk}/"
    return client.post(
        url, {"act": name, **more}, follow=True, headers={"accept-language": "en"}
    )


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def state() -> list[tuple[str, str | None]]:
    rows: Any = AbandonedCall.objects.with_state().order_by("pk")
    return list(rows.values_list("state", "follow_up__claimed_by__username"))


def test_claim_goes_back_to_the_list_as_it_was(admin_client):
    row = gave_up(10)

    response = admin_client.post(
        f"{LIST}{row.pk}/",
        {"act": "claim", "back": "?tab=open&days=30&queue=support&q=5678"},
    )

    assert (
        response.url == f"{LIST}?tab=open&days=30&queue=support&q=5678#caller-{row.pk}"
    )
    assert state() == [("in_progress", "admin")]


def test_ringing_back_claims_and_goes_on_to_the_caller(admin_client):
    row = gave_up(10)

    response = act(admin_client, row, "ring", back="?days=30")

    assert response.redirect_chain == [(f"{LIST}{row.pk}/?back=%3Fdays%3D30", 302)]
    assert state() == [("in_progress", "admin")]
    html = response.content.decode()
    assert 'href="tel:+819012345678"' in html
    assert f'href="{LIST}?days=30"' in html


def test_number_to_dial_is_shown_large_above_the_form_for_the_result(admin_client):
    row = gave_up(10)

    html = act(admin_client, row, "ring").content.decode()

    order = [
        html.index(part)
        for part in (
            "Dial this number on your own telephone:",
            '<p class="dial-number">090-1234-5678</p>',
            'href="tel:+819012345678"',
            '<select name="result"',
            'name="act" value="attempt"',
        )
    ]
    assert order == sorted(order)
    before = admin_client.get(f"{LIST}{gave_up(5, '+815012345678').pk}/")
    assert "dial-number" not in before.content.decode()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "090-1234-5678 is assigned to you. Dial the number, then save the"
                " result.",
                "090-1234-5678 is released: anybody can ring back.",
                "090-1234-5678 is assigned to you.",
                "Note saved for 090-1234-5678.",
                "Result saved for 090-1234-5678: No answer.",
                "090-1234-5678 is closed.",
                "090-1234-5678 is open again.",
            ],
        ),
        (
            "ja",
            [
                "090-1234-5678 の担当になりました。"
                "電話をかけてから、結果を保存してください。",
                "090-1234-5678 の担当を解除しました。だれでも折り返せます。",
                "090-1234-5678 の担当になりました。",
                "090-1234-5678 のメモを保存しました。",
                "090-1234-5678 の結果を保存しました: 不在",
                "090-1234-5678 を終了にしました。",
                "090-1234-5678 を未対応に戻しました。",
            ],
        ),
    ],
)
def test_every_act_is_confirmed_on_the_page_that_follows(
    admin_client, language, expected
):
    row = gave_up(10)
    done = [
        {"act": "ring"},
        {"act": "release"},
        {"act": "claim", "back": "?"},
        {"act": "note", "text": "wants an invoice"},
        {"act": "attempt", "result": "no_answer"},
        {"act": "close"},
        {"act": "reopen", "back": "?tab=closed"},
    ]

    found = []
    for each in done:
        response = admin_client.post(
            f"{LIST}{row.pk}/", each, follow=True, headers={"accept-language": language}
        )
        found += said(response)
        assert '<li class="success">' in response.content.decode()

    assert found == expected


def test_acts_on_a_caller_claimed_by_somebody_else_are_refused_with_a_message(
    admin_client, sato, clock
):
    row = gave_up(10)
    acts.claim(SUZUKI, sato)
    clock.shift(timedelta(minutes=5))

    for name in ("claim", "ring", "close"):
        response = act(admin_client, row, name, back="")
        assert said(response) == [
            "090-1234-5678 has been assigned to 佐藤 since 15:00."
        ]
    response = act(admin_client, row, "attempt", result="busy")

    assert said(response) == ["090-1234-5678 has been assigned to 佐藤 since 15:00."]
    assert state() == [("in_progress", "sato")]
    assert FollowUpStep.objects.count() == 1


def test_row_claimed_by_somebody_else_stays_listed_without_buttons(admin_client, sato):
    gave_up(10)
    acts.claim(SUZUKI, sato)

    html = admin_client.get(LIST, headers={"accept-language": "en"}).content.decode()

    assert "佐藤" in html
    assert "Assigned" in html
    assert 'name="act"' not in html


def test_attempts_and_notes_are_kept_with_who_and_when(admin_client, clock):
    row = gave_up(10)
    act(admin_client, row, "claim")
    clock.shift(timedelta(minutes=1))
    act(admin_client, row, "attempt", result="no_answer", text="nobody in")
    act(admin_client, row, "note", text=" wants an invoice ")

    response = act(admin_client, row, "attempt", result="reached")

    steps = response.context["caller"].steps
    assert [
        (step.at, step.what, step.result, step.text, step.by) for step in steps
    ] == [
        ("15:00", "claimed", "", "", "admin"),
        ("15:01", "rang back", "no answer", "nobody in", "admin"),
        ("15:01", "note", "", "wants an invoice", "admin"),
        ("15:01", "rang back", "reached", "", "admin"),
    ]
    assert state() == [("reached", "admin")]
    assert FollowUp.objects.get().attempts == 2


def test_caller_can_be_closed_reopened_and_released(admin_client):
    row = gave_up(10)

    act(admin_client, row, "close", text="wrong number")
    assert state() == [("closed", None)]
    act(admin_client, row, "reopen")
    assert state() == [("open", None)]
    act(admin_client, row, "claim")
    act(admin_client, row, "release")

    assert state() == [("open", None)]


def test_acts_on_a_caller_answered_meanwhile_are_refused(admin_client):
    row = gave_up(10, recovered_at=NOW)

    for name in ("claim", "ring", "close", "release", "reopen"):
        assert said(act(admin_client, row, name)) == [
            "090-1234-5678 needs no further action: see the state below."
        ]
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"act": "attempt", "text": "typed"}, "Choose the result of the ring-back."),
        ({"act": "note", "text": "  "}, "Enter the text of the note."),
        (
            {"act": "note", "text": "x" * 2001},
            "Ensure this value has at most 2000 characters (it has 2001).",
        ),
        (
            {"act": "attempt", "result": "nonsense"},
            "Select a valid choice. nonsense is not one of the available choices.",
        ),
    ],
)
def test_invalid_form_shows_its_error_and_keeps_what_was_typed(
    admin_client, asked, error
):
    row = gave_up(10)
    act(admin_client, row, "claim")

    response = admin_client.post(
        f"{LIST}{row.pk}/", asked, headers={"accept-language": "en"}
    )

    assert response.status_code == 200
    html = response.content.decode()
    assert f"<p>{error}</p>" in html
    assert asked.get("text", "") in html
    assert FollowUpStep.objects.count() == 1


@pytest.mark.parametrize("asked", [{}, {"act": "nonsense"}, {"act": "\0"}])
def test_unknown_act_is_refused_with_a_message(admin_client, asked):
    row = gave_up(10)

    response = admin_client.post(
        f"{LIST}{row.pk}/", asked, follow=True, headers={"accept-language": "en"}
    )

    assert said(response) == ["This action is not possible here."]
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    "back", ["https://example.com/", "//example.com", "?x=1", "\0"]
)
def test_back_link_cannot_lead_to_another_site(admin_client, back):
    row = gave_up(10)

    response = admin_client.post(f"{LIST}{row.pk}/", {"act": "claim", "back": back})

    assert response.url == f"{LIST}?#caller-{row.pk}"


def test_withdrawn_or_unknown_caller_is_not_found(admin_client):
    row = gave_up(10, is_withdrawn=True)

    answers = [
        admin_client.get(f"{LIST}{pk}/").status_code for pk in (row.pk, 12345, 10**30)
    ]

    assert answers == [404, 404, 404]


def test_user_who_may_only_look_cannot_act(staff):
    row = gave_up(10)
    reader = staff("view_abandonedcall")

    assert reader.post(f"{LIST}{row.pk}/", {"act": "claim"}).status_code == 403
    html = reader.get(f"{LIST}{row.pk}/").content.decode()
    assert 'name="act"' not in html
    assert not FollowUp.objects.exists()


def test_visitor_and_staff_without_permission_get_no_further(client, staff):
    row = gave_up(10)
    url = f"{LIST}{row.pk}/"

    assert client.post(url, {"act": "claim"}).url == f"/admin/login/?next={url}"
    assert staff("change_followup").post(url, {"act": "claim"}).status_code == 403
    assert not FollowUp.objects.exists()


def test_post_without_the_token_is_refused(admin_user):
    row = gave_up(10)
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    assert client.post(f"{LIST}{row.pk}/", {"act": "claim"}).status_code == 403
    assert not FollowUp.objects.exists()


def test_claims_of_others_are_released_with_the_permission_only(staff, sato):
    row = gave_up(10)
    acts.claim(SUZUKI, sato)
    client = staff("view_abandonedcall", "change_followup")

    refused = act(client, row, "release")
    assert "release" not in re.findall(
        r'name="act" value="(\w+)"', str(refused.content)
    )
    assert state() == [("in_progress", "sato")]
    user = User.objects.get(username="staff")
    user.user_permissions.add(Permission.objects.get(codename="release_claims"))
    act(client, row, "release")

    assert state() == [("open", None)]


def test_act_whose_rows_stay_locked_asks_to_try_again(admin_client, monkeypatch):
    row = gave_up(10)

    def locked(caller: str) -> Any:
        raise OperationalError(1205, "Lock wait timeout exceeded")

    monkeypatch.setattr(acts, "lock_open_calls", locked)

    assert said(act(admin_client, row, "claim")) == [
        "Somebody else is changing this caller: try again in a moment."
    ]


@pytest.mark.parametrize("how_many", [1, 3])
def test_page_of_a_caller_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, how_many, sato
):
    for minutes in range(how_many):
        row = gave_up(minutes)
        acts.note(row, sato, "again")
    admin_client.get(f"{LIST}{row.pk}/")

    with django_assert_num_queries(9):
        admin_client.get(f"{LIST}{row.pk}/")
