"""Plans and requests for the tests of the flow: plain functions with typed defaults."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from twilio.twiml.voice_response import VoiceResponse

from callcenter.decision import Decision
from callcenter.flow.decide import decide
from callcenter.flow.operator import proof
from callcenter.flow.plan import (
    LinePlan,
    MenuPlan,
    MessagePlan,
    OperatorPlan,
    OptionPlan,
    Plan,
    PromptPlan,
    QueuePlan,
)
from callcenter.flow.step import Step
from callcenter.flow.twiml import document
from callcenter.keyed import pin_hash
from callcenter.params import VoiceParams

LINE = "+815000000101"
CUSTOMER = "+815000406207"
SATO = "+815000000201"  # has a PIN, serves one queue
SUZUKI = "+815000000202"  # has no PIN, serves all queues
IDLE = "+815000000203"  # has no PIN and no queue
PIN = "1234"
# Monday noon in Tokyo.
NOW = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)


def both(purpose: str = "main", ja: str = "日本語", en: str = "English"):
    """A prompt in both languages."""
    return (PromptPlan(purpose, "ja", ja), PromptPlan(purpose, "en", en))


def make_plan(**changes: Any) -> Plan:
    """The demo's tree, and operators of every kind."""
    return replace(_PLAN, **changes)


def proof_of(number: str) -> str:
    """Which PIN this operator of the plan has, as addresses carry it."""
    operator = make_plan().operator(number)
    assert operator is not None
    return proof(operator)


def make_step(kind: str, *, caller: str = CUSTOMER, to: str = LINE, **values: Any):
    """A request; a value that is no field of Step is one of its parameters."""
    place = {name: values.pop(name) for name in list(values) if name in _PLACE}
    params = VoiceParams(call_sid="CA" + "1" * 32, from_raw=caller, to_raw=to, **values)
    return Step(kind=kind, params=params, **place)


def with_menu(plan: Plan, slug: str, **changes: Any) -> Plan:
    """The plan with one menu changed or added."""
    menu = replace(plan.menus.get(slug) or MenuPlan(slug), **changes)
    return replace(plan, menus={**plan.menus, slug: menu})


def with_queue(plan: Plan, slug: str, **changes: Any) -> Plan:
    """The plan with one queue changed."""
    queue = replace(plan.queues[slug], **changes)
    return replace(plan, queues={**plan.queues, slug: queue})


def with_line(plan: Plan, **changes: Any) -> Plan:
    """The plan with its line changed."""
    return replace(plan, lines={LINE: replace(plan.lines[LINE], **changes)})


def decided(step: Step, plan: Plan, now: datetime = NOW, **known: Any) -> str:
    """The text of the decision on a request."""
    return str(decide(step, plan, now, **known))


def answered(decision: str, step: Step, plan: Plan, **known: Any) -> VoiceResponse:
    """The document of a decision by its text."""
    return document(Decision.parse(decision), step, plan, **known)


_PLACE = frozenset(Step.__dataclass_fields__) - {"kind", "params"}
_PLAN = Plan(
    version=7,
    lines={LINE: LinePlan(number=LINE, queue="support", menu="main")},
    default_line=LINE,
    menus={
        "main": MenuPlan(
            "main",
            options={
                "1": OptionPlan("queue", "support"),
                "2": OptionPlan("message", "information"),
                "3": OptionPlan("queue", "sales"),
                "5": OptionPlan("menu", "language", "en"),
                "0": OptionPlan("end"),
                "*": OptionPlan("menu", "main"),
                "#": OptionPlan("queue", "gone"),
            },
            prompts=both(ja="番号を押してください。", en="Press a number."),
        ),
        "language": MenuPlan(
            "language",
            options={"1": OptionPlan("queue", "sales")},
            prompts=both(ja="英語の案内です。", en="This is English."),
        ),
    },
    messages={"information": MessagePlan("information", both(en="About us."))},
    queues={
        "support": QueuePlan("support", priority=10, wrapup_seconds=20),
        "billing": QueuePlan("billing", priority=20),
        "sales": QueuePlan("sales", priority=20),
    },
    operators=(
        OperatorPlan(
            "sato",
            number=SATO,
            pin=pin_hash(PIN),
            queues=("support",),
        ),
        OperatorPlan("suzuki", number=SUZUKI, queues=("sales", "support", "billing")),
        OperatorPlan("idle", number=IDLE),
        OperatorPlan(
            "agent_01",
            client_identity="agent_01",
            pin="never asked",
            queues=("support",),
        ),
    ),
)
