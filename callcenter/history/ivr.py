"""The menus that a caller was asked, the inputs, and the path. No database.

The rules are docs/contract.md 8.18 and 8, "To the letter", "IVR steps".
"""

from collections.abc import Iterable

from callcenter.decision import Decision, Verb
from callcenter.history.evidence import Evidence
from callcenter.models import IvrStep, WebhookEvent
from callcenter.routes import Kind


def derive_steps(evidence: Evidence) -> list[IvrStep]:
    """One step for each menu asked, also where only the answer has reached us."""
    steps: list[IvrStep] = []
    unanswered: list[IvrStep] = []
    for event in _in_flow_order(evidence.own):
        if event.kind == Kind.MENU:
            asked = [step for step in unanswered if step.menu == event.menu]
            if asked:
                step = asked[0]
                unanswered.remove(step)
            else:
                step = IvrStep(asked_at=event.received_at, menu=event.menu)
                steps.append(step)
            step.input, step.led_to = event.input, event.decision
        decision = Decision.parse(event.decision)
        if decision.verb is Verb.MENU:
            step = IvrStep(asked_at=event.received_at, menu=decision.target[:64])
            steps.append(step)
            unanswered.append(step)
    for number, step in enumerate(steps, 1):
        step.step = number
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
