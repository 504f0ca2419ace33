"""Queues: which may go, which must stay, and whether Twilio has them alike."""

import pytest
from django.urls import reverse
from django.utils import timezone

from callcenter.models import (
    Queue,
    QueueAtTwilio,
)
from callcenter.twilio_api.jobs import QUEUES
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save
from reports.tests.admin.setup.pages import delete_page, page

pytestmark = pytest.mark.django_db


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


def test_queue_says_whether_it_is_equal_at_twilio(admin_client, settings):
    queue = rows.make_queue()
    english = {"accept-language": "en"}

    def shown():
        return admin_client.get(page(queue), headers=english).content.decode()

    assert "not compared yet; the worker does it every five minutes" in shown()
    settings.DEMO = True
    assert "not compared: this is switched off" in shown()

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


@pytest.mark.parametrize(
    ("field", "longest"), [("max_wait_seconds", 86_400), ("wrapup_seconds", 540)]
)
def test_length_of_time_ends_where_it_can_no_longer_be_meant(
    admin_client, field, longest
):
    queue = rows.make_queue("support")

    assert errors(save(admin_client, page(queue), **{field: longest})) == []
    for typed in (longest + 1, 9_223_372_036_854_775_807):
        assert errors(save(admin_client, page(queue), **{field: typed})) == [
            f"Ensure this value is less than or equal to {longest}."
        ]
    queue.refresh_from_db()
    assert getattr(queue, field) == longest
