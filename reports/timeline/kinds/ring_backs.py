"""Moments of an operator's leg that is rung for a ring-back. No database."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.decision import Decision
from callcenter.models import Call
from reports.timeline.moment_kind import MomentKind, Plain, Says
from reports.timeline.words import Words, length

OPERATOR_RUNG = Plain("dialled-out", _("The operator is rung, to ring a caller back"))
# By DialCallStatus: what came of the call to the caller.
_OVER = {
    "completed": _("Talk with the caller ended"),
    "answered": _("Talk with the caller ended"),
    "busy": _("The caller was busy"),
    "no-answer": _("The caller did not answer"),
    "canceled": _("The operator hung up before the caller answered"),
    "failed": _("The caller could not be called"),
}


@dataclass(frozen=True)
class OperatorTook(MomentKind):
    """The operator has taken the call, or pressed a key; what was answered."""

    code = "took"
    key: str
    answer: Decision

    def says(self, call: Call, words: Words) -> Says:
        if not self.key:
            return gettext("The operator takes the call"), words.answer(self.answer)
        title = gettext("The operator presses “%(key)s”") % {"key": self.key}
        return title, words.answer(self.answer)


@dataclass(frozen=True)
class RingBackOver(MomentKind):
    """The call to the caller is over; `result` is Twilio's DialCallStatus."""

    code = "rang-back"
    result: str
    talk: int | None

    def says(self, call: Call, words: Words) -> Says:
        title = str(_OVER.get(self.result, _("The call to the caller is over")))
        return title, length(gettext("Talk %(length)s"), self.talk or None)
