"""Reports of calls and menus, filtered by weekday and holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcenter.models import Call, Holiday, IvrStep
from reports.present.links import report_url
from reports.query.selection import Selection
from reports.tests.factories import LINE, make_call, make_entry, make_step
from reports.tests.pages.reading import ENGLISH, Table, check_every_number, page

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")
# Monday to the Tuesday after next; a Thursday and a Saturday are holidays.
DAYS = {"first": "2026-10-19", "last": "2026-11-03"}
HOLIDAYS = [date(2026, 10, 22), date(2026, 10, 31)]
OF_CALLS = ["lines", "ivr-paths", "completeness", "repeat-callers", "calls", "legs"]
FILTERS = [
    ({"weekday": "4"}, 2),
    ({"holidays": "only"}, 2),
    ({"holidays": "out"}, 14),
    ({"weekday": "6", "holidays": "out"}, 1),
    ({"weekday": "7", "holidays": "only"}, 0),
]


@pytest.fixture
def client(admin_client):
    """One call a day, late at night, with a menu and an entry; and two holidays."""
    for day in HOLIDAYS:
        Holiday.objects.create(date=day, name="Holiday")
    for number in range(-1, 17):
        at = datetime(2026, 10, 19, 23, 50, tzinfo=TOKYO) + timedelta(days=number)
        call = make_call(at, ivr_path="main", outcome="abandoned", ended_at=None)
        make_entry(at, call=call, outcome="abandoned")
        make_step(call=call, asked_at=at)
    return admin_client


def total_of(html: str) -> int:
    row = Table(html).rows[2]
    return int(next(text for text, _href in row if text.isdecimal()))


@pytest.mark.parametrize(("asked", "days"), FILTERS)
@pytest.mark.parametrize("slug", ["lines", "ivr-paths", "completeness", "ivr-menus"])
def test_sums_are_those_of_the_days_and_open_them(client, slug, asked, days):
    more = {"interval": "weekday"} if slug == "completeness" else {}

    html = page(client, slug, **DAYS, **asked, **more)

    assert total_of(html) == days
    # Of fourteen days there would be hundreds of lists to open.
    if days < 3:
        check_every_number(client, html)


@pytest.mark.parametrize(("asked", "days"), FILTERS)
@pytest.mark.parametrize("slug", ["calls", "legs", "ivr-steps"])
def test_lists_have_the_rows_of_the_days(client, slug, asked, days):
    response = client.get(report_url(slug), DAYS | asked, headers=ENGLISH)

    assert response.context["table"].count == days
    found = client.get(response.context["list_url"], headers=ENGLISH).context["cl"]
    assert (found.result_count, found.problems) == (days, [])


def test_repeat_callers_of_the_days(client):
    found = [
        total_of(page(client, "repeat-callers", **DAYS, **asked))
        for asked, days in FILTERS
        if days > 1
    ]

    assert found == [2, 2, 14]


def test_call_that_follows_may_be_on_any_day(client):
    """Calls are asked for by their own day; a repeat of them is on the day after."""
    Call.objects.update(outcome="answered")
    Call.objects.update(caller="+815009789742")

    response = client.get(
        report_url("repeat-callers"), DAYS | {"weekday": "4"}, headers=ENGLISH
    )

    figures = {each.code: each for each in response.context["figures"]}
    assert figures["repeat_rate"].part.value == "2"


@pytest.mark.parametrize("model", [Call, IvrStep])
def test_days_are_those_of_the_zone_also_where_clocks_change(client, model):
    moment = "started_at" if model is Call else "asked_at"
    zone = ZoneInfo("America/New_York")
    asked = Selection(date(2026, 10, 31), date(2026, 11, 2), zone, weekday="7")

    # Sunday has 25 hours there.
    start = datetime(2026, 11, 1, 4, tzinfo=UTC)
    known = model.objects.filter(
        **{f"{moment}__gte": start, f"{moment}__lt": start + timedelta(hours=25)}
    )
    for hours in (-0.1, 0, 24.9, 25):
        make_step(
            call=make_call(start + timedelta(hours=hours)),
            asked_at=start + timedelta(hours=hours),
        )

    found = asked.listed(model.objects.all(), moment).rows
    assert set(found) == set(known)
    assert known.count() == 3


def test_weekday_of_a_list_needs_days(client):
    response = client.get("/admin/callcenter/call/?weekday=1", headers=ENGLISH)

    assert response.context["cl"].problems == [
        "A weekday or holidays need a first and a last day."
    ]
    assert Call.objects.filter(line=LINE).exists()
