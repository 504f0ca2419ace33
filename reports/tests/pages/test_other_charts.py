"""The drawings of paths through menus and of operators, from rows of their tables."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page

from callcenter.models import Menu, OperatorQueue, Queue
from reports.pages import chart
from reports.present.links import report_url
from reports.tests.factories import (
    NOON,
    make_call,
    make_connection,
    make_entry,
    make_operator,
    make_queue,
    make_state,
)
from reports.tests.pages.reading import ENGLISH
from reports.tests.pages.windows import window_of

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}
PATHS, STAFFING = report_url("ivr-paths"), report_url("staffing")


def make_calls() -> None:
    """Calls on paths of two menus with the same key, and one that met no menu."""
    make_queue("support")
    for slug in ("main", "shop"):
        Menu.objects.create(slug=slug, name=slug.title())
    for path, outcome in (
        ("main>1>support", "answered"),
        ("main>1>support", "answered"),
        ("main>1>support", "abandoned"),
        ("shop>1>support", "answered"),
        ("main>9>main>1>support", "answered"),
        ("main", "ivr_abandoned"),
        ("", "closed"),
    ):
        make_call(NOON, ivr_path=path, outcome=outcome, ended_at=NOON)


def drawn(client, url: str = PATHS, **asked: str):
    return client.get(url, DAY | asked, headers=ENGLISH).context["chart"]


def flows(found) -> dict[tuple[str, str], int]:
    """The links by the labels of their ends."""
    labels = {node["name"]: node["label"] for node in found["nodes"]}
    said: dict[tuple[str, str], int] = {}
    for one, following, count in found["links"]:
        ends = labels[one], labels[following]
        said[ends] = said.get(ends, 0) + count
    return said


def test_calls_flow_from_menu_to_key_to_queue_to_what_became_of_them(admin_client):
    make_calls()

    found = drawn(admin_client)

    assert flows(found) == {
        ("Main", "1"): 4,
        ("1", "Support"): 5,
        ("Shop", "1"): 1,
        ("Main", "9"): 1,
        ("9", "Main"): 1,
        ("Support", "Answered"): 4,
        ("Support", "Abandoned"): 1,
        ("Main", "Hung up in the IVR"): 1,
        ("No menu", "Out of hours"): 1,
    }
    assert {node["end"] for node in found["nodes"]} == {
        *("", "answered", "abandoned", "hung_up_in_ivr", "closed")
    }


def test_same_key_of_two_menus_is_two_streams_and_a_queue_is_one(admin_client):
    make_calls()

    labels = [node["label"] for node in drawn(admin_client)["nodes"]]

    assert labels.count("1") == 3
    # At the third place, and at the fifth of those who came back to the menu.
    assert labels.count("Support") == 2


def test_what_flows_in_flows_out(admin_client):
    make_calls()

    links = drawn(admin_client)["links"]

    middle = {one for one, _end, _count in links} & {end for _one, end, _count in links}
    assert middle
    for name in middle:
        into = sum(count for _one, end, count in links if end == name)
        assert into == sum(count for one, _end, count in links if one == name)


def test_of_many_paths_the_rest_is_one(admin_client, monkeypatch):
    make_calls()
    monkeypatch.setattr(chart, "MOST_PATHS", 1)

    found = flows(drawn(admin_client))

    assert found["Main", "1"] == 3
    assert found["Other paths", "Answered"] == 2


def test_period_without_calls_has_no_drawing(admin_client):
    assert drawn(admin_client) is None


def make_half_hour() -> None:
    queue = Queue.objects.filter(slug="support").first() or make_queue()
    OperatorQueue.objects.create(operator=make_operator(), queue=queue)
    for number in range(10):
        make_connection(make_entry(NOON + timedelta(seconds=number)))
    make_state("ready", NOON, NOON + timedelta(minutes=30))


@time_machine.travel("2026-10-21T03:00:00Z", tick=False)
def test_operators_of_one_queue_are_drawn(admin_client):
    make_half_hour()

    one = drawn(admin_client, STAFFING, queue="support")
    make_queue("sales")
    several = drawn(admin_client, STAFFING)

    assert (one["labels"], one["atWork"]) == (["12:00"], [1.0])
    assert one["needed"][0] > 0
    assert several is None


@pytest.fixture
def window(live_server, settings) -> Iterator[Page]:
    """A narrow browser, and calls to draw."""
    make_calls()
    make_half_hour()
    with window_of(live_server, settings, 390) as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_both_are_drawn_in_a_browser(window, live_server):
    for url, word in ((PATHS, "Main"), (f"{STAFFING}?queue=support", "12:00")):
        mark = "&" if "?" in url else "?"
        days = f"{mark}first={DAY['first']}&last={DAY['last']}"
        window.goto(f"{live_server.url}{url}{days}")

        assert word in window.locator(".chart svg").inner_html()
