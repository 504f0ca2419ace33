"""Each call is counted once, and the last ones stay for the stand-in's call log."""

from callcenter.demo.live import tally as module
from callcenter.demo.live.tally import Tally
from callcenter.tests.standin.server import CALLER, LINE, Server, play


def test_calls_are_counted_once_and_the_oldest_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST_LEGS_KEPT", 2)

    async def story(exchange):
        for _ in range(3):
            await exchange.ring(CALLER, LINE).over.wait()

    exchange = play(Server({"/incoming": "<Say>Goodbye</Say>"}), story)
    sids = list(exchange.calls)
    tally = Tally(lambda _leg: False)

    tally.take(exchange)
    tally.take(exchange)

    assert tally.otherwise == 3
    assert list(exchange.calls) == sids[1:]
    assert tally.give_up(exchange) == 0
