"""What the work list is narrowed to, and the same callers as a file."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from callcenter.followup import acts
from callcenter.models import AbandonedCall, Call
from callcenter.numbers import phone_number
from reports.export.downloads import FORMATS
from reports.models import ExportAudit
from reports.tests.factories import make_queue
from reports.tests.worklist.test_list import (
    LIST,
    NOW,
    SUZUKI,
    TANAKA,
    counts,
    gave_up,
    numbers,
)
from reports.worklist import tabs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def sato():
    return User.objects.create_user("sato", first_name="佐藤")


def called(minutes: float, caller: str = SUZUKI, **more: Any) -> AbandonedCall:
    """A caller who gave up, whose number can be searched."""
    row = gave_up(minutes, caller, **more)
    Call.objects.filter(pk=row.call_id).update(caller_reversed=caller[::-1])
    return row


def exported(client: Client, query: str = "", code: str = "csv") -> bytes:
    response: Any = client.get(reverse("admin:worklist_export", args=[code]) + query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    """The rows of the CSV by their heads, in Japanese."""
    text = exported(client, query).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_queue_filter_names_queues_and_leaves_their_callers(admin_client):
    make_queue("support", name="サポート")
    make_queue("billing", name="請求")
    called(30)
    called(20, TANAKA, queue="billing")
    called(10, TANAKA)

    html = admin_client.get(f"{LIST}?queue=billing").content.decode()

    queues = html.partition('id="worklist-queue"')[2].partition("</select>")[0]
    option = r'<option value="(\w*)"( selected)?>([^<]+)</option>'
    assert re.findall(option, queues) == [
        ("", "", "すべて"),
        ("support", "", "サポート"),
        ("billing", " selected", "請求"),
    ]
    assert numbers(admin_client, "?queue=billing") == ["090-8765-4321"]
    assert counts(admin_client, "?queue=billing") == ["1", "1", "0", "0", "0"]
    assert counts(admin_client) == ["2", "2", "0", "0", "0"]


@pytest.mark.parametrize("query", ["?queue=support", "?q=5678", "?days=7"])
def test_part_of_the_callers_is_not_said_to_be_all_who_are_to_be_rung_back(
    admin_client, query
):
    called(10)

    head = "<b>要折り返し: 1</b>"
    assert head in admin_client.get(LIST).content.decode()
    assert head not in admin_client.get(LIST + query).content.decode()


def test_queue_that_is_set_up_no_more_can_still_be_asked_for(admin_client):
    called(10, queue="old")

    html = admin_client.get(f"{LIST}?queue=old").content.decode()

    assert '<option value="old" selected>old</option>' in html
    assert numbers(admin_client, "?queue=old") == ["090-1234-5678"]
    assert numbers(admin_client, "?queue=older") == []


@pytest.mark.parametrize(
    "text", ["5678", "090-1234-5678", "+819012345678", "０９０ １２３４ ５６７８"]
)
def test_search_finds_a_caller_by_number_or_last_digits(admin_client, text):
    called(30)
    called(20, TANAKA)

    assert numbers(admin_client, f"?{urlencode({'q': text})}") == ["090-1234-5678"]


def test_search_finds_a_call_by_its_sid(admin_client):
    row = called(30)
    called(20, TANAKA)

    assert numbers(admin_client, f"?q={row.call.sid}") == ["090-1234-5678"]
    assert numbers(admin_client, f"?q=CA{'f' * 32}") == []


@pytest.mark.parametrize("text", ["12", "nonsense", "anonymous", "-", "☎"])
def test_search_that_can_find_nothing_finds_nothing(admin_client, text):
    called(30)
    called(20, "")

    page = admin_client.get(
        LIST, {"q": text, "tab": "todo"}, headers={"accept-language": "en"}
    )

    assert page.context["callers"] == []
    assert "No caller is found" in page.content.decode()


def test_search_by_more_digits_than_are_shown_confirms_no_number(staff):
    called(30)
    reader = staff("view_abandonedcall")

    assert numbers(reader, "?q=5678") == ["*********5678"]
    for text in ("45678", "+819012345678", "12345678"):
        page = reader.get(LIST, {"q": text}, headers={"accept-language": "en"})
        assert page.context["callers"] == []
        assert {tab["count"] for tab in page.context["tabs"]} == {"0"}
        assert [str(each) for each in page.context["messages"]] == [
            "You may not see callers' numbers: search by the last 4 digits."
        ]


def test_whoever_rings_back_searches_by_the_whole_number_that_the_page_shows(member):
    called(30)

    assert numbers(member("Operator"), f"?{urlencode({'q': SUZUKI})}") == [
        "090-1234-5678"
    ]


def test_every_link_and_form_keeps_the_other_choices(admin_client, monkeypatch):
    monkeypatch.setattr(tabs, "PAGE_CALLERS", 1)
    make_queue("support")
    called(30)
    called(20, "+818012345678")
    chosen = {"tab": "open", "days": "30", "queue": "support", "q": "5678"}

    page = admin_client.get(LIST, chosen)
    html = page.content.decode()

    def query(**changes: str) -> str:
        asked = {name: changes.get(name, chosen[name]) for name in chosen}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    assert [each["url"] for each in page.context["tabs"]] == [
        query(tab=""),
        *(query(tab=tab) for tab in ("open", "in_progress", "reached", "closed")),
    ]
    assert [each["url"] for each in page.context["days"]] == [
        query(days=""),
        *(query(days=days) for days in ("1", "7", "30", "365")),
    ]
    assert page.context["following_url"].startswith(f"{query()}&after=")
    assert [
        url.partition("?")[2]
        for group in page.context["export_groups"]
        for _name, url in group.links
    ] == [
        *[f"{query()[1:]}&numbers=page"] * 3,
        *[f"{query()[1:]}&numbers=e164"] * 3,
        query()[1:],
    ]
    assert re.findall(
        r'<input type="hidden" name="(tab|days)" value="(\w+)">', html
    ) == [
        ("tab", "open"),
        ("days", "30"),
    ]
    assert 'name="q" id="worklist-search" value="5678"' in html
    kept = query().replace("&", "&amp;")
    assert f'<input type="hidden" name="back" value="{kept}">' in html
    assert page.context["unfiltered_url"] == "?tab=open&days=30"


def test_file_has_a_row_for_each_caller_with_what_was_done(admin_client, sato):
    make_queue("support", name="サポート")
    called(130, wait_seconds=300)
    last = called(60, wait_seconds=20)
    acts.attempt(SUZUKI, sato, "no_answer", "nobody in")
    acts.note(last, sato, "wants an invoice")
    called(20, TANAKA)
    called(10, "")

    assert table(admin_client) == [
        {
            "発信者(国内表記)": "090-1234-5678",
            "放棄回数": "2",
            "折り返し希望の件数": "0",
            "伝言の件数": "0",
            "最初の入電": "2026-11-24 12:50:00",
            "最後の入電": "2026-11-24 14:00:00",
            "キュー": "サポート",
            "最長待ち時間": "0:05:00",
            "状態": "対応中",
            "担当者": "佐藤",
            "折り返し回数": "1",
            "最後の折り返し日時": "2026-11-24 15:00:00",
            "最後の結果": "不在",
            "最後のメモ": "wants an invoice",
            "最後の通話SID": last.call.sid,
        },
        {
            "発信者(国内表記)": "090-8765-4321",
            "放棄回数": "1",
            "折り返し希望の件数": "0",
            "伝言の件数": "0",
            "最初の入電": "2026-11-24 14:40:00",
            "最後の入電": "2026-11-24 14:40:00",
            "キュー": "サポート",
            "最長待ち時間": "0:00:30",
            "状態": "未対応",
            "担当者": "",
            "折り返し回数": "0",
            "最後の折り返し日時": "",
            "最後の結果": "",
            "最後のメモ": "",
            "最後の通話SID": AbandonedCall.objects.get(caller=TANAKA).call.sid,
        },
    ]
    [withheld] = table(admin_client, "?tab=closed")
    assert (withheld["発信者(国内表記)"], withheld["状態"]) == ("", "終了")


def test_file_holds_what_the_page_shows_and_all_its_pages(admin_client, monkeypatch):
    monkeypatch.setattr(tabs, "PAGE_CALLERS", 2)
    monkeypatch.setattr(tabs, "FILE_CALLERS", 2)
    for minutes in range(5):
        called(minutes + 1, f"+81901111567{minutes}", queue="billing")
    called(10)
    called(3 * 24 * 60, TANAKA, queue="billing")

    rows = table(admin_client, "?days=1&queue=billing")

    assert [row["発信者(国内表記)"][-1] for row in rows] == ["4", "3", "2", "1", "0"]
    assert len(table(admin_client, "?q=5678")) == 1


@pytest.mark.parametrize("code", list(FORMATS))
def test_every_export_is_written_down(admin_client, code):
    called(10)

    data = exported(admin_client, "?tab=open&q=5678", code)

    assert data
    audit = ExportAudit.objects.get()
    assert (audit.subject, audit.query, audit.file_format) == (
        "work-list",
        "tab=open&q=5678" + ("" if code == "json" else "&numbers=page"),
        code,
    )
    assert (audit.row_count, audit.state, audit.is_masked) == (1, "complete", False)
    page = admin_client.get(reverse("admin:reports_exportaudit_changelist"))
    assert "折り返しリスト</td>" in page.content.decode()


def test_record_has_the_last_digits_of_a_number_searched_for(admin_client):
    called(10)

    exported(admin_client, "?q=090-1234-5678", "json")

    assert ExportAudit.objects.get().query == "q=*********5678"


def test_numbers_are_written_as_is_asked_for(admin_client):
    called(10)

    [as_on_page] = table(admin_client)
    [e164] = table(admin_client, "?numbers=e164")

    assert as_on_page["発信者(国内表記)"] == phone_number(SUZUKI)
    assert e164["発信者(E.164)"] == SUZUKI
    url = reverse("admin:worklist_export", args=["csv"])
    assert admin_client.get(f"{url}?numbers=roman").status_code == 302


def test_menu_is_shown_with_the_permission_alone(admin_client, member):
    called(10)

    pages = [
        client.get(reverse("admin:worklist")).content.decode()
        for client in (admin_client, member("Operator"))
    ]

    assert ["電話番号はE.164(+819012345678)" in page for page in pages] == [True, False]


def test_json_has_codes_and_raw_values(admin_client):
    called(10)

    [row] = json.loads(exported(admin_client, code="json"))["rows"]

    assert row["caller"] == SUZUKI
    assert row["state"] == "open"
    assert row["longest_wait_seconds"] == 30


def test_file_masks_numbers_for_those_who_may_not_see_them(member):
    called(10)
    client = member("Operator")
    operator = User.objects.get(username="Operator")
    operator.user_permissions.add(Permission.objects.get(codename="add_exportaudit"))

    [row] = table(client)

    assert row["発信者(国内表記)"] == "*********5678"
    assert ExportAudit.objects.get().is_masked


def test_export_needs_its_permission_and_that_to_see_the_list(staff, client):
    url = reverse("admin:worklist_export", args=["csv"])

    assert client.get(url).url == f"/admin/login/?next={url}"
    reader = staff("view_abandonedcall")
    assert reader.get(url).status_code == 403
    assert url not in reader.get(LIST).content.decode()
    user = User.objects.get(username="staff")
    user.user_permissions.set(Permission.objects.filter(codename="add_exportaudit"))
    assert reader.get(url).status_code == 403
    assert not ExportAudit.objects.exists()


def test_export_of_an_unknown_format_or_an_invalid_filter_is_none(admin_client):
    url = reverse("admin:worklist_export", args=["csv"])

    assert admin_client.get(url.replace("csv", "doc")).status_code == 404
    assert admin_client.post(url).status_code == 405
    answer = admin_client.get(f"{url}?days=999&queue=support", follow=True)

    assert answer.redirect_chain == [(f"{LIST}?queue=support", 302)]
    answer = admin_client.get(f"{url}?span=abc&queue=support", follow=True)
    assert answer.redirect_chain == [(f"{LIST}?queue=support", 302)]
    assert not ExportAudit.objects.exists()


@pytest.mark.parametrize("callers", [1, 3])
def test_file_takes_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, callers
):
    for place in range(callers):
        called(10, f"+819000000{place:03d}")

    with django_assert_num_queries(14):
        exported(admin_client)


def test_span_of_a_file_is_in_its_name(admin_client):
    response = admin_client.get(
        reverse("admin:worklist_export", args=["csv"]) + "?days=7",
        headers={"accept-language": "en"},
    )
    b"".join(response.streaming_content)

    assert "since 2026-11-17 (" in response["Content-Disposition"]


def test_tab_and_queue_of_a_file_are_in_its_name(admin_client):
    make_queue("support", name="Help/desk: A")
    response = admin_client.get(
        reverse("admin:worklist_export", args=["csv"]),
        {"tab": "closed", "queue": "support"},
        headers={"accept-language": "en"},
    )
    b"".join(response.streaming_content)

    name = "Callers to ring back Closed Help-desk- A 2026-11-24"
    assert name in response["Content-Disposition"]
