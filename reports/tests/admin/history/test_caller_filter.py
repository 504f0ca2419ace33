"""A link to a caller's calls has no number in its address, which proxies write down."""

import re
from html import unescape
from urllib.parse import unquote_plus

import pytest

from callcenter.models import AccessRecord
from reports.tests.admin import rows
from reports.tests.admin.history.test_asking import changelist, listed, said
from reports.tests.admin.history.test_masking import MASKED, SPELLINGS, page

pytestmark = pytest.mark.django_db

CALLER = "+81312345678"


def addresses(html: str) -> list[str]:
    """Where a page leads, without links that dial."""
    found = re.findall(r'(?:href|action)="([^"]*)"', html)
    return [unquote_plus(unescape(one)) for one in found if not one.startswith("tel:")]


def test_page_of_a_call_leads_to_the_callers_calls_without_the_number(admin_client):
    call = rows.make_call(caller=CALLER)
    other = rows.make_call(caller="0312345678")
    rows.make_call(caller="+81312345679")

    html = admin_client.get(page("call", call.pk)).content.decode()

    (leads,) = (one for one in addresses(html) if "caller_of" in one)
    assert leads == f"{changelist('call')}?caller_of={call.sid}"
    assert [one for one in addresses(html) if SPELLINGS.search(one)] == []
    assert listed(admin_client, "call", caller_of=call.sid) == [other.pk, call.pk]


def test_links_of_the_list_have_no_number_either(admin_client):
    call = rows.make_call(caller=CALLER)

    html = admin_client.get(f"{changelist('call')}?caller_of={call.sid}")

    found = addresses(html.content.decode())
    assert [one for one in found if SPELLINGS.search(one)] == []
    assert [one for one in found if "/export/" in one and call.sid in one]


def test_caller_known_by_a_text_has_calls_too(admin_client):
    calls = [rows.make_call(caller="sip:201@pbx") for _ in range(2)]
    rows.make_call(caller="sip:202@pbx")

    found = listed(admin_client, "call", caller_of=calls[0].sid)

    assert found == [call.pk for call in reversed(calls)]


def test_list_says_whose_calls_it_has(staff, admin_client):
    call = rows.make_call(caller=CALLER)

    assert "Caller 03-1234-5678" in said(admin_client, "call", caller_of=call.sid)
    masked = said(staff("view_call"), "call", caller_of=call.sid)
    assert f"Caller {MASKED}" in masked
    assert not SPELLINGS.search(masked)


def test_list_without_the_filter_does_not_offer_it(admin_client):
    rows.make_call(caller=CALLER)

    html = admin_client.get(changelist("call")).content.decode()

    assert "caller_of" not in html


@pytest.mark.parametrize(
    "sid", ["CA" + "f" * 32, CALLER, "1 OR 1=1", "電話", "x" * 999]
)
def test_what_names_no_call_lists_nothing_and_says_so(admin_client, sid):
    rows.make_call(caller=CALLER)

    assert listed(admin_client, "call", caller_of=sid) == []
    text = "No call with a caller's number is known"
    assert text in unescape(said(admin_client, "call", caller_of=sid))


@pytest.mark.parametrize(
    "call", [{"caller": ""}, {"kind": "operator", "caller": "+815000000201"}]
)
def test_call_without_a_callers_number_names_nobody(admin_client, call):
    one = rows.make_call(**call)

    assert listed(admin_client, "call", caller_of=one.sid) == []


def test_who_looks_at_the_calls_of_a_caller_is_recorded(admin_client):
    call = rows.make_call(caller=CALLER)

    for _ in range(2):
        admin_client.get(f"{changelist('call')}?caller_of={call.sid}")

    row = AccessRecord.objects.get(kind="caller-page")
    assert (row.username, row.subject) == ("admin", "********5678")
