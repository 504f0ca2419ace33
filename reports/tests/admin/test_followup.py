"""Follow-ups: what people enter, and what is kept of who did it."""

import pytest
from django.urls import reverse

from callcenter.models import FollowUp
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save

pytestmark = pytest.mark.django_db


def page(follow_up: FollowUp) -> str:
    return reverse("admin:callcenter_followup_change", args=[follow_up.pk])


def test_who_takes_a_caller_up_claims_it(admin_client, admin_user):
    follow_up = rows.make_follow_up()

    save(admin_client, page(follow_up), state="in_progress", attempts=1, notes="busy")

    follow_up.refresh_from_db()
    assert (follow_up.claimed_by, follow_up.handled_by) == (admin_user, None)
    assert follow_up.claimed_at is not None
    assert (follow_up.attempts, follow_up.notes) == (1, "busy")


def test_who_reaches_a_caller_has_handled_the_call(admin_client, admin_user):
    follow_up = rows.make_follow_up()

    save(admin_client, page(follow_up), state="reached")

    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.handled_by) == ("reached", admin_user)


def test_caller_opened_again_is_nobodys(admin_client):
    follow_up = rows.make_follow_up()
    for state in ("in_progress", "closed", "open"):
        assert errors(save(admin_client, page(follow_up), state=state)) == []

    follow_up.refresh_from_db()
    assert (follow_up.claimed_by, follow_up.claimed_at, follow_up.handled_by) == (
        None,
        None,
        None,
    )


def test_follow_up_is_begun_for_an_abandoned_call(admin_client):
    abandoned = rows.make_abandoned()
    url = reverse("admin:callcenter_followup_add")

    response = save(admin_client, url, abandoned_call=abandoned.pk)

    assert errors(response) == []
    assert FollowUp.objects.get().abandoned_call == abandoned


def test_claim_and_call_are_not_entered_by_hand(admin_client, admin_user):
    follow_up = rows.make_follow_up()
    other = rows.make_abandoned(rows.make_entry(visit=2))
    before = follow_up.abandoned_call

    save(
        admin_client,
        page(follow_up),
        claimed_by=admin_user.pk,
        handled_by=admin_user.pk,
        abandoned_call=other.pk,
    )

    follow_up.refresh_from_db()
    assert (follow_up.claimed_by, follow_up.handled_by) == (None, None)
    assert follow_up.abandoned_call == before


def test_follow_up_is_not_deleted(admin_client):
    follow_up = rows.make_follow_up()
    url = reverse("admin:callcenter_followup_delete", args=[follow_up.pk])

    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert FollowUp.objects.exists()


@pytest.mark.parametrize("rows_in_list", [1, 3])
def test_list_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, rows_in_list
):
    for _ in range(rows_in_list):
        rows.make_follow_up()

    with django_assert_num_queries(5):
        admin_client.get(reverse("admin:callcenter_followup_changelist"))
