"""The filter above every report: its fields, and the rows that it leaves."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    IvrStep,
    Operator,
    PhoneLine,
    Queue,
    QueueEntry,
)
from reports.present.formats import masked_number
from reports.query import periods
from reports.query.keyset import Selection

# Twilio is younger, and older offsets of some zones were no whole quarter hours.
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2199, 12, 31)

INTERVALS = [
    ("15", _("15 minutes")),
    ("30", _("30 minutes")),
    ("60", _("60 minutes")),
    ("day", _("day")),
    ("week", _("week")),
    ("month", _("month")),
    ("fiscal-year", _("fiscal year")),
    ("hour-of-day", _("hour of day")),
    ("weekday", _("weekday")),
]


class DayField(forms.DateField):
    """A local day as YYYY-MM-DD, whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            error_messages={
                "invalid": _("Write the day as YYYY-MM-DD, such as 2026-04-01.")
            },
            **kwargs,
        )

    def clean(self, value: Any) -> date | None:
        """The day, or nothing; days no call can have been on are refused."""
        day: date | None = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(_("Choose a day between 2000 and 2199."))
        return day


class NameField(forms.CharField):
    """A code or number by which something is known; nothing asks for all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """The name; a database cannot compare bytes that are no text."""
        name: str = super().clean(value)
        if not name.isprintable():
            raise ValidationError(_("Write it with characters that can be read."))
        return name


class ReportForm(forms.Form):
    """The filter of a report: what is left out has its default.

    Callers' numbers are masked unless whoever makes the form says that its reader may
    see them, so that no page or file can forget to.
    """

    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"))
    queue = NameField(label=_("Queue"), max_length=64)
    operator = NameField(label=_("Operator"), max_length=255)
    line = NameField(label=_("Line"), max_length=16)
    interval = forms.ChoiceField(
        label=_("Interval"),
        required=False,
        choices=INTERVALS,
        error_messages={
            "invalid_choice": _(
                "There is no interval “%(value)s”; choose 15, 30, 60, day, week, month,"
                " fiscal-year, hour-of-day or weekday."
            )
        },
    )
    zone = NameField(label=_("Time zone"), max_length=64)

    def __init__(
        self, *args: Any, may_see_numbers: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.may_see_numbers = may_see_numbers

    def clean_queue(self) -> str:
        """A queue that is set up, or that history knows."""
        slug: str = self.cleaned_data["queue"]
        if slug and slug not in _exact(
            Queue.objects.filter(slug=slug).values_list("slug", flat=True),
            QueueEntry.objects.filter(queue=slug).values_list("queue", flat=True),
        ):
            raise _unknown(_("There is no queue “%(value)s”."), slug)
        return slug

    def clean_operator(self) -> str:
        """An operator that is set up, or that history knows: a number or client:..."""
        name: str = self.cleaned_data["operator"]
        registered = (
            Operator.objects.filter(client_identity=name.removeprefix("client:"))
            if name.startswith("client:")
            else Operator.objects.filter(number=name)
        )
        if name and not (
            registered.exists() or Connection.objects.filter(operator=name).exists()
        ):
            raise _unknown(_("There is no operator “%(value)s”."), name)
        return name

    def clean_line(self) -> str:
        """A line that is set up, or that history knows."""
        number: str = self.cleaned_data["line"]
        if number and not (
            PhoneLine.objects.filter(number=number).exists()
            or Call.objects.filter(line=number).exists()
        ):
            raise _unknown(_("There is no line “%(value)s”."), number)
        return number

    def clean_interval(self) -> str:
        """Half hours unless another is asked for."""
        return self.cleaned_data["interval"] or "30"

    def clean_zone(self) -> ZoneInfo:
        """The zone by its name; that of the settings unless another is asked for."""
        name = self.cleaned_data["zone"] or settings.TIME_ZONE
        if name not in _zone_names():
            raise _unknown(_("There is no time zone “%(value)s”."), name)
        return ZoneInfo(name)

    def clean(self) -> dict[str, Any]:
        """Today, unless days are given; one day alone stands for itself or to today."""
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        today = datetime.now(UTC).astimezone(cleaned["zone"]).date()
        first, last = cleaned["first"], cleaned["last"]
        first = first or last or today
        last = last or max(first, today)
        if last < first:
            self.add_error("last", _("The last day is before the first."))
        cleaned["period"] = periods.Period(first, last, cleaned["zone"])
        return cleaned

    @property
    def period(self) -> periods.Period:
        """The days asked for, in the zone asked for."""
        period: periods.Period = self.cleaned_data["period"]
        return period

    def number(self, number: str) -> str | None:
        """A caller's number as this reader may see it; nothing when withheld."""
        if not number:
            return None
        return number if self.may_see_numbers else masked_number(number)

    def entries(self) -> Selection[QueueEntry]:
        """Queue entries of the period."""
        return Selection(
            QueueEntry.objects.entered_between(*self.period.bounds()),
            self._equal("queue") & self._on_line("call") & self._with_operator("pk"),
        )

    def connections(self) -> Selection[Connection]:
        """Connections of the period's queue entries."""
        entries = QueueEntry.objects.entered_between(*self.period.bounds()).filter(
            self._equal("queue"), self._on_line("call"), pk=OuterRef("entry")
        )
        return Selection(
            Connection.objects.all(), Q(Exists(entries)) & self._equal("operator")
        )

    def abandoned_calls(self) -> Selection[AbandonedCall]:
        """Abandoned calls that entered in the period; withdrawn ones count nowhere."""
        start, end = self.period.bounds()
        return Selection(
            AbandonedCall.objects.with_state().filter(
                entered_at__gte=start, entered_at__lt=end, is_withdrawn=False
            ),
            self._equal("queue") & self._on_line("call") & self._with_operator("entry"),
        )

    def calls(self) -> Selection[Call]:
        """Inbound customer calls that began in the period."""
        legs = self.legs()
        return Selection(legs.rows, legs.lookups & Q(kind=Call.Kind.CUSTOMER))

    def legs(self) -> Selection[Call]:
        """Legs of every kind that began in the period.

        With a queue those that entered it, with an operator their own and those taken.
        """
        legs = Call.objects.started_between(*self.period.bounds())
        return Selection(legs, self._of_call())

    def ivr_steps(self) -> Selection[IvrStep]:
        """Menus asked in the period."""
        start, end = self.period.bounds()
        of_call = self._of_call()
        if of_call:
            of_call = Q(Exists(Call.objects.filter(of_call, pk=OuterRef("call"))))
        return Selection(
            IvrStep.objects.filter(asked_at__gte=start, asked_at__lt=end), of_call
        )

    def _equal(self, name: str, field: str = "") -> Q:
        """The condition that a field has the value asked for; none if none is."""
        value = self.cleaned_data[name]
        return Q(**{field or name: value}) if value else Q()

    def _on_line(self, call: str) -> Q:
        line = self._equal("line")
        if not line:
            return Q()
        # Joined, SQLite would begin with all calls of the line, for each page.
        return Q(Exists(Call.objects.filter(line, pk=OuterRef(call))))

    def _with_operator(self, entry: str) -> Q:
        operator = self._equal("operator")
        if not operator:
            return Q()
        return Q(Exists(Connection.objects.filter(operator, entry=OuterRef(entry))))

    def _of_call(self) -> Q:
        """The condition on a leg; an operator's are known by their numbers too."""
        wanted = self._equal("line")
        stays = QueueEntry.objects.filter(call=OuterRef("pk"))
        if queue := self._equal("queue"):
            wanted &= Q(Exists(stays.filter(queue)))
        if operator := self.cleaned_data["operator"]:
            taken = stays.filter(self._with_operator("pk"))
            wanted &= Q(Exists(taken)) | Q(from_raw=operator) | Q(caller=operator)
        return wanted


def _exact(*found: QuerySet[Any, str]) -> set[str]:
    """The values found first: MariaDB finds `Support` where `support` is asked for."""
    return {value for values in found for value in values[:1]}


def _unknown(message: Any, value: str) -> ValidationError:
    return ValidationError(message, code="unknown", params={"value": value})


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
