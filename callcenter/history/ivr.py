"""The menus a caller was asked, what they pressed, and the path. No database.

Product.md 8.18 and "IVR steps" to the letter.
"""

from collections.abc import Iterable

from callcenter.history.evidence import Evidence
from callcenter.models import IvrStep, WebhookEvent
from callcenter.routes import Kind


def derive_steps(evidence: Evidence) -> list[IvrStep]:
    """One step for each menu asked; an answer whose question was lost is one too."""
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
        verb, _, menu = event.decision.partition(":")
        if verb == "menu":
            step = IvrStep(asked_at=event.received_at, menu=menu[:64])
            steps.append(step)
            unanswered.append(step)
    for number, step in enumerate(steps, 1):
        step.step = number
    return steps


def ivr_path(evidence: Evidence, steps: Iterable[IvrStep], queues: list[str]) -> str:
    """Menus and inputs in order, then the first queue entered or the message heard."""
    nodes = [node for step in steps for node in (step.menu, step.input) if node]
    messages = [
        decision.removeprefix("message:")
        for decision in evidence.decisions
        if decision.startswith("message:")
    ]
    return ">".join(nodes + (queues or messages)[:1])


def _in_flow_order(events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """By the step in our URL where every answer carries one, else by receipt."""
    events = list(events)
    if any(event.step is None for event in events if event.kind == Kind.MENU):
        return events
    return sorted(events, key=lambda event: event.step or 0)
