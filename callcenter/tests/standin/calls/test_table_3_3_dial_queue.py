"""docs/twilio.md 3.3: how Dial with Queue behaves, row by row."""

from callcenter.standin.calls.choices import Choices
from callcenter.tests.standin.queue_calls import caller, operator, server
from callcenter.tests.standin.server import OPERATOR, play

SECOND = "+815000000202"
CALLERS = ("+815000000301", "+815000000302", "+815000000303")


def test_queue_empty_row_dial_waits_until_somebody_enters():
    served = server()

    async def story(exchange):
        agent = operator(exchange)
        await exchange.clock.sleep(40)
        caller(exchange)
        await exchange.clock.sleep(30)
        agent.hang_up()

    play(served, story)

    (form,) = served.forms("/connect")
    assert served.times("/connect") == [40.1]
    assert form["QueueTime"] == "0"


def test_queue_empty_row_or_the_time_out_passes():
    served = server()

    async def story(exchange):
        operator(exchange)

    play(served, story)

    (form,) = served.forms("/done")
    assert form["DialCallStatus"] == "no-answer"
    assert "DialCallSid" not in form


def test_dial_timeout_row_is_30_seconds_and_about_5_more():
    dial = '<Dial action="/done"><Queue>sales</Queue></Dial>'
    served = server(desk=dial)

    async def story(exchange):
        operator(exchange)

    play(served, story)

    assert served.times("/done") == [35.0]


def test_dial_timeout_row_goes_from_5_to_600_seconds():
    dials = [
        f'<Dial action="/done" timeout="{seconds}"><Queue>sales</Queue></Dial>'
        for seconds in (1, 5000)
    ]
    served = server(desk=dials)

    async def story(exchange):
        await operator(exchange).over.wait()
        operator(exchange)

    play(served, story)

    assert served.times("/done") == [10.0, 615.0]


def test_dial_that_records_keeps_the_conversation_without_the_announcement():
    dial = (
        '<Dial action="/done" timeout="60" record="record-from-answer"'
        ' recordingStatusCallback="/recording">'
        '<Queue url="/connect">sales</Queue></Dial>'
    )
    served = server(desk=dial, recording="")

    async def story(exchange):
        agent = operator(exchange)
        await exchange.clock.sleep(10)
        leg = caller(exchange)
        while leg.doing != "talking":
            await exchange.clock.sleep(0.1)
        await exchange.clock.sleep(30)
        leg.hang_up()
        await agent.over.wait()

    exchange = play(served, story)

    (recording,) = exchange.recordings.values()
    (leg,) = [one for one in exchange.calls.values() if one.from_ == OPERATOR]
    assert (recording.call_sid, recording.source) == (leg.sid, "DialVerb")
    assert (recording.duration, recording.channels) == (30, 1)
    assert recording.started_at == leg.talks[0].began_at
    (told,), (form,) = served.forms("/recording"), served.forms("/done")
    assert (told["RecordingSid"], told["CallSid"]) == (recording.sid, leg.sid)
    assert form["RecordingSid"] == recording.sid


def test_dial_that_records_and_gets_nobody_keeps_nothing():
    dial = (
        '<Dial action="/done" timeout="5" record="record-from-answer"'
        ' recordingStatusCallback="/recording"><Queue>sales</Queue></Dial>'
    )
    served = server(desk=dial, recording="")

    async def story(exchange):
        operator(exchange)

    exchange = play(served, story)

    assert exchange.recordings == {}
    assert served.forms("/recording") == []
    assert "RecordingSid" not in served.forms("/done")[0]


def test_queue_does_not_exist_row_an_error_status_at_once():
    served = server()

    async def story(exchange):
        agent = operator(exchange)
        exchange.queues.clear()
        await agent.over.wait()

    play(served, story)

    (form,) = served.forms("/done")
    assert served.times("/done") == [0.0]
    assert form["DialCallStatus"] == "failed"


def test_no_dial_action_row_the_next_verb_runs():
    dial = '<Dial timeout="5"><Queue>sales</Queue></Dial><Redirect>/next</Redirect>'
    served = server(desk=dial, next="<Hangup/>")

    async def story(exchange):
        operator(exchange)

    play(served, story)

    assert served.times("/next") == [10.0]


def test_time_limit_row_ends_a_conversation_after_four_hours():
    served = server()

    async def story(exchange):
        operator(exchange)
        caller(exchange)

    exchange = play(served, story)

    leg = next(leg for leg in exchange.calls.values() if leg.visits)
    assert [talk.seconds for talk in leg.talks] == [14_398]
    assert [form["QueueResult"] for form in served.forms("/action")] == ["bridged"]


def test_time_limit_row_or_as_given():
    served = server(desk='<Dial timeLimit="60"><Queue>sales</Queue></Dial>')

    async def story(exchange):
        operator(exchange)
        caller(exchange)

    exchange = play(served, story)

    leg = next(leg for leg in exchange.calls.values() if leg.visits)
    assert [talk.seconds for talk in leg.talks] == [60]


def test_several_agents_row_first_come_first_served():
    served = server()

    async def story(exchange):
        agents = [operator(exchange), operator(exchange, SECOND)]
        for number in CALLERS[:2]:
            await exchange.clock.sleep(1)
            caller(exchange, number)
        await exchange.clock.sleep(20)
        for agent in agents:
            agent.hang_up()

    exchange = play(served, story)

    agents = [leg for leg in exchange.calls.values() if not leg.visits]
    callers = [leg for leg in exchange.calls.values() if leg.visits]
    assert [leg.visits[0].dequeued_by for leg in callers] == [leg.sid for leg in agents]


def test_several_agents_row_any_of_them_where_so_chosen():
    served = server()

    async def story(exchange):
        agents = [operator(exchange, f"+8150000002{index:02}") for index in range(20)]
        await exchange.clock.sleep(1)
        for _number in range(10):
            caller(exchange)
        await exchange.clock.sleep(20)
        for agent in agents:
            agent.hang_up()

    exchange = play(served, story, choices=Choices(serves="any"))

    agents = [leg.sid for leg in exchange.calls.values() if not leg.visits]
    served_by = [
        leg.visits[0].dequeued_by for leg in exchange.calls.values() if leg.visits
    ]
    assert sorted(agents.index(sid) for sid in served_by) != list(range(10))
    assert len(set(served_by)) == 10


def test_callers_leave_the_queue_in_the_order_they_came():
    served = server()

    async def story(exchange):
        for number in CALLERS:
            caller(exchange, number)
            await exchange.clock.sleep(2)
        for _number in CALLERS:
            agent = operator(exchange)
            await exchange.clock.sleep(20)
            agent.hang_up()

    play(served, story)

    assert [form["From"] for form in served.forms("/connect")] == list(CALLERS)


def test_queue_name_row_the_noun_takes_the_name_and_not_the_sid():
    served = server()

    async def story(exchange):
        sid = exchange.queue("sales").sid
        served.replies["/desk"] = (
            f'<Dial action="/done" timeout="60"><Queue>{sid}</Queue></Dial>'
        )
        operator(exchange)

    play(served, story)

    assert [form["DialCallStatus"] for form in served.forms("/done")] == ["failed"]


def test_connect_request_is_about_the_caller_and_names_the_operator():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(41.5)
        agent = operator(exchange)
        await exchange.clock.sleep(1)
        assert leg.heard[-1].text == "An operator for you"
        assert [heard.verb for heard in agent.heard] == []
        await exchange.clock.sleep(60)
        leg.hang_up()

    exchange = play(served, story)

    leg, agent = exchange.calls.values()
    (form,) = served.forms("/connect")
    names = ("CallSid", "QueueSid", "QueueTime", "DequeingCallSid", "CallStatus")
    assert [form[name] for name in names] == [
        leg.sid,
        exchange.queues["sales"].sid,
        "41",
        agent.sid,
        "in-progress",
    ]


def test_dial_action_tells_the_caller_and_the_bridged_seconds():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(10)
        operator(exchange)
        await exchange.clock.sleep(70)
        leg.hang_up()

    exchange = play(served, story)

    leg, agent = exchange.calls.values()
    (form,) = served.forms("/done")
    names = ["DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged"]
    names += ["QueueTime", "DequeingCallSid", "CallStatus"]
    assert [form[name] for name in names] == [
        "completed",
        leg.sid,
        "68",
        "true",
        "9",
        agent.sid,
        "in-progress",
    ]


def test_dial_action_of_an_operator_who_hangs_up_still_comes():
    served = server()

    async def story(exchange):
        caller(exchange)
        agent = operator(exchange, OPERATOR)
        await exchange.clock.sleep(30)
        agent.hang_up()

    play(served, story)

    (form,) = served.forms("/done")
    assert (form["CallStatus"], form["DialCallStatus"]) == ("completed", "completed")


def test_caller_who_leaves_during_the_announcement_was_never_bridged():
    served = server(connect='<Pause length="5"/>')

    async def story(exchange):
        leg = caller(exchange)
        operator(exchange)
        await exchange.clock.sleep(2)
        leg.hang_up()

    exchange = play(served, story)

    (form,) = served.forms("/done")
    posted = [
        form[name] for name in ("DialCallStatus", "DialBridged", "DialCallDuration")
    ]
    assert posted == ["completed", "false", "0"]
    assert [leg.talks for leg in exchange.calls.values()] == [[], []]


def test_operator_who_leaves_during_the_announcement_sends_the_caller_back():
    served = server(connect='<Pause length="5"/>')

    async def story(exchange):
        first, second = caller(exchange, CALLERS[0]), caller(exchange, CALLERS[1])
        await exchange.clock.sleep(10)
        agent = operator(exchange)
        await exchange.clock.sleep(2)
        agent.hang_up()
        await exchange.clock.sleep(10)
        later = operator(exchange, SECOND)
        await exchange.clock.sleep(30)
        for leg in (first, second, later):
            leg.hang_up()

    play(served, story)

    posted = [(form["From"], form["QueueTime"]) for form in served.forms("/connect")]
    assert posted == [(CALLERS[0], "9"), (CALLERS[0], "21")]


def test_operator_who_leaves_during_the_announcement_ends_the_stay_where_so_chosen():
    served = server(connect='<Pause length="5"/>')

    async def story(exchange):
        caller(exchange)
        agent = operator(exchange)
        await exchange.clock.sleep(2)
        agent.hang_up()

    play(served, story, choices=Choices(back_to_queue=False))

    posted = [form["QueueResult"] for form in served.forms("/action")]
    assert posted == ["bridging-in-process"]


def test_star_ends_a_conversation_where_so_asked():
    served = server(
        desk='<Dial hangupOnStar="true" action="/done"><Queue>sales</Queue></Dial>'
    )

    async def story(exchange):
        caller(exchange)
        agent = operator(exchange)
        await exchange.clock.sleep(20)
        agent.press("1*")

    play(served, story)

    assert served.times("/done") == [20.0]
    assert served.times("/action") == [20.0]


def test_operator_who_hangs_up_while_waiting_sends_no_dial_action():
    served = server()

    async def story(exchange):
        agent = operator(exchange)
        await exchange.clock.sleep(20)
        agent.hang_up()

    play(served, story)

    assert served.paths() == ["/desk", "/status"]
