"""A leg begins and ends: who rang whom, and what is not known of it. No database."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from callcenter.decision import NOTHING, Decision
from callcenter.models import Call
from reports.timeline.moment_kind import MomentKind, Plain, Says
from reports.timeline.words import Words, length, who_hung_up

# The call must have come in, and no such request was received.
NO_RING = Plain(
    "no-ring",
    _("No incoming call was received"),
    _("The start is calculated from later requests."),
)
# Whom we called answered.
WAS_ANSWERED = Plain("taken", _("Was answered"))
# The leg must be over, and no end of it was received.
NO_END = Plain(
    "no-end",
    _("No end of the call was received"),
    _("This is the last request that was received."),
)
UNDER_WAY = Plain("under-way", _("Under way"))


@dataclass(frozen=True)
class Rang(MomentKind):
    """The call came in; a menu that it was answered with has its own moment."""

    code = "rang"
    answer: Decision = NOTHING

    def says(self, call: Call, words: Words) -> Says:
        return (
            gettext("Incoming call"),
            _who_rang(call, words),
            words.answer(self.answer),
        )


class DialledIn(MomentKind):
    """An operator called us."""

    code = "dialled-in"

    def says(self, call: Call, words: Words) -> Says:
        return gettext("Dialled in"), _who_rang(call, words)


class DialledOut(MomentKind):
    """We called somebody."""

    code = "dialled-out"

    def says(self, call: Call, words: Words) -> Says:
        return (gettext("Dialled %(number)s") % {"number": words.caller(call)},)


@dataclass(frozen=True)
class Ended(MomentKind):
    """The leg is over.

    `difference` is between its length by our moments and by Twilio's word.
    """

    code = "ended"
    difference: int | None
    had_entries: bool

    def says(self, call: Call, words: Words) -> Says:
        details = [
            call.status if call.status != "completed" else "",
            length(gettext("Whole call %(length)s"), call.duration_seconds),
        ]
        off = self.difference
        if off and off > 1:
            differs = ngettext(
                "our record differs by %(seconds)s s",
                "our record differs by %(seconds)s s",
                off,
            )
            details.append(differs % {"seconds": off})
        if call.outcome == Call.Outcome.IVR_ABANDONED:
            return gettext("Caller hung up in the menu"), *details
        if self.had_entries:  # the end of the last entry says who hung up
            return gettext("End of the call confirmed"), *details
        return who_hung_up(call.disconnected_by) or gettext("Call ended"), *details


def _who_rang(call: Call, words: Words) -> str:
    caller = words.caller(call)
    if not call.line:
        return gettext("From %(caller)s") % {"caller": caller}
    line = words.line(call.line)
    return gettext("From %(caller)s to %(line)s") % {"caller": caller, "line": line}
