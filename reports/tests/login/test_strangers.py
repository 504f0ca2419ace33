"""A stranger sends small forms; somebody who has logged in may send large ones."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db

LARGE = {f"f{number}": "あ" * 100 for number in range(500)}


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/x/", "/demo/x", "/i18n/"])
def test_large_form_of_a_stranger_is_refused_unread(path):
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32

    assert client.post(path, LARGE).status_code == 413


def test_log_in_is_small_enough():
    User.objects.create_user("sato", password="open-sesame", is_staff=True)
    form = {"username": "sato", "password": "open-sesame"}

    assert Client().post("/admin/login/", form).status_code == 302


def test_large_form_is_taken_from_who_has_logged_in(admin_client):
    assert admin_client.post("/admin/callcenter/menu/add/", LARGE).status_code == 200
