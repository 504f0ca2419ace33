"""Comparisons of our history with Twilio's call log: each run, and what differed."""

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models.fields import SidField
from callcenter.models.history import QueueEntry


class ReconciliationRun(models.Model):
    """One comparison of a period with Twilio's call log. Nobody edits it.

    The counts are those of this run: a second one over the same period repairs nothing.
    """

    class State(models.TextChoices):
        """Whether a run reached the end of its period."""

        UNDER_WAY = "under-way", _("under way")
        COMPLETE = "complete", pgettext_lazy("reconciliation", "complete")
        FAILED = "failed", pgettext_lazy("reconciliation", "not complete")

    since = models.DateTimeField(
        pgettext_lazy("reconciliation", "since"),
        help_text=_("Calls that began at or after this moment ..."),
    )
    until = models.DateTimeField(
        pgettext_lazy("reconciliation", "until"),
        help_text=_("... and before this one."),
    )
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    listed = models.PositiveIntegerField(_("calls in Twilio's log"), default=0)
    calls_added = models.PositiveIntegerField(_("unknown calls added"), default=0)
    ends_repaired = models.PositiveIntegerField(_("missed ends repaired"), default=0)
    entries_settled = models.PositiveIntegerField(_("queue entries settled"), default=0)
    # Found, whether or not it was already in the list of an earlier run.
    durations_differing = models.PositiveIntegerField(
        _("differing durations"), default=0
    )
    # Not over, or over for less than a minute.
    in_progress = models.PositiveIntegerField(
        pgettext_lazy("reconciliation", "in progress or just over, left alone"),
        default=0,
    )
    unreadable = models.PositiveIntegerField(
        _("rows of the log that cannot be read"), default=0
    )
    # By its code (callcenter.reasons); empty where nothing failed.
    error = models.CharField(_("why it stopped"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("reconciliation with Twilio")
        verbose_name_plural = _("reconciliations with Twilio")
        ordering = ["-started_at", "-id"]
        default_permissions = ("view",)
        indexes = [
            # The list, newest first; and what is too old.
            models.Index(fields=["started_at"], name="reconciliation_started_at")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")),
                name="reconciliation_ends_after_beginning",
            )
        ]

    def __str__(self) -> str:
        return date_format(localtime(self.started_at), "DATETIME_FORMAT")

    @property
    def state(self) -> State:
        """Whether it is complete; one that was killed stays under way for ever."""
        if self.error:
            return self.State.FAILED
        return self.State.COMPLETE if self.ended_at else self.State.UNDER_WAY


class ReconciliationDifference(models.Model):
    """One thing in which our history and Twilio's call log differed; no numbers.

    Each is listed once, by the run that found it first or repaired it.
    """

    class Kind(models.TextChoices):
        """What differed."""

        UNKNOWN_CALL = "unknown-call", _("call never heard of")
        MISSED_END = "missed-end", _("end never heard of")
        OPEN_ENTRY = "open-entry", _("queue entry without an exit")
        DURATION = "duration", pgettext_lazy("reconciliation", "duration differs")

    class Action(models.TextChoices):
        """What was done about it."""

        REPAIRED = "repaired", pgettext_lazy("reconciliation", "repaired")
        LISTED = "listed", _("nothing: what Twilio told us in the call stands")

    run = models.ForeignKey(
        ReconciliationRun,
        models.CASCADE,
        related_name="differences",
        verbose_name=_("reconciliation with Twilio"),
    )
    found_at = models.DateTimeField(_("found at"))
    call_sid = SidField(_("call SID"))
    kind = models.CharField(_("difference"), max_length=20, choices=Kind.choices)
    # What we had: the status of the call, and its length; empty where we had none.
    our_status = models.CharField(_("our status"), max_length=20, blank=True)
    our_seconds = models.PositiveIntegerField(_("our duration"), null=True, blank=True)
    twilio_status = models.CharField(_("Twilio's status"), max_length=20, blank=True)
    twilio_seconds = models.PositiveIntegerField(
        _("Twilio's duration"), null=True, blank=True
    )
    # Of the queue entry that was open, after the repair.
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=QueueEntry.Outcome.choices, blank=True
    )
    action = models.CharField(_("what was done"), max_length=20, choices=Action.choices)

    class Meta:
        verbose_name = _("difference from Twilio's log")
        verbose_name_plural = _("differences from Twilio's log")
        ordering = ["-found_at", "-id"]
        default_permissions = ("view",)
        indexes = [
            # The list of a period, newest first.
            models.Index(fields=["found_at"], name="difference_found_at")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call_sid", "kind"], name="difference_is_listed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_sid} {self.get_kind_display()}"
