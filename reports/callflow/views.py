"""The pages of the call flow: the drawing of lines and menus, and the trial call."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from callcenter.flow.current import read_plan
from callcenter.flow.hours import is_open
from callcenter.flow.plan import LinePlan, Plan
from reports.callflow import opening_hours, template_context
from reports.callflow.drawing import DrawingBuilder
from reports.callflow.forms import TryForm
from reports.callflow.place_names import operators_url, place_names
from reports.callflow.trial import try_call
from reports.callflow.unserved import QueueWarnings
from reports.present import formats

# Whoever may see menus may see what leads to them and where they lead.
PERMISSION = "callcenter.view_menu"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the call flow, below those of the admin site."""

    @require_safe
    def draw(request: HttpRequest) -> HttpResponse:
        return _draw(site, request)

    @require_safe
    def try_out(request: HttpRequest) -> HttpResponse:
        return _try(site, request)

    return [
        path("call-flow/", site.admin_view(draw), name="call-flow"),
        path("call-flow/try/", site.admin_view(try_out), name="call-flow-try"),
    ]


def _draw(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """Every line with its tree, or one line, or one menu."""
    _check(request)
    plan, names = read_plan(), place_names(request.user)
    builder = DrawingBuilder(plan, names, operators_url(request.user))
    line, menu = request.GET.get("line", ""), request.GET.get("menu", "")
    if (line and line not in plan.lines) or (menu and menu not in plan.menus):
        raise Http404(gettext("There is no such line or menu."))
    if line:
        drawings = [builder.line(line)]
    elif menu:
        drawings = [builder.menus([menu], names["menu", menu].name)]
    else:
        drawings = [builder.line(number) for number in plan.lines]
        if builder.unreached:
            title = gettext("Menus that no caller can reach")
            drawings.append(builder.menus(builder.unreached, title))
    context = {
        "title": gettext("Call flow"),
        "drawings": [
            template_context.drawing(
                each,
                f"drawing-{place}",
                try_url(line=each.line, menu=menu) if each.line or menu else "",
            )
            for place, each in enumerate(drawings, start=1)
        ],
        "is_part": bool(line or menu),
        "warned": sum(each.warned for each in drawings),
    }
    return _rendered(site, request, "drawing", context)


def _try(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """A trial call to a line or a menu."""
    _check(request)
    plan, names = read_plan(), place_names(request.user)
    lines = [(number, names["line", number].name) for number in plan.lines]
    menus = [(slug, names["menu", slug].name) for slug in plan.menus]
    asked = request.GET.dict()
    if lines and "start" not in asked:
        asked["start"] = f"line:{plan.default_line or lines[0][0]}"
    form = TryForm(asked, lines=lines, menus=menus, label_suffix="")
    context: dict[str, Any] = {
        "title": gettext("Try the call flow"),
        "form": form,
        "has_lines": bool(lines),
    }
    if lines and form.is_valid():
        moment = form.moment(timezone.now())
        number, tried = _as_asked(form, plan)
        line = tried.lines[number]
        call = try_call(number, tried, moment, form.cleaned_data["keys"])
        queues = QueueWarnings(tried, names, operators_url(request.user))

        def url(keys: str) -> str:
            return f"?{urlencode({**asked, 'keys': keys})}"

        context |= {
            "moment": formats.moment(moment),
            "opening": _opening(line, tried, moment, asked) if form.line else None,
            "answers": [
                template_context.answer(each, plan, names, queues)
                for each in call.answers
            ],
            "is_hung_up": call.is_hung_up,
            "is_over": not call.menu,
            "keypad": template_context.keypad(call, tried, names, url),
            "back_url": url(call.inputs[:-1]) if call.inputs else "",
            "again_url": url("") if call.inputs else "",
            "drawing_url": drawing_url(form),
        }
    return _rendered(site, request, "try", context)


def try_url(*, line: LinePlan | None = None, menu: str = "") -> str:
    """The address of the trial call to a line or a menu."""
    start = f"line:{line.number}" if line else f"menu:{menu}"
    return f"{reverse('admin:call-flow-try')}?{urlencode({'start': start})}"


def drawing_url(form: TryForm) -> str:
    """The address of the drawing of the line or menu that is tried."""
    query = {"line": form.line} if form.line else {"menu": form.menu}
    return f"{reverse('admin:call-flow')}?{urlencode(query)}"


def _as_asked(form: TryForm, plan: Plan) -> tuple[str, Plan]:
    """The number to call, and a plan in which that line is as the form asks.

    A menu is tried as if the default line led to it and were always open.
    """
    number = form.line or plan.default_line or next(iter(plan.lines))
    line = plan.lines[number]
    if form.menu:
        line = replace(line, menu=form.menu, hours=(), holidays=frozenset())
        plan = replace(plan, holidays=frozenset())
    if language := form.cleaned_data["language"]:
        line = replace(line, language=language)
    return number, replace(plan, lines={**plan.lines, number: line})


def _opening(
    line: LinePlan, plan: Plan, moment: datetime, asked: dict[str, str]
) -> dict[str, Any]:
    """Whether a line is open at a moment; if not, why, and when it opens next."""
    is_on = is_open(line, plan, moment)
    found: dict[str, Any] = {"is_open": is_on, "hours": opening_hours.hours(line)}
    if is_on:
        return found
    found["holiday"] = opening_hours.holiday(line.number, moment)
    following = opening_hours.next_opening(line, plan, moment)
    if following:
        zone = timezone.get_default_timezone()
        local = timezone.localtime(following, zone)
        query = {
            **asked,
            "day": f"{local:%Y-%m-%d}",
            "at": f"{local:%H:%M}",
            "keys": "",
        }
        found |= {"next": formats.moment(following), "next_url": f"?{urlencode(query)}"}
    return found


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _rendered(
    site: admin.AdminSite, request: HttpRequest, name: str, context: dict[str, Any]
) -> HttpResponse:
    request.current_app = site.name
    context = {**site.each_context(request), **context}
    return TemplateResponse(request, f"reports/callflow/{name}.html", context)
