"""Files that the worker prepares: asking for one, where they are, and removing them.

`reports.export.writing` writes them. A file lives in a folder of SPOOL_DIR, so the
worker and the processes that serve pages share that folder.
"""

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import get_language

from callcenter import jobs
from callcenter.models import WorkerProcess
from callcenter.signals import numbers_forgotten
from reports.export import audit
from reports.models import ExportJob
from reports.models.export_jobs import OPEN

logger = logging.getLogger(__name__)

State = ExportJob.State

# The names of the worker's jobs, and of the pages.
WRITE, REMOVE = "write-exports", "remove-exports"
LIST, PAGE = "admin:prepared_files", "admin:prepared_file"
# So many files may one account have in the queue.
MOST_OPEN = 10
KEPT_FOR = timedelta(days=1)
# How long the list shows what has become of them.
LISTED_FOR = timedelta(days=7)
# A file that no row knows may be one that is just being finished.
_STRAY_SECONDS = 600.0


def folder() -> Path:
    """Where prepared files are; it may not exist yet."""
    return Path(settings.SPOOL_DIR) / "exports"


def path_of(job: ExportJob) -> Path:
    """The file of a job that is ready."""
    return folder() / job.file


def ask(
    *, user: User, subject: str, query: str, file_format: str, numbers: str
) -> ExportJob | None:
    """Let the worker write a file; None if too many of the user's are still to come.

    One that is still to be written serves whoever asks for it twice.
    """
    asked = {
        "subject": subject,
        "query": query,
        "file_format": file_format,
        "numbers": numbers,
        "language": get_language() or settings.LANGUAGE_CODE,
    }
    waiting = ExportJob.objects.filter(user=user, state__in=OPEN)
    job = waiting.filter(**asked).first()
    if job is None:
        if waiting.count() >= MOST_OPEN:
            return None
        job = ExportJob.objects.create(user=user, **asked)
    jobs.ask_soon(WRITE)
    return job


def is_worker_alive(now: datetime) -> bool:
    """Whether any worker has given a sign of life within the last minute."""
    return WorkerProcess.objects.filter(
        stopped_at=None, seen_at__gte=now - WorkerProcess.SILENT_FOR
    ).exists()


def cancel(job: ExportJob) -> None:
    """Write it no more, and remove its file. Raises OSError."""
    remove(ExportJob.objects.filter(pk=job.pk))


def remove(found: QuerySet[ExportJob]) -> int:
    """Remove the files of jobs and forget what they searched for; how many jobs.

    One that is being written is given up. Raises OSError.
    """
    removed = 0
    for job in found.exclude(state__in=(State.FAILED, State.REMOVED)):
        # The row first: nobody is offered a file that is going.
        removed += ExportJob.objects.filter(pk=job.pk).update(
            state=State.REMOVED,
            file="",
            query=audit.without_numbers(job.query),
            ended_at=job.ended_at or timezone.now(),
            attempt=F("attempt") + 1,
        )
        if job.file:
            path_of(job).unlink(missing_ok=True)
    return removed


def remove_all_files() -> int:
    """Remove every prepared file of this host, as when a caller is to be forgotten.

    What is being written begins again, as it may hold the caller already. Returns how
    many files were whole. Raises OSError, and django.db.Error.
    """
    # Listed before, lest it take the file of whoever begins again.
    there = _files()
    # What becomes ready meanwhile is one of the ready ones then.
    ExportJob.objects.filter(state=State.RUNNING).update(
        state=State.WAITING, attempt=F("attempt") + 1, rows_done=0
    )
    ready = remove(ExportJob.objects.filter(state=State.READY))
    for stray in there:
        stray.unlink(missing_ok=True)
    return ready


@receiver(numbers_forgotten)
def _forget(**_said: object) -> int:
    return remove_all_files()


def remove_old() -> None:
    """Remove what is a day old, what nobody may fetch any more, and what nobody knows.

    Raises OSError, and django.db.Error.
    """
    now = timezone.now()
    is_old = Q(state=State.READY, ended_at__lt=now - KEPT_FOR)
    is_lost = Q(user__is_active=False) | Q(user__is_staff=False)
    remove(ExportJob.objects.filter(is_old | is_lost))
    listed = ExportJob.objects.exclude(state__in=(*OPEN, State.READY))
    listed.filter(asked_at__lt=now - LISTED_FOR).delete()
    known = set(ExportJob.objects.filter(state=State.READY).values_list("file"))
    running = ExportJob.objects.filter(state=State.RUNNING)
    known |= {(part_name(pk, n),) for pk, n in running.values_list("pk", "attempt")}
    for file in _files():
        # The worker may finish or remove it at this moment.
        with suppress(FileNotFoundError):
            age = time.time() - file.stat().st_mtime
            if (file.name,) not in known and age > _STRAY_SECONDS:
                file.unlink()
                logger.warning("removed %s, which nobody can fetch", file)


def part_name(pk: int, attempt: int) -> str:
    """The name of a file while it is being written."""
    return f"{pk}-{attempt}.part"


def _files() -> list[Path]:
    here = folder()
    return [each for each in here.iterdir() if each.is_file()] if here.exists() else []
