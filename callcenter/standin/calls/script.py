"""Executes the documents of one leg, verb by verb."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callcenter.standin.calls import parameters
from callcenter.standin.calls.legs import Ended, Leg, Moved
from callcenter.standin.network.address import resolve
from callcenter.standin.network.transport import Answer
from callcenter.standin.twiml import document as documents
from callcenter.standin.twiml.document import Document, Element
from callcenter.standin.twiml.errors import Refused

if TYPE_CHECKING:
    from callcenter.standin.calls.exchange import Exchange

APOLOGY = "We are sorry. An application error has occurred. Goodbye."
APOLOGY_SECONDS = 5.0


@dataclass
class Jump:
    """The next document to request, with the parameters the request adds."""

    url: str
    method: str = "POST"
    extra: dict[str, str] = field(default_factory=dict)
    kind: str = "redirect"
    twiml: str = ""


class DocumentFailed(Exception):
    """A wait document, announcement or whisper could not be fetched or executed."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(str(refused))


Verb = Callable[["Script", Element, Document], Awaitable[Jump | None]]


class Script:
    """Executes documents on a leg. `context`: a key of CONTEXTS, empty for the call."""

    def __init__(
        self, exchange: "Exchange", leg: Leg, verbs: Mapping[str, Verb]
    ) -> None:
        self.exchange = exchange
        self.leg = leg
        self.verbs = verbs
        self.context = ""
        self.context_form: Callable[[], dict[str, str]] = dict
        self.digits = ""  # last gathered
        self._idle = 0  # documents in a row that took no time
        self._idle_since = -1.0

    async def run(self, start: Jump) -> None:
        """Execute documents until the leg is over."""
        following: Jump | None = start
        try:
            while following is not None:
                try:
                    following = await self._document(following)
                except Moved as moved:
                    self.leg.moved()
                    following = Jump(
                        moved.url, moved.method, {}, "document", moved.twiml
                    )
            self.leg.end("other" if self.leg.was_left else "system")
        except Ended:
            pass
        finally:
            self.exchange.finish(self.leg)

    async def _document(self, jump: Jump) -> Jump | None:
        try:
            document = await self.fetch(jump)
        except Refused as refused:
            return await self._fall_back(jump, refused)
        if not document.verbs:
            self.leg.answer()
        return await self.execute(document)

    async def _fall_back(self, jump: Jump, refused: Refused) -> Jump:
        leg = self.leg
        url = resolve(jump.url, leg.fallback_url) if leg.fallback_url else ""
        if url and jump.kind != "fallback":
            failed = {"ErrorCode": str(refused.code), "ErrorUrl": jump.url}
            return Jump(url, leg.fallback_method, failed, "fallback")
        leg.answer()
        leg.set_doing("listening")
        leg.hear("Apology", APOLOGY, APOLOGY_SECONDS, "en-US")
        await leg.pause(APOLOGY_SECONDS)
        leg.end("system")
        raise Ended

    async def fetch(self, jump: Jump) -> Document:
        """Ask for a document and read it; Refused, with a line in the debugger."""
        try:
            self._check_loops(jump)
            if jump.twiml:
                document = documents.parse(jump.twiml.encode(), self.context)
            else:
                answer = await self.ask(jump.kind, jump.url, jump.method, jump.extra)
                if self.context == "wait" and answer.content_type.startswith("audio/"):
                    document = _sound(jump.url)
                else:
                    document = documents.read(
                        answer.body, answer.content_type, self.context
                    )
        except Refused as refused:
            self.leg.log_error(refused.code, refused.detail)
            raise
        for code, detail in document.warnings:
            self.leg.log_error(code, detail)
        document.url, document.method = jump.url, jump.method
        return document

    async def ask(
        self, kind: str, url: str, method: str, extra: Mapping[str, str]
    ) -> Answer:
        """Send a request about this leg, wait for its answer; Refused if it fails."""
        task = self.send(kind, url, method, extra)
        await self.leg.until(task)
        result = task.result()
        if isinstance(result, Refused):
            raise result
        return result

    def send(
        self,
        kind: str,
        url: str,
        method: str,
        extra: Mapping[str, str],
        *,
        status: str = "",
        is_callback: bool = False,
    ) -> "asyncio.Task[Answer | Refused]":
        """Send a request about this leg; the task gives the answer."""
        form = parameters.standard(self.exchange.account, self.leg, status)
        return self.exchange.delivery.send(
            self.leg,
            kind,
            url,
            method.upper(),
            form | dict(extra),
            is_callback=is_callback,
        )

    async def execute(self, document: Document) -> Jump | None:
        """Execute the verbs; give the next document, None at the end of this one."""
        for verb in document.verbs:
            self._pick_up(verb)
            following = await self.verbs[verb.name](self, verb, document)
            if following is not None:
                return following
        return None

    async def inner(
        self,
        jump: Jump,
        context: str,
        context_form: Callable[[], dict[str, str]] | None = None,
    ) -> None:
        """Execute a document that is not the call's own, to its end.

        Every request from within has the parameters of `context_form` as well.
        DocumentFailed where one of them has no usable answer.
        """
        before = self.context, self.context_form
        self.context, self.context_form = context, context_form or self.context_form
        following: Jump | None = jump
        try:
            while following is not None:
                following = await self.execute(await self.fetch(following))
        except Refused as refused:
            raise DocumentFailed(refused) from refused
        finally:
            self.context, self.context_form = before

    def resolve(self, document: Document, url: str) -> str:
        """Give the absolute form of an attribute's URL."""
        carries = self.exchange.choices.carries_credentials
        return resolve(document.url, url, carries)

    def _pick_up(self, verb: Element) -> None:
        # A leading Reject avoids the answer, a leading Pause delays it
        # (docs/twilio.md 5.7).
        if self.leg.answered_at is not None or verb.name in ("Reject", "Pause"):
            return
        if not (verb.name == "Dial" and verb.is_true("answerOnBridge")):
            self.leg.answer()

    def _check_loops(self, jump: Jump) -> None:
        now = self.exchange.clock.seconds()
        self._idle = self._idle + 1 if now - self._idle_since < 0.001 else 0
        self._idle_since = now
        if self._idle > self.exchange.choices.longest_loop:
            raise Refused(11215, f"{self._idle} documents without a pause: {jump.url}")


def _sound(url: str) -> Document:
    return Document(url, "POST", [Element("Play", {}, url)])
