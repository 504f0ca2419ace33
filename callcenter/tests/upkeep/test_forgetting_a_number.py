"""Which number `forget_caller` takes, what it says, and what it leaves alone."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from callcenter.forgotten import PREFIX, Forgetting, is_forgotten
from callcenter.management.commands import forget_caller as forget_caller_command
from callcenter.models import (
    Call,
    WebhookEvent,
)
from callcenter.numbers import caller_of, is_withheld, number_in
from callcenter.signals import numbers_forgotten
from callcenter.tests.everywhere import places_of
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive_together
from callcenter.tests.sample_events import (
    CALLER_NUMBER,
    LINE,
    at,
    event,
    sign_in,
)
from callcenter.tests.upkeep.forgotten_story import (
    DAY,
    LAST_CALL,
    abandoned,
    answered,
    apart_from_hashes,
    forget,
    rebuild_everything,
)
from callcenter.upkeep.forgetting import (
    NotForgotten,
    caller_to_forget,
    forget_old_numbers,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("050-0000-0999", CALLER_NUMBER),
        ("+81 50 0000 0999", CALLER_NUMBER),
        ("０５０－００００－０９９９", CALLER_NUMBER),
    ],
)
def test_number_may_be_typed_in_any_way(typed, number):
    assert caller_to_forget(typed) == number


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("abc", "'abc' is no telephone number: write"),
        ("", "'' is no telephone number: write"),
        ("+266696687", "is nobody's number: it stands for callers who withhold"),
        ("050-0000-0201", "is or was the number of an operator or of a line"),
        ("050-0000-0101", "is or was the number of an operator or of a line"),
    ],
)
def test_what_is_no_callers_number_is_refused(typed, problem):
    receive_together(*sign_in(), *answered(0))

    with pytest.raises(NotForgotten, match=problem):
        caller_to_forget(typed)
    with pytest.raises(CommandError, match=problem):
        call_command("forget_caller", typed, "--yes")


def test_command_only_says_what_it_would_do_unless_asked_to_do_it():
    receive_together(*abandoned(0), *abandoned(DAY, LAST_CALL))
    removed: list[int] = []

    def remove(**_more: Any) -> int:
        removed.append(0 if removed else 2)
        return removed[-1]

    numbers_forgotten.connect(remove)
    said = call_command("forget_caller", "050-0000-0999")
    stays = places_of(CALLER_NUMBER)
    done_ = call_command("forget_caller", "050-0000-0999", "--yes")
    again = call_command("forget_caller", "050-0000-0999", "--yes")
    by_age = call_command("forget_caller", "--older-than", "1", "--yes")
    numbers_forgotten.disconnect(remove)

    # The events, two rows of calls and two of abandoned calls.
    assert said == (
        "Would forget the caller of 2 calls with 10 events; the number stands in 14"
        " rows and 0 lines of the spool. Nothing is done without --yes."
    )
    assert stays
    assert done_ == (
        "Forgot the caller of 2 calls: 10 of their events, 0 other rows and 0 lines of"
        " the spool were changed, 2 prepared files removed."
    )
    # Asked for twice, as the first run may have been killed before it.
    assert removed == [2, 0]
    assert again == "Nothing was found of +815000000999."
    assert by_age == "No number is older than 1 days."


def test_pseudonym_is_nobodys_number_and_no_withheld_one():
    for letters in ("abcdefghijklmnop", "anonymousprivate"):
        pseudonym = PREFIX + letters
        assert caller_of(pseudonym) == pseudonym
        assert not is_withheld(pseudonym)
        assert number_in(pseudonym) == ""


@pytest.mark.parametrize(
    "text",
    [
        "CA815000000999aaaa815000000999bbbb",
        "+8150000009991",
        "15000000999",
        "2026-11-30T00:50:00.000Z",
    ],
)
def test_what_only_looks_alike_stays(text):
    assert Forgetting(CALLER_NUMBER, "x").text(text) == text


def test_caller_known_by_a_short_text_takes_nothing_else_along():
    """An extension may look like a position in the queue, or the length of a call."""
    receive_together(*abandoned(0, From="1", Caller="1", CallDuration="1"))
    before = history_rows()

    forget_old_numbers(at(9 * DAY), days=1)

    assert is_forgotten(Call.objects.get().caller)
    stored = history_rows()
    for table in ("QueueEntry", "IvrStep"):
        assert stored[table] == before[table]
    rebuild_everything()
    assert apart_from_hashes(history_rows()) == apart_from_hashes(stored)
    assert WebhookEvent.objects.get(kind="wait").params["QueuePosition"] == "1"


def test_command_that_is_stopped_says_so(monkeypatch):
    def stopped(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(forget_caller_command, "forget_caller", stopped)

    with pytest.raises(CommandError, match=r"Stopped; .* Run it again"):
        call_command("forget_caller", "050-0000-0999", "--yes")


def test_number_that_was_rung_from_the_browser_or_by_a_ring_back_is_forgotten():
    leg = {"sid": "CA" + "6" * 32, "From": "client:agent_01"}
    receive_together(
        *abandoned(0),
        event(
            200, "client/", f"dial:{CALLER_NUMBER}", MiniccNumber=CALLER_NUMBER, **leg
        ),
        event(300, "ring-back/abc/", "dial:caller", sid="CA" + "5" * 32, Digits="1"),
        event(
            400,
            "status/",
            sid="CA" + "4" * 32,
            CallStatus="completed",
            CallDuration=9,
            Direction="outbound-dial",
            ParentCallSid="CA" + "6" * 32,
            From=LINE,
            To=CALLER_NUMBER,
        ),
    )
    assert "WebhookEvent.decision" in " ".join(places_of(CALLER_NUMBER))

    forget(CALLER_NUMBER)

    assert places_of(CALLER_NUMBER) == []
    rung = WebhookEvent.objects.get(kind="client")
    assert rung.decision == "dial:***"
    rebuild_everything()
    assert places_of(CALLER_NUMBER) == []
