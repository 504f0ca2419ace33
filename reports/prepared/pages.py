"""The list of somebody's prepared files, the progress of one, and its download."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext

from reports.definitions import report_with_slug
from reports.export import audit, background, downloads
from reports.export.menu import NUMBERS
from reports.export.wanted import AT_ONCE
from reports.models import ExportJob
from reports.pages.rights import permission_for
from reports.present import formats, masking
from reports.query.table import NOTHING

State = ExportJob.State
# A worker begins within a minute, even where it could not be asked to.
_WAITED_LONG = timedelta(seconds=75)
_BADGES = {
    State.WAITING: "badge-open",
    State.RUNNING: "badge-progress",
    State.READY: "badge-done",
    State.FAILED: "badge-bad",
}


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A prepared file as the pages show it."""

    job: ExportJob
    title: str
    format_name: str
    badge: str
    rows: str
    total: str
    size: str
    asked_at: str
    # Until when the file is kept; empty where there is none.
    kept_until: str
    url: str
    file_url: str


def show_list(site: admin.AdminSite, request: HttpRequest) -> HttpResponseBase:
    """All prepared files of the reader, the newest first."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    found = ExportJob.objects.filter(user=_exporter(request))
    context = {
        **site.each_context(request),
        "title": gettext("My exports"),
        "jobs": [_shown(job) for job in found],
    }
    return TemplateResponse(request, "reports/prepared/list.html", context)


def show(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far a file is; a POST cancels it or removes the file."""
    job = _own(request, pk)
    if request.method == "POST":
        return _remove(request, job)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    shown, now = _shown(job), timezone.now()
    context = {
        **site.each_context(request),
        "title": shown.title,
        "shown": shown,
        "job": job,
        "is_worker_away": _is_worker_away(job, now),
        "is_another_written": job.state == State.WAITING
        and ExportJob.objects.filter(state=State.RUNNING).exists(),
        "at_once_url": _url_at_once(job),
        "age": formats.age(job.asked_at, now),
    }
    return TemplateResponse(request, "reports/prepared/progress.html", context)


def fetch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, for whoever asked for it and has the right still; else a sentence."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    job = _own(request, pk)
    file_format = downloads.FORMATS.get(job.file_format)
    problem = gettext("This file has been removed: export it again.")
    if not _may_fetch(_exporter(request), job):
        problem = gettext(
            "You may not see everything in this file any more: export it again."
        )
    elif job.is_open:
        problem = gettext("This file is not ready yet.")
    elif job.state == State.READY and file_format is not None:
        path, name = background.path_of(job), job.file_name
        try:
            answer = downloads.prepared(request, path, name, job.size or 0, file_format)
        except OSError:
            problem = gettext(
                "The file is not on this server: the worker must share its SPOOL_DIR."
            )
        else:
            ExportJob.objects.filter(pk=job.pk).update(fetched_at=timezone.now())
            return answer
    messages.error(request, problem)
    return redirect(reverse(background.PAGE, args=[job.pk]))


def _exporter(request: HttpRequest) -> User:
    user = request.user
    if not (user.is_authenticated and user.has_perm(audit.PERMISSION)):
        raise PermissionDenied
    return user


def _own(request: HttpRequest, pk: int) -> ExportJob:
    """A file of the reader's; Http404 for any other."""
    return get_object_or_404(ExportJob, pk=pk, user=_exporter(request))


def _may_fetch(user: User, job: ExportJob) -> bool:
    """Whether what the file shows may still be seen by its user."""
    is_seen = user.has_perm(_permission_for(job.subject))
    return is_seen and (not job.shows_numbers or masking.may_see_numbers(user))


def _permission_for(subject: str) -> str:
    if report := report_with_slug(subject):
        return permission_for(report)
    app, _dot, model = subject.partition(".")
    return f"{app}.view_{model}"


def _remove(request: HttpRequest, job: ExportJob) -> HttpResponse:
    try:
        background.cancel(job)
    except OSError:
        text = gettext("The file could not be removed now; it is offered no more.")
        messages.warning(request, text)
    else:
        done = (
            gettext("The export has been cancelled.")
            if job.is_open
            else gettext("The file has been removed.")
        )
        messages.success(request, done)
    return redirect(background.LIST)


def _is_worker_away(job: ExportJob, now: datetime) -> bool:
    has_waited = now - job.asked_at > _WAITED_LONG
    return job.is_open and has_waited and not background.is_worker_alive(now)


def _url_at_once(job: ExportJob) -> str:
    """The address of the same file as a download, however long it takes."""
    if report_with_slug(job.subject):
        address = reverse("admin:report_export", args=[job.subject, job.file_format])
    else:
        name = job.subject.replace(".", "_")
        address = reverse(f"admin:{name}_export", args=[job.file_format])
    query = QueryDict(job.query, mutable=True)
    query[NUMBERS], query[AT_ONCE] = job.numbers, "1"
    return f"{address}?{query.urlencode()}"


def _title(job: ExportJob) -> str:
    if report := report_with_slug(job.subject):
        return capfirst(str(report.title))
    try:
        return capfirst(str(apps.get_model(job.subject)._meta.verbose_name_plural))
    except LookupError:
        return job.subject


def _shown(job: ExportJob) -> ShownJob:
    file_format = downloads.FORMATS.get(job.file_format)
    ended, is_ready = job.ended_at, job.state == State.READY
    values: dict[str, Any] = {
        "title": _title(job),
        "format_name": str(file_format.name) if file_format else job.file_format,
        "badge": _BADGES.get(State(job.state), ""),
        # Of one that has not begun nothing is known yet.
        "rows": formats.count(job.rows_done) if job.started_at else NOTHING,
        "total": "" if job.rows_total is None else formats.count(job.rows_total),
        "size": NOTHING if job.size is None else filesizeformat(job.size),
        "asked_at": formats.minute(job.asked_at),
        "kept_until": formats.minute(ended + background.KEPT_FOR)
        if ended and is_ready
        else "",
        "url": reverse(background.PAGE, args=[job.pk]),
        "file_url": reverse("admin:prepared_file_download", args=[job.pk])
        if is_ready
        else "",
    }
    return ShownJob(job=job, **values)
