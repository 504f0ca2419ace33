"""Where operators work in the browser."""

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import SidField


def desk_sid(operator: str) -> str:
    """The name of an operator's desk among those of legs, in the form of a SID.

    `operator` is the name that history has for the operator: client:identity.
    """
    return f"DK{hashlib.blake2b(operator.encode(), digest_size=16).hexdigest()}"


class Desk(models.Model):
    """The desk of one operator: who it is, in which browser, and when last heard of.

    `signed_in_since` is derived from the operator's acts; it is empty while nobody
    sits there.
    """

    sid = SidField(_("SID"), unique=True)
    # As in `OperatorState.operator`.
    operator = models.CharField(_("operator"), max_length=255)
    signed_in_since = models.DateTimeField(_("signed in since"), null=True, blank=True)
    # The page asks every few seconds; no event is stored for that.
    heard_at = models.DateTimeField(_("last heard of"), null=True, blank=True)
    # The one browser that is the desk (`callcenter.desk.browsers`); empty: any may be.
    browser = models.CharField(max_length=32, blank=True, default="", editable=False)
    # Counted by each derivation: of two at the same time one waits, or fails.
    derivations = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        ordering = ["operator"]

    def __str__(self) -> str:
        return self.operator
