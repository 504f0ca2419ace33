"""`manage.py demo` as people type it: what it says, what it refuses."""

from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from callcenter.models import Holiday, Operator, PhoneLine, Queue, WebhookEvent

pytestmark = pytest.mark.django_db

# Monday in Tokyo, a holiday; the day before was a Sunday.
AT = "2026-11-23T00:30:00+00:00"


def demo(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue().strip()


@time_machine.travel(AT, tick=False)
def test_demo_plays_a_past_and_says_what_it_did():
    said = demo("--days", "2", "--seed", "3")

    events = WebhookEvent.objects.count() - 2
    assert said.startswith("Played 2026-11-22 to 2026-11-23: ")
    assert f"; kept {events} events, 0 were known; derived " in said
    assert said.endswith(" The PIN of the telephone operators is 1234.")
    assert Operator.objects.count() == 12
    assert list(PhoneLine.objects.values_list("number", "hours__weekday")) == [
        ("+815000000101", None),
        *(("+815000000102", day) for day in range(1, 7)),
    ]
    assert not Holiday.objects.exists()


def test_where_no_bar_is_shown_a_line_says_first_what_takes_so_long(monkeypatch):
    monkeypatch.setattr("sys.stderr", StringIO())
    before, after = StringIO(), StringIO()

    with time_machine.travel(AT, tick=False):
        call_command("demo", days=2, stdout=StringIO(), stderr=before)
        call_command("demo", days=2, stdout=StringIO(), stderr=after)

    assert before.getvalue() == (
        "Making a past of 2 days of calls; a month takes minutes ...\n"
    )
    assert after.getvalue() == ""


@pytest.mark.parametrize("arguments", [[], ["--config-only"]])
def test_database_without_tables_is_said_plainly(arguments, monkeypatch):
    missing = [("callcenter.0001_initial", False)]
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan",
        lambda *_: missing,
    )

    with pytest.raises(CommandError) as refusal:
        demo(*arguments)

    assert str(refusal.value) == (
        "The database is not migrated: run manage.py migrate first."
    )
    assert not Queue.objects.exists()


def test_second_run_says_that_nothing_changed():
    with time_machine.travel(AT, tick=False):
        demo("--days", "2")
    with time_machine.travel("2026-11-24T05:00:00+00:00", tick=False):
        said = demo("--days", "2")

    assert said == (
        "The past of 2026-11-22 to 2026-11-23 is there already: nothing changed."
    )


@time_machine.travel("2026-11-24T00:05:00+00:00", tick=False)
def test_holidays_of_the_days_are_set_up():
    demo("--days", "2")

    assert [(str(day.date), day.name, day.line) for day in Holiday.objects.all()] == [
        ("2026-11-23", "勤労感謝の日", None)
    ]


@time_machine.travel(AT, tick=False)
def test_config_of_the_samples_is_the_demos_after_a_past_too():
    demo("--days", "1")

    assert demo("--config-only") == (
        "The demo installation is there already: nothing changed."
    )


@time_machine.travel(AT, tick=False)
def test_another_past_is_refused():
    demo("--days", "1")

    with pytest.raises(CommandError) as refusal:
        demo("--days", "1", "--seed", "2")

    assert str(refusal.value) == (
        "There is another past of the demo already (--days 1 --seed 1): nothing"
        " changed. Two would have their operators talk to two callers at once."
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--days", "0"], "--days: a number from 1 to 400, not 0."),
        (["--days", "-5"], "--days: a number from 1 to 400, not -5."),
        (["--days", "401"], "--days: a number from 1 to 400, not 401."),
        (["--days", "ten"], "Error: argument --days: invalid int value: 'ten'"),
        (["--seed", "x"], "Error: argument --seed: invalid int value: 'x'"),
    ],
)
def test_bad_value_is_said_plainly_and_changes_nothing(arguments, said):
    with pytest.raises(CommandError) as refusal:
        demo(*arguments)

    assert str(refusal.value) == said
    assert not Queue.objects.exists()
    assert not WebhookEvent.objects.exists()


def test_installation_made_by_hand_gets_no_past():
    Queue.objects.create(slug="ours", name="ours")

    with pytest.raises(CommandError) as refusal:
        demo("--days", "1")

    assert str(refusal.value) == (
        "This installation was made by hand (queue ours): nothing changed."
        " --replace removes it and makes the demo's."
    )
    assert not WebhookEvent.objects.exists()


@time_machine.travel(AT, tick=False)
def test_stopped_run_says_how_to_go_on(monkeypatch):
    def stopped(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("callcenter.management.commands.demo.load_past", stopped)

    with pytest.raises(CommandError) as refusal:
        demo("--days", "1")

    assert str(refusal.value) == (
        "Stopped; run it again to go on: nothing is loaded twice."
    )
    assert refusal.value.returncode == 130
