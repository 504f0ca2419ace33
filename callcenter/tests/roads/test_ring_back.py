"""A ring-back from the click to its result: we ask Twilio's stand-in, it asks us."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest
import requests
import time_machine
from django.contrib.auth.models import User

from callcenter.desk import ring_backs
from callcenter.events.spool import spool
from callcenter.flow import current, links
from callcenter.followup import acts
from callcenter.history import keeping
from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    FollowUp,
    FollowUpStep,
    Operator,
    OperatorState,
    QueueEntry,
    RingBack,
    WebhookEvent,
)
from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.calls.legs import Leg
from callcenter.standin.network.clock import Clock, run_virtual
from callcenter.standin.rest.api import RestApi
from callcenter.tests.roads.virtual_hour import InThisThread, as_if_without_loop
from callcenter.tests.standin.rest.client import Inline
from callcenter.tests.standin.server import ACCOUNT, START
from callcenter.tests.twilio_api.log import asking
from callcenter.tests.twilio_client import CALLER, LINE
from callcenter.tests.webhooks.installation import OPERATOR, install
from callcenter.twilio_api import ringing as twilio_ringing
from callcenter.upkeep.rebuild import rebuild_all, sids_to_rebuild

pytestmark = pytest.mark.django_db

Callee = Callable[[Leg], Awaitable[None]]


@pytest.fixture
def sato(settings, twilio):
    settings.TWILIO_ACCOUNT_SID = ACCOUNT.sid
    settings.TWILIO_AUTH_TOKEN = ACCOUNT.auth_token
    # The account of the demo is none of Twilio's.
    settings.DEMO = False
    install()
    current.forget()
    user = User.objects.create_user("sato")
    Operator.objects.update(user=user)
    return user


async def takes_and_presses(leg: Leg, key: str = "1", after: float = 3) -> None:
    await asyncio.sleep(4)
    leg.answer()
    await asyncio.sleep(after)
    leg.press(key)
    await leg.over.wait()


async def talks(leg: Leg) -> None:
    await asyncio.sleep(6)
    leg.answer()
    await asyncio.sleep(50)
    leg.hang_up()


async def is_busy(leg: Leg) -> None:
    leg.decline("busy")


async def lets_ring(leg: Leg) -> None:
    await leg.over.wait()


async def is_a_machine(leg: Leg) -> None:
    """Takes the call and presses nothing."""
    await asyncio.sleep(15)
    leg.answer()
    await leg.over.wait()


class _InLoop(Inline):
    """Asks the API inside the loop, which Django is not to see."""

    def __init__(self, api: RestApi) -> None:
        super().__init__(api)
        self._loop = asyncio.get_running_loop()

    def carry(self, request: requests.PreparedRequest) -> requests.Response:
        asyncio._set_running_loop(self._loop)
        try:
            return super().carry(request)
        finally:
            asyncio._set_running_loop(None)


class Road:
    """A caller who gives up, and what a user does about it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, user: User) -> None:
        self.user = user
        self._patch = monkeypatch
        self.exchange: Exchange
        self.said = ""

    def play(
        self,
        operator: Callee,
        caller: Callee | None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        """The user clicks a minute after the caller gave up."""
        with time_machine.travel(START, tick=False) as traveller:
            run_virtual(self._play(traveller, operator, caller, meanwhile))

    async def _play(
        self,
        traveller: Any,
        operator: Callee,
        caller: Callee | None,
        meanwhile: Callable[[], None],
    ) -> None:
        clock = Clock(start=START)
        server = InThisThread(clock, traveller)
        exchange = Exchange(ACCOUNT, server, clock, random=Random(7))
        self.exchange = exchange
        exchange.add_number(
            Number(LINE, links.incoming(), links.status(), links.fallback())
        )
        exchange.queue("support")
        exchange.phones[OPERATOR] = operator  # type: ignore[assignment]
        if caller:
            exchange.phones[CALLER] = caller  # type: ignore[assignment]
        ask = asking(_InLoop(RestApi(exchange)))
        self._patch.setattr(twilio_ringing, "client", lambda **_options: ask)

        lost = exchange.ring(CALLER, LINE)
        await asyncio.sleep(2)
        lost.press("1")
        await asyncio.sleep(30)
        lost.hang_up()
        await lost.over.wait()
        await asyncio.sleep(60)
        traveller.move_to(clock.now())
        with as_if_without_loop():
            self.click()
        await asyncio.sleep(5)
        with as_if_without_loop():
            meanwhile()
        await exchange.settle()

    def click(self) -> None:
        row = AbandonedCall.all_reasons.get()
        try:
            ring_backs.ring(row, self.user)
        except (ring_backs.NotRung, acts.Refused) as refused:
            self.said = repr(refused)

    @property
    def legs(self) -> list[tuple[str, str, str]]:
        """From, to and direction of each leg that was rung."""
        legs = list(self.exchange.calls.values())[1:]
        return [(leg.from_, leg.to, leg.direction) for leg in legs]


@pytest.fixture
def road(monkeypatch, sato):
    return Road(monkeypatch, sato)


def state() -> tuple[str, list[tuple[str, str]]]:
    rows: Any = AbandonedCall.all_reasons.with_state()
    steps = FollowUpStep.objects.values_list("act", "result")
    return rows.get().state, list(steps)


BOTH = [(LINE, OPERATOR, "outbound-api"), (LINE, CALLER, "outbound-dial")]


def test_operator_is_rung_then_the_caller_and_the_result_is_recorded(road, sato):
    road.play(takes_and_presses, talks)

    assert road.said == ""
    assert road.legs == BOTH
    assert state() == ("reached", [("claimed", ""), ("attempt", "reached")])
    follow_up = FollowUp.objects.get()
    assert (follow_up.attempts, follow_up.handled_by) == (1, sato)
    ring = RingBack.objects.get()
    assert (ring.outcome, ring.ended_at is None) == ("rung", False)
    assert AbandonedCall.objects.get().recovered_at is not None
    operator = list(road.exchange.calls.values())[1]
    assert "0 5 0, 0 0 0 0, 0 3 0 1" in operator.heard[0].text


def test_history_knows_whose_legs_they_are_and_no_metric_counts_them(road):
    road.play(takes_and_presses, talks)

    legs = {call.kind: call for call in Call.objects.all()}
    assert set(legs) == {"customer", "operator", "outbound"}
    assert (legs["operator"].caller, legs["operator"].line) == (OPERATOR, LINE)
    assert (legs["outbound"].caller, legs["outbound"].line) == (CALLER, LINE)
    assert not OperatorState.objects.exists()
    assert not Connection.objects.exists()
    assert QueueEntry.objects.count() == 1
    # The number of the caller is in the forms of the leg that has it, and nowhere else.
    ring_back = WebhookEvent.objects.filter(kind__startswith="ring-back")
    assert [one.decision for one in ring_back.order_by("received_at")] == [
        "announce",
        "dial:caller",
        "goodbye",
    ]
    assert not any(CALLER in f"{one.path}{one.params}" for one in ring_back)


@pytest.mark.parametrize(
    ("caller", "result"),
    [(is_busy, "busy"), (lets_ring, "no_answer"), (None, "failed")],
)
def test_caller_who_is_not_reached_stays_with_the_user(road, caller, result):
    road.play(takes_and_presses, caller)

    assert state() == ("in_progress", [("claimed", ""), ("attempt", result)])
    assert FollowUp.objects.get().attempts == 1
    assert AbandonedCall.objects.get().recovered_at is None


async def hangs_up_while_it_rings(leg: Leg) -> None:
    leg.answer()
    await asyncio.sleep(2)
    leg.press("1")
    await asyncio.sleep(10)
    leg.hang_up()


def test_operator_who_hangs_up_while_it_rings_has_tried(road):
    road.play(hangs_up_while_it_rings, lets_ring)

    assert state() == ("in_progress", [("claimed", ""), ("attempt", "no_answer")])


async def presses_something_else(leg: Leg) -> None:
    await takes_and_presses(leg, "5")


@pytest.mark.parametrize(
    "operator", [lets_ring, is_busy, is_a_machine, presses_something_else]
)
def test_without_the_operators_word_nobody_is_rung_and_nothing_is_lost(road, operator):
    road.play(operator, talks)

    assert road.legs == [(LINE, OPERATOR, "outbound-api")]
    assert state() == ("in_progress", [("claimed", ""), ("ring", "")])
    assert (RingBack.objects.get().outcome, FollowUp.objects.get().attempts) == (
        "not_taken",
        0,
    )
    # The next one may begin at once.
    assert not RingBack.objects.under_way(START).exists()


def test_claim_given_back_meanwhile_has_nobody_rung(road, sato):
    road.play(takes_and_presses, talks, lambda: acts.release(CALLER, sato))

    assert road.legs == [(LINE, OPERATOR, "outbound-api")]
    assert state()[0] == "open"


def test_operator_switched_off_meanwhile_has_nobody_rung(road):
    road.play(
        takes_and_presses, talks, lambda: Operator.objects.update(is_active=False)
    )

    assert road.legs == [(LINE, OPERATOR, "outbound-api")]


def test_setting_narrowed_meanwhile_has_nobody_rung(road, settings):
    def narrow() -> None:
        settings.DIAL_PREFIXES = ["+813"]

    road.play(takes_and_presses, talks, narrow)

    assert road.legs == [(LINE, OPERATOR, "outbound-api")]


def test_second_click_while_it_rings_rings_nobody(road, sato):
    road.play(takes_and_presses, talks, road.click)

    assert "IsRung" in road.said
    assert road.legs == BOTH
    assert FollowUp.objects.get().attempts == 1


def test_deriving_everything_again_changes_nothing(road):
    road.play(takes_and_presses, talks)
    steps = list(FollowUpStep.objects.values())

    assert not any(error for _, error in rebuild_all(sids_to_rebuild()))

    assert list(FollowUpStep.objects.values()) == steps
    assert FollowUp.objects.get().attempts == 1


async def is_a_mailbox(leg: Leg) -> None:
    """Answers, and goes on talking until the operator hangs up."""
    await asyncio.sleep(6)
    leg.answer()
    await leg.over.wait()


async def hears_the_mailbox(leg: Leg) -> None:
    await asyncio.sleep(4)
    leg.answer()
    await asyncio.sleep(3)
    leg.press("1")
    await asyncio.sleep(20)
    leg.hang_up()


def test_answering_machine_counts_as_reached_until_the_operator_says_otherwise(
    road, sato
):
    road.play(hears_the_mailbox, is_a_mailbox)
    assert state() == ("reached", [("claimed", ""), ("attempt", "reached")])
    row = AbandonedCall.objects.get()
    assert row.recovered_at is not None

    ring_backs.nobody_was_there(row, sato, "left_message", "on the mailbox")

    assert state() == ("in_progress", [("claimed", ""), ("attempt", "left_message")])
    again = AbandonedCall.objects.get()
    assert (again.recovered_at, again.is_finished) == (None, False)
    assert FollowUp.objects.get().claimed_by == sato
    assert AbandonedCall.all_reasons.to_ring_back().count() == 1
    # Said once, it stays so: history is a function of its events.
    assert not any(error for _, error in rebuild_all(sids_to_rebuild()))
    assert state()[0] == "in_progress"
    with pytest.raises(acts.NothingToDo):
        ring_backs.nobody_was_there(row, sato, "no_answer")


def test_what_could_not_be_stored_can_be_said_again(road, sato, monkeypatch):
    road.play(hears_the_mailbox, is_a_mailbox)
    row = AbandonedCall.objects.get()

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "_stored", lambda event: None)
        patched.setattr(spool, "append", lambda event: False)
        with pytest.raises(ring_backs.NotRung):
            ring_backs.nobody_was_there(row, sato, "left_message")
    assert state()[0] == "reached"

    ring_backs.nobody_was_there(row, sato, "left_message")
    assert state()[0] == "in_progress"


def test_nobody_takes_back_what_another_has_done(road, sato):
    road.play(hears_the_mailbox, is_a_mailbox)
    other = User.objects.create_user("yamada")

    with pytest.raises(acts.NothingToDo):
        ring_backs.nobody_was_there(AbandonedCall.objects.get(), other, "no_answer")

    assert state()[0] == "reached"
