"""Reads the page of a report as a browser would: its table, its links."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from reports.present.links import report_url

ENGLISH = {"accept-language": "en"}


def page(client: Client, slug: str, **asked: Any) -> str:
    """The page of a report that answers what is asked."""
    response = client.get(report_url(slug), asked, headers=ENGLISH)
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


class Table(HTMLParser):
    """The cells of a table of a report: their texts, and where they lead."""

    def __init__(self, html: str, style: str = "report-table") -> None:
        super().__init__()
        self._style = style
        self.rows: list[list[tuple[str, str]]] = []
        self._is_in = False
        self._text: list[str] | None = None
        self._href = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self._is_in = self._style in (named.get("class") or "").split()
        elif self._is_in and tag == "tr":
            self.rows.append([])
        elif self._is_in and tag in ("td", "th"):
            self._text, self._href = [], ""
        elif self._text is not None and tag == "a":
            self._href = named.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._is_in = False
        elif tag in ("td", "th") and self._text is not None:
            text = " ".join("".join(self._text).split())
            self.rows[-1].append((text, self._href))
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)


def links(html: str, style: str = "report-table") -> list[tuple[str, str]]:
    """The numbers of a table that lead somewhere, and where."""
    rows = Table(html, style).rows
    return [(text, href) for row in rows for text, href in row if href]


def check_every_number(client: Client, html: str, style: str = "report-table") -> int:
    """Follow each link of a table; returns how many there are."""
    found = links(html, style)
    for text, href in found:
        assert count_of(client, href) == int(text.replace(",", "")), (text, href)
    return len(found)


def count_of(client: Client, href: str) -> int:
    """How many rows the list at an address has; it must be able to read all of it."""
    response = client.get(href, headers=ENGLISH)
    assert response.status_code == 200, (href, response.status_code)
    changelist = response.context["cl"]
    assert not changelist.problems, (href, changelist.problems)
    assert urlsplit(href).query
    count: int = changelist.result_count
    return count
