"""Who rings back how, what Twilio is asked for, and what is said where it fails."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.utils import translation

from callcenter.desk import ring_backs
from callcenter.desk.ring_backs import NotRung, Way
from callcenter.followup import acts
from callcenter.models import (
    AbandonedCall,
    FollowUp,
    Operator,
    PhoneLine,
    RingBack,
)
from callcenter.tests.lost_callers import gave_up
from callcenter.tests.twilio_api.log import Scripted, asking
from callcenter.tests.twilio_client import CALLER, LINE
from callcenter.tests.webhooks.installation import OPERATOR, install
from callcenter.twilio_api import ringing as twilio_ringing

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
LOST_AT = NOW - timedelta(minutes=9)
LEG = "CA" + "e" * 32
OTHER_LINE = "+815000000102"
PLACED = (201, {"sid": LEG, "status": "queued"})


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


@pytest.fixture
def sato(twilio, settings):
    install()
    user = User.objects.create_user("sato")
    permission = Permission.objects.get(codename="change_followup")
    user.user_permissions.add(permission)
    Operator.objects.update(user=user)
    return user


class Account(Scripted):
    """Twilio, which answers one thing after the other."""

    @property
    def forms(self) -> list[dict[str, str]]:
        """What it was sent, in order."""
        return [dict(parse_qsl(str(one.body))) for one in self.asked]


@pytest.fixture
def account(monkeypatch):
    """Lets Twilio give these answers to whoever asks it to ring."""

    def answering(*replies: Any) -> Account:
        adapter = Account(*replies)

        def client(**options: Any) -> Any:
            twilio = asking(adapter)
            twilio.http_client._tries = options["tries"]
            return twilio

        monkeypatch.setattr(twilio_ringing, "client", client)
        return adapter

    return answering


def refused(row: AbandonedCall, user: User) -> str:
    with pytest.raises(NotRung) as found:
        ring_backs.ring(row, user)
    return str(found.value)


def claims() -> list[tuple[str, str | None]]:
    rows = FollowUp.objects.values_list("state", "claimed_by__username")
    return list(rows)


def test_twilio_is_asked_to_ring_the_operator_under_the_line_that_was_called(
    sato, account
):
    PhoneLine.objects.create(
        number=OTHER_LINE,
        name="Other",
        queue=PhoneLine.objects.get().queue,
    )
    twilio = account(PLACED)

    operator = ring_backs.ring(gave_up(LOST_AT, line=OTHER_LINE), sato)

    ring = RingBack.objects.get()
    assert operator.number == OPERATOR
    [form] = twilio.forms
    base = settings.PUBLIC_BASE_URL
    retries = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=4000&tt=14000"
    assert form == {
        "To": OPERATOR,
        "From": OTHER_LINE,
        "Url": f"{base}/twilio/ring-back/{ring.token}/{retries}",
        "Method": "POST",
        "Timeout": "25",
        "StatusCallback": f"{base}/twilio/status/{retries}",
        "StatusCallbackEvent": "completed",
        "StatusCallbackMethod": "POST",
    }
    assert (ring.operator_call_sid, ring.ended_at) == (LEG, None)
    assert claims() == [("in_progress", "sato")]
    # Neither the number nor an id that can be counted on stands in the address.
    assert CALLER not in form["Url"]
    assert len(ring.token) == 32


def test_line_that_is_set_up_no_more_is_replaced_by_the_default_one(sato, account):
    twilio = account(PLACED)

    ring_backs.ring(gave_up(LOST_AT, line="+815000000199"), sato)

    assert twilio.forms[0]["From"] == LINE


REFUSALS = [
    ((401, {"code": 20003, "message": "x", "status": 401}), "refuses our credentials"),
    ((403, {"code": 20003, "message": "x", "status": 403}), "refuses our credentials"),
    ((404, {"code": 20404, "message": "x", "status": 404}), "does not know this acc"),
    (
        (400, {"code": 21210, "message": "x", "status": 400}),
        "refuses the request. (400, code 21210)",
    ),
    (
        (429, {"code": 20429, "message": "x", "status": 429}),
        "too often: try again later. (429)",
    ),
    (requests.ConnectionError(), "cannot be reached"),
]
UNSURE = [
    (requests.ReadTimeout(), "did not answer in time"),
    (requests.exceptions.ChunkedEncodingError(), "was cut off"),
    ((500, "oops"), "try again later. (500)"),
    ((503, "busy"), "Twilio fails"),
    ((201, '{"sid": "CA'), "not what its reference"),
    ((201, "[]"), "not what its reference"),
    ((201, "null"), "not what its reference"),
]


@pytest.mark.parametrize(("reply", "said"), REFUSALS)
def test_where_twilio_refuses_the_claim_stays_and_the_next_click_may_work(
    sato, account, reply, said
):
    row = gave_up(LOST_AT)
    twilio = account(reply, PLACED)

    assert said in refused(row, sato)

    assert claims() == [("in_progress", "sato")]
    assert RingBack.objects.get().outcome == "not_placed"
    assert len(twilio.forms) == 1
    ring_backs.ring(row, sato)
    assert len(twilio.forms) == 2


@pytest.mark.parametrize(("reply", "said"), UNSURE)
def test_where_twilio_may_ring_all_the_same_nobody_rings_a_second_time(
    sato, account, reply, said
):
    row = gave_up(LOST_AT)
    twilio = account(reply, PLACED)

    text = refused(row, sato)

    assert said in text
    assert text.endswith("If your telephone rings, take the call.")
    assert claims() == [("in_progress", "sato")]
    with pytest.raises(acts.IsRung):
        ring_backs.ring(row, sato)
    assert len(twilio.forms) == 1
    # Nothing rings for ever.
    with time_machine.travel(NOW + timedelta(minutes=2, seconds=1), tick=False):
        ring_backs.ring(row, sato)
    assert len(twilio.forms) == 2


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PUBLIC_BASE_URL", ""),
        ("TWILIO_ACCOUNT_SID", ""),
        ("TWILIO_AUTH_TOKEN", ""),
        ("TWILIO_API_KEY_SID", "SK1"),
        ("TWILIO_API_BASE_URL", "http://example.com"),
        ("DEMO", True),
    ],
)
def test_without_settings_the_user_rings_by_hand(
    sato, account, settings, setting, value
):
    setattr(settings, setting, value)
    twilio = account(PLACED)

    assert ring_backs.way_of(sato) is Way.BY_HAND
    assert (
        refused(gave_up(LOST_AT), sato) == "Twilio cannot be asked by these settings."
    )
    assert claims() == [("in_progress", "sato")]
    assert twilio.forms == []


@pytest.mark.parametrize(
    ("operator", "way"),
    [
        ({}, Way.TELEPHONE),
        ({"client_identity": "agent_01"}, Way.TELEPHONE),
        ({"number": None, "client_identity": "agent_01"}, Way.BROWSER),
        ({"is_active": False}, Way.BY_HAND),
        ({"user": None}, Way.BY_HAND),
    ],
)
def test_way_is_that_of_the_operator_whom_the_account_belongs_to(sato, operator, way):
    Operator.objects.update(**operator)

    assert ring_backs.way_of(sato) is way


@pytest.mark.parametrize(
    "operator",
    [{"is_active": False}, {"user": None}, {"number": None, "client_identity": "a"}],
)
def test_without_a_telephone_the_caller_is_claimed_all_the_same(
    sato, account, operator
):
    Operator.objects.update(**operator)
    twilio = account(PLACED)

    assert "no operator with a telephone" in refused(gave_up(LOST_AT), sato)

    assert claims() == [("in_progress", "sato")]
    assert twilio.forms == []


def test_caller_of_another_is_not_rung(sato, account):
    twilio = account(PLACED)
    row = gave_up(LOST_AT)
    acts.claim(CALLER, User.objects.create_user("yamada"))

    with pytest.raises(acts.ClaimedByAnother):
        ring_backs.ring(row, sato)

    assert twilio.forms == []


def test_caller_who_was_reached_meanwhile_is_not_rung(sato, account):
    twilio = account(PLACED)
    row = gave_up(LOST_AT, recovered_at=NOW)

    with pytest.raises(acts.NothingToDo):
        ring_backs.ring(row, sato)

    assert (twilio.forms, RingBack.objects.exists()) == ([], False)


def test_number_is_given_to_the_page_that_rings_it(sato):
    row = gave_up(LOST_AT)
    acts.claim(CALLER, sato)

    assert ring_backs.number_to_ring(row.pk, sato) == CALLER
    assert ring_backs.desk_url(row) == f"/desk/?ring={row.pk}"


def no_number(row: AbandonedCall, user: User) -> str:
    with pytest.raises(NotRung) as found:
        ring_backs.number_to_ring(row.pk or 0, user)
    return str(found.value)


def test_number_of_a_caller_who_is_not_claimed_is_not_given(sato):
    row = gave_up(LOST_AT)
    assert no_number(row, sato) == "Claim the caller before you ring back."

    acts.claim(CALLER, User.objects.create_user("yamada"))
    assert no_number(row, sato) == "Claim the caller before you ring back."


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", "The number of this caller is not known."),
        ("forgotten-abcdefghijklmnop", "The number of this caller is not known."),
        ("+12125550123", "This number is not among those that may be dialled."),
        (LINE, "This number is not among those that may be dialled."),
        ("sip:sato@example.com", "This number is not among those that may be dialled."),
    ],
)
def test_number_that_must_not_be_dialled_is_not_given(sato, number, said):
    assert no_number(gave_up(LOST_AT, number), sato) == said


def test_number_is_not_given_where_nothing_is_to_be_done(sato):
    row = gave_up(LOST_AT)
    acts.attempt(CALLER, sato, "reached")

    assert no_number(row, sato) == "This caller needs no further action."


@pytest.mark.parametrize("pk", [0, -1, 2**63, 10**30, 999])
def test_row_that_does_not_exist_has_no_number(sato, pk):
    with pytest.raises(NotRung, match="no such caller"):
        ring_backs.number_to_ring(pk, sato)


def test_number_is_not_given_without_right_or_operator(sato):
    row = gave_up(LOST_AT)
    acts.claim(CALLER, sato)
    Operator.objects.update(is_active=False)
    assert "switched on" in no_number(row, sato)

    nobody = User.objects.create_user("nobody")
    assert no_number(row, nobody) == "You have no right to ring callers back."


def test_impatient_page_asks_once_and_not_for_long(sato, monkeypatch):
    given: list[dict[str, Any]] = []

    def client(**options: Any) -> Any:
        given.append(options)
        raise AssertionError

    monkeypatch.setattr(twilio_ringing, "client", client)
    with pytest.raises(AssertionError):
        ring_backs.ring(gave_up(LOST_AT), sato)

    assert given == [{"timeout": 6.0, "tries": 1}]
