"""What the rows of an interval add up to, kept so that reports need not add them up.

Reports read these rows instead of millions of entries and states.
`reports.query.intervals` counts them, and counts again what history has changed before
a report is answered.
"""

from django.db import models

from reports.models.waits import WaitsField


class QueueSums(models.Model):
    """Sums over the entries of one queue that entered in one interval.

    The names are those of `reports.query.tally.Tally`, which says what each counts.
    """

    # The slug, as entries have it.
    queue = models.CharField(max_length=64)
    answered = models.PositiveIntegerField()
    abandoned = models.PositiveIntegerField()
    short_abandoned = models.PositiveIntegerField()
    overflowed = models.PositiveIntegerField()
    blocked = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    answered_within = models.PositiveIntegerField()
    abandoned_within = models.PositiveIntegerField()
    short_abandoned_within = models.PositiveIntegerField()
    inferred = models.PositiveIntegerField()
    without_exit = models.PositiveIntegerField()
    # Seconds.
    answered_wait = models.PositiveBigIntegerField()
    abandoned_wait = models.PositiveBigIntegerField()
    longest_wait = models.PositiveIntegerField(null=True)
    talk = models.PositiveBigIntegerField()
    talks = models.PositiveIntegerField()
    # Every single wait: percentiles of longer intervals, and any threshold, are exact.
    answered_waits = WaitsField()
    abandoned_waits = WaitsField()
    short_abandoned_waits = WaitsField()

    class Meta:
        abstract = True


class QueueQuarter(QueueSums):
    """The sums of one queue and one quarter hour; there is none without entries."""

    # As epoch // 900, and named as in QueueEntry: one condition filters both tables.
    entered_quarter = models.PositiveIntegerField()

    class Meta:
        # Nobody looks at them or edits them.
        default_permissions = ()
        constraints = [
            # In this order for reports, which read a period.
            models.UniqueConstraint(
                fields=["entered_quarter", "queue"], name="quarter_of_a_queue_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.entered_quarter}"


class QueueDay(QueueSums):
    """The sums of one queue and one local day; there is none without entries.

    A day by the clock of the zone that `IntervalState` names.
    """

    day = models.DateField()

    class Meta:
        # Nobody looks at them or edits them.
        default_permissions = ()
        constraints = [
            # In this order for reports, which read a period.
            models.UniqueConstraint(fields=["day", "queue"], name="day_of_a_queue_once")
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.day}"


class OperatorDay(models.Model):
    """The sums of one operator and one local day; there is none without any.

    A day by the clock of the zone that `IntervalState` names. Talk and states are cut
    at its ends. States that are open are in none: how long they last changes by itself.
    The names are those of `reports.query.operator_rows`, which says what each is.
    """

    day = models.DateField()
    # The registered number, or client:identity, as in `Connection.operator`.
    operator = models.CharField(max_length=255)
    connections = models.PositiveIntegerField(default=0)
    talks = models.PositiveIntegerField(default=0)
    # Seconds.
    talk = models.PositiveBigIntegerField(default=0)
    ready = models.PositiveBigIntegerField(default=0)
    talking = models.PositiveBigIntegerField(default=0)
    wrap_up = models.PositiveBigIntegerField(default=0)
    not_ready = models.PositiveBigIntegerField(default=0)

    class Meta:
        # Nobody looks at them or edits them.
        default_permissions = ()
        indexes = [
            # In this order for reports, which read a period. Not unique: to the rules
            # of MariaDB "client:Sato" and "client:sato" are equal.
            models.Index(fields=["day", "operator"], name="day_of_an_operator")
        ]

    def __str__(self) -> str:
        return f"{self.operator} {self.day}"


class IntervalState(models.Model):
    """One single row: whoever counts intervals locks it, so that one counts at a time.

    Two at once could store the older of two counts last.
    """

    # The zone whose days `QueueDay` and `OperatorDay` have.
    zone = models.CharField(max_length=64, blank=True)
    # Raised by every count: in a cluster each node has locks of its own, and of two
    # transactions that change one row the second is refused.
    counts = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.zone} {self.counts}"
