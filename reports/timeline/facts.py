"""What stands beside a call's timeline: the facts, and the caller's other calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django_stubs_ext import StrOrPromise

from callcenter.models import Call
from callcenter.numbers import country
from reports.present import formats, swatches
from reports.present.links import PageLinks
from reports.timeline.story import Mark, Moment, Story
from reports.timeline.words import Words


@dataclass(slots=True)
class Fact:
    """One thing known of a call: a label, and texts each with an address or none."""

    label: StrOrPromise
    values: list[tuple[str, str]]
    is_code: bool = False


def facts_of(
    story: Story, moments: Sequence[Moment], words: Words, links: PageLinks
) -> list[Fact]:
    """Line, country, follow-up, events and legs, those that there are."""
    call = story.call
    facts = []
    if call.line:
        facts.append(Fact(gettext("Line"), [(words.line(call.line), "")]))
    if call.caller_name and words.sees_names_of_callers:
        facts.append(Fact(gettext("Caller's name"), [(call.caller_name, "")]))
    if call.caller and call.kind != Call.Kind.OPERATOR:
        facts.append(Fact(gettext("Country"), [(_country(call.caller), "")]))
    if call.ivr_path:
        facts.append(Fact(gettext("IVR path"), [(words.path(call.ivr_path), "")]))
    for lost in story.abandoned:
        state = str(lost.State(lost.state).label)
        facts.append(Fact(gettext("Follow-up"), [(state, links.url(lost))]))
    if call.from_log:
        known = str(call.get_from_log_display())
        facts.append(Fact(gettext("Known from Twilio's log alone"), [(known, "")]))
    facts.append(Fact(gettext("Events"), [(_events(story, moments), "")]))
    own = gettext("Own leg")
    if call.kind == Call.Kind.CUSTOMER:
        own = gettext("Caller's leg")
    facts.append(Fact(own, [(call.sid, "")], is_code=True))
    if story.legs:
        label = gettext("Operator's leg")
        if call.kind == Call.Kind.OUTBOUND:
            label = gettext("Other leg")
        legs = [(leg.sid, links.url(leg)) for leg in story.legs]
        facts.append(Fact(label, legs, is_code=True))
    return facts


def _country(number: str) -> str:
    code = country(number)
    return gettext("Japan") if code == "JP" else code or "—"


def _events(story: Story, moments: Sequence[Moment]) -> str:
    if story.is_pruned and not story.events:
        return gettext("pruned")
    count = len(story.events)
    texts = [
        ngettext("%(count)s received", "%(count)s received", count) % {"count": count}
    ]
    if story.requests.has_failed:
        texts.append(gettext("derivation failed"))
    else:
        missing = sum(Mark.MISSING in moment.marks for moment in moments)
        inferred = sum(Mark.INFERRED in moment.marks for moment in moments)
        texts += [
            gettext("%(count)s missing") % {"count": missing}
            if missing
            else gettext("none missing"),
            gettext("%(count)s inferred") % {"count": inferred}
            if inferred
            else gettext("none inferred"),
        ]
    return gettext(", ").join(texts)


def facts_as_sent(call: Call, words: Words) -> list[Fact]:
    """More of the call's row, as Twilio sent it."""
    times = [
        (gettext("Last heard of"), call.heard_at),
        (gettext("Sealed at"), call.sealed_at),
    ]
    known = [
        (gettext("Direction"), call.direction),
        (gettext("Status"), call.status),
        (gettext("From, as sent"), words.address(call.from_raw)),
        (gettext("To, as sent"), words.address(call.to_raw)),
        *((label, formats.moment(at)) for label, at in times if at),
    ]
    return [Fact(label, [(value, "")]) for label, value in known if value]


def other_call(one: Call, call: Call, links: PageLinks) -> dict[str, Any]:
    """A call of the caller of `call`, which may be `call` itself, for the template."""
    is_answered = one.outcome == Call.Outcome.ANSWERED
    label = one.get_outcome_display() or one.get_kind_display()
    if not one.outcome and one.ended_at is None:
        label = gettext("under way")
    return {
        "at": one.started_at or timezone.now(),
        "outcome": swatches.outcome(one.outcome or "none", label),
        "length": formats.duration(
            one.talk_seconds if is_answered else one.wait_seconds
        ),
        "url": links.url(one),
        "is_this": one.pk == call.pk,
    }
