"""Twilio's error codes (docs/twilio.md 8)."""

from dataclasses import dataclass
from datetime import datetime

MESSAGES = {
    11100: "Invalid URL format",
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11206: "HTTP protocol violation",
    11210: "HTTP bad host name",
    11215: "HTTP too many redirects",
    11220: "SSL/TLS handshake error",
    11243: "Invalid retry policy in the URL fragment",
    11750: "TwiML response body too large",
    12100: "Document parse failure",
    12102: "Response is not the root element",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    13201: "Dial: cannot Dial out from a Dial call segment",
    13210: "Dial: invalid method value",
    13212: "Dial: invalid timeout value",
    13214: "Dial: invalid callerId value",
    13223: "Dial: invalid phone number format",
    13310: "Gather: invalid finishOnKey value",
    13312: "Gather: invalid method value",
    13313: "Gather: invalid timeout value",
    13314: "Gather: invalid numDigits value",
    13330: "Gather: invalid hints value",
    13410: "Play: invalid loop value",
    13420: "Play: invalid Content-Type",
    13510: "Say: invalid loop value",
    13512: "Say: invalid language value",
    13520: "Say: invalid text",
    13521: "Say: text too long",
    13610: "Record: invalid method value",
    13611: "Record: invalid timeout value",
    13612: "Record: invalid maxLength value",
    13710: "Redirect: invalid method value",
    13910: "Pause: invalid length value",
    15003: "Call progress: warning response to callback URL",
}
# With these the call goes on; everything else ends the document.
WARNINGS = {12200, 13210, 13212, 13214, 13223, 13310, 13312, 13313, 13314, 13330}
WARNINGS |= {13410, 13510, 13512, 13520, 13521, 13610, 13611, 13612, 13710, 13910}
WARNINGS |= {15003}


@dataclass(frozen=True)
class TwilioError:
    """One line of Twilio's debugger about a leg."""

    code: int
    message: str
    moment: datetime

    @property
    def is_warning(self) -> bool:
        """Whether the call went on."""
        return self.code in WARNINGS


class Refused(Exception):
    """A document that Twilio could not fetch or does not execute."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(message(code, detail))


def message(code: int, detail: str = "") -> str:
    """Give the text of a code, with the detail."""
    words = MESSAGES.get(code, "Error")
    return f"{words}: {detail}" if detail else words
