"""The texts that the script of the telephone pages shows, in the reader's language."""

from typing import Any

from django.utils.translation import get_language, gettext

# The tag for the speech synthesis that reads what people type.
_SPOKEN = {"ja": "ja-JP", "en": "en-US"}


def spoken_language() -> str:
    """The language tag of the reader, for the voice that reads what they type."""
    return _SPOKEN.get((get_language() or "")[:2], "en-US")


def texts() -> dict[str, Any]:
    """The texts by key; the script fills in the {names}."""
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
            "beep": gettext("♪ A short tone"),
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
