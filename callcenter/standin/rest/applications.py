"""TwiML Apps: list, make, read, change, delete."""

from functools import partial

from callcenter.standin.calls.applications import Application
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.parameters import API_VERSION
from callcenter.standin.calls.sids import new_sid
from callcenter.standin.rest.paging import Page, page
from callcenter.standin.rest.values import (
    NotFound,
    Parameters,
    Resource,
    among,
    moment,
    newest_first,
)

# A parameter, and the field it sets.
_URLS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "fallback_url",
    "StatusCallback": "status_callback",
}
_METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "fallback_method",
    "StatusCallbackMethod": "status_method",
}


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
    return _resource(exchange, _known(exchange, sid))


def update(exchange: Exchange, path: str, form: Parameters, sid: str) -> Resource:
    """Change the given fields."""
    application = _known(exchange, sid)
    _set(application, form)
    application.updated_at = exchange.clock.now()
    return _resource(exchange, application)


def delete(exchange: Exchange, path: str, form: Parameters, sid: str) -> None:
    """Delete one."""
    del exchange.applications[_known(exchange, sid).sid]


def _known(exchange: Exchange, sid: str) -> Application:
    try:
        return exchange.applications[sid]
    except KeyError as problem:
        raise NotFound from problem


def _set(application: Application, form: Parameters) -> None:
    """Read all fields before any is changed, so that a refusal changes nothing."""
    values = {field: form.url(name) for name, field in _URLS.items() if name in form}
    values |= {
        field: form.method(name) for name, field in _METHODS.items() if name in form
    }
    if "FriendlyName" in form:
        values["friendly_name"] = form.friendly_name()
    for field, value in values.items():
        setattr(application, field, value)


def _resource(exchange: Exchange, application: Application) -> Resource:
    account_sid = exchange.account.sid
    return {
        "sid": application.sid,
        "account_sid": account_sid,
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
        "uri": (
            f"/{API_VERSION}/Accounts/{account_sid}/Applications/{application.sid}.json"
        ),
    }
