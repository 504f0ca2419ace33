"""Requests of which no row speaks. No database."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.decision import Decision
from callcenter.models import Call
from callcenter.models.events import KIND_LABELS
from callcenter.routes import Kind
from reports.timeline.moment_kind import MomentKind, Says
from reports.timeline.words import Words

# The code and title of requests whose kind's own label would say too little.
_REQUESTS = {
    Kind.FALLBACK: (
        "fallback",
        _("Twilio could not get an answer and used the fallback"),
    ),
    Kind.STATUS: ("status", _("State of the call")),
    Kind.RECORDING: ("recording-state", _("State of the recording")),
    Kind.INTERNAL: (
        "internal",
        pgettext_lazy("event", "Checked and settled by MiniCC"),
    ),
}


@dataclass(frozen=True)
class OtherRequest(MomentKind):
    """A request of which no row speaks."""

    kind: Kind
    input: str
    result: str
    answer: Decision

    @property
    def code(self) -> str:
        return _REQUESTS[self.kind][0] if self.kind in _REQUESTS else "request"

    def says(self, call: Call, words: Words) -> Says:
        said = "" if self.kind == Kind.FALLBACK else self.input or self.result
        title = str(KIND_LABELS[self.kind])
        if self.kind in _REQUESTS:
            title = str(_REQUESTS[self.kind][1])
        return capfirst(title), said, words.answer(self.answer)
