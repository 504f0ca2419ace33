"""Operators: the PIN goes in and never comes out."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from callcenter.models import Operator
from callcenter.tests.pins import is_pin, kept, with_pin
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save

pytestmark = pytest.mark.django_db

ADD = reverse("admin:callcenter_operator_add")
FORGED = (
    "Sato has no PIN. Caller ID can be forged: anyone who calls with this number is"
    " taken for the operator."
)


def page(operator: Operator) -> str:
    return reverse("admin:callcenter_operator_change", args=[operator.pk])


def warnings(response) -> list[str]:
    return [
        str(message)
        for message in get_messages(response.wsgi_request)
        if message.level_tag == "warning"
    ]


def made(pin: str = "1234") -> Operator:
    return with_pin(rows.make_operator(), pin)


def test_pin_is_kept_as_a_hash(admin_client):
    queue = rows.make_queue()
    change = {
        "name": "Sato",
        "number": "+815000000201",
        "new_pin": "12345679",
        "serves__TOTAL_FORMS": 1,
        "serves__0__queue": queue.pk,
    }

    response = save(admin_client, ADD, **change)

    assert (errors(response), warnings(response)) == ([], [])
    operator = Operator.objects.get()
    assert is_pin(operator, "12345679")
    assert list(operator.queues.all()) == [queue]


def test_pin_left_empty_stays(admin_client):
    operator = made("1234")

    response = save(admin_client, page(operator), name="Suzuki")

    assert errors(response) == []
    operator.refresh_from_db()
    assert (operator.name, is_pin(operator, "1234")) == ("Suzuki", True)


def test_pin_and_its_hash_are_on_no_page(admin_client):
    operator = made("4711")

    html = admin_client.get(page(operator)).content.decode()
    refused = save(admin_client, page(operator), name="", new_pin="081542")

    assert 'type="password" name="new_pin"' in html
    assert kept(operator) not in html
    assert "081542" not in refused.content.decode()


@pytest.mark.parametrize("pin", ["12345", "123456789", "12a456", "١٢٣٤٥٦", "12 3456"])
def test_pin_has_six_to_eight_digits(admin_client, pin):
    operator = made("1234")

    assert errors(save(admin_client, page(operator), new_pin=pin)) == [
        "A PIN has 6 to 8 digits and nothing else."
    ]
    assert errors(save(admin_client, page(operator), "ja", new_pin=pin)) == [
        "PINは6～8桁の数字だけで入力してください。"
    ]


def test_telephone_without_a_pin_is_a_decision(admin_client):
    form = {"name": "Sato", "number": "+815000000201"}

    refused = save(admin_client, ADD, **form)
    accepted = save(admin_client, ADD, **form, is_pin_off="on")

    assert errors(refused) == ["Enter a PIN, or tick “switch the PIN off”."]
    assert (errors(accepted), warnings(accepted)) == ([], [FORGED])


def test_pin_switched_off_is_warned_of_and_stays_off(admin_client):
    operator = made()

    first = save(admin_client, page(operator), is_pin_off="on")
    second = save(admin_client, page(operator))

    operator.refresh_from_db()
    assert not operator.has_pin
    assert (warnings(first), warnings(second)) == ([FORGED], [FORGED])
    assert (
        "caller ID can be forged"
        in admin_client.get(
            page(operator), headers={"accept-language": "en"}
        ).content.decode()
    )


def test_pin_is_not_both_given_and_switched_off(admin_client):
    operator = made()

    response = save(admin_client, page(operator), new_pin="567890", is_pin_off="on")

    assert errors(response) == ["Either enter a new PIN or switch the PIN off."]
    operator.refresh_from_db()
    assert is_pin(operator, "1234")


def test_operator_in_the_browser_needs_no_pin(admin_client):
    response = save(admin_client, ADD, name="Sato", client_identity="agent_01")

    assert (errors(response), warnings(response)) == ([], [])
    operator = Operator.objects.get()
    assert (operator.number, operator.client_identity) == (None, "agent_01")


def test_operators_without_a_number_are_no_conflict(admin_client):
    for identity in ("agent_01", "agent_02"):
        save(admin_client, ADD, name=identity, client_identity=identity)

    assert Operator.objects.count() == 2


def test_operator_nobody_could_recognise_is_refused(admin_client):
    assert errors(save(admin_client, ADD, name="Sato")) == [
        "Give a telephone number or a browser identity."
    ]


def test_who_may_only_look_sees_whether_there_is_a_pin(staff):
    operator = made()
    client = staff("view_operator")

    html = client.get(page(operator), headers={"accept-language": "en"}).content

    assert b"PIN set" in html
    assert b"new_pin" not in html
    assert b"is_pin_off" not in html


def test_identity_that_differs_only_in_case_is_refused(admin_client):
    first = rows.make_operator("Sato", number=None, client_identity="agent_01")

    added = save(admin_client, ADD, name="Ito", client_identity="AGENT_01")

    assert errors(added) == [
        "It differs only in case from the identity of Sato.",
    ]
    # Its own may be written otherwise.
    assert errors(save(admin_client, page(first), client_identity="Agent_01")) == []
    assert [one.client_identity for one in Operator.objects.all()] == ["Agent_01"]
