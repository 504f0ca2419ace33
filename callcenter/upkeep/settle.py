"""Settles calls that have ended without all that there was to hear of them.

A settling is an event of ours, kept like any other: history stays a function of events
(docs/contract.md 8.15). It says nothing new but that nothing more will come. So the
rule for a caller who hung up may decide (docs/metrics.md 2).
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from callcenter.events.eventfile import event_of_request
from callcenter.models import QueueEntry, WebhookEvent
from callcenter.routes import CALL_LOG_PREFIX, SETTLE_PREFIX, Kind
from callcenter.upkeep.intake import load_events

# What is only late has come by then: Twilio gives up a request after 15 s.
SETTLED_AFTER = timedelta(seconds=60)
MOST_AT_ONCE = 500


def settle(now: datetime) -> int:
    """Settle the calls that ended a minute ago, and an exit of which is missing.

    Returns how many calls; each is settled once, whatever comes of it. At most
    MOST_AT_ONCE, the newest first. Raises django.db.Error.
    """
    # What Twilio's call log says of a call settles it too (twilio_api.reconcile).
    is_settled = WebhookEvent.objects.filter(
        Q(path__startswith=SETTLE_PREFIX) | Q(path__startswith=CALL_LOG_PREFIX),
        call_sid=OuterRef("call__sid"),
        kind=Kind.INTERNAL,
    )
    entries = QueueEntry.objects.filter(
        ~Exists(is_settled),
        outcome=QueueEntry.Outcome.UNKNOWN,
        queue_result="",
        call__ended_at__lt=now - SETTLED_AFTER,
        call__sealed_at=None,
    )
    newest = entries.order_by("-entered_at").values_list("call__sid", flat=True)
    sids = dict.fromkeys(newest[:MOST_AT_ONCE])
    load_events(
        event_of_request(path=SETTLE_PREFIX, form={"CallSid": sid}, received_at=now)
        for sid in sids
    )
    return len(sids)
