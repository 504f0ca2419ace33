"""The audio of recordings at Twilio, fetched in parts (docs/twilio.md 10.3).

Its address is made of our account and the RecordingSid; the one that a request of
Twilio's named is never asked. Twilio's library is not needed for it: processes that
serve callers do without.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from callcenter.reasons import Explained, Reason
from callcenter.twilio_api.access import Access, NotConfigured, access

# Somebody waits for it: shorter than what the worker may wait.
CONNECT_SECONDS = 3.0
SILENCE_SECONDS = 5.0
MOST_SECONDS = 10.0
# In bytes; a WAV of four hours, the longest that Twilio makes, has 230 MB.
LARGEST_FILE = 256 * 1024 * 1024
# Of an answer that does not say how long it is, all has to be read.
LARGEST_UNMEASURED = 32 * 1024 * 1024
_AT_ONCE = 64 * 1024
RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,12})-[0-9]{1,12}/([0-9]{1,12})")
_TOTAL = re.compile(r"bytes \*/([0-9]{1,12})")
_MOST_REDIRECTS = 2
# Where Twilio keeps media and may send us, without our credentials.
_STORES = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")
# Statuses of what is not there: deleted, or not ready yet.
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a WAV file from the place `first` on, and how many the file has."""

    content: bytes
    first: int
    total: int


class BeyondEnd(Exception):
    """The file has no byte at that place; `total` is how many it has."""

    def __init__(self, total: int) -> None:
        super().__init__(f"it has {total} bytes")
        self.total = total


def fetch(sid: str, first: int, most: int) -> Part:
    """At most so many bytes of a recording from the place `first` on.

    What comes slowly is given up after MOST_SECONDS. Whether Twilio gives parts of
    files is not documented: of a whole file what comes before is skipped. Raises
    Explained, and BeyondEnd.
    """
    deadline = time.monotonic() + MOST_SECONDS
    if not RECORDING_SID.fullmatch(sid):
        raise Explained(Reason.RECORDING_GONE)
    way = _way()
    last = first + most - 1
    place = f"/2010-04-01/Accounts/{way.account_sid}/Recordings/{sid}.wav"
    try:
        with requests.Session() as session:
            session.trust_env = not way.is_loopback
            with _answer(session, way, place, f"bytes={first}-{last}") as response:
                return _part(response, first, most, deadline)
    except (requests.Timeout, ReadTimeoutError, _OutOfTime):
        raise Explained(
            Reason.TWILIO_SLOW, f"{way.address}, {MOST_SECONDS:.0f} s"
        ) from None
    except ProtocolError:
        raise Explained(Reason.TWILIO_CUT_OFF, way.address) from None
    except (requests.RequestException, HTTPError) as error:
        kind = type(error).__name__
        raise Explained(Reason.TWILIO_UNREACHABLE, f"{way.address}, {kind}") from error
    except ValueError as error:
        # An address to which we are sent that is none.
        raise Explained(Reason.TWILIO_OTHER, "redirect") from error


class _OutOfTime(Exception):
    """The answer takes too long."""


def _way() -> Access:
    try:
        return access()
    except NotConfigured as problem:
        raise Explained(Reason.TWILIO_NOT_SET_UP, str(problem)) from None


def _answer(
    session: requests.Session, way: Access, place: str, wanted: str
) -> requests.Response:
    """The answer of Twilio, or of where Twilio keeps the file."""
    url = f"{way.address.rstrip('/')}{place}"
    for _ in range(_MOST_REDIRECTS + 1):
        is_twilio = _origin(urlsplit(url)) == _origin(way.base)
        response = session.get(
            url,
            headers={"Range": wanted, "Accept-Encoding": "identity"},
            auth=HTTPBasicAuth(way.user, way.password) if is_twilio else _nobody,
            timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
            allow_redirects=False,
            stream=True,
        )
        if not response.is_redirect:
            return response
        response.close()
        url = urljoin(url, response.headers["Location"])
        if not _is_store(urlsplit(url), way):
            break
    raise Explained(Reason.TWILIO_OTHER, "redirect")


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials, not even those that a file of this machine has for the host."""
    return request


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc


def _is_store(parts: SplitResult, way: Access) -> bool:
    """Whether Twilio may send us there: to itself, or to a store of its files."""
    if _origin(parts) == _origin(way.base):
        return True
    host = parts.hostname or ""
    return (
        not way.is_loopback
        and parts.scheme == "https"
        and parts.port in (None, 443)
        and "@" not in parts.netloc
        and f".{host}".endswith(_STORES)
    )


def _part(response: requests.Response, first: int, most: int, deadline: float) -> Part:
    status, headers = response.status_code, response.headers
    if status == 416:
        found = _TOTAL.fullmatch(headers.get("Content-Range", ""))
        raise BeyondEnd(int(found[1]) if found else first)
    if status == 206:
        found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        if not found or int(found[1]) != first:
            raise Explained(Reason.TWILIO_OTHER, "Content-Range")
        content, _is_all = _read(response, 0, most, deadline)
        return Part(content, first, _fitting(int(found[2])))
    if status != 200:
        raise _refusal(status)
    said = headers.get("Content-Length", "")
    total = _fitting(int(said)) if re.fullmatch("[0-9]{1,12}", said) else None
    if total is not None and first >= total > 0:
        raise BeyondEnd(total)
    if total is None:
        # Only its end says how long it is.
        whole, is_all = _read(response, 0, LARGEST_UNMEASURED, deadline)
        if not is_all:
            raise Explained(Reason.RECORDING_TOO_LONG)
        if first >= len(whole) > 0:
            raise BeyondEnd(len(whole))
        return Part(whole[first : first + most], first, len(whole))
    content, _is_all = _read(response, first, most, deadline)
    return Part(content, first, total)


def _fitting(total: int) -> int:
    if total > LARGEST_FILE:
        raise Explained(Reason.RECORDING_TOO_LONG)
    return total


def _read(
    response: requests.Response, skipped: int, most: int, deadline: float
) -> tuple[bytes, bool]:
    """So many bytes after the skipped ones; and whether nothing follows."""
    content = bytearray()
    for piece in _pieces(response, deadline):
        skip = min(skipped, len(piece))
        skipped -= skip
        content += piece[skip:]
        if len(content) > most:
            return bytes(content[:most]), False
    return bytes(content), True


def _pieces(response: requests.Response, deadline: float) -> Iterator[bytes]:
    """What has come, as it comes: of a slow answer `iter_content` waits for more."""
    while piece := response.raw.read1(_AT_ONCE, decode_content=True):
        yield piece
        if time.monotonic() > deadline:
            raise _OutOfTime


def _refusal(status: int) -> Explained:
    if status in GONE:
        return Explained(Reason.RECORDING_GONE, str(status))
    if status in (401, 403):
        return Explained(Reason.TWILIO_CREDENTIALS, f"{status}, {access().settings}")
    if status == 429:
        return Explained(Reason.TWILIO_TOO_OFTEN, str(status))
    if status >= 500:
        return Explained(Reason.TWILIO_FAILS, str(status))
    return Explained(Reason.TWILIO_REFUSES, str(status))
