"""The tables, one module a subject."""

from callcenter.models.events import WebhookEvent
from callcenter.models.followup import FollowUp
from callcenter.models.history import (
    AbandonedCall,
    Call,
    CallbackRequest,
    Connection,
    IvrStep,
    QueueEntry,
    Recording,
    Voicemail,
)
from callcenter.models.setup import (
    BusinessHours,
    Holiday,
    Language,
    Menu,
    MenuOption,
    Message,
    Operator,
    OperatorQueue,
    PhoneLine,
    Prompt,
    Queue,
    QueueThreshold,
    SetupVersion,
    WrapUpCode,
)
from callcenter.models.states import OperatorState

__all__ = [
    "AbandonedCall",
    "BusinessHours",
    "Call",
    "CallbackRequest",
    "Connection",
    "FollowUp",
    "Holiday",
    "IvrStep",
    "Language",
    "Menu",
    "MenuOption",
    "Message",
    "Operator",
    "OperatorQueue",
    "OperatorState",
    "PhoneLine",
    "Prompt",
    "Queue",
    "QueueEntry",
    "QueueThreshold",
    "Recording",
    "SetupVersion",
    "Voicemail",
    "WebhookEvent",
    "WrapUpCode",
]
