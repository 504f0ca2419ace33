"""The page of the daily report: its figures, its notes, and its sheet."""

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from callcenter.models import FollowUp, Queue
from reports.daily import page as daily_page
from reports.models import DayNote, ExportAudit
from reports.pages.cells import Line
from reports.tests.factories import (
    CALLER,
    NOON,
    count_marked,
    make_abandoned,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
)
from reports.tests.pages.reading import check_every_number

pytestmark = [
    pytest.mark.django_db,
    # The day after the calls of the factories, ten o'clock in Tokyo.
    pytest.mark.time_machine(datetime(2026, 10, 21, 1, tzinfo=UTC)),
]

PAGE = reverse("admin:daily_report")
FILE = reverse("admin:daily_report_file")
ENGLISH = {"accept-language": "en"}


def make_days() -> None:
    """Yesterday: two answered, one abandoned; a week before: one answered."""
    make_queue()
    make_operator()
    make_connection(make_entry())
    make_connection(make_entry(wait_seconds=40), talk_seconds=120)
    make_abandoned()
    make_entry(NOON - timedelta(days=7))


def shown(client, **asked):
    response = client.get(PAGE, asked, headers=ENGLISH)
    assert response.status_code == 200
    return response


def texts(lines: list[Line]) -> list[list[str]]:
    """The cells of a table as they read."""
    return [[cell.text for cell in (*line.texts, *line.numbers)] for line in lines]


def figures(response) -> dict[str, tuple[str, str, str, str]]:
    return {
        one.label: (one.value, one.before, one.difference, one.judgement)
        for one in response.context["figures"]
    }


def test_yesterday_is_compared_with_the_same_weekday_before(admin_client):
    make_days()

    response = shown(admin_client)

    assert response.context["title"] == "Daily report 20 Oct 2026 (Tue)"
    assert response.context["compared"] == "13 Oct 2026 (Tue)"
    found = figures(response)
    assert found["Entered"] == ("3", "1", "+2", "")
    assert found["Abandoned"] == ("1", "0", "+1", "worse")
    assert found["Service level"] == ("33.3%", "100.0%", "−66.7 pt", "worse")
    assert found["Average speed of answer (ASA)"] == (
        "0:00:25",
        "0:00:10",
        "+0:00:15",
        "worse",
    )
    assert found["Average time to abandon"] == ("0:00:30", "—", "—", "")


def test_entries_that_still_wait_or_are_unknown_stand_there_where_there_are_any(
    admin_client,
):
    make_days()
    assert {"Waiting", "Unknown"}.isdisjoint(figures(shown(admin_client)))

    make_entry(NOON, outcome="unknown", wait_seconds=None)
    make_entry(NOON, outcome="waiting", wait_seconds=None)

    found = {
        name: int(value)
        for name, (value, *_) in figures(shown(admin_client)).items()
        if value.isdecimal()
    }
    parts = ("Answered", "Abandoned", "Short abandoned", "Overflowed")
    of_balance = [found[name] for name in (*parts, "Waiting", "Unknown")]
    assert found["Unknown"] == found["Waiting"] == 1
    assert sum(of_balance) == found["Entered"] == 5


def test_numbers_open_the_entries_they_count(admin_client):
    make_days()

    for one in shown(admin_client).context["figures"]:
        if one.url:
            listed = admin_client.get(one.url, headers=ENGLISH).context["cl"]
            assert listed.result_count == int(one.value)


def test_queues_times_operators_and_lost_callers(admin_client):
    make_days()

    context = shown(admin_client).context

    assert texts(context["queues"]) == [
        ["Support", "3", "2", "1", "33.3%", "33.3%", "0:00:25"]
    ]
    assert texts(context["intervals"]) == [["12:00–12:30", "3", "2", "1", "33.3%"]]
    assert texts(context["operators"]) == [["佐藤", "2", "0:03:00", "0:01:30"]]
    (lost,) = context["found"].lost
    assert (lost.caller, lost.queue) == ("050-0978-9742", "Support")


def test_numbers_of_queues_times_and_operators_open_what_they_count(admin_client):
    make_days()
    for asked in ({}, {"span": "week", "day": "2026-10-20"}):
        html = shown(admin_client, **asked).content.decode()

        assert check_every_number(admin_client, html, "nums") == 11


def test_caller_who_gave_up_twice_is_one_and_the_paper_has_the_last(
    admin_client, monkeypatch
):
    make_queue()
    for minutes in (0, 5, 10):
        make_abandoned(NOON + timedelta(minutes=minutes))
    make_abandoned(NOON + timedelta(minutes=1), caller="+818012345678")
    make_abandoned(NOON, caller="")
    monkeypatch.setattr(daily_page, "MOST_CALLERS", 1)

    response = shown(admin_client)

    (lost,) = response.context["lost"]
    assert (lost.caller, lost.times, lost.attempts) == ("050-0978-9742", 3, 0)
    html = response.content.decode()
    assert "Callers not reached yet: 2 " in html
    assert "1 more caller is on the work list." in html


def test_attempts_to_reach_a_caller_are_said(admin_client):
    make_queue()
    call = make_abandoned()
    FollowUp.objects.create(abandoned_call=call, attempts=2)

    (lost,) = shown(admin_client).context["found"].lost

    assert lost.attempts == 2


def test_caller_who_was_reached_is_not_lost(admin_client):
    make_queue()
    make_abandoned(recovered_at=NOON + timedelta(hours=1))

    assert shown(admin_client).context["found"].lost == []


@pytest.mark.parametrize(
    ("asked", "title", "rows"),
    [
        ({"span": "week"}, "Weekly report 19 Oct 2026 – 25 Oct 2026", 1),
        ({"span": "month"}, "Monthly report October 2026", 8),
        ({"day": "2026-10-13"}, "Daily report 13 Oct 2026 (Tue)", 1),
    ],
)
def test_other_periods(admin_client, asked, title, rows):
    make_days()

    response = shown(admin_client, **asked)

    assert response.context["title"] == title
    assert len(response.context["intervals"]) == rows
    assert response.context["is_provisional"] == ("span" in asked)


def test_target_stands_beside_the_service_level(admin_client):
    make_days()
    Queue.objects.get().thresholds.create(
        valid_from=NOON.date(), service_level_target=80
    )

    response = shown(admin_client)

    (level,) = [one for one in response.context["figures"] if one.target]
    assert (level.label, level.target, level.state) == (
        *("Service level", "target 80%"),
        "bad",
    )
    assert '<span class="state state-bad">target 80%</span>' in (
        response.content.decode()
    )
    file = admin_client.get(FILE, {"day": "2026-10-20"}, headers=ENGLISH)
    (sheet,) = openpyxl.load_workbook(
        io.BytesIO(b"".join(file.streaming_content))
    ).worksheets
    rows = [[cell for cell in row if cell is not None] for row in sheet.values]
    assert ["Service level target", 0.8] in rows


def test_queues_without_a_shared_target_have_none(admin_client):
    make_days()
    make_entry(queue="sales")
    Queue.objects.get().thresholds.create(
        valid_from=NOON.date(), service_level_target=80
    )

    found = shown(admin_client).context["figures"]

    assert {one.target for one in found} == {""}


def test_day_without_calls_has_no_rates_and_says_so(admin_client):
    response = shown(admin_client, day="2026-01-01")

    assert figures(response)["Service level"] == ("—", "—", "—", "")
    assert "No calls." in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"span": "year"}, "There is no period “year”"),
        ({"day": "x"}, "Write the day as YYYY-MM-DD"),
        ({"day": "1492-01-01"}, "Choose a day between 2000 and 2199."),
        ({"queue": "nope"}, "a filter that this report does not have. queue"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(admin_client, asked, said):
    assert said in shown(admin_client, **asked).content.decode()


def test_note_is_kept_with_its_writer_and_shown(admin_client):
    form = {"day": "2026-10-20", "text": "Line 2 was down\nuntil noon"}

    admin_client.post(f"{PAGE}?span=day&day=2026-10-20", form)

    note = DayNote.objects.get()
    assert (str(note.day), note.username) == ("2026-10-20", "admin")
    html = shown(admin_client).content.decode()
    assert "Line 2 was down<br>until noon" in html
    assert "Line 2" in shown(admin_client, span="month").content.decode()


@pytest.mark.parametrize(
    "form",
    [{"day": "2026-10-22", "text": "x"}, {"day": "2026-10-20", "text": " "}, {}],
)
def test_note_of_another_day_or_without_text_is_refused(admin_client, form):
    response = admin_client.post(f"{PAGE}?day=2026-10-20", form, follow=True)

    assert list(response.context["messages"])
    assert not DayNote.objects.exists()


def test_rights(staff, member):
    assert Client().get(PAGE).status_code == 302
    reader = staff("view_call", "view_abandonedcall")
    make_days()
    html = shown(reader).content.decode()
    assert CALLER not in html
    assert "050-0978" not in html
    assert "note-form" not in html
    assert reader.post(PAGE, {"day": "2026-10-20", "text": "x"}).status_code == 403
    assert reader.get(FILE).status_code == 403
    assert "note-form" in shown(member("Supervisor")).content.decode()


def test_page_needs_the_right_to_see_calls(staff):
    assert staff("view_queue").get(PAGE).status_code == 403


def test_sheet_says_what_the_page_says_in_typed_cells(admin_client):
    make_days()
    DayNote.objects.create(day=NOON.date(), text="=1+1", username="sato")

    response = admin_client.get(FILE, {"day": "2026-10-20"}, headers=ENGLISH)

    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    (sheet,) = book.worksheets
    rows = [[cell for cell in row if cell not in (None, "")] for row in sheet.values]
    assert rows[0] == ["Daily report", "20 Oct 2026 (Tue)"]
    assert ["Entered", 3, 1, 2] in rows
    level = next(row for row in rows if row[:1] == ["Service level"])
    assert level[1:] == pytest.approx([1 / 3, 1.0, -2 / 3])
    assert ["12:00–12:30", 3, 2, 1, pytest.approx(1 / 3)] in rows
    asa = next(row for row in rows if str(row[:1]).startswith("['Average speed"))
    assert asa[1:] == [timedelta(seconds=25), timedelta(seconds=10), "+0:00:15"]
    formats = {
        cell.number_format
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, float)
    }
    assert formats == {"0.0%"}
    assert any(row[:1] == ["=1+1"] for row in rows)
    audit = ExportAudit.objects.get()
    assert (audit.subject, audit.state, audit.is_masked) == ("daily", "complete", False)


def test_number_of_queries_does_not_depend_on_the_calls(
    admin_client, django_assert_max_num_queries
):
    make_days()
    for _ in range(20):
        make_connection(make_entry())
    count_marked()

    with django_assert_max_num_queries(30):
        shown(admin_client)


@time_machine.travel("2026-10-20T15:30:00Z")
def test_yesterday_is_the_day_before_in_the_zone_of_the_settings(admin_client):
    """Half past midnight in Tokyo, where the day of NOON is over."""
    assert shown(admin_client).context["found"].span.first.isoformat() == "2026-10-20"
