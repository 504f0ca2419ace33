"""The wall's page in a browser, of a board of our choice: no server, no database."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Browser, Page, Route

from reports.present import formats
from reports.wall.board import Board
from reports.wall.shown import shown
from reports.wall.views import texts

ADDRESS = "http://wall.example/wall/token/"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def open_wall(
    chromium: Browser,
    board: Board,
    size: tuple[int, int],
    language: str = "en",
    theme: str = "dark",
) -> Page:
    """The wall on a screen of a size in pixels."""
    with translation.override(language):
        context = {
            "title": "ミニCC お客様センター",
            "board": shown(board, []),
            "day": formats.day_and_weekday(board.at.date()),
            "time": f"{board.at:%H:%M}",
            "texts": texts(),
            "theme": theme,
        }
        whole = render_to_string("reports/wall/page.html", context)
        part = render_to_string("reports/wall/_figures.html", context)

    def answer(route: Route) -> None:
        path = route.request.url.split("wall.example")[1].split("?")[0]
        if path.startswith(settings.STATIC_URL):
            file = Path(_found(path.removeprefix(settings.STATIC_URL)))
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            text = part if path.endswith("/figures/") else whole
            route.fulfill(body=text, content_type="text/html; charset=utf-8")

    width, height = size
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.route("**/*", answer)
    page.goto(ADDRESS)
    return page


def _found(name: str) -> Any:
    """The file of a static address, whose name may have a hash of its text in it."""
    path = Path(name)
    plain = path.with_name(path.stem.split(".")[0] + path.suffix)
    return finders.find(name) or finders.find(str(plain))
