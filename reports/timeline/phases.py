"""Moments drawn to scale: which phase lasted how long. No database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.models import Call
from reports.timeline import caller_leg, operator_leg
from reports.timeline.story import Moment, Phase, Story


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the bar in one phase; `x` and `width` in per cent of the bar."""

    phase: Phase
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Line:
    """A moment and the phases that its legs are in until the next one."""

    moment: Moment
    caller: Phase
    operator: Phase


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


def stretches(
    lines: Sequence[Line], end: datetime
) -> list[tuple[Phase, datetime, datetime]]:
    """The caller's phases in order, each from its beginning to the next one's."""
    found: list[tuple[Phase, datetime, datetime]] = []
    for number, line in enumerate(lines):
        since = min(line.moment.at, end)
        later = lines[number + 1].moment.at if number + 1 < len(lines) else end
        until = min(later, end)
        if line.caller in (Phase.NONE, Phase.END) or until <= since:
            continue
        if found and found[-1][0] == line.caller and found[-1][2] == since:
            found[-1] = (line.caller, found[-1][1], until)
        else:
            found.append((line.caller, since, until))
    return found


def segments(
    stretches: Sequence[tuple[Phase, datetime, datetime]],
) -> list[Segment]:
    """The bar, to scale; numbers as SVG reads them, whatever the language."""
    if not stretches:
        return []
    start, end = stretches[0][1], stretches[-1][2]
    whole = (end - start) / timedelta(seconds=1)
    return [
        Segment(
            phase,
            f"{(since - start) / timedelta(seconds=1) / whole:.3%}",
            f"{(until - since) / timedelta(seconds=1) / whole:.3%}",
        )
        for phase, since, until in stretches
    ]


def lengths(
    story: Story, stretches: Sequence[tuple[Phase, datetime, datetime]]
) -> dict[Phase, int]:
    """Whole seconds of each phase, in the order in which they first came.

    Wait and talk are the call's own numbers, as in every list and report.
    """
    sums: dict[Phase, timedelta] = {}
    for phase, since, until in stretches:
        sums[phase] = sums.get(phase, timedelta()) + (until - since)
    found = {
        phase: round(length / timedelta(seconds=1)) for phase, length in sums.items()
    }
    known = {Phase.WAIT: story.call.wait_seconds, Phase.TALK: story.call.talk_seconds}
    is_over = story.call.ended_at is not None
    for phase, told in known.items():
        if phase in found and told is not None and is_over:
            found[phase] = told
    return found
