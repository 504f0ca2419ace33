"""A TwiML document as Twilio reads it: what is wrong is refused or left out."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from callcenter.standin.twiml.errors import Refused
from callcenter.standin.twiml.schema import CONTEXTS, RULES

LARGEST_BYTES = 64 * 1024
XML_TYPES = ("text/xml", "application/xml")
LONGEST_SAY = 4096
LONGEST_SAY_IN_URL = 4500
E164 = re.compile(r"\+?[0-9]{1,15}")


@dataclass
class Element:
    """A verb or noun with what is left of its attributes after the check."""

    name: str
    attributes: dict[str, str]
    text: str
    children: list["Element"] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """Give an attribute."""
        return self.attributes.get(name, default)

    def seconds(self, name: str, default: int) -> int:
        """Give an attribute that is a whole number."""
        value = self.attributes.get(name, "")
        return int(value) if _is_whole(value) else default

    def is_true(self, name: str, default: bool = False) -> bool:
        """Give an attribute that is true or false."""
        value = self.attributes.get(name, "").lower()
        return value == "true" if value in ("true", "false") else default


@dataclass
class Document:
    """The verbs to execute, their URL, and Twilio's warnings (code, detail)."""

    url: str
    method: str
    verbs: list[Element]
    warnings: list[tuple[int, str]] = field(default_factory=list)


def read(body: bytes, content_type: str, context: str = "") -> Document:
    """Parse and check what a server answered; Refused with Twilio's code.

    `context` names a document that is not the call's own: "wait", "announcement" or
    "whisper". A misplaced or misspelt element or attribute is a warning and ignored.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in XML_TYPES:
        raise Refused(12300, content_type or "none")
    if len(body) > LARGEST_BYTES:
        raise Refused(11750, f"{len(body)} bytes")
    return parse(body, context)


def parse(body: bytes, context: str = "") -> Document:
    """Parse and check TwiML; Refused with 12100 or 12102."""
    if b"<!DOCTYPE" in body:
        raise Refused(12100, "a document type")
    try:
        # Safe: what would define an entity is refused above.
        root = ET.fromstring(body)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise Refused(12100, str(problem)) from problem
    if root.tag != "Response":
        raise Refused(12102, str(root.tag))
    warnings: list[tuple[int, str]] = []
    verbs = _children(root, warnings)
    allowed = CONTEXTS.get(context)
    if allowed is not None:
        for verb in verbs:
            if verb.name not in allowed:
                code = 13201 if verb.name == "Dial" and context == "whisper" else 12200
                warnings.append((code, f"{verb.name} in a {context} document"))
        verbs = [verb for verb in verbs if verb.name in allowed]
    return Document("", "POST", verbs, warnings)


def _children(parent: ET.Element, warnings: list[tuple[int, str]]) -> list[Element]:
    found = []
    for child in parent:
        rule = RULES.get(child.tag)
        if rule is None or parent.tag not in rule.parents:
            warnings.append((12200, f"{child.tag} in {parent.tag}"))
            continue
        attributes = {}
        for name, value in child.attrib.items():
            plain = name.replace("{http://www.w3.org/XML/1998/namespace}", "xml:")
            if plain not in rule.attributes and plain not in ALSO.get(child.tag, ()):
                warnings.append((12200, f"attribute {plain} of {child.tag}"))
            elif _is_bad(child.tag, plain, value):
                code = CODES.get((child.tag, plain), 12200)
                warnings.append((code, f"{plain}={value!r}"))
            else:
                attributes[plain] = value
        element = Element(child.tag, attributes, _text(child))
        if not rule.has_text and (child.text or "").strip():
            warnings.append((12200, f"text in {child.tag}"))
        element.children = [
            noun for noun in _children(child, warnings) if child.tag != "Say"
        ]
        if child.tag == "Say":
            _check_say(element, warnings)
        found.append(element)
    return found


def _text(element: ET.Element) -> str:
    # The text inside SSML is spoken, so it is part of Say's text.
    if element.tag == "Say":
        return "".join(element.itertext()).strip()
    return (element.text or "").strip()


def _check_say(say: Element, warnings: list[tuple[int, str]]) -> None:
    if not say.text:
        warnings.append((13520, "empty"))
    elif len(say.text) > LONGEST_SAY or len(quote(say.text)) > LONGEST_SAY_IN_URL:
        # Whether part of it is heard is not documented (docs/twilio.md 5.4): here
        # nothing is.
        warnings.append((13521, f"{len(say.text)} letters"))
        say.text = ""


def _is_whole(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,9}", value))


def _is_hints(value: str) -> bool:
    phrases = [phrase.strip() for phrase in value.split(",")]
    return len(phrases) <= 500 and all(len(phrase) <= 100 for phrase in phrases)


def _is_caller(value: str) -> bool:
    return value.startswith(("client:", "sip:")) or bool(E164.fullmatch(value))


def _one_of(*words: str) -> Callable[[str], bool]:
    return lambda value: value in words


def _is_bad(tag: str, name: str, value: str) -> bool:
    good = VALUES.get((tag, name)) or VALUES.get(("", name))
    return good is not None and not good(value)


# Documented, and missing from the library the table was made of.
ALSO = {"Hangup": ("reason",), "Record": ("transcribeCallbackMethod", "recordingTrack")}
VALUES: dict[tuple[str, str], Callable[[str], bool]] = {
    ("", "method"): _one_of("GET", "POST", "get", "post"),
    ("", "waitUrlMethod"): _one_of("GET", "POST", "get", "post"),
    ("", "loop"): _is_whole,
    ("Pause", "length"): _is_whole,
    ("Gather", "timeout"): lambda value: value == "auto" or _is_whole(value),
    ("Gather", "numDigits"): lambda value: _is_whole(value) and int(value) > 0,
    ("Gather", "finishOnKey"): lambda value: not value or value in set("0123456789*#"),
    ("Gather", "input"): _one_of("dtmf", "speech", "dtmf speech", "speech dtmf"),
    ("Gather", "hints"): _is_hints,
    ("Gather", "speechTimeout"): lambda value: value == "auto" or _is_whole(value),
    ("Gather", "language"): lambda value: bool(re.fullmatch(r"[\w-]+", value)),
    ("Say", "language"): lambda value: bool(re.fullmatch(r"[A-Za-z-]{2,}", value)),
    ("Dial", "timeout"): _is_whole,
    ("Dial", "timeLimit"): _is_whole,
    ("Dial", "callerId"): _is_caller,
    ("Record", "timeout"): _is_whole,
    ("Record", "maxLength"): _is_whole,
    ("Reject", "reason"): _one_of("rejected", "busy"),
}
CODES = {
    ("Pause", "length"): 13910,
    ("Say", "loop"): 13510,
    ("Say", "language"): 13512,
    ("Play", "loop"): 13410,
    ("Gather", "finishOnKey"): 13310,
    ("Gather", "method"): 13312,
    ("Gather", "timeout"): 13313,
    ("Gather", "numDigits"): 13314,
    ("Gather", "hints"): 13330,
    ("Dial", "method"): 13210,
    ("Dial", "timeout"): 13212,
    ("Dial", "callerId"): 13214,
    ("Record", "method"): 13610,
    ("Record", "timeout"): 13611,
    ("Record", "maxLength"): 13612,
    ("Redirect", "method"): 13710,
}
