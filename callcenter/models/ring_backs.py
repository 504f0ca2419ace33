"""Ring-backs that Twilio places: it rings the operator, and then the caller."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import AsciiField, SidField
from callcenter.models.followup import FollowUpStep
from callcenter.models.operators import Operator

# The operator takes the call and presses the key within this time, or never.
TAKEN_WITHIN = timedelta(minutes=2)
# Twilio ends a call after four hours, whatever we have heard.
LONGEST_CALL = timedelta(hours=4)


class RingBackQuerySet(models.QuerySet["RingBack"]):
    """Ring-backs."""

    def under_way(self, now: datetime) -> Self:
        """Those that may still come to something; one is never forgotten for ever."""
        is_rung = Q(dialled_at=None, step__made_at__gt=now - TAKEN_WITHIN)
        talks = Q(dialled_at__gt=now - LONGEST_CALL)
        return self.filter(is_rung | talks, ended_at=None)


class RingBack(models.Model):
    """One ring-back of a caller that a user has asked Twilio for.

    Whom it rings is the caller of the follow-up, read when it is dialled: no number
    stands here, nor in its address.
    """

    class Outcome(models.TextChoices):
        """What it came to; empty while that is not known."""

        NOT_PLACED = "not_placed", _("Twilio did not ring the operator")
        NOT_TAKEN = "not_taken", _("the operator did not take the call")
        RUNG = "rung", _("the caller was rung")

    # Who asked and when; it becomes the attempt once the caller was rung.
    step = models.OneToOneField(
        FollowUpStep,
        models.CASCADE,
        related_name="ring_back",
        verbose_name=_("follow-up step"),
    )
    # Names it in the URL that Twilio is given.
    token = AsciiField(max_length=32, unique=True, editable=False)
    operator = models.ForeignKey(
        Operator,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("operator"),
    )
    # The leg to the operator's telephone; empty while it is not known.
    operator_call_sid = SidField(_("operator's leg"), blank=True)
    # When Twilio was told to ring the caller, which it is once.
    dialled_at = models.DateTimeField(_("dialled at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Outcome.choices, blank=True
    )

    objects = RingBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("ring-back")
        verbose_name_plural = _("ring-backs")
        ordering = ["id"]
        indexes = [
            # What the requests of the operator's leg are about.
            models.Index(fields=["operator_call_sid"], name="ring_back_operator_leg")
        ]

    def __str__(self) -> str:
        return self.token

    def is_under_way(self, now: datetime) -> bool:
        """As the queryset's `under_way`."""
        if self.ended_at is not None:
            return False
        if self.dialled_at is None:
            return self.step.made_at > now - TAKEN_WITHIN
        return self.dialled_at > now - LONGEST_CALL
