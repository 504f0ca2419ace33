"""The first page: the figures of today, and the lists they open."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import clear_url_caches, reverse

from callcenter import presence
from callcenter.followup import acts
from callcenter.models import AbandonedCall, Call, OperatorState, QueueEntry
from reports.tests.admin import rows
from reports.tests.factories import count_marked

pytestmark = pytest.mark.django_db

SEES_CALLS = (
    "view_call",
    "view_queueentry",
    "view_abandonedcall",
    "view_operatorstate",
)
# The day of rows.START, in Tokyo.
EVENING = datetime(2026, 11, 22, 12, tzinfo=UTC)
JUST_NOW = EVENING - timedelta(seconds=10)
TWO_HOURS_AGO = EVENING - timedelta(hours=2)
OPERATOR = "+815000000201"
DAY = "entered_at__first=2026-11-22&entered_at__last=2026-11-22"


def make_waiting(heard_at: datetime, entered_at: datetime) -> QueueEntry:
    return rows.make_entry(
        rows.make_call(ended_at=None, outcome="", heard_at=heard_at),
        outcome="waiting",
        entered_at=entered_at,
        left_at=None,
    )


def make_state(state: str, heard_at: datetime, operator: str = OPERATOR) -> None:
    OperatorState.objects.create(
        call=rows.make_call(kind="operator", ended_at=None, heard_at=heard_at),
        operator=operator,
        started_at=heard_at,
        state=state,
    )


def figures(client) -> list[tuple[str, str, str]]:
    """Label, value and note of each figure, in Japanese."""
    today = client.get("/admin/").context["today"]
    return [(each.label, each.value, each.note) for each in today.figures]


@time_machine.travel(EVENING, tick=False)
def test_figures_count_the_day_until_now(staff):
    rows.make_queue("support")
    lost = rows.make_entry(outcome="abandoned", wait_seconds=60)
    rows.make_abandoned(lost)
    rows.make_entry()
    make_waiting(JUST_NOW, entered_at=rows.after(3600))
    rows.make_entry(entered_at=rows.after(-86400), left_at=rows.after(-86380))
    make_state("talking", JUST_NOW)

    assert figures(staff(*SEES_CALLS)) == [
        ("通話", "4", ""),
        ("待ち中", "1", "最長 11:02 から"),
        ("応答", "1", "対象呼の 50.0%"),
        ("放棄", "1", "対象呼の 50.0%"),
        ("サービスレベル", "50.0%", ""),
        ("要折り返し", "1", "うち今日の着信 1人"),
        ("受付可", "0", "通話中 1"),
    ]


@time_machine.travel(EVENING, tick=False)
def test_caller_and_operator_silent_for_two_hours_are_gone_for_page_and_flow(staff):
    make_waiting(TWO_HOURS_AGO, entered_at=TWO_HOURS_AGO)
    make_state("ready", TWO_HOURS_AGO)

    shown = figures(staff(*SEES_CALLS))

    assert (shown[1], shown[6]) == (
        ("待ち中", "0", ""),
        ("受付可", "0", "通話中 0"),
    )
    assert presence.oldest_waiting(["support"], EVENING) == {}
    assert presence.serving(EVENING) == set()


@time_machine.travel(EVENING, tick=False)
def test_caller_and_operator_heard_of_just_now_are_there_for_page_and_flow(staff):
    make_waiting(JUST_NOW, entered_at=TWO_HOURS_AGO)
    make_state("ready", JUST_NOW)

    shown = figures(staff(*SEES_CALLS))

    assert (shown[1], shown[6]) == (
        ("待ち中", "1", "最長 19:00 から"),
        ("受付可", "1", "通話中 0"),
    )
    assert presence.oldest_waiting(["support"], EVENING) == {"support": TWO_HOURS_AGO}
    assert presence.serving(EVENING) == {OPERATOR}


def test_caller_who_waits_since_before_midnight_is_counted_and_listed(staff):
    # 00:01 in Tokyo.
    with time_machine.travel("2026-11-22T15:01:00Z", tick=False):
        make_waiting(
            datetime(2026, 11, 22, 15, 0, 50, tzinfo=UTC),
            entered_at=datetime(2026, 11, 22, 14, 58, tzinfo=UTC),
        )
        client = staff(*SEES_CALLS)

        figure = client.get("/admin/").context["today"].figures[1]

        assert (figure.value, figure.note) == ("1", "最長 23:58 から")
        assert client.get(figure.url).context["cl"].result_count == 1


@time_machine.travel(EVENING, tick=False)
def test_every_number_of_the_balance_opens_its_entries(staff):
    rows.make_entry(outcome="abandoned")
    rows.make_entry()
    client = staff(*SEES_CALLS)

    balance = client.get("/admin/").context["today"].balance

    page = reverse("admin:callcenter_queueentry_changelist")
    assert balance.url == f"{page}?{DAY}"
    assert [(term.count, term.url) for term in balance.terms] == [
        (1, f"{page}?outcome__exact=answered&{DAY}"),
        (1, f"{page}?outcome__exact=abandoned&{DAY}"),
    ]
    assert client.get(balance.terms[1].url).context["cl"].result_count == 1


@time_machine.travel(EVENING, tick=False)
def test_entry_whose_end_was_lost_is_not_said_to_wait_in_the_balance(staff):
    make_waiting(TWO_HOURS_AGO, entered_at=TWO_HOURS_AGO)
    client = staff(*SEES_CALLS)

    response = client.get("/admin/", headers={"accept-language": "ja"})

    assert ("待ち中", "0", "") in figures(client)
    terms = response.context["today"].balance.terms
    assert [(term.count, str(term.label)) for term in terms] == [(1, "結果未確定")]
    assert "終了の記録がまだ届いていない" in response.content.decode()
    english = client.get("/admin/", headers={"accept-language": "en"})
    assert "No outcome yet" in english.content.decode()


@time_machine.travel(EVENING, tick=False)
def test_numbers_of_who_waits_are_not_explained_while_they_agree(staff):
    make_waiting(JUST_NOW, entered_at=JUST_NOW)

    response = staff(*SEES_CALLS).get("/admin/")

    assert response.context["today"].balance_note == ""


@time_machine.travel(EVENING, tick=False)
def test_newest_entries_name_the_caller_and_lead_to_the_timeline(staff):
    entry = rows.make_entry(rows.make_call(caller="+819012345678"))
    client = staff(*SEES_CALLS)

    [newest] = client.get("/admin/").context["today"].newest

    assert newest.caller == "*********5678"
    assert newest.url == reverse("admin:callcenter_call_change", args=[entry.call_id])
    Call.objects.update(caller="")
    assert "非通知" in client.get("/admin/").content.decode()


@time_machine.travel(EVENING, tick=False)
def test_newest_entries_have_the_whole_number_for_who_may_see_it(staff):
    rows.make_entry(rows.make_call(caller="+819012345678"))

    page = staff(*SEES_CALLS, "view_numbers").get("/admin/")

    assert "090-1234-5678" in page.content.decode()


def abandoned(caller: str, ago: timedelta, **more: Any) -> AbandonedCall:
    """An abandoned call of this caller, so long before the evening."""
    call = rows.make_call(caller=caller)
    row = rows.make_abandoned(rows.make_entry(call, outcome="abandoned"))
    at = EVENING - ago
    AbandonedCall.objects.filter(pk=row.pk).update(
        entered_at=at, abandoned_at=at, caller=caller, **more
    )
    return row


@time_machine.travel(EVENING, tick=False)  # 21:00 in Tokyo
def test_callers_to_ring_back_are_those_of_the_work_list_and_as_many(staff):
    abandoned("+819000000001", timedelta(hours=1))
    abandoned("+819000000001", timedelta(hours=2))
    abandoned("+819000000002", timedelta(hours=22))  # before midnight
    abandoned("+819000000003", timedelta(days=3))
    abandoned("+819000000003", timedelta(hours=3))
    abandoned("+819000000004", timedelta(days=400))
    abandoned("", timedelta(hours=1))
    abandoned("+819000000005", timedelta(hours=1), recovered_at=EVENING)
    abandoned("+819000000006", timedelta(hours=1), is_withdrawn=True)
    abandoned("+819000000007", timedelta(hours=1))
    acts.close("+819000000007", User.objects.create_user("sato"))
    client = staff(*SEES_CALLS)

    figure = client.get("/admin/").context["today"].figures[5]
    page = client.get(figure.url)

    assert (figure.label, figure.value, figure.note) == (
        "要折り返し",
        "4",
        "うち今日の着信 2人",
    )
    assert len(page.context["callers"]) == 4
    assert page.context["tabs"][0]["count"] == "4"
    html = page.content.decode()
    assert "<b>要折り返し: 4</b> (うち今日の着信 2人)" in html


@time_machine.travel(EVENING, tick=False)
def test_quiet_day_says_so_and_shows_no_rate(staff):
    client = staff(*SEES_CALLS)

    assert figures(client)[2] == ("応答", "0", "")
    assert "今日はまだ待ち呼がありません" in client.get("/admin/").content.decode()


def test_staff_without_permissions_see_that_there_is_nothing_for_them(staff):
    response = staff().get("/admin/")

    assert response.context["today"] is None
    assert "このアカウントで見られるものはまだありません" in response.content.decode()


def test_staff_who_may_see_part_of_the_calls_see_no_figures(staff):
    response = staff("view_call").get("/admin/")

    assert response.context["today"] is None
    assert [group["name"] for group in response.context["app_list"]] == [
        "今日",
        "レポート",
        "通話",
    ]


def test_menu_marks_the_page_one_is_on_and_no_other(admin_client):
    def marked(url: str) -> list[str]:
        html = admin_client.get(url).content.decode()
        # Django 6.1 marks the end of its breadcrumbs too.
        return re.findall(r'<a [^>]*aria-current="page">([^<]*)<', html)

    assert marked("/admin/") == ["ダッシュボード"]
    assert marked(reverse("admin:callcenter_call_changelist")) == ["通話"]


def test_page_of_an_app_lists_its_tables_in_their_groups(admin_client):
    response = admin_client.get(reverse("admin:app_list", args=["auth"]))

    assert [
        (group["name"], [model["object_name"] for model in group["models"]])
        for group in response.context["app_list"]
    ] == [("設定", ["User", "Group"])]
    assert admin_client.get("/admin/nowhere/").status_code == 404


@pytest.mark.parametrize("rows_of_each", [1, 3])
@time_machine.travel(EVENING, tick=False)
def test_first_page_takes_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, rows_of_each
):
    for _ in range(rows_of_each):
        rows.make_abandoned(rows.make_entry(outcome="abandoned"))
        make_waiting(JUST_NOW, entered_at=TWO_HOURS_AGO)
        make_state("ready", JUST_NOW)
    count_marked()

    with django_assert_num_queries(40):
        admin_client.get("/admin/")


def test_center_in_which_nothing_is_set_up_says_so(admin_client):
    add = reverse("admin:callcenter_queue_add")

    empty = admin_client.get("/admin/").content.decode()
    rows.make_queue("support")
    ready = admin_client.get("/admin/").content.decode()

    assert "キューが設定されていません" in empty
    assert f'<a class="btn" href="{add}">' in empty
    assert "キューが設定されていません" not in ready


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    settings.ROOT_URLCONF = "callcenter.tests.standin.phone.urls_of_demo"
    clear_url_caches()
    yield
    clear_url_caches()


def panel(client) -> str:
    """What the panel of the demo's telephones says and links to, in Japanese."""
    content = client.get("/admin/").content.decode()
    found = re.search(r'aria-labelledby="try-demo">(.*?)</section>', content, re.DOTALL)
    if not found:
        return ""
    return " ".join(re.sub(r'<a [^>]*href="([^"]*)"[^>]*>', r"\1 ", found[1]).split())


@pytest.mark.usefixtures("demo")
def test_telephones_of_the_demo_are_linked_while_it_is_on(staff):
    rows.make_line("+815000000102", name="Shop", is_default=False)
    rows.make_line("+815000000101", name="代表")
    client = staff(*SEES_CALLS)

    said = re.sub(r"<[^>]+>", " ", panel(client))

    assert " ".join(said.split()) == (
        "試す デモの回線「代表」(050-0000-0101)にお客様として電話をかけ、"
        "別のウィンドウでオペレーターとして応答できます。"
        " /demo/phone/ お客様の電話 (新しいウィンドウ)"
        " /demo/operator/ オペレーターの電話 (新しいウィンドウ)"
    )


@pytest.mark.usefixtures("demo")
def test_telephones_are_linked_for_those_who_see_no_calls_too(staff):
    said = panel(staff("view_menu"))

    assert "/demo/phone/" in said
    assert "/demo/operator/" in said


def test_telephones_are_not_linked_without_the_demo(staff):
    rows.make_line("+815000000101", name="代表")

    client = staff(*SEES_CALLS)

    assert panel(client) == ""
    assert "/demo/" not in client.get("/admin/").content.decode()


@time_machine.travel(EVENING, tick=False)
def test_day_is_drawn_and_each_queue_says_how_it_fares(staff):
    rows.make_queue("support")
    rows.make_entry(wait_seconds=5)
    rows.make_entry(outcome="abandoned", wait_seconds=60)
    make_waiting(JUST_NOW, entered_at=EVENING - timedelta(seconds=95))
    client = staff(*SEES_CALLS)

    response = client.get("/admin/", headers={"accept-language": "en"})

    day = response.context["today"].day
    assert (day.is_today, day.chart["counts"]["answered"]) == (True, [1, *[0] * 21])
    (line,) = day.queues
    assert (line.waiting.text, line.longest) == ("1", "0:01:35")
    assert [cell.text for cell in line.cells] == ["3", "1", "1", "50.0%", "50.0%"]
    for cell in (line.waiting, *line.cells[:3]):
        assert client.get(cell.url).context["cl"].result_count == int(cell.text)
    assert "chart-data" in response.content.decode()


@time_machine.travel(EVENING + timedelta(days=2), tick=False)
def test_before_the_first_call_the_last_day_with_calls_is_shown(staff):
    rows.make_queue("support")
    rows.make_entry()

    response = staff(*SEES_CALLS).get("/admin/", headers={"accept-language": "en"})

    day = response.context["today"].day
    assert (day.is_today, str(day.day)) == (False, "2026-11-22")
    assert [cell.text for cell in day.queues[0].cells][:2] == ["1", "1"]
    html = response.content.decode()
    assert "Below: 22 Nov 2026, the last day with calls." in html


def test_newcomer_has_no_day_yet(staff):
    rows.make_queue("support")

    response = staff(*SEES_CALLS).get("/admin/")

    assert response.context["today"].day is None
    assert "chart-data" not in response.content.decode()
