"""Follow-ups in the admin: where the work stands; the work is done elsewhere."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from callcenter.models import AbandonedCall, FollowUp
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db


def page(follow_up: FollowUp) -> str:
    return reverse("admin:callcenter_followup_change", args=[follow_up.pk])


def test_claim_is_not_taken_away_by_hand(admin_client):
    follow_up = rows.make_follow_up()
    sato = User.objects.create_user("sato")
    FollowUp.objects.update(
        state="in_progress", claimed_by=sato, claimed_at=timezone.now()
    )

    answers = [
        admin_client.post(page(follow_up), {"state": "open"}).status_code,
        admin_client.post(reverse("admin:callcenter_followup_add")).status_code,
        admin_client.post(
            reverse("admin:callcenter_followup_delete", args=[follow_up.pk]),
            {"post": "yes"},
        ).status_code,
    ]

    assert answers == [403, 403, 403]
    assert FollowUp.objects.get().claimed_by == sato


def test_page_leads_to_the_place_where_the_work_is_done(admin_client):
    follow_up = rows.make_follow_up()
    url = reverse("admin:worklist_caller", args=[follow_up.abandoned_call_id])

    assert f'<a href="{url}">' in admin_client.get(page(follow_up)).content.decode()

    follow_up.abandoned_call.is_withdrawn = True
    follow_up.abandoned_call.save()

    assert f'<a href="{url}">' not in admin_client.get(page(follow_up)).content.decode()


@pytest.mark.parametrize("rows_in_list", [1, 3])
def test_list_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, rows_in_list
):
    for _ in range(rows_in_list):
        rows.make_follow_up()

    with django_assert_num_queries(8):
        admin_client.get(reverse("admin:callcenter_followup_changelist"))


def listed(client: Client, query: str = "", language: str = "ja") -> list[list[str]]:
    """The cells of the list's rows."""
    url = reverse("admin:callcenter_followup_changelist")
    response = client.get(url + query, headers={"accept-language": language})
    assert response.status_code == 200
    html = response.content.decode()
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [
            html_to_text(cell)
            for cell in re.findall(r"<t[dh] class=[^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def html_to_text(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).strip()


def worked_on(caller: str, queue: str = "support", **more: Any) -> FollowUp:
    """The follow-up of a caller's call."""
    call = rows.make_call(caller=caller)
    abandoned = rows.make_abandoned(
        rows.make_entry(call, queue=queue, outcome="abandoned")
    )
    AbandonedCall.objects.filter(pk=abandoned.pk).update(
        queue=queue, abandoned_at=rows.START
    )
    follow_up = rows.make_follow_up(abandoned)
    FollowUp.objects.filter(pk=follow_up.pk).update(**more)
    return follow_up


def test_list_names_caller_queue_state_and_who_newest_change_first(admin_client):
    rows.make_queue("support", name="サポート")
    sato = User.objects.create_user("sato", last_name="佐藤", first_name="美咲")
    moments = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in (24, 25)]
    worked_on(
        "+819012345678",
        state="in_progress",
        claimed_by=sato,
        claimed_at=moments[0],
        attempts=2,
        updated_at=moments[0],
    )
    worked_on("+81312345678", state="closed", updated_at=moments[1])

    assert listed(admin_client) == [
        [
            "03-1234-5678",
            "サポート",
            "2026/11/22(日) 10:02:03",
            "終了",
            "—",
            "0",
            "2026/11/25(水) 12:00:00",
        ],
        [
            "090-1234-5678",
            "サポート",
            "2026/11/22(日) 10:02:03",
            "対応中",
            "美咲 佐藤",
            "2",
            "2026/11/24(火) 12:00:00",
        ],
    ]


def test_list_is_filtered_by_period_queue_and_state(admin_client):
    day: Any = {"updated_at": datetime(2026, 11, 24, 3, tzinfo=UTC)}
    worked_on("+819000000001", **day)
    worked_on("+819000000002", "billing", **day)
    worked_on("+819000000003", state="reached", **day)
    answered = worked_on("+819000000004", **day)
    AbandonedCall.objects.filter(follow_up=answered).update(
        recovered_at=F("abandoned_at")
    )
    worked_on("+819000000005", updated_at=datetime(2026, 11, 20, 3, tzinfo=UTC))

    def found(query: str) -> list[str]:
        return sorted(row[0][-1] for row in listed(admin_client, query))

    days = "updated_at__first=2026-11-24&updated_at__last=2026-11-24"
    assert found(f"?{days}") == ["1", "2", "3", "4"]
    assert found("?in_queue=billing") == ["2"]
    # As the column says: who has been answered later is not open.
    assert found("?state__exact=open") == ["1", "2", "5"]
    assert found("?state__exact=recovered") == ["4"]
    assert found(f"?state__exact=reached&{days}") == ["3"]


@pytest.mark.parametrize("state", ["nonsense", "withdrawn"])
def test_state_that_there_is_not_is_an_error_and_no_other_list(admin_client, state):
    worked_on("+819000000001")
    url = reverse("admin:callcenter_followup_changelist")

    html = admin_client.get(f"{url}?state__exact={state}").content.decode()

    assert f"フィルター「状態」に「{state}」という値はありません。" in html
    assert "<tbody>" not in html


def test_row_leads_to_the_caller_on_the_work_list(admin_client):
    follow_up = rows.make_follow_up()
    withdrawn = rows.make_follow_up()
    AbandonedCall.objects.filter(follow_up=withdrawn).update(is_withdrawn=True)

    url = reverse("admin:callcenter_followup_changelist")
    html = admin_client.get(url).content.decode()

    caller = reverse("admin:worklist_caller", args=[follow_up.abandoned_call_id])
    # The list adds its filters to the link of a row's own page.
    assert re.findall(r'<a href="([^"?]+)[^"]*">\+?[-0-9 ]+</a>', html) == [
        page(withdrawn),
        caller,
    ]


def test_row_leads_to_its_own_page_for_those_who_may_not_open_the_work_list(staff):
    follow_up = rows.make_follow_up()

    html = staff("view_followup").get(reverse("admin:callcenter_followup_changelist"))

    assert f'<a href="{page(follow_up)}' in html.content.decode()
    assert "/admin/worklist/" not in html.content.decode()


def test_abandoned_call_shows_its_follow_up_below(admin_client):
    follow_up = rows.make_follow_up()
    url = reverse(
        "admin:callcenter_abandonedcall_change", args=[follow_up.abandoned_call_id]
    )

    html = admin_client.get(url).content.decode()

    table = html.partition('<section class="module linked"')[2]
    assert '<span class="badge badge-open">未対応</span>' in table
    assert page(follow_up) in table


def test_numbers_are_masked_in_the_list_and_its_file(staff):
    rows.make_follow_up()
    client = staff("view_followup")

    [row] = listed(client)

    assert re.fullmatch(r"\*+\d{4}", row[0])


def test_file_has_names_and_the_call(admin_client):
    rows.make_queue("support", name="サポート")
    follow_up = rows.make_follow_up()

    response: Any = admin_client.get(
        reverse("admin:callcenter_followup_export", args=["csv"])
    )
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text, newline=""))

    assert (row["キュー"], row["状態"]) == ("サポート", "未対応")
    assert row["通話SID"] == follow_up.abandoned_call.call.sid
