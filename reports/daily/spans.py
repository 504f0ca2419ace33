"""The periods of the daily report: a day, a week or a month, and the one before it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from reports.present import formats
from reports.query.periods import DAY, FIRST_DAY

WEEK = timedelta(days=7)


class Kind(models.TextChoices):
    """How long the period of a report is."""

    DAY = "day", _("Daily report")
    WEEK = "week", _("Weekly report")
    MONTH = "month", _("Monthly report")


@dataclass(frozen=True, slots=True)
class Span:
    """A whole day, week (from Monday) or month; named by its first day."""

    kind: Kind
    first: date

    @classmethod
    def of(cls, kind: Kind, day: date) -> "Span":
        """The period in which a day lies."""
        return cls(kind, FIRST_DAY[kind.value](day))

    @property
    def last(self) -> date:
        """Its last day."""
        return self.following.first - DAY

    @property
    def following(self) -> "Span":
        """The period after it."""
        lengths = {Kind.DAY: 1, Kind.WEEK: 7, Kind.MONTH: 31}
        return Span.of(self.kind, self.first + lengths[self.kind] * DAY)

    @property
    def previous(self) -> "Span":
        """The period before it."""
        return Span.of(self.kind, self.first - DAY)

    @property
    def compared(self) -> "Span":
        """What it is compared with: of a day the same weekday a week before."""
        if self.kind == Kind.DAY:
            return replace(self, first=self.first - WEEK)
        return self.previous

    @property
    def interval(self) -> str:
        """By which intervals it is shown."""
        return "30" if self.kind == Kind.DAY else "day"

    def in_words(self) -> str:
        """The period as people write it."""
        if self.kind == Kind.DAY:
            return formats.day_and_weekday(self.first)
        if self.kind == Kind.MONTH:
            return date_format(self.first, "YEAR_MONTH_FORMAT")
        return f"{formats.day(self.first)} – {formats.day(self.last)}"
