"""One caller's leg on the floor: menus, queue, talk, end. No database."""

from collections.abc import Callable
from dataclasses import dataclass

from callcenter.demo.model import SILENCE, Caller
from callcenter.demo.past import requests
from callcenter.demo.past.floor import CallAccount, Floor, OperatorOnFloor
from callcenter.demo.setup.installation import OPTIONS
from callcenter.demo.setup.scenario import MAIN_LINE, SHOP_LINE, SHOP_OPTIONS

# First menu and queue of each line; as the rows say.
_LINES = {MAIN_LINE: ("main", "support"), SHOP_LINE: ("shop", "sales")}
_OPTIONS = {
    menu: {key: (action, target, spoken) for key, action, target, spoken in options}
    for menu, options in (OPTIONS | SHOP_OPTIONS).items()
}
_TRIES = 3
# Whoever leaves sooner is no abandoned caller.
_SHORT_SECONDS = 5
_MAX_WAIT_SECONDS = 600
# How long documents are: the menu and then its silence, a message, the apology, the
# first and the later wait documents, the words before an operator comes.
_SILENCE_SECONDS = (20.0, 26.0)
_MESSAGE_SECONDS = (9.0, 17.0)
_APOLOGY_SECONDS = 8.5
_FIRST_WAIT_SECONDS, _WAIT_SECONDS, _UNSTAFFED_SECONDS = 29.2, 24.1, 26.5
_ANNOUNCEMENT_SECONDS = 4.6

_HANGS_UP_AT_ANNOUNCEMENT = 0.004
_HANGS_UP_WHILE_ENQUEUED = 0.0015
_ENDED_BY_OPERATOR = 0.05


@dataclass(frozen=True, slots=True)
class _Talk:
    operator: OperatorOnFloor
    wait: int
    since: float


class CallerLeg:
    """From ringing to the end, with all that Twilio asks us on the way."""

    def __init__(self, floor: Floor, caller: Caller) -> None:
        self.floor, self.caller = floor, caller
        self.sid = requests.call_sid(floor.random)
        self.form = requests.common(self.sid, caller.origin, caller.line)
        self.account = CallAccount(
            self.sid, caller.origin.number, caller.line, floor.now
        )
        self.entered_at = 0.0
        self._answers = list(caller.answers)
        self._step, self._again, self._language = 1, 0, "ja"
        self._state = "listening"  # waiting, taken, connecting, talking, over
        # What was planned before a change of mind is not done.
        self._plan = 0
        self._operator: OperatorOnFloor | None = None
        self._talking: _Talk | None = None

    def ring(self) -> None:
        """The call comes in: a menu, or the news that nobody is there."""
        floor = self.floor
        floor.accounts.append(self.account)
        floor.callers[self.sid] = self
        opens, closes = floor.shop_hours
        is_open = self.caller.line == MAIN_LINE or opens <= floor.now < closes
        is_open = is_open and not floor.is_holiday
        menu, _ = _LINES[self.caller.line]
        decision = f"menu:{menu}" if is_open else "closed"
        ringing = self.form | {"CallStatus": "ringing"}
        if self.caller.origin.country == "US":
            ringing["StirVerstat"] = "TN-Validation-Passed-A"
        floor.record(0.0, "/twilio/incoming/", ringing, decision)
        if is_open:
            self._ask(menu)
        else:
            self.account.outcome = "closed"
            self._later(floor.random.uniform(4, 14), self._end)

    def connect(self, operator: OperatorOnFloor) -> None:
        """The operator's Dial has this caller, who hears an announcement first."""
        floor, account = self.floor, self.account
        self._state, self._operator = "connecting", operator
        wait = account.wait_seconds = int(floor.now - self.entered_at)
        account.operator, account.operator_sid = operator.address, operator.sid
        floor.record(
            0.0,
            f"/twilio/connect/?step={operator.step + 1}&queue={account.queue}",
            self.form | requests.taken(self._queue_sid, wait, operator.sid),
            "announce",
        )
        if floor.random.random() < _HANGS_UP_AT_ANNOUNCEMENT:
            self._later(floor.random.uniform(0.8, 3.5), self._hang_up)
        else:
            self._later(_ANNOUNCEMENT_SECONDS, lambda: self._talk(operator, wait))

    def let_go(self) -> None:
        """The operator's telephone is gone in the middle of it."""
        if self._talking:
            self._stop_talking(self._talking, by_caller=False)
        else:
            self._hang_up()

    def close(self) -> None:
        """The day is over, whatever was going on."""
        if self._talking:
            self._stop_talking(self._talking, by_caller=True)
        else:
            self._hang_up()

    @property
    def _queue_sid(self) -> str:
        return self.floor.queues[self.account.queue].sid

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do this in a while, unless something else has happened by then."""
        self._plan += 1
        self._also_later(seconds, act)

    def _also_later(self, seconds: float, act: Callable[[], None]) -> None:
        plan = self._plan

        def if_nothing_changed() -> None:
            if plan == self._plan:
                act()

        self.floor.at(self.floor.now + seconds, if_nothing_changed)

    def _ask(self, menu: str) -> None:
        answer = self._answers.pop(0) if self._answers else SILENCE
        self.account.steps.append((menu, "", ""))
        if answer.hangs_up:
            self._later(answer.after_seconds, self._hang_up)
        else:
            seconds = answer.after_seconds
            if not answer.key:
                seconds = self.floor.random.uniform(*_SILENCE_SECONDS)
            self._later(seconds, lambda: self._answer(menu, answer.key))

    def _answer(self, menu: str, key: str) -> None:
        """The way on, by the rules of the flow (product.md 8.9)."""
        query = f"step={self._step}&visits=0&again={self._again}&lang={self._language}"
        self._step += 1
        action, target, spoken = _OPTIONS[menu].get(key, ("", "", ""))
        self._again = 0 if action else self._again + 1
        if not action and key and self._again < _TRIES:
            action, target = "menu", menu
        elif not action:
            action, target = "queue", _LINES[self.caller.line][1]
        self._language = spoken or self._language
        decision = f"enqueue:{target}/1" if action == "queue" else f"{action}:{target}"
        self.account.steps[-1] = (menu, key, decision)
        path = f"/twilio/menu/{menu}/?{query}"
        self.floor.record(0.0, path, self.form | requests.keys(key), decision)
        if action == "menu":
            self._ask(target)
        elif action == "message":
            self.account.outcome = "self_service"
            self._later(self.floor.random.uniform(*_MESSAGE_SECONDS), self._end)
        else:
            # Not before the request that brings the caller there has come in.
            self._later(0.15, lambda: self._enqueue(target))

    def _enqueue(self, queue: str) -> None:
        floor, account = self.floor, self.account
        account.queue, account.entered_at = queue, floor.now
        self.entered_at = floor.now
        if floor.random.random() < _HANGS_UP_WHILE_ENQUEUED:
            account.outcome, account.wait_seconds = "short_abandoned", 0
            self._exit("system-error", 0, "apology", status="completed")
            self._end()
            return
        self._state = "waiting"
        self._plan += 1
        self._also_later(self.caller.patience_seconds, self._hang_up)
        # Who comes when an operator dials is asked to wait all the same.
        floor.at(floor.now, lambda: floor.enter(self, queue))
        self._wait()

    def _wait(self) -> None:
        floor, account, queue = self.floor, self.account, self.account.queue
        line = floor.queues[queue]
        seconds = int(floor.now - self.entered_at)
        ages = [floor.now - caller.entered_at for caller in line.waiting]
        position = len(ages) + 1
        if self in line.waiting:
            position = line.waiting.index(self) + 1
        else:
            ages.append(0.0)
        leaves = seconds >= _MAX_WAIT_SECONDS
        account.position = position
        query = f"step={self._step}&visits=1&lang={self._language}"
        extra = requests.waiting(
            line.sid,
            position=position,
            seconds=seconds,
            average=int(sum(ages) / len(ages)),
            size=len(ages),
        )
        floor.record(
            0.1,
            f"/twilio/wait/{queue}/1/?{query}",
            self.form | extra,
            "leave:max_wait" if leaves else "hold",
        )
        if leaves:
            self._overflow()
            return
        is_staffed = bool(line.signed_in)
        length = _WAIT_SECONDS if seconds or not is_staffed else _FIRST_WAIT_SECONDS
        if not is_staffed:
            length = _UNSTAFFED_SECONDS
            if not self.caller.waits_for_nobody:
                self._also_later(floor.random.uniform(9, 40), self._hang_up)
        self._also_later(length, self._wait)

    def _overflow(self) -> None:
        account = self.account
        self.floor.leave(self, account.queue)
        account.outcome, account.overflow_reason = "overflowed", "max_wait"
        account.wait_seconds = int(self.floor.now - self.entered_at)
        self._state = "listening"
        # The answer to the wait request first has to be read.
        self._exit("leave", account.wait_seconds, "apology", after=0.3)
        self._later(_APOLOGY_SECONDS, self._end)

    def taken(self) -> None:
        """An operator's Dial has taken the caller out of the queue."""
        self._state = "taken"
        self._plan += 1

    def _talk(self, operator: OperatorOnFloor, wait: int) -> None:
        floor = self.floor
        self._state = "talking"
        talk = self._talking = _Talk(operator, wait, floor.now)
        seconds = floor.people.talk_seconds(self.account.queue)
        by_caller = floor.random.random() >= _ENDED_BY_OPERATOR
        self._later(seconds, lambda: self._stop_talking(talk, by_caller=by_caller))

    def _stop_talking(self, talk: _Talk, *, by_caller: bool) -> None:
        self._talking = None
        seconds = int(self.floor.now - talk.since)
        self.account.outcome, self.account.talk_seconds = "answered", seconds
        status = "completed" if by_caller else "in-progress"
        self._exit("bridged", talk.wait, "end", status=status)
        self._end()
        talk.operator.talked(
            self.sid, talk.wait, seconds, bridged=True, hangs_up=not by_caller
        )

    def _hang_up(self) -> None:
        """The caller has had enough, wherever they are."""
        account, floor, was = self.account, self.floor, self._state
        if was == "listening":
            account.outcome = account.outcome or "ivr_abandoned"
            self._end()
            return
        if was == "waiting":
            floor.leave(self, account.queue)
        if account.wait_seconds is None:
            account.wait_seconds = int(floor.now - self.entered_at)
        account.is_lost_while_connecting = was == "connecting"
        is_short = account.wait_seconds < _SHORT_SECONDS and was != "connecting"
        account.outcome = "short_abandoned" if is_short else "abandoned"
        self._exit("hangup", account.wait_seconds, "end", status="completed")
        self._end()
        if was == "connecting" and self._operator:
            self._operator.talked(
                self.sid, account.wait_seconds, 0, bridged=False, hangs_up=False
            )
        self._ring_again()

    def _ring_again(self) -> None:
        once_more = self.floor.people.again(self.caller)
        if once_more is None:
            return
        after, caller = once_more

        def ring() -> None:
            if self.floor.takes_calls:
                CallerLeg(self.floor, caller).ring()

        self.floor.at(self.floor.now + after, ring)

    def _exit(
        self,
        result: str,
        seconds: int,
        decision: str,
        *,
        after: float = 0.15,
        status: str = "in-progress",
    ) -> None:
        account = self.account
        if self.floor.is_lost("exit"):
            account.lost.add("exit")
            return
        query = f"step={self._step}&visits=1&lang={self._language}"
        form = self.form | requests.left(result, self._queue_sid, seconds)
        form["CallStatus"] = status
        path = f"/twilio/queue-exit/{account.queue}/1/?{query}"
        self.floor.record(after, path, form, decision)

    def _end(self) -> None:
        floor, account = self.floor, self.account
        self._state = "over"
        self._plan += 1
        account.ended_at = floor.now
        floor.callers.pop(self.sid, None)
        if floor.is_lost("status"):
            account.lost.add("status")
            return
        seconds = int(floor.now - account.started_at)
        form = self.form | requests.ended(floor.now, seconds)
        floor.record(floor.random.uniform(0.35, 0.9), "/twilio/status/", form)
