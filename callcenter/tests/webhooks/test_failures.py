"""After any failure of ours the caller still hears something."""

import logging

import pytest

from callcenter.events.spool import spool
from callcenter.flow import current, links
from callcenter.history import keeping, store
from callcenter.models import Call, QueueEntry, WebhookEvent
from callcenter.sparing import Sparing
from callcenter.tests.pins import PIN
from callcenter.tests.twilio_client import Answer, TwilioClient
from callcenter.tests.webhooks.installation import (
    OPERATOR,
    database_gone,
    install,
    stored,
)
from callcenter.upkeep.drain import drain
from callcenter.webhooks import base, customer, operator

# Really committed: what is refused inside a test's transaction would end the test.
pytestmark = pytest.mark.django_db(transaction=True)

HEARD = [
    ("incoming", "menu:main", ["Gather", "Redirect"]),
    ("menu/main", "enqueue:support/1", ["Enqueue", "Say"]),
    ("wait/support/1", "hold", ["Say", "Play"]),
    ("queue-exit/support/1", "apology", ["Say", "Hangup"]),
    ("connect", "announce", ["Say"]),
    ("fallback", "apology", ["Say", "Hangup"]),
]
URL_STATE = "?step=3&visits=0&again=0&lang=ja"


@pytest.fixture(autouse=True)
def _installed(twilio):
    install()
    current.current_plan()
    yield
    current.forget()


@pytest.fixture
def spool_text(settings):
    """The text of all segments of the spool."""
    folder = settings.SPOOL_DIR
    return lambda: "".join(path.read_text() for path in folder.glob("*.jsonl"))


def broken(*args: object, **kwargs: object) -> None:
    raise RuntimeError("a bug of ours")


def ask(twilio: TwilioClient, name: str, **params: str) -> Answer:
    return twilio.post(
        f"/twilio/{name}/{URL_STATE}",
        QueueResult="error",
        QueueTime="10",
        QueuePosition="1",
        **params,
    )


@pytest.mark.parametrize(("name", "decision", "verbs"), HEARD)
def test_with_derivation_broken_every_webhook_still_answers(
    twilio, monkeypatch, name, decision, verbs
):
    monkeypatch.setattr(store, "derive", broken)

    assert ask(twilio, name).verbs == verbs
    assert [one for _, _, one in stored()] == [decision]
    assert WebhookEvent.objects.pending().get().derivation_error


def test_with_derivation_broken_a_status_is_kept(twilio, monkeypatch):
    monkeypatch.setattr(store, "derive", broken)

    assert twilio.post("status", CallStatus="completed").status_code == 204
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize(("name", "decision", "verbs"), HEARD)
def test_with_the_database_gone_the_plan_in_memory_serves(
    twilio, name, decision, verbs
):
    with database_gone():
        assert ask(twilio, name).verbs == verbs

    assert stored() == []


def test_with_the_database_gone_a_request_is_in_the_spool_until_it_is_back(twilio):
    with database_gone():
        ask(twilio, "menu/main", Digits="3")
        assert twilio.post("status", CallStatus="completed").status_code == 204
    spool.close()

    assert drain().kept == 2
    assert [kind for kind, _, _ in stored()] == ["menu", "status"]
    assert WebhookEvent.objects.get(kind="menu").input == "3"
    assert Call.objects.get().ended_at


def test_with_the_spool_gone_too_a_status_is_asked_for_again_and_callers_are_served(
    twilio, settings, tmp_path, caplog, monkeypatch
):
    # Another test may have said it within the last minute.
    monkeypatch.setattr(keeping, "_refused", Sparing(keeping._say_refused))
    settings.SPOOL_DIR = tmp_path / "no folder"
    settings.SPOOL_DIR.write_text("but a file")

    with database_gone():
        answer = twilio.post("status", CallStatus="completed")
        heard = ask(twilio, "menu/main", Digits="1")

    assert answer.status_code == 503
    assert answer.response.content == b""
    assert heard.verbs == ["Enqueue", "Say"]
    said = [one for one in caplog.records if one.levelno == logging.CRITICAL]
    assert len(said) == 1


def test_digits_of_a_pin_are_not_in_the_spool(twilio, spool_text):
    leg = twilio.leg(OPERATOR)
    with database_gone():
        leg.rings()
        leg.is_redirected()
        leg.presses(PIN)

    assert OPERATOR in spool_text()
    assert f'"{PIN}"' not in spool_text()


def test_with_the_database_gone_an_operator_signs_in_and_serves(twilio):
    leg = twilio.leg(OPERATOR)
    with database_gone():
        leg.rings()
        leg.is_redirected()
        leg.presses(PIN)

    assert leg.answer.find("Queue").text == "support"


def test_with_the_database_gone_a_request_without_our_query_counts_as_the_first(twilio):
    with database_gone():
        answer = twilio.post("menu/main", Digits="1", CallStatus="in-progress")

    assert answer.link("Enqueue", "waitUrl").endswith(
        "/twilio/wait/support/1/?step=1&visits=1&lang=ja" + links.RETRIES
    )


def test_once_the_database_is_back_calls_are_kept_again(twilio):
    with database_gone():
        twilio.post("incoming")
    twilio.post("incoming")

    assert [decision for _, _, decision in stored()] == ["menu:main"]


def test_without_database_and_without_any_plan_there_is_an_apology(
    twilio, settings, tmp_path
):
    settings.SPOOL_DIR = tmp_path
    current.forget()

    with database_gone():
        answer = twilio.post("incoming")

    assert "Say" in answer.verbs or "Reject" in answer.verbs


SAFE = [
    ("incoming", "apology", ["Say", "Hangup"]),
    ("menu/main", "apology", ["Say", "Hangup"]),
    ("wait/support/1", "hold", ["Say", "Play"]),
    ("queue-exit/support/1", "apology", ["Say", "Hangup"]),
    ("connect", "announce", ["Say"]),
    ("operator", "wait", ["Gather", "Redirect"]),
    ("operator/done", "wrap_up", ["Gather", "Redirect"]),
    ("fallback", "apology", ["Say", "Hangup"]),
]


@pytest.mark.parametrize(("name", "decision", "verbs"), SAFE)
def test_with_deciding_broken_everyone_hears_something_and_the_event_is_kept(
    twilio, monkeypatch, caplog, name, decision, verbs
):
    for module in (base, customer, operator):
        monkeypatch.setattr(module, "decide", broken)

    assert ask(twilio, name).verbs == verbs
    assert [one for _, _, one in stored()] == [decision]
    assert "nothing could be decided" in caplog.text


@pytest.mark.parametrize("name", [name for name, _, _ in SAFE])
def test_with_every_document_broken_twilio_gets_an_empty_one(
    twilio, monkeypatch, caplog, name
):
    monkeypatch.setattr(base, "document", broken)
    monkeypatch.setattr(customer, "document", broken)

    assert ask(twilio, name).verbs == []
    assert len(stored()) == 1
    assert "no document could be made" in caplog.text


def test_a_decision_of_another_version_still_gives_a_document(twilio):
    twilio.post("incoming", idempotency="one")
    WebhookEvent.objects.update(decision="teleport:mars")

    assert twilio.post("incoming", idempotency="one").verbs == ["Say", "Hangup"]


def test_a_repeat_is_answered_as_the_first_time_although_the_setup_has_changed(twilio):
    first = twilio.post("menu/main", idempotency="one", Digits="3")
    WebhookEvent.objects.update(decision="message:information")

    again = twilio.post("menu/main", idempotency="one", Digits="3")

    assert first.has("Enqueue")
    assert again.verbs == ["Say", "Hangup"]
    assert WebhookEvent.objects.count() == 1


def test_a_repeat_adds_no_second_queue_entry(twilio):
    answers = [
        twilio.post("menu/main", idempotency="one", Digits="1") for _ in range(3)
    ]

    assert len({answer.text for answer in answers}) == 1
    assert list(QueueEntry.objects.values_list("queue", "visit")) == [("support", 1)]
