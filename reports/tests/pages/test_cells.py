"""Cells of a report's table as HTML."""

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import override

from reports.pages.cells import Cell, Line
from reports.tests.factories import make_entry, make_queue
from reports.tests.pages.reading import page

EVIL = "<script>'\"&"
ESCAPED = "&lt;script&gt;&#x27;&quot;&amp;"


def test_text_address_and_picture_are_escaped():
    line = Line([Cell(EVIL), Cell(EVIL)], [Cell(EVIL, url=f"/?q={EVIL}", meter=EVIL)])

    assert line.html == (
        f'<th scope="row">{ESCAPED}</th><td class="text">{ESCAPED}</td>'
        f'<td><a href="/?q={ESCAPED}">{ESCAPED}</a> {ESCAPED}</td>'
    )


def test_what_is_html_already_stays():
    drawn = SafeString("<b>1</b>")

    line = Line([Cell(drawn)], [Cell("1", meter=drawn)])

    assert line.html == f'<th scope="row">{drawn}</th><td>1 {drawn}</td>'


@pytest.mark.parametrize(
    ("cell", "html"),
    [
        (Cell("0", is_zero=True), '<td class="zero">0</td>'),
        (Cell("on", is_text=True), '<td class="text">on</td>'),
        (
            Cell("+1", judgement="better"),
            '<td>+1 <span class="state state-ok">better</span></td>',
        ),
        (
            Cell("+1", judgement="worse"),
            '<td>+1 <span class="state state-bad">worse</span></td>',
        ),
    ],
)
def test_cells_say_of_what_kind_they_are(cell, html):
    with override("en"):
        assert Line([], [cell]).html == html


def test_row_that_is_not_over_says_so_in_the_language_of_the_reader():
    line = Line([Cell("9:00")], [], is_provisional=True)

    with override("ja"):
        assert line.html == (
            '<th scope="row">9:00 <span class="provisional">速報</span></th>'
        )


@pytest.mark.django_db
def test_name_of_a_queue_is_text(admin_client):
    make_queue(name=EVIL)
    make_entry()

    html = page(admin_client, "queue-summary", first="2026-10-20", last="2026-10-20")

    assert f'<th scope="row">{ESCAPED}</th>' in html
    assert EVIL not in html
