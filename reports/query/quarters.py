"""The quarter hour of a moment, where history does not store it."""

from typing import Any

from django.db.models import Func, IntegerField

from reports.query.periods import QUARTER_SECONDS


class Quarter(Func):
    """The quarter hour of a moment as epoch // 900, as `QueueEntry.entered_quarter`.

    Arithmetic on UTC, in which moments are stored: no time zone of the database.
    """

    arity = 1
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Of text, which is how SQLite holds moments; it would round up."""
        # Django fills in this template, and then the statement.
        seconds = "CAST(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS INTEGER)"
        template = f"{seconds} / {QUARTER_SECONDS}"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_mysql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Without UNIX_TIMESTAMP, which reads a moment in the zone of the session."""
        seconds = "TIMESTAMPDIFF(SECOND, '1970-01-01', %(expressions)s)"
        template = f"{seconds} DIV {QUARTER_SECONDS}"
        return self.as_sql(compiler, connection, template=template, **more)
