"""The queues callers wait in, and their thresholds from a day on."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import SidField, valid_queue_sid
from callcenter.models.setup import SetupModel, check_day

LONGEST_THRESHOLD_SECONDS = 3600
LONGEST_WAIT_SECONDS = 24 * 3600
# An operator in wrap-up who is not heard of for longer counts no more (presence.py).
LONGEST_WRAP_UP_SECONDS = 9 * 60


class Queue(SetupModel):
    """One queue in which callers wait for an operator."""

    # Also the queue's name at Twilio and in history, so it never changes.
    slug = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    twilio_sid = SidField(
        _("queue SID at Twilio"), blank=True, validators=[valid_queue_sid]
    )
    is_active = models.BooleanField(_("active"), default=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=10,
        help_text=_("Operators of several queues serve the smallest number first."),
    )
    max_wait_seconds = models.PositiveIntegerField(
        _("maximum wait"),
        default=600,
        validators=[MinValueValidator(30), MaxValueValidator(LONGEST_WAIT_SECONDS)],
        help_text=_(
            "After so many seconds the caller may leave a message where that is"
            " offered, else hears an apology."
        ),
    )
    wrapup_seconds = models.PositiveSmallIntegerField(
        _("wrap-up"),
        default=5,
        validators=[MaxValueValidator(LONGEST_WRAP_UP_SECONDS)],
        help_text=_("Seconds an operator has between two calls."),
    )
    leaves_when_unstaffed = models.BooleanField(
        _("leave when nobody is signed in"),
        default=False,
        help_text=_("Otherwise the caller is told so and may wait on."),
    )
    leaves_at_closing = models.BooleanField(
        _("leave at closing time"),
        default=False,
        help_text=_("Otherwise callers who wait when the line closes wait on."),
    )
    offers_callback = models.BooleanField(
        _("offer a call-back"),
        default=False,
        help_text=_("Whoever waits may press 1 to be rung back."),
    )
    offers_voicemail = models.BooleanField(
        _("offer voicemail"),
        default=False,
        help_text=_("Whoever waits may press 2 to leave a message."),
    )
    records_conversations = models.BooleanField(
        _("record conversations"),
        default=False,
        help_text=_(
            "Callers are told so before they are connected. To play recordings is a"
            " permission of its own."
        ),
    )
    announces_wait = models.BooleanField(
        _("announce the estimated wait"),
        default=False,
        help_text=_(
            "By the answers of the last half hour; where these are too few, the"
            " position alone is said."
        ),
    )
    capacity = models.PositiveSmallIntegerField(
        _("most callers"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(5000)],
        help_text=_("Whoever calls when so many wait hears that all lines are busy."),
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["priority", "name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def unserved(cls) -> "models.QuerySet[Queue]":
        """The active queues that no active operator serves."""
        return cls.objects.filter(is_active=True).exclude(operators__is_active=True)


class QueueAtTwilio(models.Model):
    """Whether one queue is at Twilio what it is here, as the worker last found."""

    queue = models.OneToOneField(
        Queue, models.CASCADE, primary_key=True, related_name="at_twilio"
    )
    checked_at = models.DateTimeField()
    # By its code (callcenter.reasons); empty where they are equal.
    problem = models.CharField(max_length=255, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.queue_id} {self.problem or 'equal'}"


class QueueThreshold(SetupModel):
    """The thresholds of one queue from one local day on.

    Whoever is answered within T is answered within the service level; whoever hangs up
    before S is a short abandon. The target is for reports alone.
    """

    twice = _("Thresholds begin on this day already: change those instead.")

    queue = models.ForeignKey(
        Queue, models.CASCADE, related_name="thresholds", verbose_name=_("queue")
    )
    valid_from = models.DateField(
        _("valid from"), help_text=_("From the beginning of this day.")
    )
    target_seconds = models.PositiveIntegerField(
        _("service level threshold (T)"),
        default=20,
        help_text=_("An answer within so many seconds is within the service level."),
    )
    short_abandon_seconds = models.PositiveIntegerField(
        _("short-abandon threshold (S)"),
        default=5,
        help_text=_("Whoever hangs up in fewer seconds is a short abandon."),
    )
    service_level_target = models.PositiveSmallIntegerField(
        _("service level target (%)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "So many per cent are to be answered within T; empty for no target. It"
            " changes no count."
        ),
    )

    class Meta:
        verbose_name = _("queue threshold")
        verbose_name_plural = _("queue thresholds")
        ordering = ["queue", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "valid_from"], name="threshold_changes_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue} {date_format(self.valid_from, 'DATE_FORMAT')}"

    def clean(self) -> None:
        """Refuse what cannot be meant: a mistyped year, T of 0 s, more than an hour."""
        check_day(self.valid_from, "valid_from")
        if self.target_seconds == 0:
            raise ValidationError(
                {"target_seconds": _("Within 0 seconds nobody can answer.")}
            )
        for name in ("target_seconds", "short_abandon_seconds"):
            if (getattr(self, name) or 0) > LONGEST_THRESHOLD_SECONDS:
                raise ValidationError(
                    {name: _("More than an hour: this is counted in seconds.")}
                )
