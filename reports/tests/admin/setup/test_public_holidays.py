"""Japan's public holidays: looked at first, added once, ours left alone."""

from datetime import date

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from callcenter.models import Holiday, SetupVersion
from reports.admin.setup import public_holidays
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

URL = reverse("admin:callcenter_holiday_public")
ENGLISH = {"accept-language": "en"}


def test_holidays_of_a_year_in_both_languages():
    japanese = public_holidays.of_year(2026, "ja")
    english = public_holidays.of_year(2026, "en")

    assert len(japanese) == len(english) == 18
    assert japanese[0] == (date(2026, 1, 1), "元日")
    assert japanese[8:10] == [
        (date(2026, 5, 5), "こどもの日"),
        (date(2026, 5, 6), "振替休日"),
    ]
    assert (date(2026, 9, 22), "National Holiday") in english


def test_look_shows_what_would_be_added_and_adds_nothing(admin_client):
    Holiday.objects.create(date="2026-01-01", name="正月")

    html = admin_client.get(
        URL, {"year": 2026, "language": "ja"}, headers=ENGLISH
    ).content.decode()

    assert html.count("will be added") == 17
    assert "already entered: 正月" in html
    assert "Add 17 holidays" in html
    assert Holiday.objects.count() == 1


def test_adding_twice_doubles_nothing_and_leaves_ours_alone(admin_client):
    ours = Holiday.objects.create(date="2026-01-01", name="正月")
    line = rows.make_line()
    Holiday.objects.create(date="2026-02-11", name="棚卸し", line=line)
    data = {"year": 2026, "language": "ja"}

    admin_client.post(URL, data)
    again = admin_client.post(URL, data, headers=ENGLISH, follow=True)

    assert Holiday.objects.filter(line=None).count() == 18
    assert Holiday.objects.get(date="2026-01-01") == ours
    assert Holiday.objects.get(date="2026-02-11", line=None).name == "建国記念の日"
    assert "All public holidays of 2026 were already entered." in again.content.decode()


def test_adding_says_how_many_and_keeps_who_did_it(admin_client, admin_user):
    before = SetupVersion.objects.first()

    response = admin_client.post(
        URL, {"year": 2027, "language": "en"}, headers=ENGLISH, follow=True
    )

    count = Holiday.objects.count()
    assert f"{count} public holidays of 2027 were added." in response.content.decode()
    assert LogEntry.objects.filter(user=admin_user).count() == count
    assert SetupVersion.objects.get().version > (before.version if before else 0)


@time_machine.travel("2026-11-24T01:00:00+00:00", tick=False)
@pytest.mark.parametrize(
    ("language", "name"), [("en", "Culture Day"), ("ja", "文化の日")]
)
def test_first_look_is_at_this_year_in_the_readers_language(
    admin_client, language, name
):
    html = admin_client.get(URL, headers={"accept-language": language})

    assert name in html.content.decode()
    assert 'value="2026"' in html.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"year": "x", "language": "ja"},
        {"year": 1999, "language": "ja"},
        {"year": 2100, "language": "ja"},
        {"year": 2026, "language": "fr"},
        {"year": "9" * 500, "language": "ja"},
    ],
)
def test_nonsense_adds_nothing_and_says_why(admin_client, data):
    response = admin_client.post(URL, data)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Holiday.objects.exists()


def test_who_may_add_holidays(client, staff):
    assert client.get(URL).status_code == 302
    looker = staff("view_holiday")
    assert looker.get(URL).status_code == 403
    assert looker.post(URL, {"year": 2026, "language": "ja"}).status_code == 403
    assert URL not in looker.get("/admin/callcenter/holiday/").content.decode()


def test_list_of_holidays_leads_to_them(admin_client):
    html = admin_client.get("/admin/callcenter/holiday/").content.decode()

    assert f'href="{URL}"' in html
