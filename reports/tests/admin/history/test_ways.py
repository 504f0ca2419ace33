"""Where the rows of the history lists lead, and what they are called."""

import re
from typing import Any

import pytest
from django.urls import reverse

from callcenter.models import AbandonedCall, Call
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

# Lists whose rows belong to a call, and the permission to see them.
PARTS = sorted(rows.HISTORY.keys() - {"call", "webhookevent"})
ENGLISH = {"accept-language": "en"}


def changelist(name: str) -> str:
    return reverse(f"admin:callcenter_{name}_changelist")


def page(row) -> str:
    return reverse(f"admin:callcenter_{row._meta.model_name}_change", args=[row.pk])


def links(client, name: str) -> list[str]:
    """The addresses that the first row of a list leads to, in order."""
    html = client.get(changelist(name)).content.decode()
    _head, _, body = html.partition("<tbody>")
    first_row, _, _rest = body.partition("</tr>")
    return re.findall(r'href="([^"]+)"', first_row)


def text(client, url: str) -> str:
    html = client.get(url, headers=ENGLISH).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def cells(client, name: str) -> dict[str, str]:
    """The texts of the first row of a list by the codes of its columns."""
    html = client.get(changelist(name), headers=ENGLISH).content.decode()
    body = html.partition("<tbody>")[2].partition("</tr>")[0]
    found = re.findall(r'<t[dh] class="field-(\w+)[^"]*">(.*?)</t[dh]>', body)
    return {code: re.sub(r"<[^>]+>", "", cell).strip() for code, cell in found}


def call_of(row: Any) -> Call:
    call: Call = row.call if hasattr(row, "call") else row.entry.call
    return call


@pytest.mark.parametrize("name", PARTS)
def test_row_leads_to_the_timeline_of_its_call_and_behind_it_to_itself(
    admin_client, name
):
    row = rows.HISTORY[name]()

    # Voicemail and recordings are played from the list, too.
    found = [one for one in links(admin_client, name) if not one.endswith("/audio/")]
    assert found == [page(call_of(row)), page(row)]


@pytest.mark.parametrize("name", PARTS)
def test_row_leads_to_itself_for_those_who_may_not_see_calls(staff, name):
    row = rows.HISTORY[name]()

    assert links(staff(f"view_{name}", "view_numbers"), name) == [page(row)]


def test_row_leads_to_the_timeline_from_a_filtered_list_too(admin_client):
    entry = rows.make_entry()
    url = f"{changelist('queueentry')}?outcome__exact=answered"

    html = admin_client.get(url).content.decode()

    assert f'<a href="{page(entry.call)}">' in html


def test_decisions_and_paths_are_said_by_the_names_of_the_setup(admin_client):
    rows.make_queue("support", name="Help desk")
    rows.make_menu("main", name="Main menu")
    step = rows.make_step()
    rows.make_event(decision="menu:main")
    abandoned = rows.make_abandoned()
    AbandonedCall.objects.update(ivr_path="main>1>support")

    assert cells(admin_client, "ivrstep")["led_to"] == "Queue Help desk, entry 1"
    assert cells(admin_client, "webhookevent")["decision"] == "Menu “Main menu”"
    assert "Main menu › 1 › Help desk" in text(admin_client, page(abandoned))
    assert "Queue Help desk, entry 1" in text(admin_client, page(step))


def test_path_is_said_by_names_beside_the_timeline(admin_client):
    rows.make_menu("main", name="Main menu")
    call = rows.make_call(ivr_path="main>3>support")

    assert "Main menu › 3 › support" in text(admin_client, page(call))


def test_line_is_called_by_its_name_with_its_number_beside_it(admin_client):
    rows.make_line("+815000000101", name="Shop")
    rows.make_call(line="+815000000101")

    html = admin_client.get(changelist("call")).content.decode()

    shown = '<span class="quiet line-number">050-0000-0101</span>'
    assert f'<td class="field-line">Shop {shown}</td>' in html


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("queueentry", "Help desk 22 Nov"),
        ("abandonedcall", "Help desk 22 Nov"),
        ("callbackrequest", "Help desk 22 Nov"),
        ("connection", "Hana Sato 22 Nov"),
        ("operatorstate", "Hana Sato 22 Nov"),
        ("ivrstep", "Main menu 22 Nov"),
    ],
)
def test_page_of_a_row_is_called_by_names(admin_client, name, title):
    rows.make_queue("support", name="Help desk")
    rows.make_menu("main", name="Main menu")
    rows.make_operator("Hana Sato", number="+815000000201")
    row = rows.HISTORY[name]()

    html = admin_client.get(page(row), headers=ENGLISH).content.decode()

    [heading] = re.findall(r"<h2>([^<]*)</h2>", html)[:1]
    assert heading.startswith(title)


def test_page_of_a_connection_names_its_entry_as_that_calls_itself(admin_client):
    rows.make_queue("support", name="Help desk")
    connection = rows.make_connection()

    html = admin_client.get(page(connection), headers=ENGLISH).content.decode()

    assert f'<a href="{page(connection.entry)}">Help desk 22 Nov 2026' in html


def test_list_of_calls_names_the_operator_who_answered_at_last(admin_client):
    rows.make_operator("Hana Sato", number="+815000000201")
    entry = rows.make_entry()
    rows.make_connection(entry)
    # The caller went on to a queue where nobody answered.
    later = {"entered_at": rows.after(95), "left_at": None}
    rows.make_entry(entry.call, visit=2, outcome="abandoned", **later)

    assert cells(admin_client, "call")["operator"] == "Hana Sato"


def test_leg_of_an_operator_says_whose_it_is_in_place_of_an_outcome(admin_client):
    rows.make_operator("Hana Sato", number="+815000000201")
    rows.make_call(kind="operator", caller="+815000000201")

    row = cells(admin_client, "call")

    assert (row["outcome_or_kind"], row["operator"]) == ("Operator", "Hana Sato")


def test_list_of_states_says_how_long_each_lasted(admin_client):
    rows.make_state()

    assert cells(admin_client, "operatorstate")["duration_seconds"] == "0:01:00"


def test_export_is_listed_under_the_name_of_who_made_it(admin_client, admin_user):
    admin_user.first_name, admin_user.last_name = "Hana", "Sato"
    admin_user.save()
    rows.make_call()
    url = reverse("admin:callcenter_call_export", args=["csv"])
    b"".join(admin_client.get(url).streaming_content)

    assert "Hana Sato" in text(
        admin_client, reverse("admin:reports_exportaudit_changelist")
    )
