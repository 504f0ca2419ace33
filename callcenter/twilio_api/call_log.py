"""Twilio's call log: the calls of a day, as typed values (docs/twilio.md 10.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from callcenter import params
from callcenter.params import FINAL_STATUSES, whole_number
from callcenter.reasons import Reason
from callcenter.twilio_api.client import TwilioFailure, failure_of

# The most that Twilio gives.
PAGE_SIZE = 1000
# The status of a call that was answered, and so was dialled.
_TALKED = "completed"
# What reading a row or a page raises that is not as the reference describes it.
_DAMAGED = (AttributeError, KeyError, TypeError, ValueError)


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


@dataclass(frozen=True, slots=True)
class LogPage:
    """What a page of the log adds: its calls, and how many rows cannot be read."""

    calls: list[LoggedCall]
    unreadable: int


def pages_of_day(twilio: Client, day: date) -> Iterator[LogPage]:
    """The calls that began on a day in UTC, page by page, newest first.

    A page may repeat calls of those before, because the list grows in front while it
    is read; these are left out. There are as many pages as bring something. Raises
    TwilioFailure, also where a page is named that was read, or one brings nothing and
    names another: without that a log that repeats itself would never end.
    """
    known: set[str] = set()
    urls: set[str] = set()
    try:
        page: Any = twilio.calls.page(start_time=day, page_size=PAGE_SIZE)
        while page is not None:
            if "next_page_uri" not in page._payload:
                raise TwilioFailure(Reason.LOG_UNREADABLE)
            count = len(known)
            yield _read(page, known)
            url = page.next_page_url
            if url is not None and (url in urls or len(known) == count):
                raise TwilioFailure(Reason.LOG_REPEATS)
            urls.add(url or "")
            page = page.next_page()
    except TwilioException as error:
        raise failure_of(error) from error
    except (*_DAMAGED, RecursionError) as error:
        raise TwilioFailure(Reason.LOG_UNREADABLE) from error


def _read(page: Any, known: set[str]) -> LogPage:
    """What a page adds to the rows that are known: those it has join them."""
    calls, unreadable = [], 0
    for row in page._records:
        try:
            call = _logged(page.get_instance(row), row["start_time"])
        except _DAMAGED:
            call = None
            is_readable = False
        else:
            is_readable = True
        name = call.sid if call else repr(row)
        if name not in known:
            known.add(name)
            unreadable += not is_readable
            calls += [call] if call else []
    return LogPage(calls, unreadable)


def _logged(call: Any, start: str | None) -> LoggedCall | None:
    """A call of the library's; None for one that was not dialled, so has no start.

    Raises ValueError for one without SID, or with a start that is no moment.
    """
    sid = params.call_sid(call.sid or "")
    started_at = _moment(call.start_time)
    status = str(call.status or "").lower()
    if sid and not start and status != _TALKED:
        return None
    if not sid or started_at is None:
        raise ValueError("no SID or no start")
    return LoggedCall(
        sid=sid,
        status=status,
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
