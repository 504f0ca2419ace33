"""The pages of calls by line and by IVR path: their numbers lead to calls."""

import pytest

from callcenter.models import PhoneLine, QueueEntry
from reports.tests.definitions.test_call_sums import OTHER, make_calls
from reports.tests.factories import (
    LINE,
    make_call,
    make_connection,
    make_entry,
    make_queue,
)
from reports.tests.pages.reading import (
    ENGLISH,
    Table,
    check_every_number,
    count_of,
    page,
)

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}


@pytest.fixture
def client(admin_client):
    """Calls to two lines, and one to a line that nobody knows."""
    PhoneLine.objects.create(number=LINE, name="Main", queue=make_queue())
    make_calls()
    make_calls(OTHER)
    make_call(line="", ivr_path="main")
    make_connection(QueueEntry.objects.filter(outcome="answered")[0])
    return admin_client


@pytest.mark.parametrize(
    "asked", [{}, {"line": LINE}, {"queue": "support"}, {"operator": "+815000000201"}]
)
@pytest.mark.parametrize("slug", ["lines", "ivr-paths"])
def test_every_number_opens_its_calls(client, slug, asked):
    html = page(client, slug, **DAY, **asked)

    assert check_every_number(client, html) >= 4


@pytest.mark.parametrize("slug", ["lines", "ivr-paths"])
def test_row_without_a_key_opens_calls_without_one(client, slug):
    rows = Table(page(client, slug, **DAY)).rows[2:]

    name = "No line" if slug == "lines" else "No menu"
    (without,) = [row for row in rows if row[0][0] == name]
    html = client.get(without[1][1], headers=ENGLISH).content.decode()
    assert name in html
    assert count_of(client, without[1][1]) == int(without[1][0])


def test_entries_of_calls_without_a_line_can_be_asked_for(client):
    make_entry(call=make_call(line=""))

    assert count_of(client, "/admin/callcenter/queueentry/?on_line=~") == 1


def test_file_and_page_have_the_same_paths(client):
    rows = Table(page(client, "ivr-paths", **DAY)).rows[3:]

    response = client.get("/admin/reports/ivr-paths/export/csv/", DAY)
    lines = b"".join(response.streaming_content).decode().splitlines()

    assert [line.split(",")[1] for line in lines[1:]] == [row[1][0] for row in rows]


def test_path_that_cannot_be_read_is_said(client):
    response = client.get(
        "/admin/callcenter/call/?on_path=a%00b", headers={"accept-language": "en"}
    )

    assert "The filter “IVR path” does not know" in response.content.decode()
    assert response.context["cl"].result_count == 0
