"""The setup brought in from a file: looked at first, saved whole or not at all."""

import base64
import re
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from callcenter.models import Holiday, Operator, SetupVersion, WrapUpCode
from reports.admin.setup import changes, import_resources, import_uploads
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

NAMES = ["holiday", "operator", "wrapupcode"]


def address(name: str, what: str = "import") -> str:
    return reverse(f"admin:callcenter_{name}_{what}")


def send(client: Client, name: str, data: bytes | str) -> Any:
    """The page that answers a file."""
    if isinstance(data, str):
        data = data.encode()
    file = SimpleUploadedFile("setup.csv", data)
    response = client.post(
        address(name), {"import_file": file, "resource": "0", "format": "0"}
    )
    assert response.status_code == 200
    return response


def confirm(client: Client, name: str, page: Any) -> Any:
    """What confirming a preview leads to."""
    return client.post(
        address(name, "process_import"), page.context["confirm_form"].initial
    )


def bring(client: Client, name: str, data: bytes | str) -> list[str]:
    """Sends and confirms; what the page says afterwards."""
    response = confirm(client, name, send(client, name, data))
    assert response.status_code == 302
    return [str(message) for message in get_messages(response.wsgi_request)]


def lines(page: Any) -> list[tuple[int, str, list[str]]]:
    return [
        (line.number, str(line.state), line.errors)
        for line in page.context["preview"].lines
    ]


def refusal(page: Any) -> str:
    """Why a file was not even looked at line by line."""
    assert "confirm_form" not in page.context
    (error,) = page.context["form"].errors["import_file"]
    return str(error)


@pytest.fixture
def client(admin_client):
    """An administrator who reads English."""
    admin_client.post("/admin/language/", {"language": "en"})
    return admin_client


def test_preview_says_what_is_new_changed_and_as_before_and_saves_nothing(client):
    WrapUpCode.objects.create(code="order", name="Order")
    WrapUpCode.objects.create(code="claim", name="Claim")

    page = send(
        client,
        "wrapupcode",
        "code,name,is_active\norder,Orders,yes\nclaim,Claim,\nother,その他,いいえ\n",
    )

    preview = page.context["preview"]
    assert (preview.new, preview.changed, preview.same, preview.wrong) == (1, 1, 1, 0)
    assert [
        (line.number, line.name, line.state, line.changes) for line in preview.lines
    ] == [
        (2, "Orders", "changed", [("Name", "Order", "Orders")]),
        (3, "Claim", "unchanged", []),
        (
            4,
            "その他",
            "new",
            [("Code", "", "other"), ("Name", "", "その他"), ("Active", "", "no")],
        ),
    ]
    assert set(WrapUpCode.objects.values_list("name", flat=True)) == {"Order", "Claim"}


def test_confirmed_file_is_saved_raises_the_version_and_is_remembered(client):
    WrapUpCode.objects.create(code="order", name="Order")
    before = SetupVersion.objects.get().version

    said = bring(client, "wrapupcode", "code,name\norder,Orders\nother,Other\n")

    assert said == ["Imported: 1 new, 1 changed, 0 unchanged."]
    assert dict(WrapUpCode.objects.values_list("code", "name")) == {
        "order": "Orders",
        "other": "Other",
    }
    assert SetupVersion.objects.get().version > before
    with override("ja"):
        logged = {
            (entry.object_repr, entry.action_flag): [
                (change.field, change.old, change.new) for change in changes.read(entry)
            ]
            for entry in LogEntry.objects.all()
        }
    assert logged == {
        ("Orders", 2): [("名前", "Order", "Orders")],
        ("Other", 1): [
            ("コード", "", "other"),
            ("名前", "", "Other"),
            ("有効", "", "はい"),
        ],
    }


def test_operators_come_with_number_queues_and_pin(client):
    rows.make_queue("support")
    rows.make_queue("sales")

    bring(
        client,
        "operator",
        "name,telephone number,client_identity,キュー,PIN\n"
        "佐藤 花子,050-0000-0201,,sales support,0123\n"
        "Ken,,ken,support,\n"
        "Bob,81312345678,,,off\n",
    )

    hana, ken, bob = (
        Operator.objects.get(name=name) for name in ("佐藤 花子", "Ken", "Bob")
    )
    assert (hana.number, ken.number, bob.number) == (
        "+815000000201",
        None,
        "+81312345678",
    )
    assert (hana.client_identity, ken.client_identity) == (None, "ken")
    assert [queue.slug for queue in hana.queues.order_by("slug")] == [
        "sales",
        "support",
    ]
    assert check_password("0123", hana.pin)
    assert (ken.pin, bob.pin) == ("", "")


def test_operator_is_known_by_number_or_identity_and_keeps_the_pin(client):
    hana = rows.make_operator("Hana", number="+815000000201")
    hana.set_pin("1234")
    hana.save()
    ken = rows.make_operator("Ken", number=None, client_identity="ken")

    bring(
        client,
        "operator",
        "name,number,client_identity\nHanako,+815000000201,hana\nKenji,,ken\n",
    )

    hana.refresh_from_db()
    ken.refresh_from_db()
    assert (hana.name, hana.client_identity, check_password("1234", hana.pin)) == (
        "Hanako",
        "hana",
        True,
    )
    assert (ken.name, Operator.objects.count()) == ("Kenji", 2)


def test_new_pin_alone_is_a_change_that_shows_no_digit(client):
    rows.make_operator("Hana", number="+815000000201")

    page = send(client, "operator", "name,number,pin\nHana,+815000000201,987654\n")

    (line,) = page.context["preview"].lines
    assert (line.state, line.changes) == ("changed", [("PIN", "", "is set")])
    assert "987654" not in page.content.decode()
    confirm(client, "operator", page)
    assert check_password("987654", Operator.objects.get().pin)
    assert "987654" not in LogEntry.objects.get().change_message
    assert [change.is_secret for change in changes.read(LogEntry.objects.get())] == [
        True
    ]


def test_pin_is_not_exported(client):
    operator = rows.make_operator("Hana")
    operator.set_pin("1234")
    operator.save()

    for code in ("csv", "json"):
        response = client.get(reverse("admin:callcenter_operator_export", args=[code]))
        text = b"".join(response.streaming_content).decode()
        assert "Hana" in text
        assert "pin" not in text.lower()
        assert operator.pin not in text


def test_holidays_are_known_by_day_and_line(client):
    line = rows.make_line("+815000000101")
    Holiday.objects.create(date=date(2027, 1, 1), name="New Year")

    bring(
        client,
        "holiday",
        "date,name,line\n2027-01-01,元日,\n2027/1/1,Inventory,050-0000-0101\n",
    )

    assert set(Holiday.objects.values_list("date", "name", "line")) == {
        (date(2027, 1, 1), "元日", None),
        (date(2027, 1, 1), "Inventory", line.pk),
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", ["csv", "csv-sjis"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_exported_list_comes_back_as_it_was(admin_client, name, code, language):
    admin_client.post("/admin/language/", {"language": language})
    made = (
        [rows.ALL[name](), rows.ALL[name]()]
        if name != "holiday"
        else [rows.make_holiday()]
    )
    made[0].name = "=佐藤"
    made[0].save()
    response = admin_client.get(reverse(f"admin:callcenter_{name}_export", args=[code]))
    data = b"".join(response.streaming_content)

    preview = send(admin_client, name, data).context["preview"]

    assert (preview.new, preview.changed, preview.same, preview.wrong) == (
        0,
        0,
        len(made),
        0,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_file_of_any_program_is_read(client, encoding, ending):
    text = ending.join(["code,name", "order,ご注文～髙", ""])

    bring(client, "wrapupcode", text.encode(encoding))

    assert WrapUpCode.objects.get().name == "ご注文～髙"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_other_separators_are_read(client, separator):
    bring(client, "wrapupcode", f"code{separator}name\norder{separator}Order\n")

    assert WrapUpCode.objects.get().name == "Order"


def test_formula_that_an_export_disarmed_comes_back_as_it_was(client):
    bring(client, "wrapupcode", "code,name\norder,'=1+1\nnote,'quoted'\n")

    assert dict(WrapUpCode.objects.values_list("code", "name")) == {
        "order": "=1+1",
        "note": "'quoted'",
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "The submitted file is empty."),
        ("code,name\n", "The file has no rows below its first line."),
        ("a,b\n1,2\n", "The first line must name the columns, at least: code, name."),
        (
            "code\norder\n",
            "The first line must name the columns, at least: code, name.",
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
            "holiday",
            "date,name",
            "2027-02-30,Never",
            "Date: “2027-02-30” is not a date: write it as 2027-01-31.",
        ),
        (
            "holiday",
            "date,name,line",
            "2027-01-01,New Year,+819",
            "Line: There is no line with the number +819.",
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
            "Telephone number: Write the number with + and country code, such as"
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
            "PIN: A PIN has 4 to 8 digits and nothing else.",
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
            "Queues: There is no queue with the code gone.",
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
            "name,number,pin\nA,+815000000201,1234\nB,050-0000-0201,1234\n",
            "Telephone number: Line 2 is about the same row.",
        ),
    ],
)
def test_line_that_says_another_thing_of_the_same_is_wrong(client, name, text, said):
    assert lines(send(client, name, text)) == [(3, "has errors", [said])]


def test_all_that_is_wrong_with_a_line_is_said_at_once(client):
    page = send(
        client, "operator", "name,number,queues,pin,is_active\n,8.1E+10,gone,12,so so\n"
    )

    ((_line, _state, errors),) = lines(page)
    assert sorted(errors) == [
        "Active: “so so” is neither yes nor no.",
        "Name: This field cannot be blank.",
        "PIN: A PIN has 4 to 8 digits and nothing else.",
        "Queues: There is no queue with the code gone.",
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


@pytest.mark.parametrize("carried", ["", "%%%", "YWJj", "/etc/passwd"])
def test_confirmation_that_was_tampered_with_is_refused(client, carried):
    response = client.post(
        address("wrapupcode", "process_import"),
        {"import_file_name": carried, "original_file_name": "x", "format": "x"},
    )

    assert (response.status_code, response.url) == (302, address("wrapupcode"))


def _carried(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_too_many_pins_at_once_are_refused(client, monkeypatch):
    monkeypatch.setattr(import_resources, "MOST_PINS", 1)

    page = send(client, "operator", "name,client_identity,pin\nA,a,1234\nB,b,1234\n")

    assert refusal(page) == (
        "The file sets 2 PINs: 1 at most. Split it into several files."
    )


def test_nothing_sent_is_said_so(client):
    response = client.post(address("holiday"), {"resource": "0", "format": "0"})

    assert response.context["form"].errors == {
        "import_file": ["This field is required."]
    }


@pytest.mark.parametrize("name", NAMES)
def test_page_says_what_a_file_must_have(client, name):
    html = client.get(address(name)).content.decode()

    for code in client.get(address(name)).context["columns"]:
        assert f"<code>{code['code']}</code>" in html
    assert not re.search(r'<style|<script(?![^>]*src=)|\sstyle="|\son\w+="', html)


@pytest.mark.parametrize("name", NAMES)
def test_preview_has_no_style_or_script_of_its_own(client, name):
    data = {
        "holiday": "date,name\n2027-01-01,<b>\n",
        "operator": "name,client_identity\n<b>,a\n",
        "wrapupcode": "code,name\na,<b>\n",
    }

    html = send(client, name, data[name]).content.decode()

    assert "&lt;b&gt;" in html
    assert "<b></" not in html
    assert not re.search(r'<style|<script(?![^>]*src=)|\sstyle="|\son\w+="', html)


def test_long_preview_is_cut_and_says_so(client):
    text = "code,name\n" + "".join(f"c{at},C{at}\n" for at in range(250))

    page = send(client, "wrapupcode", text)

    assert (len(page.context["preview"].lines), page.context["preview"].more) == (
        200,
        50,
    )
    assert (
        "50 more lines are not shown; they were checked too." in page.content.decode()
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "allowed", [["view_{}"], ["view_{}", "change_{}"], ["view_{}", "add_{}"]]
)
def test_staff_who_may_not_add_and_change_have_no_import(name, allowed):
    user = User.objects.create_user("ken", password="x", is_staff=True)
    codenames = [each.format(name) for each in allowed]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)

    html = client.get(address(name, "changelist")).content.decode()

    assert address(name) not in html
    assert client.get(address(name)).status_code == 403
    assert client.post(address(name)).status_code == 403
    assert client.post(address(name, "process_import")).status_code == 403


@pytest.mark.parametrize("name", NAMES)
def test_visitor_is_sent_to_the_log_in_page(name):
    for what in ("import", "process_import"):
        response = Client().get(address(name, what))
        assert response["Location"].startswith("/admin/login/")


def test_only_a_post_confirms(client):
    assert client.get(address("holiday", "process_import")).status_code == 405


def test_lines_are_numbered_as_in_the_file():
    codes = {"code": "code", "name": "name"}

    found = import_uploads.dataset(
        b'code,name\n\na,"two\nlines"\nb,B\n', codes, ["code"]
    )

    assert found["#line"] == [4, 5]
