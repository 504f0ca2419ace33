"""Screens on a wall that show the figures of the moment without a log-in."""

import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.models import Language, Queue


class WallScreenQuerySet(models.QuerySet["WallScreen"]):
    """Screens, and the one of a token."""

    def of_token(self, token: str) -> Self:
        """The screen whose address has this token, if it is not expired or off."""
        return self.filter(token_hash=hash_of(token))


class WallScreen(models.Model):
    """One screen: its address is a secret, and shows nothing but counts."""

    name = models.CharField(_("name"), max_length=60)
    # SHA-256 of a token of 256 random bits: whoever reads the table opens no screen.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        default=Language.JAPANESE,
    )
    queues = models.ManyToManyField(
        Queue,
        blank=True,
        related_name="+",
        verbose_name=_("queues"),
        help_text=_("None chosen: all active queues."),
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("A screen that is switched off shows nothing more."),
    )
    expires_on = models.DateField(
        _("last day"), help_text=_("After it the address shows nothing more.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    # At most once a minute.
    seen_at = models.DateTimeField(_("last looked at"), null=True, editable=False)

    objects = WallScreenQuerySet.as_manager()

    class Meta:
        verbose_name = _("wall screen")
        verbose_name_plural = _("wall screens")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def renew(self) -> str:
        """Give it a new token, which only its caller learns; the old one ends."""
        token = secrets.token_urlsafe(32)
        self.token_hash = hash_of(token)
        return token

    def is_open(self, now: datetime) -> bool:
        """Whether it shows anything at a moment, which has the zone of the site."""
        return self.is_active and now.date() <= self.expires_on


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
