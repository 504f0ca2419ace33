"""The page of one call: its moments as lines, the bar above them, the facts beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django_stubs_ext import StrOrPromise

from callcenter.models import (
    Call,
    WebhookEvent,
)
from callcenter.numbers import phone_number
from reports.admin.history.base import HistoryAdmin
from reports.present import formats, masking, names, swatches
from reports.present.links import Doors
from reports.timeline import phases, reading, sentences
from reports.timeline.facts import (
    Fact,
    OtherCall,
    facts_as_sent,
    facts_of,
    other_call,
)
from reports.timeline.phases import Segment
from reports.timeline.sentences import Words
from reports.timeline.story import Mark, Moment, Phase, Story, seconds

# More lines nobody reads; the lists show the rest.
MOST_LINES = 500
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Raw:
    """A webhook behind a line: its path, its form, and its own page."""

    path: str
    form: list[tuple[str, str]]
    url: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the page, as it reads."""

    at: datetime
    clock: str
    day: str
    offset: str
    title: str
    details: list[str]
    url: str
    marks: list[StrOrPromise]
    raws: list[Raw]
    caller: Phase
    operator: Phase
    code: str
    is_operators: bool
    leg_url: str = ""


@dataclass(frozen=True, slots=True)
class Length:
    """How long a phase was, for the key of the bar."""

    phase: Phase
    fill: str
    label: StrOrPromise
    length: str | None


@dataclass(slots=True)
class Page:
    """All that the template shows."""

    who: str
    when: str
    summary: list[str]
    outcome: SafeString
    lines: list[ShownLine]
    segments: list[tuple[str, Segment]]
    lengths: list[Length]
    facts: list[Fact]
    as_sent: list[Fact]
    others: list[OtherCall]
    has_operators: bool
    is_cut: bool
    is_pruned: bool
    may_see_raw: bool
    raw_is_open: bool
    history_url: str = ""
    history_count: str = ""
    lists: list[tuple[str, str]] = field(default_factory=list)


class TimelinePage(HistoryAdmin[Call]):
    """A call's page is its timeline, found by its id or by its SID."""

    change_form_template = "reports/timeline/call.html"

    def get_urls(self) -> list[URLPattern]:
        by_sid = self.admin_site.admin_view(self.by_sid)
        own = [path("sid/<str:sid>/", by_sid, name="callcenter_call_sid")]
        return [*own, *super().get_urls()]

    def by_sid(self, request: HttpRequest, sid: str) -> HttpResponse:
        """The page of the call of a SID, for links from where only that is known."""
        call = Call.objects.filter(sid=sid[:64]).only("pk").first()
        if call:
            return redirect("admin:callcenter_call_change", call.pk)
        messages.warning(request, gettext("No call is known under this SID."))
        return HttpResponseRedirect(reverse("admin:callcenter_call_changelist"))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["page"] = page_of(context["original"], request, self.admin_site)
        return super().render_change_form(request, context, *args, **kwargs)


def page_of(call: Call, request: HttpRequest, site: admin.AdminSite) -> Page:
    """The page of a call for a reader: links lead where the reader may go."""
    story = reading.story_of(call)
    words = Words(
        number=masking.shown,
        address=masking.as_sent,
        queues=names.queues(),
        menus=names.menus(),
        operators=names.operators(),
        lines=names.lines(),
    )
    doors = Doors(request, site)
    is_open = request.GET.get("raw") == "open"
    moments = phases.moments(story)
    drawn = phases.lines(moments)
    end = call.ended_at or max((one.at for one in moments), default=story.now)
    stretches = phases.stretches(drawn, end)
    others = reading.same_day(call)
    shown = [_shown(line, story, words, doors) for line in drawn[:MOST_LINES]]
    page = Page(
        who=_who(call, words),
        when=_day_and_time(story.start),
        summary=_summary(story, words),
        outcome=_outcome(call),
        lines=shown,
        segments=[(_fill(one.phase), one) for one in phases.segments(stretches)],
        lengths=_lengths(story, stretches),
        facts=facts_of(story, moments, words, doors),
        as_sent=facts_as_sent(call, words),
        others=[other_call(one, call, doors) for one in others],
        has_operators=any(line.operator for line in shown),
        is_cut=story.is_cut or len(drawn) > MOST_LINES,
        is_pruned=story.is_pruned,
        may_see_raw=doors.may_view(WebhookEvent),
        raw_is_open=is_open,
    )
    if page.is_cut:
        page.lists = doors.lists_of(call)
    _add_history(page, call, words)
    return page


def _shown(line: phases.Line, story: Story, words: Words, doors: Doors) -> ShownLine:
    moment = line.moment
    title, details = sentences.sentence(moment, story.call, words)
    caller: Call | None = moment.facts.get("caller")
    return ShownLine(
        at=moment.at,
        clock=f"{timezone.localtime(moment.at):%H:%M:%S}",
        day=_other_day(moment.at, story.start),
        offset=_offset(moment.at, story.start),
        title=title,
        details=details,
        url=doors.url(caller or moment.row),
        marks=[_MARKS[mark]() for mark in moment.marks],
        raws=_raws(moment, doors),
        caller=line.caller,
        operator=line.operator,
        code=moment.code,
        is_operators=moment.is_operators,
        leg_url=_leg_url(moment, story, doors),
    )


_MARKS: Mapping[Mark, Callable[[], str]] = {
    Mark.INFERRED: lambda: gettext("inferred"),
    Mark.MISSING: lambda: gettext("missing"),
}


def _leg_url(moment: Moment, story: Story, doors: Doors) -> str:
    """The page of the operator's leg that takes the caller."""
    sids = {event.other_sid for event in moment.events}
    sids.add(getattr(moment.row, "operator_call_sid", ""))
    if moment.code != "connect":
        return ""
    return next((doors.url(leg) for leg in story.legs if leg.sid in sids), "")


def _raws(moment: Moment, doors: Doors) -> list[Raw]:
    if not doors.may_view(WebhookEvent):
        return []
    return [
        Raw(
            path=event.path,
            form=[
                (name, form_value(value))
                for name, value in sorted(event.params.items())
            ],
            url=doors.url(event),
        )
        for event in moment.events
    ]


def form_value(value: Any) -> str:
    """A value of a form; a parameter sent several times is a list of them."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _offset(at: datetime, start: datetime) -> str:
    """The length of time since the start: +0:01:35, or −0:00:02 before it."""
    # Of the seconds that the clocks beside it show.
    off = int(at.timestamp()) - int(start.timestamp())
    return f"{'−' if off < 0 else '+'}{formats.duration(abs(off))}"


def _other_day(at: datetime, start: datetime) -> str:
    """The local day of a moment, where it is not that of the start."""
    day = timezone.localtime(at).date()
    if day == timezone.localtime(start).date():
        return ""
    return date_format(day, "MONTH_DAY_FORMAT")


def _day_and_time(at: datetime) -> str:
    local = timezone.localtime(at)
    # Translators: the day of a call with its weekday, in Django's date letters.
    return date_format(local, gettext("D j M Y, H:i"))


def _who(call: Call, words: Words) -> str:
    if call.kind != Call.Kind.OPERATOR:
        return sentences.caller_name(call, words)
    code = call.caller or call.from_raw
    return words.operator(code) if code else gettext("Operator's leg")


def _outcome(call: Call) -> SafeString:
    return swatches.outcome(call.outcome, call.get_outcome_display())


def _summary(story: Story, words: Words) -> list[str]:
    """Below the title: whose leg, which queues and operators, who hung up."""
    call = story.call
    if call.kind == Call.Kind.OPERATOR:
        count = len(story.connections)
        taken = ngettext("%(count)s caller", "%(count)s callers", count)
        return [str(call.get_kind_display()), taken % {"count": count}]
    if call.kind == Call.Kind.OUTBOUND:
        return [str(call.get_kind_display()), call.status]
    queues = dict.fromkeys(words.queue(entry.queue) for entry in story.entries)
    who = dict.fromkeys(words.operator(one.operator) for one in story.connections)
    state = sentences.who_ended(call)
    if call.ended_at is None and not call.outcome:
        state = gettext("under way")
    return [one for one in (*queues, *who, state) if one]


_FILLS = {
    Phase.IVR: "phase-ivr",
    Phase.WAIT: "oc-waiting",
    Phase.NOTICE: "phase-notice",
    Phase.TALK: "oc-answered",
    Phase.READY: "oc-waiting",
    Phase.WRAP_UP: "phase-ivr",
    Phase.SIGNING_IN: "oc-unknown",
    Phase.AWAY: "oc-unknown",
}


def _fill(phase: Phase) -> str:
    return _FILLS.get(phase, "oc-unknown")


def _phase_label(phase: Phase) -> str:
    return {
        Phase.IVR: gettext("IVR"),
        Phase.WAIT: gettext("Wait"),
        Phase.NOTICE: gettext("Announcement"),
        Phase.TALK: gettext("Talk"),
        Phase.SIGNING_IN: gettext("Signing in"),
        Phase.READY: gettext("Ready"),
        Phase.WRAP_UP: gettext("Wrap-up"),
        Phase.AWAY: gettext("Not ready"),
    }.get(phase, "")


def _lengths(
    story: Story, stretches: list[tuple[Phase, datetime, datetime]]
) -> list[Length]:
    call = story.call
    found = [
        Length(phase, _fill(phase), _phase_label(phase), formats.duration(length))
        for phase, length in phases.lengths(story, stretches).items()
    ]
    whole = call.duration_seconds
    label = gettext("Whole call")
    if call.ended_at is None:
        whole, label = seconds(story.start, call.heard_at), gettext("So far")
        if not call.outcome:
            whole = seconds(story.start, story.now)
    return [*found, Length(Phase.NONE, "", label, formats.duration(whole) or "—")]


def _add_history(page: Page, call: Call, words: Words) -> None:
    """The way to all calls of this caller, for whom the number is no secret."""
    if call.kind == Call.Kind.OPERATOR or not call.caller:
        return
    if words.number(call.caller) != phone_number(call.caller):
        return  # a search for it would give it away
    calls = Call.objects.filter(caller=call.caller).order_by()
    count = calls[: MOST_COUNTED + 1].count()
    page.history_count = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
    number = call.caller.removeprefix("+")
    page.history_url = f"{reverse('admin:callcenter_call_changelist')}?q={number}"
