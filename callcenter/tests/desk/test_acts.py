"""Acts at a desk are kept like requests, and a page that has gone signs out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from callcenter.desk import acts, browsers
from callcenter.events.spool import spool
from callcenter.history import keeping
from callcenter.history.desk_states import Act
from callcenter.models import (
    Call,
    Connection,
    Operator,
    OperatorState,
    WebhookEvent,
)
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    at,
    choose,
    connect,
    done,
    end,
    leave,
    ring,
    wait,
)
from callcenter.upkeep.intake import load_events

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SATO = Operator(name="Sato", client_identity="sato")
NAME = "client:sato"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def states() -> list[tuple[str, datetime, datetime | None]]:
    rows = OperatorState.objects.filter(operator=NAME).order_by("started_at")
    return [(one.state, one.started_at, one.ended_at) for one in rows]


def test_opening_the_page_signs_in_once():
    with time_machine.travel(NOON, tick=False) as clock:
        acts.sign_in(SATO)
        clock.shift(30)
        acts.sign_in(SATO)

    assert states() == [("not_ready", NOON, None)]
    assert WebhookEvent.objects.get().params == {"Operator": NAME}


def test_whoever_is_heard_of_stays_signed_in():
    acts.keep_act(NAME, Act.SIGNED_IN, NOON)
    browsers.hear(NAME, "", after(100))

    assert acts.sign_out_the_gone(after(180)) == 0
    assert states() == [("not_ready", NOON, None)]


def test_whose_page_has_gone_is_signed_out_as_of_when_it_was_last_heard_of():
    acts.keep_act(NAME, Act.SIGNED_IN, NOON)
    browsers.hear(NAME, "", after(100))

    assert acts.sign_out_the_gone(after(200)) == 1
    assert acts.sign_out_the_gone(after(300)) == 0

    assert states() == [
        ("not_ready", NOON, after(100)),
        ("signed_out", after(100), None),
    ]


def test_page_never_heard_of_leaves_a_second_of_its_last_act():
    acts.keep_act(NAME, Act.SIGNED_IN, NOON)
    acts.keep_act(NAME, Act.NOT_READY, after(50), reason="lunch")

    acts.sign_out_the_gone(after(500))

    assert states() == [
        ("not_ready", NOON, after(50)),
        ("not_ready", after(50), after(51)),
        ("signed_out", after(51), None),
    ]


def test_act_goes_to_the_spool_without_a_database(monkeypatch):
    kept: list[WebhookEvent] = []

    def append(event: WebhookEvent) -> bool:
        kept.append(event)
        return True

    monkeypatch.setattr(keeping, "_stored", lambda event: None)
    monkeypatch.setattr(spool, "append", append)

    acts.keep_act(NAME, Act.SIGNED_OFF, NOON, leg="CA" + "1" * 32)

    (event,) = kept
    assert (event.path, event.call_sid) == (Act.SIGNED_OFF.path, "CA" + "1" * 32)
    assert event.other_sid.startswith("DK")


def test_act_that_could_be_kept_nowhere_is_said_to_be_lost(monkeypatch):
    monkeypatch.setattr(keeping, "_stored", lambda event: None)
    monkeypatch.setattr(spool, "append", lambda event: False)

    with pytest.raises(acts.NotKept):
        acts.keep_act(NAME, Act.READY, NOON)


def test_what_is_noted_stands_on_the_conversation():
    talk = [ring(), choose(5), wait(6, 0), connect(36, 31), done(160, talk=120)]
    load_events([*talk, leave(161, "bridged", 31), end(162)])

    acts.keep_wrap_up(CALLER, OPERATOR, "billing", "invoice", at(170))
    acts.keep_wrap_up(CALLER, OPERATOR, "billing", "no invoice", at(180))

    row = Connection.objects.get()
    assert (row.wrap_up_code, row.note) == ("billing", "no invoice")

    acts.keep_wrap_up(CALLER, OPERATOR, "", "", at(190))

    row.refresh_from_db()
    assert (row.wrap_up_code, row.note) == ("", "")


@pytest.mark.parametrize("state", [None, "ready", "wrap_up", "not_ready", "talking"])
def test_page_opened_anew_is_not_ready_unless_the_operator_talks(state):
    acts.keep_act(NAME, Act.SIGNED_IN, NOON)
    OperatorState.objects.all().delete()
    leg = Call.objects.create(
        sid=OPERATOR, kind="operator", from_raw=NAME, heard_at=after(60)
    )
    if state:
        OperatorState.objects.create(
            call=leg, operator=NAME, state=state, started_at=after(30)
        )

    with time_machine.travel(after(60), tick=False):
        acts.sign_in(SATO)

    told = WebhookEvent.objects.filter(path=Act.NOT_READY.path)
    named = [event.call_sid for event in told]
    if state in ("ready", "wrap_up"):
        assert named == [OPERATOR]
    else:
        assert len(named) == (state is None)
        assert OPERATOR not in named
