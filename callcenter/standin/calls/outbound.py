"""Outbound legs: those of Dial's nouns, and calls made by REST (docs/twilio.md 4, 5.8).

A leg that nobody picks up rings until the time-out. An identity or number unknown here
ends at once: as no-answer for a browser, as failed for a telephone.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from callcenter.standin.calls.bridge import begin_talk, end_talk
from callcenter.standin.calls.legs import (
    FINAL,
    Ended,
    Leg,
    Moved,
    ScopeEnded,
    future,
)
from callcenter.standin.calls.record import record_dial
from callcenter.standin.calls.script import DocumentFailed, Jump, Script
from callcenter.standin.twiml.document import Document, Element

if TYPE_CHECKING:
    from callcenter.standin.calls.exchange import Exchange

MOST_NOUNS = 10
TIMEOUT = 30
SHORTEST, LONGEST = 5, 600
TIME_LIMIT = 14_400
SIP_CODES = {"in-progress": "200", "completed": "200", "busy": "486"}
SIP_CODES |= {"failed": "404", "no-answer": "487", "canceled": "487"}


def timeout(verb: Element) -> int:
    """The seconds that a Dial lasts without an answer."""
    return min(LONGEST, max(SHORTEST, verb.seconds("timeout", TIMEOUT)))


async def dial(
    script: Script, verb: Element, document: Document, form: dict[str, str]
) -> None:
    """Ring what the nouns name; add the action's parameters to `form`.

    Up to ten ring together: the first to answer wins, the rest are canceled. Conference
    and Sip are not played: such a Dial fails.
    """
    nouns = [noun for noun in verb.children if noun.name in ("Number", "Client")]
    if verb.text and not nouns:
        nouns = [Element("Number", {}, verb.text)]
    if not nouns:
        script.leg.note("Dial of what this stand-in does not play")
        form["DialCallStatus"] = "failed"
        return
    script.leg.set_doing("dialling")
    rounds = [nouns[:MOST_NOUNS]]
    if verb.is_true("sequential"):
        rounds = [[noun] for noun in nouns[:MOST_NOUNS]]
    for together in rounds:
        group = _Group(script, verb, document, together)
        try:
            await group.live()
        finally:
            group.fill_in(form)
        if form["DialCallStatus"] == "completed":
            return


@dataclass(eq=False)
class _Group:
    """Nouns that ring together."""

    script: Script
    verb: Element
    document: Document
    nouns: list[Element]
    children: list[Leg] = field(default_factory=list)
    answered: "asyncio.Future[object]" = field(default_factory=future)
    is_bridged: bool = False
    seconds: int = 0
    winner: Leg | None = None
    recorded: dict[str, str] = field(default_factory=dict)

    async def live(self) -> None:
        """Ring, and let the two talk if somebody answers."""
        leg, exchange = self.script.leg, self.script.exchange
        seconds = timeout(self.verb) + exchange.choices.dial_grace_seconds
        ringing = [asyncio.ensure_future(self._ring(noun)) for noun in self.nouns]
        all_failed = asyncio.ensure_future(asyncio.wait(ringing))
        leg.hear("Ring", ", ".join(noun.text for noun in self.nouns))
        try:
            with (
                suppress(ScopeEnded),
                exchange.clock.timer(seconds) as timer,
                leg.scope(self.answered),
                leg.scope(timer),
                leg.scope(all_failed),
            ):
                await leg.wait_until_interrupted()
            if self.answered.done():
                await self._talk()
        finally:
            for task in (all_failed, *ringing):
                task.cancel()
            self._end_children()

    def fill_in(self, form: dict[str, str]) -> None:
        """Add the action's parameters of a Dial without queue (docs/twilio.md 3.4)."""
        known = self.winner or next(iter(self.children), None)
        status = known.status if known else "failed"
        if self.winner is not None:
            status = "completed"
        form["DialCallStatus"] = "no-answer" if status == "ringing" else status
        if known is not None:
            form["DialCallSid"] = known.sid
            form["DialCallDuration"] = str(self.seconds)
        if self.script.exchange.choices.sends_dial_bridged:
            form["DialBridged"] = "true" if self.is_bridged else "false"
        form |= self.recorded

    async def _ring(self, noun: Element) -> None:
        """Ring one; done when it answered and heard its own document, or failed."""
        script, exchange = self.script, self.script.exchange
        to = f"client:{noun.text}" if noun.name == "Client" else noun.text
        caller = self.verb.get("callerId") or script.leg.from_
        child = exchange.new_leg(caller, to, "outbound-dial", script.leg.sid)
        self.children.append(child)
        if noun.get("statusCallback"):
            url = script.resolve(self.document, noun.get("statusCallback"))
            child.status_callback = url
            child.status_method = noun.get("statusCallbackMethod", "POST")
            events = noun.get("statusCallbackEvent", "completed")
            child.status_events = tuple(events.split())
        child.extras = {
            inner.get("name"): inner.get("value")
            for inner in noun.children
            if inner.name == "Parameter"
        }
        if not await ring(exchange, child):
            exchange.finish(child)
            return
        if self.answered.done():
            return
        if noun.get("url"):
            url = script.resolve(self.document, noun.get("url"))
            inner_script = Script(exchange, child, script.verbs)
            jump = Jump(url, noun.get("method", "POST"), {}, "whisper")
            self.winner = self.winner or child
            try:
                await inner_script.inner(jump, "whisper")
            except (Ended, Moved, DocumentFailed):
                child.end("system")
                exchange.finish(child)
                return
        if not self.answered.done():
            self.winner = child
            self.answered.set_result(child)

    async def _talk(self) -> None:
        leg, child, exchange = self.script.leg, self.winner, self.script.exchange
        assert child is not None  # noqa: S101 -- set with `answered`
        for other in self.children:
            if other is not child and not other.is_over:
                other.decline("canceled")
                other.end("other")
                exchange.finish(other)
        leg.answer()
        self.is_bridged = True
        began, moment = exchange.clock.seconds(), exchange.clock.now()
        begin_talk(leg, child)
        seconds = self.verb.seconds("timeLimit", TIME_LIMIT)
        try:
            with (
                exchange.clock.timer(seconds) as limit,
                leg.scope(child.interrupted),
                leg.scope(limit),
            ):
                while True:
                    await leg.wait_for_input()
                    if "*" in leg.keys and self.verb.is_true("hangupOnStar"):
                        break
                    leg.forget_input()
        except ScopeEnded:
            leg.was_left = child.is_hung_up
        finally:
            self.seconds = int(exchange.clock.seconds() - began + 0.001)
            end_talk(leg, child, self.seconds)
            self.recorded = record_dial(
                self.script, self.verb, self.document, moment, self.seconds
            )

    def _end_children(self) -> None:
        for child in self.children:
            if not child.is_over:
                if child.answered_at is None:
                    child.decline("no-answer")
                child.end("other")
                self.script.exchange.finish(child)


async def ring(exchange: "Exchange", leg: Leg) -> bool:
    """Let a leg ring; says whether it was answered."""
    leg.status = "initiated"
    exchange.report(leg, "initiated", exchange.clock.now())
    is_client = leg.to.startswith("client:")
    people = exchange.clients if is_client else exchange.phones
    callee = people.get(leg.to.removeprefix("client:"))
    if callee is None and not is_client:
        callee = exchange.anybody
    if callee is None:
        leg.decline("no-answer" if is_client else "failed")
        return False
    leg.status = "ringing"
    leg.changed()
    exchange.report(leg, "ringing", exchange.clock.now())
    exchange.start_task(_pick_up(callee(leg), leg))
    try:
        while leg.status == "ringing":
            await leg.wait_for_input()
    except (Ended, Moved):
        return False
    if leg.status in FINAL:
        return False
    exchange.report(leg, "answered", exchange.clock.now())
    leg.forget_input()
    return True


async def _pick_up(work: Coroutine[Any, Any, None], leg: Leg) -> None:
    """Let the called person act on a leg until it is over."""
    person = asyncio.ensure_future(work)
    over = asyncio.ensure_future(leg.over.wait())
    await asyncio.wait({person, over}, return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    if person.done():
        person.result()
    person.cancel()


async def call(
    exchange: "Exchange", leg: Leg, jump: Jump, timeout: float, verbs_script: Script
) -> None:
    """Run a call made by REST: ring, then the documents (docs/twilio.md 10.1)."""
    try:
        with exchange.clock.timer(timeout) as timer, leg.scope(timer):
            answered = await ring(exchange, leg)
    except ScopeEnded:
        answered = False
        leg.decline("no-answer")
    if answered:
        await verbs_script.run(jump)
    else:
        exchange.finish(leg)
