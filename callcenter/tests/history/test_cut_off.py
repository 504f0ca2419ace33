"""A contact whose telling stopped before the calls it recovers recovers them later."""

from collections.abc import Callable

import pytest
from django.core.management import call_command

from callcenter.events.record import record
from callcenter.history import store
from callcenter.history.store import derive_event
from callcenter.locking import OutOfTime
from callcenter.models import AbandonedCall, WebhookEvent
from callcenter.tests.sample_events import (
    CALLER,
    OTHER_CALLER,
    at,
    choose,
    connect,
    leave,
    ring,
    sign_in,
    wait,
)
from callcenter.upkeep.intake import dump, load

pytestmark = pytest.mark.django_db


def hear(*events: WebhookEvent) -> None:
    """Each event is kept and told, as when it comes in live."""
    for event in events:
        kept = record(event).event
        assert kept is not None
        derive_event(kept)


def contact() -> WebhookEvent:
    return connect(230, 25, sid=OTHER_CALLER)


@pytest.fixture
def cut_off(monkeypatch):
    """Hears an event and is stopped before the first call is told again."""
    derive_once: Callable[..., object] = store._derive_once

    def never_the_first(sids: list[str], *args: object, **kwargs: object) -> object:
        if CALLER in sids:
            raise OutOfTime
        return derive_once(sids, *args, **kwargs)

    def hear_half(event: WebhookEvent) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(store, "_derive_once", never_the_first)
            hear(event)
        assert WebhookEvent.objects.pending().get().kind == event.kind

    return hear_half


@pytest.fixture(autouse=True)
def _gave_up_and_calls_again():
    hear(*sign_in(), ring(0), choose(5), leave(65, "hangup", 60))
    hear(ring(200, sid=OTHER_CALLER), choose(205, sid=OTHER_CALLER))


@pytest.mark.parametrize("road", ["rebuild_calls", "its repeat", "its file"])
def test_whatever_tells_it_again_recovers_the_call(cut_off, road, tmp_path):
    cut_off(contact())
    assert AbandonedCall.objects.get().recovered_at is None

    if road == "rebuild_calls":
        call_command("rebuild_calls", "--pending")
    elif road == "its repeat":
        hear(contact())
    else:
        file = tmp_path / "events.jsonl"
        with file.open("w") as out:
            dump(out)
        load(file)

    assert AbandonedCall.objects.get().recovered_at == at(230)
    assert WebhookEvent.objects.pending().count() == 0


def test_contact_that_proves_to_be_none_recovers_nobody_any_more(cut_off):
    hear(contact())
    assert AbandonedCall.objects.get().recovered_at == at(230)
    cut_off(wait(245, 40, sid=OTHER_CALLER))  # the caller waits on

    call_command("rebuild_calls", "--pending")

    assert AbandonedCall.objects.get().recovered_at is None
    assert WebhookEvent.objects.pending().count() == 0
