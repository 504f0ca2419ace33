"""The address of a list can ask for its filters and for nothing else."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from callcenter.models import AccessRecord
from reports.site import model_admins

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
MODELS = sorted(each.model._meta.label_lower for each in model_admins(admin.site))
# What froze a process, told a hash character by character, or was answered with 500.
ATTACKS = [
    "sid__regex=^(([0-9A-Za-z]%2B)%2B)%2B!$",
    "sid__regex=(",
    "pin__gte=a",
    "pin__kept__gte=a",
    "password__startswith=pbkdf2",
    "user__password__startswith=pbkdf2",
    "call__caller__startswith=%2B8131",
    "id__in=1,2,x",
    "pk__range=1",
    "started_at__year=99999999999",
    "sid=%F0%9F%98%80",
    "id=%F0%9F%98%80",
    "nothing=1",
    "id__exact=1",
]


def url(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("label", MODELS)
def test_what_is_no_filter_is_refused_and_asked_of_no_table(
    admin_client, label, attack
):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = admin_client.get(f"{url(label)}?{attack}", headers=ENGLISH)

    assert response.status_code == 400
    html = response.content.decode()
    assert "The address has a filter that this list does not have." in html
    value = attack.partition("=")[2]
    assert not any(f"'{value}'" in one["sql"] for one in asked.captured_queries)
    assert not any("REGEXP" in one["sql"].upper() for one in asked.captured_queries)


@pytest.mark.parametrize("label", MODELS)
def test_refusal_is_one_line_in_the_log(admin_client, caplog, label):
    admin_client.get(f"{url(label)}?nothing=1")

    (line,) = [one for one in caplog.records if one.name.startswith("django")]
    assert line.exc_info is None


@pytest.mark.parametrize("label", MODELS)
def test_list_itself_and_its_own_parameters_are_served(admin_client, label):
    for query in ("", "?q=x", "?p=1", "?o=1", "?e=1", "?all="):
        assert admin_client.get(f"{url(label)}{query}").status_code == 200


@pytest.mark.parametrize("term", ["123", "%2B815000000301", "abc"])
@pytest.mark.parametrize("label", ["callcenter.accessrecord", "reports.exportaudit"])
def test_list_without_a_search_finds_nothing(admin_client, label, term):
    admin_client.get(url("callcenter.call") + "export/csv/")

    response = admin_client.get(f"{url(label)}?q={term}", headers=ENGLISH)
    file = admin_client.get(f"{url(label)}export/csv/?q={term}", headers=ENGLISH)

    assert response.context["cl"].result_count == 0
    assert b"".join(file.streaming_content).count(b"\n") == 1
    assert not AccessRecord.objects.filter(kind="number-search").exists()


@pytest.mark.parametrize("key", ["x", "99999999999999999999", "\x00", "-1", "１"])
@pytest.mark.parametrize("action", ["unlock", "end_sessions", "delete_selected"])
def test_selection_that_cannot_be_read_does_nothing(admin_client, action, key):
    form = {"action": action, "_selected_action": [key]}

    response = admin_client.post(url("auth.user"), form, follow=True, headers=ENGLISH)

    assert "The selection cannot be read: nothing was done." in (
        response.content.decode()
    )
    assert User.objects.filter(username="admin").exists()
