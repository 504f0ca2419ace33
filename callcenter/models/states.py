"""What operators were doing: ready, talking, wrapping up, not ready."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter.models.desks import Desk
from callcenter.models.history import Call

# No leg lasts longer (docs/twilio.md 3.3), and no talk or state longer than its leg.
LONGEST_LEG = timedelta(hours=24)


class OperatorState(models.Model):
    """One interval in which an operator was in one state.

    Derived from one leg, or from what the operator did at a desk in the browser.
    """

    class State(models.TextChoices):
        """What the operator was doing."""

        READY = "ready", _("ready")
        TALKING = "talking", _("talking")
        WRAP_UP = "wrap_up", _("wrap-up")
        NOT_READY = "not_ready", _("not ready")
        SIGNED_OUT = "signed_out", _("signed out")

    class Reason(models.TextChoices):
        """Why an operator is not ready; history keeps other texts too."""

        BREAK = "break", pgettext_lazy("not ready", "break")
        MEAL = "meal", pgettext_lazy("not ready", "meal")
        MEETING = "meeting", pgettext_lazy("not ready", "meeting")
        TRAINING = "training", pgettext_lazy("not ready", "training")
        PAPERWORK = "paperwork", pgettext_lazy("not ready", "paperwork")
        # These two the page of the desk gives by itself.
        OUTGOING = "outgoing", pgettext_lazy("not ready", "rings somebody")
        LOST = "lost", pgettext_lazy("not ready", "connection lost")

    call = models.ForeignKey(
        Call,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="operator_states",
        verbose_name=_("leg"),
    )
    # Where it is not derived from a leg.
    desk = models.ForeignKey(
        Desk,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="operator_states",
        verbose_name=_("desk"),
    )
    # The registered number, or client:identity, as in `Connection.operator`.
    operator = models.CharField(_("operator"), max_length=255)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("operator state")
        verbose_name_plural = _("operator states")
        ordering = ["-started_at", "-id"]
        indexes = [
            # Who is signed in now, and one operator's day.
            models.Index(fields=["operator", "started_at"], name="state_operator"),
            # Reports cut the states of a period.
            models.Index(fields=["started_at"], name="state_started_at"),
            # Who is signed in now: the open rows.
            models.Index(fields=["ended_at", "state"], name="state_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "started_at"], name="state_starts_once_in_a_leg"
            ),
            models.UniqueConstraint(
                fields=["desk", "started_at"], name="state_starts_once_at_a_desk"
            ),
            models.CheckConstraint(
                condition=models.Q(call=None, desk__isnull=False)
                | models.Q(call__isnull=False, desk=None),
                name="state_is_of_a_leg_or_a_desk",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None)
                | models.Q(ended_at__gte=models.F("started_at")),
                name="state_ends_after_starting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator} {self.get_state_display()}"


def reason_name(code: str) -> str:
    """The reason of being not ready in the reader's language; other texts as kept."""
    known = OperatorState.Reason
    return str(known(code).label) if code in known.values else code
