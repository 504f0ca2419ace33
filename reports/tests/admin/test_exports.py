"""Lists taken away from the admin: by whom, what, and that it is written down."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from reports.definitions import LISTS
from reports.models import ExportAudit
from reports.query import keyset
from reports.query.values import PageValues
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

IMPORTED = {"operator", "holiday", "wrapupcode"}
NAMES = sorted(
    {str(model._meta.model_name) for model in LISTS if model is not ExportAudit}
    | IMPORTED
)
# Lists in which no column is of telephone numbers.
WITHOUT_NUMBERS = IMPORTED | {
    *("phoneline", "queue", "menu", "message", "webhookevent", "accessrecord"),
    *("reconciliationrun", "reconciliationdifference"),
}
MENU = re.compile(r'<a href="([^"]+/export/[^"]+)">([^<]+)</a>')


def address(name: str, code: str = "csv", app: str = "callcenter") -> str:
    return reverse(f"admin:{app}_{name}_export", args=[code])


def changelist(name: str) -> str:
    return reverse(f"admin:callcenter_{name}_changelist")


def exporter(*codenames: str) -> Client:
    """A client of staff who may export, and has the permissions named."""
    user = User.objects.create_user("hana", password="x", is_staff=True)
    wanted = {"add_exportaudit", *codenames}
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client = Client()
    client.force_login(user)
    return client


def read(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(response: Any) -> list[dict[str, str]]:
    """The rows of a CSV by their heads."""
    text = read(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def audits() -> Any:
    return list(
        ExportAudit.objects.values(
            "username",
            "subject",
            "query",
            "file_format",
            "row_count",
            "state",
            "is_masked",
        )
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", ["xlsx", "csv", "csv-sjis", "json"])
def test_every_list_is_exported_in_every_format(admin_client, name, code):
    rows.ALL[name]()

    data = read(admin_client.get(address(name, code)))

    assert data
    assert audits() == [
        {
            "username": "admin",
            "subject": f"callcenter.{name}",
            "query": ""
            if code == "json" or name in WITHOUT_NUMBERS
            else "numbers=page",
            "file_format": code,
            "row_count": ExportAudit.objects.get().row_count,
            "state": "complete",
            "is_masked": False,
        }
    ]
    assert ExportAudit.objects.get().row_count


def test_visitor_is_sent_to_the_log_in_page(client):
    response = client.get(address("call"))

    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")
    assert audits() == []


@pytest.mark.parametrize(
    "codenames", [("view_call",), ("view_queueentry", "add_exportaudit")]
)
def test_staff_need_the_permission_to_export_and_that_to_see(staff, codenames):
    user = User.objects.create_user("ken", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)

    assert client.get(address("call")).status_code == 403
    assert audits() == []


@pytest.mark.parametrize(
    ("query", "recorded"),
    [
        ({"q": "+81312345678"}, "q=********5678"),
        ({"q": "03-1234-5678"}, "q=********5678"),
        ({"q": "０３－１２３４－５６７８"}, "q=********５６７８"),
        ({"q": "sip:201@pbx"}, "q=sip%3A***%40pbx"),
        ({"q": "CA" + "1" * 32}, "q=CA" + "1" * 32),
        ({"q": "5678"}, "q=5678"),
        ({"on_line": "+815000000101"}, "on_line=%2B815000000101"),
        ({"started_at__first": "2026-11-22"}, "started_at__first=2026-11-22"),
    ],
)
def test_record_has_the_last_digits_of_a_number_searched_for(query, recorded):
    rows.make_call(caller="+81312345678")
    client = exporter("view_call", "view_numbers")

    response = client.get(address("call", "json"), query)

    assert response.status_code == 200
    assert [unquote(each["query"]) for each in audits()] == [unquote(recorded)]


def test_menu_leads_to_the_formats_with_filter_and_search(admin_client):
    query = {"outcome__exact": "answered", "q": "5678", "p": "1"}
    with override("ja"):
        html = admin_client.get(changelist("call"), query).content.decode()

    for_people = [
        ("xlsx", "Excel"),
        ("csv", "CSV(UTF-8)"),
        ("csv-sjis", "CSV(Shift_JIS)"),
    ]
    assert MENU.findall(html) == [
        *(
            (
                f"{address('call', code)}?numbers={numbers}"
                "&amp;outcome__exact=answered&amp;q=5678",
                name,
            )
            for numbers in ("page", "e164")
            for code, name in for_people
        ),
        (f"{address('call', 'json')}?outcome__exact=answered&amp;q=5678", "JSON"),
    ]


def test_menu_is_not_shown_to_those_who_may_not_export(staff):
    html = staff("view_call").get(changelist("call")).content.decode()

    assert MENU.findall(html) == []


def test_file_holds_what_filter_and_search_leave():
    client = exporter("view_call", "view_numbers")
    rows.make_call(caller="+81312345678")
    rows.make_call(caller="+81312345678", outcome="abandoned")
    rows.make_call(caller="+81399990000")

    found = table(
        client.get(address("call"), {"outcome__exact": "answered", "q": "5678"})
    )

    assert [row["発信者(国内表記)"] for row in found] == ["03-1234-5678"]
    assert audits() == [
        {
            "username": "hana",
            "subject": "callcenter.call",
            "query": "outcome__exact=answered&q=5678&numbers=page",
            "file_format": "csv",
            "row_count": 1,
            "state": "complete",
            "is_masked": False,
        }
    ]


def test_numbers_are_masked_without_the_permission_to_see_them():
    client = exporter("view_call")
    rows.make_call(caller="+81312345678")

    found = table(client.get(address("call")))
    assert [row["発信者(国内表記)"] for row in found] == ["********5678"]
    assert [audit["is_masked"] for audit in audits()] == [True]


def test_download_that_is_broken_off_is_written_down(admin_client, monkeypatch):
    monkeypatch.setattr(keyset, "PAGE_ROWS", 2)
    for _ in range(5):
        rows.make_call()

    response = admin_client.get(address("call", "xlsx"))
    content = response.streaming_content
    next(content), next(content)
    # As the server does when the browser has gone.
    response._iterator.close()

    audit = ExportAudit.objects.get()
    assert (audit.state, audit.row_count) == ("interrupted", 5)
    assert audit.ended_at is not None


def test_download_that_never_began_is_known_as_not_finished(admin_client):
    rows.make_call()

    admin_client.get(address("call"))

    audit = ExportAudit.objects.get()
    assert (audit.state, audit.row_count, audit.ended_at) == ("started", None, None)


def test_database_lost_half_way_is_an_interruption(admin_client, monkeypatch):
    rows.make_call()
    monkeypatch.setattr(PageValues, "columns", lambda self, page: 1 / 0)

    content = admin_client.get(address("call")).streaming_content
    with pytest.raises(ZeroDivisionError):
        list(content)

    assert [(each["state"], each["row_count"]) for each in audits()] == [
        ("interrupted", 0)
    ]


def test_filter_nobody_can_read_exports_nothing_and_says_so(admin_client):
    response = admin_client.get(
        address("call"), {"started_at__first": "soon"}, follow=True
    )

    assert response.redirect_chain == [(changelist("call"), 302)]
    assert "エクスポートしていません" in response.content.decode()
    assert audits() == []


def test_unknown_format_is_not_found(admin_client):
    assert admin_client.get(address("call", "pdf")).status_code == 404


def test_only_a_get_takes_a_file_away(admin_client):
    assert admin_client.post(address("call")).status_code == 405
    assert admin_client.head(address("call")).status_code == 405
    assert audits() == []


@time_machine.travel("2026-11-24T03:04:05Z", tick=False)
def test_file_has_a_name_that_says_what_and_when(admin_client):
    response = admin_client.get(address("call", "xlsx"))

    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E9%80%9A%E8%A9%B1%202026-11-24%201204.xlsx"
    )
    assert response["Content-Type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


@time_machine.travel("2026-11-24T03:04:05Z", tick=False)
@pytest.mark.parametrize(
    ("code", "days", "name"),
    [
        (
            "csv",
            ("2026-11-01", "2026-11-23"),
            "2026-11-01_2026-11-23 (2026-11-24 1204).csv",
        ),
        ("csv", ("2026-11-23", "2026-11-23"), "2026-11-23 (2026-11-24 1204).csv"),
        ("csv", ("2026-11-01", ""), "2026-11-01以降 (2026-11-24 1204).csv"),
        ("csv", ("", "2026-11-23"), "2026-11-23まで (2026-11-24 1204).csv"),
        ("csv-sjis", ("", ""), "2026-11-24 1204 Shift_JIS.csv"),
    ],
)
def test_name_of_a_file_has_the_period_and_the_encoding(admin_client, code, days, name):
    query = dict(zip(("started_at__first", "started_at__last"), days, strict=True))

    response = admin_client.get(address("call", code), query)

    assert unquote(response["Content-Disposition"]).endswith(f"通話 {name}")


@time_machine.travel("2026-11-24T03:04:05Z", tick=False)
def test_names_of_files_differ_by_the_form_of_their_numbers(admin_client):
    names = [
        unquote(
            admin_client.get(address("call", "csv"), {"numbers": form})[
                "Content-Disposition"
            ]
        )
        for form in ("page", "e164")
    ]

    assert names[0].endswith("通話 2026-11-24 1204.csv")
    assert names[1].endswith("通話 E.164 2026-11-24 1204.csv")


def test_labels_follow_the_language_of_the_reader_when_the_page_is_long_answered(
    admin_client,
):
    rows.make_call()

    response = admin_client.get(address("call"), headers={"accept-language": "en"})
    with override("ja"):
        found = table(response)

    assert found[0]["Outcome"] == "answered"


@time_machine.travel("2026-11-24T03:04:05Z", tick=False)
def test_json_is_one_object_with_codes(admin_client):
    call = rows.make_call()

    found = json.loads(read(admin_client.get(address("call", "json"))))

    assert (found["report"], found["as_of"]) == (
        "calls",
        "2026-11-24T12:04:05+09:00",
    )
    assert list(found["rows"][0]) == found["columns"]
    assert found["rows"][0]["call_sid"] == call.sid
    assert found["rows"][0]["started_at"] == "2026-11-22T10:02:03+09:00"


@pytest.mark.parametrize("makes", [1, 3])
def test_number_of_queries_does_not_grow(
    admin_client, django_assert_num_queries, makes
):
    for _ in range(makes):
        rows.make_connection()

    # Session and user; choices of three filters; count and first page of the list, and
    # its calls; the audit; names of queues, operators and lines; entries, calls,
    # connections; the audit again.
    with django_assert_num_queries(14):
        read(admin_client.get(address("queueentry")))


def test_administrator_reads_who_took_what(admin_client):
    rows.make_call()
    read(admin_client.get(address("call"), {"outcome__exact": "answered"}))
    audit = ExportAudit.objects.get()
    page = reverse("admin:reports_exportaudit_change", args=[audit.pk])

    listed = admin_client.get(reverse("admin:reports_exportaudit_changelist"))
    shown = admin_client.get(page).content.decode()

    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", listed.content.decode()))
    assert "admin 通話 CSV(UTF-8) 1" in text
    assert "outcome__exact=answered" in shown
    assert admin_client.post(page, {"username": "x"}).status_code == 403
    assert len(table(admin_client.get(address("exportaudit", app="reports")))) == 2


def test_staff_do_not_read_who_took_what():
    client = exporter("view_call")

    listed = client.get(reverse("admin:reports_exportaudit_changelist"))

    assert listed.status_code == 403


@pytest.mark.parametrize(
    ("group", "answers"),
    [
        ("Supervisor", [200, 403]),
        ("Operator", [403, 403]),
        ("Administrator", [200, 200]),
    ],
)
def test_groups_export_and_read_who_did(member, group, answers):
    client = member(group)

    found = [
        client.get(url).status_code
        for url in (
            address("abandonedcall"),
            reverse("admin:reports_exportaudit_changelist"),
        )
    ]

    assert found == answers


def test_audit_outlives_the_account(admin_client):
    client = exporter("view_call")
    read(client.get(address("call")))

    User.objects.get(username="hana").delete()

    assert [audit["username"] for audit in audits()] == ["hana"]


def numbers_in(response: Any) -> dict[str, str]:
    """What the only row holds in the columns of telephone numbers, by their heads."""
    [row] = table(response)
    return {
        head: row[head]
        for head in row
        if head.startswith(("発信者", "回線の番号", "オペレーターの番号"))
    }


@pytest.mark.parametrize(
    ("numbers", "form", "caller", "line"),
    [
        ("page", "国内表記", "090-1234-5678", "050-0000-0101"),
        ("e164", "E.164", "+819012345678", "+815000000101"),
    ],
)
def test_numbers_are_written_as_the_exporter_chooses_and_heads_say_how(
    admin_client, numbers, form, caller, line
):
    rows.make_entry(rows.make_call(caller="+819012345678"))

    response = admin_client.get(address("queueentry"), {"numbers": numbers})
    found = numbers_in(response)

    assert found[f"発信者({form})"] == caller
    assert found[f"回線の番号({form})"] == line
    assert [audit["query"] for audit in audits()] == [f"numbers={numbers}"]


def test_number_from_abroad_is_written_as_on_the_page_without_an_apostrophe(
    admin_client,
):
    rows.make_call(caller="+12015550123")

    [row] = table(admin_client.get(address("call")))

    assert row["発信者(国内表記)"] == "+1 201-555-0123"


def test_json_has_numbers_in_international_form_whatever_is_chosen(admin_client):
    rows.make_call(caller="+819012345678")

    found = json.loads(
        read(admin_client.get(address("call", "json"), {"numbers": "page"}))
    )

    assert [row["caller"] for row in found["rows"]] == ["+819012345678"]


def test_unknown_form_of_numbers_exports_nothing(admin_client):
    response = admin_client.get(address("call"), {"numbers": "roman"}, follow=True)

    assert response.redirect_chain == [(changelist("call"), 302)]
    assert "「page」または「e164」" in response.content.decode()
    assert audits() == []


def test_files_for_people_say_names_where_the_page_does(admin_client):
    rows.make_queue("support", name="サポート")
    rows.make_menu("main", name="総合案内")
    rows.make_line("+815000000101", name="代表")
    rows.make_step(rows.make_call(ivr_path="main>1>support"))

    [step] = table(admin_client.get(address("ivrstep")))
    [call] = table(admin_client.get(address("call")))
    raw = json.loads(read(admin_client.get(address("ivrstep", "json"))))["rows"][0]

    assert step["進んだ先"] == "キュー「サポート」(1回目)"
    assert (call["IVR経路"], call["回線"]) == ("総合案内 › 1 › サポート", "代表")
    assert (raw["led_to"], raw["line"]) == ("enqueue:support/1", "+815000000101")
