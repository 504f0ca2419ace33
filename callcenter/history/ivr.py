"""The menus that a caller was asked, the inputs, and the path. No database.

The rules are docs/contract.md 8.18 and 8.K10.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from callcenter.decision import Decision, Verb
from callcenter.history.evidence import Evidence
from callcenter.models import IvrStep, WebhookEvent
from callcenter.routes import Kind


@dataclass(slots=True)
class AskedMenu:
    """One menu that a caller was asked, with the requests about it.

    `question` is the request that was answered with the menu, `answer` the one that
    brought the input; either may be missing.
    """

    menu: str
    asked_at: datetime
    question: WebhookEvent | None = None
    answer: WebhookEvent | None = None


def asked_menus(evidence: Evidence) -> list[AskedMenu]:
    """The menus that a caller was asked, in order."""
    asked: list[AskedMenu] = []
    for event in _in_flow_order(evidence.own):
        if event.kind == Kind.MENU:
            waiting = (
                one for one in asked if one.menu == event.menu and one.answer is None
            )
            one = next(waiting, None)
            if one is None:
                one = AskedMenu(event.menu, event.received_at)
                asked.append(one)
            one.answer = event
        decision = Decision.parse(event.decision)
        if decision.verb is Verb.MENU:
            menu = decision.target[:64]
            asked.append(AskedMenu(menu, event.received_at, question=event))
    return asked


def derive_steps(evidence: Evidence) -> list[IvrStep]:
    """One step for each menu asked, also where only the answer has reached us."""
    steps: list[IvrStep] = []
    for number, asked in enumerate(asked_menus(evidence), 1):
        step = IvrStep(step=number, asked_at=asked.asked_at, menu=asked.menu)
        if asked.answer:
            step.input, step.led_to = asked.answer.input, asked.answer.decision
        steps.append(step)
    return steps


def ivr_path(evidence: Evidence, steps: Iterable[IvrStep], queues: list[str]) -> str:
    """Menus and inputs in order, then the first queue entered or the message heard.

    Joined by ">": `main>1>support`.
    """
    nodes = [node for step in steps for node in (step.menu, step.input) if node]
    messages = [
        decision.target
        for decision in evidence.decisions
        if decision.verb is Verb.MESSAGE
    ]
    return ">".join(nodes + (queues or messages)[:1])


def _in_flow_order(events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """By the step in the URL if every menu input has one, else by receipt."""
    events = list(events)
    if any(event.step is None for event in events if event.kind == Kind.MENU):
        return events
    return sorted(events, key=lambda event: event.step or 0)
