"""The menus that a caller was asked, the inputs, and the path. No database.

The rules are docs/contract.md 8.18 and 8.K10.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from callcenter.decision import Decision, Verb
from callcenter.history.evidence import Evidence
from callcenter.models import IvrStep, WebhookEvent
from callcenter.routes import VOICE_URLS, Kind


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
    """The menus that a caller was asked, in order.

    A caller hears one document at a time, so the last of several requests for the same
    one counts.
    """
    asked: list[AskedMenu] = []
    for requests in _by_document(_in_flow_order(evidence.while_up)):
        event = requests[-1]
        if event.kind == Kind.MENU:
            waiting = (
                one for one in asked if one.menu == event.menu and one.answer is None
            )
            one = next(waiting, None)
            if one is None:
                one = AskedMenu(event.menu, event.received_at)
                asked.append(one)
            with_input = [request for request in requests if request.input]
            one.answer = (with_input or requests)[-1]
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


def _by_document(events: Iterable[WebhookEvent]) -> list[list[WebhookEvent]]:
    """The requests for each document, where the first of them stands.

    The same document is what a voice URL answers, and what a menu's answers with the
    same step.
    """
    documents: dict[Hashable, list[WebhookEvent]] = {}
    for event in events:
        document: Hashable = event.dedup_key
        if event.kind in VOICE_URLS:
            document = event.kind
        elif event.kind == Kind.MENU and event.step is not None:
            document = (event.menu, event.step)
        documents.setdefault(document, []).append(event)
    return list(documents.values())


def _in_flow_order(events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """By the step in the URL if every menu input has one, else by receipt."""
    events = list(events)
    if any(event.step is None for event in events if event.kind == Kind.MENU):
        return events
    return sorted(events, key=lambda event: event.step or 0)
