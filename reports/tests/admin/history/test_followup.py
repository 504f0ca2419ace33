"""Follow-ups in the admin: where the work stands; the work is done elsewhere."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from callcenter.models import FollowUp
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db


def page(follow_up: FollowUp) -> str:
    return reverse("admin:callcenter_followup_change", args=[follow_up.pk])


def test_claim_is_not_taken_away_by_hand(admin_client):
    follow_up = rows.make_follow_up()
    sato = User.objects.create_user("sato")
    FollowUp.objects.update(
        state="in_progress", claimed_by=sato, claimed_at=timezone.now()
    )

    answers = [
        admin_client.post(page(follow_up), {"state": "open"}).status_code,
        admin_client.post(reverse("admin:callcenter_followup_add")).status_code,
        admin_client.post(
            reverse("admin:callcenter_followup_delete", args=[follow_up.pk]),
            {"post": "yes"},
        ).status_code,
    ]

    assert answers == [403, 403, 403]
    assert FollowUp.objects.get().claimed_by == sato


def test_page_leads_to_the_place_where_the_work_is_done(admin_client):
    follow_up = rows.make_follow_up()
    url = reverse("admin:worklist_caller", args=[follow_up.abandoned_call_id])

    assert f'<a href="{url}">' in admin_client.get(page(follow_up)).content.decode()

    follow_up.abandoned_call.is_withdrawn = True
    follow_up.abandoned_call.save()

    assert f'<a href="{url}">' not in admin_client.get(page(follow_up)).content.decode()


@pytest.mark.parametrize("rows_in_list", [1, 3])
def test_list_asks_a_fixed_number_of_queries(
    admin_client, django_assert_num_queries, rows_in_list
):
    for _ in range(rows_in_list):
        rows.make_follow_up()

    with django_assert_num_queries(8):
        admin_client.get(reverse("admin:callcenter_followup_changelist"))
