"""Faults on request: what is lost, late, doubled, overtaken, and what is said of it."""

from random import Random

from callcenter.standin.network.faults import Faults
from callcenter.tests.standin.queue_calls import caller, server
from callcenter.tests.standin.server import CALLER, LINE, Server, call, only, play

HELLO = "<Say>Hello</Say>"
CLOSING = frozenset({"enqueue", "status"})


def test_dropped_callback_is_lost_for_good_and_said_so():
    served = server()

    async def story(exchange):
        leg = caller(exchange)
        await exchange.clock.sleep(20)
        leg.hang_up()

    exchange = play(
        served,
        story,
        faults=Faults(Random(1), drop=1.0, kinds=CLOSING),
    )

    assert served.paths() == ["/incoming", "/wait", "/wait"]
    lost = [(sent.kind, sent.outcome) for sent in exchange.sent if sent.is_lost]
    assert lost == [("enqueue", "dropped"), ("status", "dropped")]


def test_dropped_document_request_is_a_failed_connection_and_tried_again():
    served = Server({"/incoming": HELLO})

    class Once(Faults):
        left = 1

        def drops(self, kind):
            self.left -= 1
            return self.left >= 0

    exchange = call(served, faults=Once(Random(1)))

    assert only(exchange).heard[0].text == "Hello"
    assert exchange.sent[0].tries == 2


def test_dropped_answer_reached_the_server():
    served = Server({"/incoming": HELLO})

    exchange = call(
        served, faults=Faults(Random(1), drop_answer=1.0, kinds=frozenset({"incoming"}))
    )

    sent = exchange.sent[0]
    assert (sent.arrived, sent.outcome, sent.is_lost) == (1, "unanswered", False)
    assert served.paths() == ["/incoming", "/status"]
    assert [heard.verb for heard in only(exchange).heard] == ["note", "Apology"]


def test_duplicate_arrives_twice_with_the_same_token_and_is_executed_once():
    served = Server({"/incoming": HELLO})

    exchange = call(served, faults=Faults(Random(1), duplicate=1.0))

    first, second = served.tokens("/incoming")
    assert first == second
    assert [heard.text for heard in only(exchange).heard] == ["Hello"]
    assert [sent.arrived for sent in exchange.sent] == [2, 2]


def test_delay_lets_a_request_set_out_late():
    served = Server({"/incoming": HELLO})

    call(served, faults=Faults(Random(1), delay=1.0, delay_seconds=3.0))

    (at,) = served.times("/incoming")
    assert 0 < at < 3


def test_reorder_lets_callbacks_overtake_each_other_and_documents_never():
    served = Server({"/incoming": "<Hangup/>"})

    async def story(exchange):
        for index in range(20):
            exchange.ring(f"+8150000003{index:02}", LINE)
            await exchange.clock.sleep(1)

    play(served, story, faults=Faults(Random(1), reorder=1.0))

    came = [form["From"] for form in served.forms("/status")]
    assert came != sorted(came)
    assert sorted(came) == [form["From"] for form in served.forms("/incoming")]


def test_same_seed_gives_the_same_calls():
    def once():
        served = Server({"/incoming": HELLO})
        exchange = call(served, faults=Faults(Random(3), delay=0.5, duplicate=0.5))
        return served.received, [sent.token for sent in exchange.sent], CALLER

    assert once() == once()
