"""The telephone exchange: the numbers, calls and queues of one Twilio account."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from callcenter.standin.calls import outbound, parameters
from callcenter.standin.calls.account import Account, Sent
from callcenter.standin.calls.applications import Application
from callcenter.standin.calls.bridge import Bridge
from callcenter.standin.calls.choices import Choices
from callcenter.standin.calls.delivery import Delivery
from callcenter.standin.calls.dispatch import VERBS
from callcenter.standin.calls.legs import FINAL, Leg
from callcenter.standin.calls.queues import Queue
from callcenter.standin.calls.recordings import Recording
from callcenter.standin.calls.script import Jump, Script
from callcenter.standin.calls.sids import new_sid
from callcenter.standin.network.clock import Clock
from callcenter.standin.network.faults import Faults
from callcenter.standin.network.transport import Answer, Transport
from callcenter.standin.twiml import document as documents
from callcenter.standin.twiml.errors import Refused

logger = logging.getLogger(__name__)
# Who is called: it calls answer() or decline() on the leg, or lets it ring.
Callee = Callable[[Leg], Coroutine[Any, Any, None]]


@dataclass
class Number:
    """A number of the account and what Twilio requests when it is called."""

    e164: str
    voice_url: str
    status_callback: str = ""
    fallback_url: str = ""
    voice_method: str = "POST"
    status_method: str = "POST"
    sid: str = ""
    fallback_method: str = "POST"
    application_sid: str = ""  # a TwiML App that is asked in place of these URLs
    friendly_name: str = ""
    updated_at: datetime | None = None


class Exchange:
    """Twilio as far as the calls of one account go. It runs in one event loop."""

    def __init__(
        self,
        account: Account,
        transport: Transport,
        clock: Clock,
        *,
        faults: Faults | None = None,
        random: Random | None = None,
        choices: Choices | None = None,
    ) -> None:
        self.account = account
        self.clock = clock
        # For SIDs and tokens, which are no secrets here.
        self.random = random or Random()  # noqa: S311
        self.choices = choices or Choices()
        self.faults = faults or Faults(self.random)
        self.delivery = Delivery(
            account, transport, clock, self.faults, self.choices, self.random
        )
        self.numbers: dict[str, Number] = {}
        self.calls: dict[str, Leg] = {}
        self.queues: dict[str, Queue] = {}  # by name
        self.recordings: dict[str, Recording] = {}
        self.applications: dict[str, Application] = {}
        # Who picks up here: browsers by identity, telephones by number.
        self.clients: dict[str, Callee] = {}
        self.phones: dict[str, Callee] = {}
        # And at every other telephone; without anybody there a call to it fails.
        self.anybody: Callee | None = None
        self._alive: set[asyncio.Task[None]] = set()
        self._broken: list[asyncio.Task[None]] = []

    @property
    def sent(self) -> list[Sent]:
        """Every request so far, in the order they set out."""
        return self.delivery.sent

    def add_number(self, number: Number) -> None:
        """Add a number that can be called."""
        number.sid = number.sid or new_sid("PN", self.random)
        self.numbers[number.e164] = number

    def queue(self, name: str) -> Queue:
        """Give the queue of this name, made on first use."""
        if name not in self.queues:
            sid = new_sid("QU", self.random)
            queue = Queue(sid, name, self.clock.now(), Bridge)
            if self.choices.serves == "any":
                queue.turn = self.random.randrange
            self.queues[name] = queue
        return self.queues[name]

    def ring(
        self,
        from_: str,
        to: str,
        *,
        voice_url: str | None = None,
        caller_country: str = "JP",
        status_callback: str = "",
        fallback_url: str = "",
        application_sid: str = "",
        extras: dict[str, str] | None = None,
    ) -> Leg:
        """A call comes in: somebody dials a number, or a client calls a TwiML App.

        A client gives "client:name", the App's SID or `voice_url`, and may bring
        parameters of its own (`extras`). KeyError for a number or App that the account
        does not have.
        """
        methods = ("POST", "POST", "POST")
        if voice_url is None:
            asked = self._asked(to, application_sid)
            voice_url, fallback_url = asked.voice_url, asked.fallback_url
            status_callback = asked.status_callback
            methods = asked.voice_method, asked.status_method, asked.fallback_method
            if isinstance(asked, Application):
                application_sid = asked.sid
        leg = self.new_leg(from_, to, "inbound")
        leg.status_callback, leg.fallback_url = status_callback, fallback_url
        method, leg.status_method, leg.fallback_method = methods
        leg.from_country, leg.application_sid = caller_country, application_sid
        leg.extras = dict(extras or {})
        extra = parameters.incoming(self.random, leg)
        self.start(leg, Jump(voice_url, method, extra, "incoming"))
        return leg

    def _asked(self, to: str, application_sid: str) -> Number | Application:
        """The number or its App, whose URLs go before those of the number."""
        if application_sid:
            return self.applications[application_sid]
        number = self.numbers[to]
        return self.applications.get(number.application_sid, number)

    def new_leg(self, from_: str, to: str, direction: str, parent: str = "") -> Leg:
        """Add a leg that does nothing yet."""
        leg = Leg(new_sid("CA", self.random), from_, to, direction, self.clock, parent)
        leg.started_at = self.clock.now()
        self.calls[leg.sid] = leg
        return leg

    def call_out(
        self,
        from_: str,
        to: str,
        url: str,
        *,
        method: str = "POST",
        twiml: str = "",
        timeout: float = 60,
        status_callback: str = "",
        status_method: str = "POST",
        status_events: tuple[str, ...] = ("completed",),
        fallback_url: str = "",
    ) -> Leg:
        """Make a call, as a POST to Calls does; seconds it may ring."""
        leg = self.new_leg(from_, to, "outbound-api")
        leg.status = leg.doing = "queued"
        leg.status_callback, leg.status_method = status_callback, status_method
        leg.status_events, leg.fallback_url = status_events, fallback_url
        jump = Jump(url, method, {}, "incoming", twiml)
        script = Script(self, leg, VERBS)
        self.start_task(outbound.call(self, leg, jump, timeout, script))
        return leg

    def update_call(
        self,
        sid: str,
        *,
        url: str = "",
        method: str = "POST",
        twiml: str = "",
        status: str = "",
    ) -> Leg:
        """Send a live call elsewhere or end it, as REST does.

        KeyError where there is no such call, ValueError where its state forbids it
        (Twilio's 21220).
        """
        leg = self.calls[sid]
        if leg.is_over:
            raise ValueError("the call is over")
        if status == "canceled":
            if leg.answered_at is not None:
                raise ValueError("the call is not queued or ringing")
            if leg.status == "queued":
                leg.status_callback = ""  # docs/twilio.md 1.2: no callback at all
            leg.decline("canceled")
            leg.end("system")
        elif status == "completed":
            leg.end("system")
        else:
            if leg.answered_at is None:
                raise ValueError("the call is not in progress")
            leg.move(url, method, twiml)
        return leg

    def dequeue(self, queue_sid: str, call_sid: str, url: str, method: str) -> Leg:
        """Send a waiting call elsewhere, as a POST to Members does.

        `call_sid` may be "Front". KeyError (Twilio's 20404) where nobody is there.
        """
        for queue in self.queues.values():
            if queue.sid != queue_sid:
                continue
            for member in queue.members:
                if call_sid in ("Front", member.leg.sid):
                    queue.leave(member)
                    member.leg.move(url, method)
                    return member.leg
        raise KeyError(call_sid)

    def start(self, leg: Leg, jump: Jump) -> None:
        """Start a leg with this document."""
        self.start_task(Script(self, leg, VERBS).run(jump))

    def start_task(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that `settle` waits for; its error is raised by `settle`."""
        task = asyncio.create_task(work)
        self._alive.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._alive.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        # The other calls go on; `settle` raises the error.
        self._broken.append(task)
        logger.error("a leg of the stand-in broke", exc_info=task.exception())

    def finish(self, leg: Leg) -> None:
        """Complete a leg that is over, and send its status callback."""
        if leg.is_over:
            return
        leg.ended_at = self.clock.now()
        if leg.status not in FINAL:
            was_answered = leg.answered_at is not None
            unanswered = self.choices.status_of_unanswered
            leg.status = "completed" if was_answered else unanswered
        leg.doing = "over"
        self.report(leg, "completed", leg.ended_at)
        leg.over.set()
        leg.changed()

    def report(self, leg: Leg, event: str, moment: datetime) -> None:
        """Send a status callback, if the leg's owner subscribed to this event."""
        if not leg.status_callback or event not in leg.status_events:
            return
        form = parameters.standard(self.account, leg)
        # Lengths are the calls' own; moments are compared with those of others.
        moment = self.clock.in_real_time(moment)
        if event == "completed":
            form |= parameters.closing(leg, moment)
        else:
            form |= parameters.progress(leg, moment)
        if leg.direction != "inbound" and event in ("answered", "completed"):
            form["SipResponseCode"] = outbound.SIP_CODES[leg.status]
        task = self.delivery.send(
            leg,
            "status",
            leg.status_callback,
            leg.status_method,
            form,
            is_callback=True,
        )
        task.add_done_callback(lambda done: self._check_answer(leg, done))

    def _check_answer(self, leg: Leg, done: "asyncio.Task[Answer | Refused]") -> None:
        """Log the warnings of docs/twilio.md 0.20 about the answer to a callback."""
        if done.cancelled():
            return
        answer = done.result()
        if isinstance(answer, Refused):
            leg.log_error(15003, answer.detail)
        elif answer.status != 204:
            try:
                documents.read(answer.body, answer.content_type)
            except Refused as refused:
                leg.log_error(refused.code, "answer to a status callback")

    async def settle(self) -> None:
        """Wait until all legs are over, and all requests delivered or given up."""
        while self._alive or self.delivery.under_way:
            await asyncio.wait({*self._alive, *self.delivery.under_way})
            # The callbacks of what is done come a step later.
            await asyncio.sleep(0)
        for task in self._broken:
            task.result()
