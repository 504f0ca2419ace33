"""Views that people save: named periods, who sees which view, who may change one."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.http import urlencode

from reports.models import SavedView
from reports.models.saved_views import MOST_VIEWS
from reports.present.links import report_url
from reports.query.named_periods import NAMED, days_named
from reports.tests.factories import NOON, make_queue
from reports.tests.pages.reading import ENGLISH, Table

pytestmark = pytest.mark.django_db

# A Tuesday.
TODAY = NOON.date()
LAST_WEEK = {"first": "2026-10-12", "last": "2026-10-18"}
LIST = "admin:saved_views"


@pytest.fixture(autouse=True)
def noon():
    """All happens at noon of the day."""
    make_queue()
    with time_machine.travel(NOON, tick=False):
        yield


def address(slug="queue-summary"):
    return reverse("admin:report_views", args=[slug])


def save(client, asked, slug="queue-summary", **values):
    """Save a view of a report; the page that follows."""
    return client.post(
        f"{address(slug)}?{urlencode(asked)}",
        {"name": "Weekly", "period": ""} | values,
        follow=True,
        headers=ENGLISH,
    )


def act(client, view, do):
    return client.post(
        reverse(LIST), {"view": view.pk, "do": do}, follow=True, headers=ENGLISH
    )


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("today", ("2026-10-20", "2026-10-20")),
        ("yesterday", ("2026-10-19", "2026-10-19")),
        ("last-business-day", ("2026-10-19", "2026-10-19")),
        ("this-week", ("2026-10-19", "2026-10-20")),
        ("last-week", ("2026-10-12", "2026-10-18")),
        ("this-month", ("2026-10-01", "2026-10-20")),
        ("last-month", ("2026-09-01", "2026-09-30")),
        ("this-fiscal-year", ("2026-04-01", "2026-10-20")),
        ("last-fiscal-year", ("2025-04-01", "2026-03-31")),
    ],
)
def test_period_is_asked_for_by_its_name(admin_client, code, days):
    response = admin_client.get(report_url("queue-summary"), {"period": code})

    asked = response.context["asked"]
    assert (str(asked.first), str(asked.last)) == days
    # Links of the page keep the days, whenever they are followed.
    assert "period=" not in response.context["save_url"]


def test_every_named_period_has_days():
    assert all(days_named(code, TODAY) for code in NAMED)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"period": "next-week"}, "There is no period “next-week”"),
        ({"period": "today", "first": "2026-10-01"}, "by its name or by its days"),
    ],
)
def test_page_says_why_it_knows_no_days(admin_client, asked, text):
    response = admin_client.get(report_url("calls"), asked, headers=ENGLISH)

    assert text in response.content.decode()
    assert "table" not in response.context


def test_view_of_a_named_period_moves_with_the_calendar(admin_client):
    response = save(admin_client, LAST_WEEK | {"queue": "support"}, period="last-week")

    assert said(response) == ["The view “Weekly” has been saved."]
    assert SavedView.objects.get().query == "queue=support&period=last-week"
    with time_machine.travel("2026-10-27"):
        admin_client.force_login(User.objects.get())
        opened = admin_client.get(response.redirect_chain[-1][0])
    assert str(opened.context["asked"].first) == "2026-10-19"


def test_view_of_exact_days_stays(admin_client):
    response = save(admin_client, LAST_WEEK)

    with time_machine.travel("2026-10-27"):
        admin_client.force_login(User.objects.get())
        opened = admin_client.get(response.redirect_chain[-1][0])
    assert str(opened.context["asked"].first) == LAST_WEEK["first"]


def test_only_periods_that_are_shown_can_be_saved_by_name(admin_client):
    response = save(admin_client, LAST_WEEK, period="today")

    assert not SavedView.objects.exists()
    assert len(said(response)) == 1


def test_report_links_to_its_views_and_marks_the_one_in_view(admin_client):
    save(admin_client, LAST_WEEK, name="A")
    save(admin_client, LAST_WEEK, name="B", period="last-week")
    save(admin_client, {"first": "2026-10-01", "last": "2026-10-02"}, name="C")
    save(admin_client, LAST_WEEK, "operators", name="D")

    response = admin_client.get(report_url("queue-summary"), LAST_WEEK)

    views = response.context["views"]
    assert [(one.name, one.is_current) for one in views] == [
        ("A", True),
        ("B", True),
        ("C", False),
    ]


def test_own_view_of_the_same_name_is_replaced(admin_client):
    save(admin_client, LAST_WEEK)
    response = save(admin_client, {"period": "yesterday"})

    assert said(response) == ["The view “Weekly” has been replaced."]
    assert "2026-10-19" in SavedView.objects.get().query


def test_views_are_private_until_they_are_shared(member, admin_client):
    save(admin_client, LAST_WEEK)
    reader = member("Operator")
    url = report_url("queue-summary")
    assert reader.get(url).context["views"] == []
    assert reader.get(reverse(LIST)).context["views"] == []
    view = SavedView.objects.get()
    assert act(reader, view, "delete").status_code == 404

    act(admin_client, view, "share")
    assert [one.name for one in reader.get(url).context["views"]] == ["Weekly"]
    assert act(reader, view, "delete").status_code == 403
    assert act(reader, view, "keep").status_code == 403

    act(admin_client, view, "keep")
    assert reader.get(url).context["views"] == []


def test_only_those_with_the_right_may_share(member):
    reader = member("Operator")

    assert save(reader, LAST_WEEK, is_shared="on").status_code == 403
    assert (
        "is_shared" not in reader.get(report_url("calls")).context["save_form"].fields
    )
    assert save(reader, LAST_WEEK).status_code == 200
    view = SavedView.objects.get()
    assert act(reader, view, "share").status_code == 403
    act(reader, view, "delete")
    assert not SavedView.objects.exists()


def test_supervisor_may_share_and_delete_what_others_share(member, admin_client):
    save(admin_client, LAST_WEEK, is_shared="on")
    supervisor = member("Supervisor")

    save(supervisor, LAST_WEEK, name="Mine", is_shared="on")
    assert set(SavedView.objects.values_list("name", "is_shared")) == {
        ("Weekly", True),
        ("Mine", True),
    }
    act(supervisor, SavedView.objects.get(name="Weekly"), "delete")
    assert SavedView.objects.get().name == "Mine"


def test_shared_views_outlive_the_account_and_private_ones_do_not(admin_client):
    save(admin_client, LAST_WEEK, name="Private")
    save(admin_client, LAST_WEEK, name="Shared", is_shared="on")

    User.objects.get(username="admin").delete()

    view = SavedView.objects.get()
    assert (view.name, view.user, view.username) == ("Shared", None, "admin")


def test_views_of_reports_that_a_reader_may_not_see_are_left_out(staff, admin_client):
    save(admin_client, LAST_WEEK, "calls", is_shared="on", name="Calls")
    save(admin_client, LAST_WEEK, "connections", is_shared="on", name="Connections")
    client = staff("view_call")

    response = client.get(reverse(LIST), headers=ENGLISH)

    assert [one.name for one in response.context["views"]] == ["Calls"]


@pytest.mark.parametrize(
    ("slug", "asked", "said"),
    [
        (
            "queue-summary",
            {"queue": "support", "weekday": "1", "compare": "before"},
            "Queue: Support · Weekday: Monday · Compare with: the period before",
        ),
        ("heat-map", {"measure": "offered"}, "Colour by: Offered"),
        ("queue-interval", {"interval": "hour-of-week"}, "Interval: weekday and hour"),
    ],
)
def test_page_says_what_each_view_is_filtered_by(admin_client, slug, asked, said):
    save(admin_client, LAST_WEEK | asked, slug)

    html = admin_client.get(reverse(LIST), headers=ENGLISH).content.decode()

    row = [text for text, _href in Table(html, "nums").rows[1]]
    assert row[0] == "Weekly"
    assert row[2] == "2026-10-12 – 2026-10-18"
    assert sorted(row[3].split(" · ")) == sorted(said.split(" · "))


@pytest.mark.parametrize(
    "asked", [{"first": "yesterday"}, {"colour": "blue"}, {"queue": "nobody"}]
)
def test_filter_that_cannot_be_read_is_not_saved(admin_client, asked):
    response = save(admin_client, asked)

    assert "Nothing was saved: the filter cannot be read." in said(response)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b"])
def test_name_must_be_one(admin_client, name):
    response = save(admin_client, LAST_WEEK, name=name)

    assert len(said(response)) == 1
    assert not SavedView.objects.exists()


def test_one_account_keeps_so_many(admin_client):
    user = User.objects.get(username="admin")
    SavedView.objects.bulk_create(
        SavedView(report="calls", name=str(number), user=user)
        for number in range(MOST_VIEWS)
    )

    response = save(admin_client, LAST_WEEK)

    assert said(response) == ["You have 100 saved views: delete one first."]
    assert SavedView.objects.count() == MOST_VIEWS


@pytest.mark.parametrize("pk", ["", "x", "0", "²", "9" * 30])
def test_view_that_is_none_is_not_found(admin_client, pk):
    response = admin_client.post(reverse(LIST), {"view": pk, "do": "delete"})

    assert response.status_code == 404


def test_addresses_take_only_what_they_are_for(admin_client):
    save(admin_client, LAST_WEEK)

    assert admin_client.get(address()).status_code == 405
    assert admin_client.put(reverse(LIST)).status_code == 405
    assert act(admin_client, SavedView.objects.get(), "burn").status_code == 403


def test_number_of_queries_does_not_grow(admin_client, django_assert_max_num_queries):
    counts = []
    for number in range(2):
        save(admin_client, LAST_WEEK, name=str(number))
        with django_assert_max_num_queries(99) as queries:
            admin_client.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]
