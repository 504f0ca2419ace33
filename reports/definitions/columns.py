"""Columns that several tables have."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.models import Connection
from reports.present import decisions, kinds, names, swatches
from reports.present.kinds import Kind
from reports.query.table import Column

CALL_SID = Column("call_sid", _("Call SID"), paths=("call__sid",))
VISIT = Column("visit", _("Visit"), kinds.COUNT)
QUEUE = Column("queue", _("Queue"), names=names.queues)
LINE = Column(
    "line", _("Line"), kinds.PHONE_NUMBER, names=names.lines, drawn=swatches.line
)
CALLER = Column(
    "caller", _("Caller"), kinds.PHONE_NUMBER, is_caller=True, says_withheld=True
)
POSITION = Column("position", _("Position"), kinds.COUNT)
IVR_PATH = Column("ivr_path", _("IVR path"), names=decisions.paths)
WAIT_SECONDS = Column("wait_seconds", _("Wait"), kinds.SECONDS, adds_up=True)
TALK_SECONDS = Column("talk_seconds", _("Talk time"), kinds.SECONDS, adds_up=True)
TALK_SOURCE = Column(
    "talk_source", _("Source of talk time"), names=names.of(Connection.TalkSource)
)
OPERATOR = Column("operator", _("Operator"), kinds.PHONE_NUMBER, names=names.operators)
OPERATOR_CALL_SID = Column("operator_call_sid", _("Operator leg"))


def seconds_between(start: datetime, end: datetime | None) -> int | None:
    """Whole seconds between two moments; None while there is no end."""
    return None if end is None else int((end - start).total_seconds())


def of_call(way: str = "call") -> list[Column]:
    """Caller and line of a row's call, for lists whose report does not have them."""
    return [
        replace(CALLER, is_for_lists=True, paths=(f"{way}__caller",)),
        *line_of(way),
    ]


def line_of(way: str = "call") -> list[Column]:
    """The line of a row's call, by name and number, for lists."""
    path = f"{way}__line"
    return [
        replace(LINE, is_for_lists=True, paths=(path,)),
        line_number(path),
    ]


def line_number(path: str = "line") -> Column:
    """The number of a line, for lists: its name may change."""
    return Column(
        "line_number",
        _("Line's number"),
        kinds.PHONE_NUMBER,
        is_for_lists=True,
        paths=(path,),
    )


def operator_number(path: str = "operator") -> Column:
    """The operator's number or identity, for lists: two operators may share a name."""
    return Column(
        "operator_number",
        _("operator's number or identity"),
        kinds.PHONE_NUMBER,
        is_for_lists=True,
        paths=(path,),
    )


def of_fields(model: type[models.Model], *codes: str) -> list[Column]:
    """Columns that show fields as the model describes them, for lists."""
    return [_of_field(model._meta.get_field(code)) for code in codes]


def _of_field(field: Any) -> Column:
    choices = dict(field.flatchoices)
    return Column(
        field.name,
        field.verbose_name,
        kinds.TEXT if choices else _kind(field),
        names=(lambda: choices) if choices else None,
        is_for_lists=True,
    )


def _kind(field: Any) -> Kind:
    if isinstance(field, models.DateTimeField):
        return kinds.MOMENT
    if isinstance(field, models.BooleanField):
        return kinds.YES_OR_NO
    if isinstance(field, models.IntegerField):
        return kinds.SECONDS if field.name.endswith("_seconds") else kinds.COUNT
    return kinds.TEXT
