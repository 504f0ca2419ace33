"""Scheduled reports and their deliveries as the pages show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from reports.daily import page as daily_page
from reports.definitions import report_with_slug
from reports.delivery import times
from reports.delivery.planning import span_of
from reports.models import Delivery, ScheduledReport
from reports.pages.schedule_link import DAILY_REPORT
from reports.pages.views_page import chosen_in_words
from reports.present import formats
from reports.present.links import report_url
from reports.query.named_periods import NAMED, days_named
from reports.query.selection import local_today

State = Delivery.State
_BADGES = {
    State.WAITING: "badge-open",
    State.SENDING: "badge-progress",
    State.SENT: "badge-done",
    State.FAILED: "badge-bad",
}


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """A delivery, in words."""

    delivery: Delivery
    now: datetime

    @property
    def badge(self) -> str:
        """The ground of its state."""
        if self.delivery.refused and self.delivery.state == State.SENT:
            return "badge-open"
        return _BADGES[State(self.delivery.state)]

    @property
    def state(self) -> str:
        """Its state."""
        if self.delivery.refused and self.delivery.state == State.SENT:
            return gettext("sent to some")
        return self.delivery.get_state_display()

    @property
    def planned(self) -> str:
        """When it was due."""
        return formats.minute(self.delivery.planned_at)

    @property
    def days(self) -> str:
        """The days it is of."""
        days = (self.delivery.first, self.delivery.last)
        return " – ".join(dict.fromkeys(map(formats.day, days)))

    @property
    def sent(self) -> str:
        """When it was sent; empty if it was not."""
        return formats.minute(self.delivery.sent_at) if self.delivery.sent_at else ""

    @property
    def next_try(self) -> str:
        """When it is tried again; empty before it was tried, and once it is over."""
        at = self.delivery.next_at
        if not at or not self.delivery.tries or self.delivery.state != State.WAITING:
            return ""
        return formats.short_moment(max(at, self.now), self.now)

    @property
    def sentences(self) -> Iterator[str]:
        """What went wrong, with what the mail server said."""
        found = self.delivery
        if found.problem:
            said = f" ({found.said})" if found.said else ""
            yield f"{found.get_problem_display()}{said}"
        for address, said in found.refused.items():
            text = gettext("%(address)s was not accepted: %(said)s")
            yield text % {"address": address, "said": said}
        if found.is_without_file:
            yield gettext("The workbook was too large to be attached.")

    @property
    def may_be_sent_again(self) -> bool:
        """Whether somebody has not got it, and it is not tried any more."""
        return self.delivery.state == State.FAILED or (
            self.delivery.state == State.SENT and bool(self.delivery.refused)
        )


@dataclass(frozen=True, slots=True)
class ShownSchedule:
    """A scheduled report, in words."""

    schedule: ScheduledReport
    url: str
    title: str
    report_url: str
    period: str
    chosen: list[tuple[str, str]]
    when: str
    next_time: str
    last: ShownDelivery | None

    @staticmethod
    def next_in_words(schedule: ScheduledReport, now: datetime) -> str:
        """When it is due next."""
        zone = timezone.get_default_timezone()
        due = times.next_time(schedule.frequency, schedule.hour, zone, now)
        return formats.minute(due)


def shown(schedule: ScheduledReport, now: datetime) -> ShownSchedule:
    """A scheduled report for its page or for a row of the list."""
    report = report_with_slug(schedule.report)
    chosen: list[tuple[str, str]] = []
    title, address = schedule.report, ""
    if schedule.report == DAILY_REPORT:
        first, _last = days_named(schedule.period, local_today())
        span = span_of(schedule.period, first)
        title, address = str(span.kind.label), daily_page.url_of(span)
    elif report is not None:
        title = str(report.title)
        query = QueryDict(schedule.query, mutable=True)
        filters = {name: str(query[name]) for name in query}
        chosen = chosen_in_words(report, filters)
        query["period"] = schedule.period
        address = f"{report_url(report.slug)}?{query.urlencode()}"
    last = None
    if schedule.pk:
        last = schedule.deliveries.first()
    return ShownSchedule(
        schedule=schedule,
        url=reverse("admin:scheduled_report", args=[schedule.pk])
        if schedule.pk
        else "",
        title=title,
        report_url=address,
        period=str(NAMED.get(schedule.period, schedule.period)),
        chosen=chosen,
        when=f"{schedule.get_frequency_display()} {schedule.hour}:00",
        next_time=ShownSchedule.next_in_words(schedule, now)
        if schedule.is_active
        else "",
        last=ShownDelivery(last, now) if last else None,
    )
