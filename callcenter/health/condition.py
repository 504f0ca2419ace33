"""What there is to know of the state of an installation, and what of it is bad."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callcenter.events.spool import Depth, depth
from callcenter.jobs import all_jobs
from callcenter.models import SetupVersion, WebhookEvent, WorkerJob, WorkerProcess

# The worker derives what is pending, and loads the spool, within seconds.
LEFT_FOR = timedelta(minutes=5)
# More pending events are not counted.
MOST_COUNTED = 10_000


class Part(StrEnum):
    """A part of an installation that may fail by itself."""

    WORKER = "worker"
    HISTORY = "history"
    SPOOL = "spool"
    JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class JobState:
    """A regular job and its row; the row is None where it has never been done."""

    name: str
    title: str
    is_on: bool
    row: WorkerJob | None

    @property
    def is_failing(self) -> bool:
        """Whether its last try went wrong."""
        return self.is_on and self.row is not None and self.row.failed_at is not None


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of an installation, as its database and this host know it."""

    now: datetime
    setup_version: int
    # Those that have not stopped; the one that was seen last first.
    workers: list[WorkerProcess]
    # Events stored and not derived, at most MOST_COUNTED; when the oldest came.
    pending: int
    oldest_pending_at: datetime | None
    # Of this host.
    spool: Depth
    jobs: list[JobState]

    @property
    def worker_seen_at(self) -> datetime | None:
        """The last sign of life of a worker that was not stopped."""
        return self.workers[0].seen_at if self.workers else None

    @property
    def failing(self) -> set[Part]:
        """The parts that need somebody to look at them."""
        return set(self._failing())

    def _failing(self) -> Iterator[Part]:
        seen_at, oldest = self.worker_seen_at, self.oldest_pending_at
        if seen_at is None or seen_at < self.now - WorkerProcess.SILENT_FOR:
            yield Part.WORKER
        if oldest is not None and oldest < self.now - LEFT_FOR:
            yield Part.HISTORY
        left_since = self.spool.oldest_at
        is_left = left_since is not None and left_since < self.now - LEFT_FOR
        if is_left or not self.spool.is_readable:
            yield Part.SPOOL
        if any(job.is_failing for job in self.jobs):
            yield Part.JOBS


def condition(now: datetime) -> Condition:
    """The state at this moment. Raises django.db.Error where the database is away."""
    pending = WebhookEvent.objects.pending().order_by("received_at")
    rows = {row.name: row for row in WorkerJob.objects.all()}
    version = SetupVersion.objects.values_list("version", flat=True).first()
    running = WorkerProcess.objects.filter(stopped_at=None).order_by("-seen_at")
    return Condition(
        now=now,
        setup_version=version or 0,
        workers=list(running),
        pending=pending.order_by()[:MOST_COUNTED].count(),
        oldest_pending_at=pending.values_list("received_at", flat=True).first(),
        spool=depth(),
        jobs=[
            JobState(job.name, str(job.title), job.is_on(), rows.get(job.name))
            for job in all_jobs()
        ],
    )
