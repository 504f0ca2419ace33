"""The page of the system: whether the parts of an installation do their work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from callcenter.health.condition import (
    MOST_COUNTED,
    Condition,
    JobState,
    Part,
    condition,
)
from callcenter.models import WorkerProcess
from callcenter.reasons import sentence
from reports.delivery import planning
from reports.delivery.condition import mail_condition
from reports.present import formats

URL_NAME = "admin:system"
PERMISSION = "callcenter.view_workerjob"
# Of jobs that leave rows about each run.
_LISTS = {
    "reconcile": "admin:callcenter_reconciliationrun_changelist",
    planning.SEND: "admin:scheduled_reports",
}


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part as a row: what it is, how it is, and what to do where that is bad."""

    name: str
    is_failing: bool
    facts: list[str]
    advice: str


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A regular job as a row; `state` is the code of a badge."""

    title: str
    # The list of what it did, where there is one.
    url: str
    state: str
    word: str
    done: str
    took: str
    error: str


def show(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """The page. Raises PermissionDenied for those who may not see the system."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    found = condition(timezone.now())
    parts = [*_parts(found), *_of_mail(found.now)]
    context = {
        **site.each_context(request),
        "title": gettext("System"),
        "as_of": formats.moment(found.now),
        "is_well": not any(part.is_failing for part in parts),
        "parts": parts,
        "jobs": [_job(job) for job in found.jobs],
        "workers": [
            (
                each.name,
                each.seen_at < found.now - WorkerProcess.SILENT_FOR,
                formats.moment(each.started_at),
                formats.moment(each.seen_at),
            )
            for each in found.workers
        ],
    }
    return TemplateResponse(request, "reports/system.html", context)


def _parts(found: Condition) -> Iterator[ShownPart]:
    failing = found.failing
    seen_at = found.worker_seen_at
    yield ShownPart(
        gettext("Worker"),
        Part.WORKER in failing,
        [
            gettext("Last sign of life: %(moment)s")
            % {"moment": _ago(seen_at, found.now)}
            if seen_at
            else gettext("No worker is running.")
        ],
        gettext(
            "Start “manage.py worker”. Until then callers are served as ever, but"
            " reports by e-mail, large files and comparisons with Twilio wait."
        ),
    )
    yield ShownPart(
        gettext("History"),
        Part.HISTORY in failing,
        list(_of_history(found)),
        gettext(
            "These requests are stored, but their calls do not show them yet. The log"
            " says why; “manage.py rebuild_calls --pending” tries again."
        ),
    )
    yield ShownPart(
        gettext("Spool of this host"),
        Part.SPOOL in failing,
        list(_of_spool(found)),
        gettext(
            "Requests wait in SPOOL_DIR although the database is there. The log says"
            " why; “manage.py drain_spool” loads them."
        ),
    )
    yield ShownPart(
        gettext("Regular jobs"),
        Part.JOBS in failing,
        [job.title for job in found.jobs if job.is_failing],
        gettext("A job failed; it is tried again at its next time. See below."),
    )


def _of_mail(now: datetime) -> Iterator[ShownPart]:
    found = mail_condition()
    if found is None:
        return
    facts = []
    if found.last_sent_at:
        age = _ago(found.last_sent_at, now)
        facts.append(gettext("Last sent: %(moment)s") % {"moment": age})
    if found.failing:
        said = ngettext(
            "%(count)s report whose newest mail has not been sent",
            "%(count)s reports whose newest mail has not been sent",
            found.failing,
        )
        facts.append(said % {"count": formats.count(found.failing)})
    yield ShownPart(
        gettext("Reports by e-mail"),
        bool(found.failing),
        facts or [pgettext("mail", "none sent yet")],
        gettext("The list of scheduled reports says what the mail server answered."),
    )


def _of_history(found: Condition) -> Iterator[str]:
    count = found.pending
    shown = formats.count(count) if count < MOST_COUNTED else f"≥ {MOST_COUNTED:,}"
    said = ngettext(
        "%(count)s request to be derived", "%(count)s requests to be derived", count
    )
    yield said % {"count": shown}
    if found.oldest_pending_at:
        age = _ago(found.oldest_pending_at, found.now)
        yield gettext("The oldest: %(moment)s") % {"moment": age}


def _of_spool(found: Condition) -> Iterator[str]:
    if not found.spool.is_readable:
        yield gettext("SPOOL_DIR cannot be read; look at its rights.")
    elif found.spool.oldest_at is None:
        yield pgettext("spool", "empty")
    else:
        said = gettext("%(size)s kB of requests, last written %(moment)s")
        size = formats.count(max(1, found.spool.size // 1000))
        yield said % {"size": size, "moment": _ago(found.spool.oldest_at, found.now)}
    if count := found.spool.rejected:
        said = ngettext(
            "%(count)s file of lines that could not be loaded (*.rejected)",
            "%(count)s files of lines that could not be loaded (*.rejected)",
            count,
        )
        yield said % {"count": formats.count(count)}


def _job(job: JobState) -> ShownJob:
    row = job.row
    state, word = "", pgettext("job", "not yet")
    if not job.is_on:
        word = pgettext("job", "switched off")
    elif job.is_failing:
        state, word = "bad", pgettext("job", "failed")
    elif row and row.held_until and row.held_until > timezone.now():
        state, word = "progress", pgettext("job", "under way")
    elif row and row.done_at:
        state, word = "done", pgettext("job", "done")
    return ShownJob(
        title=job.title,
        url=reverse(_LISTS[job.name]) if job.name in _LISTS else "",
        state=state,
        word=word,
        done=formats.moment(row.done_at) if row and row.done_at else "",
        took=formats.decimal(row.seconds) if row and row.seconds is not None else "",
        error=sentence(row.error) if row and job.is_failing else "",
    )


def _ago(moment: datetime, now: datetime) -> str:
    return f"{formats.moment(moment)} ({formats.age(moment, now)})"
