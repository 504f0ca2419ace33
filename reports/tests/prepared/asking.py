"""Asking for a large export, and looking at what has become of it."""

from django.urls import reverse

from reports.export import background
from reports.models import ExportJob
from reports.tests.pages.reading import ENGLISH

CALLS = reverse("admin:callcenter_call_export", args=["csv"])
LIST = reverse("admin:prepared_files")


def ask(client, url=CALLS, **asked) -> ExportJob:
    response = client.get(url, asked, headers=ENGLISH)
    job = ExportJob.objects.latest("pk")
    assert response.status_code == 302
    assert response.url == reverse("admin:prepared_file", args=[job.pk])
    return job


def page(client, job) -> str:
    url = reverse("admin:prepared_file", args=[job.pk])
    text: str = client.get(url, headers=ENGLISH).content.decode()
    return text


def fetched(client, job):
    url = reverse("admin:prepared_file_download", args=[job.pk])
    return client.get(url, headers=ENGLISH, follow=True)


def files():
    folder = background.folder()
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


def read(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)
