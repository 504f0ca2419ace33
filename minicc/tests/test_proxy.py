"""MiniCC through the nginx servers of docs/deploy.md, at the root and under a path."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import sync_playwright

from callcenter.tests.twilio_client import sid
from conftest import browser
from minicc.tests import nginx, sites
from minicc.tests.sites import Answer, Site

pytestmark = pytest.mark.proxy


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Path:
    """The database that each site gets a copy of."""
    database: Path = tmp_path_factory.mktemp("installation") / "minicc.sqlite3"
    sites.install(database)
    return database


@pytest.fixture(scope="module", params=sites.PLACES)
def site(request, installation, tmp_path_factory) -> Iterator[Site]:
    """MiniCC at each of the places."""
    folder = tmp_path_factory.mktemp("site")
    with sites.running(sites.PLACES[request.param], installation, folder) as one:
        yield one


def link(answer: Answer, element: str, attribute: str = "") -> str:
    """The URL in a document of ours; asserts that there is one."""
    assert answer.status == 200, answer.text
    found = ElementTree.fromstring(answer.text).find(f".//{element}")  # noqa: S314
    assert found is not None, answer.text
    return found.attrib[attribute] if attribute else (found.text or "")


def test_a_caller_follows_our_urls_and_every_request_is_stored(site):
    call_sid = sid()

    def ask(url, **params):
        return site.twilio(url, CallSid=call_sid, **params)

    rings = ask(site.with_lock("/twilio/incoming/"))
    menu = link(rings, "Gather", "action")
    chooses = ask(menu, Digits="1", CallStatus="in-progress")
    wait = link(chooses, "Enqueue", "waitUrl")
    hold_music = link(ask(wait, QueuePosition="1", QueueTime="0"), "Play")
    played = site.ask(hold_music.replace(f"{site.place.lock}@", ""))
    leave = link(chooses, "Enqueue", "action")
    ask(leave, QueueResult="hangup", QueueTime="40")

    at_home = site.with_lock("/")
    for url in (menu, wait, leave, hold_music):
        assert url.startswith(at_home)
    assert (played.status, played.headers["Content-Type"]) == (200, "audio/wav")
    with closing(sqlite3.connect(site.database)) as database:
        kept = database.execute(
            "SELECT path, decision FROM callcenter_webhookevent WHERE call_sid = ?"
            " ORDER BY id",
            [call_sid],
        ).fetchall()
    # Stored without the prefix: events can be loaded under any other.
    assert [(path.partition("?")[0], decision) for path, decision in kept] == [
        ("/twilio/incoming/", "menu:main"),
        ("/twilio/menu/main/", "enqueue:support/1"),
        ("/twilio/wait/support/1/", "hold"),
        ("/twilio/queue-exit/support/1/", "end"),
    ]


@pytest.mark.parametrize("port", ["", ":443", "its own"])
def test_twilio_may_sign_with_the_port_and_without(site, port):
    host = site.base.replace(f":{site.port}", "")
    port = f":{site.port}" if port == "its own" else port
    signed = host.replace(nginx.HOST, nginx.HOST + port) + "/twilio/status/"

    ended = site.twilio(
        site.with_lock("/twilio/status/"), signed=signed, CallStatus="completed"
    )

    # Another port than the one of the public address is another address.
    is_known = port in ("", f":{site.port}" if site.place.shows_port else ":443")
    assert ended.status == (204 if is_known else 403)


def test_a_forged_request_is_refused(site):
    forged = site.twilio(site.with_lock("/twilio/incoming/"), token="forged")

    assert (forged.status, forged.text) == (403, "")


def test_forwarded_headers_do_not_change_our_urls(site):
    answer = site.twilio(
        site.with_lock("/twilio/incoming/"),
        headers={
            "X-Forwarded-Host": "elsewhere.example.net",
            "X-Forwarded-Port": "8443",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Prefix": "/elsewhere",
            "Forwarded": "host=elsewhere.example.net;proto=http",
        },
    )

    assert link(answer, "Gather", "action").startswith(site.with_lock("/twilio/menu/"))


def test_the_basic_lock_is_demanded_through_the_proxy(site):
    answer = site.twilio(f"{site.base}/twilio/status/", CallStatus="completed")

    if site.place.lock:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="MiniCC"'
    else:
        assert answer.status == 204


def test_a_supervisor_logs_in_and_cookies_are_limited_to_our_path(site):
    path, origin = site.place.path, site.base.removesuffix(site.place.path)

    visit = site.ask(f"{site.base}/admin/")
    form = site.ask(f"{site.base}/admin/login/")
    csrf = form.cookies["csrftoken"]
    (hidden,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text))
    fields = {
        "username": sites.USER,
        "password": sites.PASSWORD,
        "csrfmiddlewaretoken": hidden,
        "next": f"{path}/admin/",
    }
    headers = {"Cookie": f"csrftoken={csrf.value}", "Origin": origin}
    logged_in = site.ask(f"{site.base}/admin/login/", fields, headers)
    session = logged_in.cookies["sessionid"]
    index = site.ask(
        f"{site.base}/admin/", headers={"Cookie": f"sessionid={session.value}"}
    )
    forged = site.ask(
        f"{site.base}/admin/login/",
        fields,
        headers | {"Origin": "https://elsewhere.example.net"},
    )

    assert visit.status == 302
    assert visit.headers["Location"] == f"{path}/admin/login/?next={path}/admin/"
    assert (logged_in.status, logged_in.headers["Location"]) == (302, f"{path}/admin/")
    for cookie in (csrf, session):
        assert cookie["secure"]
        assert cookie["path"] == f"{path}/"
    assert index.status == 200
    assert forged.status == 403
    # Every URL of the page is below our path, and its files exist.
    addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', index.text)
    assert [one for one in addresses if not one.startswith(f"{path}/")] == []
    shown = [one for one in addresses if one.startswith(f"{path}/static/")]
    assert shown
    assert {one: site.ask(origin + one).status for one in shown} == dict.fromkeys(
        shown, 200
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    "site", ["on a port, with a lock", "under a path left on"], indirect=True
)
def test_a_browser_logs_in_saves_a_queue_and_changes_the_language(site):
    failures = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser(),
            args=[
                "--no-sandbox",
                f"--host-resolver-rules=MAP {nginx.HOST} 127.0.0.1"
                + ("" if site.place.shows_port else f":{site.port}"),
            ],
        )
        page = chromium.new_page(ignore_https_errors=True, locale="en")
        page.on(
            "response",
            lambda response: (
                failures.append(response.url) if response.status >= 400 else None
            ),
        )
        page.goto(f"{site.base}/admin/")
        page.fill("#id_username", sites.USER)
        page.fill("#id_password", sites.PASSWORD)
        page.click("input[type=submit]")
        page.click("a[href$='/callcenter/queue/']:visible")
        page.click("#result_list tbody th a >> nth=0")
        page.click("input[name=_save]")
        page.wait_for_selector("li.success")
        place = urlsplit(page.url).path
        page.click("button[lang=ja]")
        page.wait_for_selector("html[lang=ja]")
        chromium.close()

    assert place == f"{site.place.path}/admin/callcenter/queue/"
    assert failures == []
