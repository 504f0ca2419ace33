"""The setup as frozen values: what the flow decides from. No database.

Queues, lines and all that leads to them are the active ones; what a plan does not know
does not exist for a caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from callcenter.params import e164

CLIENT = "client:"


@dataclass(frozen=True, slots=True)
class PromptPlan:
    """What is heard at one moment in one language: an audio file, then a text."""

    purpose: str  # a models.Prompt.Purpose value
    language: str
    text: str = ""
    audio_url: str = ""


@dataclass(frozen=True, slots=True)
class OptionPlan:
    """Where one input of a menu leads."""

    action: str  # a models.MenuOption.Action value
    target: str = ""  # the slug of a queue, menu or message
    language: str = ""  # spoken from here on; empty: as before


@dataclass(frozen=True, slots=True)
class MenuPlan:
    """One question to the caller; options by key, "silence" or "wrong"."""

    slug: str
    timeout_seconds: int = 10
    tries: int = 3
    options: Mapping[str, OptionPlan] = field(default_factory=dict)
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """Something told, after which the call ends."""

    slug: str
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue; the defaults serve callers of a queue no longer known."""

    slug: str
    priority: int = 10
    max_wait_seconds: int = 600
    wrapup_seconds: int = 5
    leaves_when_unstaffed: bool = False
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class HoursPlan:
    """One span of an ISO weekday; closing at 00:00 is the end of the day."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One number of ours and what answers there; without a menu the queue."""

    number: str
    queue: str
    menu: str = ""
    language: str = "ja"
    fallback_number: str = ""
    hours: tuple[HoursPlan, ...] = ()
    holidays: frozenset[date] = frozenset()
    prompts: tuple[PromptPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorPlan:
    """One active operator; their queues, best first."""

    name: str
    number: str = ""
    client_identity: str = ""
    pin: str = ""  # a hash; empty where the PIN is switched off
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole setup at one version. Queues stand in the order they are served."""

    version: int = 0
    lines: Mapping[str, LinePlan] = field(default_factory=dict)
    default_line: str = ""
    menus: Mapping[str, MenuPlan] = field(default_factory=dict)
    messages: Mapping[str, MessagePlan] = field(default_factory=dict)
    queues: Mapping[str, QueuePlan] = field(default_factory=dict)
    operators: tuple[OperatorPlan, ...] = ()
    holidays: frozenset[date] = frozenset()  # of all lines

    @property
    def is_empty(self) -> bool:
        """Whether it knows nothing callers could be served from."""
        return not (self.lines or self.queues or self.operators)

    def line(self, to: str) -> LinePlan | None:
        """The line of a number called; any other number gets the default line's."""
        own = self.lines.get(e164(to)) or self.lines.get(self.default_line)
        return own or next(iter(self.lines.values()), None)

    def queue(self, slug: str) -> QueuePlan:
        """A queue, with the defaults if it is not known (any more)."""
        return self.queues.get(slug) or QueuePlan(slug)

    def operator(self, caller: str) -> OperatorPlan | None:
        """The active operator who calls: by number, or by the browser's identity."""
        identity = caller.removeprefix(CLIENT) if caller.startswith(CLIENT) else ""
        return self.operator_by_number(caller) or next(
            (one for one in self.operators if one.client_identity == identity != ""),
            None,
        )

    def operator_by_number(self, caller: str) -> OperatorPlan | None:
        """The active operator with this telephone number."""
        number = e164(caller)
        return next((one for one in self.operators if one.number == number != ""), None)


def prompt(
    prompts: tuple[PromptPlan, ...], purpose: str, language: str
) -> PromptPlan | None:
    """The prompt of a moment in this language, else in whichever there is."""
    fitting = [one for one in prompts if one.purpose == purpose]
    return next(
        (one for one in fitting if one.language == language),
        fitting[0] if fitting else None,
    )
