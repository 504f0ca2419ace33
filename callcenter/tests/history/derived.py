"""Derives a leg in a test, and picks what tests look at. No database."""

from callcenter.history.derive import History, derive
from callcenter.history.rules import Rules
from callcenter.models import WebhookEvent
from callcenter.tests.sample_events import (
    CALLER,
    OPERATOR_NUMBER,
    SUPPORT_SID,
)

RULES = Rules(
    queues_by_sid={SUPPORT_SID: "support"},
    operators=frozenset({OPERATOR_NUMBER, "client:agent_01"}),
)


def derived(*events: WebhookEvent, sid: str = CALLER, rules: Rules = RULES) -> History:
    """The history of a leg, derived from these events."""
    return derive(sid, events, rules)


def outcomes(history: History) -> list[tuple[int, str, int | None]]:
    """Visit, outcome and wait of every entry."""
    return [
        (one.entry.visit, one.entry.outcome, one.entry.wait_seconds)
        for one in history.entries
    ]


def operators_of(history: History) -> list[str]:
    """The operator leg of every connection."""
    return [
        one.connection.operator_call_sid for one in history.entries if one.connection
    ]
