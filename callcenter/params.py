"""What Twilio posts, as typed values. No database.

Only this module knows Twilio's names of parameters; other modules see them in stored
forms at most. A malformed SID, number or moment becomes empty, so that every value fits
its column.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

Form = Mapping[str, str | list[str]]

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,7}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

NEVER_ANSWERED = frozenset({"busy", "no-answer", "canceled", "cancelled"})
FINAL_STATUSES = NEVER_ANSWERED | {"completed", "failed"}

# Never stored: credentials, and the AccountSid, which is the same on every request.
SECRET_PARAMS = frozenset({"AccountSid", "CallToken", "StirPassportToken"})
# What a person has typed or said; never stored while a PIN is asked for.
TYPED_PARAMS = frozenset({"Digits", "SpeechResult"})

# The form field in which our page in the browser names the number to be rung. Not `To`,
# which Twilio fills in by itself.
DIALLED = "MiniccNumber"
# Operators on the telephone press it before the digits of a wrap-up code.
CODE_KEY = "*"
# The form field with which the page of a desk begins a leg.
OF_A_DESK = "MiniccDesk"


class InvalidParams(ValueError):
    """The CallSid of a request is missing or malformed."""


def storable(text: str) -> str:
    """The text with NUL and unpaired surrogates escaped, which no column can hold."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def storable_form(form: Form) -> dict[str, str | list[str]]:
    """The form as it is stored: without secrets, every text storable."""
    kept: dict[str, str | list[str]] = {}
    for name, value in form.items():
        if name in SECRET_PARAMS:
            continue
        kept[storable(name)] = (
            storable(value)
            if isinstance(value, str)
            else [storable(one) for one in value]
        )
    return kept


def last_value(form: Form, name: str) -> str:
    """The value of a field, the last one if it came several times; else empty."""
    value = form.get(name, "")
    return value if isinstance(value, str) else (value[-1] if value else "")


def operator_of(form: Form) -> str:
    """Who sits at the desk that an act of ours is about, as history names operators."""
    return storable(last_value(form, "Operator"))[:255]


def call_sid(text: str) -> str:
    """The text if it is a CallSid, else empty."""
    return text if _CALL_SID.fullmatch(text) else ""


def whole_number(text: str) -> int | None:
    """The number if the text is one from 0 to 9,999,999, else None."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None


def moment(text: str) -> datetime | None:
    """An RFC 2822 moment as aware UTC, else None (docs/twilio.md 1.7)."""
    try:
        parsed = parsedate_to_datetime(text)
        parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return plausible(parsed.astimezone(UTC))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def plausible(at: datetime) -> datetime | None:
    """The moment if it lies in the years 2000 to 2099, else None."""
    return at if 2000 <= at.year < 2100 else None


@dataclass(frozen=True, slots=True)
class VoiceParams:
    """One request about a leg; a missing or unreadable value is empty or None.

    Lengths of time are whole seconds.
    """

    call_sid: str
    parent_call_sid: str = ""
    from_raw: str = ""
    to_raw: str = ""
    direction: str = ""
    call_status: str = ""
    caller_name: str = ""
    answered_by: str = ""
    call_duration: int | None = None
    timestamp: datetime | None = None
    started_at: datetime | None = None
    digits: str = ""
    queue_sid: str = ""
    queue_result: str = ""
    queue_time: int | None = None
    queue_position: int | None = None
    dequeuing_call_sid: str = ""
    dial_call_sid: str = ""
    dial_call_status: str = ""
    dial_call_duration: int | None = None
    dial_bridged: bool | None = None
    # Whom an operator in the browser rings: what our own page has sent along.
    number: str = ""
    recording_sid: str = ""
    recording_status: str = ""
    recording_duration: int | None = None
    recording_source: str = ""
    recording_url: str = ""
    recording_started_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether the CallStatus says that the leg has ended."""
        return self.call_status in FINAL_STATUSES

    @property
    def is_outbound(self) -> bool:
        """Whether the leg was rung by us, or by a program in our name."""
        return self.direction.startswith("outbound")

    @property
    def line_raw(self) -> str:
        """The text of our own number: `To`, or `From` where we have rung."""
        return self.from_raw if self.is_outbound else self.to_raw

    @classmethod
    def parse(cls, form: Form, *, needs_call: bool = True) -> Self:
        """Read a form. Raises InvalidParams where a CallSid is needed and invalid."""

        def text(name: str, longest: int = 255) -> str:
            # Of some thirty names a request has ten.
            if name not in form:
                return ""
            return storable(last_value(form, name))[:longest]

        def sid(name: str) -> str:
            value = text(name)
            return value if _SID.fullmatch(value) else ""

        own_sid = call_sid(text("CallSid"))
        if needs_call and not own_sid:
            raise InvalidParams("CallSid is missing or malformed")
        return cls(
            call_sid=own_sid,
            parent_call_sid=call_sid(text("ParentCallSid")),
            from_raw=text("From"),
            to_raw=text("To"),
            direction=text("Direction", 32),
            call_status=text("CallStatus", 20).lower(),
            caller_name=text("CallerName"),
            answered_by=text("AnsweredBy", 32).lower(),
            call_duration=whole_number(text("CallDuration")),
            timestamp=moment(text("Timestamp")),
            started_at=moment(text("StartTime")),
            digits=text("Digits") or text("SpeechResult"),
            queue_sid=sid("QueueSid"),
            queue_result=text("QueueResult", 64),
            queue_time=whole_number(text("QueueTime")),
            queue_position=whole_number(text("QueuePosition")),
            dequeuing_call_sid=call_sid(text("DequeingCallSid")),  # Twilio's spelling
            dial_call_sid=call_sid(text("DialCallSid")),
            dial_call_status=text("DialCallStatus", 64).lower(),
            dial_call_duration=whole_number(text("DialCallDuration")),
            dial_bridged={"true": True, "false": False}.get(
                text("DialBridged").lower()
            ),
            number=text(DIALLED, 32),
            recording_sid=sid("RecordingSid"),
            recording_status=text("RecordingStatus", 64).lower(),
            recording_duration=whole_number(text("RecordingDuration")),
            recording_source=text("RecordingSource", 64),
            recording_url=text("RecordingUrl", 2000),
            recording_started_at=moment(text("RecordingStartTime")),
        )
