"""The desk of one operator who is logged in with two browsers."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from callcenter.models import Operator, OperatorState, WebhookEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    made = User.objects.create_user("sato", password="of-sato", is_staff=True)
    made.groups.set(Group.objects.filter(name="Operator"))
    Operator.objects.create(name="Sato", client_identity="sato", user=made)
    return made


def browser(user) -> Client:
    """A browser in which the operator is logged in and has opened the desk."""
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    client.get("/desk/")
    return client


def act(client: Client, name: str, **fields: str):
    return client.post("/desk/act/", {"act": name, **fields})


def test_second_browser_is_told_that_the_first_is_the_desk(user):
    office, home = browser(user), browser(user)
    assert act(office, "signed-in").status_code == 200

    answer = act(home, "signed-in")

    assert answer.status_code == 409
    assert "open in another browser" in answer.json()["error"]
    assert WebhookEvent.objects.count() == 1
    assert office.get("/desk/now/").status_code == 200


def test_browser_that_takes_over_ends_the_desk_in_the_other(user):
    office, home = browser(user), browser(user)
    act(office, "signed-in")

    assert act(home, "signed-in", take="1").status_code == 200

    assert office.get("/desk/now/").status_code == 409
    assert act(office, "ready").status_code == 409
    assert act(office, "not-ready", reason="meal").status_code == 409
    assert not OperatorState.objects.exclude(reason="").exists()
    assert home.get("/desk/now/").status_code == 200


def test_whoever_logs_in_again_is_in_the_same_browser(user):
    office = browser(user)
    act(office, "signed-in")

    office.force_login(user)
    office.get("/desk/")

    assert office.get("/desk/now/").status_code == 200


def test_name_of_a_browser_is_for_the_desk_alone(user):
    cookie = browser(user).cookies["minicc_desk"]

    assert (cookie["path"], cookie["samesite"]) == ("/desk/", "Lax")
    assert cookie["httponly"]


def test_whoever_signs_off_is_free_to_go_on_in_another_browser(user):
    office, home = browser(user), browser(user)
    act(office, "signed-in")
    act(office, "signed-off")

    assert act(home, "signed-in").status_code == 200


def test_page_that_is_closed_leaves_the_desk_to_another_browser(user):
    office, home = browser(user), browser(user)
    act(office, "signed-in")
    home.post("/desk/gone/")
    assert act(home, "signed-in").status_code == 409

    assert office.post("/desk/gone/").status_code == 204

    assert act(home, "signed-in").status_code == 200


def test_browsers_of_two_operators_know_nothing_of_each_other(user):
    colleague = User.objects.create_user("suzuki", password="of-suzuki", is_staff=True)
    Operator.objects.create(name="Suzuki", client_identity="suzuki", user=colleague)
    mine, theirs = browser(user), browser(colleague)

    assert act(mine, "signed-in").status_code == 200
    assert act(theirs, "signed-in").status_code == 200
    assert mine.get("/desk/now/").status_code == 200
