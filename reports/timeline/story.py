"""What was read of a leg, and a line of its timeline. No database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
    WebhookEvent,
)
from callcenter.routes import Kind
from reports.timeline.kinds import legs
from reports.timeline.moment_kind import MomentKind
from reports.timeline.requests import Requests

# So late a request may come without anything being wrong.
ON_ITS_WAY = timedelta(seconds=60)
# Twilio ends every call after a day.
LONGEST_CALL = timedelta(hours=24)


class Phase(models.TextChoices):
    """What a leg is in from a moment on; empty where it is in nothing."""

    NONE = "", ""
    IVR = "ivr", _("IVR")
    WAIT = "wait", _("Wait")
    NOTICE = "notice", _("Announcement")
    TALK = "talk", _("Talk")
    END = "end", ""
    # An operator's leg alone.
    SIGNING_IN = "signing_in", _("Signing in")
    READY = "ready", _("Ready")
    WRAP_UP = "wrap_up", _("Wrap-up")
    AWAY = "away", _("Not ready")


class Mark(models.TextChoices):
    """How sure we are of a moment."""

    INFERRED = "inferred", _("inferred")
    MISSING = "missing", _("missing")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: when, what happened, the row that says so, the requests behind it.

    `caller` and `operator` are the phases in which the two legs are from now on; None
    leaves a leg in its phase.
    """

    at: datetime
    kind: MomentKind
    caller: Phase | None = None
    operator: Phase | None = None
    row: models.Model | None = None
    events: Sequence[WebhookEvent] = ()
    marks: tuple[Mark, ...] = ()
    # It happened on the operator's leg, and the caller did not notice.
    is_operators: bool = False


@dataclass(slots=True)
class Story:
    """A leg with all its rows and events, read at the moment `now`.

    Of an operator's leg `connections` are the callers it took; of a caller's, those who
    took the caller, and `states` those of their legs at that time and afterwards.
    """

    call: Call
    now: datetime
    steps: Sequence[IvrStep] = ()
    entries: Sequence[QueueEntry] = ()
    connections: Sequence[Connection] = ()
    # Who was left unserved, for whatever reason.
    abandoned: Sequence[AbandonedCall] = ()
    callbacks: Sequence[CallbackRequest] = ()
    voicemails: Sequence[Voicemail] = ()
    recordings: Sequence[Recording] = ()
    states: Sequence[OperatorState] = ()
    requests: Requests = field(default_factory=Requests)
    # The other legs: an operator's that took the caller, the parent of an outbound one.
    legs: Sequence[Call] = ()
    # There are more rows or events than were read.
    is_cut: bool = False

    @property
    def events(self) -> Sequence[WebhookEvent]:
        """The events of the leg, each of which stands behind one line."""
        return self.requests.events

    @property
    def start(self) -> datetime:
        """From here the seconds are counted; every call has some moment."""
        return self.call.started_at or self.call.heard_at or self.now

    @property
    def is_pruned(self) -> bool:
        """Whether the raw events were deleted, so that only rows are left."""
        return self.call.sealed_at is not None

    @property
    def missing(self) -> tuple[Mark, ...]:
        """The mark of a request that ought to be there.

        Empty where it may well have been received: it was pruned, or lies beyond what
        was read, or the call could not be derived with it.
        """
        is_known = not (self.is_pruned or self.is_cut or self.requests.has_failed)
        return (Mark.MISSING,) if is_known else ()

    def is_own(self, event: WebhookEvent, *kinds: Kind) -> bool:
        """Whether an event is of this leg, and of one of these kinds."""
        return event.call_sid == self.call.sid and event.kind in kinds

    def connections_of(self, entry: QueueEntry) -> list[Connection]:
        """The operators who took the caller out of a queue entry, in order."""
        return [one for one in self.connections if one.entry_id == entry.pk]

    def operator_of(self, leg_sid: str) -> str:
        """The operator of a leg as history keeps it; empty when it is not known."""
        for connection in self.connections:
            if connection.operator_call_sid == leg_sid and connection.operator:
                return connection.operator
        for leg in self.legs:
            if leg.sid == leg_sid:
                return leg.caller or leg.from_raw
        return ""


# Of moments in one instant the one that leads to the other comes first.
_ORDER = (
    "rang no-ring dialled-in dialled-out key step no-answer position leaving connect"
    " no-connect talk state done left no-exit asked queued"
)


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """Moments by time; those of one instant as one led to the other."""
    places = {code: place for place, code in enumerate(_ORDER.split())}
    return sorted(
        moments,
        key=lambda moment: (
            moment.kind is legs.UNDER_WAY,
            moment.at,
            places.get(moment.kind.code, len(places)),
        ),
    )


def seconds(start: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds between two moments, never less than none; None without both."""
    if start is None or end is None:
        return None
    return max(0, round((end - start) / timedelta(seconds=1)))
