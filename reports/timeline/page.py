"""The page of one call: its moments as lines, the bar above them, the facts beside."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext

from callcenter.models import Call, Recording, Voicemail, WebhookEvent
from callcenter.numbers import phone_number
from reports.present import formats, masking, names, swatches
from reports.present.links import PageLinks, list_url
from reports.query import search
from reports.query.selection import Selection
from reports.sound.player import Player, players
from reports.timeline import phases, reading
from reports.timeline.facts import facts_as_sent, facts_of, other_call
from reports.timeline.lines import shown
from reports.timeline.story import Story
from reports.timeline.words import Words, who_hung_up

# A longer page would be slow to open; the lists show the rest.
MOST_LINES = 500
MOST_COUNTED = 100


class TimelinePage(admin.ModelAdmin[Call]):
    """Part of the admin of calls: a call's page is its timeline, by id or by SID."""

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


def page_of(call: Call, request: HttpRequest, site: admin.AdminSite) -> dict[str, Any]:
    """What the template shows of a call: links lead where the reader may go."""
    story = reading.story_of(call)
    words = Words(
        number=masking.shown,
        address=masking.address_as_sent,
        sees_names_of_callers=masking.may_see_numbers(masking.reader()),
        queues=names.queues(),
        menus=names.menus(),
        messages=names.messages(),
        operators=names.operators(),
        lines=names.lines(),
        wrap_up_codes=names.wrap_up_codes(),
    )
    links = PageLinks(request, site)
    moments = phases.moments(story)
    drawn = phases.lines(moments)
    end = call.ended_at or max((one.at for one in moments), default=story.now)
    stretches = phases.stretches(drawn, end)
    is_cut = story.is_cut or len(drawn) > MOST_LINES
    drawn = drawn[:MOST_LINES]
    return {
        "who": _who(call, words),
        "when": formats.minute(story.start),
        "summary": _summary(story, words),
        "outcome": swatches.outcome(call.outcome, call.get_outcome_display()),
        "lines": [shown(line, story, words, links) for line in drawn],
        "segments": phases.segments(stretches),
        "lengths": phases.lengths(story, stretches),
        "facts": facts_of(story, moments, words, links),
        "sounds": _sounds(story, request, links),
        "as_sent": facts_as_sent(call, words),
        "others": [other_call(one, call, links) for one in reading.same_day(call)],
        "has_operators": any(line.operator for line in drawn),
        "is_cut": is_cut,
        "lists": links.lists_of(call) if is_cut else [],
        "is_pruned": story.is_pruned,
        "may_see_raw": links.may_view(WebhookEvent),
        "raw_is_open": request.GET.get("raw") == "open",
        **_history(call, words),
    }


def _sounds(story: Story, request: HttpRequest, links: PageLinks) -> list[Player]:
    """The recordings of the call, for those who may see that there are any."""
    rows: list[Voicemail | Recording] = [*story.voicemails, *story.recordings]
    seen = [(row, links.url(row)) for row in rows if links.may_view(type(row))]
    return players(seen, request.user)


def _who(call: Call, words: Words) -> str:
    if call.kind != Call.Kind.OPERATOR:
        return words.caller(call)
    code = call.caller or call.from_raw
    return words.operator(code) if code else gettext("Operator's leg")


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
    state = who_hung_up(call.disconnected_by)
    if call.ended_at is None and not call.outcome:
        state = gettext("under way")
    return [one for one in (*queues, *who, state) if one]


def _history(call: Call, words: Words) -> dict[str, str]:
    """The way to all calls of this caller, for whom the number is no secret.

    The address has the SID of the call in place of the number.
    """
    if call.kind == Call.Kind.OPERATOR or not call.caller:
        return {}
    if words.number(call.caller) != phone_number(call.caller):
        return {}  # nobody else is told how often a number has called
    count = (
        Call.objects.filter(search.of_caller(call.caller))
        .order_by()[: MOST_COUNTED + 1]
        .count()
    )
    shown = formats.count(min(count, MOST_COUNTED))
    if count > MOST_COUNTED:
        shown = gettext("more than %(count)s") % {"count": shown}
    return {
        "history_count": shown,
        "history_url": list_url(Call, Selection(caller_of=call.sid)),
    }
