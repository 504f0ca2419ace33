"""Calls: list, place, read, redirect, end (docs/twilio.md 10.1)."""

from datetime import datetime
from functools import partial

from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg
from callcenter.standin.calls.parameters import API_VERSION
from callcenter.standin.rest import placing
from callcenter.standin.rest.numbers import formatted
from callcenter.standin.rest.paging import Page, page
from callcenter.standin.rest.values import (
    BAD_PARAMETER,
    Parameters,
    Refused,
    Resource,
    among,
    is_on_days,
    known,
    moment,
    newest_first,
    uri,
)

NOT_IN_PROGRESS = 21220
SUBRESOURCES = {
    "events": "Events",
    "notifications": "Notifications",
    "payments": "Payments",
    "recordings": "Recordings",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}


def listed(exchange: Exchange, path: str, asked: Parameters) -> Page:
    """List the legs that pass the filters, newest first."""
    found = [
        leg
        for leg in newest_first(exchange.calls)
        if among([_status(leg)], asked.text("Status"))
        and among([leg.to], asked.text("To"))
        and among([leg.from_], asked.text("From"))
        and among([leg.parent_sid], asked.text("ParentCallSid"))
        and is_on_days(leg.started_at, asked, "StartTime")
        and is_on_days(_completed_at(leg), asked, "EndTime")
    ]
    return page("calls", found, partial(_resource, exchange), path, asked)


def create(exchange: Exchange, path: str, form: Parameters) -> Resource:
    """Place a call; its document is requested when it is answered."""
    return _resource(exchange, placing.place(exchange, form))


def fetch(exchange: Exchange, path: str, asked: Parameters, sid: str) -> Resource:
    """Read one leg."""
    return _resource(exchange, known(exchange.calls, sid))


def update(exchange: Exchange, path: str, form: Parameters, sid: str) -> Resource:
    """Redirect a call in progress, or end one that is not over.

    The answer may still have the old status, as Twilio's may (docs/twilio.md 4.4).
    """
    leg = known(exchange.calls, sid)
    status, url, twiml = form.text("Status"), form.url("Url"), placing.twiml(form)
    method = form.method("Method")
    if url and twiml:
        message = "Url and Twiml are mutually exclusive"
        raise Refused(400, BAD_PARAMETER, message)
    if status not in ("", "canceled", "completed"):
        raise Refused(400, BAD_PARAMETER, f"Invalid Status: {status}")
    if leg.is_over or leg.is_hung_up:
        raise _not_in_progress()
    if status:
        _end(exchange, leg, status)
    elif url or twiml:
        if leg.answered_at is None:
            raise _not_in_progress()
        # Without a document the callback is ignored, as users of Twilio report.
        if "StatusCallback" in form:
            leg.status_callback = form.url("StatusCallback")
            leg.status_method = form.method("StatusCallbackMethod")
        if "FallbackUrl" in form:
            leg.fallback_url = form.url("FallbackUrl")
            leg.fallback_method = form.method("FallbackMethod")
        exchange.update_call(sid, url=url, method=method, twiml=twiml)
    return _resource(exchange, leg)


def _end(exchange: Exchange, leg: Leg, status: str) -> None:
    """End a call: `completed` in any state, `canceled` only before the answer."""
    if leg.answered_at is None:
        exchange.update_call(leg.sid, status="canceled")
    elif status == "completed":
        exchange.update_call(leg.sid, status="completed")


def _not_in_progress() -> Refused:
    message = "Call is not in-progress. Cannot redirect."
    return Refused(400, NOT_IN_PROGRESS, message)


def _status(leg: Leg) -> str:
    # The resource has no such status; a call is queued until it rings.
    return "queued" if leg.status == "initiated" else leg.status


def _completed_at(leg: Leg) -> datetime | None:
    """When a completed call ended; None for any other."""
    return leg.ended_at if leg.status == "completed" else None


def _resource(exchange: Exchange, leg: Leg) -> Resource:
    ours = exchange.numbers.get(leg.to if leg.direction == "inbound" else leg.from_)
    has_length = leg.status == "completed" and leg.duration is not None
    return {
        "sid": leg.sid,
        "account_sid": exchange.account.sid,
        "api_version": API_VERSION,
        "parent_call_sid": leg.parent_sid or None,
        "phone_number_sid": ours.sid if ours else None,
        "group_sid": None,
        "trunk_sid": None,
        "from": leg.from_,
        "from_formatted": formatted(leg.from_),
        "to": leg.to,
        "to_formatted": formatted(leg.to),
        "direction": leg.direction,
        "status": _status(leg),
        "date_created": moment(leg.started_at),
        "date_updated": moment(leg.ended_at or leg.answered_at or leg.started_at),
        "start_time": moment(leg.started_at),
        "end_time": moment(_completed_at(leg)),
        "duration": str(leg.duration) if has_length else None,
        "queue_time": "0",
        "price": None,
        "price_unit": "USD",
        "answered_by": None,
        "forwarded_from": leg.forwarded_from or None,
        "caller_name": leg.caller_name,
        "uri": uri(exchange, f"Calls/{leg.sid}"),
        "subresource_uris": {
            name: uri(exchange, f"Calls/{leg.sid}/{place}")
            for name, place in SUBRESOURCES.items()
        },
    }
