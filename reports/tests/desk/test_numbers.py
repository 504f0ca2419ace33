"""The numbers that the operator's desk rings, and those that it refuses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from callcenter.models import AbandonedCall, FollowUp, PhoneLine
from reports.tests.factories import make_abandoned, make_queue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["03-1234-5678", "+81 3 1234 5678", "（03）12345678"])
def test_number_is_read_as_people_write_it(desk, typed):
    assert desk.post("/desk/number/", {"number": typed}).json() == {
        "number": "+81312345678",
        "shown": "03-1234-5678",
    }


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("", 400),
        ("client:sato", 400),
        ("sip:anybody@example.com", 400),
        ("1" * 500, 400),
        ("+1 900 123 4567", 403),
        ("+815000000101", 403),
    ],
)
def test_number_that_must_not_be_rung_is_refused(desk, typed, status):
    queue = make_queue()
    PhoneLine.objects.create(name="Main", number="+815000000101", queue=queue)

    answer = desk.post("/desk/number/", {"number": typed})

    assert answer.status_code == status
    assert answer.json()["error"]


def test_number_of_a_caller_on_the_list_is_given_to_whoever_has_claimed_it(desk, user):
    row = make_abandoned(timezone.now() - timedelta(hours=1))
    AbandonedCall.objects.update(caller="+81312345678")

    free = desk.post("/desk/number/", {"row": row.pk})
    page = desk.get(f"/desk/?ring={row.pk}").content.decode()
    FollowUp.objects.create(
        abandoned_call=row,
        state=FollowUp.State.IN_PROGRESS,
        claimed_by=user,
        claimed_at=timezone.now(),
    )
    mine = desk.post("/desk/number/", {"row": row.pk})
    asking = desk.get(f"/desk/?ring={row.pk}").content.decode()

    assert free.status_code == 403
    assert "Claim the caller" in free.json()["error"]
    assert "Claim the caller" in page
    assert mine.json() == {"number": "+81312345678", "shown": "03-1234-5678"}
    assert "Ring back 03-1234-5678?" in asking


@pytest.mark.parametrize("row", ["x", "-1", "99999999999999999999", "１"])
def test_row_that_is_none_is_refused(desk, row):
    assert desk.post("/desk/number/", {"row": row}).status_code == 403
    assert desk.get("/desk/", {"ring": row}).status_code == 200
