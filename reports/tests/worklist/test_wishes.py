"""Who asked for a call-back or left a message stands on the work list with all others.

And nowhere else: to metrics they have not given up.
"""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from callcenter.followup import acts
from callcenter.models import AbandonedCall, FollowUp, Voicemail
from reports.definitions.callers import AbandonedCallsReport
from reports.tests.factories import make_call, make_queue, rows_of
from reports.tests.worklist.test_list import (
    LIST,
    SUZUKI,
    TANAKA,
    counts,
    gave_up,
    numbers,
    shown,
)
from reports.wall import board
from reports.worklist import tabs

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)  # 15:00 in Tokyo
Reason = AbandonedCall.Reason
ABANDONED_CALLS = "admin:callcenter_abandonedcall_changelist"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def asked(minutes: float, caller: str = SUZUKI, **more: Any) -> AbandonedCall:
    """A caller who asked for a call-back so many minutes ago."""
    at = NOW - timedelta(minutes=minutes)
    values: dict[str, Any] = {
        "call": make_call(at - timedelta(seconds=40), caller=caller),
        "visit": 1,
        "queue": "support",
        "reason": Reason.CALLBACK,
        "caller": caller,
        "entered_at": at - timedelta(seconds=30),
        "abandoned_at": at,
        "wait_seconds": 30,
    }
    return AbandonedCall.all_reasons.create(**values | more)


def spoke(
    minutes: float, caller: str = SUZUKI, *lengths: int | None, **more: Any
) -> AbandonedCall:
    """A caller who left messages of so many seconds."""
    row = asked(minutes, caller, reason=Reason.VOICEMAIL, **more)
    for number, length in enumerate(lengths or (42,)):
        Voicemail.objects.create(
            recording_sid=f"RE{row.pk:016x}{number:016x}",
            call=row.call,
            visit=row.visit,
            queue=row.queue,
            left_at=row.abandoned_at,
            duration_seconds=length,
        )
    return row


def wishes(client: Client, language: str = "en") -> list[list[str]]:
    return [
        [wish.text for wish in caller.wishes]
        for caller in shown(client, language=language)
    ]


def test_list_says_what_each_caller_wants(admin_client):
    gave_up(60)
    gave_up(50)
    asked(40)
    spoke(30, SUZUKI, 42)
    gave_up(20, TANAKA)
    asked(10, "+815011111111")
    spoke(5, "+815022222222", None)
    spoke(4, "+815033333333", 10, 75)

    assert wishes(admin_client) == [
        ["gave up 2 times", "asked for a call-back", "left a message (0:42)"],
        ["gave up"],
        ["asked for a call-back"],
        ["left a message"],
        ["left 2 messages"],
    ]
    assert wishes(admin_client, "ja")[0] == [
        "2回放棄",
        "折り返し希望",
        "伝言あり(0:42)",
    ]


def test_each_call_of_a_caller_says_what_became_of_it(admin_client):
    first = gave_up(60)
    asked(40)
    spoke(30, SUZUKI, 125)

    url = f"{LIST}{first.pk}/"
    html = admin_client.get(url, headers={"accept-language": "en"}).content.decode()

    calls = html.partition('<ol class="calls">')[2].partition("</ol>")[0]
    order = ["oc-abandoned", "Asked for a call-back", "Left a message (2:05)"]
    places = [calls.index(part) for part in order]
    assert places == sorted(places)
    assert calls.count("oc-overflowed") == 2


def test_reason_can_be_chosen_and_is_kept(admin_client):
    gave_up(60)
    asked(40, TANAKA)
    spoke(30, TANAKA)
    spoke(20, "+815022222222")

    assert numbers(admin_client, "?reason=callback") == ["090-8765-4321"]
    assert numbers(admin_client, "?reason=voicemail") == [
        "090-8765-4321",
        "050-2222-2222",
    ]
    assert counts(admin_client, "?reason=abandoned")[0] == "1"
    page = admin_client.get(f"{LIST}?reason=voicemail&tab=open")
    html = page.content.decode()
    assert '<option value="voicemail" selected>' in html
    assert "?tab=closed&amp;reason=voicemail" in html
    assert admin_client.get(f"{LIST}?reason=bored").context["asked"].reason == ""


def test_file_counts_what_each_caller_wants(admin_client):
    gave_up(60)
    asked(40)
    spoke(30, SUZUKI, 10, 20)

    response = admin_client.get(f"{LIST}export/csv/?reason=", follow=True)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text, newline=""))

    assert [row["放棄回数"], row["折り返し希望の件数"], row["伝言の件数"]] == [
        "1",
        "1",
        "2",
    ]


def test_dashboard_and_wall_count_all_that_the_list_holds(admin_client):
    make_queue("support")
    gave_up(60)
    asked(40)
    asked(30, TANAKA)
    spoke(20, "+815022222222")
    board.forget()

    assert counts(admin_client)[0] == "3"
    assert tabs.to_ring_back(timezone.now()).callers == 3
    assert len(board.read(timezone.localtime()).ring_back["support"]) == 3


def test_reports_and_the_list_of_abandoned_calls_have_only_who_gave_up(admin_client):
    row = gave_up(60)
    asked(40)
    spoke(20, TANAKA)

    report = rows_of(AbandonedCallsReport(), first="2026-11-24", last="2026-11-24")
    page = admin_client.get(reverse(ABANDONED_CALLS))

    assert [one["call_sid"] for one in report] == [row.call.sid]
    assert [one.pk for one in page.context["cl"].result_list] == [row.pk]


def test_row_of_a_wish_opens_from_its_follow_up(admin_client):
    row = asked(40)
    acts.claim(SUZUKI, User.objects.create_user("sato"))
    follow_up = FollowUp.objects.get()

    page = reverse("admin:callcenter_followup_change", args=[follow_up.pk])
    url = reverse("admin:callcenter_abandonedcall_change", args=[row.pk])

    html = admin_client.get(page).content.decode()
    assert "折り返し希望" in html
    assert url in html
    assert "折り返し希望" in admin_client.get(url).content.decode()
    gone = reverse("admin:callcenter_abandonedcall_change", args=["9" * 30])
    assert admin_client.get(gone).status_code == 302


def test_whoever_withholds_the_number_cannot_be_rung_back_but_is_listed(admin_client):
    spoke(20, "")

    assert counts(admin_client) == ["0", "0", "0", "0", "1"]
    assert wishes_of_closed(admin_client) == [["left a message (0:42)"]]


def wishes_of_closed(client: Client) -> list[list[str]]:
    return [
        [wish.text for wish in caller.wishes] for caller in shown(client, "?tab=closed")
    ]


@pytest.mark.parametrize("how_many", [1, 3])
def test_messages_are_read_in_one_query(
    admin_client, django_assert_num_queries, how_many
):
    for number in range(how_many):
        spoke(number + 1, f"+8150000007{number:02}", 10, 20)

    # One more than for callers who left none.
    with django_assert_num_queries(11):
        admin_client.get(LIST)
