"""What has not arrived of queue entries and calls although it should have.

How an entry left the queue is heard after the conversation, and the end of a call last
of all. So until then nothing is missing.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from callcenter.models import Connection, QueueEntry

Outcome = QueueEntry.Outcome

# Twilio ends a call after four hours, unless it is asked for more.
LONGEST_CALL = timedelta(hours=4)

# Entries that never got in have all that there is of them.
GOT_IN = ~Q(outcome__in=[Outcome.BLOCKED, Outcome.FAILED])
_NEVER_LEFT = Q(queue_result="")
_NEVER_HEARD = Q(outcome=Outcome.UNKNOWN) | _NEVER_LEFT
# How these left was not heard, at least until now; of some the caller still talks.
WITHOUT_EXIT = GOT_IN & _NEVER_HEARD & ~Q(outcome=Outcome.WAITING)


def is_provisional(now: datetime) -> Q:
    """The condition that a queue entry may still change: its caller waits or talks."""
    return Q(outcome=Outcome.WAITING) | may_talk(now)


def may_talk(now: datetime) -> Q:
    """The condition that the caller of an answered queue entry may still talk."""
    return _NEVER_LEFT & Q(outcome=Outcome.ANSWERED, entered_at__gt=now - LONGEST_CALL)


def lacks_exit(now: datetime) -> Q:
    """The condition that it was never heard how a queue entry left the queue."""
    return WITHOUT_EXIT & ~may_talk(now)


def lacks_connect() -> Q:
    """The condition that nobody knows who answered a queue entry."""
    connections = Connection.objects.filter(entry=OuterRef("pk"))
    return Q(outcome=Outcome.ANSWERED) & ~Q(Exists(connections))


def lacks_end(now: datetime) -> Q:
    """The condition that a call must be over, and its end was never heard."""
    return Q(ended_at=None, started_at__lte=now - LONGEST_CALL)
