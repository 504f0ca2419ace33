"""What may be typed into the form of a scheduled report."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reports.definitions import report_with_slug
from reports.delivery.contents import query_of
from reports.models import ScheduledReport
from reports.pages.filter import FilterForm
from reports.pages.schedule_link import DAILY_REPORT
from reports.query.named_periods import NAMED, days_named
from reports.query.selection import local_today

Frequency = ScheduledReport.Frequency
MOST_RECIPIENTS = 20
_FIRST_HOUR = 7
# How often a report of such a period is sent at first.
_USUAL = {
    "last-week": Frequency.WEEKLY,
    "last-month": Frequency.MONTHLY,
    "last-fiscal-year": Frequency.MONTHLY,
}
_LONGEST_ADDRESS = 254


class ScheduleForm(forms.ModelForm[ScheduledReport]):
    """Which days of a report are sent, when, to whom, and in which language."""

    hour = forms.TypedChoiceField(
        label=_("Hour of sending"),
        coerce=int,
        choices=[(hour, f"{hour}:00") for hour in range(24)],
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    recipients = forms.CharField(
        label=_("Recipients"),
        max_length=MOST_RECIPIENTS * (_LONGEST_ADDRESS + 2),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=_("E-mail addresses, one a line; also of people without an account."),
    )

    class Meta:
        model = ScheduledReport
        fields = ("name", "period", "frequency", "hour", "recipients", "language")

    def __init__(
        self, schedule: ScheduledReport, data: QueryDict | None = None
    ) -> None:
        super().__init__(data, instance=schedule, label_suffix="")
        self.fields["period"] = forms.ChoiceField(
            label=_("Period of the report"),
            choices=[
                (code, name)
                for code, name in NAMED.items()
                if schedule.report != DAILY_REPORT or not code.endswith("year")
            ],
            help_text=_("Seen from the day on which it is sent."),
        )
        zone = timezone.get_default_timezone_name()
        self.fields["hour"].help_text = gettext("By the clock of %(zone)s.") % {
            "zone": zone
        }

    def clean_recipients(self) -> str:
        """The addresses, one a line, each once."""
        text: str = self.cleaned_data["recipients"]
        typed = text.replace(",", " ").replace(";", " ").split()
        found = list(dict.fromkeys(typed))
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                is_address = False
            else:
                is_address = address.isascii() and len(address) <= _LONGEST_ADDRESS
            if not is_address:
                said = gettext("“%(address)s” is no e-mail address.")
                raise ValidationError(said % {"address": address})
        if len(found) > MOST_RECIPIENTS:
            text = ngettext(
                "At most %(count)d recipient.",
                "At most %(count)d recipients.",
                MOST_RECIPIENTS,
            )
            raise ValidationError(text % {"count": MOST_RECIPIENTS})
        return "\n".join(found)

    def clean_name(self) -> str:
        """The name on one line, as it stands in the subject of the mail."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        """The fields; the report must take the days and its filter."""
        cleaned = super().clean() or self.cleaned_data
        schedule, period = self.instance, cleaned.get("period")
        if not period or schedule.report == DAILY_REPORT:
            return cleaned
        if problem := filter_problem(schedule.report, schedule.query, period):
            self.add_error("period", problem)
        return cleaned


def filter_problem(slug: str, query: str, period: str) -> str:
    """Why a report cannot be asked for so; empty where it can."""
    report = report_with_slug(slug)
    if report is None:
        return gettext("There is no such report.")
    asked = query_of(query, *days_named(period, local_today()))
    form = FilterForm(report, asked)
    if form.is_valid() and not form.unknown:
        return ""
    errors = [str(error) for errors in form.errors.values() for error in errors]
    return " ".join(errors) or gettext("The filter cannot be read.")


def new_schedule(
    user: User, *, report: str, query: str, period: str, name: str, language: str
) -> ScheduledReport:
    """A schedule that is not saved yet, with what is usual for its period."""
    chosen = period if period in NAMED else "yesterday"
    return ScheduledReport(
        user=user,
        name=name[:60],
        report=report,
        query=query,
        period=chosen,
        frequency=_USUAL.get(chosen, Frequency.DAILY),
        hour=_FIRST_HOUR,
        recipients=user.email,
        language=language,
    )
