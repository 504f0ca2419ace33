"""Twilio's call log: the calls of a day, as typed values (docs/twilio.md 10.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from callcenter import params
from callcenter.params import FINAL_STATUSES, whole_number
from callcenter.twilio_api.client import TwilioFailure, failure_of

# The most that Twilio gives.
PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One leg as the log has it; what it does not say is empty or None.

    Moments are in UTC, `seconds` is the length of the call.
    """

    sid: str
    status: str
    direction: str
    from_: str
    to: str
    parent_sid: str
    started_at: datetime
    ended_at: datetime | None
    seconds: int | None
    answered_by: str = ""
    caller_name: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the leg has ended."""
        return self.status in FINAL_STATUSES

    def form(self) -> dict[str, str]:
        """The same under the names of Twilio's requests; nothing that is empty."""
        ended_at, seconds = self.ended_at, self.seconds
        form = {
            "CallSid": self.sid,
            "From": self.from_,
            "To": self.to,
            "Direction": self.direction,
            "CallStatus": self.status,
            "CallDuration": "" if seconds is None else str(seconds),
            "StartTime": format_datetime(self.started_at),
            "Timestamp": "" if ended_at is None else format_datetime(ended_at),
            "ParentCallSid": self.parent_sid,
            "AnsweredBy": self.answered_by,
            "CallerName": self.caller_name,
        }
        return {name: value for name, value in form.items() if value}


def days_of(since: datetime, until: datetime) -> list[date]:
    """The days in UTC that the calls of [since, until) began on, oldest first.

    Twilio's filter knows days in UTC, and no other.
    """
    first = since.astimezone(UTC).date()
    last = (until - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def pages_of_day(twilio: Client, day: date) -> Iterator[Sequence[LoggedCall]]:
    """The calls that began on a day in UTC, page by page, newest first.

    A page may repeat calls of the one before, because the list grows in front while it
    is read; these are left out. Raises TwilioFailure.
    """
    before: set[str] = set()
    try:
        page: Any = twilio.calls.page(start_time=day, page_size=PAGE_SIZE)
        while page is not None:
            if "next_page_uri" not in page._payload:
                raise TwilioFailure("A page of Twilio's call log is not whole.")
            found = [one for call in page if (one := _logged(call))]
            yield [one for one in found if one.sid not in before]
            before = {one.sid for one in found}
            page = page.next_page()
    except TwilioException as error:
        raise failure_of(error) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TwilioFailure("A page of Twilio's call log cannot be read.") from error


def _logged(call: Any) -> LoggedCall | None:
    """A call of the library's; None for one without SID or start, as if not dialled."""
    sid = params.call_sid(call.sid or "")
    started_at = _moment(call.start_time)
    if not sid or started_at is None:
        return None
    return LoggedCall(
        sid=sid,
        status=str(call.status or "").lower(),
        direction=call.direction or "",
        from_=_address(call._from or ""),
        to=_address(call.to or ""),
        parent_sid=params.call_sid(call.parent_call_sid or ""),
        started_at=started_at,
        ended_at=_moment(call.end_time),
        seconds=whole_number(str(call.duration or "")),
        answered_by=call.answered_by or "",
        caller_name=call.caller_name or "",
    )


def _moment(value: object) -> datetime | None:
    # The library gives the text of what it cannot read.
    return value.astimezone(UTC) if isinstance(value, datetime) else None


def _address(text: str) -> str:
    """A number or address as Twilio's requests have it: the log leaves out `sip:`."""
    has_scheme = text.startswith(("sip:", "sips:", "client:"))
    return f"sip:{text}" if "@" in text and not has_scheme else text
