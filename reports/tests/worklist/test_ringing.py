"""Ringing back with one click, on the list and on the page of a caller."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from callcenter.followup import acts, ringing
from callcenter.models import (
    AbandonedCall,
    FollowUp,
    Operator,
    PhoneLine,
    Queue,
    RingBack,
)
from callcenter.reasons import Reason
from callcenter.twilio_api import ringing as twilio_ringing
from callcenter.twilio_api.client import TwilioFailure
from reports.tests.factories import LINE
from reports.tests.worklist.test_acts import act, said
from reports.tests.worklist.test_list import LIST, SUZUKI, gave_up

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)  # 15:00 in Tokyo
TELEPHONE = "+819011112222"
LEG = "CA" + "e" * 32


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def operator(admin_user):
    """The operator that the user of the pages is."""
    queue = Queue.objects.create(slug="support", name="Support")
    PhoneLine.objects.create(number=LINE, name="Main", queue=queue, is_default=True)
    return Operator.objects.create(name="Admin", number=TELEPHONE, user=admin_user)


@pytest.fixture
def twilio(monkeypatch):
    """What Twilio answers: a leg, unless a failure is put there."""
    answer: dict[str, Any] = {"fails": None, "asked": 0}

    def ring_operator(*_args: Any, **_more: Any) -> str:
        answer["asked"] += 1
        if answer["fails"]:
            raise answer["fails"]
        return LEG

    monkeypatch.setattr(twilio_ringing, "ring_operator", ring_operator)
    return answer


def html(client: Client, url: str) -> str:
    response = client.get(url, headers={"accept-language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def buttons(page: str) -> list[str]:
    """The values of the buttons of a page."""
    return re.findall(r'name="act" value="(\w+)"', page)


def test_click_has_the_telephone_rung_and_says_how_it_goes_on(
    admin_client, operator, twilio
):
    row = gave_up(10)

    response = act(admin_client, row, "ring", back="?days=30")

    assert response.redirect_chain == [(f"{LIST}{row.pk}/?back=%3Fdays%3D30", 302)]
    assert said(response) == [
        "Your telephone 090-1111-2222 rings now. Take the call and press 1: then"
        " 090-1234-5678 is rung, and the result is saved."
    ]
    assert twilio["asked"] == 1
    page = response.content.decode()
    assert "admin is ringing this caller back, since 15:00." in page
    assert "ring" not in buttons(page)


def test_list_says_who_rings_back_and_offers_it_to_nobody_else(
    admin_client, operator, twilio
):
    row = gave_up(10)
    act(admin_client, row, "ring")

    page = html(admin_client, LIST)

    assert "admin is ringing back" in page
    assert buttons(page) == []
    assert act(admin_client, row, "ring").status_code == 200
    assert twilio["asked"] == 1


def test_second_ring_back_is_refused_in_words(
    admin_client, admin_user, operator, twilio
):
    row = gave_up(10)
    act(admin_client, row, "ring")

    assert said(act(admin_client, row, "ring")) == [
        "admin is ringing 090-1234-5678 back already, since 15:00."
    ]
    acts.release(SUZUKI, admin_user)
    sato = User.objects.create_superuser("sato")
    other = Client()
    other.force_login(sato)
    Operator.objects.create(name="Sato", number="+819011113333", user=sato)
    assert said(act(other, row, "ring")) == [
        "admin is ringing 090-1234-5678 back already, since 15:00."
    ]
    assert twilio["asked"] == 1
    assert FollowUp.objects.get().claimed_by is None


def test_claimed_caller_has_the_button_on_the_list_and_on_the_page(
    admin_client, admin_user, operator, twilio
):
    row = gave_up(10)
    acts.claim(SUZUKI, admin_user)

    assert buttons(html(admin_client, LIST)) == ["ring"]
    page = html(admin_client, f"{LIST}{row.pk}/")
    assert "Your telephone rings first" in page
    assert "ring" in buttons(page)
    assert 'href="tel:+819012345678"' in page


def test_operator_in_the_browser_is_led_to_the_desk(admin_client, operator, twilio):
    Operator.objects.update(number=None, client_identity="agent_01")
    row = gave_up(10)

    response = admin_client.post(f"{LIST}{row.pk}/", {"act": "ring", "back": "?"})

    assert response.url == f"/desk/?ring={row.pk}"
    assert FollowUp.objects.get().state == "in_progress"
    for page in (LIST, f"{LIST}{row.pk}/"):
        assert "ring" in buttons(html(admin_client, page))
        assert "/desk/?ring" not in html(admin_client, page)
    again = admin_client.post(f"{LIST}{row.pk}/", {"act": "ring", "back": "?"})
    assert again.url == f"/desk/?ring={row.pk}"
    assert twilio["asked"] == 0


def test_desk_rings_at_once_for_the_button_alone_and_one_time(
    admin_client, admin_user, operator, twilio, clock
):
    Operator.objects.update(number=None, client_identity="agent_01")
    row, other = gave_up(10), gave_up(20, "+819012345679")
    for one in (row, other):
        acts.claim(one.caller, admin_user)
    desk = f"/desk/?ring={row.pk}"

    def press() -> None:
        admin_client.post(f"{LIST}{row.pk}/", {"act": "ring"})

    link = html(admin_client, desk)
    press()
    pressed = html(admin_client, desk)
    reloaded = html(admin_client, desk)
    press()
    of_another = html(admin_client, f"/desk/?ring={other.pk}")
    press()
    clock.shift(31)
    late = html(admin_client, desk)

    assert "data-at-once" in pressed
    for page in (link, reloaded, of_another, late):
        assert 'id="desk-wish"' in page
        assert "data-at-once" not in page


def test_account_without_an_operator_rings_by_hand_as_before(admin_client, twilio):
    row = gave_up(10)

    response = act(admin_client, row, "ring")

    assert said(response) == [
        "090-1234-5678 is assigned to you. Dial the number, then save the result."
    ]
    assert "Dial this number on your own telephone:" in response.content.decode()
    assert twilio["asked"] == 0


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            TwilioFailure(Reason.TWILIO_CREDENTIALS, "401"),
            "Twilio refuses our credentials: check these settings. (401)",
        ),
        (
            TwilioFailure(Reason.TWILIO_UNREACHABLE),
            "Twilio cannot be reached.",
        ),
        (
            TwilioFailure(Reason.TWILIO_SLOW, "6 s"),
            "Twilio did not answer in time. (6 s) If your telephone rings, take the"
            " call.",
        ),
    ],
)
def test_where_twilio_fails_the_claim_stays_and_a_sentence_says_what_to_do(
    admin_client, operator, twilio, failure, sentence
):
    twilio["fails"] = failure
    row = gave_up(10)

    response = act(admin_client, row, "ring")

    assert said(response) == [
        f"{sentence} 090-1234-5678 is assigned to you: dial the number by hand, then"
        " save the result."
    ]
    assert FollowUp.objects.get().state == "in_progress"
    page = response.content.decode()
    assert 'value="attempt"' in page
    assert 'href="tel:+819012345678"' in page


def test_sentences_are_in_japanese_too(admin_client, operator, twilio):
    row = gave_up(10)
    url = f"{LIST}{row.pk}/"
    options: dict[str, Any] = {"follow": True, "headers": {"accept-language": "ja"}}

    first = said(admin_client.post(url, {"act": "ring"}, **options))
    second = said(admin_client.post(url, {"act": "ring"}, **options))

    assert first == [
        "お手元の電話(090-1111-2222)が鳴ります。電話を取って1を押すと、"
        "090-1234-5678 に発信します。結果は自動で保存されます。"
    ]
    assert second == ["090-1234-5678 には、15:00からadminさんが折り返し中です。"]


def settled(**told: Any) -> None:
    ring = RingBack.objects.get()
    values: dict[str, Any] = {
        "was_dialled": True,
        "result": "",
        "operator": "",
        "number": "",
    }
    ringing.settle(ring.operator_call_sid, at=NOW, **values | told)


def test_result_stands_on_the_page_and_the_list_by_itself(
    admin_client, operator, twilio, clock
):
    row = gave_up(10)
    act(admin_client, row, "ring")
    clock.move_to(NOW + timedelta(minutes=1))

    settled(result="busy")

    page = html(admin_client, f"{LIST}{row.pk}/")
    steps = page.partition('<ol class="steps">')[2].partition("</ol>")[0]
    text = " ".join(re.sub("<[^>]+>", " ", steps).split())
    assert text == "15:00 claimed admin 15:00 rang back: busy admin"
    assert "is ringing" not in page
    assert "1× · busy" in html(admin_client, LIST)
    assert buttons(html(admin_client, LIST)) == ["ring"]


def test_caller_who_was_reached_leaves_the_list(admin_client, operator, twilio):
    row = gave_up(10)
    act(admin_client, row, "ring")

    settled(result="reached")

    assert "No callers to ring back" in html(admin_client, LIST)
    assert "rang back: reached" in html(admin_client, f"{LIST}{row.pk}/")
    assert AbandonedCall.all_reasons.to_ring_back().count() == 0


def test_operator_who_did_not_take_the_call_is_told_so(admin_client, operator, twilio):
    row = gave_up(10)
    act(admin_client, row, "ring")

    settled(was_dialled=False)

    page = html(admin_client, f"{LIST}{row.pk}/")
    assert "rings back: the operator did not take the call" in page
    assert "ring" in buttons(page)
    assert FollowUp.objects.get().attempts == 0


def test_people_choose_no_result_that_only_twilio_knows(admin_client, admin_user):
    row = gave_up(10)
    acts.claim(SUZUKI, admin_user)

    assert 'value="failed"' not in html(admin_client, f"{LIST}{row.pk}/")
    response = act(admin_client, row, "attempt", result="failed")
    assert response.status_code == 200
    assert FollowUp.objects.get().attempts == 0


def test_number_that_is_not_allowed_is_rung_by_hand(admin_client, operator, twilio):
    row = gave_up(10, "+12125550123")

    response = act(admin_client, row, "ring")

    assert said(response) == [
        "This number is not among those that may be dialled. +1 212-555-0123 is"
        " assigned to you: dial the number by hand, then save the result."
    ]
    assert twilio["asked"] == 0


@pytest.mark.parametrize("how_many", [1, 3])
def test_who_rings_back_costs_no_query_a_caller(
    admin_client, admin_user, operator, twilio, django_assert_num_queries, how_many
):
    for number in range(how_many):
        caller = f"+8150000007{number:02}"
        acts.ring(gave_up(number + 1, caller).caller, admin_user, operator)

    # As without ring-backs.
    with django_assert_num_queries(10):
        admin_client.get(LIST)


def test_user_says_that_only_a_machine_has_answered(
    admin_client, admin_user, operator, twilio
):
    row = gave_up(10)
    act(admin_client, row, "ring")
    assert "correct" not in buttons(html(admin_client, f"{LIST}{row.pk}/"))
    settled(result="reached")
    page = html(admin_client, f"{LIST}{row.pk}/")
    assert "correct" in buttons(page)
    assert 'value="reached"' not in page

    refused = act(admin_client, row, "correct", result="reached")
    assert "Choose the result of the ring-back." in refused.content.decode()
    response = act(admin_client, row, "correct", result="left_message")

    assert said(response) == [
        "Result saved for 090-1234-5678: Left a message. The caller is assigned to you"
        " again."
    ]
    assert "rang back: left a message" in response.content.decode()
    assert FollowUp.objects.get().state == "in_progress"
    assert "correct" not in buttons(response.content.decode())
    assert said(act(admin_client, row, "correct", result="busy")) == [
        "090-1234-5678 needs no further action: see the state below."
    ]
