"""Events stored in tests, and calls derived from them, without a web request."""

from callcenter.events.record import Kept, record
from callcenter.history.store import derive_event, derive_events
from callcenter.models import WebhookEvent


def keep(*events: WebhookEvent) -> list[Kept]:
    """Stores the events, and derives nothing."""
    kept = [record(event) for event in events]
    assert None not in kept
    return [one for one in kept if one]


def receive(*events: WebhookEvent, budget_seconds: float = 60.0) -> None:
    """Stores each event and derives its calls, as when it comes in live.

    There is more time than for a caller, so that a busy machine changes no result.
    """
    for event in events:
        for kept in keep(event):
            derive_event(kept, budget_seconds)


def receive_together(*events: WebhookEvent) -> None:
    """Stores all events, then derives each call they concern once."""
    derive_events(keep(*events))
