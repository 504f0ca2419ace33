"""Style sheets: colours in one place, each sheet loaded by a template. No database."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TOKENS = ROOT / "callcenter" / "static" / "callcenter" / "tokens.css"
SHEETS = [
    *(ROOT / "callcenter" / "static").rglob("*.css"),
    *(ROOT / "reports" / "static").rglob("*.css"),
]
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b")
# Paper is white, cameras read dark on light, and text on red is white in both schemes.
SAME_IN_BOTH = {"#fff", "#000"}


def text(sheet: Path) -> str:
    """A style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


def test_colours_are_written_in_the_tokens_alone():
    elsewhere = {
        sheet.name: found
        for sheet in SHEETS
        if sheet != TOKENS
        and (found := set(COLOUR.findall(text(sheet))) - SAME_IN_BOTH)
    }

    assert elsewhere == {}


def test_scheme_is_asked_for_in_the_tokens_alone():
    asking = re.compile(r"prefers-color-scheme|data-theme|light-dark\(")

    assert [sheet for sheet in SHEETS if asking.search(text(sheet))] == [TOKENS]


def test_each_token_is_defined_once():
    names = re.findall(r"^\s*(--[\w-]+):", text(TOKENS), re.MULTILINE)

    assert len(names) == len(set(names))


def test_each_style_sheet_is_loaded_by_a_template():
    pages = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    loaded = set(re.findall(r'static "((?:callcenter|reports)/[\w/.-]+\.css)"', pages))

    names = {str(sheet).split("/static/")[1] for sheet in SHEETS}
    assert names == loaded
