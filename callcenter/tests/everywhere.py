"""Whether a number stands anywhere: in any text of any table, or in a file."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

_TEXTS = (models.CharField, models.TextField, models.JSONField)


def places_of(number: str, *folders: Path) -> list[str]:
    """Where the digits of a number stand, forwards or backwards, however written.

    `number` is of Japan, in international form. Every table of every app is read.
    """
    digits = number.removeprefix("+81")
    found = [
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, _TEXTS)
        for value in model._default_manager.order_by().values_list(column.name)
        if any(_has(text, digits) for text in _leaves(value[0]))
    ]
    found += [
        str(path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and _has(path.read_text(errors="replace"), digits)
    ]
    return sorted(set(found))


def _has(text: str, digits: str) -> bool:
    only = re.sub(r"[\s().\-ー]", "", unicodedata.normalize("NFKC", text))
    return digits in only or digits[::-1] in only


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
