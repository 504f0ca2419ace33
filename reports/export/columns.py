"""Which columns the file of an admin list has; the list itself shows fewer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from callcenter.models import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    IvrStep,
    Menu,
    Message,
    OperatorState,
    PhoneLine,
    Queue,
    QueueEntry,
    Recording,
    Voicemail,
    WebhookEvent,
)
from reports.models import ExportAudit
from reports.present import names
from reports.present.names import Names


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the way from a row to its value, as Django writes it.

    Code and label are those of the field at the end of the way, unless given.
    """

    path: str
    code: str = ""
    label: StrOrPromise = ""
    names: Callable[[], Names] | None = None
    is_caller: bool = False


@dataclass(frozen=True, slots=True)
class ListFile:
    """The file of one list: its columns, and the moment its rows are ordered by.

    Short lists of the setup have no moment and keep the order of their page.
    """

    columns: Sequence[Column]
    moment: str = ""
    # The kind of row whose caller is no caller of ours, and may be read by everybody.
    open_kind: str = ""


def _plain(*paths: str) -> list[Column]:
    return [Column(path) for path in paths]


_QUEUE = Column("queue", names=names.queues)


def _of_call(way: str) -> list[Column]:
    """What identifies the call that a row belongs to."""
    return [
        Column(f"{way}__caller", is_caller=True),
        Column(f"{way}__line"),
        Column(f"{way}__sid", code="call_sid"),
    ]


def _operator(way: str = "") -> list[Column]:
    path = f"{way}operator"
    return [
        Column(path, names=names.operators),
        Column(path, code="operator_number", label=_("operator's number or identity")),
    ]


LISTS: dict[type[models.Model], ListFile] = {
    Call: ListFile(
        [
            *_plain("started_at", "ended_at", "kind"),
            Column("caller", is_caller=True),
            *_plain("line", "outcome", "wait_seconds", "talk_seconds"),
            *_plain("duration_seconds", "disconnected_by", "ivr_path"),
            *_plain("ivr_step_count", "entry_count", "connection_count", "sid"),
        ],
        "started_at",
        open_kind=Call.Kind.OPERATOR,
    ),
    QueueEntry: ListFile(
        [
            *_plain("entered_at", "left_at"),
            _QUEUE,
            *_plain("outcome", "overflow_reason", "wait_seconds", "target_seconds"),
            *_plain("position", "visit"),
            *_operator("connections__"),
            *_plain("is_inferred", "is_lost_while_connecting"),
            *_of_call("call"),
        ],
        "entered_at",
    ),
    Connection: ListFile(
        [
            *_plain("connected_at", "ended_at"),
            Column("entry__queue", names=names.queues),
            *_operator(),
            *_plain("talk_seconds", "talk_source"),
            *_of_call("entry__call"),
            Column("operator_call_sid"),
        ],
        "connected_at",
    ),
    IvrStep: ListFile(
        [
            *_plain("asked_at", "step"),
            Column("menu", names=names.menus),
            *_plain("input", "led_to"),
            *_of_call("call"),
        ],
        "asked_at",
    ),
    OperatorState: ListFile(
        [
            *_plain("started_at", "ended_at"),
            *_operator(),
            *_plain("state", "reason"),
            Column("call__sid", code="call_sid"),
        ],
        "started_at",
    ),
    AbandonedCall: ListFile(
        [
            *_plain("abandoned_at", "entered_at"),
            _QUEUE,
            Column("caller", is_caller=True),
            *_plain("wait_seconds", "position", "ivr_path"),
            Column("state", label=_("state"), names=names.of(AbandonedCall.State)),
            *_plain("recovered_at"),
            Column("follow_up__attempts"),
            Column("call__line"),
            Column("call__sid", code="call_sid"),
        ],
        "abandoned_at",
    ),
    CallbackRequest: ListFile(
        [
            Column("requested_at"),
            Column("entry__queue", names=names.queues),
            Column("caller", is_caller=True),
            Column("entry__call__line"),
            Column("entry__call__sid", code="call_sid"),
        ],
        "requested_at",
    ),
    Voicemail: ListFile(
        [
            Column("left_at"),
            _QUEUE,
            *_plain("duration_seconds", "recording_sid"),
            *_of_call("call"),
        ],
        "left_at",
    ),
    Recording: ListFile(
        [
            *_plain("recorded_at", "duration_seconds", "source", "recording_sid"),
            *_of_call("call"),
        ],
        "recorded_at",
    ),
    # Without the forms: they hold numbers at places nobody can list, and dump_events
    # gives them whole.
    WebhookEvent: ListFile(
        [
            *_plain("received_at", "kind", "path", "call_sid", "other_sid"),
            _QUEUE,
            *_plain("visit", "position", "queue_time_seconds"),
            Column("menu", names=names.menus),
            *_plain(
                "step", "input", "result", "decision", "derived_at", "derivation_error"
            ),
        ],
        "received_at",
    ),
    ExportAudit: ListFile(
        _plain(
            "started_at",
            "ended_at",
            "username",
            "subject",
            "query",
            "file_format",
            "row_count",
            "is_masked",
            "state",
        ),
        "started_at",
    ),
    PhoneLine: ListFile(
        [
            *_plain("name", "number", "is_default"),
            Column("menu__name", code="menu", label=_("menu")),
            Column("queue__name", code="queue", label=_("queue")),
            *_plain("language", "fallback_number"),
        ]
    ),
    Queue: ListFile(
        [
            *_plain("name", "slug", "is_active", "priority", "max_wait_seconds"),
            *_plain("wrapup_seconds", "leaves_when_unstaffed", "twilio_sid"),
        ]
    ),
    Menu: ListFile(_plain("name", "slug", "timeout_seconds", "tries")),
    Message: ListFile(_plain("name", "slug")),
}
