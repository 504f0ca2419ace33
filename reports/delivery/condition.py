"""Whether scheduled reports reach their readers, for the page of the system."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, Q, Subquery

from reports.models import Delivery, ScheduledReport

State = Delivery.State


@dataclass(frozen=True, slots=True)
class MailCondition:
    """When a report was last sent, and of how many the newest mail did not arrive."""

    last_sent_at: datetime | None
    failing: int


def mail_condition() -> MailCondition | None:
    """The state of deliveries; None where no report is sent."""
    reports = ScheduledReport.objects.filter(is_active=True)
    if not reports.exists():
        return None
    newest = Delivery.objects.filter(schedule=OuterRef("pk")).order_by("-planned_at")
    seen = reports.annotate(
        newest_state=Subquery(newest.values("state")[:1]),
        newest_problem=Subquery(newest.values("problem")[:1]),
    )
    is_tried_again = Q(newest_state=State.WAITING) & ~Q(newest_problem="")
    sent = Delivery.objects.filter(state=State.SENT)
    return MailCondition(
        last_sent_at=sent.aggregate(last=Max("sent_at"))["last"],
        failing=seen.filter(Q(newest_state=State.FAILED) | is_tried_again).count(),
    )
