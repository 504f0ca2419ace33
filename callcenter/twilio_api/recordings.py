"""Deletes recordings at Twilio (docs/twilio.md 10.3)."""

import re

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from callcenter.twilio_api.client import failure_of

_SID = re.compile(r"RE[0-9a-fA-F]{32}")
# There is nothing to delete any more.
_GONE = (404, 410)


def delete(twilio: Client, sid: str) -> None:
    """Delete the audio of a recording; done too where it is gone already.

    Raises TwilioFailure. What Twilio did not process (429) is asked again.
    """
    # What is no RecordingSid names nothing at Twilio.
    if not _SID.fullmatch(sid):
        return
    try:
        twilio.recordings(sid).delete()
    except TwilioRestException as error:
        if error.status not in _GONE:
            raise failure_of(error) from error
    except TwilioException as error:
        raise failure_of(error) from error
