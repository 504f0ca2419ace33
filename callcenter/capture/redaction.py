"""Takes people out of requests, and leaves what a request is made of. No database.

Numbers, SIDs and tokens become pseudonyms of the same form and length, the same one for
the same value as long as a capture lasts. Names, places and what was said go. What
nobody has said to be harmless keeps its form alone: letters become x, digits 9.
"""

import hashlib
import hmac
import itertools
import re
import string
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from callcenter.decision import Decision, Verb
from callcenter.numbers import country_code, is_withheld, number_in
from callcenter.params import Form, moment

REMOVED = "(removed)"
_LONGEST_FORM = 64
# Until another number is one that could be given to somebody.
_MOST_ATTEMPTS = 50
_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_SCHEME = re.compile(r"(?:sips?|tel|client):", re.IGNORECASE)

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,40}(?: [A-Za-z]{1,20})?")
_AMOUNT = re.compile(r"-?[0-9]{1,7}")
_SLUG = re.compile(r"[-\w]{1,64}", re.ASCII)
# As in the URL of a ring-back.
_TOKEN = re.compile(r"[0-9a-f]{32}")
_MOMENT = re.compile(r"[A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9:]{8} \+0000")
_COUNTRY = re.compile(r"[A-Z]{2}")
_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A key of a menu, a wrap-up code; more digits may be anything.
_KEYS = re.compile(r"\*?[0-9*#]{0,3}|hangup")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,80}")
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9]{6}")
_HEADER = re.compile(r"[A-Za-z0-9/;=., ()_+-]{0,120}")

NUMBERS = frozenset(
    {
        *("From", "To", "Caller", "Called", "ForwardedFrom", "CalledVia"),
        *("DialCallFrom", "DialCallTo", "MiniccNumber"),
    }
)
PEOPLE = frozenset(
    {
        "CallerName",
        *("SpeechResult", "UnstableSpeechResult", "TranscriptionText", "AddOns"),
        *(
            f"{side}{part}"
            for side in ("From", "To", "Caller", "Called")
            for part in ("City", "State", "Zip")
        ),
    }
)
# By name, what the value has to be to stay as it is.
HARMLESS: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(
        (
            *("CallStatus", "Direction", "QueueResult", "DialCallStatus"),
            *("DialBridged", "RecordingStatus", "RecordingSource", "RecordingTrack"),
            *("CallbackSource", "AnsweredBy", "StirVerstat", "StirStatus", "msg"),
            *("FinishedOnKey", "MiniccDesk"),
        ),
        re.compile(rf"{_WORD.pattern}|[0-9*#]?"),
    ),
    **dict.fromkeys(
        (
            *("CallDuration", "Duration", "SequenceNumber", "SipResponseCode"),
            *("QueueTime", "QueuePosition", "AvgQueueTime", "CurrentQueueSize"),
            *("MaxQueueSize", "DialCallDuration", "RecordingDuration"),
            *("RecordingChannels", "ErrorCode", "DialSipResponseCode"),
        ),
        _AMOUNT,
    ),
    **dict.fromkeys(("Timestamp", "RecordingStartTime", "StartTime"), _MOMENT),
    **dict.fromkeys(
        ("FromCountry", "ToCountry", "CallerCountry", "CalledCountry"), _COUNTRY
    ),
    "ApiVersion": _VERSION,
    "Digits": _KEYS,
    "Confidence": re.compile(r"[0-9.]{1,12}"),
}
SIDS = frozenset(
    {
        *("CallSid", "ParentCallSid", "DialCallSid", "DequeingCallSid", "QueueSid"),
        *("RecordingSid", "ApplicationSid", "ConferenceSid", "SipDomainSid"),
    }
)
URLS = frozenset({"RecordingUrl", "ErrorUrl", "TranscriptionUrl"})
# Everything that Twilio sends and the reference knows (docs/twilio.md 1 to 5).
KNOWN = NUMBERS | PEOPLE | SIDS | URLS | HARMLESS.keys()

# Of our own URLs: everything else in them goes.
_OF_QUERY: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("step", "visits", "again", "in", "rec"), _AMOUNT),
    **dict.fromkeys(("lang", "queue", "state"), _SLUG),
}


class Redaction:
    """The pseudonyms of one capture; without its key nobody finds back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def form(self, form: Form) -> dict[str, str | list[str]]:
        """A form with every value redacted by its name."""
        return {
            self.name(name): (
                self.value(name, value)
                if isinstance(value, str)
                else [self.value(name, one) for one in value]
            )
            for name, value in form.items()
        }

    def name(self, name: str) -> str:
        """The name of a parameter; one that Twilio would not give keeps its form."""
        return name if _NAME.fullmatch(name) else form_of(name)

    def value(self, name: str, value: str) -> str:
        """The value of a parameter of this name."""
        if not value:
            return ""
        if name in NUMBERS:
            return self.number(value)
        if name in PEOPLE:
            return REMOVED
        if name in URLS:
            return self.url(value)
        if name in SIDS and _SID.fullmatch(value):
            return self.sid(value)
        harmless = HARMLESS.get(name)
        is_harmless = harmless is not None and harmless.fullmatch(value)
        if is_harmless and (harmless is not _MOMENT or moment(value)):
            return value
        return form_of(value)

    def number(self, text: str) -> str:
        """A caller or a line: of the same country, form and length, and withheld if so.

        All ways to write a number get the digits of one pseudonym.
        """
        if is_withheld(text):
            # A word, or its digits on a keypad; other texts could be more than that.
            is_code = re.fullmatch(r"\+?[0-9]*|[A-Za-z]+", text) is not None
            return text if is_code else "anonymous"
        number = number_in(text)
        scheme = _SCHEME.match(text)
        begin = scheme[0] if scheme else ""
        rest = text[len(begin) :]
        if not number:
            return begin + self._like(rest, "text", text.casefold())
        pseudonym = self._number(number)
        if rest == number:
            return begin + pseudonym
        user, at, host = rest.partition("@")
        # From the end on, so that 0 or 00 and the code of the country stay before it.
        digits = iter(reversed(pseudonym[1 + len(country_code(number)) :]))
        turned = [
            next(digits, char) if char in string.digits else char
            for char in reversed(user)
        ]
        return begin + "".join(reversed(turned)) + at + self._like(host, "host", host)

    def sid(self, sid: str) -> str:
        """A SID of the same kind."""
        return sid[:2] + self._hex("sid", sid)

    def token(self, token: str) -> str:
        """An idempotency token of the same form."""
        return self._like(token, "token", token, hexadecimal=True)

    def url(self, url: str) -> str:
        """A URL of Twilio's with other SIDs; of any other host the form alone."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return REMOVED
        if not (parts.hostname or "").endswith(".twilio.com"):
            return f"https://host.invalid/{form_of(parts.path.lstrip('/'))}"
        path = "/".join(
            self.sid(part)
            if _SID.fullmatch(part)
            else (part if _SLUG.fullmatch(part) and len(part) <= 20 else form_of(part))
            for part in parts.path.split("/")
        )
        return f"https://{parts.hostname}{path}"

    def path(self, path: str) -> str:
        """A path of ours with its query."""
        bare, question, query = path.partition("?")
        parts = "/".join(map(self._of_path, bare.split("/")))
        found = [
            (name, redacted)
            for name, value in parse_qsl(query, keep_blank_values=True)
            if (redacted := self._of_query(name, value)) is not None
        ]
        return f"{parts}?{urlencode(found)}" if question else parts

    def decision(self, text: str) -> str:
        """A decision of ours; a number that was to be dialled becomes another."""
        decision = Decision.parse(text)
        if decision.verb is Verb.UNKNOWN:
            return ""
        target = decision.target
        if target.startswith("+"):
            return str(Decision(decision.verb, self.number(target)))
        is_slug = not target or _SLUG.fullmatch(target)
        return text if is_slug else str(decision.verb)

    def _of_path(self, part: str) -> str:
        if _SID.fullmatch(part):
            return self.sid(part)
        if _TOKEN.fullmatch(part):
            return self.token(part)
        return part if not part or _SLUG.fullmatch(part) else form_of(part)

    def _of_query(self, name: str, value: str) -> str | None:
        if name == "about" and _SID.fullmatch(value):
            return self.sid(value)
        if name == "proof":
            return self._like(value, "proof", value, hexadecimal=True)
        harmless = _OF_QUERY.get(name)
        return value if harmless and harmless.fullmatch(value) else None

    def _number(self, number: str) -> str:
        """Another number of the same country and length, which is as possible."""
        code = country_code(number)
        rest = number[1 + len(code) :]
        made = number
        for attempt in range(_MOST_ATTEMPTS):
            stream = self._stream("number", f"{attempt} {number}")
            first = str(1 + next(stream) % 9)
            others = "".join(str(next(stream) % 10) for _ in rest[1:])
            made = f"+{code}{first}{others}"
            if number_in(made) == made != number and not is_withheld(made):
                break
        return made

    def _like(
        self, text: str, what: str, subject: str, *, hexadecimal: bool = False
    ) -> str:
        """A text of the same form: other letters and digits, the same signs."""
        stream = self._stream(what, subject)

        def other(char: str) -> str:
            if hexadecimal and char in string.hexdigits:
                digit = "0123456789abcdef"[next(stream) % 16]
                return digit.upper() if char.isupper() else digit
            if char in string.digits:
                return str(next(stream) % 10)
            if char in string.ascii_letters:
                letter = string.ascii_lowercase[next(stream) % 26]
                return letter.upper() if char.isupper() else letter
            return char if char.isascii() else "x"

        return "".join(other(char) for char in text)

    def _hex(self, what: str, subject: str) -> str:
        return self._digest(what, subject, 0).hex()[:32]

    def _stream(self, what: str, subject: str) -> Iterator[int]:
        for number in itertools.count():
            yield from self._digest(what, subject, number)

    def _digest(self, what: str, subject: str, number: int) -> bytes:
        text = f"{what}\0{number}\0{subject}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()


def form_of(text: str) -> str:
    """What a text looks like: letters are x, digits 9; the rest of a long one goes."""
    shown = re.sub(r"[0-9]", "9", text[:_LONGEST_FORM])
    # Whatever is not ASCII may be a part of a letter.
    return re.sub(r"[A-Za-z]|[^\x00-\x7f]", "x", shown)


def harmless_header(text: str) -> str:
    """The value of a header that names a program or a type of content."""
    is_harmless = _HEADER.fullmatch(text) and not _ADDRESS.search(text)
    return text if is_harmless else form_of(text)
