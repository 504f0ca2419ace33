"""The URLs that we hand to Twilio: absolute, with credentials and the next step.

What a step needs to know travels in its URL, so that it needs no query
(docs/contract.md 3). No database.
"""

from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse

from callcenter.flow.step import Step
from callcenter.routes import Kind, url_name

HOLD_MUSIC = "callcenter/hold-music.wav"

# Asks Twilio to try again; the fragment is never sent to us (docs/twilio.md 9.1).
RETRIES = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=4000&tt=14000"


def incoming() -> str:
    """The voice URL of our numbers."""
    return _absolute(reverse(url_name(Kind.INCOMING))) + RETRIES


def fallback() -> str:
    """The fallback URL of our numbers, requested when another document fails."""
    return _absolute(reverse(url_name(Kind.FALLBACK))) + RETRIES


def client() -> str:
    """The voice URL of the TwiML App: calls that a browser makes."""
    return _absolute(reverse(url_name(Kind.CLIENT))) + RETRIES


def status() -> str:
    """The status callback of our numbers, requested when a call has ended."""
    return _absolute(reverse(url_name(Kind.STATUS))) + RETRIES


def menu(step: Step, slug: str, *, again: int, language: str) -> str:
    """The URL that a menu's input is posted to; `again` is that of Step."""
    return _next(
        step,
        Kind.MENU,
        slug,
        visits=step.visits or step.visit,
        again=again,
        lang=language,
    )


def wait(step: Step, queue: str, visit: int, *, language: str) -> str:
    """The URL of the wait document of a queue."""
    return _next(step, Kind.WAIT, queue, visit, visits=visit, lang=language)


def queue_exit(step: Step, queue: str, visit: int, *, language: str) -> str:
    """The URL for what follows when the caller has left the queue."""
    return _next(step, Kind.QUEUE_EXIT, queue, visit, visits=visit, lang=language)


def voicemail(step: Step, queue: str, visit: int, *, language: str) -> str:
    """The URL that a message is posted to; `visit` is 0 where a menu led to it."""
    return _next(step, Kind.VOICEMAIL, queue, visit, visits=step.visits, lang=language)


def recording(step: Step) -> str:
    """The URL for what becomes of a recording.

    Of an operator's Dial it has the step of the announcement to the caller, so that
    the two are known to belong together.
    """
    return _next(step, Kind.RECORDING)


def connect(step: Step, queue: str, *, is_recorded: bool = False) -> str:
    """The URL of the announcement to a caller whom an operator takes.

    It carries whether that operator's Dial records: the switch may be moved meanwhile.
    """
    query: dict[str, str | int] = {"rec": 1} if is_recorded else {}
    return _next(step, Kind.CONNECT, queue=queue, **query)


def operator(
    step: Step, *, signed_in: bool, again: int = 0, queue: str = "", state: str = ""
) -> str:
    """The URL of the operator's loop; `again` counts the PINs that were wrong.

    `queue` is the one dialled last. In a `state` other than ready, `again` counts the
    pauses in a row in which no key was pressed.
    """
    query: dict[str, str | int] = _signed_in(step) if signed_in else {"again": again}
    if queue:
        query["queue"] = queue
    if state:
        query["state"] = state
    if state and again:
        query["again"] = again
    if signed_in and step.about:
        query["about"] = step.about
    return _next(step, Kind.OPERATOR, **query)


def operator_done(step: Step, queue: str) -> str:
    """The URL for what follows when an operator's Dial to this queue has ended."""
    query = _signed_in(step) | {"queue": queue}
    return _next(step, Kind.OPERATOR_DONE, **query)


def ring_back(token: str) -> str:
    """The URL that Twilio requests when an operator has taken the call to ring back."""
    return _absolute(reverse(url_name(Kind.RING_BACK), args=[token])) + RETRIES


def ring_back_key(step: Step) -> str:
    """The URL that the key of the operator is posted to."""
    return _next(step, Kind.RING_BACK, step.token)


def ring_back_done(step: Step) -> str:
    """The URL for what follows when the call to the caller is over."""
    return _next(step, Kind.RING_BACK_DONE, step.token)


def health() -> str:
    """Where this server says whether it works."""
    return _absolute(reverse("healthz"))


def hold_music() -> str:
    """The URL of our own hold music."""
    return _absolute(static(HOLD_MUSIC))


def credentials() -> str:
    """The Basic credentials as our URLs carry them; empty if none are set."""
    user, has_password, password = settings.WEBHOOK_BASIC_AUTH.partition(":")
    return f"{quote(user, safe='')}:{quote(password, safe='')}" if has_password else ""


def _signed_in(step: Step) -> dict[str, str | int]:
    return {"in": 1, "proof": step.proof} if step.proof else {"in": 1}


def _next(step: Step, kind: Kind, *place: str | int, **query: str | int) -> str:
    path = _path(kind, place, get_script_prefix())
    url = _absolute(f"{path}?{urlencode({'step': step.step + 1, **query})}")
    return url + RETRIES


# Each document has several, and `reverse` takes longer than all the rest of a link.
@lru_cache(maxsize=1024)
def _path(kind: Kind, place: tuple[str | int, ...], _prefix: str) -> str:
    return reverse(url_name(kind), args=place)


def _absolute(path: str) -> str:
    """The path at PUBLIC_BASE_URL, if that is set, with the Basic credentials."""
    base = settings.PUBLIC_BASE_URL
    if not base:
        return path
    # The prefix that a proxy adds is in both, and must not stand there twice.
    prefix = get_script_prefix().rstrip("/")
    if prefix and urlsplit(base).path.rstrip("/").endswith(prefix):
        path = path.removeprefix(prefix)
    if credentials():
        parts = urlsplit(base)
        base = parts._replace(netloc=f"{credentials()}@{parts.netloc}").geturl()
    return f"{base.rstrip('/')}{path}"
