"""The setup: what is refused, in which words, and what saving does besides."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from callcenter.models import (
    BlockedNumber,
    Menu,
    MenuOption,
    Message,
    PhoneLine,
    Prompt,
    Queue,
    QueueAtTwilio,
    SetupVersion,
)
from callcenter.tests.pins import with_pin
from callcenter.twilio_api.jobs import QUEUES
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save

pytestmark = pytest.mark.django_db


def page(row) -> str:
    return reverse(f"admin:callcenter_{row._meta.model_name}_change", args=[row.pk])


def delete_page(row) -> str:
    return reverse(f"admin:callcenter_{row._meta.model_name}_delete", args=[row.pk])


def add_page(name: str) -> str:
    return reverse(f"admin:callcenter_{name}_add")


def said(response) -> list[str]:
    """The messages a page leaves for the next one."""
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("name", rows.SETUP)
def test_page_saved_as_it_stands_is_accepted(admin_client, name):
    row = rows.SETUP[name]()
    if name == "operator":
        with_pin(row, "1234")

    assert errors(save(admin_client, page(row))) == []


def test_saving_raises_the_version_of_the_setup(admin_client):
    queue = rows.make_queue()
    before = SetupVersion.objects.get().version

    save(admin_client, page(queue), name="Support")

    assert SetupVersion.objects.get().version > before
    assert Queue.objects.get().name == "Support"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("queue", "slug"),
        ("menu", "slug"),
        ("message", "slug"),
        ("wrapupcode", "code"),
    ],
)
def test_code_that_history_knows_never_changes(admin_client, name, field):
    row = rows.SETUP[name]()
    before = getattr(row, field)

    errors(save(admin_client, page(row), **{field: "other"}))

    row.refresh_from_db()
    assert getattr(row, field) == before


def test_first_line_is_the_default_line(admin_client):
    queue = rows.make_queue()
    form = {"number": "+815000000101", "name": "main", "queue": queue.pk}

    refused = save(admin_client, add_page("phoneline"), without=("is_default",), **form)
    accepted = save(admin_client, add_page("phoneline"), **form)

    assert errors(refused) == [
        "One line must be the default line. To change it, make the other line the"
        " default line."
    ]
    assert errors(accepted) == []
    assert PhoneLine.objects.get().is_default


def test_making_another_line_the_default_takes_it_from_the_first(admin_client):
    first = rows.make_line()
    second = rows.make_line(is_default=False)

    save(admin_client, page(second), is_default="on")

    assert list(PhoneLine.objects.filter(is_default=True)) == [second]
    assert first.number != second.number


def test_line_that_leads_to_a_queue_switched_off_is_refused(admin_client):
    line = rows.make_line(queue=rows.make_queue(is_active=False))

    assert errors(save(admin_client, page(line), language="ja")) == [
        "このキューは停止しています。"
    ]


def test_default_line_cannot_be_deleted(admin_client):
    line = rows.make_line()

    response = admin_client.post(
        delete_page(line), {"post": "yes"}, headers={"accept-language": "en"}
    )

    assert f"{line} is the default line" in response.content.decode()
    assert PhoneLine.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "support has history: switch it off (untick “active”) instead of"
            " deleting it.",
        ),
        (
            "ja",
            "support には履歴があります。削除せず、「有効」のチェックを外して停止して"
            "ください。",
        ),
    ],
)
def test_queue_with_history_cannot_be_deleted(admin_client, language, sentence):
    queue = rows.make_queue("support")
    rows.make_entry(queue="support")

    response = admin_client.post(
        delete_page(queue), {"post": "yes"}, headers={"accept-language": language}
    )

    assert sentence in response.content.decode()
    assert Queue.objects.filter(pk=queue.pk).exists()


def test_queue_without_history_or_users_is_deleted(admin_client):
    queue = rows.make_queue("support")
    rows.make_entry(queue="sales")

    admin_client.post(delete_page(queue), {"post": "yes"})

    assert not Queue.objects.filter(pk=queue.pk).exists()


def test_queue_in_use_is_neither_deleted_nor_switched_off(admin_client):
    queue = rows.make_queue("support")
    line = rows.make_line(queue=queue)

    deleted = admin_client.post(
        delete_page(queue), {"post": "yes"}, headers={"accept-language": "en"}
    )
    switched = save(admin_client, page(queue), without=("is_active",))

    assert (
        f"support is used by {line}: send callers elsewhere first."
        in deleted.content.decode()
    )
    assert errors(switched) == [
        f"Callers are still sent here by {line}: send them elsewhere first."
    ]
    assert Queue.objects.get().is_active


def test_queue_that_only_has_history_is_switched_off(admin_client):
    queue = rows.make_queue("support")
    rows.make_entry(queue="support")

    assert errors(save(admin_client, page(queue), without=("is_active",))) == []
    assert not Queue.objects.get().is_active


def test_menu_and_message_in_use_cannot_be_deleted(admin_client):
    menu, message = rows.make_menu("main"), rows.make_message("hours")
    MenuOption.objects.create(menu=menu, input="2", action="message", message=message)
    rows.make_line(menu=menu)

    for row in (menu, message):
        admin_client.post(delete_page(row), {"post": "yes"})

    assert Menu.objects.filter(pk=menu.pk).exists()
    assert Message.objects.filter(pk=message.pk).exists()


def test_menu_that_only_leads_to_itself_can_be_deleted(admin_client):
    menu = rows.make_menu("main")
    MenuOption.objects.create(menu=menu, input="9", action="menu", next_menu=menu)

    admin_client.post(delete_page(menu), {"post": "yes"})

    assert not Menu.objects.exists()


def test_menu_whose_last_key_goes_is_refused_and_keeps_its_options(admin_client):
    menu = rows.make_menu("main")

    response = save(admin_client, page(menu), name="x", options__0__DELETE="on")

    assert errors(response) == ["main: no key has a destination. Set at least one."]
    menu.refresh_from_db()
    assert (menu.name, menu.options.count()) == ("main", 1)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "main: its keys lead from menu to menu, and never to a queue, a message or"
            " the end of the call.",
        ),
        (
            "ja",
            "main: どのキーもメニューからメニューへ移るだけで、キュー、メッセージ、"
            "通話終了のいずれにもたどり着きません。",
        ),
    ],
)
def test_menu_that_only_leads_round_is_refused(admin_client, language, sentence):
    menu = rows.make_menu("main")
    change = {"options__0__action": "menu", "options__0__next_menu": menu.pk}

    assert errors(save(admin_client, page(menu), language, **change)) == [sentence]
    assert menu.options.get().action == "queue"


def test_menu_that_is_changed_may_not_make_another_one_a_dead_end(admin_client):
    first, second = rows.make_menu("first"), rows.make_menu("second")
    first.options.update(action="menu", queue=None, next_menu=second)
    change = {"options__0__action": "menu", "options__0__next_menu": first.pk}

    found = errors(save(admin_client, page(second), **change))

    assert sorted(sentence.split(":")[0] for sentence in found) == ["first", "second"]


def test_silence_that_leads_round_is_refused(admin_client):
    menu = rows.make_menu("main")
    MenuOption.objects.create(menu=menu, input="silence", action="end")
    change = {"options__1__action": "menu", "options__1__next_menu": menu.pk}

    assert errors(save(admin_client, page(menu), **change)) == [
        "main: silence leads round in a circle, by way of “main”. A silent caller would"
        " hear menus for ever."
    ]


def test_option_that_leads_to_a_queue_switched_off_is_refused(admin_client):
    menu = rows.make_menu("main")
    off = rows.make_queue("off", is_active=False)

    assert errors(save(admin_client, page(menu), options__0__queue=off.pk)) == [
        "main, input “1”: leads to “off”, which is switched off or not there. Callers"
        " go to the line’s queue instead."
    ]


def test_option_without_a_target_is_refused(admin_client):
    menu = rows.make_menu("main")

    assert errors(save(admin_client, page(menu), options__0__queue="")) == [
        "Choose where this option leads."
    ]


def test_target_of_another_action_is_not_kept(admin_client):
    menu = rows.make_menu("main")

    assert errors(save(admin_client, page(menu), options__0__action="end")) == []
    assert menu.options.get().queue is None


def test_new_menu_is_saved_whole(admin_client):
    queue = rows.make_queue()
    form = {
        "slug": "main",
        "name": "Main",
        "timeout_seconds": 10,
        "tries": 3,
        "prompts-TOTAL_FORMS": 1,
        "prompts-INITIAL_FORMS": 0,
        "prompts-0-purpose": "main",
        "prompts-0-language": "en",
        "prompts-0-text": "Press 1.",
        "options-TOTAL_FORMS": 1,
        "options-INITIAL_FORMS": 0,
        "options-0-input": "1",
        "options-0-action": "queue",
        "options-0-queue": queue.pk,
    }

    assert errors(admin_client.post(add_page("menu"), form)) == []
    menu = Menu.objects.get()
    assert (menu.prompts.get().text, menu.options.get().queue) == ("Press 1.", queue)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Enter a text or an audio file: without one, callers hear nothing."),
        (
            "ja",
            "案内文か音声ファイルを入力してください。どちらもないと、発信者には何も聞こえません。",
        ),
    ],
)
def test_message_nobody_would_hear_is_refused(admin_client, language, sentence):
    message = rows.make_message()

    response = save(admin_client, page(message), language, prompts__0__DELETE="on")

    assert errors(response) == [sentence]
    assert message.prompts.count() == 1


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("あ" * 500, []),
        (
            "あ" * 501,
            [
                "Too long for one announcement: Twilio reads about 500 Japanese"
                " characters."
            ],
        ),
        (" ", ["Give a text or an audio file."]),
    ],
)
def test_text_is_as_long_as_twilio_reads(admin_client, text, sentences):
    message = rows.make_message()

    response = save(admin_client, page(message), prompts__0__text=text)

    assert errors(response) == sentences


@pytest.mark.parametrize("name", ["message", "queue"])
def test_audio_address_that_is_none_is_said_once(admin_client, name):
    row = rows.make_message() if name == "message" else rows.make_queue()
    form = {
        "prompts__TOTAL_FORMS": row.prompts.count() + 1,
        f"prompts__{row.prompts.count()}__purpose": (
            "main" if name == "message" else "waiting"
        ),
        f"prompts__{row.prompts.count()}__language": "en",
        f"prompts__{row.prompts.count()}__text": "",
        f"prompts__{row.prompts.count()}__audio_url": "no address",
    }

    (error,) = errors(save(admin_client, page(row), **form))

    assert error != "Give a text or an audio file."


@pytest.mark.parametrize(
    ("language", "texts"), [("ja", ["600秒", "5秒"]), ("en", ["600 s", "5 s"])]
)
def test_list_of_queues_says_seconds(admin_client, language, texts):
    rows.make_queue()

    response = admin_client.get(
        reverse("admin:callcenter_queue_changelist"),
        headers={"accept-language": language},
    )

    html = response.content.decode()
    assert all(f">{text}<" in html for text in texts)


def test_one_language_has_one_text(admin_client):
    message = rows.make_message()
    change = {
        "prompts__TOTAL_FORMS": 2,
        "prompts__1__purpose": "main",
        "prompts__1__language": "ja",
        "prompts__1__text": "もう一つ",
    }

    assert errors(save(admin_client, page(message), **change)) != []
    assert Prompt.objects.count() == 1


def test_prompt_of_a_queue_is_for_a_moment_queues_have(admin_client):
    queue = rows.make_queue()
    change = {
        "prompts__TOTAL_FORMS": 1,
        "prompts__0__purpose": "greeting",
        "prompts__0__language": "ja",
        "prompts__0__text": "ようこそ",
    }

    assert errors(save(admin_client, page(queue), **change)) == [
        "Select a valid choice. greeting is not one of the available choices."
    ]


@pytest.mark.parametrize(
    ("opens", "closes", "sentences"),
    [
        ("09:00", "18:00", []),
        ("09:00", "00:00", []),
        (
            "18:00",
            "09:00",
            ["Closing comes after opening; write 24:00 for midnight."],
        ),
    ],
)
def test_business_hours_end_after_they_begin(admin_client, opens, closes, sentences):
    line = rows.make_line()
    change = {
        "hours__TOTAL_FORMS": 1,
        "hours__0__weekday": 1,
        "hours__0__opens_at": opens,
        "hours__0__closes_at": closes,
    }

    assert errors(save(admin_client, page(line), **change)) == sentences


def test_holiday_is_saved(admin_client):
    form = {"date": date(2027, 1, 1), "name": "元日"}

    assert errors(admin_client.post(add_page("holiday"), form)) == []


def test_option_that_leads_to_a_number_keeps_no_queue(admin_client):
    menu = rows.make_menu()
    change = {"options__0__action": "number", "options__0__number": "03-1234-5678"}

    assert errors(save(admin_client, page(menu), **change)) == []

    option = menu.options.get()
    assert (option.number, option.queue) == ("+81312345678", None)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "Choose where this option leads."),
        ("+12125550123", "Only numbers that begin with +81 are dialled from here."),
    ],
)
def test_option_to_a_number_that_is_not_dialled_is_refused(
    admin_client, number, sentence
):
    menu = rows.make_menu()
    change = {"options__0__action": "number", "options__0__number": number}

    assert errors(save(admin_client, page(menu), **change)) == [sentence]


def test_option_may_lead_to_the_voicemail_of_a_queue(admin_client):
    menu = rows.make_menu()

    change = {"options__0__action": "voicemail"}
    assert errors(save(admin_client, page(menu), **change)) == []

    assert menu.options.get().queue is not None


def test_number_of_an_operator_cannot_be_blocked(admin_client):
    operator = rows.SETUP["operator"]()

    refused = save(admin_client, add_page("blockednumber"), number=operator.number)
    accepted = save(admin_client, add_page("blockednumber"), number="050-0000-0999")

    assert errors(refused) == [f"This is the number of the operator {operator}."]
    assert errors(accepted) == []
    assert BlockedNumber.objects.get().number == "+815000000999"


def test_queue_says_whether_it_is_equal_at_twilio(admin_client, monkeypatch):
    queue = rows.make_queue()
    english = {"accept-language": "en"}

    def shown():
        return admin_client.get(page(queue), headers=english).content.decode()

    assert "not compared yet" in shown()

    state = QueueAtTwilio.objects.create(queue=queue, checked_at=timezone.now())
    assert "equal (" in shown()

    state.problem = "twilio-credentials: 401"
    state.save()
    assert "not equal: Twilio refuses our credentials" in shown()


def test_saved_queue_is_soon_made_equal(
    admin_client, monkeypatch, django_capture_on_commit_callbacks
):
    asked: list[str] = []
    monkeypatch.setattr("callcenter.jobs.ask_soon", asked.append)
    queue = rows.make_queue()

    with django_capture_on_commit_callbacks(execute=True):
        assert errors(save(admin_client, page(queue), capacity=7)) == []

    assert asked == [QUEUES]
