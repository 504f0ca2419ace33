"""Sends requests: signs them, repeats them as asked, applies faults, records them."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

from callcenter.standin.calls.account import Account, Sent
from callcenter.standin.calls.choices import Choices
from callcenter.standin.calls.legs import Leg
from callcenter.standin.calls.sids import new_token
from callcenter.standin.network import address as addresses
from callcenter.standin.network.address import Address, with_query
from callcenter.standin.network.clock import Clock
from callcenter.standin.network.faults import Faults
from callcenter.standin.network.transport import (
    Answer,
    Request,
    TimedOut,
    Timeout,
    Transport,
    Unreachable,
)
from callcenter.standin.twiml.errors import Refused

MOST_REDIRECTS = 10


class Delivery:
    """Sends all requests of an exchange and keeps the record of them in `sent`."""

    def __init__(
        self,
        account: Account,
        transport: Transport,
        clock: Clock,
        faults: Faults,
        choices: Choices,
        random: Random,
    ) -> None:
        self.account = account
        self.transport = transport
        self.clock = clock
        self.faults = faults
        self.choices = choices
        self.random = random
        self.sent: list[Sent] = []
        self.under_way: set[asyncio.Task[Answer | Refused]] = set()

    def send(
        self,
        leg: Leg,
        kind: str,
        url: str,
        method: str,
        form: dict[str, str],
        *,
        is_callback: bool = False,
    ) -> "asyncio.Task[Answer | Refused]":
        """Start sending; the task gives the answer, or Refused as a value."""
        token = new_token(self.random)
        moment = self.clock.now()
        sent = Sent(leg.sid, kind, url, method, form, token, moment, is_callback)
        self.sent.append(sent)
        return self._start(self._carry(leg, sent))

    def _start(
        self, work: Coroutine[Any, Any, Answer | Refused]
    ) -> "asyncio.Task[Answer | Refused]":
        task = asyncio.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return task

    async def _carry(self, leg: Leg, sent: Sent) -> "Answer | Refused":
        try:
            result: Answer | Refused = await self._tries(leg, sent)
        except Refused as refused:
            result = refused
        if isinstance(result, Refused):
            sent.errors.append(result.code)
        if sent.outcome == "pending":
            sent.outcome = "answered" if isinstance(result, Answer) else "refused"
        sent.done_at = self.clock.now()
        return result

    async def _tries(self, leg: Leg, sent: Sent) -> Answer:
        address = addresses.read(sent.url)
        asked = address.overrides
        late = self.faults.lateness(sent.kind, sent.is_callback)
        if late:
            await self.clock.sleep(late)
        if sent.is_callback and self.faults.drops(sent.kind):
            sent.outcome = "dropped"
            raise Refused(11205, "lost on the way")
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            sent.tries += 1
            left = asked.total - (loop.time() - began)
            timeout = Timeout(min(asked.connect, left), min(asked.read, left))
            reason, problem = "", None
            try:
                answer = await self._challenge(leg, sent, address, timeout)
            except Unreachable as unreachable:
                reason, problem = "ct", Refused(unreachable.code, address.url)
                sent.outcome = "unanswered" if sent.arrived else "unreachable"
            except TimedOut:
                reason, problem = "rt", Refused(11200, f"time-out of {address.url}")
                sent.outcome = "unanswered"
            else:
                sent.status = answer.status
                sent.outcome = "answered" if answer.status < 300 else "refused"
                if answer.status < 300:
                    return answer
                reason = f"{answer.status // 100}xx"
                problem = Refused(11200, f"status {answer.status} of {address.url}")
            has_time = loop.time() - began < asked.total
            if (
                reason not in asked.retry_on
                or sent.tries > asked.retries
                or not has_time
            ):
                raise problem

    async def _challenge(
        self, leg: Leg, sent: Sent, address: Address, timeout: Timeout
    ) -> Answer:
        """Ask without credentials first, after a 401 with them (docs/twilio.md 7.4)."""
        knows = address.host in leg.logged_in
        answer = await self._follow(sent, address, timeout, is_known=knows)
        if answer.status != 401 or knows or not address.has_credentials:
            return answer
        offered = answer.headers.get("www-authenticate", "").lower()
        if not (offered.startswith("basic") and "realm=" in offered):
            return answer
        answer = await self._follow(sent, address, timeout, is_known=True)
        if answer.status != 401:
            leg.logged_in.add(address.host)
        return answer

    async def _follow(
        self, sent: Sent, address: Address, timeout: Timeout, *, is_known: bool
    ) -> Answer:
        """Follow redirects of HTTP; a POST that is sent elsewhere loses its form."""
        url, method, form = address.url, sent.method.upper(), sent.form
        for _hop in range(MOST_REDIRECTS + 1):
            request = self._request(url, method, form, sent)
            if is_known and address.has_credentials:
                request.headers["Authorization"] = address.authorization()
            answer = await self._once(sent, request, timeout)
            where = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not where:
                return answer
            url = addresses.read(addresses.resolve(url, where)).url
            if answer.status in (301, 302, 303):
                method, form = "GET", {}
        raise Refused(11215, address.url)

    def _request(
        self, url: str, method: str, form: dict[str, str], sent: Sent
    ) -> Request:
        if method == "GET":
            url, form = with_query(url, form) if form else url, {}
        signed = addresses.signature(url, form, self.account.auth_token)
        headers = {
            "X-Twilio-Signature": signed,
            "X-Home-Region": "us1",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        if method == "POST":
            kind = "application/x-www-form-urlencoded; charset=UTF-8"
            headers["Content-Type"] = kind
        if self.choices.sends_token:
            headers["I-Twilio-Idempotency-Token"] = sent.token
        return Request(url, dict(form), headers, method)

    async def _once(self, sent: Sent, request: Request, timeout: Timeout) -> Answer:
        if not sent.is_callback and self.faults.drops(sent.kind):
            raise Unreachable("dropped")
        try:
            answer = await self.transport.send(request, timeout)
        except TimedOut:
            sent.arrived += 1
            raise
        except OSError as problem:
            raise Unreachable(str(problem)) from problem
        sent.arrived += 1
        if self.faults.duplicates(sent.kind):
            self._start(self._again(sent, request, timeout))
        if self.faults.drops_answer(sent.kind):
            raise TimedOut
        return answer

    async def _again(self, sent: Sent, request: Request, timeout: Timeout) -> Refused:
        """Send it once more, a little later; the answer is ignored."""
        late = self.faults.random.uniform(0, self.faults.delay_seconds)
        await self.clock.sleep(late)
        try:
            await self.transport.send(request, timeout)
            sent.arrived += 1
        except (Unreachable, TimedOut) as problem:
            return Refused(11205, str(problem))
        return Refused(0, "a repetition")
