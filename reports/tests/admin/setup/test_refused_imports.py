"""Files of the setup that are refused, whole or by a line, and what is said."""

import base64

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from callcenter.models import Operator, WrapUpCode
from reports.admin.setup.import_resources import WrapUpCodeResource
from reports.tests.admin import rows
from reports.tests.admin.setup.importing import (
    address,
    confirm,
    lines,
    refusal,
    send,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(admin_client):
    """An administrator who reads English."""
    admin_client.post("/admin/language/", {"language": "en"})
    return admin_client


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "The submitted file is empty."),
        ("code,name\n", "The file has no rows below its first line."),
        ("a,b\n1,2\n", "The first line must name the columns, at least: Code, Name."),
        (
            "code\norder\n",
            "The first line must name the columns, at least: Code, Name.",
        ),
        ("code,name,colour\norder,Order,red\n", "No such column: colour."),
        ("code,name,code\na,b,c\n", "The first line names a column twice."),
        (
            "code,name\norder,Order,too much\n",
            "Line 2 has more cells than the first line has column names.",
        ),
        (
            'code,name\norder,"Order\n',
            "Line 2 is not CSV: a quotation mark is not closed.",
        ),
        (b"PK\x03\x04", "This is an Excel workbook: save it as “CSV UTF-8” first."),
        (
            "code,name\norder,Order\n".encode("utf-16"),
            "This is not a CSV file in UTF-8 or Shift_JIS: save it as “CSV UTF-8”.",
        ),
        (
            "code,name\na,あ\n".encode() + "b,ご注文\n".encode("cp932"),
            "Line 3 is not in UTF-8, but other lines are: save the whole file as “CSV"
            " UTF-8”.",
        ),
        (
            b"code,name\na,\x85\n",
            "Line 2 is neither in UTF-8 nor in Shift_JIS: save the file as “CSV"
            " UTF-8”.",
        ),
        (
            "code,name\n" + "a,b\n" * 100_000,
            "The file has 100001 lines: 1000 at most. Split it into several files.",
        ),
        ("code,name\n" + "x" * 1_000_001, "The file is too large: 1000 kB at most."),
    ],
)
def test_file_that_cannot_be_read_is_refused_in_words(client, data, said):
    assert refusal(send(client, "wrapupcode", data)) == said
    assert not WrapUpCode.objects.exists()


@pytest.mark.parametrize(
    ("name", "head", "line", "said"),
    [
        ("wrapupcode", "code,name", ",Order", "Code: This field cannot be blank."),
        ("wrapupcode", "code,name", "order,", "Name: This field cannot be blank."),
        (
            "wrapupcode",
            "code,name",
            "a b,Order",
            "Code: Enter a valid “slug” consisting of letters, numbers, underscores or"
            " hyphens.",
        ),
        (
            "wrapupcode",
            "code,name",
            f"order,{'x' * 101}",
            "Name: Ensure this value has at most 100 characters (it has 101).",
        ),
        (
            "wrapupcode",
            "code,name,is_active",
            "order,Order,maybe",
            "Active: “maybe” is neither yes nor no.",
        ),
        (
            "wrapupcode",
            "code,name,digits",
            "order,Order,12a",
            "Digits on the telephone: Digits on the telephone are one to three, from 0"
            " to 9.",
        ),
        (
            "holiday",
            "date,name",
            "2027-02-30,Never",
            "Date: “2027-02-30” is not a date: write it as 2027-01-31.",
        ),
        (
            "holiday",
            "date,name,line",
            "2027-01-01,New Year,+819",
            "Line: There is no line with the number or name +819.",
        ),
        (
            "operator",
            "name,number",
            "Hana,8.1312E+10",
            "Telephone number: Excel has shortened this number (8.1312E+10): format its"
            " column as text.",
        ),
        (
            "operator",
            "name,number",
            "Hana,12",
            "Telephone number: Write a telephone number as 03-1234-5678 or"
            " +81312345678.",
        ),
        (
            "operator",
            "name,number",
            "Hana,+815000000201",
            "PIN: Enter a PIN, or “off” for none: anyone who calls from this number is"
            " then taken for the operator.",
        ),
        (
            "operator",
            "name,number,pin",
            "Hana,+815000000201,12",
            "PIN: A PIN has 6 to 8 digits and nothing else.",
        ),
        (
            "operator",
            "name,client_identity",
            "Hana,",
            "Give a telephone number or a browser identity.",
        ),
        (
            "operator",
            "name,client_identity,queues",
            "Hana,hana,sales gone",
            "Queues: There is no queue with the code or name gone.",
        ),
    ],
)
def test_wrong_line_is_named_with_what_is_wrong(client, name, head, line, said):
    rows.make_queue("sales")

    page = send(client, name, f"{head}\n\n{line}\n")

    # The empty line counts in the file, and is no row.
    assert lines(page) == [(3, "has errors", [said])]
    assert "confirm_form" not in page.context
    assert "Line" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("wrapupcode", "code,name\na,A\nA,B\n", "Code: Line 2 is about the same row."),
        (
            "holiday",
            "date,name\n2027-01-01,A\n2027-01-01,B\n",
            "Date: Line 2 is about the same row.",
        ),
        (
            "operator",
            "name,number,pin\nA,+815000000201,490217\nB,050-0000-0201,490217\n",
            "Telephone number: Line 2 is about the same row.",
        ),
    ],
)
def test_line_that_says_another_thing_of_the_same_is_wrong(client, name, text, said):
    assert lines(send(client, name, text)) == [(3, "has errors", [said])]


def test_one_operator_named_by_number_and_by_identity_is_wrong(client):
    rows.make_operator("Hana", number="+815000000201", client_identity="hana")

    page = send(
        client, "operator", "name,number,client_identity\nA,,hana\nB,815000000201,\n"
    )

    assert lines(page) == [(3, "has errors", ["Name: Line 2 is about the same row."])]


def test_all_that_is_wrong_with_a_line_is_said_at_once(client):
    page = send(
        client, "operator", "name,number,queues,pin,is_active\n,8.1E+10,gone,12,so so\n"
    )

    ((_line, _state, errors),) = lines(page)
    assert sorted(errors) == [
        "Active: “so so” is neither yes nor no.",
        "Name: This field cannot be blank.",
        "PIN: A PIN has 6 to 8 digits and nothing else.",
        "Queues: There is no queue with the code or name gone.",
        "Telephone number: Excel has shortened this number (8.1E+10): format its column"
        " as text.",
    ]


def test_one_wrong_line_keeps_all_others_out(client):
    page = send(client, "wrapupcode", "code,name\na,A\nb,\n")
    initial = {
        "import_file_name": _carried("code,name\na,A\nb,\n"),
        "original_file_name": "x.csv",
        "format": "0",
        "resource": "0",
    }

    response = client.post(address("wrapupcode", "process_import"), initial)

    assert page.context["preview"].wrong == 1
    assert response.url == address("wrapupcode")
    assert "Nothing was imported" in str(*get_messages(response.wsgi_request))
    assert not WrapUpCode.objects.exists()


def test_setup_that_changed_since_the_preview_imports_nothing(client):
    rows.make_queue("sales").delete()
    queue = rows.make_queue("support")
    page = send(client, "operator", "name,client_identity,queues\nA,a,\nB,b,support\n")
    queue.delete()

    response = confirm(client, "operator", page)

    assert response.url == address("operator")
    assert not Operator.objects.exists()


@pytest.mark.parametrize("is_new", [True, False])
def test_change_between_the_check_and_the_saving_imports_nothing(
    client, monkeypatch, is_new
):
    """Another supervisor creates the row that is new here, or deletes the old one."""
    first = WrapUpCode.objects.create(code="first", name="First")
    page = send(client, "wrapupcode", "code,name\na,A\nfirst,Changed\n")
    check = WrapUpCodeResource.import_data

    def meanwhile(self, dataset):
        result = check(self, dataset)
        if is_new:
            WrapUpCode.objects.create(code="a", name="Theirs")
        else:
            first.delete()
        return result

    monkeypatch.setattr(WrapUpCodeResource, "import_data", meanwhile)

    response = confirm(client, "wrapupcode", page)

    assert response.url == address("wrapupcode")
    assert "Nothing was imported" in str(*get_messages(response.wsgi_request))
    known = set(WrapUpCode.objects.values_list("code", "name"))
    assert known == ({("first", "First"), ("a", "Theirs")} if is_new else set())
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("carried", ["", "%%%", "YWJj", "/etc/passwd"])
def test_confirmation_that_was_tampered_with_is_refused(client, carried):
    response = client.post(
        address("wrapupcode", "process_import"),
        {"import_file_name": carried, "original_file_name": "x", "format": "x"},
    )

    assert (response.status_code, response.url) == (302, address("wrapupcode"))


def _carried(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_nothing_sent_is_said_so(client):
    response = client.post(address("holiday"), {"resource": "0", "format": "0"})

    assert response.context["form"].errors == {
        "import_file": ["This field is required."]
    }
