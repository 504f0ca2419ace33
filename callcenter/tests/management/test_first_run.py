"""`first_run`: a first start makes accounts and a setup, a second nothing."""

import re
from io import StringIO

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpRequest

from callcenter.models import (
    Operator,
    PhoneLine,
    Queue,
    SetupVersion,
    WebhookEvent,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning():
    """Soon after midnight a past of one day would be empty."""
    with time_machine.travel("2026-11-24T01:30:00Z"):
        yield


def first_run() -> str:
    """Run the command and give what it prints."""
    output = StringIO()
    call_command("first_run", stdout=output)
    return output.getvalue()


def test_first_start_prints_accounts_that_can_log_in(settings):
    settings.DEMO = True

    shown = dict(re.findall(r"^  (\S+) +(\S+)$", first_run(), re.MULTILINE))

    operator = Operator.objects.get(number="+815000000201")
    assert list(shown) == ["supervisor", "sato", "agent_01"]
    asked = HttpRequest()
    supervisor = authenticate(
        asked, username="supervisor", password=shown["supervisor"]
    )
    assert supervisor is not None
    assert supervisor.is_superuser
    user = authenticate(asked, username="sato", password=shown["sato"])
    assert user is not None
    assert user == operator.user
    assert user.is_staff
    assert not user.is_superuser
    assert [group.name for group in user.groups.all()] == ["Operator"]
    in_browser = authenticate(asked, username="agent_01", password=shown["agent_01"])
    assert in_browser == Operator.objects.get(client_identity="agent_01").user


def test_second_start_prints_and_changes_nothing(settings):
    settings.DEMO = True
    first_run()
    version = SetupVersion.objects.get().version
    passwords = list(User.objects.values_list("username", "password"))

    assert first_run() == ""

    assert SetupVersion.objects.get().version == version
    assert list(User.objects.values_list("username", "password")) == passwords


def test_installation_without_demo_starts_empty(settings):
    settings.DEMO = False

    shown = re.findall(r"^  (\S+) +\S+$", first_run(), re.MULTILINE)

    assert shown == ["supervisor"]
    assert not PhoneLine.objects.exists()


def test_setup_made_by_hand_is_left_alone(settings):
    settings.DEMO = True
    Queue.objects.create(slug="mine", name="Mine")

    first_run()

    assert list(Queue.objects.values_list("slug", flat=True)) == ["mine"]


def test_first_start_of_the_demo_has_a_past_without_a_question(settings):
    settings.DEMO, settings.DEMO_DAYS = True, 1

    said = first_run()

    assert re.search(r"^Played \S+ to \S+: \d+ calls; kept \d+ events", said, re.M)
    events = WebhookEvent.objects.count()
    assert events > 2
    # Later starts change nothing, and say nothing.
    assert first_run() == ""
    assert WebhookEvent.objects.count() == events


@pytest.mark.parametrize(
    ("answer", "has_past"), [("", True), ("y", True), ("n", False), ("No", False)]
)
def test_past_is_asked_for_on_a_terminal(settings, monkeypatch, answer, has_past):
    settings.DEMO, settings.DEMO_DAYS = True, 1
    asked: list[str] = []

    def ask(text):
        asked.append(text)
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", ask)

    said = first_run()

    assert asked == ["Fill it with demo calls (DEMO_DAYS=1)? It takes minutes. [Y/n] "]
    assert WebhookEvent.objects.exists() == has_past
    assert ("DEMO_DAYS=0 in .env it is not asked again" in said) == (not has_past)


def on_a_terminal(monkeypatch, problem: type[BaseException]) -> None:
    """Have the question answered with a key that is no answer."""

    def ask(_text):
        raise problem

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", ask)


def test_end_of_input_at_the_question_is_a_yes(settings, monkeypatch):
    settings.DEMO, settings.DEMO_DAYS = True, 1
    on_a_terminal(monkeypatch, EOFError)

    # On a line of its own, not behind the question.
    assert "\n\nPlayed " in first_run()
    assert WebhookEvent.objects.exists()


def test_interrupt_at_the_question_ends_in_one_plain_line(settings, monkeypatch):
    settings.DEMO, settings.DEMO_DAYS = True, 1
    on_a_terminal(monkeypatch, KeyboardInterrupt)

    with pytest.raises(CommandError) as stopped:
        first_run()

    assert str(stopped.value) == "Stopped; the next start goes on from here."
    assert stopped.value.returncode == 130
    assert not WebhookEvent.objects.exists()


def test_interrupted_past_is_continued_without_a_question(settings):
    settings.DEMO, settings.DEMO_DAYS = True, 1
    first_run()
    WebhookEvent.objects.filter(path__startswith="/internal/demo/done/").delete()
    settings.DEMO_DAYS = 30

    said = first_run()

    assert "is there already: nothing changed." in said
    assert WebhookEvent.objects.filter(path__startswith="/internal/demo/").count() == 2


@pytest.mark.parametrize("days", [0, 1])
def test_no_past_without_the_demo_or_without_days(settings, days):
    settings.DEMO, settings.DEMO_DAYS = days == 0, days

    first_run()

    assert not WebhookEvent.objects.exists()


def test_installation_with_events_of_its_own_gets_no_past(settings):
    settings.DEMO, settings.DEMO_DAYS = True, 1
    call_command("demo", config_only=True)
    WebhookEvent.objects.create(
        dedup_key="0" * 64, received_at="2026-10-05T01:00:00Z", kind="status"
    )

    first_run()

    assert WebhookEvent.objects.count() == 1
