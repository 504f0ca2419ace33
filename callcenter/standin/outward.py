"""Legs that Dial makes: telephones and browsers that ring (reference 3.4, 4, 5.8)."""

from callcenter.standin.script import Script
from callcenter.standin.twiml import Document, Element


async def dial(
    script: Script, verb: Element, document: Document, form: dict[str, str]
) -> None:
    """Ring what the nouns name; fill in what the action tells."""
    script.leg.note("nobody is dialled")
    form["DialCallStatus"] = "failed"
