"""The second step at log-in: an app's codes and recovery codes, each good once."""

import base64
import hmac
import re
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"
LOGIN = "/admin/login/"
CODE = "/admin/security/code/"
NOW = "2026-11-24T00:00:05Z"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def user():
    return User.objects.create_superuser("supervisor", password=PASSWORD)


def code_of(secret: str) -> str:
    """What the app shows now, reckoned as RFC 4226 and 6238 say."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, counter.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"


def wrong(secret: str) -> str:
    """A code that the app does not show now."""
    return f"{(int(code_of(secret)) + 1) % 1_000_000:06}"


def log_in(client, **more):
    form = {"username": "supervisor", "password": PASSWORD}
    return client.post(LOGIN, {**form, **more})


def confirm(client):
    """Proves by the password that it is still the same person."""
    return client.post("/admin/security/confirm/", {"password": PASSWORD})


def set_up(client) -> str:
    """Switches the second step on, as its page is filled in; returns the app's key."""
    log_in(client)
    confirm(client)
    html = client.get("/admin/security/app/on/").content.decode()
    secret = re.search(r'<code class="key">(\w+)</code>', html)
    assert secret
    answer = client.post("/admin/security/app/on/", {"code": code_of(secret[1])})
    assert answer.url == "/admin/security/recovery/"
    return secret[1]


def recovery_codes(client) -> list[str]:
    html = client.get("/admin/security/recovery/").content.decode()
    return re.findall(r"<li>\s*<code>([0-9 -]+)</code>", html)


def is_in(client) -> bool:
    return bool(client.get("/admin/").status_code == 200)


@pytest.fixture
def secret(user):
    """The key of the app of somebody who has the second step."""
    with time_machine.travel("2026-11-23T00:00:00Z"):
        return set_up(Client())


def test_page_of_security_is_linked_from_every_page(client, user):
    log_in(client)

    html = client.get("/admin/").content.decode()

    assert '<a href="/admin/security/">セキュリティ</a>' in html
    assert "アプリを設定" in client.get("/admin/security/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["", "app/on/", "app/off/", "recovery/", "recovery/new/", "recovery/file/"],
)
def test_visitor_is_sent_to_the_log_in_page(client, path):
    answer = client.get(f"/admin/security/{path}")

    assert answer.status_code == 302
    assert answer.url.startswith(LOGIN)


def test_app_is_set_up_by_a_picture_that_stands_in_the_page(client, user):
    log_in(client)
    confirm(client)

    html = client.get("/admin/security/app/on/").content.decode()

    assert "<svg" in html
    assert "data:" not in html
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|<style", html)


def test_wrong_code_does_not_switch_it_on(client, user):
    log_in(client)
    confirm(client)
    client.get("/admin/security/app/on/")

    answer = client.post("/admin/security/app/on/", {"code": "000000"})

    assert answer.status_code == 200
    assert "コードが正しくありません" in answer.content.decode()
    assert not Authenticator.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_password_alone_does_not_let_in(client, secret):
    answer = log_in(client)

    assert answer.url == CODE
    assert not is_in(client)
    assert "確認コード" in client.get(CODE).content.decode()


@time_machine.travel(NOW, tick=False)
def test_right_code_leads_to_the_page_asked_for(client, secret):
    log_in(client, next="/admin/auth/user/")

    answer = client.post(CODE, {"code": code_of(secret)})

    assert answer.url == "/admin/auth/user/"
    assert is_in(client)


@time_machine.travel(NOW, tick=False)
def test_wrong_code_says_so_and_the_right_one_is_taken_afterwards(client, secret):
    log_in(client)

    answer = client.post(CODE, {"code": wrong(secret)})

    assert answer.status_code == 200
    assert "コードが正しくありません" in answer.content.decode()
    assert not is_in(client)
    assert client.post(CODE, {"code": code_of(secret)}).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("is_same_process", [True, False])
@time_machine.travel(NOW, tick=False)
def test_code_seen_by_somebody_is_not_good_again(secret, is_same_process):
    first, second = Client(), Client()
    code = code_of(secret)
    for client in (first, second):
        log_in(client)

    first.post(CODE, {"code": code})
    if not is_same_process:
        cache.clear()
    again = second.post(CODE, {"code": code})

    assert is_in(first)
    assert again.status_code == 200
    assert not is_in(second)


def test_code_of_a_minute_ago_is_not_good(client, secret):
    with time_machine.travel(NOW, tick=False) as now:
        log_in(client)
        code = code_of(secret)
        now.shift(60)
        client.post(CODE, {"code": code})

    assert not is_in(client)


@time_machine.travel(NOW, tick=False)
def test_wrong_codes_lock_like_wrong_passwords(client, secret):
    log_in(client)

    answers = [client.post(CODE, {"code": wrong(secret)}) for _ in range(5)]
    right = client.post(CODE, {"code": code_of(secret)})

    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert right.status_code == 429
    assert not is_in(client)


def test_wrong_codes_are_not_forgotten_by_the_password_before_them(client, secret):
    with time_machine.travel(NOW, tick=False) as now:
        for _ in range(4):
            log_in(client)
            client.post(CODE, {"code": wrong(secret)})
        now.shift(1)
        log_in(client)

        assert client.post(CODE, {"code": wrong(secret)}).status_code == 429


@time_machine.travel(NOW, tick=False)
def test_recovery_code_lets_in_once(user):
    owner: Any = Client()
    set_up(owner)
    [code, *others] = recovery_codes(owner)
    first, second, third = Client(), Client(), Client()
    for client in (first, second, third):
        log_in(client)

    first.post(CODE, {"code": code})
    second.post(CODE, {"code": code})
    third.post(CODE, {"code": others[0]})

    assert [is_in(client) for client in (first, second, third)] == [True, False, True]
    assert len(recovery_codes(owner)) == 8


# What is said of it is said after the commit.
@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_new_recovery_codes_replace_the_old(user):
    owner: Any = Client()
    set_up(owner)
    old = recovery_codes(owner)

    answer = owner.post("/admin/security/recovery/new/", follow=True)

    assert len(old) == 10
    assert not set(old) & set(recovery_codes(owner))
    assert "以前のコードは使えません" in answer.content.decode()


@time_machine.travel(NOW, tick=False)
def test_second_step_is_switched_off_and_recovery_codes_with_it(user):
    owner: Any = Client()
    set_up(owner)

    owner.post("/admin/security/app/off/")

    assert not Authenticator.objects.exists()
    assert log_in(Client()).url == "/admin/"


def test_change_of_the_second_step_asks_again_for_proof_after_a_while(user):
    owner: Any = Client()
    with time_machine.travel(NOW, tick=False) as now:
        secret = set_up(owner)
        now.shift(3600)
        asked = owner.get("/admin/security/app/off/")
        page = owner.get(asked.url).content.decode()
        refused = owner.post(asked.url, {"password": "wrong"})
        confirmed = owner.post(
            asked.url, {"password": PASSWORD, "next": "/admin/security/app/off/"}
        )

    assert asked.url.startswith("/admin/security/confirm/")
    assert "本人確認" in page
    assert refused.status_code == 200
    assert confirmed.url == "/admin/security/app/off/"
    assert secret


@time_machine.travel(NOW, tick=False)
def test_who_has_no_telephone_at_hand_can_go_back(client, secret):
    log_in(client)

    answer = client.post("/admin/security/stop/")

    assert answer.url == LOGIN
    assert client.get(CODE).url == LOGIN


def test_doors_that_are_not_ours_are_shut(client):
    paths = ("signup/", "email/", "password/reset/", "login/code/")

    answers = [client.get(f"/admin/security/{path}").status_code for path in paths]

    assert set(answers) <= {302, 404}
    assert client.get("/accounts/signup/").status_code == 404
