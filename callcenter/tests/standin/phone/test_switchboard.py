"""Calls made by hand: placed, watched, steered, and ended where a page was closed."""

import asyncio
import time
from dataclasses import asdict

from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.network.clock import Clock, run_virtual
from callcenter.standin.phone.switchboard import (
    MOST_CALLS,
    REMEMBERED_SECONDS,
    SILENT_SECONDS,
    Switchboard,
)
from callcenter.tests.standin.server import (
    ACCOUNT,
    BASE,
    CALLER,
    LINE,
    OPERATOR,
    START,
    Reply,
    Server,
)

MENU = (
    '<Gather numDigits="1" action="/chosen"><Say language="ja-JP">番号を</Say></Gather>'
)
TALKATIVE = '<Say>Hi</Say><Pause length="60"/>'
NUMBER = asdict(Number(LINE, f"{BASE}/incoming", status_callback=f"{BASE}/status"))

PLACED = {"do": "place", "number": NUMBER, "queues": ["support"], "from": CALLER}


def by_hand(server, story):
    """Plays a story of a switchboard in virtual time; returns its result."""

    async def work():
        exchange = Exchange(ACCOUNT, server, Clock(start=START))
        found = await story(Switchboard(exchange))
        for leg in exchange.calls.values():
            leg.hang_up()
        await exchange.settle()
        return found

    return run_virtual(work())


async def place(switchboard, caller=CALLER):
    state = await switchboard.answer(PLACED | {"from": caller})
    return state["call"]


async def news(switchboard, call, since=0, changes=0, wait=0):
    question = {"do": "news", "call": call, "since": since}
    return await switchboard.answer(question | {"changes": changes, "wait": wait})


def said(state):
    return [(one["verb"], one["text"]) for one in state["news"]]


def test_caller_hears_the_menu_and_what_a_key_leads_to():
    async def story(switchboard):
        call = await place(switchboard)
        await asyncio.sleep(1)
        first = await news(switchboard, call)
        await switchboard.answer({"do": "press", "call": call, "digits": "1"})
        await asyncio.sleep(1)
        return first, await news(switchboard, call, since=1)

    server = Server({"/incoming": MENU, "/chosen": "<Say>Bye</Say><Hangup/>"})
    first, then = by_hand(server, story)

    assert first == {
        "call": first["call"],
        "from": CALLER,
        "to": LINE,
        "doing": "menu",
        "seconds": 1,
        "queue": "",
        "position": 0,
        "with": "",
        "talk_seconds": 0,
        "hung_up_by": "",
        "changes": first["changes"],
        "news": [
            {
                "number": 1,
                "at": START.isoformat(),
                "verb": "Say",
                "text": "番号を",
                "language": "ja-JP",
                "seconds": 0.5,
            }
        ],
    }
    assert said(then) == [("press", "1"), ("Say", "Bye")]
    assert [one["number"] for one in then["news"]] == [2, 3]
    assert (then["doing"], then["hung_up_by"]) == ("over", "system")
    assert [form["Digits"] for form in server.forms("/chosen")] == ["1"]


def test_who_hangs_up_is_told_at_once_that_it_is_over():
    async def story(switchboard):
        call = await place(switchboard)
        await asyncio.sleep(1)
        await switchboard.answer({"do": "hang_up", "call": call})
        return await news(switchboard, call, wait=3)

    state = by_hand(Server({"/incoming": MENU}), story)

    assert (state["doing"], state["hung_up_by"]) == ("over", "caller")


def test_news_are_waited_for_but_not_for_long():
    async def story(switchboard):
        call = await place(switchboard)
        await asyncio.sleep(1)
        loop, state = asyncio.get_running_loop(), await news(switchboard, call)
        before = loop.time()
        await news(switchboard, call, since=1, changes=state["changes"], wait=2)
        return loop.time() - before

    assert by_hand(Server({"/incoming": TALKATIVE}), story) == 2


def test_caller_and_operator_hear_each_other():
    documents: dict[str, Reply | list[Reply]] = {
        "/incoming": '<Enqueue waitUrl="/wait">support</Enqueue>',
        "/wait": '<Pause length="60"/>',
        "/operator": "<Dial><Queue>support</Queue></Dial>",
    }
    at_operator = NUMBER | {"voice_url": f"{BASE}/operator"}

    async def story(switchboard):
        caller = await place(switchboard)
        await asyncio.sleep(1)
        waiting = await news(switchboard, caller)
        ringing = PLACED | {"number": at_operator, "from": OPERATOR}
        operator = (await switchboard.answer(ringing))["call"]
        await asyncio.sleep(1)
        sentence = {"text": "もしもし", "language": "ja-JP"}
        await switchboard.answer({"do": "say", "call": caller} | sentence)
        await asyncio.sleep(2)
        talking = await news(switchboard, caller), await news(switchboard, operator)
        await switchboard.answer({"do": "hang_up", "call": caller})
        await switchboard.answer({"do": "say", "call": caller} | sentence)
        await asyncio.sleep(1)
        return waiting, *talking, await news(switchboard, caller)

    waiting, caller, operator, after = by_hand(Server(documents), story)

    keys = ("doing", "queue", "position", "with")
    assert [waiting[key] for key in keys] == ["queued", "support", 1, ""]
    assert [caller[key] for key in keys] == ["talking", "", 0, OPERATOR]
    assert [operator[key] for key in keys] == ["talking", "", 0, CALLER]
    assert caller["talk_seconds"] == operator["talk_seconds"] == 3
    assert ("say", "もしもし") in said(caller)
    assert ("Voice", "もしもし") in said(operator)
    assert said(after).count(("say", "もしもし")) == 1


def test_operator_who_is_there_first_waits_for_a_caller():
    server = Server({"/incoming": "<Dial><Queue>support</Queue></Dial>"})

    async def story(switchboard):
        call = await place(switchboard, OPERATOR)
        await asyncio.sleep(1)
        return await news(switchboard, call)

    state = by_hand(server, story)

    assert (state["doing"], state["news"]) == ("dialling", [])


def test_one_call_too_many_ends_the_one_that_has_lasted_longest():
    async def story(switchboard):
        calls = [await place(switchboard) for _ in range(MOST_CALLS)]
        placed = await switchboard.answer(PLACED)
        await asyncio.sleep(1)
        return placed, [(await news(switchboard, call))["hung_up_by"] for call in calls]

    placed, (first, *others) = by_hand(Server({"/incoming": TALKATIVE}), story)

    assert placed["doing"] == "ringing"
    assert first == "caller"
    assert "caller" not in others


def test_call_of_a_page_that_asks_no_more_is_hung_up_and_in_the_end_forgotten():
    async def story(switchboard):
        call = await place(switchboard)
        now = time.monotonic()
        switchboard.clean_up(now + SILENT_SECONDS - 1)
        await asyncio.sleep(1)
        before = await news(switchboard, call)
        switchboard.clean_up(time.monotonic() + SILENT_SECONDS + 1)
        await asyncio.sleep(1)
        after = await news(switchboard, call)
        switchboard.clean_up(time.monotonic() + REMEMBERED_SECONDS + 1)
        return before["doing"], after["doing"], await news(switchboard, call)

    found = by_hand(Server({"/incoming": TALKATIVE}), story)

    assert found == ("listening", "over", {"error": "unknown call"})
