"""Access tokens with which an operator's browser speaks to Twilio.

A token says who the operator is; so only our own account for the operator gets one. It
is good for ten minutes, and the page asks for a new one before that.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from callcenter.models import Operator

# Twilio's limit is a day (docs/twilio.md 6).
GOOD_FOR_SECONDS = 600
_OF_A_KEY = ("TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET", "TWILIO_TWIML_APP_SID")
_NEEDED = ("TWILIO_ACCOUNT_SID", *_OF_A_KEY)
# Of nobody at Twilio.
_DEMO_KEY_SID, _DEMO_APP_SID = "SK" + "0" * 32, "AP" + "0" * 32


class NoToken(Exception):
    """This operator may not call from a browser; the text says why, for developers.

    Pages find that out before, and say it to people.
    """


class NotSetUp(Exception):
    """No browser can call by these settings; the text names those that are missing.

    An API key is made in the Twilio console, the TwiML App by `manage.py setup_twilio`.
    """


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, which signs tokens, and the TwiML App that they are for."""

    sid: str
    secret: str
    app_sid: str


@dataclass(frozen=True, slots=True)
class Token:
    """A signed token (JWT), the identity in it, and how long it is good."""

    text: str
    identity: str
    seconds: int


def key() -> Key:
    """The key of the settings; where the demo has none, one that only the demo knows.

    Its stand-in places the calls of browsers in place of Twilio. So no invented key has
    to stand in the settings, to be forgotten there. Raises NotSetUp where settings are
    missing.
    """
    has_none = not any(getattr(settings, name) for name in _OF_A_KEY)
    if settings.DEMO and settings.TWILIO_ACCOUNT_SID and has_none:
        secret = salted_hmac(__name__, "key of the demo", algorithm="sha256")
        return Key(_DEMO_KEY_SID, secret.hexdigest(), _DEMO_APP_SID)
    missing = [name for name in _NEEDED if not getattr(settings, name)]
    if missing:
        raise NotSetUp(", ".join(missing))
    return Key(*(getattr(settings, name) for name in _OF_A_KEY))


def token_for(operator: Operator) -> Token:
    """A new token of an operator.

    Raises NoToken for one who is inactive or has no browser identity, and NotSetUp
    where settings are missing.
    """
    if not operator.is_active:
        raise NoToken("This operator is switched off.")
    if not operator.client_identity:
        raise NoToken("This operator has no browser identity.")
    signing = key()
    token = AccessToken(
        settings.TWILIO_ACCOUNT_SID,
        signing.sid,
        signing.secret,
        identity=operator.client_identity,
        ttl=GOOD_FOR_SECONDS,
    )
    token.add_grant(
        VoiceGrant(
            outgoing_application_sid=signing.app_sid,
            # The page takes callers out of queues and rejects every other call. But by
            # registering the operator learns before the first caller that it works.
            incoming_allow=True,
        )
    )
    return Token(token.to_jwt(), operator.client_identity, GOOD_FOR_SECONDS)
