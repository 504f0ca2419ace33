"""What a decision and a path through menus mean, in people's words.

`enqueue:support/1` is the queue Support, the first entry; `main>1>support` the main
menu, the key 1 and that queue. The words are made of the names of the setup; what is
set up no longer keeps its code.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter.decision import Decision, Verb
from callcenter.flow.ring_back import CALLER
from callcenter.models import QueueEntry
from reports.present import masking, names
from reports.present.names import Names, Worded

_WITHOUT_TARGET = {
    Verb.CLOSED: _("Announcement: we are closed"),
    Verb.REJECT: _("Call rejected"),
    Verb.END: _("End of the call"),
    Verb.HOLD: _("Hold music"),
    Verb.ANNOUNCE: _("Announcement before the conversation"),
    Verb.APOLOGY: _("Apology"),
    Verb.VOICEMAIL: _("Asked for a message"),
    Verb.GOODBYE: _("Thanks and goodbye"),
    Verb.OPERATOR: _("Sign-in of an operator"),
    Verb.ASK_PIN: _("Asked for the PIN"),
    Verb.WAIT: _("Operator waits"),
    Verb.WRAP_UP: _("Wrap-up"),
    Verb.NOT_READY: _("Operator is not ready"),
    Verb.SIGN_OFF: _("Operator signed off"),
}
_KEYS = re.compile(r"[0-9*#]+")
# What stands between the steps of a path in words.
BETWEEN = " › "


@dataclass(frozen=True, slots=True)
class Places:
    """Names of where a call can lead, by code, and how the reader sees numbers."""

    queues: Names = field(default_factory=dict)
    menus: Names = field(default_factory=dict)
    messages: Names = field(default_factory=dict)
    # A caller's number, and a text that may hold one.
    number: Callable[[str], str] = masking.shown
    address: Callable[[str], str] = masking.address_as_sent

    def said(self, decision: Decision) -> str:
        """A decision in words; a text that is none stays as it is."""
        target = decision.target
        match decision.verb:
            case Verb.MENU:
                return gettext("Menu “%(name)s”") % {"name": _name(target, self.menus)}
            case Verb.ENQUEUE:
                queue = {"name": self.queue(target), "visit": decision.visit}
                if decision.visit:
                    return gettext("Queue %(name)s, entry %(visit)s") % queue
                return gettext("Queue %(name)s") % queue
            case Verb.MESSAGE:
                name = {"name": _name(target, self.messages)}
                return gettext("Message “%(name)s”") % name
            case Verb.LEAVE:
                reason = {"reason": overflow_reason(target)}
                return gettext("Out of the queue: %(reason)s") % reason
            case Verb.DIAL if target.startswith(("+", "client:", "sip:")):
                shown = self.number if target[0] == "+" else self.address
                return gettext("Passed on to %(number)s") % {"number": shown(target)}
            case Verb.DIAL if target == CALLER:
                return gettext("The caller is rung")
            case Verb.DIAL:
                queue = {"name": self.queue(target)}
                return gettext("Next caller of %(name)s") % queue
            case Verb.WRAP_UP if target:
                return gettext("Wrap-up code %(code)s") % {"code": target}
            case Verb.UNKNOWN:
                return target
            case verb:
                return str(_WITHOUT_TARGET[verb])

    def queue(self, slug: str) -> str:
        """A queue's name, its slug where it has none any more."""
        return _name(slug, self.queues)

    def path(self, text: str) -> str:
        """A path: the menus and keys in order, and at the end a queue or message."""
        *between, end = text.split(">")
        found = [
            part if place and _KEYS.fullmatch(part) else _name(part, self.menus)
            for place, part in enumerate(between)
        ]
        is_key = between and _KEYS.fullmatch(end)
        found.append(
            end if is_key else _name(end, self.queues, self.messages, self.menus)
        )
        return BETWEEN.join(found)


def overflow_reason(code: str) -> str:
    """Why a caller left a queue still connected, by its label."""
    reasons = QueueEntry.OverflowReason
    return str(reasons(code).label) if code in reasons.values else code


def in_words() -> Names:
    """Decisions in words, by their texts."""
    places = _places()
    return Worded(lambda text: places.said(Decision.parse(text)))


def paths(
    queues: Names | None = None,
    menus: Names | None = None,
    messages: Names | None = None,
) -> Names:
    """Paths through menus in words, by their texts; asks for names unless given."""
    return Worded(_places(queues, menus, messages).path)


def _places(
    queues: Names | None = None,
    menus: Names | None = None,
    messages: Names | None = None,
) -> Places:
    # The reader of a file is known now, and no longer when its rows are written.
    reader = masking.reader()
    may_see_numbers = masking.may_see_numbers(reader)
    return Places(
        queues=names.queues() if queues is None else queues,
        menus=names.menus() if menus is None else menus,
        messages=names.messages() if messages is None else messages,
        number=lambda number: masking.number_for(reader, number),
        address=str if may_see_numbers else masking.address_as_sent,
    )


def _name(code: str, *known: Names) -> str:
    """The name in the first table that has one, else the code."""
    return next((str(each[code]) for each in known if code in each), code)
