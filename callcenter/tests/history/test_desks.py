"""What operators do at desks becomes states, in whatever order it is heard of."""

import logging
import random
from datetime import UTC, datetime, timedelta

import pytest

from callcenter.events.eventfile import event_of_line, event_of_request, line_of_event
from callcenter.history import desks
from callcenter.history.desk_states import Act
from callcenter.history.desks import rebuild_desks
from callcenter.models import Call, Desk, OperatorState, WebhookEvent
from callcenter.tests.sample_events import ring
from callcenter.upkeep.intake import load_events
from callcenter.upkeep.rebuild import derive_pending

pytestmark = pytest.mark.django_db

SATO = "client:sato"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def act(what: Act, minutes: float, operator: str = SATO, **fields: str) -> WebhookEvent:
    return event_of_request(
        path=what.path,
        form={"Operator": operator, **fields},
        received_at=after(minutes),
        # Each act is one of its own.
        token=f"{what} {minutes} {operator}",
    )


def a_day() -> list[WebhookEvent]:
    return [
        act(Act.SIGNED_IN, 0),
        act(Act.READY, 5),
        act(Act.NOT_READY, 60, Reason="lunch"),
        act(Act.NOT_READY, 90, Reason="training"),
        act(Act.READY, 120),
        act(Act.SIGNED_OFF, 300),
        act(Act.SIGNED_IN, 400),
    ]


def states(operator: str = SATO) -> list[tuple[str, str, datetime, datetime | None]]:
    rows = OperatorState.objects.filter(operator=operator).order_by("started_at")
    return [(one.state, one.reason, one.started_at, one.ended_at) for one in rows]


OF_A_DAY = [
    ("not_ready", "", after(0), after(5)),
    ("not_ready", "lunch", after(60), after(90)),
    ("not_ready", "training", after(90), after(120)),
    ("signed_out", "", after(300), after(400)),
    ("not_ready", "", after(400), None),
]


def test_acts_become_states_and_make_no_call():
    load_events(a_day())

    assert states() == OF_A_DAY
    assert Desk.objects.get().signed_in_since == after(400)
    assert not Call.objects.exists()
    assert not WebhookEvent.objects.pending().exists()


@pytest.mark.parametrize("seed", range(5))
def test_any_order_and_repeats_give_the_same_states(seed: int):
    rng = random.Random(seed)
    others = [act(Act.SIGNED_IN, 1, "client:ito"), act(Act.TIMED_OUT, 7, "client:ito")]
    arriving = [*a_day(), *a_day(), *others]
    rng.shuffle(arriving)
    for event in arriving:
        load_events([event])

    assert states() == OF_A_DAY
    assert states("client:ito") == [
        ("not_ready", "", after(1), after(7)),
        ("signed_out", "", after(7), None),
    ]
    assert Desk.objects.get(operator=SATO).signed_in_since == after(400)
    assert Desk.objects.get(operator="client:ito").signed_in_since is None


def test_states_are_derived_again_from_a_file():
    load_events(a_day())
    lines = [line_of_event(event) for event in WebhookEvent.objects.all()]
    for model in (OperatorState, Desk, WebhookEvent):
        model.objects.all().delete()

    load_events(event_of_line(line) for line in lines)

    assert states() == OF_A_DAY


def test_desk_that_cannot_be_derived_keeps_nothing_else_from_it(monkeypatch, caplog):
    plain = desks._derive

    def broken(sid: str, operator: str, *moments: datetime) -> None:
        if operator == SATO:
            raise RuntimeError("a bug")
        plain(sid, operator, *moments)

    with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL):
        patched.setattr(desks, "_derive", broken)
        load_events([*a_day(), act(Act.SIGNED_IN, 1, "client:ito"), ring()])

    assert states() == []
    assert states("client:ito") == [("not_ready", "", after(1), None)]
    assert Call.objects.exists()
    pending = WebhookEvent.objects.pending()
    assert {one.derivation_error for one in pending} == {"RuntimeError: a bug"}
    assert pending.count() == len(a_day())

    derive_pending()

    assert states() == OF_A_DAY
    assert not WebhookEvent.objects.pending().exists()


def test_rebuilding_mends_what_is_wrong():
    load_events(a_day())
    OperatorState.objects.filter(reason="lunch").delete()
    OperatorState.objects.filter(reason="training").update(state="ready")

    assert rebuild_desks() == 1

    assert states() == OF_A_DAY


def test_states_stay_whose_acts_have_been_pruned():
    load_events(a_day())
    WebhookEvent.objects.filter(received_at__lt=after(100)).delete()

    rebuild_desks()

    assert states() == OF_A_DAY


@pytest.mark.parametrize("order", [(500, 450), (450, 500)])
def test_act_ends_the_state_whose_own_act_has_been_pruned(order):
    load_events(a_day())
    WebhookEvent.objects.all().delete()

    for minutes in order:
        load_events([act(Act.NOT_READY, minutes, Reason="training")])

    assert states() == [
        *OF_A_DAY[:-1],
        ("not_ready", "", after(400), after(450)),
        ("not_ready", "training", after(450), after(500)),
        ("not_ready", "training", after(500), None),
    ]


def test_the_last_of_two_acts_at_one_moment_counts_and_no_state_is_empty():
    load_events([act(Act.SIGNED_IN, 0), act(Act.SIGNED_OFF, 0)])

    found = states()

    assert len(found) == 1
    assert found[0][2:] == (after(0), None)


def test_long_reason_and_odd_names_are_kept_as_far_as_there_is_room():
    name = "client:" + "佐" * 200
    load_events([act(Act.NOT_READY, 0, name, Reason="会" * 100)])

    assert states(name) == [("not_ready", "会" * 64, after(0), None)]


def test_act_that_ends_a_leg_nobody_has_heard_of_makes_no_call():
    load_events([act(Act.NOT_READY, 0, CallSid="CA" + "9" * 32)])

    assert states() == [("not_ready", "", after(0), None)]
    assert not Call.objects.exists()
    assert not WebhookEvent.objects.pending().exists()


def test_act_without_operator_is_kept_and_begins_nothing():
    load_events([act(Act.SIGNED_IN, 0, "")])

    assert WebhookEvent.objects.count() == 1
    assert not OperatorState.objects.exists()
