"""Ringing a caller back with one click: by the operator's telephone, or the browser.

A ring-back by telephone is placed by Twilio, which rings the operator first. That of a
browser is placed by the page of the desk.
"""

import logging
from collections.abc import Callable
from enum import Enum

from django.conf import settings
from django.contrib.auth.models import User
from django.db import Error
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.translation import gettext

from callcenter import reasons
from callcenter.desk.acts import NotKept, keep_event
from callcenter.dialling import is_dialled
from callcenter.flow import links
from callcenter.followup import acts, ringing
from callcenter.followup.corrections import correct, leg_to_correct
from callcenter.forgotten import is_forgotten
from callcenter.models import (
    AbandonedCall,
    FollowUp,
    Operator,
    PhoneLine,
    RingBack,
    WebhookEvent,
)
from callcenter.params import call_sid
from callcenter.routes import ANSWERED_BY_PATH, Kind
from callcenter.twilio_api.access import NotConfigured, access

logger = logging.getLogger(__name__)

PERMISSION = "callcenter.change_followup"


class Way(Enum):
    """How a user rings back."""

    TELEPHONE = "telephone"
    BROWSER = "browser"
    BY_HAND = "by hand"


class NotRung(Exception):
    """Nobody is rung; the text is a sentence for the user that says why."""


def way_of(user: User) -> Way:
    """How a user rings back with one click; by hand where that is not possible."""
    operator = _operator(user)
    if operator is None:
        return Way.BY_HAND
    if operator.number and _is_configured():
        return Way.TELEPHONE
    return Way.BROWSER if operator.client_identity else Way.BY_HAND


def desk_url(row: AbandonedCall) -> str:
    """Where an operator in the browser rings the caller of a row."""
    return f"{get_script_prefix()}desk/?ring={row.pk}"


def ring(row: AbandonedCall, user: User) -> Operator:
    """Claim the caller of a row, and have Twilio ring the user; gives the operator.

    The claim stays whatever becomes of that. Raises acts.Refused where the caller
    cannot be claimed, and NotRung.
    """
    operator, line = _operator(user), _line(row)
    problem = _problem(row.caller, operator, line)
    if problem or operator is None or line is None:
        acts.claim(row.caller, user)
        raise NotRung(problem)
    begun = acts.ring(row.caller, user, operator)
    _place(begun, operator, line)
    return operator


def number_to_ring(pk: int, user: User) -> str:
    """The number of a caller whom the user has claimed, for a call from the browser.

    `pk` is that of a row of the work list. Raises NotRung.
    """
    if not user.has_perm(PERMISSION):
        raise NotRung(gettext("You have no right to ring callers back."))
    if _operator(user) is None:
        raise NotRung(gettext("Your account has no operator that is switched on."))
    row = None
    # An id that is too large for the column is an error on SQLite.
    if 0 < pk < 2**63:
        row = AbandonedCall.all_reasons.filter(pk=pk).first()
    if row is None:
        raise NotRung(gettext("There is no such caller on the list."))
    if problem := _problem_of_number(row.caller):
        raise NotRung(problem)
    to_do = AbandonedCall.all_reasons.to_ring_back().filter(caller=row.caller)
    if not to_do.exists():
        raise NotRung(gettext("This caller needs no further action."))
    held = to_do.filter(follow_up__state=FollowUp.State.IN_PROGRESS)
    if not held.filter(follow_up__claimed_by=user).exists():
        raise NotRung(gettext("Claim the caller before you ring back."))
    return row.caller


def nobody_was_there(
    row: AbandonedCall, user: User, result: str, text: str = ""
) -> None:
    """Take back that the user's last ring-back has reached the caller of a row.

    Twilio cannot tell a person from a machine, and history takes what it says for an
    answer until an event says otherwise. Raises acts.Refused and NotRung.
    """
    leg = leg_to_correct(row, user)
    ends = WebhookEvent.objects.filter(other_sid=leg, kind=Kind.STATUS)
    # Events first: whoever has to try again finds the ring-back as it was.
    for sid in sorted(set(ends.values_list("call_sid", flat=True))):
        form = {"CallSid": sid, "AnsweredBy": "machine"}
        try:
            keep_event(ANSWERED_BY_PATH, form, timezone.now())
        except NotKept:
            said = gettext("What you said could not be stored: try again.")
            raise NotRung(said) from None
    correct(row, user, result, text)


def _operator(user: User) -> Operator | None:
    """The operator that an account belongs to, unless it is switched off."""
    return Operator.objects.filter(user=user, is_active=True).first()


def _is_configured() -> bool:
    """Whether Twilio can be asked. The account of the demo is none of Twilio's."""
    try:
        way = access()
    except NotConfigured:
        return False
    return bool(settings.PUBLIC_BASE_URL) and (way.is_loopback or not settings.DEMO)


def _line(row: AbandonedCall) -> PhoneLine | None:
    """The line that the caller called, else the default one, else any."""
    lines = list(PhoneLine.objects.order_by("-is_default", "number"))
    called = (line for line in lines if line.number == row.call.line)
    return next(called, lines[0] if lines else None)


def _problem(caller: str, operator: Operator | None, line: PhoneLine | None) -> str:
    """Why Twilio must not or cannot ring these two, in a sentence."""
    if operator is None or not operator.number:
        return gettext("Your account has no operator with a telephone.")
    if line is None:
        return gettext("No line is set up under whose number Twilio could ring.")
    if not _is_configured():
        return _cannot_be_asked()
    if not is_dialled(operator.number):
        return gettext("Your telephone is not among the numbers that may be dialled.")
    return _problem_of_number(caller)


def _cannot_be_asked() -> str:
    return gettext("Twilio cannot be asked by these settings.")


def _problem_of_number(caller: str) -> str:
    if not caller or is_forgotten(caller):
        return gettext("The number of this caller is not known.")
    if not ringing.may_ring(caller):
        return gettext("This number is not among those that may be dialled.")
    return ""


def _place(begun: RingBack, operator: Operator, line: PhoneLine) -> None:
    """Have Twilio ring the operator. Raises NotRung."""
    # Twilio's library takes memory, and most processes never ring anybody.
    from callcenter.twilio_api import ringing as twilio  # noqa: PLC0415
    from callcenter.twilio_api.client import TwilioFailure  # noqa: PLC0415

    try:
        leg = twilio.ring_operator(
            operator,
            line,
            url=links.ring_back(begun.token),
            status_callback=links.status(),
        )
    except NotConfigured as problem:
        _note(lambda: ringing.not_placed(begun))
        raise NotRung(_cannot_be_asked()) from problem
    except TwilioFailure as failure:
        logger.warning("a ring-back was not placed: %s", failure)
        said = reasons.sentence(failure.kept)
        if twilio.may_ring_all_the_same(failure):
            # Until it cannot ring any more, nobody rings this caller a second time.
            said = f"{said} {gettext('If your telephone rings, take the call.')}"
        else:
            _note(lambda: ringing.not_placed(begun))
        raise NotRung(said) from failure
    # The first request of the leg notes it as well.
    if call_sid(leg):
        _note(lambda: ringing.placed(begun, leg))


def _note(write: Callable[[], None]) -> None:
    """Note what Twilio has said; a ring-back ends by itself where that fails."""
    try:
        write()
    except Error:
        logger.warning("what became of a ring-back is not noted", exc_info=True)
