"""The telephone pages: who gets them, what they offer, what their script may ask."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from callcenter.demo.setup.installation import LINE, install
from callcenter.demo.setup.second_line import add_second_line
from callcenter.models import Menu, Operator, PhoneLine, Queue
from callcenter.standin.phone import pages
from callcenter.standin.phone.loopback import Unavailable
from callcenter.standin.phone.switchboard import UNKNOWN_CALL
from callcenter.tests.standin.phone.fake_switchboard import SID

pytestmark = pytest.mark.django_db

PAGES = ["/demo/phone/", "/demo/operator/"]
ENGLISH = {"accept-language": "en"}
BASE = "https://callcenter.example.com"
RETRIES = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=4000&tt=14000"
BAD_NUMBER = (
    "Write your number as 050-0000-0301, or with + and the code of its country,"
    " as +815000000301."
)
KEYS = "A telephone has the keys 0 to 9, * and #."


@pytest.fixture(autouse=True)
def demo(settings):
    """The demo installation, with its telephones at /demo/."""
    settings.ROOT_URLCONF = "callcenter.tests.standin.phone.urls_of_demo"
    install()


def answer(response):
    return response.status_code, response.json()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        "/demo/calls/",
        f"/demo/calls/{SID}/?since=0&changes=0&wait=0",
        *(f"/demo/calls/{SID}/{what}/" for what in ("press", "say", "hang-up")),
    ],
)
def test_nothing_is_there_without_the_demo(client, settings, switchboard, path, method):
    settings.ROOT_URLCONF = "minicc.urls"

    response = getattr(client, method)(path, {"line": LINE, "digits": "1"})

    assert response.status_code == 404
    assert switchboard.asked == []


def options(response, name):
    select = re.search(
        rf'<select id="{name}".*?</select>', response.content.decode(), re.DOTALL
    )
    assert select
    return re.findall(
        r'<option value="(.*?)"(?: selected)?>(.*?)</option>', select.group()
    )


def test_caller_may_call_each_line_and_first_the_default_one(client):
    PhoneLine.objects.create(
        number="+81312345678",
        name="Osaka",
        menu=Menu.objects.get(slug="main"),
        queue=Queue.objects.get(slug="support"),
    )

    response = client.get("/demo/phone/")

    assert options(response, "line") == [
        (LINE, "MiniCC 代表 050-0000-0101"),
        ("+81312345678", "Osaka 03-1234-5678"),
    ]


def test_operators_who_have_a_telephone_may_call_in(client):
    Operator.objects.create(name="gone", number="+815000000299", is_active=False)

    response = client.get("/demo/operator/")

    assert options(response, "caller") == [
        ("+815000000201", "佐藤 陽子 050-0000-0201 (サポート)"),
        ("+815000000202", "鈴木 一郎 050-0000-0202 (サポート)"),
    ]
    assert options(response, "line") == [(LINE, "MiniCC 代表 050-0000-0101")]


def suggested(client):
    """Who is chosen beforehand, and the first step of what to try."""
    html = client.get("/demo/operator/", headers=ENGLISH).content.decode()
    steps = html[html.index('<ol class="steps">') :]
    first = re.search(r"<li>(.*?)</li>", steps)
    assert first
    return re.findall(r" selected>(.+?) [0-9]", html), first[1]


def test_operator_who_gets_the_callers_of_key_1_is_chosen_beforehand(client):
    add_second_line({})
    sales = Queue.objects.get(slug="sales")
    Operator.objects.create(name="abe", number="+815000000298").queues.add(sales)

    assert suggested(client) == (
        ["佐藤 陽子"],
        "Call in as 佐藤 陽子, who gets the callers that press 1.",
    )
    steps = client.get("/demo/phone/", headers=ENGLISH).content.decode()
    assert (
        "If you pressed 1: open the operator&#x27;s telephone in a second window, call"
        " in as 佐藤 陽子 with the PIN 1234 and #, and take your own call."
    ) in steps.replace("operator's", "operator&#x27;s")


def test_key_of_a_queue_that_somebody_serves_is_named(client):
    Operator.objects.update(is_active=False)
    sales = Queue.objects.get(slug="sales")
    Operator.objects.create(name="abe", number="+815000000298").queues.add(sales)

    assert suggested(client) == (
        ["abe"],
        "Call in as abe, who gets the callers that press 3.",
    )


def test_where_no_key_leads_to_an_operator_silence_may(client):
    PhoneLine.objects.update(menu=None)
    assert suggested(client) == (
        ["佐藤 陽子"],
        "Call in as 佐藤 陽子, who gets the callers that press no key.",
    )

    Operator.objects.update(is_active=False)
    assert suggested(client) == ([], "Call the center from an operator's number.")


@pytest.mark.parametrize("path", PAGES)
def test_page_needs_nothing_inline_and_nothing_from_elsewhere(client, path):
    response = client.get(path)

    html = response.content.decode()
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    )
    assert not re.search(r"<style|<script(?![^>]*(src=|type=\"application/json))", html)
    assert not re.search(r'\sstyle="|\son\w+="', html)
    assert not re.search(r'(src|href)="(https?:)?//', html)


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_both_languages(client, path):
    japanese = client.get(path, headers={"accept-language": "ja"}).content.decode()
    english = client.get(path, headers=ENGLISH).content.decode()

    assert '<html lang="ja">' in japanese
    assert "電話" in japanese
    assert '<html lang="en">' in english
    assert not re.search("[ぁ-ん]", english)


def test_rows_of_the_call_are_offered_to_those_who_may_see_them(client, admin_client):
    link = f'id="history" href="{reverse("admin:callcenter_call_changelist")}"'

    assert link not in client.get("/demo/phone/").content.decode()
    assert link in admin_client.get("/demo/phone/").content.decode()


def test_call_is_placed_at_the_urls_that_installed_numbers_have(client, switchboard):
    response = client.post("/demo/calls/", {"line": LINE, "caller": "+81 5000000301"})

    assert answer(response) == (
        200,
        {
            "call": SID,
            "news": [],
            "from": "+815000000301",
            "to": LINE,
            "with": "",
            "shown": {
                "": "",
                LINE: "050-0000-0101",
                "+815000000301": "050-0000-0301",
            },
        },
    )
    assert switchboard.asked == [
        {
            "do": "place",
            "number": {
                "e164": LINE,
                "voice_url": f"{BASE}/twilio/incoming/{RETRIES}",
                "status_callback": f"{BASE}/twilio/status/{RETRIES}",
                "fallback_url": f"{BASE}/twilio/fallback/{RETRIES}",
                "voice_method": "POST",
                "status_method": "POST",
                "sid": "",
                "fallback_method": "POST",
                "application_sid": "",
                "friendly_name": "",
                "updated_at": None,
            },
            "queues": ["support", "sales", "billing"],
            "from": "+815000000301",
        }
    ]


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "050-0000-0301",
            "05000000301",
            "(050) 0000 0301",
            "０５０－００００－０３０１",
        ),
        *("+815000000301", "+81 50-0000-0301", "+81 050-0000-0301", "00815000000301"),
    ],
)
def test_own_number_is_read_in_every_form_people_write(client, switchboard, typed):
    client.post("/demo/calls/", {"line": LINE, "caller": typed})

    assert [question["from"] for question in switchboard.asked] == ["+815000000301"]


def test_own_number_and_queues_are_written_for_people(client):
    html = client.get("/demo/phone/").content.decode()

    assert 'value="050-0000-0301"' in html
    script = re.search(r'<script id="queues" [^>]*>(.*?)</script>', html)
    assert script
    assert json.loads(script[1])["support"] == "サポート"


def test_number_may_be_withheld(client, switchboard):
    client.post("/demo/calls/", {"line": LINE, "caller": "x", "withheld": "on"})

    assert [question["from"] for question in switchboard.asked] == ["anonymous"]


@pytest.mark.parametrize(
    ("path", "form", "problem"),
    [
        ("", {"caller": "+815000000301"}, "Choose a number to call."),
        (
            "",
            {"caller": "+815000000301", "line": "+815000000999"},
            "There is no such line.",
        ),
        ("", {"line": LINE}, BAD_NUMBER),
        ("", {"line": LINE, "caller": "0120"}, BAD_NUMBER),
        ("", {"line": LINE, "caller": "anonymous"}, BAD_NUMBER),
        ("", {"line": LINE, "caller": "+81５０００"}, BAD_NUMBER),
        (f"{SID}/press/", {}, KEYS),
        (f"{SID}/press/", {"digits": "1a"}, KEYS),
        (f"{SID}/press/", {"digits": "１"}, KEYS),
        (f"{SID}/press/", {"digits": "1" * 33}, KEYS),
        (f"{SID}/say/", {"text": " "}, "Write what you want to say."),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, switchboard, path, form, problem):
    response = client.post(f"/demo/calls/{path}", form, headers=ENGLISH)

    assert answer(response) == (400, {"error": problem})
    assert switchboard.asked == []


def test_call_is_watched_steered_and_ended(client, switchboard):
    call = f"/demo/calls/{SID}/"

    client.get(call, {"since": "3", "changes": "7", "wait": "2"})
    client.post(f"{call}press/", {"digits": "1*#"})
    client.post(f"{call}say/", {"text": "もしもし"}, headers={"accept-language": "ja"})
    client.post(f"{call}hang-up/")

    assert switchboard.asked == [
        {"do": "news", "call": SID, "since": 3, "changes": 7, "wait": 2},
        {"do": "press", "call": SID, "digits": "1*#"},
        {"do": "say", "call": SID, "text": "もしもし", "language": "ja-JP"},
        {"do": "hang_up", "call": SID},
    ]


@pytest.mark.parametrize("query", ["", "?since=-1&changes=0&wait=0", "?since=0&wait=9"])
def test_news_need_to_know_from_where_on(client, switchboard, query):
    assert client.get(f"/demo/calls/{SID}/{query}").status_code == 400
    assert switchboard.asked == []


def test_a_call_that_is_long_over_is_said_to_be_gone(client, switchboard, caplog):
    switchboard.answers = UNKNOWN_CALL

    response = client.post(f"/demo/calls/{SID}/hang-up/", headers=ENGLISH)

    sentence = "There is no such call any more."
    assert answer(response) == (404, {"error": sentence})
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


def test_page_is_told_when_no_switchboard_can_be_had(client, switchboard):
    switchboard.answers = Unavailable("nobody answers on port 1")

    response = client.post(f"/demo/calls/{SID}/hang-up/", headers=ENGLISH)

    assert answer(response) == (
        503,
        {
            "error": "The stand-in for Twilio does not answer"
            " (nobody answers on port 1)."
        },
    )


def test_what_is_not_set_is_named_before_a_call_and_instead_of_one(
    client, settings, switchboard
):
    settings.TWILIO_ACCOUNT_SID = settings.PUBLIC_BASE_URL = ""
    problem = (
        "No call is possible before this is set: PUBLIC_BASE_URL, TWILIO_ACCOUNT_SID."
    )

    page = client.get("/demo/phone/", headers=ENGLISH)
    placed = client.post(
        "/demo/calls/", {"line": LINE, "caller": "+815000000301"}, headers=ENGLISH
    )

    assert problem in page.content.decode()
    assert answer(placed) == (503, {"error": problem})
    assert switchboard.asked == []


def test_nobody_can_be_called_where_nothing_is_set_up(client):
    PhoneLine.objects.all().delete()

    response = client.get("/demo/phone/", headers=ENGLISH)

    assert "There is no line to call yet." in response.content.decode()


@pytest.mark.parametrize(
    "path", ["", f"{SID}/press/", f"{SID}/say/", f"{SID}/hang-up/"]
)
def test_other_sites_cannot_make_a_browser_call(switchboard, path):
    client = Client(enforce_csrf_checks=True)

    response = client.post(
        f"/demo/calls/{path}", {"line": LINE, "caller": "+815000000301", "digits": "1"}
    )

    assert response.status_code == 403
    assert switchboard.asked == []


def test_script_of_the_page_may(switchboard):
    client = Client(enforce_csrf_checks=True)
    token = client.get("/demo/phone/").context["csrf_token"]

    response = client.post(
        f"/demo/calls/{SID}/hang-up/", headers={"x-csrftoken": str(token)}
    )

    assert response.status_code == 200


def test_installations_have_ports_of_their_own_unless_one_is_set(settings):
    one = pages.switchboard().port
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8001"
    other = pages.switchboard().port
    settings.STANDIN_PORT = 4711

    assert one != other
    assert {one // 10_000, other // 10_000} == {2}
    assert pages.switchboard().port == 4711
