"""Only so many files are written at once, and each gives its turn back."""

import gc

import pytest
from django.urls import reverse

from reports.export import downloads
from reports.models import ExportAudit
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

URL = reverse("admin:callcenter_call_export", args=["csv"])
ENGLISH = {"accept-language": "en"}


def test_file_too_many_is_asked_to_wait_and_later_written(admin_client):
    rows.make_call()
    # Nobody has read a byte of them.
    stalled = [admin_client.get(URL) for _ in range(downloads.MOST_AT_ONCE)]

    refused = admin_client.get(URL, headers=ENGLISH)

    assert refused.status_code == 503
    assert refused["Retry-After"] == "30"
    assert "try again in a minute" in refused.content.decode()
    assert ExportAudit.objects.latest("pk").state == "interrupted"
    assert b"".join(stalled.pop().streaming_content)
    stalled.clear()
    gc.collect()  # what a server closes that nobody reads
    again = [admin_client.get(URL) for _ in range(downloads.MOST_AT_ONCE)]
    assert [one.status_code for one in again] == [200] * downloads.MOST_AT_ONCE
    for one in again:
        assert b"".join(one.streaming_content)


def test_file_that_cannot_be_begun_takes_no_turn(admin_client, monkeypatch):
    def broken(*_args, **_options):
        raise ValueError("no names")

    with monkeypatch.context() as patched:
        patched.setattr(downloads, "Sheet", broken)
        for _ in range(downloads.MOST_AT_ONCE):
            with pytest.raises(ValueError, match="no names"):
                admin_client.get(URL)

    assert b"".join(admin_client.get(URL).streaming_content)


def test_file_that_was_read_to_its_end_gives_its_turn_back(admin_client):
    rows.make_call()
    for _ in range(3 * downloads.MOST_AT_ONCE):
        response = admin_client.get(URL)
        assert b"".join(response.streaming_content)

    assert ExportAudit.objects.filter(state="complete").count() == 6
