"""The addresses we hand out. No database."""

import pytest
from django.urls import set_script_prefix

from callcenter.flow import links
from callcenter.tests.flow.plans import make_step

STEP = make_step("menu", step=3, visits=2)


def test_address_is_a_path_without_a_public_base_url(settings):
    settings.PUBLIC_BASE_URL = ""
    settings.WEBHOOK_BASIC_AUTH = "twilio:secret"

    assert links.wait(STEP, "support", 3, language="en") == (
        "/twilio/wait/support/3/?step=4&visits=3&lang=en" + links.RETRIES
    )
    assert links.hold_music() == "/static/callcenter/hold-music.wav"


@pytest.mark.parametrize(
    ("base", "secret", "begins"),
    [
        ("https://cc.example.com", "", "https://cc.example.com"),
        ("https://cc.example.com/", "", "https://cc.example.com"),
        ("https://cc.example.com/mini", "", "https://cc.example.com/mini"),
        ("https://cc.example.com:8443", "u:p", "https://u:p@cc.example.com:8443"),
        ("http://[::1]:8000", "u:p", "http://u:p@[::1]:8000"),
        (
            "https://cc.example.com",
            "twi lio:p:@/?#&%",
            "https://twi%20lio:p%3A%40%2F%3F%23%26%25@cc.example.com",
        ),
        ("https://cc.example.com", "no password", "https://cc.example.com"),
    ],
)
def test_address_is_absolute_and_carries_the_credentials(
    settings, base, secret, begins
):
    settings.PUBLIC_BASE_URL = base
    settings.WEBHOOK_BASIC_AUTH = secret

    assert links.operator(STEP, signed_in=True, queue="support") == (
        f"{begins}/twilio/operator/?step=4&in=1&queue=support{links.RETRIES}"
    )


@pytest.mark.parametrize(
    "address",
    [
        links.queue_exit(STEP, "support", 1, language="ja"),
        links.connect(STEP, "support"),
        links.operator_done(STEP, "support"),
        links.menu(STEP, "main", again=0, language="ja"),
        links.wait(STEP, "support", 1, language="ja"),
        links.operator(STEP, signed_in=False, again=1),
        links.incoming(),
        links.fallback(),
        links.status(),
    ],
)
def test_every_request_is_to_be_tried_again_while_there_is_time(address):
    assert address.endswith("#rc=2&rp=ct,rt,5xx&ct=2000&rt=4000&tt=14000")


def test_music_is_no_request_of_ours():
    assert "#" not in links.hold_music()


def test_prefix_of_a_proxy_is_in_the_address_once(settings):
    settings.PUBLIC_BASE_URL = "https://cc.example.com/mini"
    set_script_prefix("/mini/")
    try:
        assert links.connect(STEP, "support").startswith(
            "https://cc.example.com/mini/twilio/connect/"
        )
        assert links.hold_music().startswith("https://cc.example.com/mini/static/")
    finally:
        set_script_prefix("/")
