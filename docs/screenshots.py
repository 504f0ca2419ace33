"""`make screenshots` takes the pictures of the README.

It serves a temporary database with the demo's past, always with the same seed and end,
so that pictures differ only if pages do. phone.png is taken by hand, during a call.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import django
import time_machine
from playwright.sync_api import Browser, sync_playwright

from conftest import browser

FOLDER = Path(__file__).parent
# Half past two in Tokyo on a Tuesday; the demo's past ends then.
MOMENT = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)
DAYS, SEED = 15, 1
# Larger pictures make the README slow to load on a telephone.
MOST_BYTES = 300_000
PASSWORD = "for-pictures-only"  # noqa: S105 -- of a temporary database


class Shot(NamedTuple):
    """One picture: its file name, and the page and browser it is taken of."""

    name: str
    path: Callable[[], str]
    language: str = "en"
    scheme: Literal["light", "dark"] = "light"
    width: int = 1440
    height: int = 900


def first_page() -> str:
    """The first page of the admin, with today's figures."""
    return "/admin/"


def entries() -> str:
    """The list of queue entries, at a busy time of the day."""
    return "/admin/callcenter/queueentry/?p=2"


def work_list() -> str:
    """The callers to ring back."""
    return "/admin/worklist/"


def answered_call() -> str:
    """The page of the newest call that waited about a minute."""
    from callcenter.models import Call  # noqa: PLC0415 -- needs the settings

    answered = Call.objects.customers().filter(outcome="answered")
    call = answered.filter(wait_seconds__range=(45, 75)).order_by("-pk")[0]
    return f"/admin/callcenter/call/{call.pk}/change/"


def report() -> str:
    """A day of one queue by half hours, as a chart and a table."""
    return "/admin/reports/queue-interval/?queue=support"


SHOTS = [
    Shot("today", first_page),
    Shot("report", report),
    Shot("call", answered_call, height=1100),
    Shot("worklist", work_list),
    Shot("entries", entries, language="ja", scheme="dark"),
]


def main() -> None:
    """Fill, serve, and take the pictures."""
    with tempfile.TemporaryDirectory(prefix="minicc-pictures-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "minicc.settings",
            # playwright runs an event loop in this thread, which also makes queries.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            "SECRET_KEY": PASSWORD * 4,
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": f"sqlite:///{folder}/minicc.sqlite3",
            "SPOOL_DIR": f"{folder}/spool",
            "TIME_ZONE": "Asia/Tokyo",
            # The README is in English; so are the names of the demo's queues.
            "LANGUAGE_CODE": "en",
        }
        django.setup()
        with time_machine.travel(MOMENT):
            fill()
            base = serve()
            take(base)


def fill() -> None:
    """Create the demo's past and the user who looks at it."""
    from django.contrib.auth.models import User  # noqa: PLC0415 -- needs the settings
    from django.core.management import call_command  # noqa: PLC0415 -- ditto

    call_command("migrate", verbosity=0)
    call_command("demo", days=DAYS, seed=SEED)
    User.objects.create_superuser("kato", password=PASSWORD, first_name="Kato")


def serve() -> str:
    """Start a server in this process, whose time is MOMENT; returns its address."""
    from django.conf import settings  # noqa: PLC0415 -- needs the settings
    from django.core.servers.basehttp import ThreadedWSGIServer  # noqa: PLC0415 -- ditto
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 -- ditto
    from django.test.testcases import QuietWSGIRequestHandler  # noqa: PLC0415 -- ditto

    # The browser has the real time, by which cookies of MOMENT may have expired.
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = True
    settings.CSRF_COOKIE_AGE = None
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def take(base: str) -> None:
    """Take every picture; exits if one is too big."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox"]
        )
        for shot in SHOTS:
            file = FOLDER / f"{shot.name}.png"
            _take(chromium, base, shot, file)
            size = file.stat().st_size
            sys.stdout.write(f"{file.relative_to(FOLDER.parent)}: {size:,} bytes\n")
            if size > MOST_BYTES:
                sys.exit(f"{file.name} is over {MOST_BYTES:,} bytes: show less.")
        chromium.close()


def _take(chromium: Browser, base: str, shot: Shot, file: Path) -> None:
    context = chromium.new_context(
        viewport={"width": shot.width, "height": shot.height},
        locale=shot.language,
        color_scheme=shot.scheme,
        timezone_id="Asia/Tokyo",
    )
    page = context.new_page()
    page.goto(f"{base}/admin/login/?next=/admin/")
    page.fill("#id_username", "kato")
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    page.wait_for_selector("#user-tools")
    page.goto(base + shot.path(), wait_until="networkidle")
    page.screenshot(path=file)
    context.close()


if __name__ == "__main__":
    main()
