"""The work list: which callers each tab shows, in which order, and as what."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from callcenter.followup import acts
from callcenter.models import AbandonedCall
from reports.tests.factories import make_abandoned, make_call, make_queue
from reports.worklist import tabs

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)  # 15:00 in Tokyo
SUZUKI = "+819012345678"
TANAKA = "+819087654321"
LIST = "/admin/worklist/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sato():
    return User.objects.create_user("sato", first_name="佐藤")


def gave_up(minutes: float, caller: str = SUZUKI, **more: Any) -> AbandonedCall:
    """A caller who gave up so many minutes ago, after half a minute."""
    at = NOW - timedelta(minutes=minutes)
    call = make_call(at - timedelta(seconds=40), caller=caller)
    entered = at - timedelta(seconds=30)
    row = make_abandoned(entered, caller=caller, abandoned_at=at, **more)
    AbandonedCall.objects.filter(pk=row.pk).update(call=call)
    row.refresh_from_db()
    return row


def shown(client: Client, query: str = "", language: str = "en") -> list[Any]:
    """The callers of a page."""
    response = client.get(LIST + query, headers={"accept-language": language})
    assert response.status_code == 200
    callers: list[Any] = response.context["callers"]
    return callers


def numbers(client: Client, query: str = "") -> list[str]:
    return [caller.number for caller in shown(client, query)]


def counts(client: Client, query: str = "") -> list[str]:
    return [tab["count"] for tab in client.get(LIST + query).context["tabs"]]


def test_open_callers_are_sorted_by_their_first_abandoned_call(admin_client):
    gave_up(30, TANAKA)
    gave_up(20)
    gave_up(60)
    gave_up(50, "+815012345678")

    callers = shown(admin_client)

    assert [(each.number, each.times, each.last.age) for each in callers] == [
        ("090-1234-5678", 2, "20 min ago"),
        ("050-1234-5678", 1, "50 min ago"),
        ("090-8765-4321", 1, "30 min ago"),
    ]
    assert [call.age for call in callers[0].calls] == ["1 h 0 min ago", "20 min ago"]


def test_each_state_is_shown_under_its_tab(admin_client, sato):
    names = ["open", "claimed", "reached", "closed", "recovered"]
    by_name = {name: f"+8190000000{place:02d}" for place, name in enumerate(names)}
    for number in by_name.values():
        gave_up(60, number)
    gave_up(50, "")
    acts.claim(by_name["claimed"], sato)
    acts.attempt(by_name["reached"], sato, "reached")
    acts.close(by_name["closed"], sato, "an old matter")
    AbandonedCall.objects.filter(caller=by_name["recovered"]).update(
        recovered_at=NOW - timedelta(minutes=47, seconds=30)
    )

    found = {
        tab: [
            (each.number[-2:], each.who) for each in shown(admin_client, f"?tab={tab}")
        ]
        for tab in ("todo", "open", "in_progress", "reached", "closed")
    }

    assert found == {
        "todo": [("00", ""), ("01", "佐藤")],
        "open": [("00", "")],
        "in_progress": [("01", "佐藤")],
        "reached": [("02", "佐藤")],
        "closed": [("ld", ""), ("04", ""), ("03", "佐藤")],
    }
    assert counts(admin_client) == ["2", "1", "1", "1", "3"]
    [_withheld, recovered, _closed] = shown(admin_client, "?tab=closed")
    assert recovered.last.recovered == "12 min 30 s later"


def test_withheld_callers_are_not_merged_and_never_to_do(admin_client):
    gave_up(10, "")
    gave_up(20, "")

    assert numbers(admin_client) == []
    assert [
        (each.number, each.times) for each in shown(admin_client, "?tab=closed")
    ] == [("Withheld", 1)] * 2
    html = admin_client.get(LIST, headers={"accept-language": "en"}).content.decode()
    assert "2 calls with a withheld number cannot be rung back" in html


def test_withdrawn_calls_are_not_counted(admin_client):
    gave_up(10, is_withdrawn=True)

    assert counts(admin_client) == ["0"] * 5


def test_caller_answered_later_is_no_longer_to_do(admin_client, sato):
    gave_up(60)
    acts.claim(SUZUKI, sato)
    assert numbers(admin_client) == ["090-1234-5678"]

    AbandonedCall.objects.update(recovered_at=NOW - timedelta(minutes=1))

    assert numbers(admin_client) == []
    assert counts(admin_client) == ["0", "0", "0", "0", "1"]


def test_caller_who_gives_up_again_after_being_reached_is_to_do_again(
    admin_client, sato
):
    gave_up(60)
    acts.attempt(SUZUKI, sato, "reached")
    gave_up(5)

    assert [(each.times, each.last.age) for each in shown(admin_client)] == [
        (1, "5 min ago")
    ]
    assert counts(admin_client) == ["1", "1", "0", "1", "0"]


def test_list_reaches_as_far_back_as_was_chosen(admin_client):
    for days in (0.5, 3, 20, 200):
        gave_up(days * 24 * 60, f"+8190{int(days * 10):08d}")

    found = {
        days: len(numbers(admin_client, f"?days={days}")) for days in (1, 7, 30, 365)
    }

    assert found == {1: 1, 7: 2, 30: 3, 365: 4}


def test_all_that_is_open_is_shown_however_old(admin_client):
    gave_up(3 * 365 * 24 * 60)
    gave_up(5, TANAKA)

    response = admin_client.get(LIST, headers={"accept-language": "en"})

    assert [each.number for each in response.context["callers"]] == [
        "090-1234-5678",
        "090-8765-4321",
    ]
    assert response.context["days"][0] == {
        "label": "All",
        "url": "?",
        "is_current": True,
    }
    assert "All are listed, however long ago they called." in response.content.decode()


def test_cap_is_said_as_a_cap_and_never_as_a_total(admin_client, monkeypatch):
    monkeypatch.setattr(tabs, "MOST_CALLS", 3)
    for minutes in range(5):
        gave_up(minutes, f"+819000000{minutes:03d}")
    gave_up(2.5, "+819000001000", recovered_at=NOW)
    gave_up(10, "+819000001001", recovered_at=NOW)

    to_do = admin_client.get(LIST, headers={"accept-language": "en"})
    closed = admin_client.get(f"{LIST}?tab=closed", headers={"accept-language": "en"})

    assert [each.last.age for each in to_do.context["callers"]] == [
        "2 min ago",
        "1 min ago",
        "just now",
    ]
    assert [tab["count"] for tab in to_do.context["tabs"]] == [
        *("3+", "3+", "0+", "0+", "0+")
    ]
    assert to_do.context["to_ring_back"] == ("3+", "3 of them called today")
    assert to_do.context["limits"] == [
        "This tab covers the newest 3 calls to ring back, since 24 Nov 2026,"
        " 14:58:00. Older ones are neither shown nor counted.",
        "Choose a queue, or search, to find older ones.",
    ]
    assert closed.context["callers"] == []
    assert closed.context["limits"][0].startswith(
        "This tab covers what is finished among the newest 3 calls, since"
    )


def test_finished_calls_do_not_hide_older_open_ones(admin_client, monkeypatch):
    monkeypatch.setattr(tabs, "MOST_CALLS", 3)
    gave_up(600)
    for minutes in range(5):
        gave_up(minutes, f"+819000000{minutes:03d}", recovered_at=NOW)

    assert numbers(admin_client) == ["090-1234-5678"]
    assert counts(admin_client) == ["1", "1", "0", "0+", "3+"]


@pytest.mark.parametrize(("tab", "is_reversed"), [("todo", False), ("closed", True)])
def test_pages_hold_every_caller_once(admin_client, monkeypatch, tab, is_reversed):
    monkeypatch.setattr(tabs, "PAGE_CALLERS", 2)
    recovered = {"recovered_at": NOW} if tab == "closed" else {}
    expected = []
    for place in range(5):
        # Some at the very same moment.
        gave_up(60 - place // 2, f"+819000000{place:03d}", **recovered)
        expected.append(f"090-0000-0{place:03d}")
    gave_up(10, "+819000000001", **recovered)
    if is_reversed:
        expected = [expected[1], *(expected[place] for place in (4, 3, 2, 0))]

    found, query = [], f"?tab={tab}"
    while query:
        response = admin_client.get(LIST + query)
        found += [each.number for each in response.context["callers"]]
        query = response.context["following_url"]

    assert found == expected


@pytest.mark.parametrize(
    "query",
    [
        "?tab=nonsense",
        "?days=999999999",
        "?days=-1",
        "?after=nonsense",
        "?after=2026-11-24T00:00:00~1",
        "?after=9999-12-31T23:59:59%2B00:00~99999999999999999999999",
        "?after=0001-01-01T00:00:00%2B14:00~1",
        "?after=%00",
        "?tab=%F0%9F%92%A9&days=%00",
    ],
)
def test_invalid_part_of_the_url_is_ignored_with_a_warning(admin_client, query):
    gave_up(10)

    response = admin_client.get(LIST + query, headers={"accept-language": "en"})

    assert response.status_code == 200
    assert [each.number for each in response.context["callers"]] == ["090-1234-5678"]
    assert "Part of the address is not valid and was ignored." in (
        response.content.decode()
    )


def test_list_speaks_both_languages(admin_client, sato):
    make_queue(name="サポート")
    gave_up(134)
    gave_up(60)
    acts.attempt(SUZUKI, sato, "no_answer")

    texts = {}
    for language in ("ja", "en"):
        response = admin_client.get(LIST, headers={"accept-language": language})
        html = re.sub(r"<[^>]+>", " ", response.content.decode())
        texts[language] = " ".join(html.split())

    for said in (
        "要対応 1",
        "未対応 0",
        "2回放棄",
        "1時間0分前",
        "サポート",
        "対応中",
        "1回 · 不在",
    ):
        assert said in texts["ja"]
    for said in (
        "To do 1",
        "Open 0",
        "gave up 2 times",
        "1 h 0 min ago",
        "In progress",
        "1× · no answer",
    ):
        assert said in texts["en"]


def test_moments_of_other_days_carry_their_day(admin_client):
    gave_up(16 * 60)

    [caller] = shown(admin_client)

    assert (caller.last.at, caller.last.age) == ("23 Nov, 23:00", "16 h 0 min ago")


@pytest.mark.parametrize("how_many", [1, 3])
def test_list_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, how_many, sato
):
    for place in range(how_many):
        for minutes in (20, 10):
            gave_up(minutes, f"+819000000{place:03d}")
        acts.attempt(f"+819000000{place:03d}", sato, "busy")
    admin_client.get(LIST)

    with django_assert_num_queries(10):
        admin_client.get(LIST)


def test_visitor_and_staff_without_permission_see_nothing(client, staff):
    gave_up(10)

    assert client.get(LIST).url == f"/admin/login/?next={LIST}"
    nobody = staff()
    assert nobody.get(LIST).status_code == 403
    assert LIST not in nobody.get("/admin/").content.decode()


def test_user_who_may_only_look_sees_masked_numbers_and_no_buttons(staff):
    row = gave_up(10)
    reader = staff("view_abandonedcall")

    html = reader.get(LIST).content.decode()

    assert f'href="{LIST}' in reader.get("/admin/").content.decode()
    assert "*********5678" in html
    assert not re.search(r"1234|tel:|name=\"act\"", html)
    assert reverse("admin:callcenter_call_change", args=[row.call_id]) not in html


def test_user_who_may_ring_back_sees_the_numbers(member):
    gave_up(10)
    operator = member("Operator")

    html = operator.get(LIST).content.decode()

    assert "090-1234-5678" in html
    assert 'name="act" value="ring"' in html


def test_buttons_carry_the_caller_and_nothing_dials_before_the_claim(admin_client):
    gave_up(10)

    html = admin_client.get(LIST, headers={"accept-language": "en"}).content.decode()

    named = re.findall(r'(Ring back|Claim)<span class="sr"> ([^<]*)</span>', html)
    assert set(named) == {("Ring back", "090-1234-5678"), ("Claim", "090-1234-5678")}
    assert "tel:" not in html


def test_page_posts_nothing_to_the_list_itself(admin_client):
    assert admin_client.post(LIST).status_code == 405


def on_paper(client: Client, query: str = "") -> dict[str, str]:
    """What stands above the callers on paper, by label."""
    html = client.get(LIST + query, headers={"accept-language": "en"}).content.decode()
    paper = html.partition('<dl class="on-paper">')[2].partition("</dl>")[0]
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", paper))


def test_printed_list_says_what_it_is_narrowed_to_how_many_it_has_and_when(
    admin_client,
):
    make_queue("support", name="Help desk")
    gave_up(30)

    shown = on_paper(admin_client, "?queue=support&days=7&q=5678&tab=open")

    assert list(shown) == [
        *("State of the work", "How far back", "Queue", "Search", "Callers", "As of")
    ]
    assert shown["State of the work"] == "Open"
    assert shown["How far back"].startswith("7 days (since ")
    assert "17 Nov 2026" in shown["How far back"]
    assert (shown["Queue"], shown["Search"]) == ("Help desk", "5678")
    assert "15:00:00" in shown["As of"]


def test_printed_page_says_how_many_of_the_callers_it_has(admin_client, monkeypatch):
    monkeypatch.setattr(tabs, "PAGE_CALLERS", 2)
    for place in range(3):
        gave_up(10 + place, f"+8190000000{place:02d}")

    shown = on_paper(admin_client)

    assert shown["How far back"] == "all days"
    assert shown["Callers"] == "3 (2 on this page)"
    assert "Queue" not in shown


@pytest.mark.parametrize("query", ["?span=abc", "?state=zz", "?days=7&Tab=open"])
def test_unknown_parameter_is_refused_with_a_sentence(admin_client, query):
    gave_up(10)

    response = admin_client.get(LIST + query, headers={"accept-language": "en"})

    assert response.status_code == 400
    assert response.context["callers"] == []
    html = response.content.decode()
    assert "The address has a filter that this list does not have." in html
    assert "Show the list without it" in html
