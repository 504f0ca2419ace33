"""The wall in a real browser: nothing runs out of its place, nothing covers another."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from conftest import browser
from reports.tests.wall.boards import board, queue
from reports.tests.wall.screens import open_wall

pytestmark = pytest.mark.browser

SIZES = [
    (1440, 900),
    (1920, 1080),
    (1280, 720),
    (3840, 2160),
    (1080, 1920),
    (2560, 1080),
]
TELEPHONE = (390, 844)
LONG_NAME = "法人のお客様向け技術サポート・故障受付窓口（東日本）"
# What is wider than its place, or reaches beyond the screen or into the next thing.
OVERFLOWS = """
() => {
  const out = [];
  const text = (one) => one.className + " " + one.textContent.trim().slice(0, 40);
  const ink = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return range.getBoundingClientRect();
  };
  const room = (one) => one.getBoundingClientRect();
  for (const tile of document.querySelectorAll(".wall-tile")) {
    for (const part of tile.children) {
      const there = ink(part);
      if (there.right > room(tile).right || there.bottom > room(tile).bottom)
        out.push("out of its card: " + text(part));
    }
  }
  for (const cell of document.querySelectorAll(".wall-queues :is(th, td)")) {
    const name = cell.querySelector(".name");
    const there = name ? room(name) : ink(cell.querySelector(".mark") ?? cell);
    if (there.left < room(cell).left - 1 || there.bottom > room(cell).bottom + 1)
      out.push("out of its cell: " + text(cell));
  }
  const names = [...document.querySelectorAll("h1, .wall-tiles, .wall-queues thead tr,"
    + ".wall-queues tbody tr, .wall-more, .wall-foot p, .wall-age")];
  const isPhone = innerWidth <= 900;
  for (const one of names) {
    const there = one.matches("p, .wall-age") ? ink(one) : room(one);
    const isOut = there.right > innerWidth || there.left < 0
      || (!isPhone && there.bottom > innerHeight);
    if (isOut) out.push("out of the screen: " + text(one));
    for (const other of names) {
      if (other === one) break;
      const here = other.matches("p, .wall-age") ? ink(other) : room(other);
      if (there.top < here.bottom - 1 && here.top < there.bottom - 1
          && there.left < here.right - 1 && here.left < there.right - 1)
        out.push("one over the other: " + text(other) + " / " + text(one));
    }
  }
  const { scrollWidth, scrollHeight } = document.documentElement;
  if (scrollWidth > innerWidth) out.push("wider than the screen");
  if (!isPhone && scrollHeight > innerHeight) out.push("higher than the screen");
  return out;
}
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox"]
        )
        yield launched
        launched.close()


def fullest(queues):
    """The longest values that a center may have, in so many queues."""
    return board(
        *(
            queue(
                LONG_NAME if number % 2 else f"Customer care and billing {number}",
                callers=123,
                waits=4 * 3600 - number,
                ready=0 if number % 2 else 120,
                talking=104,
                within=1000 if number % 3 else 0,
                offered=1000,
                target=80 + number,
            )
            for number in range(queues)
        ),
        ring_back=1234,
        hours=75,
    )


def good_morning(queues):
    """One call, answered at once."""
    return board(
        *(
            queue(f"Support {number}", within=1, offered=1, target=80 + number)
            for number in range(queues)
        )
    )


@pytest.mark.parametrize("made", [fullest, good_morning])
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("queues", [0, 1, 3, 6, 8, 12])
def test_everything_is_on_the_screen_and_in_its_place(chromium, made, language, queues):
    found = {}
    page = open_wall(chromium, made(queues), SIZES[0], language)
    for width, height in [*SIZES, TELEPHONE]:
        page.set_viewport_size({"width": width, "height": height})
        if out := page.evaluate(OVERFLOWS):
            found[width, height] = out
    page.close()

    assert found == {}


def test_old_figures_have_one_quiet_colour(chromium):
    page = open_wall(chromium, fullest(3), SIZES[0])

    colours = page.evaluate(
        """() => {
          document.body.classList.add("is-stale");
          const all = document.querySelectorAll(
            "#wall-figures :is(p, b, dt, dd, th, td, span, small)");
          const grounds = [...all, ...document.querySelectorAll(".wall-tile")];
          return [
            new Set([...all].map((one) => getComputedStyle(one).color)).size,
            new Set(grounds.map((one) => getComputedStyle(one).backgroundColor)).size,
          ];
        }"""
    )
    page.close()

    assert colours == [1, 1]


def test_page_is_loaded_again_once_the_looks_of_its_figures_are_others(chromium):
    page = open_wall(chromium, good_morning(1), SIZES[0])
    loads = []

    def note(loaded: Page) -> None:
        loads.append(loaded.url)

    page.on("load", note)
    page.wait_for_timeout(1_500)
    assert loads == []

    text = page.content().replace('data-script="', 'data-script="/new')
    page.route("**/figures/", lambda route: route.fulfill(body=text), times=1)
    page.wait_for_event("load")
    page.close()
