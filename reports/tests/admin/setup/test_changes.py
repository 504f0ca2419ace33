"""Who changed what: kept field by field, and read in the reader's language."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from callcenter.models import BusinessHours, MenuOption, OperatorQueue, PhoneLine, Queue
from callcenter.tests.pins import kept, with_pin
from reports.admin.setup import changes
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, filled, save

pytestmark = pytest.mark.django_db

LIST = reverse("admin:admin_logentry_changelist")


def page(row, what: str = "change") -> str:
    return reverse(f"admin:callcenter_{row._meta.model_name}_{what}", args=[row.pk])


def last() -> list[tuple[str, str, str, str]]:
    """The last entry field by field, in English."""
    with translation.override("en"):
        found = changes.read(LogEntry.objects.latest("pk"))
    return [(each.row, each.field, each.old, each.new) for each in found]


def text(html: bytes) -> str:
    main = html.decode().partition('<div id="content-main">')[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def change(client, row, **more) -> list[tuple[str, str, str, str]]:
    assert errors(save(client, page(row), **more)) == []
    return last()


def test_fields_of_a_queue_are_kept_before_and_after(admin_client):
    queue = rows.make_queue("support", priority=10)

    assert change(
        admin_client, queue, name="Help", priority=5, leaves_when_unstaffed="on"
    ) == [
        ("", "name", "support", "Help"),
        ("", "priority", "10", "5"),
        ("", "leave when nobody is signed in", "no", "yes"),
    ]


def test_saving_without_a_change_says_nothing(admin_client):
    assert change(admin_client, rows.make_queue()) == []


def test_choices_and_rows_chosen_are_kept_by_name(admin_client):
    old, new = rows.make_queue("old"), rows.make_queue("new")
    line = rows.make_line(queue=old)

    url, form = page(line), {"queue": new.pk, "is_default": "on"}
    admin_client.post(url, {**filled(admin_client, url), **form, "language": "en"})

    assert last() == [
        ("", "queue", "old", "new"),
        ("", "language", "Japanese", "English"),
    ]


def test_threshold_added_changed_and_deleted(admin_client):
    queue = rows.make_queue()
    rows.make_threshold(queue, date(2026, 4, 1))
    rows.make_threshold(queue, date(2026, 5, 1))

    assert change(
        admin_client,
        queue,
        thresholds__TOTAL_FORMS=3,
        thresholds__0__DELETE="on",
        thresholds__1__target_seconds=30,
        thresholds__2__valid_from="2026-06-01",
        thresholds__2__target_seconds=40,
        thresholds__2__short_abandon_seconds=5,
    ) == [
        ("deleted: Queue threshold (1 May 2026)", "valid from", "1 May 2026", ""),
        (
            "deleted: Queue threshold (1 May 2026)",
            "service level threshold (T)",
            "20",
            "",
        ),
        (
            "deleted: Queue threshold (1 May 2026)",
            "short-abandon threshold (S)",
            "5",
            "",
        ),
        ("Queue threshold (1 Apr 2026)", "service level threshold (T)", "20", "30"),
        ("added: Queue threshold (1 Jun 2026)", "valid from", "", "1 Jun 2026"),
        (
            "added: Queue threshold (1 Jun 2026)",
            "service level threshold (T)",
            "",
            "40",
        ),
        ("added: Queue threshold (1 Jun 2026)", "short-abandon threshold (S)", "", "5"),
    ]


def test_option_and_text_of_a_menu(admin_client):
    menu = rows.make_menu("main")
    old = Queue.objects.get()
    new = rows.make_queue("new")

    assert change(
        admin_client,
        menu,
        options__0__queue=new.pk,
        options__0__input="2",
        prompts__0__text="1を押してください。",
    ) == [
        (
            "Prompt (the menu or message itself, Japanese)",
            "text",
            "番号を押してください。",
            "1を押してください。",
        ),
        ("Menu option (1)", "input", "1", "2"),
        ("Menu option (1)", "queue", old.name, "new"),
    ]


def test_hours_of_a_line(admin_client):
    line = rows.make_line()
    BusinessHours.objects.create(
        line=line, weekday=1, opens_at="09:00", closes_at="18:00"
    )

    assert change(admin_client, line, hours__0__closes_at="17:30") == [
        ("Business hours (Monday, 09:00)", "closes at", "18:00", "17:30")
    ]


def test_queue_of_an_operator(admin_client):
    operator = rows.make_operator()
    with_pin(operator, "1234")
    queue = rows.make_queue("support")
    more = {"serves-TOTAL_FORMS": 1, "serves-0-queue": queue.pk}

    assert change(admin_client, operator, **more) == [
        ("added: Queue of an operator (support)", "queue", "", "support")
    ]
    assert OperatorQueue.objects.count() == 1


def test_pin_is_never_kept(admin_client):
    operator = rows.make_operator()
    with_pin(operator, "1234")

    found = change(admin_client, operator, new_pin="598761", name="Abe")
    secret = kept(operator)

    assert found == [("", "name", "Sato", "Abe"), ("", "new PIN", "", "")]
    admin_client.post(page(operator, "delete"), {"post": "yes"})
    messages = " ".join(LogEntry.objects.values_list("change_message", flat=True))
    assert "598761" not in messages
    assert secret not in messages
    assert "Abe" in messages


def test_new_row_is_kept_with_what_it_says(admin_client):
    admin_client.post(
        reverse("admin:callcenter_wrapupcode_add"),
        {"code": "order", "name": "Order", "is_active": "on"},
    )

    assert last() == [
        ("", "code", "", "order"),
        ("", "name", "", "Order"),
        ("", "active", "", "yes"),
    ]


def test_deleted_row_is_kept_with_its_parts(admin_client):
    menu = rows.make_menu("main")
    queue = Queue.objects.get()
    MenuOption.objects.create(menu=menu, input="9", action="menu", next_menu=menu)

    admin_client.post(page(menu, "delete"), {"post": "yes"})

    option = "deleted: Menu option (9)"
    assert last() == [
        ("", "code", "main", ""),
        ("", "name", "main", ""),
        ("", "wait for a key", "10", ""),
        ("", "tries", "3", ""),
        (
            "deleted: Prompt (the menu or message itself, Japanese)",
            "moment",
            "the menu or message itself",
            "",
        ),
        (
            "deleted: Prompt (the menu or message itself, Japanese)",
            "language",
            "Japanese",
            "",
        ),
        (
            "deleted: Prompt (the menu or message itself, Japanese)",
            "text",
            "番号を押してください。",
            "",
        ),
        ("deleted: Menu option (1)", "input", "1", ""),
        ("deleted: Menu option (1)", "action", "queue", ""),
        ("deleted: Menu option (1)", "queue", queue.name, ""),
        (option, "input", "9", ""),
        (option, "action", "menu", ""),
        (option, "next menu", "main", ""),
    ]


def test_line_that_loses_the_default_to_another_says_so(admin_client):
    first = rows.make_line(name="first")
    second = rows.make_line(is_default=False)

    save(admin_client, page(second), is_default="on")

    entry = LogEntry.objects.get(object_id=first.pk)
    with translation.override("en"):
        assert changes.read(entry) == [
            changes.Change("", "default line", old="yes", new="no")
        ]
    assert list(PhoneLine.objects.filter(is_default=True)) == [second]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Leave when nobody is signed in no yes"),
        ("ja", "担当者がいないときは待たせず終了 いいえ はい"),
    ],
)
def test_history_of_a_row_reads_in_both_languages(admin_client, language, sentence):
    queue = rows.make_queue()
    save(admin_client, page(queue), leaves_when_unstaffed="on")

    response = admin_client.get(
        page(queue, "history"), headers={"accept-language": language}
    )

    assert sentence in text(response.content)
    assert "admin" in text(response.content)


def test_row_nobody_changed_has_no_history(admin_client):
    response = admin_client.get(
        page(rows.make_queue(), "history"), headers={"accept-language": "en"}
    )

    assert "Nothing has been changed here" in text(response.content)


def test_list_shows_who_changed_what(admin_client):
    queue = rows.make_queue("support")
    save(
        admin_client,
        page(queue),
        name="Help",
        priority=5,
        max_wait_seconds=60,
        wrapup_seconds=9,
    )

    response = admin_client.get(LIST, headers={"accept-language": "en"})

    shown = text(response.content)
    assert "admin Queue Help Name: support → Help" in shown
    assert "Maximum wait: 600 → 60 and 1 more" in shown


def test_page_of_a_change_has_all_of_it_and_leads_to_the_row(admin_client):
    message = rows.make_message()
    save(admin_client, page(message), prompts__0__text="あ" * 100)
    entry = LogEntry.objects.get()

    response = admin_client.get(
        reverse("admin:admin_logentry_change", args=[entry.pk]),
        headers={"accept-language": "en"},
    )

    assert "あ" * 100 in text(response.content)
    assert f'href="{page(message)}"' in response.content.decode()


def test_page_of_a_deletion_leads_nowhere(admin_client):
    message = rows.make_message("gone")
    admin_client.post(page(message, "delete"), {"post": "yes"})
    entry = LogEntry.objects.get()

    response = admin_client.get(
        reverse("admin:admin_logentry_change", args=[entry.pk]),
        headers={"accept-language": "en"},
    )

    assert "gone Message · deleted" in text(response.content)
    assert f'href="{page(message)}"' not in response.content.decode()


def of_table(client, **query) -> list[str]:
    response = client.get(LIST, query, headers={"accept-language": "en"})
    assert response.status_code == 200
    return [entry.object_repr for entry in response.context["cl"].result_list]


def test_list_is_filtered_by_table_user_and_period(admin_client, admin_user):
    queue, menu = rows.make_queue("support"), rows.make_menu("main")
    save(admin_client, page(queue), name="Help")
    save(admin_client, page(menu), name="Top")
    other = User.objects.create_superuser("other")
    LogEntry.objects.filter(object_repr="Top").update(
        user=other, action_time="2026-01-05T00:00:00Z"
    )
    table = LogEntry.objects.get(object_repr="Help").content_type_id

    assert of_table(admin_client) == ["Help", "Top"]
    assert of_table(admin_client, table=table) == ["Help"]
    assert of_table(admin_client, who=other.pk) == ["Top"]
    assert of_table(
        admin_client,
        action_time__first="2026-01-05",
        action_time__last="2026-01-05",
    ) == ["Top"]
    assert of_table(admin_client, q="hel") == ["Help"]


@pytest.mark.parametrize("query", [{"table": "x"}, {"who": "0"}, {"who": "9" * 99}])
def test_filter_by_nonsense_lists_nothing_and_says_so(admin_client, query):
    save(admin_client, page(rows.make_queue()), name="Help")

    changelist = admin_client.get(LIST, query).context["cl"]

    assert list(changelist.result_list) == []
    assert len(changelist.problems) == 1


def test_reader_sees_changes_of_tables_they_may_see(admin_client, admin_user):
    queue, operator = rows.make_queue("support"), rows.make_operator("Sato")
    save(admin_client, page(queue), name="Help")
    save(admin_client, page(operator), name="Abe", is_pin_off="on")
    reader = User.objects.create_user("reader", is_staff=True)
    allowed = Permission.objects.filter(codename__in=["view_logentry", "view_queue"])
    reader.user_permissions.set(allowed)
    client = Client()
    client.force_login(reader)
    hidden = LogEntry.objects.get(object_repr="Abe")

    assert of_table(client) == ["Help"]
    assert (
        client.get(reverse("admin:admin_logentry_change", args=[hidden.pk])).status_code
        == 302
    )


def test_who_may_see_changes_and_that_nobody_edits_them(admin_client, client, staff):
    queue = rows.make_queue()
    save(admin_client, page(queue), name="Help")
    entry = LogEntry.objects.get()
    own = reverse("admin:admin_logentry_change", args=[entry.pk])

    assert client.get(LIST).status_code == 302
    assert staff("view_queue").get(LIST).status_code == 403
    assert admin_client.post(own, {"object_repr": "x"}).status_code == 403
    assert admin_client.get(reverse("admin:admin_logentry_add")).status_code == 403
    assert (
        admin_client.post(
            reverse("admin:admin_logentry_delete", args=[entry.pk]), {"post": "yes"}
        ).status_code
        == 403
    )


@pytest.mark.parametrize("count", [1, 3])
def test_number_of_queries_of_the_list_is_fixed(
    admin_client, django_assert_num_queries, count
):
    for each in range(count):
        queue = rows.make_queue(f"queue-{each}")
        save(admin_client, page(queue), name=f"Help {each}", priority=5)
    admin_client.get(LIST)

    with django_assert_num_queries(5):
        admin_client.get(LIST)


def test_entry_that_django_wrote_is_shown_as_it_is(admin_client, admin_user):
    queue = rows.make_queue()
    LogEntry.objects.log_actions(
        admin_user.pk, [queue], 2, [{"changed": {"fields": ["Name"]}}]
    )
    LogEntry.objects.log_actions(admin_user.pk, [queue], 2, "by hand")
    LogEntry.objects.log_actions(admin_user.pk, [queue], 2, "[broken")

    shown = text(admin_client.get(LIST, headers={"accept-language": "en"}).content)

    assert "Changed Name." in shown
    assert "by hand" in shown
    assert "[broken" in shown


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("admin:admin_logentry_changelist", "設定を変更すると、ここに記録されます。"),
        (
            "admin:reports_exportaudit_changelist",
            "一覧をエクスポートすると、ここに記録されます。",
        ),
        ("admin:callcenter_call_changelist", "通話があると自動的に増えます。"),
    ],
)
def test_empty_list_says_what_fills_it(admin_client, url, sentence):
    assert sentence in admin_client.get(reverse(url)).content.decode()


def test_filter_by_period_is_called_as_the_column(admin_client):
    response = admin_client.get(
        reverse("admin:admin_logentry_changelist"), headers={"accept-language": "ja"}
    )

    period, *_others = response.context["cl"].filter_specs
    assert str(period.title) == "変更日時"
