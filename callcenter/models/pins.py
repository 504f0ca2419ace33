"""PINs of operators, and how often a wrong one was given.

Apart from the operators, so that no list, filter or file of theirs can show them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from callcenter import keyed
from callcenter.models.operators import Operator
from callcenter.models.setup import SetupModel

# The operators of the demo have it. It is right only while DEMO is on.
DEMO_PIN = "1234"
SHORTEST, LONGEST = 6, 8
# From so many wrong PINs on, each is followed by a pause that doubles.
PAUSES_FROM = 5
FIRST_PAUSE = timedelta(minutes=1)
# With so many wrong PINs signing in is closed, until a supervisor opens it.
CLOSES_AT = 10


def check_pin(pin: str) -> None:
    """Refuse a new PIN that is easily guessed. Raises ValidationError."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST <= len(pin) <= LONGEST):
        raise ValidationError(
            _("A PIN has %(shortest)d to %(longest)d digits and nothing else."),
            params={"shortest": SHORTEST, "longest": LONGEST},
        )
    steps = {int(after) - int(digit) for digit, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise ValidationError(
            _("This PIN is easily guessed: its digits are all the same or in order.")
        )


class OperatorPin(SetupModel):
    """The PIN with which one operator signs in by telephone, as a hash."""

    operator = models.OneToOneField(
        Operator,
        models.CASCADE,
        primary_key=True,
        related_name="pin",
        verbose_name=_("operator"),
    )
    kept = models.CharField(_("hash"), max_length=128)

    class Meta:
        verbose_name = _("PIN")
        verbose_name_plural = _("PINs")
        # Whoever may change an operator may change the PIN.
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.operator)

    @classmethod
    def replace(cls, pins: Mapping[Operator, str]) -> None:
        """Give operators new PINs, which opens signing in; without digits, none."""
        with transaction.atomic():
            WrongPins.objects.filter(operator__in=pins).delete()
            cls.objects.filter(operator__in=pins).delete()
            cls.objects.bulk_create(
                cls(operator=operator, kept=pin_to_keep(pin))
                for operator, pin in pins.items()
                if pin
            )


def pin_to_keep(pin: str) -> str:
    """The hash of a PIN, each time another one but for the PIN of the demo.

    Everybody knows that. Addresses carry which PIN was given (flow.operator.proof), and
    the past that the demo plays is the same each time.
    """
    return keyed.pin_hash(pin, "demo" if pin == DEMO_PIN else "")


class WrongPins(models.Model):
    """How often in a row a wrong PIN was given as one operator's, from the telephone.

    There is a row while the last PIN given was wrong. The right one deletes it, and so
    does a supervisor who opens signing in again.
    """

    operator = models.OneToOneField(
        Operator,
        models.CASCADE,
        primary_key=True,
        related_name="wrong_pins",
        verbose_name=_("operator"),
    )
    count = models.PositiveIntegerField(_("wrong PINs in a row"), default=0)
    last_at = models.DateTimeField(_("last wrong PIN"))

    class Meta:
        verbose_name = _("wrong PINs")
        verbose_name_plural = _("wrong PINs")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.operator}: {self.count}"

    @property
    def is_closed(self) -> bool:
        """Whether no PIN is right any more until a supervisor opens signing in."""
        return self.count >= CLOSES_AT

    @property
    def paused_until(self) -> datetime:
        """Until when no PIN is right; the moment of the last wrong one at first."""
        if self.count < PAUSES_FROM:
            return self.last_at
        doublings: int = self.count - PAUSES_FROM
        return self.last_at + FIRST_PAUSE * (1 << doublings)

    def is_locked(self, now: datetime) -> bool:
        """Whether no PIN is right now: signing in is closed, or paused."""
        return self.is_closed or now < self.paused_until

    @classmethod
    def begin_guess(cls, operator: Operator, now: datetime) -> Self | None:
        """Count a PIN as wrong before it is looked at; None if none may be given now.

        Before, so that of many calls at once none is looked at beyond the limit. No
        row is locked: whoever finds the count changed by another looks again.
        """
        while True:
            row = cls.objects.filter(operator=operator).first()
            if row is None:
                try:
                    with transaction.atomic():
                        return cls.objects.create(
                            operator=operator, count=1, last_at=now
                        )
                except IntegrityError:
                    continue
            if row.is_locked(now):
                return None
            mine = cls.objects.filter(pk=row.pk, count=row.count)
            row.count, row.last_at = row.count + 1, now
            if mine.update(count=row.count, last_at=now):
                return row
