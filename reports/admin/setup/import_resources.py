"""Operators, holidays and wrap-up codes as rows of a file, for import and export.

A file is checked first, line by line against the setup as it is, which writes nothing.
What was found new or changed is then saved in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tablib
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import Result, RowResult

from callcenter.models import (
    Holiday,
    Operator,
    OperatorPin,
    OperatorQueue,
    Queue,
    WrapUpCode,
)
from reports.admin.setup import import_cells, import_uploads
from reports.admin.setup.import_uploads import LINE
from reports.admin.setup.typed_fields import plain

# States of a checked line that is to be saved.
CHANGING = (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)


class Outdated(Exception):
    """The setup has changed since a file was checked, so that it cannot be saved."""


@dataclass(frozen=True, slots=True)
class Change:
    """One column of a row before and after; of a secret column `after` is None."""

    code: str
    before: str = ""
    after: str | None = None


class SetupResource(ModelResource):
    """The import of a setup table; its rows are validated as in the admin's form.

    The head of a column in the file is its code, or its label in one of our languages.
    """

    labels: Mapping[str, StrOrPromise] = {}
    # What to enter in a column, if its label does not say it.
    hints: Mapping[str, StrOrPromise] = {}
    # Columns that a file must have, and columns of which each identifies a row.
    needed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    # Columns that can be imported but are never exported or logged.
    secret: tuple[str, ...] = ()

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        skip_html_diff = True
        store_instance = True
        store_row_values = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._before: dict[str, str] = {}
        self._lines: dict[tuple[str, str], int] = {}
        self._wrong: dict[str, list[str]] = {}

    @classmethod
    def codes(cls) -> dict[str, str]:
        """The code that each possible head stands for."""
        heads = {code: code for code in cls.labels}
        for language, _name in settings.LANGUAGES:
            with override(language):
                for code, label in cls.labels.items():
                    heads[import_uploads.plain_head(str(label))] = code
        return heads

    def import_data(self, dataset: tablib.Dataset, *args: Any, **kwargs: Any) -> Result:
        """What saving the file would do; saves nothing, and locks nothing.

        The library would save and roll back, and keep webhooks waiting meanwhile.
        """
        return self.import_data_inner(
            dataset,
            dry_run=True,
            raise_errors=False,
            using_transactions=False,
            collect_failed_rows=False,
        )

    def save(self, result: Result) -> None:
        """Save what a check found new or changed, all rows or none. Raises Outdated."""
        found = [row for row in result if row.import_type in CHANGING]
        old = [row.instance.pk for row in found if row.instance.pk]
        try:
            with transaction.atomic():
                if self.get_queryset().filter(pk__in=old).count() < len(old):
                    raise Outdated
                for row in found:
                    row.instance.save()
                self.save_parts(found)
        except IntegrityError as error:
            raise Outdated from error

    def save_parts(self, found: Sequence[RowResult]) -> None:
        """Save what belongs to the saved rows, but is kept in other tables."""

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        self._wrong = self.wrong(row)

    def wrong(self, row: Any) -> dict[str, list[str]]:
        """Errors of a row by column, found before the model is validated.

        Here: a row of the database that two lines of the file are about.
        """
        found: dict[str, list[str]] = {}
        for name in self.names_of(row):
            self._note(found, name, row)
        return found

    def _note(
        self, found: dict[str, list[str]], name: tuple[str, str], row: Any
    ) -> None:
        """Note that this line is about the row `name`; an error if another one is."""
        line = self._lines.setdefault(name, row[LINE])
        if line != row[LINE]:
            text = gettext("Line %(line)d is about the same row.") % {"line": line}
            found.setdefault(name[0], []).append(text)

    def import_instance(self, instance: models.Model, row: Any, **kwargs: Any) -> None:
        errors: dict[str, Any] = dict(self._wrong)
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def names_of(self, row: Any) -> list[tuple[str, str]]:
        """The columns and values that identify the row."""
        return [
            (key, value.casefold())
            for key in self.keys
            if (value := plain(row.get(key)))
        ]

    def after_init_instance(
        self, instance: models.Model, new: bool, row: Any, **kwargs: Any
    ) -> None:
        self._before = {} if new else self._texts(instance)
        if not new and not self._wrong:
            # Two lines can name one row differently: by its number, by its identity.
            self._note(self._wrong, (self.needed[0], f"#{instance.pk}"), row)

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        """Adds the changes to the result, for the preview and the log of changes."""
        after = self._texts(row_result.instance) | self.parts_of(row)
        row_result.changes = [
            Change(code, self._before.get(code, ""), text)
            for code, text in after.items()
            if text != self._before.get(code, "")
        ]
        row_result.changes += [Change(code) for code in self.secret if row.get(code)]

    def parts_of(self, row: Any) -> dict[str, str]:
        """The texts of columns that `save_parts` will save."""
        return {}

    def _texts(self, instance: models.Model) -> dict[str, str]:
        # Untranslated: the log of changes is translated when it is read.
        with override(None):
            return {
                code: str(self.fields[code].export(instance))
                for code in self.labels
                if code not in self.secret
            }


class HolidayResource(SetupResource):
    """Days on which lines are closed."""

    labels = {"date": _("date"), "name": _("name"), "line": _("line")}
    hints = {
        "date": _("2027-01-31 or 2027/1/31."),
        "line": _("The line's number or name; empty for all lines."),
    }
    needed = ("date", "name")

    date = Field(attribute="date", widget=import_cells.Day())
    name = Field(attribute="name", widget=import_cells.Words())
    line = Field(attribute="line", widget=import_cells.Line())

    class Meta(SetupResource.Meta):
        model = Holiday
        fields = ("date", "name", "line")

    def get_instance(self, instance_loader: Any, row: Any) -> Holiday | None:
        try:
            day = self.fields["date"].clean(row)
            line = self.fields["line"].clean(row) if "line" in row else None
        except ValueError:
            return None
        return Holiday.objects.filter(date=day, line=line).order_by("pk").first()

    def names_of(self, row: Any) -> list[tuple[str, str]]:
        try:
            day = self.fields["date"].clean(row)
            line = self.fields["line"].clean(row) if "line" in row else None
        except ValueError:
            return []
        return [("date", f"{day} {line.number if line else ''}")]


class WrapUpCodeResource(SetupResource):
    """What conversations were about."""

    labels = {
        "code": _("code"),
        "name": _("name"),
        "digits": _("digits on the telephone"),
        "is_active": _("active"),
    }
    hints = {
        "digits": _("One to three digits, which operators type after a conversation."),
        "is_active": _("Yes or no; empty means yes."),
    }
    needed = ("code", "name")
    keys = ("code",)

    code = Field(attribute="code", widget=import_cells.Words())
    name = Field(attribute="name", widget=import_cells.Words())
    digits = Field(attribute="digits", widget=import_cells.WordsOrNone())
    is_active = Field(attribute="is_active", widget=import_cells.YesOrNo())

    class Meta(SetupResource.Meta):
        model = WrapUpCode
        fields = ("code", "name", "digits", "is_active")

    def get_instance(self, instance_loader: Any, row: Any) -> WrapUpCode | None:
        return WrapUpCode.objects.filter(code=row["code"]).first()

    def names_of(self, row: Any) -> list[tuple[str, str]]:
        digits = plain(row.get("digits"))
        return super().names_of(row) + ([("digits", digits)] if digits else [])


class OperatorResource(SetupResource):
    """Operators, identified by telephone number or browser identity.

    PINs are imported and never exported.
    """

    labels = {
        "name": _("name"),
        "number": _("telephone number"),
        "client_identity": _("browser identity"),
        "is_active": _("active"),
        "queues": _("queues"),
        "pin": _("PIN"),
    }
    hints = {
        "number": _("03-1234-5678 or +81312345678."),
        "client_identity": _("Letters, digits and underscores."),
        "is_active": _("Yes or no; empty means yes."),
        "queues": _("Codes or names of queues, separated by commas."),
        "pin": _(
            "6 to 8 digits, not all the same or in order; “off” for no PIN; an empty"
            " cell keeps the PIN. PINs are never exported."
        ),
    }
    needed = ("name",)
    keys = ("number", "client_identity")
    secret = ("pin",)

    name = Field(attribute="name", widget=import_cells.Words())
    number = Field(attribute="number", widget=import_cells.Number())
    client_identity = Field(
        attribute="client_identity", widget=import_cells.WordsOrNone()
    )
    is_active = Field(attribute="is_active", widget=import_cells.YesOrNo())
    queues = Field(attribute="queues", widget=import_cells.Queues())

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # By the number of the line; none for a line without that column.
        self._queues: dict[int, list[Queue]] = {}

    class Meta(SetupResource.Meta):
        model = Operator
        fields = ("name", "number", "client_identity", "is_active", "queues")

    def wrong(self, row: Any) -> dict[str, list[str]]:
        found = super().wrong(row)
        if "queues" in row:
            try:
                self._queues[row[LINE]] = list(self.fields["queues"].clean(row))
            except ValueError as error:
                found["queues"] = [str(error)]
        try:
            row["pin"] = import_cells.checked_pin(row.get("pin", ""))
        except ValueError as error:
            found["pin"] = [str(error)]
        return found

    def get_instance(self, instance_loader: Any, row: Any) -> Operator | None:
        for key in self.keys:
            try:
                value = self.fields[key].clean(row) if key in row else None
            except ValueError:
                continue
            found = Operator.objects.filter(**{key: value}).first() if value else None
            if found:
                return found
        return None

    def names_of(self, row: Any) -> list[tuple[str, str]]:
        names = []
        for key in self.keys:
            text = plain(row.get(key))
            try:
                text = import_cells.international(text) if key == "number" else text
            except ValueError:
                continue
            if text:
                names.append((key, text))
        return names

    def skip_row(
        self,
        instance: Operator,
        original: Operator,
        row: Any,
        import_validation_errors: Any = None,
    ) -> bool:
        """Not a row with a PIN: it changes, although no exported column differs."""
        if row["pin"]:
            return False
        return bool(super().skip_row(instance, original, row, import_validation_errors))

    def before_save_instance(self, instance: Operator, row: Any, **kwargs: Any) -> None:
        if instance.number and not row["pin"] and not instance.pk:
            text = gettext(
                "Enter a PIN, or “off” for none: anyone who calls from this number is"
                " then taken for the operator."
            )
            raise ValidationError({"pin": text})

    def parts_of(self, row: Any) -> dict[str, str]:
        queues = self._queues.get(row[LINE])
        if queues is None:
            return {}
        return {"queues": " ".join(sorted(queue.slug for queue in queues))}

    def save_parts(self, found: Sequence[RowResult]) -> None:
        queues, pins = {}, {}
        for row in found:
            line, pin = row.row_values[LINE], row.row_values["pin"]
            if line in self._queues:
                queues[row.instance] = self._queues[line]
            if pin:
                pins[row.instance] = "" if pin == import_cells.PIN_OFF else pin
        OperatorQueue.replace(queues)
        OperatorPin.replace(pins)


def shown(resource: type[SetupResource], change: Change) -> tuple[str, str, str]:
    """A change as the preview shows it: label, before, after."""
    label = capfirst(str(resource.labels[change.code]))
    if change.after is None:
        return label, "", gettext("is set")
    if _is_yes_or_no(resource, change.code):
        before = gettext(change.before) if change.before else ""
        return label, before, gettext(change.after)
    return label, change.before, change.after


def detail(resource: type[SetupResource], change: Change) -> dict[str, Any]:
    """A change as the log of changes keeps it (changes.Detail)."""
    with override(None):
        field = str(resource.labels[change.code])
    if change.after is None:
        return {"field": field}
    is_ours = _is_yes_or_no(resource, change.code)
    before, after = change.before, change.after
    return {
        "field": field,
        "old": (before, is_ours and bool(before)),
        "new": (after, is_ours),
    }


def _is_yes_or_no(resource: type[SetupResource], code: str) -> bool:
    return isinstance(resource.fields[code].widget, import_cells.YesOrNo)


def sentences(resource: type[SetupResource], error: ValidationError) -> list[str]:
    """The errors of a row as sentences, each with the label of its column."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    found = []
    for code, messages in error.message_dict.items():
        if code == NON_FIELD_ERRORS:
            found += messages
        else:
            label = capfirst(str(resource.labels.get(code, code)))
            found += [f"{label}: {text}" for text in messages]
    return found
