"""The second and the quarter hour of a moment, where history does not store them."""

from typing import Any, ClassVar

from django.db.models import Func, IntegerField

from reports.query.periods import QUARTER_SECONDS


class _SinceEpoch(Func):
    """How many spans of some length lie between the epoch and a moment, rounded down.

    Arithmetic on UTC, in which moments are stored: no time zone of the database.
    """

    arity = 1
    output_field = IntegerField()
    seconds: ClassVar[int]

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Of text, which is how SQLite holds moments; it would round up."""
        # Django fills in this template, and then the statement.
        seconds = "CAST(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS INTEGER)"
        template = f"{seconds} / {self.seconds}"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_mysql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Without UNIX_TIMESTAMP, which reads a moment in the zone of the session."""
        seconds = "TIMESTAMPDIFF(SECOND, '1970-01-01', %(expressions)s)"
        template = f"{seconds} DIV {self.seconds}"
        return self.as_sql(compiler, connection, template=template, **more)


class Quarter(_SinceEpoch):
    """The quarter hour of a moment as epoch // 900, as `QueueEntry.entered_quarter`."""

    seconds = QUARTER_SECONDS


class Second(_SinceEpoch):
    """The second in which a moment lies, as seconds since the epoch."""

    seconds = 1
