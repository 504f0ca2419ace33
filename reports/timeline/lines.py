"""A moment as a line of the page: clock, sentence, marks, links, raw webhooks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from callcenter.models import WebhookEvent
from reports.present import formats
from reports.present.links import PageLinks
from reports.timeline.kinds import operators
from reports.timeline.moment_kind import MomentKind
from reports.timeline.phases import Line
from reports.timeline.story import Story
from reports.timeline.words import Words

# Whoever has it may hear the recording, unless the account forbids that.
_SECRET = frozenset({"RecordingUrl", "TranscriptionUrl"})


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the page with what this reader sees of it."""

    line: Line
    # Where it is not that of the start.
    day: str
    # Since the start: +0:01:35.
    offset: str
    title: str
    details: list[str]
    url: str
    # Of each webhook behind it the path, the form, and the address of its page.
    raws: list[tuple[str, list[tuple[str, str]], str]]
    # The page of the operator's leg that takes the caller.
    leg_url: str


def shown(line: Line, story: Story, words: Words, links: PageLinks) -> ShownLine:
    """A line for a reader: with numbers and links as this reader may see them."""
    moment, kind = line.moment, line.moment.kind
    title, details = kind.sentence(story.call, words)
    events = moment.events if links.may_view(WebhookEvent) else ()
    row = kind.caller if isinstance(kind, operators.TakesCaller) else moment.row
    return ShownLine(
        line,
        day=_other_day(moment.at, story.start),
        offset=_offset(moment.at, story.start),
        title=title,
        details=details,
        url=links.url(row),
        raws=[(one.path, form_of(one), links.url(one)) for one in events],
        leg_url=_leg_url(kind, story, links),
    )


def _leg_url(kind: MomentKind, story: Story, links: PageLinks) -> str:
    if not isinstance(kind, operators.OperatorTakes):
        return ""
    legs = (leg for leg in story.legs if leg.sid == kind.leg_sid)
    return next((links.url(leg) for leg in legs), "")


def form_of(event: WebhookEvent) -> list[tuple[str, str]]:
    """The form of a request, by name; where audio is at Twilio no page says."""
    return [
        (name, gettext("not shown") if name in _SECRET else _value(value))
        for name, value in sorted(event.params.items())
    ]


def _value(value: Any) -> str:
    """A value of a form; a parameter sent several times is a list of them."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _offset(at: datetime, start: datetime) -> str:
    """The length of time since the start: +0:01:35, or −0:00:02 before it."""
    # Of the seconds that the clocks beside it show.
    off = int(at.timestamp()) - int(start.timestamp())
    return f"{'−' if off < 0 else '+'}{formats.duration(abs(off))}"


def _other_day(at: datetime, start: datetime) -> str:
    day = timezone.localtime(at).date()
    if day == timezone.localtime(start).date():
        return ""
    return date_format(day, "MONTH_DAY_FORMAT")
