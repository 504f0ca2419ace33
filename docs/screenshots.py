"""`make screenshots` takes the pictures of the README and of the guides.

It serves a temporary database with the demo's past, one in each language, always with
the same seed and moment, so that pictures differ only if pages do. phone.png is taken
by hand, during a call.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import django
import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

from conftest import browser

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "ja")
# Larger pictures make the README slow to load on a telephone.
MOST_BYTES = 300_000
# In place of Twilio's telephone at the desk: it takes every call, and nobody speaks.
TELEPHONE = """
export async function problemOfMicrophone() { return ""; }
export async function open() {
  const leg = { sid: "", press() {}, mute() {}, hangUp() {} };
  return { connect: async () => leg, close() {} };
}
"""


class Shot(NamedTuple):
    """One picture: its file name, and the page and browser it is taken of."""

    name: str
    path: Callable[[], str]
    language: str = "en"
    scheme: Literal["light", "dark"] = "light"
    width: int = 1440
    height: int = 900
    user: str = "kato"
    # What is done on the page before.
    act: Callable[[Page], None] = lambda page: None


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
    """The page of the newest call that waited about a minute and is over."""
    from callcenter.models import Call  # noqa: PLC0415 -- needs the settings

    answered = Call.objects.customers().filter(outcome="answered")
    over = answered.exclude(ended_at=None)
    call = over.filter(wait_seconds__range=(45, 75)).order_by("-pk")[0]
    return f"/admin/callcenter/call/{call.pk}/change/"


def report() -> str:
    """A day of one queue by half hours, as a chart and a table."""
    return "/admin/reports/queue-interval/?queue=support"


def desk() -> str:
    """The desk of an operator in the browser."""
    return "/desk/"


def in_conversation(desk: Page) -> None:
    """The page of a desk has the line by which its operator talks."""
    desk.click("#desk-ready")
    desk.wait_for_selector("#desk-controls:not([hidden])")
    desk.wait_for_timeout(1000)


def with_reasons(desk: Page) -> None:
    """... and the reasons for not being ready are shown."""
    in_conversation(desk)
    desk.click("#desk-away")


def wall() -> str:
    """The screen on the wall."""
    from docs import pictured  # noqa: PLC0415 -- needs the settings

    return pictured.address_of_wall()


def daily() -> str:
    """The daily report of a working day."""
    from docs import pictured  # noqa: PLC0415 -- needs the settings

    return f"/admin/reports/daily/?day={pictured.REPORTED_DAY}"


def operators() -> str:
    """The report of operators, of last week."""
    return "/admin/reports/operators/?period=last-week"


def queue() -> str:
    """The form of a queue."""
    from callcenter.models import Queue  # noqa: PLC0415 -- needs the settings

    return f"/admin/callcenter/queue/{Queue.objects.get(slug='support').pk}/change/"


def system() -> str:
    """Whether the parts of the installation do their work."""
    return "/admin/system/"


SHOTS = [
    Shot("today", first_page),
    Shot("report", report),
    Shot("call", answered_call, height=1100),
    Shot("worklist", work_list),
    Shot("entries", entries, language="ja", scheme="dark"),
    *(
        shot._replace(name=f"guides/{shot.name}{ending}", language=language)
        for language, ending in (("en", ""), ("ja", "-ja"))
        for shot in (
            Shot("desk", desk, user="agent_01", act=in_conversation, height=850),
            Shot("pause", desk, user="agent_01", act=with_reasons, height=430),
            Shot("wall", wall, scheme="dark", height=810),
            Shot("daily", daily, height=1000),
            Shot("queue", queue, height=1100),
            Shot("system", system, height=1000),
        )
    ),
    Shot("guides/operators", operators),
    Shot("guides/worklist-ja", work_list, language="ja"),
]


def main() -> None:
    """Fill, serve, and take the pictures; each language in a process of its own."""
    if len(sys.argv) > 1:
        take_in(sys.argv[1])
        return
    command = [sys.executable, "-m", "docs.screenshots"]
    taking = [
        subprocess.Popen([*command, language])  # noqa: S603 -- ourselves
        for language in LANGUAGES
    ]
    codes = [process.wait() for process in taking]
    sys.exit(max(codes))


def take_in(language: str) -> None:
    """Take the pictures of an installation in a language."""
    with tempfile.TemporaryDirectory(prefix="minicc-pictures-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "minicc.settings",
            # playwright runs an event loop in this thread, which also makes queries.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
            "SECRET_KEY": "for-pictures-only" * 4,
            "DEBUG": "0",
            "DEMO": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "PUBLIC_BASE_URL": "https://cc.example.com",
            "DATABASE_URL": f"sqlite:///{folder}/minicc.sqlite3",
            "SPOOL_DIR": f"{folder}/spool",
            "TIME_ZONE": "Asia/Tokyo",
            # Also of the names of the demo's queues.
            "LANGUAGE_CODE": language,
            # Of nobody: the desk asks for a token, and nobody asks Twilio.
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "for-pictures-only",
            "TWILIO_API_KEY_SID": "SK" + "0" * 32,
            "TWILIO_API_KEY_SECRET": "for-pictures-only" * 2,
            "TWILIO_TWIML_APP_SID": "AP" + "0" * 32,
        }
        django.setup()
        from docs import pictured  # noqa: PLC0415 -- needs the settings

        with time_machine.travel(pictured.MOMENT) as clock:
            pictured.fill()
            base = serve()
            take(base, language, lambda: clock.move_to(pictured.MOMENT))


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


def take(base: str, language: str, turn_back_clock: Callable[[], None]) -> None:
    """Take the pictures of a language; exits if one is too big."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox"]
        )
        for shot in SHOTS:
            if shot.language != language:
                continue
            file = FOLDER / f"{shot.name}.png"
            _take(chromium, base, shot, file, turn_back_clock)
            size = file.stat().st_size
            sys.stdout.write(f"{file.relative_to(FOLDER.parent)}: {size:,} bytes\n")
            if size > MOST_BYTES:
                sys.exit(f"{file.name} is over {MOST_BYTES:,} bytes: show less.")
        chromium.close()


def _take(
    chromium: Browser,
    base: str,
    shot: Shot,
    file: Path,
    turn_back_clock: Callable[[], None],
) -> None:
    from docs import pictured  # noqa: PLC0415 -- needs the settings

    context = chromium.new_context(
        viewport={"width": shot.width, "height": shot.height},
        locale=shot.language,
        color_scheme=shot.scheme,
        timezone_id="Asia/Tokyo",
    )
    context.route(
        "**/desk/twilio-line*.js",
        lambda asked: asked.fulfill(body=TELEPHONE, content_type="text/javascript"),
    )
    page = context.new_page()
    page.goto(f"{base}/admin/login/?next=/admin/")
    page.fill("#id_username", shot.user)
    page.fill("#id_password", pictured.PASSWORD)
    page.click("input[type=submit]")
    page.wait_for_selector("#user-tools")
    turn_back_clock()
    page.goto(base + shot.path(), wait_until="networkidle")
    shot.act(page)
    page.screenshot(path=file)
    context.close()


if __name__ == "__main__":
    main()
