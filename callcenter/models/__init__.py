"""The tables, one module for each subject."""

from callcenter.models.abandoned import AbandonedCall, CallbackRequest, Voicemail
from callcenter.models.access import AccessRecord
from callcenter.models.blocked import BlockedNumber
from callcenter.models.changed import ChangedQuarter
from callcenter.models.desks import Desk, desk_sid
from callcenter.models.events import WebhookEvent
from callcenter.models.followup import FollowUp, FollowUpStep
from callcenter.models.forgotten import HalfForgotten
from callcenter.models.history import Call, Connection, IvrStep, QueueEntry, Recording
from callcenter.models.lines import BusinessHours, Holiday, PhoneLine
from callcenter.models.menus import Menu, MenuOption, Message
from callcenter.models.operators import Operator, OperatorQueue, WrapUpCode
from callcenter.models.pins import OperatorPin, WrongPins
from callcenter.models.prompts import Prompt
from callcenter.models.queues import Queue, QueueAtTwilio, QueueThreshold
from callcenter.models.reconciliation import (
    ReconciliationDifference,
    ReconciliationRun,
)
from callcenter.models.ring_backs import RingBack
from callcenter.models.setup import Language, SetupVersion
from callcenter.models.states import OperatorState
from callcenter.models.worker import WorkerJob, WorkerProcess

__all__ = [
    "AbandonedCall",
    "AccessRecord",
    "BlockedNumber",
    "BusinessHours",
    "Call",
    "CallbackRequest",
    "ChangedQuarter",
    "Connection",
    "Desk",
    "FollowUp",
    "FollowUpStep",
    "HalfForgotten",
    "Holiday",
    "IvrStep",
    "Language",
    "Menu",
    "MenuOption",
    "Message",
    "Operator",
    "OperatorPin",
    "OperatorQueue",
    "OperatorState",
    "PhoneLine",
    "Prompt",
    "Queue",
    "QueueAtTwilio",
    "QueueEntry",
    "QueueThreshold",
    "ReconciliationDifference",
    "ReconciliationRun",
    "Recording",
    "RingBack",
    "SetupVersion",
    "Voicemail",
    "WebhookEvent",
    "WorkerJob",
    "WorkerProcess",
    "WrapUpCode",
    "WrongPins",
    "desk_sid",
]
