"""Asks Twilio to ring an operator, for a ring-back. Somebody waits for the page."""

import logging

from twilio.base.exceptions import TwilioException

from callcenter.models import Operator, PhoneLine
from callcenter.reasons import Reason, parts
from callcenter.twilio_api.client import TwilioFailure, client, failure_of

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 6.0
# So long the operator's telephone rings: most answering machines wait longer.
RINGING_SECONDS = 25
# After these the call may have been placed all the same.
_UNSURE = (
    *(Reason.TWILIO_SLOW, Reason.TWILIO_CUT_OFF),
    *(Reason.TWILIO_FAILS, Reason.TWILIO_OTHER),
)


def ring_operator(
    operator: Operator, line: PhoneLine, *, url: str, status_callback: str
) -> str:
    """Have Twilio ring an operator's telephone under a line's number; the leg's SID.

    `url` is requested when the operator takes the call. Raises NotConfigured and
    TwilioFailure.
    """
    twilio = client(timeout=TIMEOUT_SECONDS, tries=1)
    try:
        call = twilio.calls.create(
            to=operator.number or "",
            from_=line.number,
            url=url,
            method="POST",
            timeout=RINGING_SECONDS,
            status_callback=status_callback,
            status_callback_event=["completed"],
            status_callback_method="POST",
        )
    except TwilioException as error:
        raise failure_of(error, tries=1) from error
    # The library reads the answer without checking it.
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        logger.debug("strange answer", exc_info=True)
        raise TwilioFailure(Reason.TWILIO_OTHER) from error
    return str(call.sid or "")


def may_ring_all_the_same(failure: TwilioFailure) -> bool:
    """Whether Twilio may have done what it did not confirm."""
    return parts(failure.kept)[0] in _UNSURE
