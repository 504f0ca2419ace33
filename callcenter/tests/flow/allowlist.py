"""Checks documents against the TwiML that Twilio's own library knows (see data/)."""

import json
from pathlib import Path
from xml.etree import ElementTree

from twilio.twiml.voice_response import VoiceResponse

_LIST = json.loads(
    (Path(__file__).parent.parent / "data/twiml_allowlist.json").read_text("utf-8")
)
_NARROW = {"wait": "waitUrl", "connect": "Queue@url"}
_NEVER_EMPTY = {"Say", "Play", "Redirect", "Queue", "Enqueue", "Number"}
MOST_BYTES = 64 * 1024
MOST_ENCODED = 4500


def parsed(document: VoiceResponse) -> ElementTree.Element:
    """The document as Twilio reads it."""
    return _parsed(document.to_xml().encode())


def faults(document: VoiceResponse, kind: str) -> list[str]:
    """What Twilio would refuse in a document for this kind of request."""
    return faults_in(document.to_xml().encode(), kind)


def faults_in(text: bytes, kind: str) -> list[str]:
    """The same as `faults`, for the body of an answer."""
    found = []
    if len(text) >= MOST_BYTES:
        found.append("longer than 64 kB")
    root = _parsed(text)
    if root.tag != _LIST["root"] or root.attrib:
        found.append(f"root is {root.tag} {root.attrib}")
    if kind in _NARROW:
        allowed = _LIST["contexts"][_NARROW[kind]]
        found += [f"{verb.tag} in {kind}" for verb in root if verb.tag not in allowed]
    return found + _faults_below(root)


def _parsed(text: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 -- our own


def _faults_below(parent: ElementTree.Element) -> list[str]:
    found = []
    for child in parent:
        rule = _LIST["elements"].get(child.tag)
        if rule is None:
            found.append(f"no element {child.tag}")
            continue
        if parent.tag not in rule["parents"]:
            found.append(f"{child.tag} in {parent.tag}")
        if strange := set(child.attrib) - set(rule["attributes"]):
            found.append(f"{child.tag} with {sorted(strange)}")
        if (child.text or "").strip() and not rule["text"]:
            found.append(f"text in {child.tag}")
        if child.tag in _NEVER_EMPTY and not (child.text or "").strip():
            found.append(f"empty {child.tag}")
        found += _faults_below(child)
    return found
