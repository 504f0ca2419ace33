"""The history of calls: rows derived from the stored events, never edited."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models.events import WebhookEvent
from callcenter.models.fields import AsciiField, CallerField, SidField
from callcenter.params import call_sid


class CallQuerySet(models.QuerySet["Call"]):
    """Legs, of every kind."""

    def customers(self) -> Self:
        """Inbound customer calls: the legs that every customer metric counts."""
        return self.filter(kind=Call.Kind.CUSTOMER)

    def started_between(self, start: datetime, end: datetime) -> Self:
        """Legs that began in the half-open interval [start, end)."""
        return self.filter(started_at__gte=start, started_at__lt=end)

    def with_caller(self, sid: str) -> Self:
        """The call of a SID if it is no operator's and its caller is known.

        No call for a text that is no SID.
        """
        found = self.filter(sid=call_sid(sid)).exclude(kind=Call.Kind.OPERATOR)
        return found.exclude(caller="")

    def sealed(self, sids: Iterable[Any]) -> Self:
        """Those of these SIDs (or expressions) that are never derived again."""
        return self.filter(sid__in=sids, sealed_at__isnull=False)


class Call(models.Model):
    """One leg, with Twilio's CallSid: of a customer, of an operator or outbound."""

    class Kind(models.TextChoices):
        """Whose leg it is (docs/contract.md 8.K1)."""

        CUSTOMER = "customer", _("customer")
        OPERATOR = "operator", _("operator")
        OUTBOUND = "outbound", _("outbound")

    class Outcome(models.TextChoices):
        """The outcome of the last queue entry, or how a call without one ended.

        It is empty while the call is under way, and if only its end is known.
        """

        ANSWERED = "answered", _("answered")
        ABANDONED = "abandoned", _("abandoned")
        SHORT_ABANDONED = "short_abandoned", _("short abandoned")
        OVERFLOWED = "overflowed", _("overflowed")
        BLOCKED = "blocked", _("blocked")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")
        SELF_SERVICE = "self_service", _("self-service")
        IVR_ABANDONED = "ivr_abandoned", _("hung up in the menu")
        CLOSED = "closed", _("out of hours")
        REJECTED = "rejected", _("rejected")

    class DisconnectedBy(models.TextChoices):
        """Who ended the call."""

        CALLER = "caller", pgettext_lazy("who ended the call", "caller")
        OPERATOR = "operator", _("operator")
        SYSTEM = "system", _("system")

    class FromLog(models.TextChoices):
        """What only Twilio's call log says of a leg: no request of Twilio's did."""

        NOTHING = "", ""
        LENGTH = "length", pgettext_lazy("from Twilio's call log", "its length")
        END = "end", pgettext_lazy("from Twilio's call log", "its end")
        CALL = "call", pgettext_lazy("from Twilio's call log", "the whole call")

    sid = SidField(_("call SID"), unique=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=Kind.choices, default=Kind.CUSTOMER
    )
    direction = models.CharField(_("direction"), max_length=32, blank=True)
    from_raw = models.CharField(_("from, as sent"), max_length=255, blank=True)
    to_raw = models.CharField(_("to, as sent"), max_length=255, blank=True)
    # The number in international form, else the text as it came. Empty if it is
    # withheld; such calls are never taken for calls of one caller.
    caller = CallerField(_("caller"))
    caller_reversed = CallerField(editable=False)
    # What Twilio's lookup says, if it is switched on.
    caller_name = models.CharField(_("caller's name"), max_length=255, blank=True)
    line = models.CharField(_("line"), max_length=16, blank=True)
    status = models.CharField(_("status"), max_length=20, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # When a person answered a call of ours. Empty for a machine, and for one who went
    # on to our queues.
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(_("duration"), null=True, blank=True)
    heard_at = models.DateTimeField(
        _("last heard of"), null=True, blank=True, help_text=_("The last request.")
    )
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Outcome.choices, blank=True
    )
    disconnected_by = models.CharField(
        _("ended by"), max_length=20, choices=DisconnectedBy.choices, blank=True
    )
    ivr_path = models.TextField(_("IVR path"), blank=True)
    # Counts and sums over the rows of the call, so that the list needs no join.
    ivr_step_count = models.PositiveIntegerField(_("IVR steps"), default=0)
    entry_count = models.PositiveIntegerField(_("queue entries"), default=0)
    connection_count = models.PositiveIntegerField(_("connections"), default=0)
    wait_seconds = models.PositiveBigIntegerField(_("wait"), null=True, blank=True)
    talk_seconds = models.PositiveBigIntegerField(_("talk"), null=True, blank=True)
    # Filled by a reconciliation; the rest of the row is from requests.
    from_log = models.CharField(
        _("from Twilio's call log"),
        max_length=6,
        choices=[choice for choice in FromLog.choices if choice[0]],
        blank=True,
    )
    # Set when its events are pruned: it is never derived again.
    sealed_at = models.DateTimeField(_("sealed at"), null=True, blank=True)
    # Hashes of the call's derived rows. If one is as before, the stored rows of that
    # table need not be read.
    entries_fingerprint = AsciiField(max_length=16, blank=True, editable=False)
    ivr_steps_fingerprint = AsciiField(max_length=16, blank=True, editable=False)
    states_fingerprint = AsciiField(max_length=16, blank=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at", "-id"]
        # Without it callers' numbers are masked, on every page and in every file.
        permissions = [("view_numbers", _("Can see callers' numbers"))]
        indexes = [
            # Every list and report of calls is a period, newest first.
            models.Index(fields=["started_at"], name="call_started_at"),
            # The list of one kind of leg, newest first.
            models.Index(fields=["kind", "started_at"], name="call_kind_started_at"),
            # Search by number, by its last digits, and the calls of one caller.
            models.Index(fields=["caller", "started_at"], name="call_caller"),
            models.Index(fields=["caller_reversed"], name="call_caller_reversed"),
            # Filters of the list.
            models.Index(fields=["line", "started_at"], name="call_line"),
            models.Index(fields=["outcome", "started_at"], name="call_outcome"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None)
                | Q(started_at=None)
                | Q(ended_at__gte=F("started_at")),
                name="call_ends_after_starting",
            )
        ]

    def __str__(self) -> str:
        return self.sid

    @property
    def was_rung(self) -> bool:
        """Whether we rang the person outside, or a program in our name did."""
        return was_rung(self.kind, self.direction)


def was_rung(kind: str, direction: str) -> bool:
    """Whether we rang the person outside, by the kind and direction of a leg.

    Of an operator's leg that is so where Twilio rings the telephone for a ring-back.
    """
    return kind == Call.Kind.OUTBOUND or direction.startswith("outbound")


class QueueEntryQuerySet(models.QuerySet["QueueEntry"]):
    """Queue entries."""

    def entered_between(self, start: datetime, end: datetime) -> Self:
        """Entries of the half-open interval [start, end)."""
        return self.filter(entered_at__gte=start, entered_at__lt=end)

    def mark_pending(self) -> int:
        """Mark the events of these entries' calls as pending; returns how many.

        For a threshold that is saved with a day in the past. The calls are derived
        again with their next event, or by `rebuild_calls --pending`.
        """
        calls = Call.objects.filter(queue_entries__in=self, sealed_at=None)
        sids = calls.values("sid")
        events = WebhookEvent.objects.filter(
            call_sid__in=sids, derived_at__isnull=False
        )
        return events.update(derived_at=None)


class QueueEntry(models.Model):
    """One visit of a call to one queue, from entering to leaving."""

    class Outcome(models.TextChoices):
        """How it ended; an entry has exactly one outcome (docs/metrics.md 2)."""

        WAITING = "waiting", _("waiting")
        ANSWERED = "answered", _("answered")
        ABANDONED = "abandoned", _("abandoned")
        SHORT_ABANDONED = "short_abandoned", _("short abandoned")
        OVERFLOWED = "overflowed", _("overflowed")
        BLOCKED = "blocked", _("blocked")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")

    class OverflowReason(models.TextChoices):
        """Why the caller left the queue unanswered and still on the line."""

        MAX_WAIT = "max_wait", _("maximum wait")
        CLOSED = "closed", pgettext_lazy("overflow reason", "closed")
        KEY = "key", _("key pressed")
        VOICEMAIL = "voicemail", _("voicemail")
        CALLBACK = "callback", _("callback")
        EXTERNAL = "external", _("moved from outside")
        OTHER = "other", _("other")

    call = models.ForeignKey(
        Call, models.CASCADE, related_name="queue_entries", verbose_name=_("call")
    )
    # Counts the visits of the call to queues, from 1. Twilio does not number them: the
    # number travels in our URLs.
    visit = models.PositiveSmallIntegerField(_("visit"))
    # The slug, not a foreign key: history outlives the queue.
    queue = models.CharField(_("queue"), max_length=64)
    entered_at = models.DateTimeField(_("entered at"))
    # The quarter hour of entering, as epoch // 900. Reports group by it, which needs no
    # time zone in SQL.
    entered_quarter = models.PositiveIntegerField(editable=False)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    wait_seconds = models.PositiveIntegerField(_("wait"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Outcome.choices, default=Outcome.WAITING
    )
    overflow_reason = models.CharField(
        _("overflow reason"), max_length=20, choices=OverflowReason.choices, blank=True
    )
    queue_result = models.CharField(_("Twilio's result"), max_length=64, blank=True)
    position = models.PositiveIntegerField(_("position"), null=True, blank=True)
    # The service level threshold T of the queue that was valid at entering.
    target_seconds = models.PositiveIntegerField(
        _("service level threshold"), help_text=_("Seconds, as valid at entering.")
    )
    is_inferred = models.BooleanField(_("inferred"), default=False)
    is_lost_while_connecting = models.BooleanField(
        _("lost while connecting"), default=False
    )

    objects = QueueEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue entry")
        verbose_name_plural = _("queue entries")
        ordering = ["-entered_at", "-id"]
        indexes = [
            # A report that filters only by period needs the moment first.
            models.Index(fields=["entered_at"], name="entry_entered_at"),
            # One queue's list, newest first.
            models.Index(fields=["queue", "entered_at"], name="entry_queue"),
            # The list by outcome; who waits now, oldest first.
            models.Index(fields=["outcome", "entered_at"], name="entry_outcome"),
            # Interval reports group the quarters of a period by queue.
            models.Index(fields=["entered_quarter", "queue"], name="entry_quarter"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "visit"], name="entry_is_one_visit_of_a_call"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")),
                name="entry_leaves_after_entering",
            ),
            models.CheckConstraint(
                condition=Q(outcome="overflowed") | Q(overflow_reason=""),
                name="entry_has_a_reason_when_overflowed",
            ),
        ]

    def __str__(self) -> str:
        at = date_format(localtime(self.entered_at), "DATETIME_FORMAT")
        return f"{self.queue} {at}"


class Connection(models.Model):
    """One conversation: a queue entry bridged to one operator leg."""

    class TalkSource(models.TextChoices):
        """From what the length of the talk is known."""

        DIAL = "dial", _("operator's Dial action")
        EXIT = "exit", _("moments of the requests")

    entry = models.ForeignKey(
        QueueEntry,
        models.CASCADE,
        related_name="connections",
        verbose_name=_("queue entry"),
    )
    operator_call_sid = SidField(_("operator leg"))
    # The registered number, or client:identity. Text, not a foreign key: it says who it
    # was then, even if the number has passed to somebody else.
    operator = models.CharField(_("operator"), max_length=255, blank=True)
    connected_at = models.DateTimeField(_("connected at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    talk_seconds = models.PositiveIntegerField(_("talk"), null=True, blank=True)
    talk_source = models.CharField(
        _("source of talk time"), max_length=20, choices=TalkSource.choices, blank=True
    )
    # What the operator has noted of it: the code of a WrapUpCode, and a text.
    wrap_up_code = models.CharField(_("wrap-up code"), max_length=64, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["-connected_at", "-id"]
        indexes = [
            # The list and reports of a period.
            models.Index(fields=["connected_at"], name="connection_connected_at"),
            # One operator's list, newest first.
            models.Index(
                fields=["operator", "connected_at"], name="connection_operator"
            ),
            # From an operator leg to the callers it took.
            models.Index(fields=["operator_call_sid"], name="connection_leg"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "operator_call_sid"],
                name="connection_is_one_leg_of_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("connected_at")),
                name="connection_ends_after_connecting",
            ),
        ]

    def __str__(self) -> str:
        at = date_format(localtime(self.connected_at), "DATETIME_FORMAT")
        return f"{self.operator} {at}"


class IvrStep(models.Model):
    """One menu played to a caller, with the input and the decision it led to."""

    call = models.ForeignKey(
        Call, models.CASCADE, related_name="ivr_steps", verbose_name=_("call")
    )
    # Counts the menus played in the call, from 1. This is not the step in our URLs.
    step = models.PositiveIntegerField(_("step"))
    asked_at = models.DateTimeField(_("asked at"))
    menu = models.CharField(_("menu"), max_length=64)
    input = models.CharField(_("input"), max_length=255, blank=True)
    led_to = models.CharField(_("led to"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("IVR step")
        verbose_name_plural = _("IVR steps")
        ordering = ["-asked_at", "-id"]
        indexes = [
            # The list and reports of a period.
            models.Index(fields=["asked_at"], name="ivr_step_asked_at"),
            # One menu's list, newest first.
            models.Index(fields=["menu", "asked_at"], name="ivr_step_menu"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "step"], name="ivr_step_is_one_of_a_call"
            )
        ]

    def __str__(self) -> str:
        return f"{self.menu} {self.input}".strip()


class Recording(models.Model):
    """One finished recording, of the call whose SID its callback carried."""

    recording_sid = SidField(_("recording SID"))
    call = models.ForeignKey(
        Call, models.CASCADE, related_name="recordings", verbose_name=_("call")
    )
    # Whose call was recorded: of a conversation the recorded leg is the operator's.
    caller_sid = SidField(_("caller's leg"), blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(_("length"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=64, blank=True)
    # Twilio's; no page shows it.
    url = models.TextField(_("address"), blank=True)
    deletion_asked_at = models.DateTimeField(
        _("to be deleted since"), null=True, blank=True
    )
    deleted_at = models.DateTimeField(_("deleted at Twilio"), null=True, blank=True)

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-recorded_at", "-id"]
        permissions = [
            ("play_recordings", _("Can play recordings of conversations")),
            ("delete_audio", _("Can delete recordings and voicemail at Twilio")),
        ]
        indexes = [
            # The list of a period.
            models.Index(fields=["recorded_at"], name="recording_recorded_at"),
            # Those of a caller's call.
            models.Index(fields=["caller_sid"], name="recording_caller"),
            # What has to be deleted: by age, and by wish.
            models.Index(fields=["deleted_at", "recorded_at"], name="recording_left"),
            models.Index(fields=["deletion_asked_at"], name="recording_unwanted"),
        ]
        constraints = [
            # If two calls name one recording, each has its row.
            models.UniqueConstraint(
                fields=["recording_sid", "call"], name="recording_is_one_of_a_call"
            )
        ]

    def __str__(self) -> str:
        return self.recording_sid
