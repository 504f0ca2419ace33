"""Callers who left a queue unanswered: abandoned calls, voicemails, callbacks."""

from typing import Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.forgotten import PREFIX as FORGOTTEN
from callcenter.models.fields import CallerField, SidField
from callcenter.models.history import Call, QueueEntry


class AbandonedCallQuerySet(models.QuerySet["AbandonedCall"]):
    """Callers who were left unserved, and the state of the work on them."""

    def gave_up(self) -> Self:
        """The abandoned calls, without those who asked for something."""
        reason = AbandonedCall.Reason
        # Not as an equality: no database shall look for most of its rows by an index.
        return self.exclude(reason__in=[reason.CALLBACK, reason.VOICEMAIL])

    def reachable(self) -> Self:
        """Calls whose caller can be rung back and has not been answered since."""
        known = self.filter(is_withdrawn=False, recovered_at=None).exclude(caller="")
        return known.exclude(caller__startswith=FORGOTTEN)

    def to_ring_back(self) -> Self:
        """Calls whose caller still has to be rung back: state open or in progress.

        An index finds them among millions that are recovered or finished.
        """
        return self.reachable().filter(is_finished=False)

    def with_state(self) -> Self:
        """Add the column `state`: the first that fits (docs/contract.md 7, `state`)."""
        people = "follow_up__state"
        return self.annotate(
            state=Case(
                When(is_withdrawn=True, then=Value("withdrawn")),
                When(**{people: "reached"}, then=Value("reached")),
                When(**{people: "closed"}, then=Value("closed")),
                When(recovered_at__isnull=False, then=Value("recovered")),
                When(
                    Q(caller="") | Q(caller__startswith=FORGOTTEN), then=Value("closed")
                ),
                When(**{people: "in_progress"}, then=Value("in_progress")),
                default=Value("open"),
                output_field=models.CharField(),
            )
        )


_Manager = models.Manager.from_queryset(AbandonedCallQuerySet)


class GaveUpManager(_Manager["AbandonedCall"]):
    """The abandoned calls alone: what reports count."""

    def get_queryset(self) -> AbandonedCallQuerySet:
        """Without those who asked for something."""
        return AbandonedCallQuerySet(self.model, using=self._db).gave_up()


class AbandonedCall(models.Model):
    """One caller left unserved, as work for people: by an abandoned queue entry.

    Or by one from which the caller asked for a call-back, or by a message: `reason`
    says which. `objects` are the abandoned calls alone, which reports count (a short
    abandon makes none); `all_reasons` is what the work list is made of.

    Its key is call, visit and reason, not the queue entry: what people entered about it
    has to stay when a later derivation removes the entry.
    """

    class Reason(models.TextChoices):
        """Why the caller is to be rung back."""

        ABANDONED = "abandoned", _("gave up")
        CALLBACK = "callback", _("asked for a call-back")
        VOICEMAIL = "voicemail", pgettext_lazy("caller", "left a message")

    class State(models.TextChoices):
        """The state of the work, from what people entered and from history."""

        OPEN = "open", _("open")
        IN_PROGRESS = "in_progress", _("in progress")
        REACHED = "reached", _("reached")
        CLOSED = "closed", _("closed")
        RECOVERED = "recovered", _("recovered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    call = models.ForeignKey(
        Call, models.CASCADE, related_name="abandoned_calls", verbose_name=_("call")
    )
    # 0 for a message to which a menu led.
    visit = models.PositiveSmallIntegerField(_("visit"))
    reason = models.CharField(
        _("reason"), max_length=20, choices=Reason.choices, default=Reason.ABANDONED
    )
    # That of an abandoned call; who asked for something has overflowed.
    entry = models.OneToOneField(
        QueueEntry,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="abandoned_call",
        verbose_name=_("queue entry"),
    )
    queue = models.CharField(_("queue"), max_length=64)
    caller = CallerField(_("caller"))
    entered_at = models.DateTimeField(_("entered at"))
    # When the caller gave up, asked for the call-back, or had left the message.
    abandoned_at = models.DateTimeField(_("abandoned at"))
    wait_seconds = models.PositiveIntegerField(_("wait"), null=True, blank=True)
    position = models.PositiveIntegerField(_("position"), null=True, blank=True)
    ivr_path = models.TextField(_("IVR path"), blank=True)
    recovered_at = models.DateTimeField(_("recovered at"), null=True, blank=True)
    # A late event has shown that it was no abandonment; kept for what people entered.
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)
    # Whether people have reached the caller or closed the matter. The column that no
    # derivation writes: it follows the state of the follow-up (followup.claims), so
    # that one index holds all that is still to do.
    is_finished = models.BooleanField(_("finished"), default=False)

    # One of `State`; only on rows read by `with_state`.
    state: str

    # The first one is what Django itself uses: nothing may be hidden from it.
    all_reasons = AbandonedCallQuerySet.as_manager()
    objects = GaveUpManager()

    class Meta:
        verbose_name = _("abandoned call")
        verbose_name_plural = _("abandoned calls")
        ordering = ["-abandoned_at", "-id"]
        indexes = [
            # Reports by period of entering; the work list by age.
            models.Index(fields=["entered_at"], name="abandoned_entered_at"),
            models.Index(fields=["abandoned_at"], name="abandoned_abandoned_at"),
            # One queue's list, newest first, also of a queue with few.
            models.Index(fields=["queue", "abandoned_at"], name="abandoned_queue"),
            # Who asked for something, newest first, among all who gave up.
            models.Index(fields=["reason", "abandoned_at"], name="abandoned_reason"),
            # What is still to do, by age, however much else there is.
            models.Index(
                fields=["is_finished", "recovered_at", "abandoned_at", "caller"],
                name="abandoned_to_do",
            ),
            # The calls of one caller: merged on the work list, derived again once the
            # caller has been reached.
            models.Index(fields=["caller", "abandoned_at"], name="abandoned_caller"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "visit", "reason"],
                name="abandoned_is_one_visit_of_a_call",
            ),
            models.CheckConstraint(
                condition=Q(recovered_at=None) | Q(recovered_at__gte=F("abandoned_at")),
                name="abandoned_is_recovered_afterwards",
            ),
        ]

    def __str__(self) -> str:
        at = date_format(localtime(self.abandoned_at), "DATETIME_FORMAT")
        return f"{self.queue} {at}"


class Voicemail(models.Model):
    """One message that a caller recorded after leaving a queue."""

    recording_sid = SidField(_("recording SID"))
    call = models.ForeignKey(
        Call, models.CASCADE, related_name="voicemails", verbose_name=_("call")
    )
    visit = models.PositiveSmallIntegerField(_("visit"))
    queue = models.CharField(_("queue"), max_length=64)
    left_at = models.DateTimeField(pgettext_lazy("message", "left at"))
    duration_seconds = models.PositiveIntegerField(_("length"), null=True, blank=True)
    # Twilio's; no page shows it.
    url = models.TextField(_("address"), blank=True)
    deletion_asked_at = models.DateTimeField(
        _("to be deleted since"), null=True, blank=True
    )
    deleted_at = models.DateTimeField(_("deleted at Twilio"), null=True, blank=True)

    class Meta:
        verbose_name = _("voicemail")
        verbose_name_plural = _("voicemails")
        ordering = ["-left_at", "-id"]
        permissions = [("play_voicemail", _("Can play voicemail"))]
        indexes = [
            # The list of a period.
            models.Index(fields=["left_at"], name="voicemail_left_at"),
            # What has to be deleted: by age, and by wish.
            models.Index(fields=["deleted_at", "left_at"], name="voicemail_left"),
            models.Index(fields=["deletion_asked_at"], name="voicemail_unwanted"),
        ]
        constraints = [
            # If two calls name one recording, each has its row.
            models.UniqueConstraint(
                fields=["recording_sid", "call"], name="voicemail_is_one_of_a_call"
            )
        ]

    def __str__(self) -> str:
        return self.recording_sid


class CallbackRequest(models.Model):
    """One wish to be rung back, derived from the decision `leave:callback`."""

    entry = models.OneToOneField(
        QueueEntry,
        models.CASCADE,
        related_name="callback_request",
        verbose_name=_("queue entry"),
    )
    caller = CallerField(_("caller"))
    requested_at = models.DateTimeField(_("requested at"))

    class Meta:
        verbose_name = _("callback request")
        verbose_name_plural = _("callback requests")
        ordering = ["-requested_at", "-id"]
        indexes = [
            # The list of a period.
            models.Index(fields=["requested_at"], name="callback_requested_at")
        ]

    def __str__(self) -> str:
        return str(self.entry)
