"""TwiML Apps: list, make, read, change, delete."""

from functools import partial

from callcenter.standin.calls.applications import Application
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.parameters import API_VERSION
from callcenter.standin.calls.sids import new_sid
from callcenter.standin.rest.paging import Page, page
from callcenter.standin.rest.values import (
    Parameters,
    Resource,
    among,
    known,
    moment,
    newest_first,
    uri,
)


def listed(exchange: Exchange, path: str, asked: Parameters) -> Page:
    """List all, or those with one name."""
    name = asked.text("FriendlyName")
    found = [
        one
        for one in newest_first(exchange.applications)
        if among([one.friendly_name], name)
    ]
    return page("applications", found, partial(_resource, exchange), path, asked)


def create(exchange: Exchange, path: str, form: Parameters) -> Resource:
    """Make one; no field is required."""
    now = exchange.clock.now()
    application = Application(new_sid("AP", exchange.random), "", now, now)
    _set(application, form)
    exchange.applications[application.sid] = application
    return _resource(exchange, application)


def fetch(exchange: Exchange, path: str, asked: Parameters, sid: str) -> Resource:
    """Read one."""
    return _resource(exchange, known(exchange.applications, sid))


def update(exchange: Exchange, path: str, form: Parameters, sid: str) -> Resource:
    """Change the given fields."""
    application = known(exchange.applications, sid)
    _set(application, form)
    application.updated_at = exchange.clock.now()
    return _resource(exchange, application)


def delete(exchange: Exchange, path: str, form: Parameters, sid: str) -> None:
    """Delete one."""
    del exchange.applications[known(exchange.applications, sid).sid]


def _set(application: Application, form: Parameters) -> None:
    """Read all fields before any is changed, so that a refusal changes nothing."""
    for field, value in form.voice_fields().items():
        setattr(application, field, value)


def _resource(exchange: Exchange, application: Application) -> Resource:
    return {
        "sid": application.sid,
        "account_sid": exchange.account.sid,
        "api_version": API_VERSION,
        "friendly_name": application.friendly_name,
        "date_created": moment(application.created_at),
        "date_updated": moment(application.updated_at),
        "voice_url": application.voice_url or None,
        "voice_method": application.voice_method,
        "voice_fallback_url": application.fallback_url or None,
        "voice_fallback_method": application.fallback_method,
        "voice_caller_id_lookup": False,
        "status_callback": application.status_callback or None,
        "status_callback_method": application.status_method,
        "message_status_callback": None,
        "sms_url": None,
        "sms_method": "POST",
        "sms_fallback_url": None,
        "sms_fallback_method": "POST",
        "sms_status_callback": None,
        "public_application_connect_enabled": False,
        "uri": uri(exchange, f"Applications/{application.sid}"),
    }
