"""A leg as Twilio executes it: which requests may follow the last document.

It knows TwiML as Twilio documents it, and nothing of MiniCC's code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from callcenter.tests.fuzz.wsgi import Reply
from callcenter.tests.twilio_client import BASE_URL, voice_form

KEYS = "1234567890*#"
# QueueResult: what becomes of a waiting caller.
RESULTS = ["hangup", "leave", "error", "system-error", "redirected", "queue-full"]
RESULTS += ["bridged", "bridging-in-process", "redirected-from-bridged"]
# DialCallStatus of a Dial that joined no caller.
DIAL_RESULTS = ["no-answer", "failed", "busy", "canceled", "completed"]


@dataclass(frozen=True)
class Move:
    """One request that Twilio may make next; its name says what has happened."""

    name: str
    target: str
    params: dict[str, str] = field(default_factory=dict)
    # The leg is over: nobody hears the answer.
    is_last: bool = False


@dataclass
class Leg:
    """One leg: its numbers, and the verb it is in."""

    call_sid: str
    from_: str
    to: str
    status: str = "ringing"
    document: ElementTree.Element | None = None
    url: str = ""
    enqueue: ElementTree.Element | None = None  # while it waits
    wait: ElementTree.Element | None = None  # heard while it waits
    dial: ElementTree.Element | None = None  # while it waits for a caller
    taken_by: "Leg | None" = None
    is_over: bool = False

    def form(self, move: Move) -> dict[str, str]:
        """The form of a request: the parameters of the leg and those of the move."""
        form = voice_form(self.call_sid, self.from_, self.to, self.status)
        return form | move.params

    def moves(self, others: list["Leg"], seconds: int) -> Iterator[Move]:
        """The possible next requests; `seconds` is the length of a wait or talk."""
        time = str(seconds)
        if self.document is None:
            yield Move("rings", "/twilio/incoming/")
            yield Move("fails", "/twilio/fallback/", {"ErrorCode": "11205"})
        elif self.enqueue is not None:
            yield from self._while_waiting(self.enqueue, time)
        elif self.dial is not None:
            yield from self._while_dialling(self.dial, others, time)
        else:
            yield from self._heard(self.document)
        if self.status != "completed":
            for status in ("completed", "busy", "failed", "no-answer", "canceled"):
                yield Move(
                    "ends",
                    "/twilio/status/",
                    {"CallStatus": status, "CallDuration": time},
                    is_last=True,
                )

    def has_heard(self, move: Move, reply: Reply) -> None:
        """Continue with the document that a move was answered with."""
        if move.name == "ends" or reply.status != 200:
            self.is_over = self.is_over or move.name == "ends"
            return
        document = ElementTree.fromstring(reply.body)  # noqa: S314 -- our own
        if move.name == "waits":
            self.wait = document
            return
        self.status = "in-progress" if self.status == "ringing" else self.status
        self.document, self.url = document, urljoin(BASE_URL, move.target)
        self.enqueue, self.dial = document.find("Enqueue"), document.find("Dial")
        self.wait = self.taken_by = None

    def _heard(self, document: ElementTree.Element) -> Iterator[Move]:
        gather = document.find("Gather")
        if gather is not None:
            action = self._link(gather.attrib["action"])
            for key in KEYS:
                yield Move("presses", action, {"Digits": key, "msg": "Gather End"})
            for keys in ("1234", "*1", "*99"):
                yield Move("presses", action, {"Digits": keys, "FinishedOnKey": "#"})
            yield Move("is silent", action, {"Digits": ""})
        redirect = document.find("Redirect")
        if redirect is not None:
            yield Move("goes on", self._link(redirect.text or ""))

    def _while_waiting(self, queue: ElementTree.Element, time: str) -> Iterator[Move]:
        known = {"QueueSid": "QU" + "1" * 32, "QueueTime": time}
        place = {"QueuePosition": "1", "AvgQueueTime": "0", "CurrentQueueSize": "1"}
        yield Move("waits", self._link(queue.attrib["waitUrl"]), known | place)
        for result in RESULTS:
            said = {"QueueResult": result} | ({} if result == "queue-full" else known)
            if result == "hangup":
                said["CallStatus"] = "completed"
            yield Move(f"leaves: {result}", self._link(queue.attrib["action"]), said)

    def _while_dialling(
        self, dial: ElementTree.Element, others: list["Leg"], time: str
    ) -> Iterator[Move]:
        action = dial.attrib.get("action")
        if not action:
            return
        done = self._link(action)
        for result in DIAL_RESULTS:
            yield Move(f"dial: {result}", done, {"DialCallStatus": result})
        for other in others:
            if other.taken_by is self:
                talked = {
                    "DialCallStatus": "completed",
                    "DialCallSid": other.call_sid,
                    "DialCallDuration": time,
                }
                yield Move("talked", done, talked | {"DialBridged": "true"})
                yield Move("missed", done, talked | {"DialBridged": "false"})
                yield Move("an old Twilio", done, talked)

    def takes(self, caller: "Leg", seconds: int) -> Move | None:
        """The Queue url request with which this operator's leg is given the caller.

        None unless both are in the same queue.
        """
        queue = None if self.dial is None else self.dial.find("Queue")
        if queue is None or caller.enqueue is None or queue.text != caller.enqueue.text:
            return None
        caller.taken_by = self
        return Move(
            "is taken",
            self._link(queue.attrib["url"]),
            {
                "QueueSid": "QU" + "1" * 32,
                "QueueTime": str(seconds),
                "DequeingCallSid": self.call_sid,
            },
        )

    def _link(self, link: str) -> str:
        """Path and query of a URL in the document, as they reach the server."""
        parts = urlsplit(urljoin(self.url, link))
        return parts._replace(scheme="", netloc="", fragment="").geturl()
