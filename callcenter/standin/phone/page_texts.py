"""What the script of the telephone pages writes, in the reader's language."""

from typing import Any

from django.utils.translation import get_language, gettext

# The language of what people type, as voices name it.
_SPOKEN = {"ja": "ja-JP", "en": "en-US"}


def spoken_language() -> str:
    """The tag of the reader's language, for the voice at the other end."""
    return _SPOKEN.get((get_language() or "")[:2], "en-US")


def texts() -> dict[str, Any]:
    """The words by what they say; {names} are filled in by the script."""
    return {
        "doing": {
            "idle": gettext("Ready to call"),
            "ringing": gettext("Ringing"),
            "listening": gettext("Listening"),
            "menu": gettext("Asked for a key"),
            "queued": gettext("Waiting in the queue"),
            "dialling": gettext("Waiting for a caller"),
            "talking": gettext("Talking"),
            "recording": gettext("Recording your message"),
            "over": gettext("Call ended"),
        },
        "ended": {
            "caller": gettext("You hung up."),
            "other": gettext("The other side hung up."),
            "system": gettext("The center ended the call."),
        },
        "notes": {
            "queued": gettext("You entered the queue."),
            "connected": gettext("You are connected with {name}."),
            "disconnected": gettext("The conversation is over."),
        },
        "by": gettext("{name}:"),
        "error": gettext("Twilio would report error {code}."),
        "lost": gettext("The call was lost."),
        "music": gettext("♪ Music: {file}"),
        "position": gettext("Queue {queue}, place {position}"),
        "pressed": gettext("You pressed {keys}"),
        "rings": gettext("It rings."),
        "talking_since": gettext("You are connected."),
        "trouble": gettext("The server does not answer as it should."),
        "withheld": gettext("Number withheld"),
        "you": gettext("You"),
    }
