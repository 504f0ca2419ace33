"""Menus and their options: where a key may lead, and what is refused."""

import pytest

from callcenter.models import (
    Menu,
    MenuOption,
    Message,
)
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save
from reports.tests.admin.setup.pages import add_page, delete_page, page

pytestmark = pytest.mark.django_db


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
