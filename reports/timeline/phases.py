"""Moments drawn to scale: which phase lasted how long. No database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from callcenter.models import Call
from reports.present import formats
from reports.timeline import caller_leg, operator_leg
from reports.timeline.story import Moment, Phase, Story, seconds


@dataclass(frozen=True, slots=True)
class Line:
    """A moment and the phases that its legs are in until the next one."""

    moment: Moment
    caller: Phase
    operator: Phase


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that the leg spent in one phase."""

    phase: Phase
    since: datetime
    until: datetime


def moments(story: Story) -> list[Moment]:
    """The moments of a leg, whosever it is."""
    if story.call.kind == Call.Kind.OPERATOR:
        return operator_leg.moments(story)
    if story.call.kind == Call.Kind.OUTBOUND:
        return operator_leg.outbound_moments(story)
    return caller_leg.moments(story)


def lines(moments: Sequence[Moment]) -> list[Line]:
    """Each moment with what goes on below it."""
    found: list[Line] = []
    of_caller, of_operator = Phase.NONE, Phase.NONE
    for moment in moments:
        of_caller = of_caller if moment.caller is None else moment.caller
        of_operator = of_operator if moment.operator is None else moment.operator
        found.append(Line(moment, of_caller, of_operator))
    return found


def stretches(lines: Sequence[Line], end: datetime) -> list[Stretch]:
    """The caller's phases in order, each from its beginning to the next one's."""
    found: list[Stretch] = []
    for number, line in enumerate(lines):
        since = min(line.moment.at, end)
        later = lines[number + 1].moment.at if number + 1 < len(lines) else end
        until = min(later, end)
        if line.caller in (Phase.NONE, Phase.END) or until <= since:
            continue
        if found and found[-1].phase == line.caller and found[-1].until == since:
            since = found.pop().since
        found.append(Stretch(line.caller, since, until))
    return found


def segments(stretches: Sequence[Stretch]) -> list[tuple[str, str, str]]:
    """The bar: of each stretch the class that fills it, its `x` and its width.

    Both in per cent of the bar, as SVG reads them whatever the language.
    """
    if not stretches:
        return []
    start, end = stretches[0].since, stretches[-1].until
    whole = (end - start) / timedelta(seconds=1)
    return [
        (
            _fill(one.phase),
            f"{(one.since - start) / timedelta(seconds=1) / whole:.3%}",
            f"{(one.until - one.since) / timedelta(seconds=1) / whole:.3%}",
        )
        for one in stretches
    ]


def phase_seconds(story: Story, stretches: Sequence[Stretch]) -> dict[Phase, int]:
    """Whole seconds of each phase, in the order in which they first came.

    Wait and talk are the call's own numbers, as in every list and report.
    """
    sums: dict[Phase, timedelta] = {}
    for one in stretches:
        sums[one.phase] = sums.get(one.phase, timedelta()) + (one.until - one.since)
    found = {
        phase: round(length / timedelta(seconds=1)) for phase, length in sums.items()
    }
    known = {Phase.WAIT: story.call.wait_seconds, Phase.TALK: story.call.talk_seconds}
    for phase, stored in known.items():
        if phase in found and stored is not None and story.call.ended_at:
            found[phase] = stored
    return found


def lengths(
    story: Story, stretches: Sequence[Stretch]
) -> list[tuple[str, StrOrPromise, str | None]]:
    """The key of the bar: fill, name and length of each phase, and of the whole."""
    call = story.call
    found = [
        (_fill(phase), phase.label, formats.duration(length))
        for phase, length in phase_seconds(story, stretches).items()
    ]
    whole = call.duration_seconds
    label = gettext("Whole call")
    if call.ended_at is None:
        whole, label = seconds(story.start, call.heard_at), gettext("So far")
        if not call.outcome:
            whole = seconds(story.start, story.now)
    return [*found, ("", label, formats.duration(whole) or "—")]


_FILLS = {
    Phase.IVR: "phase-ivr",
    Phase.WAIT: "oc-waiting",
    Phase.NOTICE: "phase-notice",
    Phase.TALK: "oc-answered",
    Phase.READY: "oc-waiting",
    Phase.WRAP_UP: "phase-ivr",
}


def _fill(phase: Phase) -> str:
    """The class of the style sheet that colours a phase."""
    return _FILLS.get(phase, "oc-unknown")
