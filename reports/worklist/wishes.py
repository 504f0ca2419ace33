"""What a caller wants, in words: who gave up, asked for a call-back, left a message."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from callcenter.models import AbandonedCall
from reports.present import formats, swatches
from reports.worklist.callers import Caller

Reason = AbandonedCall.Reason


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a caller wants, and the class that draws it."""

    text: str
    look: str


def of_caller(caller: Caller) -> Iterator[Wish]:
    """What the calls of a caller add up to."""
    times = len(caller.calls_of(Reason.ABANDONED))
    if times == 1:
        yield Wish(gettext("gave up"), "quiet")
    elif times:
        text = ngettext("gave up %(count)s time", "gave up %(count)s times", times)
        yield Wish(text % {"count": formats.count(times)}, "times")
    if caller.calls_of(Reason.CALLBACK):
        yield Wish(gettext("asked for a call-back"), "wish")
    if spoke := caller.calls_of(Reason.VOICEMAIL):
        yield Wish(_message(caller, spoke), "wish")


def of_call(caller: Caller, call: AbandonedCall) -> SafeString:
    """What became of one call, with the swatch of its outcome."""
    match call.reason:
        case Reason.ABANDONED:
            return swatches.outcome("abandoned", gettext("abandoned"))
        case Reason.CALLBACK:
            return swatches.outcome("overflowed", gettext("asked for a call-back"))
        case _:
            return swatches.outcome("overflowed", _message(caller, [call]))


def _message(caller: Caller, calls: list[AbandonedCall]) -> str:
    """How many messages were left after calls; of a single one its length."""
    messages = [one for call in calls for one in caller.messages.get(call.pk, ())]
    if len(messages) > 1:
        text = ngettext(
            "left %(count)s message", "left %(count)s messages", len(messages)
        )
        return text % {"count": formats.count(len(messages))}
    lasted = messages[0].duration_seconds if messages else None
    if lasted is None:
        return pgettext("caller", "left a message")
    return gettext("left a message (%(length)s)") % {"length": _clock(lasted)}


def _clock(seconds: int) -> str:
    """The length of a message in minutes and seconds: 0:42."""
    return f"{seconds // 60}:{seconds % 60:02}"
