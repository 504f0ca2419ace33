"""A browser window with a reader logged in, in which nothing may go wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from conftest import browser


@contextmanager
def window_of(live_server: Any, settings: Any, width: int) -> Iterator[Page]:
    """An empty page of a browser as an administrator has it, so many pixels wide.

    Rows must be made before: inside, the database may not be asked. What the page says
    on its console, and errors of its scripts, fail the test at the end.
    """
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.create_superuser("sato", password="x"))
    cookie = client.cookies["sessionid"].value
    trouble: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser())
        context = chromium.new_context(viewport={"width": width, "height": 900})
        context.add_cookies(
            [{"name": "sessionid", "value": cookie, "url": live_server.url}]
        )
        opened = context.new_page()
        opened.on("pageerror", lambda error: trouble.append(str(error)))
        opened.on("console", lambda said: trouble.append(said.text))
        yield opened
        chromium.close()
    assert trouble == []
