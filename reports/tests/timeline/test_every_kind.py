"""The page of a call shows a request of every kind."""

import pytest
from django.urls import reverse

from callcenter.events.eventfile import line_of_event
from callcenter.models import Call, WebhookEvent
from callcenter.routes import Kind
from callcenter.tests.sample_events import CALLER
from callcenter.tests.test_routes import NEWS
from callcenter.upkeep.intake import load
from reports.tests.admin.history.test_history import page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", Kind)
def test_request_of_every_kind_stands_on_the_page_of_its_call(
    admin_client, tmp_path, kind
):
    before, news = NEWS[kind]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(line_of_event(event) for event in (*before, news)))
    load(file)
    kept = WebhookEvent.objects.get(dedup_key=news.dedup_key)

    html = admin_client.get(page(Call.objects.get(sid=CALLER))).content.decode()

    assert reverse("admin:callcenter_webhookevent_change", args=[kept.pk]) in html
