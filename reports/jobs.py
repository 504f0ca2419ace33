"""The regular jobs of reports (settings.WORKER_JOBS)."""

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext_lazy as _

from callcenter.jobs import Job
from reports.delivery import planning
from reports.delivery.sending import send_due
from reports.export import background
from reports.prepared.work import write_exports
from reports.query.intervals.count import count_all


def _end_sessions() -> None:
    call_command("clearsessions")


JOBS = (
    Job("count-intervals", _("Count the sums of reports"), count_all),
    Job(
        "end-sessions",
        _("Delete sessions that have ended"),
        _end_sessions,
        minute="40",
        hour="3",
    ),
    Job(
        planning.SEND,
        _("Send the reports that are due"),
        send_due,
        is_on=lambda: settings.MAIL_SERVER is not None,
    ),
    Job(background.WRITE, _("Write the files that are asked for"), write_exports),
    Job(
        background.REMOVE,
        _("Remove prepared files"),
        background.remove_old,
        minute="*/10",
    ),
)
