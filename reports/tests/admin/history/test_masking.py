"""Callers' numbers, in every place where they could be read or found out."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from reports.present import masking
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

CALLER = "+81312345678"
# As sent, as people write it, backwards, and with any sign between the digits.
SPELLINGS = re.compile(r"3[-\s]?1234[-\s]?5678|87654321")
MASKED = "********5678"
# Tables that show whose call a row belongs to.
WITH_CALLER = sorted(rows.HISTORY.keys() - {"operatorstate", "webhookevent"})
VIEW_ALL = [f"view_{name}" for name in rows.ALL]


def changelist(name: str) -> str:
    return reverse(f"admin:callcenter_{name}_changelist")


def page(name: str, pk: int) -> str:
    return reverse(f"admin:callcenter_{name}_change", args=[pk])


def pages_of(client, name: str, search: str = "5678") -> dict[str, str]:
    """List, search and page of a new row, by what they are."""
    row = rows.HISTORY[name]()
    urls = {
        "list": changelist(name),
        "search": f"{changelist(name)}?q={search}",
        "page": page(name, row.pk),
    }
    return {
        what: client.get(url, follow=True).content.decode()
        for what, url in urls.items()
    }


@pytest.mark.parametrize("name", WITH_CALLER)
def test_number_is_masked_in_list_search_and_page_without_the_permission(staff, name):
    shown = pages_of(staff(*VIEW_ALL), name)

    assert {what: bool(SPELLINGS.search(html)) for what, html in shown.items()} == {
        "list": False,
        "search": False,
        "page": False,
    }
    assert MASKED in shown["list"]
    assert MASKED in shown["search"]


@pytest.mark.parametrize("name", ["call", "queueentry", "ivrstep"])
def test_filter_by_operator_does_not_confirm_a_callers_number(staff, name):
    rows.HISTORY[name]()
    client = staff(*VIEW_ALL)

    right = client.get(changelist(name), {"by_operator": CALLER}).content.decode()

    assert MASKED not in right


@pytest.mark.parametrize("name", WITH_CALLER)
def test_number_is_whole_in_list_and_search_with_the_permission(staff, name):
    shown = pages_of(staff("view_numbers", *VIEW_ALL), name, search="03-1234-5678")

    assert "03-1234-5678" in shown["list"]
    assert "03-1234-5678" in shown["search"]
    assert MASKED not in "".join(shown.values())


def test_tables_below_a_call_mask_the_number_too(staff):
    entry = rows.make_entry()
    connection = rows.make_connection(entry, leg_sid=rows.sid())
    rows.make_abandoned(entry)
    rows.make_callback(entry)
    rows.make_event(entry.call.sid)
    leg = rows.make_call(kind="operator", sid=connection.operator_call_sid)
    client = staff(*VIEW_ALL)

    for url in (page("call", entry.call.pk), page("call", leg.pk)):
        html = client.get(url, follow=True).content.decode()
        # Who called from the operator's leg is the operator.
        assert url == page("call", leg.pk) or not SPELLINGS.search(html)


def test_what_twilio_sent_is_masked_wherever_digits_stand(staff):
    call = rows.make_call(from_raw=f"sip:{CALLER}@example.com", to_raw="+815000000101")
    client = staff(*VIEW_ALL)

    html = client.get(page("call", call.pk)).content.decode()

    assert not SPELLINGS.search(html)
    assert "sip:************@example.com" in html


def test_operators_number_is_no_secret(staff):
    rows.make_call(kind="operator", caller="+815000000201")

    html = staff("view_call").get(changelist("call")).content.decode()

    assert "050-0000-0201" in html


@pytest.mark.parametrize("term", ["05678", "45678", "0312345678", CALLER, "1234-5678"])
def test_number_is_not_found_out_by_searching_its_digits(staff, term):
    call = rows.make_call()
    client = staff("view_call")

    html = client.get(changelist("call"), {"q": term}).content.decode()

    assert page("call", call.pk) not in html
    assert "下4桁で検索してください" in html


def test_number_is_found_by_the_digits_that_are_readable(staff):
    call = rows.make_call()
    client = staff("view_call")

    found = client.get(changelist("call"), {"q": "5678"}).content.decode()
    other = client.get(changelist("call"), {"q": "5679"}).content.decode()

    assert page("call", call.pk) in found
    assert page("call", call.pk) not in other


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("call", "caller__startswith=%2B8131"),
        ("call", "caller_reversed__startswith=87654"),
        ("call", "from_raw__contains=1234"),
        ("abandonedcall", "caller__startswith=%2B8131"),
        ("abandonedcall", "call__caller__startswith=%2B8131"),
        ("callbackrequest", "caller=%2B81312345678"),
        ("queueentry", "call__caller__contains=1234"),
        ("followup", "abandoned_call__caller__startswith=%2B8131"),
    ],
)
def test_number_is_not_found_out_by_a_filter_of_ones_own(staff, name, query):
    rows.ALL[name]()
    client = staff(*VIEW_ALL)

    assert client.get(f"{changelist(name)}?{query}").status_code == 400


def test_list_is_not_ordered_by_number(staff):
    calls = [rows.make_call(caller=f"+8131234567{digit}") for digit in (9, 7, 8)]
    client = staff("view_call")

    orders = set()
    for order in ("2", "-2", "3", "-3"):
        html = client.get(changelist("call"), {"o": order}).content.decode()
        places = [html.index(page("call", call.pk)) for call in calls]
        orders.add(tuple(sorted(range(3), key=places.__getitem__)))

    assert orders == {(2, 1, 0)}


def test_raw_webhooks_need_the_permission_to_see_numbers_as_well(staff):
    event = rows.make_event()
    client = staff(*VIEW_ALL)

    answers = [
        client.get(changelist("webhookevent")).status_code,
        client.get(page("webhookevent", event.pk)).status_code,
    ]

    assert answers == [403, 403]
    assert changelist("webhookevent") not in client.get("/admin/").content.decode()


def test_number_is_masked_where_there_is_no_reader(admin_user):
    assert masking.shown(CALLER) == MASKED
    assert masking.as_sent(f"tel:{CALLER}") == "tel:************"
    assert masking.number_for(AnonymousUser(), CALLER) == MASKED
    assert masking.number_for(None, "") == ""
    assert masking.number_for(admin_user, CALLER) == "03-1234-5678"


def test_reader_is_forgotten_after_the_page(admin_client):
    assert admin_client.get("/admin/").status_code == 200

    assert masking.shown(CALLER) == MASKED
