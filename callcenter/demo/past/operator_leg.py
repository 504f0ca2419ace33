"""One operator's leg on the floor: sign in, dial, talk, wrap up, hang up.

No database.
"""

from collections.abc import Callable

from callcenter.demo.model import Origin
from callcenter.demo.past import requests
from callcenter.demo.past.floor import CallerOnFloor, Floor
from callcenter.demo.setup.scenario import MAIN_LINE, Worker

# How long Dials and pauses last, as the operator's documents say.
_ONLY_QUEUE_SECONDS = 300.0
_ONE_OF_SEVERAL_SECONDS = 15.0
_WRAP_UP_SECONDS, _NOBODY_CAME_SECONDS = 6.1, 11.1
_SIGNED_IN_SECONDS, _KEY_SECONDS = 9.0, 1.1
_PIN_SECONDS = (4.5, 8.0)
_WRONG_PIN = 0.05
_DIALS_IN_AGAIN_SECONDS = (15.0, 50.0)
# Between a talk that took all of a break and the stretch after it.
_BREATHES_SECONDS = 20.0


class OperatorLeg:
    """From dialling in to hanging up; dials in again while the stretch lasts."""

    def __init__(self, floor: Floor, worker: Worker, ends: float) -> None:
        self.floor, self.worker, self.ends = floor, worker, ends
        self.address = worker.address
        self.sid = requests.call_sid(floor.random)
        self.is_browser = worker.address.startswith("client:")
        to = "" if self.is_browser else MAIN_LINE
        self.form = requests.common(self.sid, Origin(worker.address), to)
        self.step = 1
        self.dialled = worker.queues[0]
        self._state = "signing in"  # dialling, serving, wrapping up, over
        self._plan = 0
        self._caller: CallerOnFloor | None = None
        self._next: Callable[[], None] | None = None
        self._started_at = floor.now

    def dial_in(self) -> None:
        """The leg begins, once its owner's last one is over.

        A telephone is asked for its PIN, a browser is not.
        """
        floor = self.floor
        for before in floor.operators.values():
            if before.address == self.address:
                # A talk may run past the end of a stretch, and through the break.
                before.followed_by(self._dial_in_after_all)
                return
        self._started_at = floor.now
        floor.operators[self.sid] = self
        floor.at(self.ends, self._finish)
        ringing = self.form | {"CallStatus": "ringing"}
        place = "client" if self.is_browser else "incoming"
        floor.record(0.0, f"/twilio/{place}/", ringing, "operator")
        if self.is_browser:
            self._later(0.5, lambda: self._ask_for_callers("again=0"))
        else:
            self._later(0.5, self._ask_pin)

    def take(self, caller: CallerOnFloor) -> None:
        """A caller of the queue comes on the line."""
        self._state, self._caller = "serving", caller
        caller.taken()
        self._later(0.6, lambda: caller.connect(self))

    def talked(
        self, caller_sid: str, wait: int, talk: int, *, bridged: bool, hangs_up: bool
    ) -> None:
        """The Dial is over; time for notes, or to go."""
        floor = self.floor
        self._caller = None
        was_gone = self._state == "over"
        self.step += 1
        form = self.form | requests.dialled(caller_sid, talk, is_bridged=bridged)
        form |= requests.taken(floor.queues[self.dialled].sid, wait, self.sid)
        if was_gone or hangs_up:
            form["CallStatus"] = "completed"
        floor.record(
            0.1,
            f"/twilio/operator/done/?step={self.step}&in=1&queue={self.dialled}",
            form,
            "wrap_up",
        )
        self.step += 1
        if was_gone:
            return
        self._state = "wrapping up"
        if hangs_up:
            # Who ends a talk by hanging up has to dial in again.
            self._hang_up()
            self._dial_in_again(floor.random.uniform(*_DIALS_IN_AGAIN_SECONDS))
        elif self.ends <= floor.now:
            self._later(floor.random.uniform(1, 5), self._hang_up)
        else:
            pause = _WRAP_UP_SECONDS if bridged else _NOBODY_CAME_SECONDS
            self._later(pause, lambda: self._ask_for_callers("in=1"))

    def drop_out(self, returns_at: float) -> None:
        """The telephone fails; its owner dials in again later."""
        self._hang_up()
        self._dial_in_again(returns_at - self.floor.now)

    def close(self) -> None:
        """The day is over."""
        self._hang_up()

    def followed_by(self, act: Callable[[], None]) -> None:
        """Have something done soon after the leg is over."""
        self._next = act

    @property
    def _has_time(self) -> bool:
        """Whether dialling in is still worth it."""
        return self.floor.takes_calls and self.floor.now < self.ends - 60

    def _dial_in_after_all(self) -> None:
        if self._has_time:
            self.dial_in()

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._plan += 1
        plan = self._plan

        def if_nothing_changed() -> None:
            if plan == self._plan:
                act()

        self.floor.at(self.floor.now + seconds, if_nothing_changed)

    def _ask_pin(self) -> None:
        """The PIN is asked for, then typed; what was typed is never recorded."""
        floor, is_first = self.floor, self.step == 1
        path = f"/twilio/operator/?step={self.step}&again=0"
        floor.record(0.0, path, self.form, "ask_pin")
        self.step += 1
        seconds = floor.random.uniform(*_PIN_SECONDS)
        if is_first and floor.random.random() < _WRONG_PIN:
            self._later(seconds, self._ask_pin)
        else:
            # What was wrong before counts in the address that comes after it.
            again = 0 if is_first else 1
            self._later(seconds, lambda: self._ask_for_callers(f"again={again}"))

    def _ask_for_callers(self, query: str) -> None:
        """The loop's request: which queue to dial."""
        floor = self.floor
        is_new = self._state == "signing in"
        if is_new:
            self._sign(1)
        self.dialled = floor.best(self.worker.queues)
        self._state = "ready"
        path = f"/twilio/operator/?step={self.step}&{query}"
        floor.record(0.0, path, self.form, f"dial:{self.dialled}")
        self._later(_SIGNED_IN_SECONDS if is_new else _KEY_SECONDS, self._dial)

    def _dial(self) -> None:
        self._state = "dialling"
        several = len(self.worker.queues) > 1
        self._later(
            _ONE_OF_SEVERAL_SECONDS if several else _ONLY_QUEUE_SECONDS, self._ring_out
        )
        self.floor.dial(self, self.dialled)

    def _ring_out(self) -> None:
        """Nobody came; on with the next Dial."""
        queue = self.dialled
        self.floor.stop_dialling(self, queue)
        self._state = "ready"
        self.step += 1
        self.floor.record(
            0.1,
            f"/twilio/operator/done/?step={self.step}&in=1&queue={queue}",
            self.form | {"DialCallStatus": "no-answer"},
            f"dial:{queue}",
        )
        self.step += 1
        self._later(0.5, lambda: self._ask_for_callers(f"in=1&queue={queue}"))

    def _finish(self) -> None:
        """The stretch is over: hang up, but for a caller on the line."""
        if self._state not in ("serving", "over"):
            self._hang_up()

    def _hang_up(self) -> None:
        floor, was = self.floor, self._state
        if was == "over":
            return
        self._state = "over"
        self._plan += 1
        floor.operators.pop(self.sid, None)
        if was == "dialling":
            floor.stop_dialling(self, self.dialled)
        if was != "signing in":
            self._sign(-1)
        if was == "serving" and self._caller:
            self._caller.let_go()
        form = self.form | requests.ended(floor.now, int(floor.now - self._started_at))
        floor.record(floor.random.uniform(0.35, 0.9), "/twilio/status/", form)
        if self._next:
            floor.at(floor.now + _BREATHES_SECONDS, self._next)

    def _sign(self, change: int) -> None:
        for queue in self.worker.queues:
            self.floor.queues[queue].signed_in += change

    def _dial_in_again(self, after: float) -> None:
        floor = self.floor

        def dial_in() -> None:
            if self._has_time:
                OperatorLeg(floor, self.worker, self.ends).dial_in()

        floor.at(floor.now + after, dial_in)
