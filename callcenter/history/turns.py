"""Lets one derivation of a call be at work at a time, also on other nodes."""

from collections.abc import Iterable

from django.db.models import F

from callcenter import galera
from callcenter.models import Call


def take_turn(calls: Iterable[Call]) -> None:
    """Make sure that of two transactions that hold these rows only one is committed.

    The rows are locked. On a single server that is enough. On a node of a cluster the
    lock is not known to the others, and two derivations of which each has seen but a
    part of the events may write different rows: so each changes the row of the call,
    and changes it back, and the later of the two fails and is tried again. A new call
    needs none of it: its SID cannot be inserted twice.
    """
    if not galera.is_node():
        return
    rows = Call.objects.filter(pk__in=[call.pk for call in calls])
    rows.update(entry_count=F("entry_count") + 1)
    rows.update(entry_count=F("entry_count") - 1)
