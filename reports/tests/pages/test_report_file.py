"""A report as a file: the rows of its page, for those who may export."""

import csv
import io
import json

import openpyxl
import pytest
from django.urls import reverse

from reports.models import ExportAudit
from reports.tests.factories import make_connection, make_entry, make_queue
from reports.tests.pages.reading import ENGLISH, Table, page

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}


def file_of(client, slug: str, code: str, **asked):
    address = reverse("admin:report_export", args=[slug, code])
    response = client.get(address, asked, headers=ENGLISH)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.fixture
def client(admin_client):
    make_queue()
    make_queue("sales")
    make_connection(make_entry())
    make_entry(outcome="abandoned", wait_seconds=30)
    return admin_client


@pytest.mark.parametrize("slug", ["queue-summary", "queue-interval"])
def test_rows_and_values_are_those_of_the_page(client, slug):
    shown = Table(page(client, slug, **DAY, quiet=1)).rows

    text = file_of(client, slug, "csv", **DAY).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))

    assert [" ".join(cell.split()) for cell in head] == [
        cell.partition(" ?How")[0] for cell, _href in shown[1]
    ]
    keys = 1 if slug == "queue-summary" else 2
    # Below the two rows of heads and the total.
    for row, cells in zip(rows, shown[3:], strict=True):
        texts = [text for text, _href in cells]
        assert row[keys - 1] == texts[keys - 1]
        assert [number(cell) for cell in row[keys : keys + 11]] == (
            [number(text) for text in texts[keys : keys + 11]]
        )
        rates = [percent(cell) for cell in row[keys + 11 : keys + 14]]
        assert rates == texts[keys + 11 : keys + 14]


def test_workbook_says_on_its_last_sheet_what_its_rows_are(client):
    data = file_of(client, "queue-summary", "xlsx", **DAY, queue="support")

    book = openpyxl.load_workbook(io.BytesIO(data))

    rows, about = book.worksheets
    assert rows.freeze_panes == "A2"
    assert (rows.title, about.title) == ("Queues at a glance", "About this file")
    said = dict(about.iter_rows(min_row=2, values_only=True))
    assert said["Period"] == "20 Oct 2026 (Tue)"
    assert said["Queue"] == "Support"
    assert said["As of"].endswith("(Asia/Tokyo)")
    assert said["Service level"] == "Answered within threshold, of those offered."
    assert "Holidays" not in said


def number(text: str) -> int:
    return int(text.replace(",", ""))


def percent(text: str) -> str:
    return f"{100 * float(text):.1f}%" if text else "—"


def test_json_has_codes_totals_and_when_it_was_read(client):
    found = json.loads(file_of(client, "queue-summary", "json", **DAY))

    assert found["report"] == "queue-summary"
    assert [row["queue"] for row in found["rows"]] == ["sales", "support"]
    assert found["totals"]["entered"] == 2
    assert found["as_of"]


@pytest.mark.parametrize(
    ("slug", "keys"),
    [("wait-distribution", 3), ("heat-map", 2), ("service-level-variants", 2)],
)
def test_counts_of_the_file_are_those_of_the_page(client, slug, keys):
    shown = [
        [text for text, _href in row]
        for row in Table(page(client, slug, **DAY, quiet=1)).rows[2:]
        if row[0][0] != "Total"
    ]

    text = file_of(client, slug, "csv", **DAY).decode("utf-8-sig")
    _head, *rows = csv.reader(io.StringIO(text))

    assert [list(row[keys : keys + 2]) for row in rows] == [
        row[keys : keys + 2] for row in shown
    ]
    assert [row[0] for row in rows] == [row[0] for row in shown]
    assert file_of(client, slug, "xlsx", **DAY).startswith(b"PK")
    assert len(json.loads(file_of(client, slug, "json", **DAY))["rows"]) == len(rows)


def test_export_is_recorded_with_its_filter(client):
    file_of(client, "queue-summary", "xlsx", **DAY, queue="support")

    (audit,) = ExportAudit.objects.all()
    assert (audit.subject, audit.file_format, audit.state) == (
        "queue-summary",
        "xlsx",
        "complete",
    )
    assert "queue=support" in audit.query


def test_file_needs_the_right_to_export(staff, admin_client):
    client = staff("view_call")
    address = reverse("admin:report_export", args=["queue-summary", "csv"])

    assert client.get(address, DAY).status_code == 403
    assert "/export/" in page(admin_client, "queue-summary", **DAY)
    assert "/export/" not in page(client, "queue-summary", **DAY)


@pytest.mark.parametrize(
    "asked", [{"queue": "none"}, {"unknown": "1"}, {"numbers": "roman"}]
)
def test_what_cannot_be_read_leads_back_to_the_page(admin_client, asked):
    address = reverse("admin:report_export", args=["queue-summary", "csv"])

    response = admin_client.get(address, DAY | asked, follow=True, headers=ENGLISH)

    assert response.redirect_chain
    assert "Nothing was exported" in response.content.decode()


def test_format_nobody_knows_is_not_found(admin_client):
    address = reverse("admin:report_export", args=["queue-summary", "pdf"])

    assert admin_client.get(address, DAY).status_code == 404


@pytest.mark.parametrize(
    ("slug", "more", "charts"),
    [
        ("queue-summary", {}, 1),
        ("queue-interval", {"queue": "support"}, 1),
        ("queue-interval", {"queue": "support", "interval": "weekday"}, 1),
        # A bar for each of several queues in each interval cannot be read.
        ("queue-interval", {}, 0),
        ("wait-distribution", {"queue": "support"}, 1),
        ("wait-distribution", {}, 0),
        ("heat-map", {}, 0),
        ("calls", {}, 0),
    ],
)
def test_workbook_has_a_chart_where_a_row_is_a_bar(admin_client, slug, more, charts):
    make_queue()
    make_entry()
    url = reverse("admin:report_export", args=[slug, "xlsx"])

    answer = admin_client.get(url, {"first": "2026-10-20", "last": "2026-10-20"} | more)

    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [len(sheet._charts) for sheet in book.worksheets] == [charts, 0]
