"""The Japanese catalogue: complete, current, and compiled. No database, no gettext.

The messages are taken from the code by Python's own parser, and from the templates by
way of Django's, so that nothing has to be installed and nothing is skipped.
"""

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "locale" / "ja" / "LC_MESSAGES"
OURS = ("minicc", "callcenter", "reports")
# Which arguments of a function are a message's context, id and plural.
FUNCTIONS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")

# A message's context, id and plural; empty where it has none.
Key = tuple[str, str, str]


@dataclass
class Entry:
    """One message of the catalogue, with its translation and marks."""

    key: Key
    translation: str
    flags: str = ""


def entries(text: str) -> list[Entry]:
    """The messages of a .po file, its header left out."""
    found = []
    for block in text.strip().split("\n\n"):
        said = {
            name: "".join(ast.literal_eval(line) for line in lines.splitlines())
            for name, lines in re.findall(
                r'^(msg\w+(?:\[0\])?) ((?:".*"\n?)+)', block, re.MULTILINE
            )
        }
        key = (said.get("msgctxt", ""), said["msgid"], said.get("msgid_plural", ""))
        flags = " ".join(re.findall(r"^#, (.*)$", block, re.MULTILINE))
        translation = said.get("msgstr", said.get("msgstr[0]", ""))
        found.append(Entry(key, translation, flags))
    return found[1:]


def called(tree: ast.AST) -> Iterator[Key]:
    """The messages that Python code asks to be translated."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in FUNCTIONS:
            continue
        texts = [_text(node.args, place) for place in FUNCTIONS[name]]
        context, message, plural = texts
        if message:
            yield context, message, plural


def _text(arguments: list[ast.expr], place: int | None) -> str:
    """The text that stands at a place of a call, if one does."""
    if place is None or place >= len(arguments):
        return ""
    argument = arguments[place]
    return str(argument.value) if isinstance(argument, ast.Constant) else ""


def in_python() -> set[Key]:
    """The messages of our modules."""
    return {
        key
        for app in OURS
        for path in (ROOT / app).rglob("*.py")
        if "tests" not in path.parts
        for key in called(ast.parse(path.read_text()))
    }


def in_templates() -> set[Key]:
    """The messages of our templates, as the calls that Django makes of them."""
    names = "|".join(sorted(FUNCTIONS, key=len, reverse=True))
    # What templatize gives is text for xgettext, with filling between the calls.
    call = re.compile(rf"(?:{names})\((?:[^()'\"]|'[^']*'|\"[^\"]*\")*\)")
    found: set[Key] = set()
    # Pages, and the text of mails.
    for path in (ROOT / "templates").rglob("*.*"):
        for text in call.findall(templatize(path.read_text(), origin=str(path))):
            found |= set(called(ast.parse(text.strip())))
    return found


CATALOGUE = entries((FOLDER / "django.po").read_text())


def test_every_message_of_ours_is_in_the_catalogue_and_no_other():
    assert {entry.key for entry in CATALOGUE} == in_python() | in_templates()


def test_messages_are_found_in_code_and_in_templates():
    assert ("", "queue entry", "") in in_python()
    assert ("overflow reason", "closed", "") in in_python()
    assert ("", "This cannot be deleted:", "") in in_templates()
    assert [key[1] for key in in_templates() if key[2]] != []


def test_every_message_is_translated_and_none_is_a_guess():
    doubtful = [
        entry.key
        for entry in CATALOGUE
        if not entry.translation or "fuzzy" in entry.flags
    ]

    assert doubtful == []


def test_translations_fill_in_the_same_places():
    different = [
        (message, entry.translation)
        for entry in CATALOGUE
        for _context, singular, plural in [entry.key]
        for message in [plural or singular]
        if sorted(PLACEHOLDER.findall(entry.translation))
        != sorted(PLACEHOLDER.findall(message))
    ]

    assert different == []


def test_catalogue_has_each_message_once():
    keys = [entry.key for entry in CATALOGUE]

    assert len(keys) == len(set(keys))


def test_compiled_catalogue_says_what_the_readable_one_says():
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    said = dict(compiled._catalog)  # type: ignore[attr-defined]
    said.pop("")

    expected = {}
    for entry in CATALOGUE:
        context, message, plural = entry.key
        name = f"{context}\x04{message}" if context else message
        expected[(name, 0) if plural else name] = entry.translation

    assert said == expected
