"""Who may see and change what."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from callcenter.models import SetupVersion
from reports.site import model_admins
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db


def changelist(name: str) -> str:
    return reverse(f"admin:callcenter_{name}_changelist")


def page(name: str, pk: int) -> str:
    return reverse(f"admin:callcenter_{name}_change", args=[pk])


def test_every_table_but_the_version_and_the_parts_is_in_the_admin():
    known = {
        each.opts.model_name
        for each in model_admins(admin.site)
        if each.opts.app_label == "callcenter"
    }

    assert known == set(rows.ALL)
    assert not admin.site.is_registered(SetupVersion)


@pytest.mark.parametrize("name", rows.ALL)
def test_superuser_sees_list_and_page_of_every_table(admin_client, name):
    row = rows.ALL[name]()

    listed = admin_client.get(changelist(name))
    shown = admin_client.get(page(name, row.pk))

    link = page(name, row.pk)
    if name == "followup":
        # The work is done there; below the abandoned call the row has its own link.
        link = reverse("admin:worklist_caller", args=[row.abandoned_call_id])
    assert link in listed.content.decode()
    assert (listed.status_code, shown.status_code) == (200, 200)
    assert "MiniCC" in shown.content.decode()


@pytest.mark.parametrize("name", rows.ALL)
def test_visitor_is_sent_to_the_log_in_page(client, name):
    row = rows.ALL[name]()

    for url in (changelist(name), page(name, row.pk)):
        response = client.get(url)
        assert response.status_code == 302
        assert response.url == f"/admin/login/?next={url}"


@pytest.mark.parametrize("name", rows.ALL)
def test_staff_without_permission_sees_nothing(staff, name):
    row = rows.ALL[name]()
    client = staff()

    answers = [
        client.get(url).status_code for url in (changelist(name), page(name, row.pk))
    ]

    assert answers == [403, 403]
    assert changelist(name) not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("name", rows.ALL)
def test_staff_with_permission_sees_one_table_and_no_other(staff, name):
    row = rows.ALL[name]()
    # Raw requests hold numbers.
    client = staff(f"view_{name}", "view_numbers")

    index = client.get("/admin/").content.decode()

    assert {other for other in rows.ALL if changelist(other) in index} == {name}
    assert client.get(changelist(name)).status_code == 200
    assert client.get(page(name, row.pk)).status_code == 200


@pytest.mark.parametrize("name", rows.HISTORY)
def test_nobody_adds_changes_or_deletes_history(admin_client, name):
    row = rows.HISTORY[name]()
    before = type(row).objects.values().get(pk=row.pk)

    answers = [
        admin_client.get(reverse(f"admin:callcenter_{name}_add")).status_code,
        admin_client.post(reverse(f"admin:callcenter_{name}_add")).status_code,
        admin_client.post(page(name, row.pk), {"queue": "sales"}).status_code,
        admin_client.post(
            reverse(f"admin:callcenter_{name}_delete", args=[row.pk]), {"post": "yes"}
        ).status_code,
        admin_client.post(
            changelist(name),
            {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
        ).status_code,
    ]

    assert answers[:4] == [403] * 4
    assert answers[4] in (200, 302, 403)
    assert type(row).objects.values().get(pk=row.pk) == before


@pytest.mark.parametrize("name", rows.SETUP)
def test_staff_who_may_only_look_changes_no_setup(staff, name):
    row = rows.SETUP[name]()
    client = staff(f"view_{name}")

    html = client.get(page(name, row.pk)).content.decode()

    assert client.post(page(name, row.pk), {"name": "other"}).status_code == 403
    assert 'name="_save"' not in html
    assert not re.search(r'<input type="text"', html)


def test_tables_stand_in_groups_by_what_people_do_with_them(admin_client):
    names = [app["name"] for app in admin_client.get("/admin/").context["app_list"]]

    assert names == ["今日", "レポート", "通話", "その他のデータ", "設定"]


def test_language_is_switched_for_visitors_too():
    client = Client()
    first = client.get("/admin/login/").content.decode()

    client.post("/admin/language/", {"language": "en", "next": "/admin/login/"})
    second = client.get("/admin/login/").content.decode()

    assert '<html lang="ja"' in first
    assert 'value="en" lang="en">English</button>' in first
    assert '<html lang="en"' in second


def test_browser_that_asks_for_english_gets_english(client):
    html = client.get("/admin/login/", headers={"accept-language": "en"}).content

    assert b'<html lang="en"' in html


def test_no_page_carries_script_or_style_of_its_own(admin_client):
    call = rows.make_call()
    event = rows.make_event(call.sid)

    for url in (
        "/admin/",
        changelist("call"),
        page("call", call.pk),
        page("webhookevent", event.pk),
        page("menu", rows.make_menu().pk),
    ):
        html = admin_client.get(url).content.decode()
        assert not re.search(
            r"<style|<script(?![^>]*(src=|type=\"application/json))", html
        )
        assert not re.search(r'\sstyle="|\son\w+="', html)
        assert not re.search(r'(src|href)="(https?:)?//', html)
