"""Reports that are sent by e-mail at fixed times, and what became of each."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ScheduledReport(models.Model):
    """One report that is sent regularly; with the rights of whoever made it."""

    class Frequency(models.TextChoices):
        """On which days it is sent."""

        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every Monday")
        MONTHLY = "monthly", _("on the 1st of every month")

    # With the account goes what it has sent.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=60)
    # The slug of a report, or "daily".
    report = models.CharField(_("report"), max_length=40)
    # The query of the report's address, but for its days.
    query = models.TextField(_("filter"), blank=True)
    # Its days by name (reports.query.named_periods), seen from the day of sending.
    period = models.CharField(_("period"), max_length=20)
    frequency = models.CharField(
        _("how often"), max_length=10, choices=Frequency.choices
    )
    # By the clock of TIME_ZONE.
    hour = models.PositiveSmallIntegerField(
        _("hour"), validators=[MaxValueValidator(23)]
    )
    # Addresses, one a line.
    recipients = models.TextField(_("recipients"))
    language = models.CharField(_("language"), max_length=10)
    is_active = models.BooleanField(_("is sent"), default=True)
    # Times before this one are not made up for: it was made, changed or resumed then.
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")
        ordering = ["name", "id"]
        default_permissions = ()
        permissions = [
            ("schedule_reports", _("Can have reports sent by e-mail at fixed times"))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def addresses(self) -> list[str]:
        """The recipients."""
        return self.recipients.split()


class Delivery(models.Model):
    """One sending of a scheduled report: of which days, and how far it is."""

    class State(models.TextChoices):
        """How far it is. `SENDING` is committed before the mail server is asked."""

        WAITING = "waiting", pgettext_lazy("mail", "waiting")
        SENDING = "sending", pgettext_lazy("mail", "being sent")
        SENT = "sent", pgettext_lazy("mail", "sent")
        FAILED = "failed", pgettext_lazy("mail", "failed")

    class Problem(models.TextChoices):
        """Why it was not sent, as a sentence."""

        UNREACHABLE = "unreachable", _("The mail server could not be reached.")
        TOO_SLOW = "too-slow", _("The mail server did not answer in time.")
        NO_TLS = "no-tls", _("No encrypted connection to the mail server came about.")
        LOG_IN = "log-in", _("The mail server did not accept our user and password.")
        SENDER = "sender", _("The mail server did not accept our sender address.")
        RECIPIENTS = "recipients", _("The mail server accepted no recipient.")
        REFUSED = "refused", _("The mail server did not accept the message.")
        CUT_OFF = "cut-off", _("The mail server ended the connection.")
        INTERRUPTED = (
            "interrupted",
            _("The worker was stopped while it sent: the mail may arrive twice."),
        )
        NO_RIGHT = (
            "no-right",
            _("Whoever made this may not see or export the report any more."),
        )
        UNREADABLE = (
            "unreadable",
            _("The filter cannot be read any more, such as that of a deleted queue."),
        )
        ERROR = "error", _("An error in MiniCC ended it; the log of the server has it.")

    schedule = models.ForeignKey(
        ScheduledReport, models.CASCADE, related_name="deliveries"
    )
    # When it was due; of one that was asked for out of turn, when it was asked for.
    planned_at = models.DateTimeField(_("planned at"))
    # The days that the report is of.
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    tries = models.PositiveIntegerField(default=0)
    # When it is tried next; while it is being sent, when it counts as interrupted.
    next_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # What became of each address: "sent", or what the server said when it refused.
    answers = models.JSONField(default=dict, blank=True)
    problem = models.CharField(
        _("reason"), max_length=20, choices=Problem.choices, blank=True
    )
    # What the mail server said, in its own words.
    said = models.CharField(max_length=300, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), null=True, blank=True)
    # Whether the file was too large to be attached: the mail has the link.
    is_without_file = models.BooleanField(default=False)
    is_masked = models.BooleanField(_("numbers masked"), default=False)
    # Its record among the exports, one however often it is tried.
    audit = models.ForeignKey(
        "reports.ExportAudit", models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-planned_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "planned_at"], name="delivery_once"
            )
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.planned_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be sent to somebody."""
        return self.state in (self.State.WAITING, self.State.SENDING)

    @property
    def refused(self) -> dict[str, str]:
        """The addresses that were not accepted, with what the server said of each."""
        return {
            address: said for address, said in self.answers.items() if said != SENT_TO
        }

    @property
    def pending(self) -> list[str]:
        """The addresses that have not got it, and were not refused for good."""
        return [
            address
            for address in self.schedule.addresses
            if not self.answers.get(address, "").startswith((SENT_TO, FOR_GOOD))
        ]


# What stands beside an address that the server has accepted.
SENT_TO = "sent"
# What the answers of a mail server begin with that it will always give.
FOR_GOOD = "5"
