"""What all tables of the setup share: a change raises the setup version."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

ModelT = TypeVar("ModelT", bound=models.Model)


class SetupVersion(models.Model):
    """One single row: how often the setup has changed. The flow compares it."""

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
            # The first change of an installation; two processes may make it at once.
            cls.objects.get_or_create(pk=1)
            rows.update(version=F("version") + 1)


class SetupQuerySet(models.QuerySet[ModelT]):
    """Rows of the setup. Changing several at once raises the setup version too."""

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
    """A row of the setup. Saving or deleting it raises the setup version."""

    # The error message if a row breaks a unique constraint of several columns.
    twice: ClassVar[StrOrPromise] = ""

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

    def unique_error_message(
        self, model_class: type[models.Model], unique_check: Sequence[str]
    ) -> ValidationError:
        """Say it in the words of `twice`, where Django would list columns."""
        if self.twice and len(unique_check) > 1:
            return ValidationError(self.twice, code="unique_together")
        return super().unique_error_message(model_class, unique_check)


def check_day(day: date | None, name: str) -> None:
    """Refuse a day with a mistyped year; the error belongs to the field `name`."""
    if day and not 2000 <= day.year < 2100:
        raise ValidationError({name: _("Give a year from 2000 to 2099.")})


class Language(models.TextChoices):
    """A language in which callers are spoken to."""

    JAPANESE = "ja", _("Japanese")
    ENGLISH = "en", _("English")
