"""What an administrator changes at work: lines, menus, queues, operators, hours."""

from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import (
    SidField,
    valid_identity,
    valid_number,
    valid_queue_sid,
)

# Twilio refuses a longer <Say> with error 13521 (reference 5.4): about 500 characters
# of Japanese.
LONGEST_TEXT_URL_ENCODED = 4500

ModelT = TypeVar("ModelT", bound=models.Model)


class SetupVersion(models.Model):
    """The one row that says how often the setup has changed; the flow watches it."""

    version = models.PositiveBigIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("setup version")
        verbose_name_plural = _("setup versions")

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def increase(cls) -> None:
        """Make every process read the setup again; call it inside the transaction."""
        rows = cls.objects.filter(pk=1)
        if not rows.update(version=F("version") + 1):
            # The very first change, which two may make at once.
            cls.objects.get_or_create(pk=1)
            rows.update(version=F("version") + 1)


class SetupQuerySet(models.QuerySet[ModelT]):
    """Rows of the setup: changing many at once raises the setup version too."""

    def update(self, **kwargs: Any) -> int:
        with transaction.atomic(using=self.db):
            SetupVersion.increase()
            return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db):
            SetupVersion.increase()
            return super().delete()

    def bulk_create(
        self, objs: Iterable[ModelT], *args: Any, **kwargs: Any
    ) -> list[ModelT]:
        with transaction.atomic(using=self.db):
            SetupVersion.increase()
            return super().bulk_create(objs, *args, **kwargs)


class SetupModel(models.Model):
    """A row of the setup: saving or deleting it raises the setup version."""

    objects = SetupQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            SetupVersion.increase()
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            SetupVersion.increase()
            return super().delete(*args, **kwargs)


class Language(models.TextChoices):
    """A language callers hear."""

    JAPANESE = "ja", _("Japanese")
    ENGLISH = "en", _("English")


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
        validators=[MinValueValidator(30)],
        help_text=_("Seconds; then the caller hears an apology and the call ends."),
    )
    wrapup_seconds = models.PositiveSmallIntegerField(
        _("wrap-up"),
        default=5,
        help_text=_("Seconds an operator has between two calls."),
    )
    leaves_when_unstaffed = models.BooleanField(
        _("leave when nobody is signed in"),
        default=False,
        help_text=_("Otherwise the caller is told so and may wait on."),
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["priority", "name"]

    def __str__(self) -> str:
        return self.name


class QueueThreshold(SetupModel):
    """The thresholds of a queue from a day on: what is quick, what is too short."""

    queue = models.ForeignKey(
        Queue, models.CASCADE, related_name="thresholds", verbose_name=_("queue")
    )
    valid_from = models.DateField(_("valid from"), help_text=_("Local day."))
    target_seconds = models.PositiveIntegerField(
        _("service level threshold (T)"), default=20, help_text=_("Seconds.")
    )
    short_abandon_seconds = models.PositiveIntegerField(
        _("short-abandon threshold (S)"), default=5, help_text=_("Seconds.")
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
        return f"{self.queue} {self.valid_from:%Y-%m-%d}"


class Message(SetupModel):
    """Something told to the caller, after which the call ends."""

    slug = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Menu(SetupModel):
    """One question to the caller, answered by a key."""

    slug = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    timeout_seconds = models.PositiveSmallIntegerField(
        _("silence"),
        default=10,
        validators=[MinValueValidator(1)],
        help_text=_("Seconds without a key until the menu goes on by itself."),
    )
    tries = models.PositiveSmallIntegerField(
        _("tries"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("After so many wrong keys the caller goes to the line's queue."),
    )

    class Meta:
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MenuOption(SetupModel):
    """Where one input of a menu leads: a key, silence or a wrong key."""

    class Input(models.TextChoices):
        """What the caller did; without a row silence leads to the line's queue."""

        KEY_1 = "1", "1"
        KEY_2 = "2", "2"
        KEY_3 = "3", "3"
        KEY_4 = "4", "4"
        KEY_5 = "5", "5"
        KEY_6 = "6", "6"
        KEY_7 = "7", "7"
        KEY_8 = "8", "8"
        KEY_9 = "9", "9"
        KEY_0 = "0", "0"
        STAR = "*", "*"
        HASH = "#", "#"
        SILENCE = "silence", _("no key")
        WRONG = "wrong", _("any other key")

    class Action(models.TextChoices):
        """What follows."""

        QUEUE = "queue", _("queue")
        MENU = "menu", _("menu")
        MESSAGE = "message", _("message")
        END = "end", _("end of the call")

    menu = models.ForeignKey(
        Menu, models.CASCADE, related_name="options", verbose_name=_("menu")
    )
    input = models.CharField(_("input"), max_length=10, choices=Input.choices)
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    queue = models.ForeignKey(
        Queue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("queue"),
    )
    next_menu = models.ForeignKey(
        Menu,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("next menu"),
    )
    message = models.ForeignKey(
        Message,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("message"),
    )
    language = models.CharField(
        _("language from here on"), max_length=2, choices=Language.choices, blank=True
    )

    class Meta:
        verbose_name = _("menu option")
        verbose_name_plural = _("menu options")
        ordering = ["menu", "input"]
        constraints = [
            models.UniqueConstraint(
                fields=["menu", "input"], name="option_is_one_input_of_a_menu"
            ),
            models.CheckConstraint(
                condition=Q(action="queue", queue__isnull=False)
                | Q(action="menu", next_menu__isnull=False)
                | Q(action="message", message__isnull=False)
                | Q(action="end"),
                name="option_names_where_it_leads",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.menu}: {self.get_input_display()}"

    def clean(self) -> None:
        """An option names what its action needs."""
        field = {"queue": "queue", "menu": "next_menu", "message": "message"}.get(
            self.action
        )
        if field and getattr(self, f"{field}_id") is None:
            raise ValidationError({field: _("Choose where this option leads.")})


class PhoneLine(SetupModel):
    """One number of ours that callers dial, and what answers there."""

    number = models.CharField(
        _("number"), max_length=16, unique=True, validators=[valid_number]
    )
    name = models.CharField(_("name"), max_length=100)
    is_default = models.BooleanField(
        _("default line"),
        default=False,
        help_text=_("Answers calls to numbers nobody has set up."),
    )
    menu = models.ForeignKey(
        Menu,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("menu"),
        help_text=_("Without one callers go straight to the queue."),
    )
    queue = models.ForeignKey(
        Queue,
        models.PROTECT,
        related_name="+",
        verbose_name=_("queue"),
        help_text=_("Where silence and repeated wrong keys lead."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        default=Language.JAPANESE,
    )
    fallback_number = models.CharField(
        _("fallback number"),
        max_length=16,
        blank=True,
        validators=[valid_number],
        help_text=_("Dialled when MiniCC cannot answer; empty for an apology."),
    )

    class Meta:
        verbose_name = _("phone line")
        verbose_name_plural = _("phone lines")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """One line is the default: making this one so takes it from the other."""
        with transaction.atomic():
            if self.is_default:
                others = PhoneLine.objects.filter(is_default=True).exclude(pk=self.pk)
                others.update(is_default=False)
            super().save(*args, **kwargs)


class Prompt(SetupModel):
    """What callers hear at one place in one language: a text, or an audio file."""

    class Purpose(models.TextChoices):
        """At which moment it is heard."""

        MAIN = "main", _("the menu or message itself")
        GREETING = "greeting", _("greeting of a line")
        CLOSED = "closed", _("out of hours, at a line")
        WAITING = "waiting", _("entering a queue")
        CONNECTING = "connecting", _("an operator takes the call")

    purpose = models.CharField(
        _("moment"), max_length=20, choices=Purpose.choices, default=Purpose.MAIN
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, blank=False
    )
    menu = models.ForeignKey(
        Menu,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("menu"),
    )
    message = models.ForeignKey(
        Message,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("message"),
    )
    queue = models.ForeignKey(
        Queue,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("queue"),
    )
    line = models.ForeignKey(
        PhoneLine,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("line"),
    )
    text = models.TextField(_("text"), blank=True)
    audio_url = models.URLField(
        _("audio file"), blank=True, help_text=_("MP3 or WAV; heard before the text.")
    )

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["purpose", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=[owner, "purpose", "language"], name=f"prompt_is_one_of_{owner}"
            )
            for owner in ("menu", "message", "queue", "line")
        ] + [
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(audio_url=""),
                name="prompt_is_heard",
                violation_error_message=_("Give a text or an audio file."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.get_language_display()})"

    def clean(self) -> None:
        """A prompt is heard, and no longer than Twilio reads."""
        if not self.text.strip() and not self.audio_url:
            raise ValidationError({"text": _("Give a text or an audio file.")})
        if len(quote(self.text)) > LONGEST_TEXT_URL_ENCODED:
            raise ValidationError(
                {
                    "text": _(
                        "Too long for one announcement: Twilio reads about 500"
                        " Japanese characters."
                    )
                }
            )


class Operator(SetupModel):
    """One person who takes calls, by telephone or in the browser."""

    name = models.CharField(_("name"), max_length=100)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="operator",
        verbose_name=_("user"),
    )
    number = models.CharField(
        _("telephone number"),
        max_length=16,
        null=True,
        blank=True,
        unique=True,
        validators=[valid_number],
    )
    client_identity = models.CharField(
        _("browser identity"),
        max_length=121,
        null=True,
        blank=True,
        unique=True,
        validators=[valid_identity],
    )
    # A hash, made by `set_pin`; empty when the PIN is switched off.
    pin = models.CharField(_("PIN"), max_length=128, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    queues = models.ManyToManyField(
        Queue,
        through="OperatorQueue",
        related_name="operators",
        verbose_name=_("queues"),
    )

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__isnull=False) | Q(client_identity__isnull=False),
                name="operator_can_be_recognised",
                violation_error_message=_(
                    "Give a telephone number or a browser identity."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Two operators without a number are no conflict: empty means none."""
        self.number = self.number or None
        self.client_identity = self.client_identity or None

    def set_pin(self, digits: str) -> None:
        """Keep the PIN's hash; no digits switch the PIN off."""
        self.pin = make_password(digits) if digits else ""


class OperatorQueue(SetupModel):
    """One queue that an operator serves."""

    operator = models.ForeignKey(
        Operator, models.CASCADE, verbose_name=_("operator"), related_name="serves"
    )
    queue = models.ForeignKey(Queue, models.CASCADE, verbose_name=_("queue"))

    class Meta:
        verbose_name = _("queue of an operator")
        verbose_name_plural = _("queues of an operator")
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "queue"], name="operator_serves_a_queue_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator}: {self.queue}"


class BusinessHours(SetupModel):
    """One span of a weekday in which a line is open; a line without any is always."""

    class Weekday(models.IntegerChoices):
        """ISO weekdays."""

        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    line = models.ForeignKey(
        PhoneLine, models.CASCADE, related_name="hours", verbose_name=_("line")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(
        _("closes at"), help_text=_("00:00 is the end of the day.")
    )

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ["line", "weekday", "opens_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "weekday", "opens_at"], name="hours_open_once"
            )
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
        )

    def clean(self) -> None:
        """A span ends after it begins, on the same day."""
        if self.opens_at is None or self.closes_at is None:
            return
        ends_at_midnight = self.closes_at.hour == self.closes_at.minute == 0
        if self.closes_at <= self.opens_at and not ends_at_midnight:
            raise ValidationError(
                {
                    "closes_at": _(
                        "Closing comes after opening; write 00:00 for midnight."
                    )
                }
            )


class Holiday(SetupModel):
    """One day on which lines are closed."""

    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=100)
    line = models.ForeignKey(
        PhoneLine,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="holidays",
        verbose_name=_("line"),
        help_text=_("Empty for all lines."),
    )

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["-date"]
        indexes = [models.Index(fields=["date"], name="holiday_date")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"


class WrapUpCode(SetupModel):
    """One way to say what a conversation was about."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("wrap-up code")
        verbose_name_plural = _("wrap-up codes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
