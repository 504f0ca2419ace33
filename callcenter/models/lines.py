"""The numbers callers dial, their business hours and holidays."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import check_dialled, valid_number
from callcenter.models.menus import Menu
from callcenter.models.queues import Queue
from callcenter.models.setup import Language, SetupModel, check_day
from callcenter.numbers import phone_number


class PhoneLine(SetupModel):
    """One number that callers dial, and what answers there."""

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
        return f"{self.name} ({phone_number(self.number)})"

    def clean(self) -> None:
        """Refuse a fallback number in a country that we do not dial."""
        check_dialled(self.fallback_number, "fallback_number")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Make this the only default line if it is one."""
        with transaction.atomic():
            if self.is_default:
                others = PhoneLine.objects.filter(is_default=True).exclude(pk=self.pk)
                others.update(is_default=False)
            super().save(*args, **kwargs)


class BusinessHours(SetupModel):
    """One span of a weekday in which a line is open; without any it is always open."""

    class Weekday(models.IntegerChoices):
        """ISO weekdays."""

        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    twice = _("Hours of this day begin at this time already.")

    line = models.ForeignKey(
        PhoneLine, models.CASCADE, related_name="hours", verbose_name=_("line")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(
        _("closes at"), help_text=_("24:00 is the end of the day.")
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
        """Refuse a span that does not end after it begins, on the same day."""
        if self.opens_at is None or self.closes_at is None:
            return
        ends_at_midnight = self.closes_at.hour == self.closes_at.minute == 0
        if self.closes_at <= self.opens_at and not ends_at_midnight:
            raise ValidationError(
                {
                    "closes_at": _(
                        "Closing comes after opening; write 24:00 for midnight."
                    )
                }
            )


class Holiday(SetupModel):
    """One day on which one line or all lines are closed."""

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
        return f"{date_format(self.date, 'DATE_FORMAT')} {self.name}"

    def clean(self) -> None:
        """Refuse a second holiday on the same day for the same line."""
        check_day(self.date, "date")
        others = Holiday.objects.filter(date=self.date, line=self.line)
        known = others.exclude(pk=self.pk).first() if self.date else None
        if known:
            raise ValidationError(
                {
                    "date": _("This day is a holiday already: %(name)s.")
                    % {"name": known.name}
                }
            )
