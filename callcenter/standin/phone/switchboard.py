"""The calls that people make in the browser: placed, watched and steered by a page.

Runs an exchange; questions and answers are plain values that JSON can hold.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.calls.legs import Leg, Visit

Json = dict[str, Any]

_CREDENTIALS = re.compile(r"\A(https?://)[^/@]*@")

# A visible page asks twice a second; then so long a silence means it was closed.
SILENT_SECONDS = 20.0
# How long a call can be asked about after its end.
REMEMBERED_SECONDS = 600.0
MOST_SECONDS_WAITED = 3.0
MOST_CALLS = 50
# How long a telephone rings that is called from here.
RINGS_SECONDS = 4.0
UNKNOWN_CALL: Json = {"error": "unknown call"}


@dataclass
class _Line:
    """The call of one page, with what its person heard, pressed and said, in order."""

    leg: Leg
    news: list[Json] = field(default_factory=list)
    collected: int = 0
    asked_at: float = field(default_factory=time.monotonic)

    def collect(self) -> None:
        """Add what was heard since the last time to the news."""
        for heard in self.leg.heard[self.collected :]:
            self.add(
                heard.verb,
                _without_credentials(heard.text),
                at=heard.at,
                language=heard.language,
                seconds=heard.seconds,
            )
        self.collected = len(self.leg.heard)

    def add(
        self,
        verb: str,
        text: str,
        *,
        at: datetime,
        language: str = "",
        seconds: float = 0.0,
    ) -> None:
        self.news.append(
            {
                "number": len(self.news) + 1,
                "at": at.isoformat(),
                "verb": verb,
                "text": text,
                "language": language,
                "seconds": seconds,
            }
        )


async def _pick_up(leg: Leg) -> None:
    """Whoever is rung from here picks up after some seconds."""
    await leg.clock.sleep(RINGS_SECONDS)
    leg.answer()
    await leg.over.wait()


class Switchboard:
    """All calls from the browsers of one site, on one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        exchange.anybody = _pick_up
        self._lines: dict[str, _Line] = {}

    async def work(self) -> None:
        """Clean up every second, for ever."""
        while True:
            await asyncio.sleep(1)
            self.clean_up(time.monotonic())

    def clean_up(self, now: float) -> None:
        """Hang up for pages that were closed, and forget calls long over.

        `now` is a moment of the monotonic clock, in seconds.
        """
        for sid, line in list(self._lines.items()):
            silent = now - line.asked_at
            if not line.leg.is_over and silent > SILENT_SECONDS:
                line.leg.hang_up()
            elif line.leg.is_over and silent > REMEMBERED_SECONDS:
                del self._lines[sid]

    async def answer(self, question: Json) -> Json:
        """Do what is asked; give the state of the call afterwards."""
        if question["do"] == "place":
            return self._place(question)
        if question["do"] == "place_client":
            return self._place_client(question)
        line = self._lines.get(question["call"])
        if line is None:
            return UNKNOWN_CALL
        line.asked_at = time.monotonic()
        match question:
            case {"do": "press", "digits": digits}:
                self._press(line, digits)
            case {"do": "say", "text": text, "language": language}:
                self._say(line, text, language)
            case {"do": "hang_up"}:
                line.leg.hang_up()
                await _end(line.leg)
            case {"do": "news", "changes": changes, "wait": seconds}:
                await _change(line.leg, changes, seconds)
        return self._state(line, question.get("since", 0))

    def _place(self, question: Mapping[str, Any]) -> Json:
        number = Number(**question["number"])
        # The setup may have changed since the last call to it.
        self._exchange.add_number(number)
        self._make_room(question["queues"])
        return self._follow(self._exchange.ring(question["from"], number.e164))

    def _place_client(self, question: Mapping[str, Any]) -> Json:
        """A browser calls a TwiML App, with parameters of its own."""
        self._make_room(question["queues"])
        leg = self._exchange.ring(
            question["from"],
            "",
            voice_url=question["voice_url"],
            status_callback=question["status_callback"],
            extras=question["extras"],
        )
        return self._follow(leg)

    def _make_room(self, queues: Sequence[str]) -> None:
        # Everybody may call at a demo, but a script must not fill the memory.
        # Nor may it keep everybody else out, so the call that has lasted longest ends.
        up = [line for line in self._lines.values() if not line.leg.is_hung_up]
        if len(up) >= MOST_CALLS:
            up[0].leg.hang_up()
        for name in queues:
            self._exchange.queue(name)

    def _follow(self, leg: Leg) -> Json:
        self._lines[leg.sid] = line = _Line(leg)
        return self._state(line, 0)

    def _press(self, line: _Line, digits: str) -> None:
        if not line.leg.is_over:
            line.collect()
            line.add("press", digits, at=self._exchange.clock.now())
            line.leg.press(digits)

    def _say(self, line: _Line, text: str, language: str) -> None:
        """Let the other end hear it, if there is one."""
        other = self._other(line.leg)
        if other is not None and not line.leg.is_hung_up:
            line.collect()
            line.add("say", text, at=self._exchange.clock.now(), language=language)
            line.leg.changed()
            other.hear("Voice", text, language=language)

    def _other(self, leg: Leg) -> Leg | None:
        """The leg it talks with, if any."""
        talks = [talk for talk in leg.talks if talk.ended_at is None]
        return self._exchange.calls.get(talks[-1].other_sid) if talks else None

    def _position(self, leg: Leg, visit: Visit) -> int:
        """Its place in the queue now, from 1; 0 while it is being connected."""
        members = self._exchange.queues[visit.queue].members
        return next((at for at, one in enumerate(members, 1) if one.leg is leg), 0)

    def _state(self, line: _Line, since: int) -> Json:
        line.collect()
        leg, now = line.leg, self._exchange.clock.now()
        visits = [visit for visit in leg.visits if visit.left_at is None]
        other = self._other(leg)
        return {
            "call": leg.sid,
            "from": leg.from_,
            "to": leg.to,
            "doing": leg.doing,
            "seconds": _between(leg.started_at, leg.ended_at or now),
            "queue": visits[-1].queue if visits else "",
            "position": self._position(leg, visits[-1]) if visits else 0,
            "with": other.from_ if other else "",
            "talk_seconds": _between(leg.talks[-1].began_at, now) if other else 0,
            "hung_up_by": leg.hung_up_by,
            "changes": leg.changes,
            "news": line.news[since:],
        }


def _without_credentials(text: str) -> str:
    """A sentence as it is; of the address of a sound the Basic credentials are cut."""
    return _CREDENTIALS.sub(r"\1", text)


async def _end(leg: Leg) -> None:
    """Let the tasks run that end the call: how many turns they take is asyncio's."""
    for _turn in range(10):
        if leg.is_over:
            return
        await asyncio.sleep(0)


async def _change(leg: Leg, since: int, seconds: float) -> None:
    """Wait for a change on the leg, at most so many seconds."""
    with contextlib.suppress(TimeoutError):
        most = min(seconds, MOST_SECONDS_WAITED)
        if most > 0 and not leg.is_over:
            await asyncio.wait_for(leg.wait_for_change(since), most)


def _between(start: datetime | None, end: datetime) -> int:
    return max(0, int((end - start).total_seconds())) if start else 0
