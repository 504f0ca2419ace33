"""A document as lines of text, to compare with what it should say. No database."""

from callcenter.tests.flow.allowlist import parsed
from callcenter.tests.flow.plans import make_plan

BASE = "https://callcenter.example.com"
MUSIC = "/static/callcenter/hold-music.wav"
RETRIES = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=4000&tt=14000"
PLAN = make_plan()


def outline(made, depth=0) -> list[str]:
    """The document as lines: element, attributes by name, text.

    Without voices, and without the retries that every address asks for.
    """
    lines = []
    for element in parsed(made) if depth == 0 else made:
        attributes = {
            name: value.removeprefix(BASE).removesuffix(RETRIES)
            for name, value in sorted(element.attrib.items())
            if name not in {"voice", "language", "method", "waitUrlMethod", "input"}
        }
        text = (element.text or "").removeprefix(BASE).removesuffix(RETRIES)
        line = " ".join(
            [element.tag, *(f"{k}={v}" for k, v in attributes.items()), text]
        )
        lines += ["  " * depth + line.rstrip(), *outline(element, depth + 1)]
    return lines


def said(made) -> list[tuple[str, str | None]]:
    return [(say.text or "", say.get("language")) for say in parsed(made).iter("Say")]
