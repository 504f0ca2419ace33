"""The simulated days: the same for a seed, and what a call center can have done."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from callcenter.demo.past.days import PastDay
from callcenter.demo.past.floor import CallAccount
from callcenter.tests.demo.past.pasts import past, two_days

QUEUED = {"answered", "abandoned", "short_abandoned", "overflowed"}


def connects(day: PastDay) -> list[tuple[float, str, str, int]]:
    """When, which operator leg, which caller, after how many seconds of waiting."""
    return [
        (
            request.at,
            request.form["DequeingCallSid"],
            request.form["CallSid"],
            int(request.form["QueueTime"]),
        )
        for request in day.requests
        if request.path.startswith("/twilio/connect/")
    ]


def test_same_seed_and_days_give_the_same_requests():
    assert tuple(past().played()) == two_days()


def test_another_seed_gives_another_past():
    other = next(past(seed=8).played())

    assert {call.sid for call in other.calls}.isdisjoint(
        call.sid for call in two_days()[0].calls
    )


def test_days_end_with_the_last_and_nothing_comes_after_the_end():
    asked = past()
    first, last = two_days()

    assert (first.day, last.day) == tuple(asked.dates)
    assert max(request.received_at for request in last.requests) <= asked.until
    # 20:12 in Tokyo: nobody has been on the line since the last calls of the evening.
    assert asked.until.timestamp() - last.requests[-1].at < 4 * 3600


def test_past_that_ends_at_noon_ends_with_nobody_on_the_line():
    day = next(past(days=1, until="2026-11-20T03:00:00").played())

    legs = {request.form["CallSid"] for request in day.requests}
    ended = {
        request.form["CallSid"]
        for request in day.requests
        if request.path == "/twilio/status/"
    }
    assert legs == ended
    assert day.requests[-1].at <= past(until="2026-11-20T03:00:00").until.timestamp()


def test_requests_stand_in_order_of_receipt_each_with_its_own_token():
    for day in two_days():
        assert all(one.at <= other.at for one, other in pairwise(day.requests))
        assert len({request.token for request in day.requests}) == len(day.requests)


def test_nobody_who_waits_is_overtaken():
    for day in two_days():
        answered = [call for call in day.calls if call.operator_sid]
        taken_at = {caller: at for at, _, caller, _ in connects(day)}
        by_queue = defaultdict(list)
        for call in sorted(answered, key=lambda call: call.entered_at):
            by_queue[call.queue].append(taken_at[call.sid])
        assert set(by_queue) == {"support", "sales", "billing"}
        for moments in by_queue.values():
            # Of two taken in the same tenth of a second either may be heard of first.
            assert all(one < other + 0.11 for one, other in pairwise(moments))


# Days on which a talk took all of a break, and still ran when the next stretch began.
@pytest.mark.parametrize(
    ("seed", "until"),
    [(2, "2026-11-21"), (3, "2026-11-20"), (4, "2026-11-14")],
)
def test_next_stretch_waits_for_a_talk_that_runs_past_the_break(seed, until):
    day = next(past(days=3, seed=seed, until=f"{until}T11:12:13").played())

    check_one_talk_at_a_time(day)
    check_one_leg_at_a_time(day)


@pytest.mark.parametrize("seed", [1, 5, 6])
def test_no_operator_has_two_callers_in_a_fortnight(seed):
    for day in past(days=14, seed=seed).played():
        busy_until: dict[str, float] = {}
        answered = [call for call in day.calls if call.operator]
        for call in sorted(answered, key=taken_at):
            assert busy_until.get(call.operator, 0.0) < taken_at(call)
            busy_until[call.operator] = call.ended_at


def taken_at(call: CallAccount) -> float:
    """When an operator's Dial took a caller, in POSIX seconds."""
    return call.entered_at + (call.wait_seconds or 0)


def check_one_talk_at_a_time(day: PastDay) -> int:
    """Nobody is given a caller while another talk lasts; says how many operators."""
    ends = {
        (request.form["CallSid"], request.form.get("DialCallSid")): request.at
        for request in day.requests
        if request.path.startswith("/twilio/operator/done/")
    }
    busy_until: dict[str, float] = {}
    address = {
        request.form["CallSid"]: request.form["From"] for request in day.requests
    }
    for at, operator_sid, caller, _ in connects(day):
        who = address[operator_sid]
        assert at > busy_until.get(who, 0.0)
        busy_until[who] = ends[operator_sid, caller]
    return len(busy_until)


def check_one_leg_at_a_time(day: PastDay) -> None:
    """Nobody dials in on a second leg, and every leg ends."""
    on_the_line: dict[str, str] = {}
    for request in day.requests:
        who = request.form.get("From", "")
        if request.decision == "operator":
            assert who not in on_the_line
            on_the_line[who] = request.form["CallSid"]
        elif request.path == "/twilio/status/" and who in on_the_line:
            assert on_the_line.pop(who) == request.form["CallSid"]
    assert on_the_line == {}


def test_operator_never_talks_to_two_callers_at_once():
    for day in two_days():
        assert check_one_talk_at_a_time(day) > 8


def test_operator_is_signed_in_on_one_leg_at_a_time():
    for day in two_days():
        check_one_leg_at_a_time(day)


def test_every_call_has_one_outcome_and_every_stay_is_accounted_for():
    for day in two_days():
        outcomes = Counter(call.outcome for call in day.calls)
        without = {"self_service", "ivr_abandoned", "closed"}
        assert outcomes.keys() <= QUEUED | without
        assert outcomes.keys() >= without | {"answered", "abandoned"}
        entered = sum(bool(call.queue) for call in day.calls)
        assert entered == sum(outcomes[outcome] for outcome in QUEUED)
        assert all(
            (call.queue != "") == (call.outcome in QUEUED)
            and (call.talk_seconds is not None) == (call.outcome == "answered")
            for call in day.calls
        )


def test_position_told_is_the_place_in_the_queue():
    checked = 0
    for day in two_days():
        taken_at = {caller: at for at, _, caller, _ in connects(day)}
        stays = [
            (
                call.queue,
                call.entered_at,
                taken_at.get(call.sid, call.entered_at + (call.wait_seconds or 0)),
            )
            for call in day.calls
            if call.queue
        ]
        for request in day.requests:
            if not request.path.startswith("/twilio/wait/"):
                continue
            queue, at = request.path.split("/")[3], request.at
            in_line = [stay for stay in stays if stay[0] == queue]
            # Not where somebody comes or goes within the second that receipt may take.
            if any(abs(at - moment) < 1.1 for _, *both in in_line for moment in both):
                continue
            here = [(enters, leaves) for _, enters, leaves in in_line]
            mine = at - int(request.form["QueueTime"])
            size = sum(enters < at < leaves for enters, leaves in here)
            ahead = sum(enters < mine - 1.4 and at < leaves for enters, leaves in here)
            assert int(request.form["CurrentQueueSize"]) == size
            assert ahead < int(request.form["QueuePosition"]) <= size
            checked += 1
    assert checked > 300


def test_weekday_is_believable():
    for day in past(days=4, seed=3).played():
        outcomes = Counter(call.outcome for call in day.calls)
        served = [call for call in day.calls if call.outcome == "answered"]
        offered = len(served) + outcomes["abandoned"]
        quick = sum((call.wait_seconds or 0) <= 20 for call in served)

        assert 350 < len(day.calls) < 1000
        assert 0.55 < quick / offered < 0.99
        assert 0.01 < outcomes["abandoned"] / offered < 0.20


def test_outage_loses_requests_and_what_is_lost_is_in_the_account():
    first, last = two_days()

    assert past().outage_day == first.day
    lost = Counter(kind for call in first.calls for kind in call.lost)
    assert lost["exit"] > 3
    assert lost["status"] > 3
    assert not any(call.lost for call in last.calls)


@pytest.mark.parametrize(
    ("until", "days"), [("2026-11-03T12:00:00", 1), ("2026-11-08T12:00:00", 1)]
)
def test_last_day_is_open_even_if_it_is_a_holiday(until, days):
    assert past(days=days, until=until).holidays == {}
    assert past(days=days, until=until).outage_day is None


def test_holidays_before_the_last_day_are_closed():
    asked = past(days=2, until="2026-11-24T11:00:00")
    day = next(asked.played())

    assert {str(day): name for day, name in asked.holidays.items()} == {
        "2026-11-23": "勤労感謝の日"
    }
    assert {call.outcome for call in day.calls} == {"closed"}
