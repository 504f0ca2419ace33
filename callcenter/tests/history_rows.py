"""The whole history as plain values, to compare two derivations of it."""

from typing import Any

from django.db import models

from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    IvrStep,
    OperatorState,
    QueueEntry,
    Recording,
    Voicemail,
)

# How each table refers to its parent row without an id.
_PARENTS: dict[type[models.Model], list[str]] = {
    Call: [],
    QueueEntry: ["call__sid"],
    Connection: ["entry__call__sid", "entry__visit"],
    IvrStep: ["call__sid"],
    AbandonedCall: ["call__sid", "entry__visit"],
    Recording: ["call__sid"],
    Voicemail: ["call__sid"],
    CallbackRequest: ["entry__call__sid", "entry__visit"],
    OperatorState: ["call__sid"],
}


def history_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table without ids, in an order that depends on values only."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for model, parents in _PARENTS.items():
        columns = [
            column.attname
            for column in model._meta.concrete_fields
            if not column.primary_key and not column.is_relation
        ]
        found = model._default_manager.order_by().values_list(*parents, *columns)
        rows[model.__name__] = sorted(found, key=repr)
    return rows
