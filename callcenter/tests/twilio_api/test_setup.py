"""What is set up at Twilio: the first run does it, the second finds nothing to do."""

from io import StringIO
from random import Random

import pytest
import requests
from django.core.management import CommandError, call_command

from callcenter.management.commands import setup_twilio
from callcenter.models import Operator, Queue, QueueAtTwilio
from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.network.clock import Clock
from callcenter.standin.rest.api import RestApi
from callcenter.tests.standin.rest.client import Inline
from callcenter.tests.standin.server import ACCOUNT, START, Server
from callcenter.tests.twilio_api.log import Scripted, asking
from callcenter.tests.twilio_client import LINE
from callcenter.tests.webhooks.installation import install
from callcenter.twilio_api.client import TwilioFailure, client
from callcenter.twilio_api.outside import Finding
from callcenter.twilio_api.queues import keep_equal

pytestmark = pytest.mark.django_db

OURS = "https://callcenter.example.com/twilio"
RETRIES = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=4000&tt=14000"


class Still(Clock):
    """A clock that stands, so that it needs no event loop."""

    def seconds(self) -> float:
        return 0.0


@pytest.fixture
def exchange(settings, monkeypatch):
    """An account with our number, which the command asks through the stand-in."""
    settings.TWILIO_ACCOUNT_SID = ACCOUNT.sid
    settings.TWILIO_AUTH_TOKEN = ACCOUNT.auth_token
    there = Exchange(ACCOUNT, Server({}), Still(start=START), random=Random(7))
    there.add_number(Number(LINE, "https://old.example.com/voice"))
    ask = asking(Inline(RestApi(there)))
    monkeypatch.setattr(setup_twilio, "client", lambda: ask)
    install()
    return there


def run(**options):
    out, err = StringIO(), StringIO()
    try:
        call_command("setup_twilio", stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}"
    return out.getvalue(), err.getvalue()


def test_everything_is_made_once(exchange):
    Queue.objects.filter(slug="sales").update(capacity=7)

    said, wrong = run()

    assert wrong == ""
    assert "4 made or changed, 0 were right already." in said
    assert {one.name: one.max_size for one in exchange.queues.values()} == {
        "support": 100,
        "sales": 7,
    }
    for queue in Queue.objects.all():
        assert queue.twilio_sid == exchange.queues[queue.slug].sid
    (application,) = exchange.applications.values()
    assert application.friendly_name == "MiniCC"
    assert application.voice_url == f"{OURS}/client/{RETRIES}"
    assert f"Put TWILIO_TWIML_APP_SID={application.sid} into .env." in said
    (number,) = exchange.numbers.values()
    assert (number.voice_url, number.fallback_url, number.status_callback) == (
        f"{OURS}/incoming/{RETRIES}",
        f"{OURS}/fallback/{RETRIES}",
        f"{OURS}/status/{RETRIES}",
    )

    again, wrong = run()

    assert wrong == ""
    assert "0 made or changed, 4 were right already." in again
    assert f"Put TWILIO_TWIML_APP_SID={application.sid} into .env." in again


def test_application_that_stands_in_the_settings_is_not_asked_for(exchange, settings):
    run()
    (application,) = exchange.applications.values()
    settings.TWILIO_TWIML_APP_SID = application.sid

    again, wrong = run()

    assert wrong == ""
    assert "into .env" not in again


def test_dry_run_says_the_difference_and_changes_nothing(exchange):
    said, wrong = run(dry_run=True)

    assert wrong == ""
    assert "+ queue support" in said
    assert f"~ number {LINE}" in said
    assert f"voice_url: https://old.example.com/voice -> {OURS}/incoming/" in said
    assert "4 would be changed, 0 were right already." in said
    assert exchange.queues == {}
    assert exchange.applications == {}
    (number,) = exchange.numbers.values()
    assert number.voice_url == "https://old.example.com/voice"


def test_queue_that_is_there_is_taken_over_with_its_callers(exchange):
    there = exchange.queue("support")

    run()

    assert Queue.objects.get(slug="support").twilio_sid == there.sid
    assert list(exchange.queues.values()).count(there) == 1


def test_queue_that_was_deleted_at_twilio_is_made_again(exchange):
    run()
    before = Queue.objects.get(slug="support").twilio_sid
    del exchange.queues["support"]

    said, wrong = run()

    assert wrong == ""
    assert "+ queue support" in said
    now = Queue.objects.get(slug="support").twilio_sid
    assert now == exchange.queues["support"].sid
    assert now != before


def test_number_of_somebody_else_needs_a_person(exchange):
    exchange.numbers.clear()

    said, wrong = run()

    assert f"! number {LINE}: This account has no such number" in wrong
    assert "3 made or changed, 0 were right already. 1 need you: see above." in wrong
    assert "+ queue support" in said


def test_application_at_the_number_needs_a_person(exchange):
    run()
    (application,) = exchange.applications.values()
    (number,) = exchange.numbers.values()
    number.application_sid = application.sid

    _said, wrong = run()

    assert f"! number {LINE}: {application.sid} answers at this number" in wrong


def test_application_of_the_setting_is_the_one(exchange, settings):
    settings.TWILIO_TWIML_APP_SID = "AP" + "0" * 32

    _said, wrong = run()

    assert "TWILIO_TWIML_APP_SID names no TwiML App of this account" in wrong
    assert exchange.applications == {}


def test_password_of_our_urls_is_not_shown(exchange, settings):
    settings.WEBHOOK_BASIC_AUTH = "twilio:geheim"

    said, _wrong = run(dry_run=True)

    assert "geheim" not in said
    assert "https://***@callcenter.example.com/twilio/incoming/" in said


@pytest.mark.parametrize("base", ["", "http://cc.example.com"])
def test_address_that_twilio_cannot_ask_is_refused(exchange, settings, base):
    settings.PUBLIC_BASE_URL = base

    said, wrong = run()

    assert "PUBLIC_BASE_URL must be the https address" in wrong
    assert said == ""
    assert exchange.queues == {}


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "Twilio refuses our credentials"),
        (404, "Twilio does not know this account"),
        (500, "Twilio fails: try again later."),
    ],
)
def test_what_twilio_refuses_is_a_sentence(exchange, monkeypatch, status, sentence):
    refusing = asking(Scripted((status, {"code": 20003, "status": status})))
    monkeypatch.setattr(setup_twilio, "client", lambda: refusing)

    _said, wrong = run()

    assert sentence in wrong
    assert "0 made or changed" in wrong


def test_without_credentials_nothing_is_asked(settings):
    settings.TWILIO_AUTH_TOKEN = ""

    _said, wrong = run()

    assert "Twilio cannot be asked without TWILIO_AUTH_TOKEN" in wrong


def test_worker_makes_queues_equal_and_notes_it(exchange):
    twilio = asking(Inline(RestApi(exchange)))

    assert keep_equal(twilio) == 2
    assert keep_equal(twilio) == 0
    Queue.objects.filter(slug="sales").update(capacity=7)
    assert keep_equal(twilio) == 1

    assert exchange.queues["sales"].max_size == 7
    assert [one.problem for one in QueueAtTwilio.objects.all()] == ["", ""]


def test_what_twilio_refuses_is_noted_at_the_queues(exchange):
    keep_equal(asking(Inline(RestApi(exchange))))
    refusing = asking(Scripted((401, {"code": 20003, "status": 401})))

    with pytest.raises(TwilioFailure):
        keep_equal(refusing)

    problems = {one.problem.partition(":")[0] for one in QueueAtTwilio.objects.all()}
    assert problems == {"twilio-credentials"}


def test_check_names_what_is_not_set_up_and_changes_nothing(exchange, monkeypatch):
    seen = [
        Finding("our address can be reached"),
        Finding("our clock is right", "Set."),
    ]
    monkeypatch.setattr(setup_twilio, "findings", lambda *_: seen)

    said, wrong = run(check=True)

    assert "= our address can be reached" in said
    assert "! our clock is right: Set." in wrong
    assert "! queue support: It is not what it is to be: run setup_twilio." in wrong
    assert "! queue support\n" in said
    assert wrong.startswith("5 to be mended:\n! our clock is right: Set.\n")
    assert exchange.queues == {}


REACHABLE = [Finding("our address can be reached")]


@pytest.mark.parametrize(
    ("reply", "api", "reason", "advice"),
    [
        (
            requests.ConnectionError(),
            "",
            "Twilio cannot be reached.",
            "look at the name server, the firewall",
        ),
        (
            requests.ConnectionError(),
            "http://127.0.0.1:9211",
            "Twilio cannot be reached. (http://127.0.0.1:9211",
            "start it (simulate_calls serves the stand-in), or remove",
        ),
        (
            (401, {"code": 20003, "status": 401}),
            "",
            "Twilio refuses our credentials: check these settings.",
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
        ),
    ],
)
def test_check_goes_on_where_twilio_cannot_be_asked(
    exchange, monkeypatch, settings, reply, api, reason, advice
):
    settings.TWILIO_API_BASE_URL = api
    failing = client(lambda _seconds: None)
    adapter = Scripted(reply)
    monkeypatch.setattr(adapter, "check_request", lambda _request: None)
    failing.http_client.session.mount(api or "https://api.twilio.com", adapter)
    monkeypatch.setattr(setup_twilio, "client", lambda: failing)
    monkeypatch.setattr(setup_twilio, "findings", lambda *_: REACHABLE)

    said, wrong = run(check=True)

    assert said.splitlines() == [
        "= our address can be reached",
        "! Twilio can be asked",
        "? queues at Twilio",
        "? TwiML App at Twilio",
        "? numbers at Twilio",
    ]
    assert wrong.startswith("1 to be mended, 3 could not be looked at before:\n! ")
    assert reason in wrong
    assert advice in wrong


def test_check_asks_for_the_rest_where_twilio_fails_at_one_part(exchange, monkeypatch):
    # Each of its five tries for queues fails, then there is nothing of ours.
    empty = {"applications": [], "page": 0, "page_size": 50, "uri": "/"}
    failure = (500, {"code": 20500, "status": 500})
    numbers = {"incoming_phone_numbers": [], "page": 0, "page_size": 50, "uri": "/"}
    answers = Scripted(*[failure] * 5, (200, empty), (200, numbers))
    monkeypatch.setattr(answers, "check_request", lambda _request: None)
    ask = asking(answers)
    monkeypatch.setattr(setup_twilio, "client", lambda: ask)
    monkeypatch.setattr(setup_twilio, "findings", lambda *_: REACHABLE)

    said, wrong = run(check=True)

    assert said.splitlines()[1:] == [
        "! queues at Twilio",
        "! TwiML App MiniCC",
        f"! number {LINE}",
    ]
    assert "! queues at Twilio: Twilio fails: try again later." in wrong


def test_check_without_credentials_looks_at_the_server_all_the_same(
    settings, monkeypatch
):
    settings.TWILIO_AUTH_TOKEN = ""
    monkeypatch.setattr(setup_twilio, "findings", lambda *_: REACHABLE)

    said, wrong = run(check=True)

    assert said.startswith("= our address can be reached\n! Twilio can be asked\n? ")
    assert "Twilio cannot be asked without TWILIO_AUTH_TOKEN" in wrong


def test_check_and_dry_run_are_not_asked_for_together(exchange):
    said, wrong = run(check=True, dry_run=True)

    assert said == ""
    assert wrong == (
        "--check changes nothing by itself: give either --check or --dry-run."
    )


def test_help_says_what_the_marks_mean():
    text = setup_twilio.Command().help

    for mark in "=+~!?":
        assert f" {mark} " in text


def test_check_names_a_setting_without_which_no_browser_calls(
    exchange, monkeypatch, settings
):
    monkeypatch.setattr(setup_twilio, "findings", lambda *_: [])
    run()
    (application,) = exchange.applications.values()
    Operator.objects.create(name="Sato", client_identity="sato")

    _said, wrong = run(check=True)

    assert f"put TWILIO_TWIML_APP_SID={application.sid} into .env" in wrong
    assert "1 to be mended" in wrong
    settings.TWILIO_TWIML_APP_SID = application.sid
    assert run(check=True)[1] == ""


def test_check_is_content_with_what_the_command_has_made(exchange, monkeypatch):
    monkeypatch.setattr(setup_twilio, "findings", lambda *_: [])
    run()

    said, wrong = run(check=True)

    assert wrong == ""
    assert "Twilio and this server understand each other." in said
