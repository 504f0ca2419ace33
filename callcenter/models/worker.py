"""What the worker has done and when; the worker writes it, people only look."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerProcess(models.Model):
    """One `manage.py worker` that runs, or was last seen within a day."""

    # A worker that lives says so every ten seconds.
    SILENT_FOR = timedelta(seconds=60)

    # The host and the process number, such as "cc1:4711".
    name = models.CharField(max_length=255, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    # Empty while it runs, and where it was killed.
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class WorkerJob(models.Model):
    """What has become of one regular job: its last start, success and failure."""

    name = models.SlugField(max_length=40, unique=True)
    # Whoever is doing it, and until when nobody else begins it.
    holder = models.CharField(max_length=255, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # How long it took then.
    seconds = models.FloatField(null=True, blank=True)
    # Of the last try; empty where it went well. Why (callcenter.reasons).
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("job of the worker")
        verbose_name_plural = _("jobs of the worker")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.name
