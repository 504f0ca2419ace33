"""What callers hear: texts and audio files, and what is refused of them."""

import pytest

from callcenter.models import (
    Prompt,
)
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save
from reports.tests.admin.setup.pages import page

pytestmark = pytest.mark.django_db


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
