"""Where history has changed since the sums of its intervals were counted."""

from django.db import models


class ChangedQuarter(models.Model):
    """A quarter hour in which rows of history were written, changed or removed.

    An entry belongs to the quarter hour in which it entered; one that moves leaves a
    row for its old place and one for its new. Talk and states of operators leave rows
    where they begin and end. History only adds rows, in the transaction that writes the
    entry, and the same quarter hour may have many: a row to count up would make all
    webhooks of a queue wait for each other. Whoever keeps sums counts the quarter hour
    again and deletes its rows.
    """

    class About(models.TextChoices):
        """Whose sums have to be counted again."""

        # Queue entries, and the length of their conversations.
        QUEUES = "queues"
        # Conversations and states.
        OPERATORS = "operators"

    about = models.CharField(max_length=10, choices=About.choices, default=About.QUEUES)
    # As epoch // 900, like QueueEntry.entered_quarter.
    quarter = models.PositiveIntegerField()

    class Meta:
        # Nobody looks at them or edits them.
        default_permissions = ()
        indexes = [
            # The changes of a period.
            models.Index(fields=["about", "quarter"], name="changed_quarter_about")
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.quarter}"
