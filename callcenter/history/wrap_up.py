"""What operators have noted of their conversations: at the desk, or by typing a code.

No database.
"""

from collections.abc import Iterable
from datetime import datetime

from callcenter.decision import Decision, Verb
from callcenter.history.evidence import Evidence
from callcenter.history.visits import Connect
from callcenter.models import WebhookEvent
from callcenter.params import CODE_KEY, last_value
from callcenter.routes import WRAP_UP_PATH, Kind

LONGEST_CODE = 64
LONGEST_NOTE = 10_000


def typed_code(event: WebhookEvent) -> str:
    """The wrap-up code that an operator typed with a request; empty if there is none.

    Which code the digits stood for was decided then, so that it does not change when
    the setup does.
    """
    if event.kind != Kind.OPERATOR:
        return ""
    decision = Decision.parse(event.decision)
    return decision.target[:LONGEST_CODE] if decision.verb is Verb.WRAP_UP else ""


def may_have_code(event: WebhookEvent) -> bool:
    """Whether an operator typed a wrap-up code, known or not, or did so in a copy."""
    if event.kind != Kind.OPERATOR:
        return False
    digits = last_value(event.params, "Digits")
    return digits.startswith(CODE_KEY) or bool(typed_code(event))


def wrap_up_of(connect: Connect, evidence: Evidence) -> tuple[str, str]:
    """The wrap-up code and the note of the conversation that a connect began.

    Both are empty where nothing was noted. What was noted last counts. An event of ours
    is one of the caller's call, and names the operator's leg, the code and the note in
    its form (`OperatorLeg`, `Code`, `Note`).
    """
    noted = [
        event
        for event in evidence.of_kind(Kind.INTERNAL)
        if event.path == WRAP_UP_PATH and event.params.get("OperatorLeg") == connect.leg
    ]
    code = note = ""
    for event in sorted(
        [*noted, *connect.codes], key=lambda one: (one.received_at, one.dedup_key)
    ):
        code = typed_code(event)
        if event.kind == Kind.INTERNAL:
            code = str(event.params.get("Code", ""))[:LONGEST_CODE]
            note = str(event.params.get("Note", ""))[:LONGEST_NOTE]
    return code, note


def add_typed_codes(
    connects: Iterable[Connect], evidence: Evidence, unknown_legs: frozenset[str]
) -> None:
    """Adds to the connects of a call the codes that were typed about it afterwards.

    A code is about the call that its URL names; else, as a Dial action, about the one
    that its leg was given last before it (docs/contract.md 8.K4). `unknown_legs` are
    SIDs that are named, but no event is about.
    """
    own = sorted(connects, key=lambda connect: connect.at)
    for event in evidence.others:
        mine = [one for one in own if one.leg == event.call_sid]
        if not mine or not typed_code(event):
            continue
        before = [one for one in mine if one.at <= event.received_at]
        if event.other_sid == evidence.sid:
            (before or mine[:1])[-1].codes.append(event)
        elif not event.other_sid or event.other_sid in unknown_legs:
            since = before[-1].at if before else None
            if since and not _is_given_another(event, since, evidence):
                before[-1].codes.append(event)


def _is_given_another(code: WebhookEvent, since: datetime, evidence: Evidence) -> bool:
    """Whether the leg of a code was given another caller after a moment, before it."""
    return any(
        since < one.received_at <= code.received_at
        for one in evidence.others
        if one.kind == Kind.CONNECT and one.other_sid == code.call_sid
    )
