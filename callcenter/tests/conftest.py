"""The fixture `twilio`, for all tests of callcenter."""

import pytest

from callcenter.tests.twilio_client import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    BASE_URL,
    TwilioClient,
)


@pytest.fixture
def twilio(settings):
    """A client that signs requests as Twilio does, and settings that accept them."""
    settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID
    settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
    settings.TWILIO_AUTH_TOKEN_SECONDARY = ""
    settings.WEBHOOK_BASIC_AUTH = ""
    settings.PUBLIC_BASE_URL = BASE_URL
    return TwilioClient()
