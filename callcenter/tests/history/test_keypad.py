"""What operators did by keys on the telephone: their states, and wrap-up codes."""

from itertools import permutations
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from callcenter.history.derive import History, derive
from callcenter.models import Connection, OperatorState, WebhookEvent
from callcenter.tests.history.derived import RULES, derived
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OTHER_CALLER,
    OTHER_OPERATOR,
    at,
    choose,
    connect,
    done,
    end,
    event,
    keys,
    leave,
    ring,
    sign_in,
    wait,
)

UNKNOWN_LEG = "CA" + "9" * 32


def states_of(history: History) -> list[tuple[Any, ...]]:
    return [
        (row.state, row.started_at, row.ended_at) for row in history.operator_states
    ]


def test_keys_begin_and_end_the_states_of_an_operator():
    history = derived(
        *sign_in(-300),
        keys(-200, "7", "not_ready"),
        event(-100, "operator/?step=5&in=1&state=not_ready", "not_ready", sid=OPERATOR),
        keys(-50, "*99", "not_ready"),
        keys(-40, "8", "dial:support"),
        connect(36, 31),
        done(160, talk=120),
        keys(170, "*99", "wrap_up"),
        keys(180, "*12", "wrap_up:billing"),
        keys(190, "7", "not_ready"),
        keys(195, "*12", "wrap_up:billing"),
        keys(200, "9", "sign_off"),
        end(203, sid=OPERATOR),
        sid=OPERATOR,
    )

    assert states_of(history) == [
        ("ready", at(-294), at(-200)),
        ("not_ready", at(-200), at(-40)),
        ("ready", at(-40), at(36)),
        ("talking", at(36), at(160)),
        ("wrap_up", at(160), at(190)),
        ("not_ready", at(190), at(200)),
        ("signed_out", at(200), None),
    ]


def test_star_leads_back_from_ready_to_wrap_up_until_the_next_dial():
    history = derived(
        *sign_in(-300),
        keys(-200, "*", "wrap_up"),
        event(-180, "operator/?step=9&in=1", "dial:support", sid=OPERATOR),
        sid=OPERATOR,
    )

    assert states_of(history) == [
        ("ready", at(-294), at(-200)),
        ("wrap_up", at(-200), at(-180)),
        ("ready", at(-180), None),
    ]


def test_pause_lasts_until_the_leg_is_over():
    history = derived(
        *sign_in(-300),
        keys(-200, "7", "not_ready"),
        end(-20, sid=OPERATOR),
        sid=OPERATOR,
    )

    assert states_of(history)[-2:] == [
        ("not_ready", at(-200), at(-20)),
        ("signed_out", at(-20), None),
    ]


@pytest.mark.parametrize("key", [("*12", "wrap_up:billing"), ("7", "not_ready")])
def test_key_after_a_talk_whose_dial_action_was_lost_says_that_it_is_over(key):
    history = derived(*sign_in(-300), connect(36, 31), keys(170, *key), sid=OPERATOR)

    state = "wrap_up" if key[0] == "*12" else "not_ready"
    assert states_of(history)[-2:] == [
        ("talking", at(36), at(170)),
        (state, at(170), None),
    ]


def talk(about: str = CALLER) -> list[WebhookEvent]:
    """A call that is answered; the Dial action names the caller only with `about`."""
    return [
        *sign_in(-300),
        ring(),
        choose(5),
        wait(6, 0),
        connect(36, 31),
        done(160, caller=about, talk=120),
        leave(161, "bridged", 31),
        end(162),
    ]


def codes_of(*events: WebhookEvent, unknown: frozenset[str] = frozenset()) -> list[str]:
    """The wrap-up code of each connection of the caller."""
    history = derive(CALLER, events, RULES, unknown)
    connections = [one.connection for one in history.entries]
    return [one.wrap_up_code for one in connections if one]


@pytest.mark.parametrize("about", [CALLER, "", UNKNOWN_LEG])
def test_code_is_of_the_conversation_before_it(about):
    unknown = frozenset({UNKNOWN_LEG})

    def codes(*typed):
        return codes_of(*talk(about), *typed, unknown=unknown)

    assert codes() == [""]
    assert codes(keys(170, "*12", "wrap_up:billing", about=about)) == ["billing"]
    # An unknown code takes nothing back; the last one counts, however late.
    again = [
        keys(170, "*12", "wrap_up:billing", about=about),
        keys(180, "*7", "wrap_up:claim", about=about),
        keys(190, "*99", "wrap_up", about=about),
        keys(900, "7", "not_ready", about=about),
    ]
    assert codes(*again) == ["claim"]
    later = keys(4000, "*12", "wrap_up:billing", about=about)
    assert codes(*again, later) == ["billing"]


def test_code_is_what_was_decided_then_whatever_the_digits_mean_now():
    typed = keys(170, "*12", "wrap_up:a-code-of-then", about=CALLER)

    assert codes_of(*talk(), typed) == ["a-code-of-then"]


def test_code_of_a_later_conversation_of_the_leg_is_not_of_this_one():
    next_one = connect(300, 9, sid=OTHER_CALLER)
    named = keys(500, "*12", "wrap_up:billing", about=OTHER_CALLER)
    unnamed = keys(500, "*12", "wrap_up:billing")

    assert codes_of(*talk(), next_one, named) == [""]
    assert codes_of(*talk(), next_one, unnamed) == [""]
    before = keys(290, "*7", "wrap_up:claim")
    assert codes_of(*talk(), next_one, before, unnamed) == ["claim"]


def test_code_of_another_leg_is_not_of_this_conversation():
    typed = keys(170, "*12", "wrap_up:billing", about=CALLER, leg=OTHER_OPERATOR)

    assert codes_of(*talk(), typed) == [""]


def test_code_counts_where_the_connect_was_lost():
    events = [one for one in talk() if one.kind != "connect"]

    typed = keys(170, "*12", "wrap_up:billing", about=CALLER)
    assert codes_of(*events, typed) == ["billing"]


def test_each_conversation_of_a_call_with_one_operator_has_its_code():
    events = [
        *talk()[:-2],
        keys(165, "*7", "wrap_up:claim", about=CALLER),
        leave(170, "bridged", 31, "enqueue:sales/2"),
        connect(200, 30, queue="sales"),
        done(260, talk=55),
        keys(270, "*12", "wrap_up:billing", about=CALLER),
        leave(260, "bridged", 30, queue="sales", visit=2),
        end(262),
    ]

    assert codes_of(*events) == ["claim", "billing"]


def test_code_for_a_conversation_that_never_was_changes_nothing():
    events = [*talk()[:4], end(30), keys(40, "*12", "wrap_up:billing", about=CALLER)]

    assert codes_of(*events) == []


def everything() -> list[WebhookEvent]:
    """Two callers of one leg, codes that name nobody, and a pause."""
    return [
        *sign_in(-300),
        ring(),
        choose(5),
        connect(36, 31),
        done(160, caller="", talk=120),
        keys(170, "*12", "wrap_up:billing"),
        keys(180, "7", "not_ready"),
        ring(100, sid=OTHER_CALLER),
        choose(105, sid=OTHER_CALLER),
        keys(290, "8", "dial:support"),
        connect(300, 195, sid=OTHER_CALLER),
        done(400, caller="", talk=90),
        keys(410, "*7", "wrap_up:claim"),
        end(500, sid=OPERATOR),
    ]


def codes_stored() -> dict[str, str]:
    rows = Connection.objects.values_list("entry__call__sid", "wrap_up_code")
    return dict(rows)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_rows_are_the_same_in_whatever_order_requests_are_received(seed):
    events = everything()
    Random(seed).shuffle(events)
    receive(*(events if seed else everything()))
    rows = history_rows()
    assert codes_stored() == {CALLER: "billing", OTHER_CALLER: "claim"}
    states = OperatorState.objects.filter(state="not_ready")
    assert list(states.values_list("started_at", "ended_at")) == [(at(180), at(290))]

    call_command("rebuild_calls")
    assert history_rows() == rows


@pytest.mark.django_db
@pytest.mark.parametrize("late", range(3, 13))
def test_request_that_comes_late_makes_the_rows_what_they_would_have_been(late):
    events = everything()
    receive(*events[:late], *events[late + 1 :])

    receive(events[late])

    assert codes_stored() == {CALLER: "billing", OTHER_CALLER: "claim"}
    rows = history_rows()
    call_command("rebuild_calls")
    assert history_rows() == rows
    assert not WebhookEvent.objects.pending().exists()


@pytest.mark.django_db
def test_copy_received_earlier_takes_its_code_to_the_caller_before():
    events = [one for one in everything() if one.params.get("Digits") != "*12"]
    receive(*events)
    typed = keys(410, "*7", "wrap_up:claim", token="t")
    receive(typed)
    assert codes_stored()[CALLER] == ""

    receive(keys(200, "*7", "wrap_up:claim", token="t"))

    assert codes_stored()[CALLER] == "claim"


@pytest.mark.django_db
def test_named_and_unnamed_codes_together_give_the_same_rows_as_one_by_one():
    named = [
        keys(420, "*12", "wrap_up:billing", about=OTHER_CALLER),
        keys(430, "*7", "wrap_up:claim", about=UNKNOWN_LEG),
    ]
    receive_together(*reversed([*everything(), *named]))

    assert codes_stored() == {CALLER: "billing", OTHER_CALLER: "claim"}
    rows = history_rows()
    call_command("rebuild_calls")
    assert history_rows() == rows


def test_keys_are_derived_the_same_in_every_order():
    few = [*sign_in(-300), connect(36, 31), keys(170, "*12", "wrap_up:billing")]
    plain = states_of(derived(*few, sid=OPERATOR)), codes_of(*few)

    for order in permutations(few):
        found = states_of(derived(*order, sid=OPERATOR)), codes_of(*order)
        assert found == plain
