"""Recordings of the account or of a call (docs/twilio.md 10.3)."""

from datetime import timedelta
from functools import partial

from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.parameters import API_VERSION
from callcenter.standin.calls.recordings import Recording
from callcenter.standin.rest.paging import Page, page
from callcenter.standin.rest.values import (
    NotFound,
    Parameters,
    Resource,
    among,
    is_on_days,
    known,
    moment,
    newest_first,
    uri,
)
from callcenter.standin.sound import tone


def listed(exchange: Exchange, path: str, asked: Parameters) -> Page:
    """All of them; the deleted ones only where they are asked for."""
    found = [
        one
        for one in newest_first(exchange.recordings)
        if among([one.call_sid], asked.text("CallSid"))
        and not asked.text("ConferenceSid")
        and (one.status != "deleted" or asked.flag("IncludeSoftDeleted"))
        and is_on_days(one.started_at, asked, "DateCreated")
    ]
    return page("recordings", found, partial(_resource, exchange), path, asked)


def fetch(exchange: Exchange, path: str, asked: Parameters, sid: str) -> Resource:
    """Read one."""
    recording = _known(exchange, sid, also_deleted=asked.flag("IncludeSoftDeleted"))
    return _resource(exchange, recording)


def media(exchange: Exchange, sid: str) -> bytes:
    """The sound of one, as a WAV file."""
    return tone(_known(exchange, sid).duration)


def delete(exchange: Exchange, path: str, form: Parameters, sid: str) -> None:
    """Delete the sound; the resource stays and is listed if asked for."""
    _known(exchange, sid).status = "deleted"


def listed_of_call(
    exchange: Exchange, path: str, asked: Parameters, call_sid: str
) -> Page:
    """Those of one call."""
    known(exchange.calls, call_sid)
    found = [
        one
        for one in newest_first(exchange.recordings)
        if one.call_sid == call_sid
        and one.status != "deleted"
        and is_on_days(one.started_at, asked, "DateCreated")
    ]
    resource = partial(_resource_of_call, exchange)
    return page("recordings", found, resource, path, asked)


def fetch_of_call(
    exchange: Exchange, path: str, asked: Parameters, call_sid: str, sid: str
) -> Resource:
    """Read one of a call."""
    return _resource_of_call(exchange, _known(exchange, sid, call_sid))


def delete_of_call(
    exchange: Exchange, path: str, form: Parameters, call_sid: str, sid: str
) -> None:
    """Delete one of a call."""
    delete(exchange, path, form, _known(exchange, sid, call_sid).sid)


def _known(
    exchange: Exchange, sid: str, call_sid: str = "", *, also_deleted: bool = False
) -> Recording:
    recording = exchange.recordings.get(sid)
    if (
        recording is None
        or not among([recording.call_sid], call_sid)
        or (recording.status == "deleted" and not also_deleted)
    ):
        raise NotFound
    return recording


def _shared(exchange: Exchange, recording: Recording) -> Resource:
    """The fields that both resources have."""
    ended_at = recording.started_at + timedelta(seconds=recording.duration)
    return {
        "sid": recording.sid,
        "account_sid": exchange.account.sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "channels": recording.channels,
        "source": recording.source,
        "status": recording.status,
        "error_code": None,
        "date_created": moment(recording.started_at),
        "date_updated": moment(ended_at),
        "start_time": moment(recording.started_at),
        "duration": str(recording.duration),
        "price": None,
        "price_unit": "USD",
        "encryption_details": None,
    }


def _resource(exchange: Exchange, recording: Recording) -> Resource:
    place = f"Recordings/{recording.sid}"
    media = uri(exchange, place).removesuffix(".json")
    return _shared(exchange, recording) | {
        "media_url": f"https://api.twilio.com{media}",
        "subresource_uris": {
            "add_on_results": uri(exchange, f"{place}/AddOnResults"),
            "transcriptions": uri(exchange, f"{place}/Transcriptions"),
        },
        "uri": uri(exchange, place),
    }


def _resource_of_call(exchange: Exchange, recording: Recording) -> Resource:
    place = f"Calls/{recording.call_sid}/Recordings/{recording.sid}"
    return _shared(exchange, recording) | {
        "track": recording.track,
        "uri": uri(exchange, place),
    }
