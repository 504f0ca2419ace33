"""The parameters of each kind of request (docs/twilio.md 1, 4 and 12)."""

import json
import math
from datetime import datetime
from email.utils import format_datetime
from random import Random
from urllib.parse import quote

from callcenter.standin.calls.account import Account
from callcenter.standin.calls.legs import Leg

API_VERSION = "2010-04-01"
# From of a caller who withholds the number (docs/twilio.md 1.3).
WITHHELD = "+266696687"
# The beginnings of numbers used here; Twilio knows them all.
COUNTRIES = {"+81": "JP", "+1": "US", "+44": "GB", "+33": "FR", "+49": "DE"}
COUNTRIES |= {"+266": "LS", "+55": "BR", "+61": "AU", "+82": "KR", "+86": "CN"}


def standard(account: Account, leg: Leg, status: str = "") -> dict[str, str]:
    """Give what every request about a leg has: block B of docs/twilio.md 12."""
    form = {
        "AccountSid": account.sid,
        "ApiVersion": API_VERSION,
        "CallSid": leg.sid,
        "CallStatus": status or leg.status,
        "Direction": leg.direction,
        "From": leg.from_,
        "Caller": leg.from_,
        "To": leg.to,
        "Called": leg.to,
    }
    if leg.parent_sid:
        form["ParentCallSid"] = leg.parent_sid
    if leg.application_sid:
        form["ApplicationSid"] = leg.application_sid
    if leg.caller_name:
        form["CallerName"] = leg.caller_name
    if leg.forwarded_from:
        form["ForwardedFrom"] = form["CalledVia"] = leg.forwarded_from
    # 1.5: legs from clients, SIP and Dial have no keys of places at all.
    if leg.direction == "inbound" and not _is_address(leg.from_):
        form |= _places(("From", "Caller"), country(leg.from_, leg.from_country))
        form |= _places(("To", "Called"), country(leg.to, "JP"))
    elif leg.direction == "outbound-api" and not _is_address(leg.from_):
        form |= _places(("From", "Caller"), country(leg.from_, "JP"))
    return form


def incoming(random: Random, leg: Leg) -> dict[str, str]:
    """Give what only a call's first request has (12.1); a client brings its own."""
    if _is_address(leg.from_):
        return dict(leg.extras)
    secret = f"{random.getrandbits(512):0128x}"
    token = json.dumps({"parentCallInfoToken": secret, "identityHeaderTokens": []})
    return {"CallToken": quote(token, safe=""), **leg.extras}


def closing(leg: Leg, moment: datetime) -> dict[str, str]:
    """Give what the completed event adds (4.2); Duration is billed minutes."""
    seconds = leg.duration or 0
    return {
        "CallDuration": str(seconds),
        "Duration": str(math.ceil(seconds / 60)),
        **progress(leg, moment),
    }


def progress(leg: Leg, moment: datetime) -> dict[str, str]:
    """Give what every call progress event has; takes the next sequence number."""
    number, leg.sequence = leg.sequence, leg.sequence + 1
    return {
        "Timestamp": format_datetime(moment),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(number),
    }


def country(number: str, default: str) -> str:
    """Give the ISO country of a number; a withheld one is Lesotho's (1.5)."""
    if not number.startswith("+"):
        return ""
    if number == WITHHELD:
        return "LS"
    for length in (4, 3, 2):
        if number[:length] in COUNTRIES:
            return COUNTRIES[number[:length]]
    return default


def _is_address(value: str) -> bool:
    return value.startswith(("client:", "sip:"))


def _places(names: tuple[str, str], country_code: str) -> dict[str, str]:
    places = {"City": "", "State": "", "Zip": "", "Country": country_code}
    return {name + key: value for name in names for key, value in places.items()}
