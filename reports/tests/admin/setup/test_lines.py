"""Lines and their hours: the default line, and what is refused in which words."""

import pytest

from callcenter.models import (
    PhoneLine,
)
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save
from reports.tests.admin.setup.pages import add_page, delete_page, page

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("number", ["0990-123456", "0570-000-000", "+81110", "+8190"])
def test_fallback_number_that_is_charged_or_none_is_refused(admin_client, number):
    line = rows.make_line()

    (said,) = errors(save(admin_client, page(line), fallback_number=number))

    assert said.startswith("This number is not dialled from here: ")
