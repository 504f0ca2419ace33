"""How webhooks pass through the middleware."""

import pytest

from callcenter.models import WebhookEvent
from callcenter.tests.twilio_client import TwilioClient
from callcenter.tests.webhooks.installation import install
from callcenter.webhooks import closing

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


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/twilio/incoming/", 403),
        ("/twilio/nothing/", 404),
        ("/twilio/incoming", 404),
        ("/twilio/status/", 500),
    ],
)
def test_errors_have_the_headers_of_all_pages(twilio, monkeypatch, path, status):
    def fail(*_arguments, **_place):
        raise RuntimeError("a bug of ours")

    if status == 500:
        monkeypatch.setattr(closing.StatusView, "post", fail)
        twilio.client.raise_request_exception = False

    refused = twilio.client.post(path)

    assert refused.status_code == status
    page = twilio.client.get("/admin/login/")
    for name in (
        "Content-Security-Policy",
        "X-Frame-Options",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
    ):
        assert sorted(refused[name].split("; ")) == sorted(page[name].split("; "))
