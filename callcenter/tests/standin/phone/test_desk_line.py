"""In place of Twilio: who has a good token of the desk may call, and nobody else."""

import jwt
import pytest

from callcenter.demo.setup.installation import install
from callcenter.desk.tokens import token_for
from callcenter.models import Operator

pytestmark = pytest.mark.django_db

SECRET = "an-api-key-secret-of-the-tests-0123456789"
APP = "AP" + "3" * 32
URL = "/demo/desk/calls/"


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.ROOT_URLCONF = "callcenter.tests.standin.phone.urls_of_demo"
    settings.TWILIO_API_KEY_SID = "SK" + "2" * 32
    settings.TWILIO_API_KEY_SECRET = SECRET
    settings.TWILIO_TWIML_APP_SID = APP
    install()


def test_token_of_the_desk_places_a_call_of_its_operator(client, switchboard):
    token = token_for(Operator.objects.get(client_identity="agent_01"))

    response = client.post(
        URL, {"token": token.text, "MiniccDesk": "1", "From": "client:other"}
    )

    assert response.status_code == 200
    (asked,) = switchboard.asked
    assert asked["do"] == "place_client"
    assert asked["from"] == "client:agent_01"
    assert "/twilio/client/" in asked["voice_url"]
    assert asked["extras"] == {"MiniccDesk": "1"}


def test_demo_without_a_key_takes_the_tokens_of_its_own(client, settings, switchboard):
    for name in ("API_KEY_SID", "API_KEY_SECRET", "TWIML_APP_SID"):
        setattr(settings, f"TWILIO_{name}", "")
    settings.DEMO = True
    token = token_for(Operator.objects.get(client_identity="agent_01"))

    assert client.post(URL, {"token": token.text}).status_code == 200
    settings.SECRET_KEY = "another-secret-key-of-the-tests-0123456789abcdef"
    assert client.post(URL, {"token": token.text}).status_code == 401
    assert [asked["from"] for asked in switchboard.asked] == ["client:agent_01"]


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "AC" + "9" * 32},
        {"exp": 1},
        {"grants": {"identity": "agent_01"}},
        {"grants": {"identity": "", "voice": {"outgoing": {"application_sid": APP}}}},
    ],
)
def test_other_token_places_no_call(client, switchboard, change):
    token = token_for(Operator.objects.get(client_identity="agent_01"))
    said = jwt.decode(token.text, SECRET, algorithms=["HS256"])
    forged = jwt.encode(said | change, SECRET, algorithm="HS256")

    assert client.post(URL, {"token": forged}).status_code == 401
    assert switchboard.asked == []


@pytest.mark.parametrize("secret", ["", "another-secret-of-the-tests-0123456789abc"])
def test_without_the_secret_that_signed_it_no_token_is_good(
    client, settings, switchboard, secret
):
    token = token_for(Operator.objects.get(client_identity="agent_01"))
    settings.TWILIO_API_KEY_SECRET = secret

    for text in (token.text, "", "x.y.z"):
        assert client.post(URL, {"token": text}).status_code == 401
    assert switchboard.asked == []
