"""What operators have noted of their conversations, by events of ours. No database."""

from callcenter.history.evidence import Evidence
from callcenter.routes import WRAP_UP_PATH, Kind

LONGEST_CODE = 64
LONGEST_NOTE = 10_000


def wrap_up_of(leg: str, evidence: Evidence) -> tuple[str, str]:
    """The wrap-up code and the note of the conversation with an operator's leg.

    Both are empty where nothing was noted. What was noted last counts. The event is one
    of the caller's call, and names the leg, the code and the note in its form
    (`OperatorLeg`, `Code`, `Note`).
    """
    for event in reversed(evidence.of_kind(Kind.INTERNAL)):
        if event.path == WRAP_UP_PATH and event.params.get("OperatorLeg") == leg:
            code = str(event.params.get("Code", ""))[:LONGEST_CODE]
            return code, str(event.params.get("Note", ""))[:LONGEST_NOTE]
    return "", ""
