"""How webhooks pass through the middleware."""

import pytest

from callcenter.models import WebhookEvent
from callcenter.tests.twilio_client import TwilioClient
from callcenter.tests.webhooks.installation import install

pytestmark = pytest.mark.django_db

SHORT_WAY = "callcenter.webhooks.middleware.webhooks_first"


def test_a_webhook_needs_no_session_no_cookie_and_no_language(twilio):
    install()

    response = twilio.post("incoming").response

    assert response.cookies == {}
    assert sorted(response.headers) == [
        "Content-Length",
        "Content-Type",
        "Cross-Origin-Opener-Policy",
        "Referrer-Policy",
        "X-Content-Type-Options",
    ]


def test_a_host_name_that_only_the_proxy_knows_is_no_obstacle(twilio):
    response = twilio.client.post("/twilio/status/", headers={"Host": "inner.test"})

    # Not believed, for want of a signature; but looked at.
    assert response.status_code == 403


def test_webhooks_answer_the_same_without_their_middleware(twilio, settings):
    install()
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != SHORT_WAY]

    answer = TwilioClient().post("incoming")

    assert answer.verbs == ["Gather", "Redirect"]
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize("path", ["/twilio/nothing/", "/twilio/incoming"])
def test_a_path_is_not_redirected_without_the_middleware_either(settings, path):
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != SHORT_WAY]

    assert TwilioClient().client.post(path).status_code == 404


def test_pages_for_people_pass_through_all_middleware(client):
    assert client.get("/admin/").status_code == 302
