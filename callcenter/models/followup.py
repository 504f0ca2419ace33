"""What people did about callers who gave up; a rebuild never touches it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.models.unserved import AbandonedCall


class FollowUp(models.Model):
    """What people did about one abandoned call: state, claim, notes, attempts."""

    class State(models.TextChoices):
        """Where the work stands, as people entered it."""

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
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    notes = models.TextField(_("notes"), blank=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="in_progress")
                | models.Q(claimed_at__isnull=False),
                name="follow_up_in_progress_is_claimed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.abandoned_call}: {self.get_state_display()}"
