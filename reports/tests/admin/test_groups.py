"""The groups that migrations make: who may go where, page by page."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from callcenter.models import PhoneLine
from reports import rights
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save

pytestmark = pytest.mark.django_db

GROUPS = ("Supervisor", "Operator", "Administrator")
# What each group may do with each table: see, add, change, delete.
S, A, C, D = "see", "add", "change", "delete"
MAY: dict[str, tuple[set[str], set[str], set[str]]] = {
    "call": ({S}, {S}, {S}),
    "queueentry": ({S}, {S}, {S}),
    "connection": ({S}, {S}, {S}),
    "ivrstep": ({S}, {S}, {S}),
    "abandonedcall": ({S}, {S}, {S}),
    "callbackrequest": ({S}, {S}, {S}),
    "voicemail": ({S}, {S}, {S}),
    "recording": ({S}, set(), {S}),
    "operatorstate": ({S}, set(), {S}),
    "webhookevent": (set(), set(), {S}),
    "reconciliationrun": ({S}, set(), {S}),
    "reconciliationdifference": ({S}, set(), {S}),
    "accessrecord": (set(), set(), {S}),
    "followup": ({S}, {S}, {S}),  # worked on from the work list
    "phoneline": ({S, C}, set(), {S, A, C, D}),
    "queue": ({S, A, C, D}, set(), {S, A, C, D}),
    "menu": ({S, A, C, D}, set(), {S, A, C, D}),
    "message": ({S, A, C, D}, set(), {S, A, C, D}),
    "operator": ({S, A, C, D}, set(), {S, A, C, D}),
    "holiday": ({S, A, C, D}, set(), {S, A, C, D}),
    "wrapupcode": ({S, A, C, D}, set(), {S, A, C, D}),
    "blockednumber": ({S, A, C, D}, set(), {S, A, C, D}),
    "user": (set(), set(), {S, A, C, D}),
    "group": (set(), set(), {S}),
}
MAKERS: dict[str, Any] = {
    **rows.ALL,
    "user": lambda: User.objects.create_user("somebody"),
    "group": lambda: Group.objects.create(name="some"),
}


def what_opens(client: Client, name: str) -> set[str]:
    """What a member may do with a table, by the pages that open."""
    row = MAKERS[name]()
    page = f"admin:{row._meta.app_label}_{name}"
    opened = {
        S: client.get(reverse(f"{page}_changelist")),
        A: client.get(reverse(f"{page}_add")),
        D: client.get(reverse(f"{page}_delete", args=[row.pk])),
    }
    may = {what for what, answer in opened.items() if answer.status_code == 200}
    shown = client.get(reverse(f"{page}_change", args=[row.pk]))
    assert (shown.status_code == 200) == (S in may)
    if S in may and b'name="_save"' in shown.content:
        may.add(C)
    return may


@pytest.mark.parametrize("name", MAY)
@pytest.mark.parametrize("group", GROUPS)
def test_member_sees_adds_changes_and_deletes_what_the_group_may(member, group, name):
    client = member(group)

    assert what_opens(client, name) == MAY[name][GROUPS.index(group)]


def test_every_table_of_the_admin_stands_in_the_list():
    assert set(MAY) >= set(rows.ALL)


@pytest.mark.parametrize("group", GROUPS)
def test_first_page_offers_the_tables_that_open_and_no_others(member, group):
    html = member(group).get("/admin/").content.decode()

    offered = {
        name
        for name in MAY
        if reverse(
            f"admin:{'auth' if name in ('user', 'group') else 'callcenter'}_{name}"
            "_changelist"
        )
        in html
    }
    assert offered == {
        name for name, may in MAY.items() if S in may[GROUPS.index(group)]
    }


def test_first_page_shows_operators_how_today_stands_but_not_their_colleagues(member):
    def labels(group: str) -> list[str]:
        today = member(group).get("/admin/").context["today"]
        return [figure.label for figure in today.figures]

    assert labels("Operator") == labels("Supervisor")[:-1]


@pytest.mark.parametrize(
    ("group", "shown"),
    [
        ("Supervisor", "03-1234-5678"),
        ("Operator", "********5678"),
        ("Administrator", "03-1234-5678"),
    ],
)
def test_numbers_in_the_history_are_masked_for_operators_alone(member, group, shown):
    rows.make_call()

    html = member(group).get(reverse("admin:callcenter_call_changelist"))

    assert shown in html.content.decode()


def test_supervisor_changes_the_hours_of_a_line_and_not_its_number(member):
    client = member("Supervisor")
    line = rows.make_line(number="+815000000101")
    page = reverse("admin:callcenter_phoneline_change", args=[line.pk])

    answer = save(
        client,
        page,
        number="+815000000999",
        hours__TOTAL_FORMS="1",
        hours__0__weekday="1",
        hours__0__opens_at="09:00",
        hours__0__closes_at="18:00",
    )

    assert errors(answer) == []
    line = PhoneLine.objects.get()
    assert line.number == "+815000000101"
    assert line.hours.count() == 1


@pytest.mark.parametrize("group", ["Supervisor", "Operator"])
def test_nobody_but_the_administrator_gives_rights(member, group):
    client = member(group)
    user = User.objects.get(username=group)
    page = reverse("admin:auth_user_change", args=[user.pk])

    assert client.post(page, {"is_superuser": "on"}).status_code == 403


def test_administrator_has_every_permission_there_is(member):
    member("Administrator")

    names = "content_type__app_label", "codename"
    granted = Group.objects.get(name="Administrator").permissions.values_list(*names)
    ours = Permission.objects.filter(
        content_type__app_label__in=["callcenter", "reports", "auth"]
    )
    assert set(ours.values_list(*names)) <= set(granted)


def test_rights_given_twice_are_given_once(member):
    member("Operator")
    group = Group.objects.get(name="Operator")
    before = set(group.permissions.values_list("codename", flat=True))

    rights.give(apps, "default", {"Operator": ["callcenter.view_call"]})

    assert set(group.permissions.values_list("codename", flat=True)) == before
    assert Group.objects.filter(name="Operator").count() == 1


def test_permission_that_nobody_made_is_an_error_and_not_left_out():
    with pytest.raises(LookupError, match=r"callcenter\.view_nothing"):
        rights.give(apps, "default", {"Operator": ["callcenter.view_nothing"]})


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_sees_on_the_work_list_whom_to_ring_back(member, group):
    row = rows.make_abandoned()
    client = member(group)

    html = client.get(reverse("admin:worklist")).content.decode()
    page = reverse("admin:worklist_caller", args=[row.pk])
    ringing = client.post(page, {"act": "ring"}, follow=True).content.decode()

    assert "03-1234-5678" in html
    assert '<p class="dial-number">03-1234-5678</p>' in ringing
    assert 'href="tel:+81312345678"' in ringing


@pytest.mark.parametrize(
    ("group", "status"),
    [("Supervisor", 200), ("Operator", 403), ("Administrator", 200)],
)
def test_operators_take_no_lists_away(member, group, status):
    rows.make_call()
    url = reverse("admin:callcenter_call_export", args=["csv"])

    assert member(group).get(url).status_code == status
