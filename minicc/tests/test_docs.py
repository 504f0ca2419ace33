"""Citations in code and prose, such as `docs/contract.md 8.3`, lead somewhere."""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUFFIXES = (".py", ".md", ".html", ".css", ".js", ".json", ".toml")

NUMBER = r"[0-9]+(?:\.(?:[0-9]+|K[0-9]+))*"
# One citation may name several sections (`docs/twilio.md 5.2, 5.3`) and may go on in
# the next line of a comment.
CITATION = re.compile(
    rf"docs/([a-z-]+\.md)(?:\s+(?:#\s+)?({NUMBER}(?:(?:, | and | to ){NUMBER})*))?"
)
# Where these rules stood before they were written down in docs.
ELSEWHERE = re.compile(
    r"product\.md|(?:stack|performance|looks|words)\.md|metrics reference|style guide"
    r"|\breference [0-9]|\.\./shared",
    re.IGNORECASE,
)
HEADING = re.compile(rf"#+ ({NUMBER})(?!\S)")
ITEM = re.compile(r"([0-9]+)\. ")


def files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in names if name.endswith(SUFFIXES))


def citations() -> Iterator[tuple[str, str, str]]:
    """Where it stands, the cited document, and the section ("" if none is named)."""
    for path in files():
        place = str(path.relative_to(ROOT))
        for name, numbers in CITATION.findall(path.read_text()):
            for number in re.findall(NUMBER, numbers) or [""]:
                yield place, name, number


@cache
def sections(name: str) -> set[str]:
    """The numbered headings of a document, and the items of numbered lists (0.20)."""
    document = ROOT / "docs" / name
    if not document.exists():
        return set()
    found, heading = {""}, ""
    for line in document.read_text().splitlines():
        if numbered := HEADING.match(line):
            heading = numbered[1]
            found.add(heading)
        elif item := ITEM.match(line):
            found.add(f"{heading}.{item[1]}")
    return found


def test_every_cited_section_exists():
    missing = {
        f"{place}: docs/{name} {number}"
        for place, name, number in citations()
        if number not in sections(name)
    }

    assert not missing


@pytest.mark.parametrize("name", ["contract.md", "twilio.md", "metrics.md"])
def test_no_section_has_two_headings(name):
    lines = (ROOT / "docs" / name).read_text().splitlines()
    numbers = [found[1] for found in map(HEADING.match, lines) if found]

    assert sorted(numbers) == sorted(set(numbers))


def test_every_module_that_how_it_works_names_exists():
    page = (ROOT / "docs" / "how-it-works.md").read_text()
    named = set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?|[a-z_]+\.py)`", page))
    packages = (ROOT, ROOT / "callcenter", ROOT / "reports")

    assert len(named) > 30
    assert [
        name for name in named if not any((at / name).exists() for at in packages)
    ] == []


def test_no_document_outside_the_repository_is_cited():
    found = {
        f"{path.relative_to(ROOT)}: {cited}"
        for path in files()
        if path != Path(__file__)
        for cited in ELSEWHERE.findall(path.read_text())
    }

    assert found == set()
