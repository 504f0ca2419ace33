"""Enqueue and Leave: a stay in a queue, from Enqueue to its action (reference 2)."""

from collections.abc import Callable

from callcenter.standin.calls.bridge import Bridge
from callcenter.standin.calls.legs import Ended, Left, Moved, Stay
from callcenter.standin.calls.queues import LONGEST_NAME, Member, Queue
from callcenter.standin.calls.script import DocumentFailed, Jump, Script
from callcenter.standin.twiml.document import Document, Element

PLAYLIST = "(Twilio's classical music)"


class Leaving(Exception):
    """A wait document executed Leave."""


async def leave(script: Script, verb: Element, document: Document) -> None:
    """Leave the queue; outside of one it does nothing."""
    if script.context == "wait":
        raise Leaving


async def enqueue(script: Script, verb: Element, document: Document) -> Jump | None:
    """Wait in a queue; give where the action leads, if there is one.

    A caller who is gone, or was sent elsewhere, does not hear the action's answer.
    """
    visit = _Visit(script, verb, document)
    try:
        result = await visit.live()
    except (Ended, Moved) as reason:
        visit.close(visit.result)
        if visit.action:
            gone = script.exchange.choices.status_of_hung_up
            # The only capture-like source of system-error has the call going on.
            early = visit.result == "system-error" or isinstance(reason, Moved)
            script.send(
                "enqueue",
                visit.action,
                verb.get("method", "POST"),
                visit.form(visit.result),
                status="in-progress" if early else gone,
                is_callback=True,
            )
        raise
    visit.close(result)
    if not visit.action:
        return None
    return Jump(visit.action, verb.get("method", "POST"), visit.form(result), "enqueue")


class _Visit:
    """One Enqueue. `result` is what stands if the leg is interrupted."""

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
        """Enter, wait, be taken; give the QueueResult."""
        script, exchange = self.script, self.script.exchange
        name = self.verb.text
        script.digits = ""
        if (
            not name
            or len(name) > LONGEST_NAME
            or "workflowSid" in self.verb.attributes
        ):
            script.leg.blame(12200, f"Enqueue into {name!r}")
            return "error"
        if exchange.faults.fails():
            return "system-error"
        await script.leg.pause(exchange.choices.enqueue_seconds)
        queue = exchange.queue(name)
        if queue.is_full:
            return "queue-full"
        stay = Stay(name, queue.sid, exchange.clock.now(), len(queue.members) + 1)
        script.leg.stays.append(stay)
        self.queue = queue
        self.member = Member(script.leg, stay, exchange.clock.seconds())
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
        """Give what the action request adds (reference 2.2)."""
        form = {"QueueResult": result}
        tells = result not in ("error", "system-error")
        tells = tells or self.script.exchange.choices.errors_tell_queue
        if self.member is not None and tells:
            form["QueueSid"] = self.member.stay.queue_sid
            form["QueueTime"] = str(self.member.stay.wait_seconds)
        if self.script.digits and self.script.exchange.choices.digits_ride_along:
            form["Digits"] = self.script.digits
        return form

    def close(self, result: str) -> None:
        """Take the call out of the queue, and write the stay's end down."""
        if self.member is None or self.queue is None:
            return
        stay = self.member.stay
        self.queue.leave(self.member)
        stay.result = result
        stay.left_at = stay.left_at or self.script.exchange.clock.now()
        if not self.member.taken.done():
            stay.wait_seconds = self._waited(self.member)

    async def _wait(self, queue: Queue, member: Member) -> str:
        """Hear the wait documents; give a result, empty when somebody took the call."""
        leg = self.script.leg
        leg.does("queued")
        try:
            with leg.scope(member.taken):
                await self._hold(lambda: self._wait_form(queue, member))
        except Leaving:
            return "leave"
        except DocumentFailed:
            return "error"
        except Left:
            return ""
        except (Ended, Moved) as reason:
            self.result = "hangup" if isinstance(reason, Ended) else "redirected"
            if member.taken.done():
                self._lose(member, reason)
            raise
        raise AssertionError("nobody stops waiting for nothing")

    async def _hold(self, form: Callable[[], dict[str, str]]) -> None:
        leg, clock = self.script.leg, self.script.exchange.clock
        given = self.verb.get("waitUrl", "-")
        if given in ("", "-"):
            if given:
                leg.hear("Play", PLAYLIST)
            await leg.forever()
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
        """Give what a wait request adds (reference 2.6)."""
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
        """Be connected; give a result, empty when the caller waits on."""
        bridge = _bridge(member)
        exchange = self.script.exchange
        try:
            await bridge.connect(self.script)
        except Left:
            bridge.finish("agent")
            if exchange.choices.back_to_queue:
                return ""
            return "bridging-in-process"
        except (Ended, Moved) as reason:
            self._lose(member, reason)
            raise
        member.stay.left_at = exchange.clock.now()
        if exchange.choices.queue_time_counts_announcement:
            member.stay.wait_seconds = self._waited(member)
        self.result = "bridged"
        try:
            await bridge.talk()
        except Moved:
            self.result = "redirected-from-bridged"
            raise
        return "bridged"

    def _lose(self, member: Member, reason: Exception) -> None:
        """The caller is gone between being taken and being connected."""
        _bridge(member).finish("caller")
        choice = self.script.exchange.choices.hung_up_while_connecting
        self.result = choice if isinstance(reason, Ended) else "redirected"

    def _waited(self, member: Member) -> int:
        return int(member.leg.clock.seconds() - member.entered_seconds + 0.001)


def _bridge(member: Member) -> Bridge:
    taken = member.taken.result()
    assert isinstance(taken, Bridge)  # noqa: S101 -- nothing else is ever set
    return taken
