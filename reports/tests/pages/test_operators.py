"""The page of the operators: its numbers lead to connections."""

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.models import Operator
from reports.tests.factories import (
    OPERATOR,
    make_connection,
    make_entry,
    make_operator,
    make_state,
)
from reports.tests.pages.reading import Table, check_every_number, count_of, page

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}
# 23:59:50 in Tokyo.
LATE = datetime(2026, 10, 20, 14, 59, 50, tzinfo=UTC)


@pytest.fixture
def client(admin_client):
    """Connections of two operators, one of them begun after midnight."""
    make_operator(name="A", client_identity="a")
    make_operator(name="B", number="+815000000202")
    make_connection(make_entry(LATE, wait_seconds=30))
    make_connection(make_entry(LATE - timedelta(hours=1)))
    make_connection(make_entry(LATE - timedelta(hours=2)), operator="client:a")
    make_connection(make_entry(LATE - timedelta(days=1)))
    make_connection(make_entry(LATE + timedelta(seconds=10)), operator="+815000000202")
    make_connection(make_entry(LATE), operator="")
    make_state("ready", LATE - timedelta(hours=3), LATE)
    return admin_client


def test_every_number_opens_its_connections(client):
    html = page(client, "operators", **DAY)

    counts = [row[1] for row in Table(html).rows[2:]]
    assert [text for text, _href in counts] == ["4", "1", "2", "1", "0"]
    assert [text for text, href in counts if not href] == ["1", "0"]
    assert check_every_number(client, html) == 3


@pytest.mark.parametrize("operator", [OPERATOR, "client:a"])
def test_filtered_by_a_name(client, operator):
    html = page(client, "operators", **DAY, operator=operator)

    assert check_every_number(client, html) == 2


def test_filtered_by_an_operator_with_telephone_and_browser(client):
    operator = Operator.objects.get(name="A")

    html = page(client, "operators", **DAY, operator=str(operator.pk))

    total, *rows = [row[1][0] for row in Table(html).rows[2:]]
    assert (total, sorted(rows)) == ("3", ["1", "2"])
    assert check_every_number(client, html) == 3


def test_list_says_of_which_span_its_connections_are(client):
    html = page(client, "operators", **DAY)
    (_text, href) = Table(html).rows[2][1]

    assert count_of(client, href) == 4
    said = client.get(href, headers={"accept-language": "en"}).content.decode()
    assert "entered 20 Oct 2026, 00:00 to 21 Oct 2026, 00:00" in said


def test_span_that_cannot_be_read_is_said(client):
    url = "/admin/callcenter/connection/?from=yesterday"

    response = client.get(url, headers={"accept-language": "en"})

    assert "“yesterday” is no moment" in response.content.decode()
    assert response.context["cl"].result_count == 0


def test_file_has_the_rows_of_the_page(client):
    response = client.get("/admin/reports/operators/export/csv/", DAY)

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["", "1"],
        ["A", "2"],
        ["A", "1"],
        ["B", "0"],
    ]
