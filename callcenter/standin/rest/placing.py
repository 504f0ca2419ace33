"""Placing a call by REST: from, to, and the documents it executes."""

import re
from dataclasses import dataclass

from callcenter.standin.calls.applications import Application
from callcenter.standin.calls.exchange import Exchange
from callcenter.standin.calls.legs import Leg
from callcenter.standin.calls.script import Jump
from callcenter.standin.rest.values import (
    URL_INVALID,
    Parameters,
    Refused,
)

NO_TO = 21201
FROM_NOT_OURS = 21210
INVALID_TO = 21211
NO_FROM = 21213
INVALID_APPLICATION = 21218
INVALID_EVENT = 21626
TWIML_TOO_LONG = 32018
LONGEST_TWIML = 4000
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
DEFAULT_TIMEOUT = 60
LONGEST_TIMEOUT = 600

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ADDRESS = re.compile(r"(client|sips?):\S{1,256}")


@dataclass(frozen=True)
class _Plan:
    """The URLs and callbacks of a placed call, from the form or its TwiML App."""

    document: Jump
    fallback_url: str
    fallback_method: str
    status_callback: str
    status_method: str
    status_events: tuple[str, ...] = ("completed",)
    application_sid: str = ""


def place(exchange: Exchange, form: Parameters) -> Leg:
    """Place a call as a form asks; Refused where Twilio refuses."""
    to, from_ = _ends(exchange, form)
    seconds = form.whole("Timeout", DEFAULT_TIMEOUT)
    if "ApplicationSid" in form:
        plan = _plan_of(_application(exchange, form.text("ApplicationSid")))
    else:
        plan = _plan(form)
    document = plan.document
    leg = exchange.call_out(
        from_,
        to,
        document.url,
        method=document.method,
        twiml=document.twiml,
        timeout=min(max(seconds, 1), LONGEST_TIMEOUT),
        status_callback=plan.status_callback,
        status_method=plan.status_method,
        status_events=plan.status_events,
        fallback_url=plan.fallback_url,
    )
    leg.application_sid = plan.application_sid
    leg.fallback_method = plan.fallback_method
    if not EVENTS.issuperset(plan.status_events):
        # Twilio accepts it, logs it in its debugger and sends no callback.
        leg.status_events = ()
        leg.log_error(INVALID_EVENT, " ".join(plan.status_events))
    return leg


def twiml(form: Parameters) -> str:
    """A document given in the request itself; Refused where it is too long (32018)."""
    text = form.text("Twiml")
    if len(text) > LONGEST_TWIML:
        message = f"Twiml may have at most {LONGEST_TWIML} characters"
        raise Refused(400, TWIML_TOO_LONG, message)
    return text


def _ends(exchange: Exchange, form: Parameters) -> tuple[str, str]:
    """Who is called and who calls: a number of the account, or a client."""
    to, from_ = form.text("To"), form.text("From")
    if not to:
        raise Refused(400, NO_TO, "No 'To' number is specified")
    if not from_:
        raise Refused(400, NO_FROM, "No 'From' number is specified")
    if not (_E164.fullmatch(to) or _ADDRESS.fullmatch(to)) or to == from_:
        raise Refused(400, INVALID_TO, f"Invalid 'To' Phone Number: {to}")
    is_client = from_.startswith("client:") and not _E164.fullmatch(to)
    if from_ not in exchange.numbers and not is_client:
        message = (
            f"The source phone number provided, {from_}, is not yet verified for your"
            " account. You may only make calls from phone numbers that you've verified"
            " or purchased from Twilio."
        )
        raise Refused(400, FROM_NOT_OURS, message)
    return to, from_


def _plan(form: Parameters) -> _Plan:
    """From the form; a URL goes before a document in the form."""
    url, text = form.url("Url"), twiml(form)
    if not url and not text:
        raise Refused(400, URL_INVALID, "Url parameter is required.")
    method = form.method("Method")
    return _Plan(
        document=Jump(url, method, twiml="" if url else text),
        fallback_url=form.url("FallbackUrl"),
        fallback_method=form.method("FallbackMethod"),
        status_callback=form.url("StatusCallback"),
        status_method=form.method("StatusCallbackMethod"),
        status_events=tuple(form.many("StatusCallbackEvent")) or ("completed",),
    )


def _plan_of(application: Application) -> _Plan:
    """From the App; documents and callbacks of the form are ignored."""
    if not application.voice_url:
        raise Refused(400, URL_INVALID, "Url parameter is required.")
    method = application.voice_method
    return _Plan(
        document=Jump(application.voice_url, method),
        fallback_url=application.fallback_url,
        fallback_method=application.fallback_method,
        status_callback=application.status_callback,
        status_method=application.status_method,
        application_sid=application.sid,
    )


def _application(exchange: Exchange, sid: str) -> Application:
    try:
        return exchange.applications[sid]
    except KeyError as problem:
        message = f"Invalid ApplicationSid: {sid}"
        raise Refused(400, INVALID_APPLICATION, message) from problem
