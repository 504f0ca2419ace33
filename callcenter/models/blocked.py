"""Numbers whose calls are not taken."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import valid_number
from callcenter.models.setup import SetupModel
from callcenter.numbers import is_too_short, phone_number


class BlockedNumber(SetupModel):
    """One number whose calls are rejected before anybody answers them."""

    number = models.CharField(
        _("number"), max_length=16, unique=True, validators=[valid_number]
    )
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("Why, and since when.")
    )

    class Meta:
        verbose_name = _("blocked number")
        verbose_name_plural = _("blocked numbers")
        ordering = ["number"]

    def __str__(self) -> str:
        return phone_number(self.number)

    def clean(self) -> None:
        """Refuse the beginning of a number: it would seem to block all that have it."""
        if self.number and is_too_short(self.number):
            said = _(
                "This is too short for a number. Each number is blocked by itself;"
                " all that begin alike cannot be blocked."
            )
            raise ValidationError({"number": said})
