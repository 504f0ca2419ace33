"""A derivation interrupted before it got to other calls is completed by a later one."""

from collections.abc import Callable

import pytest
from django.core.management import call_command

from callcenter.history import store
from callcenter.locking import OutOfTime
from callcenter.models import AbandonedCall, Connection, WebhookEvent
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive
from callcenter.tests.sample_events import (
    CALLER,
    OTHER_CALLER,
    at,
    choose,
    connect,
    done,
    leave,
    ring,
    sign_in,
    wait,
)
from callcenter.upkeep.intake import dump, load

pytestmark = pytest.mark.django_db


def contact() -> WebhookEvent:
    return connect(230, 25, sid=OTHER_CALLER)


@pytest.fixture
def cut_off(monkeypatch):
    """Receives an event and is stopped before the first call is derived again."""
    derive_locked: Callable[..., object] = store._derive_locked

    def never_the_first(sids: list[str], *args: object, **kwargs: object) -> object:
        if CALLER in sids:
            raise OutOfTime
        return derive_locked(sids, *args, **kwargs)

    def receive_half(event: WebhookEvent) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(store, "_derive_locked", never_the_first)
            receive(event)
        assert WebhookEvent.objects.pending().get().kind == event.kind

    return receive_half


@pytest.fixture
def _gave_up_and_calls_again():
    receive(*sign_in(), ring(0), choose(5), leave(65, "hangup", 60))
    receive(ring(200, sid=OTHER_CALLER), choose(205, sid=OTHER_CALLER))


@pytest.fixture(params=["rebuild_calls", "its repeat", "its file"])
def derive_again(request, tmp_path):
    """Derives a pending event again, in each way there is."""

    def derive_again(event: WebhookEvent) -> None:
        if request.param == "rebuild_calls":
            call_command("rebuild_calls", "--pending")
        elif request.param == "its repeat":
            receive(event)
        else:
            file = tmp_path / "events.jsonl"
            with file.open("w") as out:
                dump(out)
            load(file)
        assert WebhookEvent.objects.pending().count() == 0

    return derive_again


@pytest.mark.usefixtures("_gave_up_and_calls_again")
def test_whatever_derives_it_again_recovers_the_call(cut_off, derive_again):
    cut_off(contact())
    assert AbandonedCall.objects.get().recovered_at is None

    derive_again(contact())

    assert AbandonedCall.objects.get().recovered_at == at(230)


@pytest.mark.usefixtures("_gave_up_and_calls_again")
def test_contact_that_proves_to_be_none_recovers_nobody_any_more(cut_off):
    receive(contact())
    assert AbandonedCall.objects.get().recovered_at == at(230)
    cut_off(wait(245, 40, sid=OTHER_CALLER))  # the caller waits on

    call_command("rebuild_calls", "--pending")

    assert AbandonedCall.objects.get().recovered_at is None
    assert WebhookEvent.objects.pending().count() == 0


def test_callers_around_an_event_that_has_moved_are_derived_again(
    cut_off, derive_again
):
    """A Dial action without a caller belongs to the connect before it."""
    third = "CA" + "e" * 32
    receive(*sign_in(), done(600, caller="", talk=58))
    for sid, start in ((OTHER_CALLER, 0), (CALLER, 200)):
        receive(ring(start, sid=sid), choose(start + 5, sid=sid))
        receive(connect(start + 30, 25, sid=sid))
    receive(ring(50, sid=third), choose(55, sid=third))
    receive(connect(500, 25, sid=third, token="t1"))
    assert talk_seconds() == {third: 58}

    # An earlier copy: now the second caller had the operator last.
    earlier = connect(150, 25, sid=third, token="t1")
    cut_off(earlier)
    assert CALLER not in talk_seconds()
    derive_again(earlier)

    assert talk_seconds() == {CALLER: 58}
    rows = history_rows()
    call_command("rebuild_calls")
    assert history_rows() == rows


def talk_seconds() -> dict[str, int | None]:
    """The callers whose talk the Dial action says, by SID."""
    dialled = Connection.objects.filter(talk_source="dial")
    return dict(dialled.values_list("entry__call__sid", "talk_seconds"))
