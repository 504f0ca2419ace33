"""Finds one number wherever a text is kept: every table, and the files of the spool."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial, reduce
from operator import or_
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from callcenter.events.record import keep_forms
from callcenter.events.spool import segments
from callcenter.forgotten import Forgetting
from callcenter.history.forgetting import forget_number_in
from callcenter.locking import try_again_when_locked
from callcenter.models import HalfForgotten, WebhookEvent
from callcenter.models.fields import AsciiField
from callcenter.models.setup import SetupModel
from callcenter.paging import in_pages
from callcenter.private_files import write_bytes

# Rooms whose tables are looked through: our own, and the record of changes.
_APPS = ("callcenter", "reports", "admin")
_ROWS_AT_ONCE = 200
# What was typed or said, and paths made of it.
_TYPED = ("input", "ivr_path")
_NAMES = ("caller", "from_raw", "to_raw")


def forget_in_tables(
    forgetting: Forgetting, *, really: bool, on_each: Callable[[int], object]
) -> int:
    """Takes a number out of every text of every table; how many rows had it.

    Not out of the setup: what stands there is of ours (docs/forgetting.md). Calls
    `on_each` with 1 after each table.
    """
    found = 0
    for model in tables():
        if model is WebhookEvent:
            found += _forget_in_events(forgetting, really=really)
        else:
            found += _forget_in(model, forgetting, really=really)
        on_each(1)
    return found


def tables() -> list[type[models.Model]]:
    """The tables in which a number of a caller may stand."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in _APPS
        and not issubclass(model, SetupModel)
        and model is not HalfForgotten
    ]


def text_columns(model: type[models.Model]) -> list[str]:
    """The columns of a table that hold any text."""
    return [
        column.name
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField)
        and not isinstance(column, AsciiField)
        and not column.choices
    ]


def forget_in_rows(
    rows: models.QuerySet[Any],
    columns: Sequence[str],
    forgetting: Forgetting,
    *,
    really: bool,
) -> int:
    """Takes a number out of these texts of rows; how many rows had it."""
    found = 0
    for page in in_pages(rows.only("pk", *columns), by="pk", size=_ROWS_AT_ONCE):
        for row in page:
            without = {
                column: text
                for column in columns
                if (text := _fitting(row, column, forgetting)) != getattr(row, column)
            }
            found += bool(without)
            if without and really:
                # Unless it has changed meanwhile: then the next run finds it.
                known = {column: getattr(row, column) for column in without}
                same = rows.model._default_manager.filter(pk=row.pk, **known)
                try_again_when_locked(partial(same.update, **without))
    return found


def forget_in_spool(forgetting: Forgetting, *, really: bool) -> int:
    """Takes a number out of the lines that were rejected from the spool; how many."""
    return sum(
        _forget_in_file(path, forgetting, really=really)
        for path in sorted(Path(settings.SPOOL_DIR).glob("*.rejected"))
        if path.is_file() and not path.is_symlink()
    )


def held_segments() -> int:
    """How many segments of the spool have events, which others hold or load now."""
    held = 0
    for path in segments():
        with suppress(FileNotFoundError):
            held += path.stat().st_size > 0
    return held


def _forget_in(
    model: type[models.Model], forgetting: Forgetting, *, really: bool
) -> int:
    columns = text_columns(model)
    if not columns:
        return 0
    conditions = (
        Q(**{f"{column}__contains": part})
        for column in columns
        for part in forgetting.parts
    )
    rows = model._default_manager.filter(reduce(or_, conditions))
    return forget_in_rows(rows, columns, forgetting, really=really)


def _fitting(row: models.Model, column: str, forgetting: Forgetting) -> str | None:
    """The text of a column without the number; empty where a pseudonym is too long.

    That is a column for numbers alone, such as the line of a call.
    """
    text = getattr(row, column)
    if not isinstance(text, str):
        return None
    longest = getattr(row._meta.get_field(column), "max_length", None)
    if column in _TYPED:
        without = forgetting.blanked(text)
    else:
        without = (forgetting.name if column in _NAMES else forgetting.text)(text)
    if without != text and longest and len(without) > longest:
        return "" if without == forgetting.pseudonym else without[:longest]
    return without


def _forget_in_events(forgetting: Forgetting, *, really: bool) -> int:
    form: Any = Cast("params", models.TextField())
    conditions = (Q(form__contains=part) for part in forgetting.long_parts)
    rows = WebhookEvent.objects.alias(form=form).filter(reduce(or_, conditions))
    found = 0
    for page in in_pages(rows.values_list("pk"), by="pk", size=_ROWS_AT_ONCE):
        keys = [pk for (pk,) in page]
        found += try_again_when_locked(
            partial(_forget_events, keys, forgetting, really=really)
        )
    return found


def _forget_events(keys: list[int], forgetting: Forgetting, *, really: bool) -> int:
    with transaction.atomic():
        rows = WebhookEvent.objects.filter(pk__in=keys).order_by("pk")
        events = list(rows.select_for_update() if really else rows)
        changed = [one for one in events if forget_number_in(one, forgetting)]
        if really:
            keep_forms(changed)
    return len(changed)


def _forget_in_file(path: Path, forgetting: Forgetting, *, really: bool) -> int:
    found = 0
    beside = path.with_name(f".{path.name}.new")
    with path.open("rb") as old:
        lines: Iterator[bytes] = iter(old)
        if not really:
            return sum(_without(line, forgetting) != line for line in lines)
        with write_bytes(beside) as new:
            for line in lines:
                without = _without(line, forgetting)
                found += without != line
                new.write(without)
    if found:
        beside.replace(path)
    else:
        beside.unlink()
    return found


def _without(line: bytes, forgetting: Forgetting) -> bytes:
    text = line.decode("utf-8", "surrogateescape")
    return forgetting.text(text).encode("utf-8", "surrogateescape")
