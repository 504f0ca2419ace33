"""What `setup_twilio --check` finds at Twilio, and what to do where it cannot be asked.

Asking changes nothing. What cannot be asked ends nothing: it is said of each part.
"""

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from twilio.rest import Client

from callcenter.models import Operator
from callcenter.reasons import Reason, parts
from callcenter.twilio_api.access import NotConfigured, access
from callcenter.twilio_api.client import TwilioFailure
from callcenter.twilio_api.outside import Finding
from callcenter.twilio_api.setup import (
    Addresses,
    Step,
    application_step,
    number_steps,
    queue_steps,
)

# After these no other part is answered either; each try takes a while.
_OF_EVERYTHING = (
    Reason.TWILIO_UNREACHABLE,
    Reason.TWILIO_SLOW,
    Reason.TWILIO_CREDENTIALS,
    Reason.TWILIO_ACCOUNT,
    Reason.TWILIO_TOO_OFTEN,
)
_WHERE = "Twilio can be asked"


def at_twilio(make: Callable[[], Client], ours: Addresses) -> Iterator[Finding]:
    """Whether everything at Twilio is as it is to be; `make` gives Twilio's client.

    Raises django.db.Error.
    """
    try:
        twilio = make()
    except NotConfigured as problem:
        yield Finding(_WHERE, str(problem))
        yield from _unasked("queues", "TwiML App", "numbers")
        return
    asking: dict[str, Callable[[], Iterable[Step]]] = {
        "queues": lambda: queue_steps(twilio),
        "TwiML App": lambda: [application_step(twilio, ours)],
        "numbers": lambda: number_steps(twilio, ours),
    }
    while asking:
        part = next(iter(asking))
        try:
            yield from map(_finding, asking.pop(part)())
        except TwilioFailure as failure:
            reason, _detail = parts(failure.kept)
            is_of_all = reason in _OF_EVERYTHING
            said = f"{failure} {_advice(reason)}".strip()
            yield Finding(_WHERE if is_of_all else f"{part} at Twilio", said)
            if is_of_all:
                yield from _unasked(part, *asking)
                return


def setting_of(sid: str) -> str:
    """The line of `.env` that names the TwiML App."""
    return f"TWILIO_TWIML_APP_SID={sid}"


def _unasked(*what: str) -> Iterator[Finding]:
    for part in what:
        yield Finding(f"{part} at Twilio", is_skipped=True)


def _finding(step: Step) -> Finding:
    problem = step.problem
    if step.changes:
        problem = "It is not what it is to be: run setup_twilio."
    elif step.unset_sid and _has_browsers():
        problem = (
            "Nobody can take calls in the browser: put"
            f" {setting_of(step.unset_sid)} into .env, and restart."
        )
    return Finding(step.what, problem)


def _has_browsers() -> bool:
    return Operator.objects.filter(is_active=True, client_identity__gt="").exists()


def _advice(reason: Reason | None) -> str:
    """What to do about a failure whose sentence does not say it."""
    if reason not in (Reason.TWILIO_UNREACHABLE, Reason.TWILIO_SLOW):
        return ""
    if access().is_loopback:
        return (
            "This is a program of this machine: start it (simulate_calls serves the"
            " stand-in), or remove TWILIO_API_BASE_URL to ask Twilio itself."
        )
    return (
        "Let this machine make https requests to it: look at the name server, the"
        " firewall, and the proxy of the environment"
        f"{' and TWILIO_API_BASE_URL' if settings.TWILIO_API_BASE_URL else ''}."
    )
