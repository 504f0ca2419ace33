"""Deletes recordings at Twilio (docs/twilio.md 10.3)."""

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from callcenter.twilio_api.client import failure_of
from callcenter.twilio_api.media import GONE, RECORDING_SID


def delete(twilio: Client, sid: str) -> None:
    """Delete the audio of a recording; done too where it is gone already.

    Raises TwilioFailure. What Twilio did not process (429) is asked again.
    """
    # What is no RecordingSid names nothing at Twilio.
    if not RECORDING_SID.fullmatch(sid):
        return
    try:
        twilio.recordings(sid).delete()
    except TwilioRestException as error:
        if error.status not in GONE:
            raise failure_of(error) from error
    except TwilioException as error:
        raise failure_of(error) from error
