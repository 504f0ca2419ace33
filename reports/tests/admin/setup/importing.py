"""Sends files of the setup to their import, and reads the pages that answer."""

from typing import Any

from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

NAMES = ["holiday", "operator", "wrapupcode"]


def address(name: str, what: str = "import") -> str:
    return reverse(f"admin:callcenter_{name}_{what}")


def send(client: Client, name: str, data: bytes | str) -> Any:
    """The page that answers a file."""
    if isinstance(data, str):
        data = data.encode()
    file = SimpleUploadedFile("setup.csv", data)
    response = client.post(
        address(name), {"import_file": file, "resource": "0", "format": "0"}
    )
    assert response.status_code == 200
    return response


def confirm(client: Client, name: str, page: Any) -> Any:
    """What confirming a preview leads to."""
    return client.post(
        address(name, "process_import"), page.context["confirm_form"].initial
    )


def bring(client: Client, name: str, data: bytes | str) -> list[str]:
    """Sends and confirms; what the page says afterwards."""
    response = confirm(client, name, send(client, name, data))
    assert response.status_code == 302
    return [str(message) for message in get_messages(response.wsgi_request)]


def lines(page: Any) -> list[tuple[int, str, list[str]]]:
    return [
        (line.number, str(line.state), line.errors)
        for line in page.context["preview"].lines
    ]


def refusal(page: Any) -> str:
    """Why a file was not even looked at line by line."""
    assert "confirm_form" not in page.context
    (error,) = page.context["form"].errors["import_file"]
    return str(error)
