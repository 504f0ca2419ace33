"""Where history has changed since the sums of its intervals were counted."""

from django.db import models


class ChangedQuarter(models.Model):
    """A quarter hour in which a queue entry or its connection was written or removed.

    An entry belongs to the quarter hour in which it entered; one that moves leaves a
    row for its old place and one for its new. History only adds rows, in the
    transaction that writes the entry, and the same quarter hour may have many: a row to
    count up would make all webhooks of a queue wait for each other. Whoever keeps sums
    of entries counts the quarter hour again and deletes its rows.
    """

    # As epoch // 900, like QueueEntry.entered_quarter.
    quarter = models.PositiveIntegerField()

    class Meta:
        # Nobody looks at them or edits them.
        default_permissions = ()
        indexes = [
            # The changes of a period.
            models.Index(fields=["quarter"], name="changed_quarter")
        ]

    def __str__(self) -> str:
        return str(self.quarter)
