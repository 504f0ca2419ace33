"""The setup imported from a file: previewed first, saved whole or not at all."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from callcenter.models import Holiday, Operator, SetupVersion, WrapUpCode
from callcenter.tests.pins import is_pin, kept, with_pin
from reports.admin.setup import changes, import_uploads
from reports.admin.setup.import_resources import OperatorResource
from reports.admin.setup.operators import OperatorAdmin
from reports.tests.admin import rows
from reports.tests.admin.setup.importing import NAMES, address, bring, confirm, send

pytestmark = pytest.mark.django_db


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


def test_preview_locks_nothing_and_one_file_is_checked_at_a_time(client, monkeypatch):
    rows.make_queue("support")
    heard = []

    class Meanwhile(OperatorResource):
        def after_import_row(self, row, row_result, **kwargs):
            super().after_import_row(row, row_result, **kwargs)
            file = SimpleUploadedFile("other.csv", b"name,client_identity\nB,b\n")
            other = {"import_file": file, "resource": "0", "format": "0"}
            heard.append(client.post(address("operator"), other))

    monkeypatch.setattr(OperatorAdmin, "resource", Meanwhile)
    text = "name,number,queues,pin\nA,+815000000201,support,490217\n"

    with CaptureQueriesContext(connection) as asked:
        page = send(client, "operator", text)

    assert [one.status_code for one in heard] == [503]
    assert "try again in a minute" in heard[0].content.decode()
    tables = ("operator", "setupversion", "wrongpins")
    assert [
        one["sql"]
        for one in asked.captured_queries
        if not one["sql"].startswith("SELECT")
        and any(f"callcenter_{table}" in one["sql"] for table in tables)
    ] == []
    assert page.context["preview"].new == 1


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


def test_wrap_up_codes_come_with_the_digits_of_the_telephone(client):
    bring(
        client,
        "wrapupcode",
        "code,name,電話での番号\norder,Order,01\nclaim,Claim,\nother,Other,\n",
    )

    assert dict(WrapUpCode.objects.values_list("code", "digits")) == {
        "order": "01",
        "claim": None,
        "other": None,
    }


def test_digits_of_two_lines_are_refused(client):
    page = send(
        client, "wrapupcode", "code,name,digits\norder,Order,1\nclaim,Claim,1\n"
    )

    preview = page.context["preview"]
    assert (preview.new, preview.wrong) == (1, 1)
    assert "Line 2 is about the same row." in page.content.decode()


def test_operators_come_with_number_queues_and_pin(client):
    rows.make_queue("support")
    rows.make_queue("sales")

    bring(
        client,
        "operator",
        "name,telephone number,client_identity,キュー,PIN\n"
        "佐藤 花子,050-0000-0201,,sales support,012302\n"
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
    assert is_pin(hana, "012302")
    assert (ken.has_pin, bob.has_pin) == (False, False)


def test_operator_is_known_by_number_or_identity_and_keeps_the_pin(client):
    hana = rows.make_operator("Hana", number="+815000000201")
    with_pin(hana, "1234")
    ken = rows.make_operator("Ken", number=None, client_identity="ken")

    bring(
        client,
        "operator",
        "name,number,client_identity\nHanako,+815000000201,hana\nKenji,,ken\n",
    )

    hana.refresh_from_db()
    ken.refresh_from_db()
    assert (hana.name, hana.client_identity, is_pin(hana, "1234")) == (
        "Hanako",
        "hana",
        True,
    )
    assert (ken.name, Operator.objects.count()) == ("Kenji", 2)


def test_new_pin_alone_is_a_change_that_shows_no_digit(client):
    rows.make_operator("Hana", number="+815000000201")

    page = send(client, "operator", "name,number,pin\nHana,+815000000201,598761\n")

    (line,) = page.context["preview"].lines
    assert (line.state, line.changes) == ("changed", [("PIN", "", "is set")])
    assert "598761" not in page.content.decode()
    confirm(client, "operator", page)
    assert is_pin(Operator.objects.get(), "598761")
    assert "598761" not in LogEntry.objects.get().change_message
    assert [change.is_secret for change in changes.read(LogEntry.objects.get())] == [
        True
    ]


def test_pin_is_not_exported(client):
    operator = rows.make_operator("Hana")
    with_pin(operator, "1234")

    for code in ("csv", "json"):
        response = client.get(reverse("admin:callcenter_operator_export", args=[code]))
        text = b"".join(response.streaming_content).decode()
        assert "Hana" in text
        assert "pin" not in text.lower()
        assert kept(operator) not in text


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
        b'code,name\n\na,"two\nlines"\nb,B\n', codes, {"code": "Code"}
    )

    assert found["#line"] == [4, 5]
