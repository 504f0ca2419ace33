"""Enqueue and Leave: a visit to a queue, from start to action (docs/twilio.md 2)."""

from collections.abc import Callable

from callcenter.standin.calls.legs import Ended, Moved, ScopeEnded, Visit
from callcenter.standin.calls.queues import LONGEST_NAME, Member, Queue
from callcenter.standin.calls.script import DocumentFailed, Jump, Script
from callcenter.standin.twiml.document import Document, Element

PLAYLIST = "(Twilio's classical music)"


class Leaving(Exception):
    """A wait document executed Leave."""


async def leave(script: Script, verb: Element, document: Document) -> None:
    """Leave the queue; outside of a wait document it does nothing."""
    if script.context == "wait":
        raise Leaving


async def enqueue(script: Script, verb: Element, document: Document) -> Jump | None:
    """Wait in a queue; give the action's request, if there is an action.

    If the caller hung up or was redirected, the action is sent as a callback.
    """
    enqueued = _Enqueued(script, verb, document)
    try:
        result = await enqueued.live()
    except (Ended, Moved) as reason:
        enqueued.close(enqueued.result)
        if enqueued.action:
            gone = script.exchange.choices.status_of_hung_up
            # The only capture-like source of system-error has the call going on.
            early = enqueued.result == "system-error" or isinstance(reason, Moved)
            script.send(
                "enqueue",
                enqueued.action,
                verb.get("method", "POST"),
                enqueued.form(enqueued.result),
                status="in-progress" if early else gone,
                is_callback=True,
            )
        raise
    enqueued.close(result)
    if not enqueued.action:
        return None
    return Jump(
        enqueued.action, verb.get("method", "POST"), enqueued.form(result), "enqueue"
    )


class _Enqueued:
    """One Enqueue. `result` is the QueueResult if the leg is interrupted now."""

    def __init__(self, script: Script, verb: Element, document: Document) -> None:
        self.script = script
        self.verb = verb
        self.document = document
        self.result = "system-error"
        self.member: Member | None = None
        self.queue: Queue | None = None
        given = verb.get("action")
        self.action = script.resolve(document, given) if given else ""

    async def live(self) -> str:
        """Enter, wait, talk; give the QueueResult."""
        script, exchange = self.script, self.script.exchange
        name = self.verb.text
        script.digits = ""
        if (
            not name
            or len(name) > LONGEST_NAME
            or "workflowSid" in self.verb.attributes
        ):
            script.leg.log_error(12200, f"Enqueue into {name!r}")
            return "error"
        if exchange.faults.fails():
            return "system-error"
        await script.leg.pause(exchange.choices.enqueue_seconds)
        queue = exchange.queue(name)
        if queue.is_full:
            return "queue-full"
        visit = Visit(name, queue.sid, exchange.clock.now(), len(queue.members) + 1)
        script.leg.visits.append(visit)
        self.queue = queue
        self.member = Member(script.leg, visit, exchange.clock.seconds())
        queue.enter(self.member)
        script.leg.note("queued")
        while True:
            result = await self._wait(queue, self.member)
            if result:
                return result
            result = await self._meet(self.member)
            if result:
                return result
            self.member.renew()
            queue.enter(self.member, at_head=True)

    def form(self, result: str) -> dict[str, str]:
        """Give what the action request adds (docs/twilio.md 2.2)."""
        form = {"QueueResult": result}
        is_error = result in ("error", "system-error")
        names_queue = not is_error or self.script.exchange.choices.errors_name_queue
        if self.member is not None and names_queue:
            form["QueueSid"] = self.member.visit.queue_sid
            form["QueueTime"] = str(self.member.visit.wait_seconds)
        if self.script.digits and self.script.exchange.choices.digits_ride_along:
            form["Digits"] = self.script.digits
        return form

    def close(self, result: str) -> None:
        """Remove the call from the queue and complete the visit."""
        if self.member is None or self.queue is None:
            return
        visit = self.member.visit
        self.queue.leave(self.member)
        visit.result = result
        visit.left_at = visit.left_at or self.script.exchange.clock.now()
        if not self.member.matched.done():
            visit.wait_seconds = self._waited(self.member)

    async def _wait(self, queue: Queue, member: Member) -> str:
        """Play the wait documents; give a result, empty when the call was matched."""
        leg = self.script.leg
        leg.set_doing("queued")
        try:
            with leg.scope(member.matched):
                await self._hold(lambda: self._wait_form(queue, member))
        except Leaving:
            return "leave"
        except DocumentFailed:
            return "error"
        except ScopeEnded:
            return ""
        except (Ended, Moved) as reason:
            self.result = "hangup" if isinstance(reason, Ended) else "redirected"
            if member.matched.done():
                self._lose(member, reason)
            raise
        raise AssertionError("waiting ended without a reason")

    async def _hold(self, form: Callable[[], dict[str, str]]) -> None:
        leg, clock = self.script.leg, self.script.exchange.clock
        given = self.verb.get("waitUrl", "-")
        if given in ("", "-"):
            if given:
                leg.hear("Play", PLAYLIST)
            await leg.wait_until_interrupted()
        url = self.script.resolve(self.document, given)
        method = self.verb.get("waitUrlMethod", "POST")
        while True:
            began = clock.seconds()
            await self.script.inner(Jump(url, method, form(), "wait"), "wait", form)
            rest = self.script.exchange.choices.shortest_wait_document
            rest -= clock.seconds() - began
            if rest > 0:
                await leg.pause(rest)

    def _wait_form(self, queue: Queue, member: Member) -> dict[str, str]:
        """Give what a wait request adds (docs/twilio.md 2.6)."""
        now = self.script.exchange.clock.seconds()
        return {
            "QueueSid": queue.sid,
            "QueuePosition": str(queue.position(member)),
            "QueueTime": str(self._waited(member)),
            "AvgQueueTime": str(queue.average_wait(now)),
            "CurrentQueueSize": str(len(queue.members)),
            "MaxQueueSize": str(queue.max_size),
        }

    async def _meet(self, member: Member) -> str:
        """Connect with the agent; give a result, empty when the caller waits again."""
        bridge = member.matched.result()
        exchange = self.script.exchange
        try:
            await bridge.connect(self.script)
        except ScopeEnded:
            bridge.finish("agent")
            if exchange.choices.back_to_queue:
                return ""
            return "bridging-in-process"
        except (Ended, Moved) as reason:
            self._lose(member, reason)
            raise
        member.visit.left_at = exchange.clock.now()
        if exchange.choices.queue_time_counts_announcement:
            member.visit.wait_seconds = self._waited(member)
        self.result = "bridged"
        try:
            await bridge.talk()
        except Moved:
            self.result = "redirected-from-bridged"
            raise
        return "bridged"

    def _lose(self, member: Member, reason: Exception) -> None:
        """End the bridge of a caller who is gone before the talk began."""
        member.matched.result().finish("caller")
        choice = self.script.exchange.choices.hung_up_while_connecting
        self.result = choice if isinstance(reason, Ended) else "redirected"

    def _waited(self, member: Member) -> int:
        return int(member.leg.clock.seconds() - member.entered_seconds + 0.001)
