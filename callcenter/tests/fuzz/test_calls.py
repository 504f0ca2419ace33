"""Random calls that follow our documents, with junk, repeats and disorder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from callcenter.flow import current
from callcenter.models import Queue, WebhookEvent
from callcenter.models.pins import DEMO_PIN
from callcenter.tests.fuzz.checked import CheckedRequests
from callcenter.tests.fuzz.effort import effort
from callcenter.tests.fuzz.invariants import assert_invariants, delete_all_rows
from callcenter.tests.fuzz.legs import Leg, Move
from callcenter.tests.fuzz.requests import queries, with_form
from callcenter.tests.fuzz.tally import TALLY
from callcenter.tests.fuzz.values import CALLERS, OPERATORS, PARAMETERS, PLACES
from callcenter.tests.fuzz.wsgi import Reply, Sent
from callcenter.tests.twilio_client import CALLER, LINE

pytestmark = pytest.mark.usefixtures("installed")

# A quarter to midnight in Tokyo, so that calls last into the next day.
START = datetime(2026, 11, 22, 14, 45, tzinfo=UTC)
DAYS = ("2026-11-21", "2026-11-25")
MOST_LEGS = 8

callers = st.one_of(
    st.just(CALLER), st.sampled_from(OPERATORS), st.sampled_from(CALLERS)
)
lengths = st.one_of(st.integers(0, 5), st.integers(0, 700))


class Calls(RuleBasedStateMachine):
    """Some callers and operators, and Twilio between them and MiniCC."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        delete_all_rows()
        self.checked = CheckedRequests()
        self.legs: list[Leg] = []
        self.sent: list[Sent] = []
        self.held_back: list[Sent] = []
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()

    @initialize(signed_in=st.booleans(), waiting=st.integers(0, 2))
    def some_are_there(self, signed_in: bool, waiting: int) -> None:
        """Begin with some legs: random steps alone hardly ever make a conversation."""
        if signed_in:
            self._calls(OPERATORS[0])
            for key in ("", DEMO_PIN):
                self._make_first(self.legs[-1], key)
        for _ in range(waiting):
            self._calls(CALLER)
            self._make_first(self.legs[-1], "1")

    @rule(from_=callers)
    @precondition(lambda self: len(self.legs) < MOST_LEGS)
    def somebody_calls(self, from_: str) -> None:
        """A new leg makes its first request."""
        self._calls(from_)

    @rule(data=st.data(), seconds=lengths, times=st.integers(1, 3))
    @precondition(lambda self: self.legs)
    def goes_on(self, data: st.DataObject, seconds: int, times: int) -> None:
        """A leg makes the next requests that are possible."""
        leg = data.draw(st.sampled_from(self.legs), label="leg")
        for _ in range(times):
            self._make(leg, self._next(data, leg, seconds))

    @rule(data=st.data(), seconds=st.integers(5, 700))
    @precondition(lambda self: any(leg.enqueue is not None for leg in self.legs))
    def somebody_gives_up(self, data: st.DataObject, seconds: int) -> None:
        """A waiting caller hangs up."""
        waiting = [leg for leg in self.legs if leg.enqueue is not None]
        leg = data.draw(st.sampled_from(waiting), label="leg")
        moves = {move.name: move for move in leg.moves(self.legs, seconds)}
        self._make(leg, moves["leaves: hangup"])

    @rule(data=st.data(), seconds=lengths)
    @precondition(lambda self: self._pairs())
    def they_talk(self, data: st.DataObject, seconds: int) -> None:
        """A whole conversation, whose requests arrive in any order."""
        operator, caller = data.draw(st.sampled_from(self._pairs()), label="pair")
        taken = operator.takes(caller, seconds)
        assert taken is not None
        later = [
            (leg, move)
            for leg in (operator, caller)
            for move in leg.moves(self.legs, seconds)
            if move.name in ("talked", "leaves: bridged")
        ]
        order = data.draw(st.permutations([(caller, taken), *later]), label="order")
        for leg, move in order:
            reply = self._post(self._request(leg, move))
            if move is not taken:
                leg.has_heard(move, reply)

    @rule(data=st.data(), seconds=lengths)
    @precondition(lambda self: self._pairs())
    def an_operator_takes_a_caller(self, data: st.DataObject, seconds: int) -> None:
        """An operator is given a caller of the queue that both wait in."""
        operator, caller = data.draw(st.sampled_from(self._pairs()), label="pair")
        move = operator.takes(caller, seconds)
        assert move is not None
        self._post(self._request(caller, move))

    @rule(
        data=st.data(),
        seconds=lengths,
        junk=st.lists(
            st.sampled_from(sorted(PARAMETERS.keys() - {"AccountSid", "CallSid"})),
            max_size=4,
        ),
    )
    @precondition(lambda self: self.legs)
    def goes_on_oddly(self, data: st.DataObject, seconds: int, junk: list[str]) -> None:
        """A leg makes a possible request, with parameters of odd values."""
        leg = data.draw(st.sampled_from(self.legs), label="leg")
        move = self._next(data, leg, seconds)
        odd = {name: data.draw(PARAMETERS[name], label=name) for name in junk}
        target = move.target
        if data.draw(st.booleans(), label="odd query"):
            target = f"{target.partition('?')[0]}?{data.draw(queries())}"
        self._make(leg, Move(move.name, target, move.params | odd))

    @rule(data=st.data(), place=st.one_of(*PLACES.values()))
    @precondition(lambda self: self.legs)
    def comes_from_nowhere(self, data: st.DataObject, place: str) -> None:
        """A request about a leg to a path that no document has named."""
        leg = data.draw(st.sampled_from(self.legs), label="leg")
        self._post(self._request(leg, Move("strays", f"/twilio/{place}")))

    @rule(data=st.data(), seconds=lengths)
    @precondition(lambda self: self.legs)
    def is_held_back(self, data: st.DataObject, seconds: int) -> None:
        """A request is delayed; it arrives later or never."""
        leg = data.draw(st.sampled_from(self.legs), label="leg")
        self.held_back.append(self._request(leg, self._next(data, leg, seconds)))

    @rule(data=st.data())
    @precondition(lambda self: self.held_back)
    def arrives_late(self, data: st.DataObject) -> None:
        """A delayed request arrives."""
        place = data.draw(st.integers(0, len(self.held_back) - 1), label="which")
        self._post(self.held_back.pop(place))

    @rule(data=st.data(), has_token=st.booleans())
    @precondition(lambda self: self.sent)
    def comes_again(self, data: st.DataObject, has_token: bool) -> None:
        """A request is repeated; with its token it must change no decision."""
        sent = data.draw(st.sampled_from(self.sent), label="again")
        decided = _decisions()
        self._post(sent if has_token else Sent(sent.target, sent.body))
        if has_token:
            assert _decisions() == decided

    @rule(seconds=st.integers(0, 4000))
    def time_passes(self, seconds: int) -> None:
        """The clock goes on."""
        self.now.shift(seconds)

    @rule(slug=st.sampled_from(["support", "sales"]))
    def the_setup_changes(self, slug: str) -> None:
        """A queue is switched off or on."""
        queue = Queue.objects.get(slug=slug)
        queue.is_active = not queue.is_active
        queue.save()
        current.forget()

    def teardown(self) -> None:
        """All events are derived, the balance holds, and a rebuild changes nothing."""
        try:
            assert_invariants(*DAYS, self.folder)
            TALLY["calls"] += len(self.legs)
        finally:
            self.clock.stop()
            for queue in Queue.objects.filter(is_active=False):
                queue.is_active = True
                queue.save()
            current.forget()

    def _pairs(self) -> list[tuple[Leg, Leg]]:
        return [
            (operator, caller)
            for operator in self.legs
            for caller in self.legs
            if operator is not caller
            and operator.dial is not None
            and operator.dial.find("Queue") is not None
            and caller.enqueue is not None
            and operator.dial.findtext("Queue") == caller.enqueue.text
        ]

    def _next(self, data: st.DataObject, leg: Leg, seconds: int) -> Move:
        moves = list(leg.moves(self.legs, seconds))
        moves.append(Move("fails", "/twilio/fallback/", {"ErrorCode": "11200"}))
        # The name is drawn first: five of the moves end the call, which would end most.
        name = data.draw(st.sampled_from(sorted({move.name for move in moves})))
        those = [move for move in moves if move.name == name]
        return data.draw(st.sampled_from(those), label="move")

    def _calls(self, from_: str) -> None:
        leg = Leg(f"CA{len(self.legs):032x}", from_, LINE)
        self.legs.append(leg)
        self._make(leg, Move("rings", "/twilio/incoming/"))

    def _make_first(self, leg: Leg, digits: str) -> None:
        """Make the first possible request with these Digits ("" for none)."""
        moves = list(leg.moves(self.legs, 0))
        self._make(leg, next(m for m in moves if m.params.get("Digits", "") == digits))

    def _request(self, leg: Leg, move: Move) -> Sent:
        number = len(self.sent) + len(self.held_back)
        return Sent(
            move.target,
            with_form(leg.form(move)),
            token=f"token-{len(self.legs)}-{number}",
        )

    def _make(self, leg: Leg, move: Move) -> None:
        leg.has_heard(move, self._post(self._request(leg, move)))

    def _post(self, sent: Sent) -> Reply:
        self.now.shift(0.25)
        reply = self.checked.send(sent)
        self.sent.append(sent)
        return reply


def _decisions() -> dict[str, str]:
    return dict(WebhookEvent.objects.values_list("dedup_key", "decision"))


def test_random_calls_are_answered_stored_and_derived(tmp_path):
    Calls.folder = tmp_path

    run_state_machine_as_test(Calls, settings=effort(8, 300, steps=60))
