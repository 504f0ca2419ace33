"""What people did about callers whom nobody served.

Entered by people, or noted once from what their own calls came to; never derived.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.models.abandoned import AbandonedCall
from callcenter.models.fields import SidField


class FollowUp(models.Model):
    """The work on one caller left unserved: its state, and who has claimed it.

    Written by `callcenter.followup.acts`, for all open calls of a caller at once.
    """

    class State(models.TextChoices):
        """The state of the work as people entered it."""

        OPEN = "open", _("open")
        IN_PROGRESS = "in_progress", _("in progress")
        REACHED = "reached", _("reached")
        CLOSED = "closed", _("closed")

    abandoned_call = models.OneToOneField(
        AbandonedCall,
        models.PROTECT,
        related_name="follow_up",
        verbose_name=_("abandoned call"),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.OPEN
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("claimed by"),
    )
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
    )
    # The same moment on all calls of a caller that were reached or closed together.
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    # A ring-back counts once, on the newest of the calls that it was for.
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["-updated_at", "-id"]
        permissions = [("release_claims", _("Can release claims of others"))]
        indexes = [
            # The list, newest change first; a rare state of all times.
            models.Index(fields=["updated_at"], name="follow_up_updated_at"),
            models.Index(fields=["state", "updated_at"], name="follow_up_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="in_progress")
                | models.Q(claimed_at__isnull=False),
                name="follow_up_in_progress_is_claimed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.abandoned_call}: {self.get_state_display()}"


class FollowUpStep(models.Model):
    """One act of a user on a caller, such as a claim or a ring-back.

    It belongs to the follow-up of the newest of the calls that it was for.
    """

    class Act(models.TextChoices):
        """What was done."""

        CLAIMED = "claimed", _("claimed")
        RELEASED = "released", _("released")
        # Twilio was asked to; it becomes an attempt once the caller was rung.
        RING = "ring", _("rings back")
        ATTEMPT = "attempt", _("rang back")
        NOTE = "note", _("note")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")

    class Result(models.TextChoices):
        """The result of a ring-back."""

        REACHED = "reached", _("reached")
        NO_ANSWER = "no_answer", _("no answer")
        BUSY = "busy", _("busy")
        LEFT_MESSAGE = "left_message", _("left a message")
        NOT_IN_SERVICE = "not_in_service", _("number not in service")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        # As Twilio says it; people know more.
        FAILED = "failed", _("could not be called")

    follow_up = models.ForeignKey(
        FollowUp, models.CASCADE, related_name="steps", verbose_name=_("follow-up")
    )
    act = models.CharField(_("act"), max_length=20, choices=Act.choices)
    result = models.CharField(
        _("result"), max_length=20, choices=Result.choices, blank=True
    )
    text = models.TextField(_("text"), blank=True)
    # Empty if the account of the user has been deleted.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    made_at = models.DateTimeField(_("made at"))
    # The leg of the operator who rang back, if its requests have made the step.
    call_sid = SidField(_("call SID"), blank=True)

    class Meta:
        verbose_name = _("follow-up step")
        verbose_name_plural = _("follow-up steps")
        ordering = ["made_at", "id"]
        indexes = [
            # Each leg makes one step, however often it is derived.
            models.Index(fields=["call_sid"], name="follow_up_step_call")
        ]

    def __str__(self) -> str:
        return self.get_result_display() or self.get_act_display()
