"""Who changed what in the setup: each field with its value before and after.

The details are a part of the JSON in `change_message` of Django's LogEntry. Names of
fields and choices are kept untranslated and translated when somebody reads them. For a
form field that is no column, such as a new PIN, only the fact that it changed is kept.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.forms import BaseModelForm
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext, override

from callcenter.models import (
    BusinessHours,
    MenuOption,
    OperatorQueue,
    Prompt,
    QueueThreshold,
)
from reports.present import formats

ADDED, CHANGED, DELETED = "added", "changed", "deleted"

# A value as it is kept: its text, and whether the text is a message to translate.
Value = tuple[str, bool]
# One field of one row as JSON: field, old and new (Value), and for a row of another
# table `row`: did (ADDED ...), kind (its table) and by (the Values that identify it).
Detail = dict[str, Any]

_NOTHING: Value = ("", False)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The columns that identify a row of a table among those of the same owner.
_KNOWN_BY: dict[type[models.Model], Sequence[str]] = {
    Prompt: ("purpose", "language"),
    MenuOption: ("input",),
    BusinessHours: ("weekday", "opens_at"),
    QueueThreshold: ("valid_from",),
    OperatorQueue: ("queue",),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row before and after, in the reader's language."""

    row: str  # "Prompt (greeting, English)"; empty for the entry's own row
    field: str
    old: str = ""
    new: str = ""
    is_secret: bool = False


def of_forms(
    form: BaseModelForm[Any], formsets: Iterable[Any], *, add: bool
) -> list[Detail]:
    """What saving a page has changed, in its row and in rows of other tables."""
    with override(None):
        found = list(_of_form(form, is_new=add))
        for formset in formsets:
            owner = formset.fk.name
            for one in formset.forms:
                is_old = one in formset.initial_forms
                if one in formset.deleted_forms:
                    if is_old:
                        row = _row(formset.model, one.initial, DELETED)
                        found += _details(formset.model, one.initial, {}, row, owner)
                elif one.has_changed():
                    before = one.initial if is_old else _values(one.instance)
                    row = _row(formset.model, before, CHANGED if is_old else ADDED)
                    found += _of_form(one, row, owner, is_new=not is_old)
        return found


def of_row(obj: models.Model) -> list[Detail]:
    """All fields of a new row."""
    with override(None):
        return list(_details(type(obj), {}, _values(obj)))


def of_field(
    obj: models.Model, name: str, *, before: object, after: object
) -> list[Detail]:
    """One column of a row that changed because another row did."""
    with override(None):
        return list(_details(type(obj), {name: before}, {name: after}))


def of_deletion(
    obj: models.Model, parts: Iterable[tuple[str, models.Model]]
) -> list[Detail]:
    """All fields of a deleted row and of its parts.

    A part is a row of another table, with the name of its column that refers to `obj`.
    """
    with override(None):
        found = list(_details(type(obj), _values(obj), {}))
        for owner, part in parts:
            values = _values(part)
            row = _row(type(part), values, DELETED)
            found += _details(type(part), values, {}, row, owner)
        return found


def log(
    request: HttpRequest, obj: models.Model, flag: int, details: list[Detail]
) -> None:
    """Write an entry about a row that was not saved by a form of the admin."""
    log_rows(request, [(obj, flag, details)])


def log_rows(
    request: HttpRequest, rows: Iterable[tuple[models.Model, int, list[Detail]]]
) -> None:
    """Write an entry about each row, as `log` does, all at once."""
    user: Any = request.user  # who is logged in, on every page of the admin
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=user.pk,
            content_type=ContentType.objects.get_for_model(
                obj, for_concrete_model=False
            ),
            object_id=str(obj.pk),
            object_repr=str(obj)[:200],
            action_flag=flag,
            change_message=json.dumps(_message(flag, details)),
        )
        for obj, flag, details in rows
    )


def read(entry: LogEntry) -> list[Change]:
    """The changes that an entry holds; none for an entry without our details."""
    try:
        message = json.loads(entry.change_message or "[]")
    except ValueError:
        return []
    parts = message if isinstance(message, list) else []
    details = [
        detail
        for part in parts
        if isinstance(part, dict)
        for detail in part.get("details", [])
    ]
    return [
        Change(
            row=_shown_row(detail),
            field=_translated(detail["field"]),
            old=_shown(detail.get("old", _NOTHING)),
            new=_shown(detail.get("new", _NOTHING)),
            is_secret="new" not in detail,
        )
        for detail in details
    ]


def _message(flag: int, details: list[Detail]) -> list[Detail]:
    """An entry's message: what Django says was done, and our details."""
    did = {CHANGE: CHANGED, DELETION: DELETED}.get(flag, ADDED)
    said: Any = {"fields": []} if did == CHANGED else {}
    return [{did: said}, {"details": details}]


def _of_form(
    form: BaseModelForm[Any],
    row: Detail | None = None,
    owner: str = "",
    *,
    is_new: bool,
) -> Iterator[Detail]:
    names = {name for name in form.changed_data if name not in ("DELETE", owner)}
    model = type(form.instance)
    values = _values(form.instance)
    # Of a new row, fields left at their initial values are shown too.
    shown = form.fields if is_new else names
    after = {key: raw for key, raw in values.items() if key in shown}
    before = {} if is_new else {key: form.initial.get(key) for key in after}
    yield from _details(model, before, after, row, owner)
    for name in sorted(names - values.keys()):
        label = form.fields[name].label or name
        yield {**({"row": row} if row else {}), "field": str(label)}


def _details(
    model: type[models.Model],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    row: Detail | None = None,
    owner: str = "",
) -> Iterator[Detail]:
    """The columns that differ, except the one that refers to the row's owner."""
    for column in _columns(model):
        old = _value(column, before.get(column.name))
        new = _value(column, after.get(column.name))
        if old != new and column.name != owner:
            start: Detail = {"row": row} if row else {}
            yield {**start, "field": str(column.verbose_name), "old": old, "new": new}


def _row(model: type[models.Model], values: Mapping[str, Any], did: str) -> Detail:
    columns = {column.name: column for column in _columns(model)}
    return {
        "did": did,
        "kind": str(model._meta.verbose_name),
        "by": [
            _value(columns[name], values.get(name)) for name in _KNOWN_BY.get(model, ())
        ],
    }


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns people can edit. The hash of a PIN is not editable, so never here."""
    return [
        column
        for column in model._meta.concrete_fields
        if column.editable and not column.primary_key
    ]


def _values(obj: models.Model) -> dict[str, Any]:
    return {
        column.name: column.value_from_object(obj) for column in _columns(type(obj))
    }


def _value(column: models.Field[Any, Any], raw: Any) -> Value:
    """A raw value as it is kept; choices and booleans as untranslated messages."""
    if raw is None or raw == "":
        return _NOTHING
    if column.related_model:
        # Its name at this moment; later changes of the name do not show here.
        others: Any = column.related_model
        found = others._default_manager.filter(pk=raw).first()
        return (str(found) if found else str(raw), False)
    if isinstance(raw, bool):
        return ("yes" if raw else "no", True)
    if column.choices:
        labels = dict(column.flatchoices)
        return (str(labels.get(raw, raw)), True)
    if isinstance(raw, time):
        return (f"{raw:%H:%M}", False)
    return (raw.isoformat() if isinstance(raw, date) else str(raw), False)


def _shown(value: Sequence[Any]) -> str:
    text, is_ours = value
    if is_ours:
        return _translated(text)
    # A day is kept as YYYY-MM-DD, and reads as on other pages.
    try:
        day = parse_date(str(text)) if _DAY.fullmatch(str(text)) else None
    except ValueError:  # there is no such day
        day = None
    return formats.day(day) if day else str(text)


def _shown_row(detail: Detail) -> str:
    row = detail.get("row")
    if not row:
        return ""
    by = ", ".join(_shown(value) for value in row["by"])
    kind = capfirst(_translated(row["kind"]))
    name = f"{kind} ({by})" if by else kind
    did = {
        ADDED: gettext("added: %(row)s"),
        DELETED: gettext("deleted: %(row)s"),
    }.get(row["did"], "%(row)s")
    return did % {"row": name}


def _translated(text: str) -> str:
    # gettext("") would return the header of the catalogue.
    return gettext(text) if text else ""
