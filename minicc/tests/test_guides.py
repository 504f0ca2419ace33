"""The guides name what stands on the screen by the words that stand there."""

import gettext
import re
from functools import cache
from pathlib import Path

import allauth
import django
import pytest

from minicc.settings import BASE_DIR

GUIDES = ("operators", "supervisors", "administrators")
CATALOGUES = (
    BASE_DIR / "locale",
    *sorted(Path(django.__file__).parent.glob("**/locale")),
    Path(allauth.__file__).parent / "locale",
)
# What people say or write, what Twilio's console says, and what a page joins of two.
ELSEWHERE = {
    "italics",
    "Voice, Settings",
    "Enforce HTTP Auth on Media URLs",
    "Can see callers' numbers",
    "short abandon",
    "Not ready · connection lost",
    "99.3% complete · 1 inferred · 2 provisional",
    "—",
    "?",
    "いつ何をするか",
    "離席・接続断",
    "受付中です",
    "どう計算しているの",
    "新料金のご案内メールを送付",
    "欠勤2名",
    "データ充足率99.3% · 推定1件 · 未確定2件",
}


@cache
def texts() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """All texts of pages in both languages, and those with places to be filled in."""
    found: set[str] = set()
    for folder in CATALOGUES:
        for domain in ("django", "djangojs"):
            words = gettext.translation(domain, folder, ["ja"], fallback=True)
            for key, text in getattr(words, "_catalog", {}).items():
                # Of a plural the key has a number too, of some texts a context.
                said = key if isinstance(key, str) else key[0]
                found |= {said.rpartition("\x04")[2], text}
    plain = {_plain(text) for text in found}
    return frozenset(plain), tuple(_pattern(one) for one in plain if "%" in one)


def _plain(text: str) -> str:
    """A text however it is broken into lines, capitalised and ended."""
    return re.sub(r"\s+", " ", text).strip().rstrip(".…").casefold()


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"%\(\w+\)[sd]|%[sd]", text)
    # Where hardly a word is left it would be everything.
    says_something = len("".join(parts).strip()) > 2
    return re.compile(".+".join(map(re.escape, parts)) if says_something else r"(?!)")


def is_on_screen(words: str) -> bool:
    """Whether a page says so, or begins a longer text so."""
    known, patterns = texts()
    plain = _plain(words)
    return (
        plain in known
        or (len(plain) > 7 and any(one.startswith(plain) for one in known))
        or any(pattern.fullmatch(plain) for pattern in patterns)
    )


@pytest.mark.parametrize("name", GUIDES)
@pytest.mark.parametrize(
    ("ending", "quoted"),
    [(".md", r"(?<![\w*])\*([^*]+)\*(?![\w*])"), (".ja.md", r"「([^」]+)」")],
)
def test_words_of_the_screen_are_those_of_the_screen(name, ending, quoted):
    path = BASE_DIR / "docs" / "guides" / f"{name}{ending}"
    # Words in bold are ours, and a line may break within a label.
    page = path.read_text(encoding="utf-8").replace("**", "")
    joint = "" if ending == ".ja.md" else " "
    labels = [joint.join(one.splitlines()) for one in re.findall(quoted, page)]

    assert len(labels) > 20
    assert [
        label for label in labels if label not in ELSEWHERE and not is_on_screen(label)
    ] == []
