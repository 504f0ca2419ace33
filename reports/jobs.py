"""The regular jobs of reports (settings.WORKER_JOBS)."""

from django.core.management import call_command
from django.utils.translation import gettext_lazy as _

from callcenter.jobs import Job
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
    Job(background.WRITE, _("Write the files that are asked for"), write_exports),
    Job(
        background.REMOVE,
        _("Remove prepared files"),
        background.remove_old,
        minute="*/10",
    ),
)
