"""How callers and operators act on the telephone.

They react to what they hear on their leg of the stand-in, by keys and by hanging up,
and know nothing of requests. No database.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from callcenter.demo.model import SILENCE, Caller, People
from callcenter.flow import prompts
from callcenter.flow.decide import VOICEMAIL_KEY
from callcenter.flow.operator import NOT_READY_KEY, READY_KEY
from callcenter.models.pins import DEMO_PIN
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg

_SENTENCES = prompts.BY_LANGUAGE.values()
_ASKS_PIN = {text for one in _SENTENCES for text in (one.pin, one.wrong_pin)}
_IS_AWAY = {one.not_ready for one in _SENTENCES}
_NOBODY_THERE = tuple(one.unstaffed for one in _SENTENCES)
_OFFERS_VOICEMAIL = tuple(one.offer_voicemail for one in _SENTENCES)

_HANGS_UP_AT_ANNOUNCEMENT = 0.004
_GOES_WHEN_NOBODY_IS_THERE = (9.0, 40.0)
# The share of callers who leave a message in place of giving up, where they may.
_LEAVES_A_MESSAGE = 0.4
_MESSAGE_SECONDS = (6.0, 45.0)
# How long a caller waits to be asked for it.
_UNTIL_THE_TONE_SECONDS = 60.0
_TYPES_PIN = (2.0, 5.0)
# The share of sign-ins in which nothing is typed until the PIN is asked for again.
_MISSES_FIRST_PROMPT = 0.05
_OPERATOR_ENDS_TALK = 0.05
_TYPES_CODE = 0.85
_THINKS_OF_CODE = (0.4, 2.4)
# After a key: until it was read, and the answer heard.
_ANSWER_SECONDS = 5.0
# Between the callers' hanging up and the operators' at the end.
_LAST_WORD_SECONDS = 1.0


class Actors:
    """The tasks of people who act at the same time."""

    def __init__(self, on_error: Callable[[], object] = lambda: None) -> None:
        """Call `on_error` as soon as one of the tasks raises an error."""
        self._on_error = on_error
        self._acting: set[asyncio.Task[None]] = set()
        self._broken: list[asyncio.Task[None]] = []

    def add(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        task = asyncio.create_task(work)
        self._acting.add(task)
        task.add_done_callback(self._done)

    def stop(self) -> None:
        """Cancel all tasks; this hangs up nobody."""
        for task in self._acting:
            task.cancel()

    def raise_errors(self) -> None:
        """Raise the first error that ended a task."""
        for task in self._broken:
            task.result()

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._acting.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._broken.append(task)
            self._on_error()


class CallerActs:
    """One caller, from the first sentence to the end of the call."""

    def __init__(
        self, leg: Leg, caller: Caller, reactions: People, random: Random
    ) -> None:
        self.leg, self.caller = leg, caller
        self._reactions, self._random = reactions, random
        self._answers = list(caller.answers)
        # How many sentences were heard before the last key: more mean another menu.
        self._answered = 0
        self._waits_until: float | None = None
        self._knows_nobody_is_there = False
        self._leaves_a_message = False

    async def live(self) -> None:
        """Act until the call is over."""
        leg = self.leg
        while not leg.is_over:
            # A change that comes meanwhile is handled in the next round.
            since = leg.changes
            if leg.doing == "menu" and len(leg.heard) > self._answered:
                await self._answer()
            elif leg.doing == "queued":
                await self._wait()
            elif leg.doing == "listening" and self._is_dequeued():
                await self._hear_announcement()
            elif leg.doing == "talking":
                await self._talk()
            elif leg.doing == "recording":
                await self._leave_message()
            else:
                await _news(leg, since)

    async def _answer(self) -> None:
        """Press the next key, keep silent, or hang up."""
        leg = self.leg
        answer = self._answers.pop(0) if self._answers else SILENCE
        if answer == SILENCE:
            await keeps_on(leg, "menu")
        elif await keeps_on(leg, "menu", answer.after_seconds):
            if answer.hangs_up:
                await hang_up(leg)
            else:
                self._answered = len(leg.heard)
                leg.press(answer.key)

    async def _wait(self) -> None:
        """Wait as long as patience lasts; less after hearing that nobody is there."""
        leg = self.leg
        now, since = leg.clock.seconds(), leg.changes
        if self._waits_until is None:
            self._waits_until = now + self.caller.patience_seconds
        if not self._knows_nobody_is_there and not self.caller.waits_for_nobody:
            last = leg.heard[-1].text if leg.heard else ""
            if last.endswith(_NOBODY_THERE):
                self._knows_nobody_is_there = True
                stays_on = self._random.uniform(*_GOES_WHEN_NOBODY_IS_THERE)
                self._waits_until = min(self._waits_until, now + stays_on)
        if await _news(leg, since, self._waits_until - now):
            return
        if self._would_leave_a_message():
            self._leaves_a_message = True
            self._waits_until = leg.clock.seconds() + _UNTIL_THE_TONE_SECONDS
            leg.press(VOICEMAIL_KEY)
        else:
            await hang_up(leg)

    def _would_leave_a_message(self) -> bool:
        """Whether a message is offered, and this caller would rather leave one."""
        is_offered = any(
            sentence in heard.text
            for heard in self.leg.heard
            for sentence in _OFFERS_VOICEMAIL
        )
        return (
            is_offered
            and not self._leaves_a_message
            and self._random.random() < _LEAVES_A_MESSAGE
        )

    async def _leave_message(self) -> None:
        """Speak after the tone, then end it by the key, or by hanging up."""
        leg = self.leg
        seconds = self._random.uniform(*_MESSAGE_SECONDS)
        leg.speak("...", seconds)
        if await keeps_on(leg, "recording", seconds):
            leg.press("#")
            await keeps_on(leg, "recording")

    def _is_dequeued(self) -> bool:
        return bool(self.leg.visits and self.leg.visits[-1].dequeued_by)

    async def _hear_announcement(self) -> None:
        """Hear that an operator is coming; few callers hang up now."""
        leg = self.leg
        if self._random.random() >= _HANGS_UP_AT_ANNOUNCEMENT:
            await keeps_on(leg, "listening")
        elif await keeps_on(leg, "listening", self._random.uniform(0.8, 3.5)):
            await hang_up(leg)

    async def _talk(self) -> None:
        """Talk until everything is said."""
        leg = self.leg
        seconds = self._reactions.talk_seconds(leg.visits[-1].queue)
        if await keeps_on(leg, "talking", seconds):
            await hang_up(leg)


@dataclass
class OperatorActs:
    """One leg of an operator: sign in, serve callers, hang up for a break.

    `pauses` are taken by keys meanwhile: after how many seconds, and for how many.
    """

    leg: Leg
    reactions: People
    random: Random
    session_seconds: float  # after which a break is due
    pauses: Sequence[tuple[float, float]] = ()
    codes: Sequence[str] = ()  # digits of wrap-up codes
    _heard: int = 0
    _missed: bool = False
    _paused: int = 0
    _noted: int = 0
    _begun: float = field(init=False, default=0.0)

    async def live(self) -> bool:
        """Act until the leg is over; says whether it ended for a break."""
        leg, self._begun = self.leg, self.leg.clock.seconds()
        until = self._begun + self.session_seconds
        while not leg.is_over:
            since = leg.changes
            left = until - leg.clock.seconds()
            if self._is_asked_for_pin() and not self._misses_prompt():
                await leg.clock.sleep(self.random.uniform(*_TYPES_PIN))
                leg.press(f"{DEMO_PIN}#")
            elif leg.doing == "talking":
                await self._talk()
            elif leg.doing == "menu" and self._has_to_note():
                await self._note()
            elif leg.doing == "menu" and self._is_to_pause():
                await self._pause()
            elif left <= 0 and leg.doing in ("dialling", "menu"):
                await hang_up(leg)
                return True
            else:
                await _news(leg, since, left if left > 0 else None)
        return False

    def _is_asked_for_pin(self) -> bool:
        """Whether a sentence heard since the last time asks for the PIN."""
        new, self._heard = self.leg.heard[self._heard :], len(self.leg.heard)
        return any(sentence.text in _ASKS_PIN for sentence in new)

    def _misses_prompt(self) -> bool:
        """Whether nothing is typed this time; at most once in a leg."""
        if self._missed or self.random.random() >= _MISSES_FIRST_PROMPT:
            return False
        self._missed = True
        return True

    def _has_to_note(self) -> bool:
        """Whether a talk is over of which no code was noted."""
        talks = len(self.leg.talks)
        return bool(self.codes) and talks > self._noted

    async def _note(self) -> None:
        """Type a wrap-up code, or forget to."""
        self._noted = len(self.leg.talks)
        if self.random.random() >= _TYPES_CODE:
            return
        if await keeps_on(self.leg, "menu", self.random.uniform(*_THINKS_OF_CODE)):
            self.leg.press(f"*{self.random.choice(self.codes)}#")

    def _is_to_pause(self) -> bool:
        due = [after for after, _ in self.pauses[self._paused : self._paused + 1]]
        return any(self.leg.clock.seconds() - self._begun >= after for after in due)

    async def _pause(self) -> None:
        """Be not ready for a while, if the key is heard; else once more, later."""
        leg, clock = self.leg, self.leg.clock
        heard = len(leg.heard)
        leg.press(NOT_READY_KEY)
        await clock.sleep(_ANSWER_SECONDS)
        if not any(one.text in _IS_AWAY for one in leg.heard[heard:]):
            return
        after, seconds = self.pauses[self._paused]
        self._paused += 1
        await clock.sleep(max(0.0, self._begun + after + seconds - clock.seconds()))
        while not leg.is_over and leg.doing not in ("dialling", "talking"):
            if leg.doing == "menu":
                leg.press(READY_KEY)
            await clock.sleep(_ANSWER_SECONDS)

    async def _talk(self) -> None:
        """Talk; mostly the caller hangs up first."""
        leg = self.leg
        if self.random.random() >= _OPERATOR_ENDS_TALK:
            await keeps_on(leg, "talking")
            return
        if await keeps_on(leg, "talking", self.reactions.talk_seconds("")):
            await hang_up(leg)


async def call_and_try_again(
    ring: Callable[[Caller], Leg | None],
    caller: Caller,
    reactions: People,
    random: Random,
) -> None:
    """One caller, and the calls after it if they give up and try again.

    `ring` places each call; it gives None where it is too late for one.
    """
    while leg := ring(caller):
        await CallerActs(leg, caller, reactions, random).live()
        once_more = reactions.again(caller) if gave_up(leg) else None
        if once_more is None:
            return
        after, caller = once_more
        await leg.clock.sleep(after)


async def keeps_on(leg: Leg, doing: str, seconds: float | None = None) -> bool:
    """Whether a leg goes on doing this for so many call seconds (None: for ever)."""
    clock = leg.clock
    until = None if seconds is None else clock.seconds() + seconds
    while leg.doing == doing and not leg.is_over:
        left = None if until is None else until - clock.seconds()
        if left is not None and left <= 0:
            return True
        await _news(leg, leg.changes, left)
    return False


async def _news(leg: Leg, since: int, seconds: float | None = None) -> bool:
    """Wait for a change on the leg, at most so many call seconds; says if one came."""
    if seconds is None:
        await leg.wait_for_change(since)
        return True
    try:
        async with asyncio.timeout(max(0.0, seconds) / leg.clock.speed):
            await leg.wait_for_change(since)
    except TimeoutError:
        return False
    return True


async def hang_up(leg: Leg) -> None:
    """Hang up, and wait until the leg is over."""
    leg.hang_up()
    await leg.over.wait()


async def all_hang_up(exchange: Exchange, is_operator: Callable[[Leg], bool]) -> None:
    """End all calls, callers first, and wait until all requests are delivered."""
    legs = [leg for leg in exchange.calls.values() if not leg.is_over]
    for leg in legs:
        if not is_operator(leg):
            leg.hang_up()
    await exchange.clock.sleep(_LAST_WORD_SECONDS)
    for leg in legs:
        leg.hang_up()
    await exchange.settle()


def gave_up(leg: Leg) -> bool:
    """Whether a caller left a queue by hanging up; who leaves a message does not."""
    if not leg.visits or leg.visits[-1].result == "leave":
        return False
    return leg.hung_up_by == "caller" and not leg.talks
