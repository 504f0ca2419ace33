"""Twilio's client for our account: with time-outs, and patient where Twilio is busy."""

import json
import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from callcenter.reasons import Explained, Reason
from callcenter.twilio_api.access import Access, access

logger = logging.getLogger(__name__)
# The library writes several lines for each request.
_library_log = logging.getLogger(f"{__name__}.library")
_library_log.setLevel(logging.WARNING)

TIMEOUT_SECONDS = 20.0
TRIES = 5
LONGEST_WAIT_SECONDS = 30.0
TOO_MANY = 429
_BUSY = (500, 502, 503, 504)
# Reading again changes nothing; other requests may have been done (twilio.md 10.5).
_READING = "GET"


class TwilioFailure(Explained):
    """Twilio did not give what it was asked for."""


class PatientHttpClient(TwilioHttpClient):
    """Sends requests to where the settings say, and again where that may help.

    A request that Twilio did not process (429) is sent again after a while; so is one
    that only reads, after a failure of the server or the network and after an answer
    that was cut off. It waits as long as Twilio asks for, else twice as long each time,
    at most LONGEST_WAIT_SECONDS; and gives up after so many tries. A program of this
    machine that is not there, such as the stand-in, is not waited for.
    """

    def __init__(
        self,
        way: Access,
        sleep: Callable[[float], object],
        timeout: float = TIMEOUT_SECONDS,
        tries: int = TRIES,
    ) -> None:
        super().__init__(timeout=timeout, logger=_library_log)
        self._way = way
        self._sleep = sleep
        self._timeout = timeout
        self._tries = tries
        # A program of this machine is not asked by a proxy.
        self.session.trust_env = not way.is_loopback

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        """The answer, whatever its status. Raises TwilioFailure where there is none."""
        led = urlsplit(url)._replace(
            scheme=self._way.base.scheme, netloc=self._way.base.netloc
        )
        may_repeat = method.upper() == _READING
        for number in range(1, self._tries + 1):
            answer = self._try(method, led.geturl(), args, options)
            if isinstance(answer, Response):
                is_refused = answer.status_code == TOO_MANY
                is_busy = may_repeat and answer.status_code in _BUSY
                if not (is_refused or is_busy) or number == self._tries:
                    return answer
            elif not may_repeat or self._way.is_loopback or number == self._tries:
                raise answer
            wait = _wait(number, answer)
            problem = getattr(answer, "status_code", answer)
            logger.info("Twilio is asked again in %.1f s: %s", wait, problem)
            self._sleep(wait)
        raise AssertionError("unreachable")

    def _try(
        self, method: str, url: str, args: Any, options: Any
    ) -> Response | TwilioFailure:
        """The answer, else why there is none."""
        where = self._way.address
        try:
            response = super().request(method, url, *args, **options)
        except requests.Timeout:
            return TwilioFailure(Reason.TWILIO_SLOW, f"{where}, {self._timeout:.0f} s")
        except requests.exceptions.ChunkedEncodingError:
            return TwilioFailure(Reason.TWILIO_CUT_OFF, where)
        except requests.RequestException as error:
            logger.debug("no answer", exc_info=True)
            kind = type(error).__name__
            return TwilioFailure(Reason.TWILIO_UNREACHABLE, f"{where}, {kind}")
        if response.status_code == requests.codes.ok and not _is_json(response.text):
            return TwilioFailure(Reason.TWILIO_CUT_OFF, where)
        return response


def client(
    sleep: Callable[[float], object] = time.sleep,
    *,
    timeout: float = TIMEOUT_SECONDS,
    tries: int = TRIES,
) -> Client:
    """Twilio's client by the settings; raises NotConfigured where they do not suffice.

    `sleep` is called with the seconds to wait before Twilio is asked again. Somebody
    who waits for a page wants a short `timeout`, in seconds, and a single try.
    """
    way = access()
    return Client(
        way.user,
        way.password,
        way.account_sid,
        http_client=PatientHttpClient(way, sleep, timeout, tries),
    )


def failure_of(error: TwilioException, tries: int = TRIES) -> TwilioFailure:
    """An error of the library as a sentence; the library raises it for statuses.

    `tries` is how often the client that was used asks where Twilio is busy.
    """
    # Of pages that cannot be fetched only the answer is told.
    answer = next((one for one in error.args if isinstance(one, Response)), None)
    status = code = None
    after = f", {tries} tries" if tries > 1 else ""
    if isinstance(error, TwilioRestException):
        status, code = error.status, error.code
    elif answer is not None:
        status = answer.status_code
        code = _code(answer.text)
    match status:
        case 401 | 403:
            return TwilioFailure(
                Reason.TWILIO_CREDENTIALS, f"{status}, {access().settings}"
            )
        case 404:
            return TwilioFailure(Reason.TWILIO_ACCOUNT, "404")
        case 429:
            return TwilioFailure(Reason.TWILIO_TOO_OFTEN, f"429{after}")
        case int() if status >= 500:
            return TwilioFailure(Reason.TWILIO_FAILS, f"{status}{after}")
        case int():
            detail = f", code {code}" if code else ""
            return TwilioFailure(Reason.TWILIO_REFUSES, f"{status}{detail}")
    return TwilioFailure(Reason.TWILIO_OTHER)


def _wait(number: int, answer: Response | TwilioFailure) -> float:
    """Seconds before the next try, after so many."""
    asked = _retry_after(answer) if isinstance(answer, Response) else None
    # Several processes must not ask again at the same moment.
    usual = 2.0 ** (number - 1) * random.uniform(0.75, 1.25)  # noqa: S311 -- no secret
    return min(usual if asked is None else asked, LONGEST_WAIT_SECONDS)


def _retry_after(response: Response) -> float | None:
    """The seconds of the header Retry-After, which may name a moment instead."""
    text = (response.headers or {}).get("Retry-After", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _is_json(text: str) -> bool:
    """Whether it is whole; whether it can be used is found where it is read."""
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:
        pass
    return True


def _code(text: str) -> int | None:
    """The code of an error in the body of an answer."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, int) else None
