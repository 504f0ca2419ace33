"""The cells of a report's table, and how they are written.

Here and not in a template: a page has thousands of cells, and Django's templates take
ten times as long to write them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it reads, and the list that it opens."""

    text: str | SafeString
    url: str = ""
    is_zero: bool = False
    is_text: bool = False
    # Of a change: "better", "worse" or empty.
    judgement: str = ""
    # How good it is: "warn", "bad" or empty.
    state: str = ""
    # A service level beside its target.
    meter: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, with its cells before the first number, and the others."""

    texts: list[Cell]
    numbers: list[Cell]
    is_provisional: bool = False

    @property
    def html(self) -> SafeString:
        """The cells as HTML; whatever is no HTML in them is escaped."""
        return SafeString("".join([*self._head(), *map(_number, self.numbers)]))

    def _head(self) -> Iterator[str]:
        for place, cell in enumerate(self.texts):
            if place:
                yield f'<td class="text">{_escaped(cell.text)}</td>'
                continue
            text = _escaped(cell.text)
            if self.is_provisional:
                word = escape(gettext("Provisional"))
                text = f'{text} <span class="provisional">{word}</span>'
            yield f'<th scope="row">{text}</th>'


def _number(cell: Cell) -> str:
    text = _escaped(cell.text)
    if cell.state:
        text = f'<span class="state state-{cell.state}">{text}</span>'
    if cell.url:
        text = f'<a href="{escape(cell.url)}">{text}</a>'
    if cell.meter:
        text = f"{text} {_escaped(cell.meter)}"
    if cell.judgement:
        text = f"{text} {_judged(cell.judgement)}"
    if cell.is_zero:
        return f'<td class="zero">{text}</td>'
    if cell.is_text:
        return f'<td class="text">{text}</td>'
    return f"<td>{text}</td>"


def _judged(judgement: str) -> str:
    if judgement == "better":
        return f'<span class="state state-ok">{escape(gettext("better"))}</span>'
    return f'<span class="state state-bad">{escape(gettext("worse"))}</span>'


def _escaped(text: str | SafeString) -> str:
    return text if isinstance(text, SafeString) else escape(text)
