"""The pages of scheduled reports: their list, what can be sent, and one of them."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from reports.daily import page as daily_page
from reports.daily.spans import Kind
from reports.definitions import REPORTS, report_with_slug
from reports.delivery import planning
from reports.delivery.forms import ScheduleForm, filter_problem, new_schedule
from reports.delivery.shown import ShownDelivery, ShownSchedule, shown
from reports.models import Delivery, ScheduledReport
from reports.pages import saved_views
from reports.pages.rights import may_see
from reports.pages.schedule_link import DAILY_REPORT, PERMISSION, add_url, filter_only

LIST = "admin:scheduled_reports"
PAGE = "admin:scheduled_report"
MOST_SHOWN = 30


def show_list(site: admin.AdminSite, request: HttpRequest) -> HttpResponseBase:
    """All scheduled reports, with the next time and the last delivery of each."""
    _check(request)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    found = ScheduledReport.objects.select_related("user")
    now = timezone.now()
    context = {
        **site.each_context(request),
        "title": gettext("Scheduled reports"),
        "schedules": [shown(each, now) for each in found],
        "has_mail": settings.MAIL_SERVER is not None,
    }
    return TemplateResponse(request, "reports/delivery/list.html", context)


def add(site: admin.AdminSite, request: HttpRequest) -> HttpResponseBase:
    """The form of a new one; what can be sent, where the address names no report."""
    user = _check(request)
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    slug = request.GET.get("report", "")
    if not slug:
        context = {
            **site.each_context(request),
            "title": gettext("New scheduled report"),
            "choices": list(_choices(request)),
            "views": list(_views(request)),
        }
        return TemplateResponse(request, "reports/delivery/choose.html", context)
    schedule = new_schedule(
        user,
        report=slug,
        query=filter_only(request.GET.get("query", "")),
        period=request.GET.get("period", ""),
        name=request.GET.get("name", "") or _title(request, slug),
        language=(get_language() or settings.LANGUAGE_CODE)[:2],
    )
    _check_report(request, slug)
    form = ScheduleForm(schedule, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    return _page(site, request, schedule, form)


def change(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponseBase:
    """One of them, with what was sent; a POST changes, sends, stops or deletes it.

    What is sent has the rights of whoever made it: nobody else changes it. All who may
    make some can stop it.
    """
    user = _check(request)
    schedule = get_object_or_404(ScheduledReport.objects.select_related("user"), pk=pk)
    is_own = schedule.user_id == user.pk
    if request.method == "POST":
        do = request.POST.get("do", "save")
        if do in ("stop", "delete"):
            return _stopped(request, schedule, do)
        if not is_own:
            raise PermissionDenied
        if do in ("send", "again", "resume"):
            return _acted(request, schedule, do)
        form = ScheduleForm(schedule, request.POST)
        if form.is_valid():
            return _saved(request, form)
        return _page(site, request, schedule, form)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    return _page(site, request, schedule, ScheduleForm(schedule) if is_own else None)


def _check(request: HttpRequest) -> User:
    user = request.user
    if not (user.is_authenticated and user.has_perm(PERMISSION)):
        raise PermissionDenied
    return user


def _check_report(request: HttpRequest, slug: str) -> None:
    """Raises Http404 for a report that there is not, and PermissionDenied."""
    if slug == DAILY_REPORT:
        if not request.user.has_perm(daily_page.PERMISSION):
            raise PermissionDenied
        return
    report = report_with_slug(slug)
    if report is None:
        raise Http404
    if not may_see(request, report):
        raise PermissionDenied


def _title(request: HttpRequest, slug: str) -> str:
    if slug == DAILY_REPORT:
        return str(planning.kind_of(request.GET.get("period", "")).label)
    report = report_with_slug(slug)
    return str(report.title) if report else slug


def _choices(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Names and addresses of what can be sent."""
    if request.user.has_perm(daily_page.PERMISSION):
        periods = {
            Kind.DAY: "last-business-day",
            Kind.WEEK: "last-week",
            Kind.MONTH: "last-month",
        }
        for kind, period in periods.items():
            yield str(kind.label), add_url(DAILY_REPORT, period=period)
    for report in REPORTS:
        if may_see(request, report):
            yield str(report.title), add_url(report.slug)


def _views(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The saved views of the reader as such."""
    for view in saved_views.seen_by(request.user).order_by("name", "id"):
        report = report_with_slug(view.report)
        if report is None or not may_see(request, report):
            continue
        period = str(QueryDict(view.query).get("period", ""))
        url = add_url(view.report, view.query, period, view.name)
        yield f"{view.name} ({report.title})", url


def _page(
    site: admin.AdminSite,
    request: HttpRequest,
    schedule: ScheduledReport,
    form: ScheduleForm | None,
) -> HttpResponse:
    now = timezone.now()
    title = str(schedule) if schedule.pk else gettext("New scheduled report")
    deliveries: list[Delivery] = []
    if schedule.pk:
        deliveries = list(schedule.deliveries.all()[:MOST_SHOWN])
    problem = ""
    if schedule.report != DAILY_REPORT:
        problem = filter_problem(schedule.report, schedule.query, schedule.period)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": title,
        "schedule": schedule,
        "shown": shown(schedule, now),
        "form": form,
        "problem": problem if not (form and form.is_bound) else "",
        "deliveries": [ShownDelivery(each, now) for each in deliveries],
        "has_mail": settings.MAIL_SERVER is not None,
        "is_own": schedule.user_id == request.user.pk,
    }
    return TemplateResponse(request, "reports/delivery/schedule.html", context)


def _saved(request: HttpRequest, form: ScheduleForm) -> HttpResponse:
    schedule = form.save(commit=False)
    # What was due before is not made up for.
    if schedule.pk is None or {"frequency", "hour"} & set(form.changed_data):
        schedule.since = timezone.now()
    is_new = schedule.pk is None
    schedule.save()
    when = ShownSchedule.next_in_words(schedule, timezone.now())
    text = (
        gettext("“%(name)s” will be sent for the first time on %(when)s.")
        if is_new
        else gettext("“%(name)s” has been saved; it is sent next on %(when)s.")
    )
    if schedule.is_active:
        messages.success(request, text % {"name": schedule.name, "when": when})
    else:
        text = gettext("“%(name)s” has been saved; it is stopped.")
        messages.success(request, text % {"name": schedule.name})
    return redirect(PAGE, pk=schedule.pk)


def _stopped(request: HttpRequest, schedule: ScheduledReport, do: str) -> HttpResponse:
    name = {"name": schedule.name}
    if do == "delete":
        schedule.delete()
        messages.success(request, gettext("“%(name)s” has been deleted.") % name)
        return redirect(LIST)
    ScheduledReport.objects.filter(pk=schedule.pk).update(is_active=False)
    messages.success(request, gettext("“%(name)s” is stopped.") % name)
    return redirect(PAGE, pk=schedule.pk)


def _acted(request: HttpRequest, schedule: ScheduledReport, do: str) -> HttpResponse:
    now, back = timezone.now(), redirect(PAGE, pk=schedule.pk)
    if do == "resume":
        ScheduledReport.objects.filter(pk=schedule.pk).update(is_active=True, since=now)
        text = gettext("“%(name)s” is sent again.")
        messages.success(request, text % {"name": schedule.name})
        return back
    if settings.MAIL_SERVER is None:
        messages.error(request, gettext("Nothing is sent: EMAIL_URL is not set."))
        return back
    if do == "send":
        planning.send_now(schedule, now)
        messages.success(request, gettext("The report will be sent within a minute."))
        return back
    pk = request.POST.get("delivery", "")
    is_number = pk.isascii() and pk.isdecimal() and len(pk) < 19
    found = get_object_or_404(schedule.deliveries, pk=int(pk) if is_number else 0)
    if planning.again(found, now):
        messages.success(request, gettext("The report will be sent within a minute."))
    return back
