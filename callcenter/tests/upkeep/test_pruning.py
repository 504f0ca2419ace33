"""Pruning deletes events and changes no history, neither pruned nor neighbouring."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from callcenter.demo.setup.installation import install
from callcenter.management.commands import prune_events
from callcenter.models import Call, FollowUp, WebhookEvent
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import keep, receive_together
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR,
    OTHER_CALLER,
    at,
    choose,
    connect,
    done,
    end,
    event,
    leave,
    ring,
    sign_in,
    wait,
)
from callcenter.tests.samples import NAMES, file_of
from callcenter.upkeep import pruning
from callcenter.upkeep.intake import load
from callcenter.upkeep.pruning import Pruned, begun_before, prune
from callcenter.upkeep.rebuild import rebuild_all, sids_to_rebuild

pytestmark = pytest.mark.django_db

DAY = 86_400
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _long_after() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """The whole history; not which calls are sealed."""
    place = [field.attname for field in Call._meta.concrete_fields].index("sealed_at")
    found = history_rows()
    # The id of a call is no part of its row.
    cut = place - 1
    found["Call"] = [row[:cut] + row[cut + 1 :] for row in found["Call"]]
    return found


def rebuild_everything() -> None:
    """Derives every call again that is not sealed, and compares all its rows."""
    errors = [(sid, error) for sid, error in rebuild_all(sids_to_rebuild()) if error]
    assert errors == []


def answered(
    start: float, *, sid: str = CALLER, leg: str = OPERATOR, **params: Any
) -> list[WebhookEvent]:
    """A call of a minute and a half with one operator."""
    return [
        ring(start, sid=sid, **params),
        choose(start + 5, sid=sid, **params),
        wait(start + 6, 0, sid=sid, **params),
        connect(start + 30, 25, sid=sid, leg=leg, **params),
        leave(start + 90, "bridged", 25, sid=sid, **params),
        done(start + 91, caller=sid, leg=leg, talk=58),
        end(start + 92, sid=sid, **params),
    ]


def test_trial_says_what_would_go_and_changes_nothing():
    receive_together(*sign_in(), *answered(0), end(100, sid=OPERATOR))
    events, history = list(WebhookEvent.objects.values()), rows()

    pruned = prune(at(DAY), really=False)

    assert (pruned.calls, pruned.events) == (2, 11)
    assert pruned.bytes == sum(
        len(one["path"] + one["decision"] + one["token"] + json.dumps(one["params"]))
        for one in events
    )
    assert list(WebhookEvent.objects.values()) == events
    assert Call.objects.filter(sealed_at=None).count() == 2
    assert rows() == history


def test_what_is_said_is_done_and_the_history_stays():
    receive_together(*sign_in(), *answered(0), end(100, sid=OPERATOR))
    history, said = rows(), prune(at(DAY), really=False)

    done_ = prune(at(DAY), really=True)

    assert done_ == said
    assert not WebhookEvent.objects.exists()
    assert not Call.objects.filter(sealed_at=None).exists()
    assert rows() == history
    assert prune(at(DAY), really=True) == Pruned()


@pytest.mark.parametrize("last", [DAY - 1, DAY])
def test_call_goes_when_its_last_event_came_before_the_day(last):
    receive_together(
        ring(last - 60), choose(last - 55), leave(last - 1, "hangup", 54), end(last)
    )

    pruned = prune(at(DAY), really=True)

    goes = last < DAY
    assert (pruned.calls, pruned.unfinished) == (goes, not goes)
    assert WebhookEvent.objects.count() == (0 if goes else 4)


def test_call_without_a_known_end_goes_after_two_days_without_an_event():
    receive_together(ring(0), choose(5))

    with time_machine.travel(at(2 * DAY)):
        soon = prune(at(DAY), really=True)
    with time_machine.travel(at(2 * DAY + 6)):
        later = prune(at(DAY), really=True)

    assert (soon.calls, soon.unfinished) == (0, 1)
    assert (later.calls, later.unfinished) == (1, 0)


def test_what_is_not_derived_yet_stays():
    receive_together(ring(0), choose(5), leave(65, "hangup", 60))
    keep(end(66))

    pruned = prune(at(DAY), really=True)

    assert (pruned.calls, pruned.pending, pruned.unfinished) == (0, 1, 0)
    assert WebhookEvent.objects.count() == 4


def test_events_of_an_operator_stay_as_long_as_one_of_the_callers_needs_them():
    """The second caller's end is reported late: the operator's name must stay known."""
    receive_together(*sign_in(), *answered(0), end(300, sid=OPERATOR))
    receive_together(
        *answered(100, sid=OTHER_CALLER)[:-1], end(DAY + 1, sid=OTHER_CALLER)
    )
    history = rows()

    pruned = prune(at(DAY), really=True)

    assert set(Call.objects.filter(sealed_at=None).values_list("sid", flat=True)) == {
        OTHER_CALLER
    }
    assert pruned.events == 5
    left = WebhookEvent.objects.exclude(call_sid__in=[OPERATOR, OTHER_CALLER])
    assert list(left.values_list("call_sid", "kind")) == [(CALLER, "connect")]
    rebuild_everything()
    assert rows() == history

    again = prune(at(2 * DAY), really=True)

    assert (again.calls, again.events) == (1, 13)
    assert not WebhookEvent.objects.exists()
    assert rows() == history


def test_call_stays_while_its_operator_is_on_the_line():
    """Who ended the conversation, and when, may still be said by the operator's leg."""
    receive_together(*sign_in(), *answered(0))
    receive_together(event(DAY + 5, "operator/?step=9", "dial:support", sid=OPERATOR))

    pruned = prune(at(DAY), really=True)

    assert (pruned.calls, pruned.unfinished) == (0, 2)


def test_recording_that_makes_no_call_goes_too():
    alone = "CA" + "9" * 32
    about = {"RecordingSid": "RE" + "1" * 32, "RecordingStatus": "completed"}
    receive_together(event(0, "recording/", sid=alone, **about))
    receive_together(event(DAY, "recording/", sid="CA" + "8" * 32, **about))

    said = prune(at(DAY), really=False)
    pruned = prune(at(DAY), really=True)

    assert pruned == said
    assert (pruned.calls, pruned.events) == (0, 1)
    assert WebhookEvent.objects.get().call_sid == "CA" + "8" * 32


def test_notes_of_people_stay():
    receive_together(ring(0), choose(5), leave(65, "hangup", 60), end(66))
    abandoned = Call.objects.get().abandoned_calls.get()
    follow_up = FollowUp.objects.create(abandoned_call=abandoned, state="reached")
    follow_up.steps.create(act="note", text="Sorry", made_at=at(0))

    prune(at(DAY), really=True)

    assert FollowUp.objects.get().abandoned_call == abandoned
    assert FollowUp.objects.get().steps.get().text == "Sorry"


def test_recorded_calls_keep_their_history(tmp_path):
    install()
    for name in NAMES:
        load(file_of(name))
    history, events = rows(), WebhookEvent.objects.count()

    pruned = prune(NOW, really=True)

    assert (pruned.events, pruned.unfinished, pruned.pending) == (events, 0, 0)
    assert pruned.calls == len(history["Call"])
    rebuild_everything()
    assert rows() == history


def test_events_loaded_again_are_kept_as_late_and_change_nothing():
    install()
    for name in NAMES:
        load(file_of(name))
    history, events = rows(), WebhookEvent.objects.count()
    prune(NOW, really=True)

    for name in NAMES:
        load(file_of(name))

    assert rows() == history
    assert WebhookEvent.objects.late().count() == events
    assert WebhookEvent.objects.pending().count() == 0
    assert prune(NOW, really=True) == Pruned()
    assert WebhookEvent.objects.late().count() == events


def a_week(chance: random.Random) -> list[WebhookEvent]:
    """Shifts around the clock that overlap and share callers, with requests lost."""
    shifts = [
        (f"CA{number:032x}", start)
        for number, start in enumerate(range(0, 5 * DAY, DAY // 4), 1)
    ]
    events: list[WebhookEvent] = []
    for leg, start in shifts:
        phone: dict[str, Any] = {"From": f"+8150000002{int(leg[2:], 16):02d}"}
        for one in (
            event(start, "incoming/", "operator", sid=leg, **phone),
            event(start + 6, "operator/?step=2", "dial:support", sid=leg, **phone),
            end(start + DAY // 3, sid=leg, **phone),
        ):
            events.append(one)
    for number in range(100, 160):
        sid, begin = f"CA{number:032x}", chance.uniform(0, 5 * DAY)
        who: dict[str, Any] = {"From": f"+81500000{chance.randrange(300, 315):04d}"}
        events += [
            ring(begin, sid=sid, **who),
            choose(begin + 5, sid=sid, **who),
            wait(begin + 6, 0, sid=sid, **who),
        ]
        on_duty = [leg for leg, start in shifts if 0 <= begin - start < DAY // 3]
        takers = chance.sample(on_duty, min(len(on_duty), chance.randrange(3)))
        for place, leg in enumerate(takers):
            taken, secs = begin + 30 + 40 * place, 25 + 40 * place
            named = chance.choice([sid, sid, "", "CA" + "f" * 32])
            events += [
                connect(taken, secs, sid=sid, leg=leg, **who),
                done(taken + 35, caller=named, leg=leg, talk=chance.randrange(90)),
            ]
        how = "bridged" if takers else "hangup"
        # Some ends are reported a day late.
        late = chance.choice([0, 0, 0, DAY])
        events += [
            leave(begin + 150, how, 25, sid=sid, **who),
            end(begin + 151 + late, sid=sid, **who),
        ]
    return [one for one in events if chance.random() < 0.85]


@pytest.mark.parametrize("seed", range(6))
def test_pruning_day_by_day_changes_no_row_of_any_call(seed, monkeypatch):
    monkeypatch.setattr(pruning, "_CALLS_AT_ONCE", 9)
    receive_together(*a_week(random.Random(seed)))
    rebuild_everything()
    history, events = rows(), WebhookEvent.objects.count()
    needed_still = 0

    for day in range(1, 8):
        said = prune(at(day * DAY), really=False)
        assert prune(at(day * DAY), really=True) == said
        events -= said.events
        assert WebhookEvent.objects.count() == events
        rebuild_everything()
        assert rows() == history
        sealed = Call.objects.filter(sealed_at__isnull=False).values("sid")
        needed_still += WebhookEvent.objects.filter(call_sid__in=sealed).count()

    # Else nothing would have been proved about neighbours.
    assert needed_still > 0
    assert not Call.objects.filter(sealed_at=None).exists()
    assert events == 0


def test_stopped_on_the_way_the_next_run_does_the_rest(monkeypatch):
    monkeypatch.setattr(pruning, "_CALLS_AT_ONCE", 7)
    receive_together(*a_week(random.Random(7)))
    history, said = rows(), prune(at(9 * DAY), really=False)

    def stop(_calls: int) -> None:
        if Call.objects.exclude(sealed_at=None).count() > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(at(9 * DAY), really=True, on_batch=stop)
    first = said.events - WebhookEvent.objects.count()
    rest = prune(at(9 * DAY), really=True)

    assert first > 0
    assert first + rest.events == said.events
    assert not WebhookEvent.objects.exists()
    assert rows() == history


def test_progress_is_reported_in_calls():
    receive_together(*answered(0), *answered(100, sid=OTHER_CALLER), *sign_in())
    batches: list[int] = []

    prune(at(DAY), really=False, on_batch=batches.append)

    assert begun_before(at(DAY)) == 3
    assert batches == [3]


def test_command_only_says_what_it_would_do_unless_asked_to_do_it():
    receive_together(ring(0), choose(5), leave(65, "hangup", 60), end(66))
    receive_together(ring(DAY, sid=OTHER_CALLER))

    said = call_command("prune_events", "--before", "2026-10-06")
    events = WebhookEvent.objects.count()
    done_ = call_command("prune_events", "--before", "2026-10-06", "--yes")

    size = prune(at(2 * DAY), really=False).bytes
    assert size > 0
    assert events == 5
    assert WebhookEvent.objects.count() == 1
    assert said.startswith("Would seal 1 calls and delete 4 events (")
    assert said.endswith(
        " bytes) from before 2026-10-06; 0 calls stay because they or their operators'"
        " legs went on after that, 0 because of events not derived yet."
        " Nothing is done without --yes."
    )
    assert done_.startswith("Sealed 1 calls and deleted 4 events (")


def test_days_to_keep_are_counted_from_today():
    receive_together(ring(0), choose(5), leave(65, "hangup", 60), end(66))

    with time_machine.travel(at(2 * DAY)):  # 10:00 of 7 October in Tokyo
        kept = call_command("prune_events", "--keep-days", "2")
        gone = call_command("prune_events", "--keep-days", "1")

    assert kept.startswith("Would seal 0 calls and delete 0 events (0 bytes) from")
    assert "from before 2026-10-05;" in kept
    assert gone.startswith("Would seal 1 calls and delete 4 events (")
    assert "from before 2026-10-06;" in gone


def test_late_events_are_listed(capsys):
    receive_together(ring(0), choose(5), leave(65, "hangup", 60))
    prune(at(DAY), really=True)
    receive_together(end(66))

    call_command("prune_events", "--late")

    assert capsys.readouterr().out == (
        f"2026-10-05T10:01:06+09:00 {CALLER} /twilio/status/\n"
        "1 events came after their call was over or sealed.\n"
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], "one of the arguments --before --keep-days --late is required"),
        (["--before", "2027-03-02"], "2027-03-02 has not begun yet."),
        (["--before", "yesterday"], "'yesterday' is no day: write the day as YYYY"),
        (["--keep-days", "0"], "must be a number of days from 1"),
        (["--keep-days", "1", "--late"], "not allowed with argument"),
    ],
)
def test_command_refuses_what_it_does_not_understand(options, problem):
    with pytest.raises(CommandError, match=problem):
        call_command("prune_events", *options)


def test_pruning_that_is_stopped_says_so(monkeypatch):
    def stopped(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(prune_events, "prune", stopped)

    with pytest.raises(CommandError, match=r"Stopped after 0 .*run it again"):
        call_command("prune_events", "--keep-days", "1", "--yes")
