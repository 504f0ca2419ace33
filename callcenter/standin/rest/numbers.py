"""Numbers of the account: list, read, change what is requested at a call."""

import re
from functools import partial

from callcenter.standin.calls.exchange import Exchange, Number
from callcenter.standin.calls.parameters import API_VERSION
from callcenter.standin.rest.paging import Page, page
from callcenter.standin.rest.values import (
    BAD_PARAMETER,
    Parameters,
    Refused,
    Resource,
    among,
    known,
    moment,
    newest_first,
    uri,
)


def formatted(address: str) -> str:
    """An address for display: those of North America are grouped, others unchanged."""
    if match := re.fullmatch(r"\+1([0-9]{3})([0-9]{3})([0-9]{4})", address):
        return "({}) {}-{}".format(*match.groups())
    return address


def listed(exchange: Exchange, path: str, asked: Parameters) -> Page:
    """List all, or those with a name or a pattern of digits."""
    # Part of a number is enough; a star stands for any digit (see the OpenAPI file).
    pattern = re.compile(re.escape(asked.text("PhoneNumber")).replace(r"\*", "[0-9]"))
    found = [
        one
        for one in newest_first(exchange.numbers)
        if among([_name(one)], asked.text("FriendlyName"))
        and pattern.search(one.e164)
        and asked.text("Origin") != "hosted"
    ]
    resource = partial(_resource, exchange)
    return page("incoming_phone_numbers", found, resource, path, asked)


def fetch(exchange: Exchange, path: str, asked: Parameters, sid: str) -> Resource:
    """Read one."""
    return _resource(exchange, known(exchange.numbers, sid))


def update(exchange: Exchange, path: str, form: Parameters, sid: str) -> Resource:
    """Change the given fields, for the next call on."""
    number = known(exchange.numbers, sid)
    values = form.voice_fields()
    if "VoiceApplicationSid" in form:
        values["application_sid"] = form.text("VoiceApplicationSid")
        if not among([*exchange.applications, ""], values["application_sid"]):
            message = f"Invalid VoiceApplicationSid: {values['application_sid']}"
            raise Refused(400, BAD_PARAMETER, message)
    for field, value in values.items():
        setattr(number, field, value)
    number.updated_at = exchange.clock.now()
    return _resource(exchange, number)


def _name(number: Number) -> str:
    return number.friendly_name or formatted(number.e164)


def _resource(exchange: Exchange, number: Number) -> Resource:
    return {
        "sid": number.sid,
        "account_sid": exchange.account.sid,
        "api_version": API_VERSION,
        "phone_number": number.e164,
        "friendly_name": _name(number),
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "status": "in-use",
        "origin": "twilio",
        "beta": False,
        "date_created": moment(exchange.clock.start),
        "date_updated": moment(number.updated_at or exchange.clock.start),
        "voice_receive_mode": "voice",
        "voice_url": number.voice_url,
        "voice_method": number.voice_method,
        "voice_fallback_url": number.fallback_url,
        "voice_fallback_method": number.fallback_method,
        "voice_application_sid": number.application_sid or None,
        "voice_caller_id_lookup": False,
        "status_callback": number.status_callback,
        "status_callback_method": number.status_method,
        "sms_url": "",
        "sms_method": "POST",
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        "sms_application_sid": None,
        "trunk_sid": None,
        "address_sid": None,
        "address_requirements": "none",
        "bundle_sid": None,
        "identity_sid": None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "uri": uri(exchange, f"IncomingPhoneNumbers/{number.sid}"),
    }
