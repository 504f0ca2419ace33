"""Looks at a running installation from outside, as Twilio does, and changes nothing.

A request that is rightly signed, but names no account, is refused with 400 only after
its signature has been found right; so nothing of it is stored.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urlsplit

import requests
from django.conf import settings
from requests.auth import HTTPBasicAuth
from twilio.request_validator import RequestValidator

TIMEOUT_SECONDS = 10.0
# Moments that Twilio names are compared with ours (docs/contract.md 8.16).
MOST_SKEW = timedelta(seconds=10)
_FORM = {"CheckedBy": "MiniCC"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `problem` says what is wrong and how to mend it.

    It is skipped where it cannot be looked at before something else is mended.
    """

    what: str
    problem: str = ""
    is_skipped: bool = False


def findings(health: str, webhook: str, music: str) -> Iterator[Finding]:
    """What is found at our own addresses, one after the other.

    `webhook` is the address of one that Twilio asks, with the credentials it carries.
    """
    answer, problem = _asked("GET", health)
    yield Finding("our address can be reached", problem or _health_problem(answer))
    looks: dict[str, Callable[[], str]] = {
        "our clock is right": lambda: _clock_problem(answer),
        "a signature is found right": lambda: _signature_problem(webhook),
        "a wrong signature is refused": lambda: _forgery_problem(webhook),
        "a password is asked for": lambda: _password_problem(webhook),
        "the hold music can be played": lambda: _music_problem(music),
    }
    if not settings.WEBHOOK_BASIC_AUTH:
        del looks["a password is asked for"]
    for what, look in looks.items():
        # Where we cannot be reached nothing else can be told apart from this.
        yield Finding(what, is_skipped=True) if problem else Finding(what, look())


def _health_problem(answer: requests.Response | None) -> str:
    if answer is None:
        return ""
    if answer.status_code == 503:
        return "MiniCC answers, but its database takes no writes: see the page System."
    if answer.status_code != 200 or "setup_version" not in answer.text:
        return (
            f"{_place(answer)} is not answered by MiniCC (status {answer.status_code}):"
            " compare PUBLIC_BASE_URL with what the proxy passes on."
        )
    return ""


def _clock_problem(answer: requests.Response | None) -> str:
    """By the clock of whoever answers in front of us, such as a proxy or tunnel."""
    said = answer.headers.get("Date", "") if answer is not None else ""
    try:
        there = parsedate_to_datetime(said)
    except ValueError:
        return ""
    skew = abs(datetime.now(UTC) - there)
    if skew <= MOST_SKEW:
        return ""
    seconds = round(skew.total_seconds())
    return f"It differs by {seconds} s from that of {_place(answer)}: set it by NTP."


def _signature_problem(webhook: str) -> str:
    answer, problem = _posted(webhook, settings.TWILIO_AUTH_TOKEN)
    if answer is None:
        return problem
    match answer.status_code:
        case 400:
            return ""
        case 403:
            return (
                "It is refused: either the server runs with another TWILIO_AUTH_TOKEN,"
                " or PUBLIC_BASE_URL is not the address that is asked, or the proxy"
                " changes path or query."
            )
        case 401:
            return "The server asks for another WEBHOOK_BASIC_AUTH."
        case 405:
            return (
                "It is redirected or loses its method on the way: name the https URL."
            )
        case 503:
            return "The server has no TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN."
    return f"The answer has the status {answer.status_code}, which no webhook gives."


def _forgery_problem(webhook: str) -> str:
    answer, problem = _posted(webhook, "not the token")
    if answer is None or answer.status_code == 403:
        return problem
    status = answer.status_code
    return f"It is answered with {status}: something answers in place of MiniCC."


def _password_problem(webhook: str) -> str:
    parts = urlsplit(webhook)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    answer, problem = _posted(bare, settings.TWILIO_AUTH_TOKEN)
    if answer is None or answer.status_code == 401:
        return problem
    return f"A webhook without it is answered with {answer.status_code}."


def _music_problem(music: str) -> str:
    answer, problem = _asked("GET", music)
    kind = answer.headers.get("Content-Type", "") if answer is not None else ""
    if answer is not None and (answer.status_code != 200 or "audio" not in kind):
        return (
            f"{_place(answer)} gives status {answer.status_code} and the type {kind!r}:"
            " let the proxy pass /static/ on, or serve it."
        )
    return problem


def _posted(webhook: str, token: str) -> tuple[requests.Response | None, str]:
    """A signed request without an account, as Twilio would send it."""
    url = urldefrag(webhook).url
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    signature = RequestValidator(token).compute_signature(bare, _FORM)
    auth = None
    if parts.password is not None:
        user, _colon, password = settings.WEBHOOK_BASIC_AUTH.partition(":")
        auth = HTTPBasicAuth(user, password)
    headers = {"X-Twilio-Signature": signature}
    return _asked("POST", bare, data=_FORM, headers=headers, auth=auth)


def _asked(
    method: str,
    url: str,
    data: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    auth: HTTPBasicAuth | None = None,
) -> tuple[requests.Response | None, str]:
    """The answer, else in a sentence why there is none."""
    place = urlsplit(url).netloc.rpartition("@")[2]
    try:
        answer = requests.request(
            method,
            url,
            data=data,
            headers=headers,
            auth=auth,
            timeout=TIMEOUT_SECONDS,
            # Twilio follows none without losing the form.
            allow_redirects=False,
        )
    except requests.exceptions.SSLError:
        return None, f"The certificate of {place} is not valid: renew it."
    except requests.Timeout:
        return None, f"{place} does not answer within {TIMEOUT_SECONDS:.0f} s."
    except requests.RequestException:
        return None, (
            f"{place} cannot be reached: is the name right, the server up, and the"
            " firewall open?"
        )
    return answer, ""


def _place(answer: requests.Response | None) -> str:
    """The address of an answer, without credentials and query."""
    parts = urlsplit(answer.url if answer is not None else "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
