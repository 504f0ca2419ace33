"""A token says who the operator is, and is given to nobody else."""

from datetime import UTC, datetime

import jwt
import pytest
import time_machine

from callcenter.desk.tokens import NoToken, NotSetUp, key, token_for
from callcenter.models import Operator

SECRET = "an-api-key-secret-of-the-tests-0123456789"


@pytest.fixture(autouse=True)
def _account(settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "1" * 32
    settings.TWILIO_API_KEY_SID = "SK" + "2" * 32
    settings.TWILIO_API_KEY_SECRET = SECRET
    settings.TWILIO_TWIML_APP_SID = "AP" + "3" * 32


def test_token_has_the_identity_the_app_and_ten_minutes():
    with time_machine.travel("2026-12-01T00:00:00Z", tick=False):
        token = token_for(Operator(name="Sato", client_identity="sato"))
        said = jwt.decode(token.text, SECRET, algorithms=["HS256"])

    assert said["iss"] == "SK" + "2" * 32
    assert said["sub"] == "AC" + "1" * 32
    assert said["exp"] == datetime(2026, 12, 1, 0, 10, tzinfo=UTC).timestamp()
    assert said["grants"]["identity"] == "sato"
    voice = said["grants"]["voice"]
    assert voice["outgoing"] == {"application_sid": "AP" + "3" * 32}
    assert voice["incoming"] == {"allow": True}
    assert jwt.get_unverified_header(token.text)["cty"] == "twilio-fpa;v=1"


@pytest.mark.parametrize(
    "operator",
    [
        Operator(name="Sato", client_identity="sato", is_active=False),
        Operator(name="Sato", number="+815000000201"),
    ],
)
def test_who_has_no_desk_gets_no_token(operator):
    with pytest.raises(NoToken, match="This operator"):
        token_for(operator)


def test_demo_has_a_key_that_stands_in_no_setting(settings):
    for name in ("API_KEY_SID", "API_KEY_SECRET", "TWIML_APP_SID"):
        setattr(settings, f"TWILIO_{name}", "")
    operator = Operator(name="Sato", client_identity="sato")

    with pytest.raises(NotSetUp):
        token_for(operator)
    settings.DEMO = True
    signed = key()
    said = jwt.decode(token_for(operator).text, signed.secret, algorithms=["HS256"])

    assert said["iss"] == signed.sid == "SK" + "0" * 32
    settings.SECRET_KEY = "another-secret-key-of-the-tests-0123456789abcdef"
    assert key().secret != signed.secret
    # Half a key is a mistake in the demo too, and not replaced.
    settings.TWILIO_API_KEY_SID = "SK" + "2" * 32
    with pytest.raises(
        NotSetUp, match=r"^TWILIO_API_KEY_SECRET, TWILIO_TWIML_APP_SID$"
    ):
        token_for(operator)


@pytest.mark.parametrize("name", ["TWILIO_API_KEY_SID", "TWILIO_TWIML_APP_SID"])
def test_missing_setting_is_named(settings, name):
    setattr(settings, name, "")

    with pytest.raises(NotSetUp, match=name):
        token_for(Operator(name="Sato", client_identity="sato"))
