"""The worker's part of exports: it writes what was asked for, one file at a time."""

import errno
import logging
import os
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import Http404
from django.utils import timezone, translation

from callcenter.private_files import private_folder, write_bytes
from reports.export import audit, background
from reports.export.wanted import Unreadable, Wanted, begin
from reports.models import ExportJob
from reports.models.export_jobs import OPEN
from reports.present import masking

logger = logging.getLogger(__name__)

State = ExportJob.State
# Makes of a job what a page makes of an address; raises as a page does.
Remake = Callable[[ExportJob], Wanted]

# How often it was begun and not ended until it is given up.
MOST_ATTEMPTS = 5
_SAID_EVERY_SECONDS = 1.0
_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _NotOurs(Exception):
    """The job was cancelled, or another worker has begun it."""


def write_waiting(remake: Remake) -> None:
    """Write all files that are asked for, the oldest first.

    Whoever is called has the job for itself: what is said to be running was
    interrupted, and begins again. Raises django.db.Error.
    """
    # `attempt` orders last: one that is interrupted again and again holds up no other.
    found = ExportJob.objects.filter(state__in=OPEN).select_related("user")
    while job := found.order_by("attempt", "asked_at", "pk").first():
        _write_one(job, remake)


def _write_one(job: ExportJob, remake: Remake) -> None:
    job.attempt += 1
    begun = ExportJob.objects.filter(
        pk=job.pk, state__in=OPEN, attempt=job.attempt - 1
    ).update(
        state=State.RUNNING,
        attempt=job.attempt,
        started_at=timezone.now(),
        rows_done=0,
        rows_total=None,
    )
    if not begun:
        return
    here = background.folder()
    part = here / background.part_name(job.pk, job.attempt)
    # What an interrupted attempt has left.
    _remove(here / background.part_name(job.pk, job.attempt - 1))
    try:
        if job.attempt > MOST_ATTEMPTS:
            _fail(job, ExportJob.Problem.GIVEN_UP)
            return
        with translation.override(job.language), masking.read_by(job.user):
            _write(job, remake(job))
    except _NotOurs:
        logger.info("export %d is written no further", job.pk)
    except PermissionDenied:
        _fail(job, ExportJob.Problem.NO_RIGHT)
    except (Unreadable, Http404):
        _fail(job, ExportJob.Problem.UNREADABLE)
    except OSError as error:
        logger.exception("export %d failed", job.pk)
        is_full = error.errno in _DISK_IS_FULL
        _fail(
            job,
            ExportJob.Problem.DISK_FULL if is_full else ExportJob.Problem.NOT_WRITTEN,
        )
    except Error:
        # The database is away: the next run begins again.
        raise
    except Exception:
        logger.exception("export %d failed", job.pk)
        _fail(job, ExportJob.Problem.ERROR)
    finally:
        _remove(part)


def _write(job: ExportJob, wanted: Wanted) -> None:
    private_folder(background.folder())
    part = background.folder() / background.part_name(job.pk, job.attempt)
    may_see = masking.may_see_numbers(wanted.user)
    _say(job, rows_total=_count(job, wanted))
    taken = wanted.take()
    reading = taken.reading
    pieces = audit.watched(
        begin(wanted, taken), wanted.file_format.pieces(taken), lambda: reading.count
    )
    said = time.monotonic()
    with closing(pieces), write_bytes(part) as file:  # type: ignore[type-var]
        for piece in pieces:
            file.write(piece)
            if time.monotonic() - said >= _SAID_EVERY_SECONDS:
                _say(job, rows_done=reading.count)
                said = time.monotonic()
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    suffix = wanted.file_format.suffix.rpartition(".")[2]
    whole = part.with_suffix(f".{suffix}")
    part.replace(whole)
    try:
        _say(
            job,
            state=State.READY,
            rows_done=reading.count,
            file=whole.name,
            file_name=taken.file_name(wanted.file_format.suffix),
            size=size,
            is_masked=reading.is_masked,
            shows_numbers=may_see,
            ended_at=timezone.now(),
            query=audit.without_numbers(job.query),
        )
    except _NotOurs:
        whole.unlink(missing_ok=True)
        raise


def _remove(part: Path) -> None:
    """Remove what is no longer written; where that fails, `remove_old` does it."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


def _count(job: ExportJob, wanted: Wanted) -> int | None:
    """How many rows there will be; None where counting them takes too long."""
    try:
        return wanted.count()
    except Error as error:
        logger.info("the rows of export %d are not counted: %s", job.pk, error)
        return None


def _say(job: ExportJob, **changes: Any) -> None:
    """Change the row of a job while it is ours to write. Raises _NotOurs."""
    ours = ExportJob.objects.filter(pk=job.pk, state=State.RUNNING, attempt=job.attempt)
    if not ours.update(**changes):
        raise _NotOurs


def _fail(job: ExportJob, problem: ExportJob.Problem) -> None:
    ExportJob.objects.filter(
        pk=job.pk, state=State.RUNNING, attempt=job.attempt
    ).update(
        state=State.FAILED,
        problem=problem,
        ended_at=timezone.now(),
        query=audit.without_numbers(job.query),
    )
