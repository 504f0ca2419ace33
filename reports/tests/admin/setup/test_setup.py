"""The setup as a whole: pages saved as they stand, codes that stay, small tables."""

from datetime import date

import pytest

from callcenter.models import (
    BlockedNumber,
    Queue,
    SetupVersion,
)
from callcenter.tests.pins import with_pin
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save
from reports.tests.admin.setup.pages import add_page, page

pytestmark = pytest.mark.django_db


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


def test_holiday_is_saved(admin_client):
    form = {"date": date(2027, 1, 1), "name": "元日"}

    assert errors(admin_client.post(add_page("holiday"), form)) == []


def test_number_of_an_operator_cannot_be_blocked(admin_client):
    operator = rows.SETUP["operator"]()

    refused = save(admin_client, add_page("blockednumber"), number=operator.number)
    accepted = save(admin_client, add_page("blockednumber"), number="050-0000-0999")

    assert errors(refused) == [f"This is the number of the operator {operator}."]
    assert errors(accepted) == []
    assert BlockedNumber.objects.get().number == "+815000000999"


@pytest.mark.parametrize("number", ["+81", "+8190", "+81110", "+1212"])
def test_beginning_of_a_number_cannot_be_blocked(admin_client, number):
    refused = save(admin_client, add_page("blockednumber"), number=number)

    assert errors(refused) == [
        "This is too short for a number. Each number is blocked by itself; all that"
        " begin alike cannot be blocked."
    ]


# A demo's number, one of an account on trial, and a word that is typed for a number.
@pytest.mark.parametrize("number", ["+815000000999", "+15005550006", "+7378742833"])
def test_odd_number_of_a_caller_can_be_blocked(admin_client, number):
    assert errors(save(admin_client, add_page("blockednumber"), number=number)) == []
