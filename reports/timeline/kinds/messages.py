"""What callers leave behind, and what is recorded of them. No database."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.decision import Decision
from callcenter.models import Call
from reports.timeline.moment_kind import MomentKind, Plain, Says
from reports.timeline.words import Words, length

CALLBACK_ASKED = Plain("callback", _("Asks for a callback"))


@dataclass(frozen=True)
class MessageLeft(MomentKind):
    """The caller left a message."""

    code = "voicemail"
    length: int | None
    answer: Decision

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("Length %(length)s"), self.length)
        return gettext("A message was left"), lasted, words.answer(self.answer)


@dataclass(frozen=True)
class Recorded(MomentKind):
    """The conversation is recorded from here on."""

    code = "recorded"
    length: int | None

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("Length %(length)s"), self.length)
        return gettext("The recording begins"), lasted


@dataclass(frozen=True)
class RecordingReady(MomentKind):
    """A recording of the call can be heard."""

    code = "recording"
    length: int | None

    def says(self, call: Call, words: Words) -> Says:
        lasted = length(gettext("Length %(length)s"), self.length)
        return gettext("The recording is ready"), lasted
