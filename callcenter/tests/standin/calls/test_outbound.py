"""Legs that ring out: of Dial, and of calls made by REST."""

import pytest

from callcenter.tests.standin.server import BASE, CALLER, LINE, START, Server, play

FRIEND, OTHER = "+815000000901", "+815000000902"
NAMES = ("DialCallStatus", "DialCallDuration", "DialBridged", "CallStatus")


def server(nouns: str, attributes: str = "", **replies) -> Server:
    dial = f'<Dial action="/done" {attributes}>{nouns}</Dial>'
    given = {"incoming": dial, "done": "<Hangup/>", "progress": "", "recording": ""}
    given |= replies
    return Server({f"/{name}": reply for name, reply in given.items()})


def picks_up(after: float = 3.0, talks: float = 60.0):
    async def callee(leg):
        await leg.clock.sleep(after)
        leg.answer()
        await leg.clock.sleep(talks)
        leg.hang_up()

    return callee


async def is_busy(leg):
    leg.decline("busy")


async def lets_ring(leg):
    await leg.over.wait()


def call(served: Server, callees: dict[str, object], hangs_up: float = 0.0):
    async def story(exchange):
        for name, callee in callees.items():
            (exchange.phones if name[0] == "+" else exchange.clients)[name] = callee
        leg = exchange.ring(CALLER, LINE)
        if hangs_up:
            await exchange.clock.sleep(hangs_up)
            leg.hang_up()

    return play(served, story)


def posted(served: Server) -> list[str]:
    (form,) = served.forms("/done")
    return [form[name] for name in NAMES]


@pytest.mark.parametrize(
    ("nouns", "callees", "expected"),
    [
        (
            f"<Number>{FRIEND}</Number>",
            {FRIEND: picks_up()},
            ["completed", "60", "true", "in-progress"],
        ),
        (FRIEND, {FRIEND: picks_up()}, ["completed", "60", "true", "in-progress"]),
        (
            "<Client>anna</Client>",
            {"anna": picks_up()},
            ["completed", "60", "true", "in-progress"],
        ),
        (FRIEND, {FRIEND: is_busy}, ["busy", "0", "false", "in-progress"]),
        (FRIEND, {FRIEND: lets_ring}, ["no-answer", "0", "false", "in-progress"]),
        (FRIEND, {}, ["failed", "0", "false", "in-progress"]),
        (
            "<Client>nobody</Client>",
            {},
            ["no-answer", "0", "false", "in-progress"],
        ),
    ],
)
def test_dial_action_tells_what_became_of_the_leg(nouns, callees, expected):
    served = server(nouns)

    call(served, callees)

    assert posted(served) == expected


def test_dial_action_of_a_caller_who_hangs_up_first():
    served = server(FRIEND)

    exchange = call(served, {FRIEND: picks_up()}, hangs_up=23)

    leg, child = exchange.calls.values()
    assert posted(served) == ["completed", "20", "true", "completed"]
    assert (leg.hung_up_by, child.hung_up_by) == ("caller", "other")
    assert (child.parent_sid, child.direction, child.status) == (
        leg.sid,
        "outbound-dial",
        "completed",
    )


def test_first_to_answer_wins_and_the_rest_is_canceled():
    served = server(f"<Number>{FRIEND}</Number><Number>{OTHER}</Number>")

    exchange = call(served, {FRIEND: picks_up(9), OTHER: picks_up(4)})

    status = {leg.to: leg.status for leg in exchange.calls.values()}
    assert status == {LINE: "completed", FRIEND: "canceled", OTHER: "completed"}


def test_in_sequence_the_second_rings_after_the_first():
    served = server(
        f"<Number>{FRIEND}</Number><Number>{OTHER}</Number>", 'sequential="true"'
    )

    exchange = call(served, {FRIEND: is_busy, OTHER: picks_up(4)})

    status = [leg.status for leg in exchange.calls.values()]
    assert status == ["completed", "busy", "completed"]
    assert posted(served)[0] == "completed"


def test_child_leg_tells_its_progress_in_order_with_numbers():
    noun = (
        f'<Number statusCallback="/progress" statusCallbackEvent='
        f'"initiated ringing answered completed">{FRIEND}</Number>'
    )
    served = server(noun)

    exchange = call(served, {FRIEND: picks_up()})

    leg, child = exchange.calls.values()
    forms = served.forms("/progress")
    assert [(form["CallStatus"], form["SequenceNumber"]) for form in forms] == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
    ]
    assert {form["ParentCallSid"] for form in forms} == {leg.sid}
    assert {form["CallSid"] for form in forms} == {child.sid}
    assert [form.get("CallDuration") for form in forms] == [None, None, None, "60"]
    assert all("FromCity" not in form for form in forms)


def test_only_the_end_is_told_unless_asked_and_its_number_is_zero():
    served = server(f'<Number statusCallback="/progress">{FRIEND}</Number>')

    call(served, {FRIEND: is_busy})

    (form,) = served.forms("/progress")
    names = (
        "CallStatus",
        "SequenceNumber",
        "CallDuration",
        "Duration",
        "SipResponseCode",
    )
    assert [form[name] for name in names] == ["busy", "0", "0", "0", "486"]


def test_screening_document_that_ends_the_leg_leaves_it_unbridged():
    served = server(f'<Number url="/screen">{FRIEND}</Number>', screen="<Hangup/>")

    call(served, {FRIEND: picks_up()})

    assert posted(served)[:3] == ["completed", "0", "false"]


def test_screening_document_is_heard_before_the_two_talk():
    served = server(
        f'<Number url="/screen">{FRIEND}</Number>', screen="<Say>A customer</Say>"
    )

    exchange = call(served, {FRIEND: picks_up()})

    leg, child = exchange.calls.values()
    assert [heard.text for heard in child.heard] == ["A customer", "connected"]
    assert [heard.verb for heard in leg.heard] == ["Ring", "note"]


def test_dial_that_records_tells_of_the_recording():
    served = server(
        FRIEND,
        'record="record-from-answer-dual" recordingStatusCallback="/recording"',
    )

    exchange = call(served, {FRIEND: picks_up()})

    (recording,) = exchange.recordings.values()
    (form,) = served.forms("/recording")
    names = ("RecordingSource", "RecordingChannels", "RecordingDuration", "CallSid")
    leg = next(iter(exchange.calls.values()))
    assert [form[name] for name in names] == ["DialVerb", "2", "60", leg.sid]
    assert served.forms("/done")[0]["RecordingSid"] == recording.sid


@pytest.mark.parametrize(
    ("callee", "statuses", "heard"),
    [
        (picks_up(talks=900), ["initiated", "ringing", "in-progress", "completed"], 1),
        (is_busy, ["initiated", "ringing", "busy"], 0),
        (lets_ring, ["initiated", "ringing", "no-answer"], 0),
    ],
)
def test_call_made_by_rest_rings_and_tells_its_progress(callee, statuses, heard):
    served = server("", outbound="<Say>Hello</Say>")

    async def story(exchange):
        exchange.phones[FRIEND] = callee
        exchange.call_out(
            LINE,
            FRIEND,
            f"{BASE}/outbound",
            status_callback=f"{BASE}/progress",
            status_events=("initiated", "ringing", "answered", "completed"),
        )

    exchange = play(served, story)

    (leg,) = exchange.calls.values()
    posted = [form["CallStatus"] for form in served.forms("/progress")]
    assert (posted, leg.direction) == (statuses, "outbound-api")
    assert len(leg.heard) == heard


def test_call_made_by_rest_can_be_canceled_while_it_rings():
    served = server("")

    async def story(exchange):
        exchange.phones[FRIEND] = lets_ring
        leg = exchange.call_out(
            LINE, FRIEND, f"{BASE}/x", status_callback=f"{BASE}/progress"
        )
        await exchange.clock.sleep(5)
        exchange.update_call(leg.sid, status="canceled")

    exchange = play(served, story)

    (leg,) = exchange.calls.values()
    assert (leg.status, leg.duration) == ("canceled", 0)
    assert [form["CallStatus"] for form in served.forms("/progress")] == ["canceled"]


def test_parent_is_picked_up_only_when_bridged_where_so_asked():
    served = server(FRIEND, 'answerOnBridge="true"')

    exchange = call(served, {FRIEND: picks_up(7)})

    leg = next(iter(exchange.calls.values()))
    assert (leg.answered_at - START).total_seconds() == 7


def test_star_hangs_the_called_party_up_where_so_asked():
    served = server(FRIEND, 'hangupOnStar="true"')

    async def story(exchange):
        exchange.phones[FRIEND] = picks_up(1)
        leg = exchange.ring(CALLER, LINE)
        await exchange.clock.sleep(21)
        leg.press("*")

    play(served, story)

    assert posted(served) == ["completed", "20", "true", "in-progress"]


def test_time_limit_ends_the_conversation():
    served = server(FRIEND, 'timeLimit="15"')

    call(served, {FRIEND: picks_up()})

    assert posted(served) == ["completed", "15", "true", "in-progress"]


def test_conference_is_not_played_and_said_so():
    served = server("<Conference>room</Conference>")

    exchange = call(served, {})

    (leg,) = exchange.calls.values()
    assert served.forms("/done")[0]["DialCallStatus"] == "failed"
    assert leg.heard[0].verb == "note"
