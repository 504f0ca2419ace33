"""What people note about a day."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DayNote(models.Model):
    """What somebody noted about a day, for the daily report."""

    day = models.DateField(_("day"))
    text = models.TextField(_("note"), max_length=1000)
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    # Kept when the account is deleted.
    username = models.CharField(_("log-in name"), max_length=150)

    class Meta:
        verbose_name = _("note of a day")
        verbose_name_plural = _("notes of days")
        ordering = ["-day", "-id"]
        # Notes stay: people add to them, and nobody takes back what was reported.
        default_permissions = ("add", "view")
        indexes = [models.Index(fields=["day"], name="note_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.username}"
