"""The paths on which events arrive, and what the kinds of events have in common.

The only list of kinds. The paths are a contract (docs/contract.md 3): installed Twilio
numbers point at them. No database.
"""

import re
from enum import StrEnum


class Kind(StrEnum):
    """What a request is about; its path says so. Also the name of its URL."""

    INCOMING = "incoming"
    MENU = "menu"
    WAIT = "wait"
    QUEUE_EXIT = "queue-exit"
    CONNECT = "connect"
    OPERATOR = "operator"
    OPERATOR_DONE = "operator-done"
    CLIENT = "client"
    RING_BACK = "ring-back"
    RING_BACK_DONE = "ring-back-done"
    VOICEMAIL = "voicemail"
    RECORDING = "recording"
    STATUS = "status"
    FALLBACK = "fallback"
    INTERNAL = "internal"


PREFIX = "/twilio/"
NAMESPACE = "twilio"
LAST_VISIT = 32_767  # the greatest number that the column of the visit holds

# Below the prefix, as django.urls.path reads it. Any text may stand for a menu, a queue
# or a visit: a caller whose URL has an unknown one is served, not refused.
PATHS = {
    Kind.INCOMING: "incoming/",
    Kind.MENU: "menu/<str:menu>/",
    Kind.WAIT: "wait/<str:queue>/<str:visit>/",
    Kind.QUEUE_EXIT: "queue-exit/<str:queue>/<str:visit>/",
    Kind.CONNECT: "connect/",
    Kind.OPERATOR: "operator/",
    Kind.OPERATOR_DONE: "operator/done/",
    Kind.CLIENT: "client/",
    # An operator's telephone that Twilio rings so that a caller is rung back. Whom, the
    # database says: the token only names the ring-back.
    Kind.RING_BACK: "ring-back/<str:token>/",
    Kind.RING_BACK_DONE: "ring-back/<str:token>/done/",
    Kind.VOICEMAIL: "voicemail/<str:queue>/<str:visit>/",
    Kind.RECORDING: "recording/",
    Kind.STATUS: "status/",
    Kind.FALLBACK: "fallback/",
}
# What MiniCC itself does is an event without a request: no URL leads to it.
INTERNAL_PREFIX = "/internal/"
SETTLE_PREFIX = "/internal/settle/"
FORGET_PREFIX = "/internal/forget/"
CALL_LOG_PREFIX = "/internal/call-log/"
# Below it, the acts of an operator at a desk in the browser: history.desk_states.
DESK_PREFIX = "/internal/desk/"
# What an operator says of a leg that was answered: nobody was there but a machine.
ANSWERED_BY_PATH = "/internal/answered-by/"
# What an operator has noted of a conversation.
WRAP_UP_PATH = "/internal/wrap-up/"
# That a recording shall be deleted at Twilio, and that it has been: history.recordings.
DELETION_ASKED_PATH = "/internal/recording-deletion/"
DELETED_PATH = "/internal/recording-deleted/"
OF_RECORDINGS = (DELETION_ASKED_PATH, DELETED_PATH)
# What people say of a call that Twilio has told us of.
ACTS_ABOUT_CALLS = (ANSWERED_BY_PATH, WRAP_UP_PATH, *OF_RECORDINGS)

# Events of these kinds come in files; no page of ours answers such a request.
WITHOUT_VIEW = (Kind.INTERNAL,)
# Nobody listens to the answer, so none is decided.
WITHOUT_DECISION = (Kind.RECORDING, Kind.STATUS, Kind.INTERNAL)

# A leg begins here: these say best who calls whom.
VOICE_URLS = (Kind.INCOMING, Kind.CLIENT)
# Only a leg of an operator comes here.
OPERATOR_PATHS = (
    *(Kind.OPERATOR, Kind.OPERATOR_DONE, Kind.CLIENT),
    *(Kind.RING_BACK, Kind.RING_BACK_DONE),
)
# The URLs of these carry whether the operator is signed in.
OPERATOR_LOOP = (Kind.OPERATOR, Kind.OPERATOR_DONE)
# These say which operator a leg belongs to, used if no voice URL or Dial action does.
WEAK_INTRODUCTIONS = (Kind.OPERATOR, Kind.STATUS, Kind.FALLBACK, Kind.INTERNAL)
# What these say about an operator's leg can change the history of its callers.
ABOUT_OPERATOR_LEGS = (*VOICE_URLS, *WEAK_INTRODUCTIONS, Kind.OPERATOR_DONE)
# Such requests come for every leg, so the kind of the leg cannot be seen from them.
OF_ANY_LEG = (Kind.STATUS, Kind.FALLBACK, Kind.RECORDING)
# Their path names the queue and the visit.
OF_ONE_VISIT = (Kind.WAIT, Kind.QUEUE_EXIT, Kind.VOICEMAIL)
# These concern the call they come from and no other.
OF_ONE_CALL = (Kind.MENU, *OF_ONE_VISIT)
# A caller may press a key here; the key is part of the history.
WITH_INPUT = (Kind.MENU, Kind.WAIT)

_PARAMETER = re.compile(r"<str:(\w+)>")
_PATTERNS = [
    *(
        (kind, re.compile(re.escape(PREFIX) + _PARAMETER.sub(r"(?P<\1>[^/]+)", path)))
        for kind, path in PATHS.items()
    ),
    (Kind.INTERNAL, re.compile(re.escape(INTERNAL_PREFIX) + r".+")),
]


def place_of(path: str) -> tuple[Kind, dict[str, str]] | None:
    """The kind and the named parts of a path without query; None if it is not ours."""
    for kind, pattern in _PATTERNS:
        found = pattern.fullmatch(path)
        if found:
            return kind, found.groupdict()
    return None


def url_name(kind: Kind) -> str:
    """The name under which `reverse` knows the URL of a kind."""
    return f"{NAMESPACE}:{kind}"
