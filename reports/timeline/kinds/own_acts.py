"""What operators and MiniCC itself have done about a leg, as moments of its timeline.

No database.
"""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.history.desk_states import Act
from callcenter.models import Call
from callcenter.models.states import reason_name
from reports.timeline.moment_kind import MomentKind, Plain, Says
from reports.timeline.words import Words, length

# What came before, and what comes later for the leg, names nobody.
CALLER_FORGOTTEN = Plain(
    "forgotten",
    _("The caller has been forgotten"),
    _("The number was erased. The name in its place joins the caller's calls."),
)


@dataclass(frozen=True)
class ReadInLog(MomentKind):
    """MiniCC has compared the call with Twilio's call log; what that says of it."""

    code = "call-log"
    status: str
    length: int | None

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("Length %(length)s"), self.length)
        return gettext("Completed from Twilio's call log"), self.status, lasted


@dataclass(frozen=True)
class Noted(MomentKind):
    """The operator has noted something of a conversation, or taken it back."""

    code = "noted"
    wrap_up_code: str
    note: str

    def says(self, call: Call, words: Words) -> Says:
        if not (self.wrap_up_code or self.note):
            return (gettext("The operator took back what was noted"),)
        code = words.wrap_up_code(self.wrap_up_code)
        return gettext("The operator noted"), code, self.note


@dataclass(frozen=True)
class AudioDeleted(MomentKind):
    """The audio of a recording was deleted at Twilio, or is to be.

    `at` is when, which is long after the call.
    """

    code = "audio-deleted"
    is_done: bool
    at: str

    def says(self, call: Call, words: Words) -> Says:
        if self.is_done:
            return gettext("The audio was deleted at Twilio"), self.at
        return gettext("The audio is to be deleted at Twilio"), self.at


@dataclass(frozen=True)
class TypedCode(MomentKind):
    """The operator has typed a wrap-up code on the telephone."""

    code = "noted"
    wrap_up_code: str  # empty if there is none for what was typed

    def says(self, call: Call, words: Words) -> Says:
        if not self.wrap_up_code:
            return (gettext("The operator typed a wrap-up code that is unknown"),)
        return gettext("The operator noted"), words.wrap_up_code(self.wrap_up_code)


@dataclass(frozen=True)
class AtDesk(MomentKind):
    """The operator has ended the leg at the desk."""

    code = "at-desk"
    act: Act | None
    reason: str

    def says(self, call: Call, words: Words) -> Says:
        if self.act is Act.NOT_READY:
            return gettext("Not ready, at the desk"), reason_name(self.reason)
        return (gettext("Signed off, at the desk"),)


# An operator has said so of a leg that Twilio says was answered.
NOBODY_THERE = Plain(
    "nobody-there",
    _("Nobody was there, the operator says"),
    _("A machine has answered: the caller does not count as reached."),
)
