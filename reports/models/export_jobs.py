"""Files that the worker prepares for somebody, and how far each is."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExportJob(models.Model):
    """One large export: asked for by somebody, written by the worker, then fetched."""

    class State(models.TextChoices):
        """How far it is. Only a file that is whole is ever `READY`."""

        WAITING = "waiting", pgettext_lazy("file", "waiting")
        RUNNING = "running", pgettext_lazy("file", "being written")
        READY = "ready", pgettext_lazy("file", "ready")
        FAILED = "failed", pgettext_lazy("file", "failed")
        REMOVED = "removed", pgettext_lazy("file", "removed")

    class Problem(models.TextChoices):
        """Why there is no file, as a sentence."""

        DISK_FULL = (
            "disk-full",
            _("The disk for prepared files is full: nothing was kept."),
        )
        NOT_WRITTEN = (
            "not-written",
            _("The file could not be written on the server; its log says why."),
        )
        NO_RIGHT = "no-right", _("The account may not export this any more.")
        UNREADABLE = (
            "unreadable",
            _("The filter cannot be read any more, such as that of a deleted queue."),
        )
        GIVEN_UP = (
            "given-up",
            _("The worker was stopped again and again while it wrote the file."),
        )
        ERROR = "error", _("An error in MiniCC ended it; the log of the server has it.")

    # With the account goes what it asked for; its files are removed by a job.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    # As in ExportAudit: a table ("callcenter.call") or a report ("queue-interval").
    subject = models.CharField(_("list or report"), max_length=100)
    # Of the address; numbers that were searched for are masked once it has ended.
    query = models.TextField(_("filter and search"), blank=True)
    file_format = models.CharField(_("format"), max_length=20)
    # How files for people write telephone numbers (reports.export.sheet.Numbers).
    numbers = models.CharField(max_length=10)
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    problem = models.CharField(
        _("reason"), max_length=20, choices=Problem.choices, blank=True
    )
    # How often it was begun. Whoever began it last writes it, and nobody else.
    attempt = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveBigIntegerField(_("rows"), default=0)
    # Empty where it is not known before the end.
    rows_total = models.PositiveBigIntegerField(null=True, blank=True)
    # In the folder of prepared files, and as it is offered.
    file = models.CharField(max_length=100, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("size (bytes)"), null=True, blank=True)
    is_masked = models.BooleanField(_("numbers masked"), default=False)
    # Whether it was written for a reader who saw callers' numbers.
    shows_numbers = models.BooleanField(default=False)
    asked_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    fetched_at = models.DateTimeField(_("downloaded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("prepared file")
        verbose_name_plural = _("prepared files")
        ordering = ["-asked_at", "-id"]
        # Everybody has their own; exporting needs the right to add to ExportAudit.
        default_permissions = ()
        indexes = [
            # Small as the table is, the worker looks every minute.
            models.Index(fields=["state", "asked_at"], name="export_jobs_by_state")
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be written."""
        return self.state in OPEN


OPEN = (ExportJob.State.WAITING, ExportJob.State.RUNNING)
