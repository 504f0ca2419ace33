"""The page of one call: its moments as lines, the bar above them, the facts beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import models
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
    OperatorState,
    Recording,
    Voicemail,
    WebhookEvent,
)
from reports import formats, masking, names, swatches
from reports.admin.readonly import HistoryAdmin
from reports.timeline import phases, reading, wording
from reports.timeline.phases import Segment
from reports.timeline.story import Mark, Moment, Phase, Story, seconds
from reports.timeline.wording import Words

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
class Fact:
    """One thing that is known of a call, in words and links."""

    label: StrOrPromise
    values: list[tuple[str, str]]
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class OtherCall:
    """A call of the same caller on the same day."""

    at: datetime
    clock: str
    outcome: SafeString
    length: str | None
    url: str
    is_this: bool


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

    change_form_template = "admin/callcenter/call_timeline.html"

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
    doors = _Doors(request, site)
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
        facts=_facts(story, moments, words, doors),
        as_sent=_as_sent(call, words),
        others=[_other(one, call, doors) for one in others],
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


class _Doors:
    """Which pages the reader may open, asked once for each table."""

    def __init__(self, request: HttpRequest, site: admin.AdminSite) -> None:
        self._request = request
        self._site = site
        self._known: dict[type[models.Model], bool] = {}

    def may_view(self, model: type[models.Model]) -> bool:
        if model not in self._known:
            model_admin = self._site.get_model_admin(model)
            self._known[model] = model_admin.has_view_permission(self._request)
        return self._known[model]

    def url(self, row: models.Model | None) -> str:
        """The row's page; empty without one, or where the reader may not go."""
        if row is None or not self.may_view(type(row)):
            return ""
        opts = row._meta
        name = f"{self._site.name}:{opts.app_label}_{opts.model_name}_change"
        return reverse(name, args=[row.pk])

    def lists_of(self, call: Call) -> list[tuple[str, str]]:
        """The lists that show of a leg what does not stand on its page."""
        found = []
        for model in (OperatorState, WebhookEvent):
            if self.may_view(model):
                opts = model._meta
                name = (
                    f"{self._site.name}:{opts.app_label}_{opts.model_name}_changelist"
                )
                found.append(
                    (str(opts.verbose_name_plural), f"{reverse(name)}?q={call.sid}")
                )
        return found


def _shown(line: phases.Line, story: Story, words: Words, doors: _Doors) -> ShownLine:
    moment = line.moment
    title, details = wording.sentence(moment, story.call, words)
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


def _leg_url(moment: Moment, story: Story, doors: _Doors) -> str:
    """The page of the operator's leg that takes the caller."""
    sids = {event.other_sid for event in moment.events}
    sids.add(getattr(moment.row, "operator_call_sid", ""))
    if moment.code != "connect":
        return ""
    return next((doors.url(leg) for leg in story.legs if leg.sid in sids), "")


def _raws(moment: Moment, doors: _Doors) -> list[Raw]:
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
        return wording.caller_name(call, words)
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
    state = wording.who_ended(call)
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


def _facts(
    story: Story, moments: list[Moment], words: Words, doors: _Doors
) -> list[Fact]:
    call = story.call
    facts = []
    if call.line:
        facts.append(Fact(gettext("Line"), [(words.line(call.line), "")]))
    if call.caller and call.kind != Call.Kind.OPERATOR:
        facts.append(Fact(gettext("Country"), [(_country(call.caller), "")]))
    if call.ivr_path:
        facts.append(Fact(gettext("IVR path"), [(call.ivr_path, "")]))
    recorded: dict[str, Recording | Voicemail] = {}
    recorded |= {one.recording_sid: one for one in story.voicemails}
    recorded |= {one.recording_sid: one for one in story.recordings}
    if recorded:
        lengths = [
            (formats.duration(one.duration_seconds) or "—", doors.url(one))
            for one in recorded.values()
        ]
        facts.append(Fact(gettext("Recording"), lengths))
    for lost in story.abandoned:
        state = str(lost.State(lost.state).label)
        facts.append(Fact(gettext("Follow-up"), [(state, doors.url(lost))]))
    facts.append(Fact(gettext("Events"), [(_events(story, moments), "")]))
    own = gettext("Own leg")
    if call.kind == Call.Kind.CUSTOMER:
        own = gettext("Caller's leg")
    facts.append(Fact(own, [(call.sid, "")], is_code=True))
    if story.legs:
        label = gettext("Operator's leg")
        if call.kind == Call.Kind.OUTBOUND:
            label = gettext("Other leg")
        legs = [(leg.sid, doors.url(leg)) for leg in story.legs]
        facts.append(Fact(label, legs, is_code=True))
    return facts


def _country(number: str) -> str:
    code = formats.country(number)
    return gettext("Japan") if code == "JP" else code or "—"


def _events(story: Story, moments: list[Moment]) -> str:
    if story.is_pruned and not story.events:
        return gettext("pruned")
    missing = sum(Mark.MISSING in moment.marks for moment in moments)
    inferred = sum(Mark.INFERRED in moment.marks for moment in moments)
    count = len(story.events)
    texts = [
        ngettext("%(count)s received", "%(count)s received", count) % {"count": count},
        gettext("%(count)s missing") % {"count": missing}
        if missing
        else gettext("none missing"),
        gettext("%(count)s inferred") % {"count": inferred}
        if inferred
        else gettext("none inferred"),
    ]
    return gettext(", ").join(texts)


def _as_sent(call: Call, words: Words) -> list[Fact]:
    """What the row holds besides, as Twilio said it."""
    known = [
        (gettext("Direction"), call.direction),
        (gettext("Status"), call.status),
        (gettext("From, as sent"), words.address(call.from_raw)),
        (gettext("To, as sent"), words.address(call.to_raw)),
        (
            gettext("Last heard of"),
            formats.moment(call.heard_at) if call.heard_at else "",
        ),
        (
            gettext("Sealed at"),
            formats.moment(call.sealed_at) if call.sealed_at else "",
        ),
    ]
    return [Fact(label, [(value, "")]) for label, value in known if value]


def _other(one: Call, call: Call, doors: _Doors) -> OtherCall:
    at = one.started_at or timezone.now()
    wait = (
        one.talk_seconds if one.outcome == Call.Outcome.ANSWERED else one.wait_seconds
    )
    label = one.get_outcome_display() or one.get_kind_display()
    return OtherCall(
        at=at,
        clock=f"{timezone.localtime(at):%H:%M}",
        outcome=swatches.outcome(one.outcome or "none", label),
        length=formats.duration(wait),
        url=doors.url(one),
        is_this=one.pk == call.pk,
    )


def _add_history(page: Page, call: Call, words: Words) -> None:
    """The way to all calls of this caller, for whom the number is no secret."""
    if call.kind == Call.Kind.OPERATOR or not call.caller:
        return
    if words.number(call.caller) != formats.phone_number(call.caller):
        return  # a search for it would give it away
    calls = Call.objects.filter(caller=call.caller).order_by()
    count = calls[: MOST_COUNTED + 1].count()
    page.history_count = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
    number = call.caller.removeprefix("+")
    page.history_url = f"{reverse('admin:callcenter_call_changelist')}?q={number}"
