"""Which files were exported, and by whom."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportAudit(models.Model):
    """One file that somebody exported: when, what, how many rows, masked or not."""

    class State(models.TextChoices):
        """How far the file got."""

        STARTED = "started", _("not finished")
        COMPLETE = "complete", _("complete")
        INTERRUPTED = "interrupted", _("interrupted")

    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
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
    # A table ("callcenter.call") or a report ("queue-interval").
    subject = models.CharField(_("list or report"), max_length=100)
    query = models.TextField(_("filter and search"), blank=True)
    file_format = models.CharField(_("format"), max_length=20)
    is_masked = models.BooleanField(_("numbers masked"))
    row_count = models.PositiveBigIntegerField(_("rows"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.STARTED
    )

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-started_at", "-id"]
        # "add" is the right to export; rows are never changed or deleted by people.
        default_permissions = ("add", "view")
        indexes = [
            # The list of a period.
            models.Index(fields=["started_at"], name="export_started_at"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.subject}"
