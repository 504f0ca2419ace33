"""Request and plan -> what we answer, as one short code. No database.

The codes are the contract's (product.md 8). Whatever the plan lacks, the caller is
served: a menu or queue deleted meanwhile leads to the line's queue.
"""

from collections.abc import Mapping, Set
from datetime import datetime

from callcenter.flow import operator, prompts
from callcenter.flow.hours import is_open
from callcenter.flow.plan import OptionPlan, Plan
from callcenter.flow.step import Step

# More documents than any caller hears: whoever gets so far goes round in a circle.
MOST_DOCUMENTS = 100

KEYS = frozenset("0123456789*#")
SILENCE = "silence"
WRONG = "wrong"

# Results that leave a caller on the line unserved, who is owed a word (reference 2.3).
# After any other, a future one too, the call is over.
UNSERVED = frozenset({"queue-full", "error", "system-error", "leave"})


def decide(
    step: Step,
    plan: Plan,
    now: datetime,
    *,
    waiting: Mapping[str, datetime] | None = None,
    staffed: Set[str] | None = None,
) -> str:
    """The decision on a request; empty where nothing is answered.

    `waiting` says since when each queue's oldest caller waits, `staffed` in which
    queues somebody is signed in; None where nobody knows.
    """
    match step.kind:
        case "incoming":
            return _incoming(step, plan, now)
        case "menu":
            return _menu(step, plan)
        case "wait":
            return _wait(step, plan, staffed)
        case "queue-exit":
            return _queue_exit(step, plan)
        case "connect":
            return "announce"
        case "operator":
            return operator.next_call(step, plan, waiting)
        case "operator-done":
            return operator.after_call(step, plan)
        case "fallback":
            return _fallback(step, plan)
        case _:
            return ""


def language(step: Step, plan: Plan) -> str:
    """What is spoken on this leg: what the URL says, else the line's language."""
    line = plan.line(step.params.to_raw)
    return step.language or (line.language if line else prompts.DEFAULT_LANGUAGE)


def chosen(step: Step, plan: Plan) -> OptionPlan | None:
    """The option of the menu that the caller's input or silence has taken."""
    menu = plan.menus.get(step.menu)
    if menu is None:
        return None
    digits = step.params.digits
    if not digits:
        return menu.options.get(SILENCE)
    if digits in KEYS and digits in menu.options:
        return menu.options[digits]
    return menu.options.get(WRONG)


def misses(step: Step, plan: Plan) -> int:
    """How often in a row no key led on, this time included."""
    menu = plan.menus.get(step.menu)
    digits = step.params.digits
    led_on = menu is not None and digits in KEYS and digits in menu.options
    return 0 if led_on else step.again + 1


def _incoming(step: Step, plan: Plan, now: datetime) -> str:
    if plan.operator_by_number(step.params.from_raw):
        return "operator"
    line = plan.line(step.params.to_raw)
    if line and not is_open(line, plan, now):
        return "closed"
    if line and line.menu in plan.menus:
        return f"menu:{line.menu}"
    return _to_queue(step, plan) or "reject"


def _menu(step: Step, plan: Plan) -> str:
    menu = plan.menus.get(step.menu)
    option = chosen(step, plan)
    if menu is None or step.step > MOST_DOCUMENTS:
        return _to_queue(step, plan) or "end"
    tried_enough = misses(step, plan) >= menu.tries
    if option is None and step.params.digits and not tried_enough:
        return f"menu:{menu.slug}"
    # Silence that leads to a menu could go round for ever: it counts like a wrong key.
    if option is None or (option.action == "menu" and tried_enough):
        return _to_queue(step, plan) or "end"
    return _follow(option, step, plan)


def _follow(option: OptionPlan, step: Step, plan: Plan) -> str:
    match option.action:
        case "queue" if option.target in plan.queues:
            return _enqueue(option.target, step)
        case "menu" if option.target in plan.menus:
            return f"menu:{option.target}"
        case "message" if option.target in plan.messages:
            return f"message:{option.target}"
        case "end":
            return "end"
        case _:
            return _to_queue(step, plan) or "end"


def _wait(step: Step, plan: Plan, staffed: Set[str] | None) -> str:
    # Nobody would come here: the exit takes the caller to a queue that is served.
    if plan.queues and step.queue not in plan.queues:
        return "leave:closed"
    queue = plan.queue(step.queue)
    if (step.params.queue_time or 0) >= queue.max_wait_seconds:
        return "leave:max_wait"
    if queue.leaves_when_unstaffed and is_unstaffed(queue.slug, staffed):
        return "leave:closed"
    return "hold"


def is_unstaffed(queue: str, staffed: Set[str] | None) -> bool:
    """Whether nobody is signed in for a queue, as far as anybody knows."""
    return staffed is not None and queue not in staffed


def _queue_exit(step: Step, plan: Plan) -> str:
    result = step.params.queue_result
    is_gone = bool(plan.queues) and step.queue not in plan.queues
    if result == "leave" and is_gone and step.step <= MOST_DOCUMENTS:
        return _to_queue(step, plan) or "apology"
    return "apology" if result in UNSERVED else "end"


def _fallback(step: Step, plan: Plan) -> str:
    line = plan.line(step.params.to_raw)
    number = line.fallback_number if line else ""
    # An operator is no customer to pass on; a line of ours would lead back here.
    if not number or number in plan.lines or plan.operator(step.params.from_raw):
        return "apology"
    return f"dial:{number}"


def _to_queue(step: Step, plan: Plan) -> str:
    """Into the line's queue, else the first there is; empty where there is none."""
    line = plan.line(step.params.to_raw)
    queue = line.queue if line else ""
    if queue not in plan.queues:
        queue = next(iter(plan.queues), "")
    return _enqueue(queue, step) if queue else ""


def _enqueue(queue: str, step: Step) -> str:
    return f"enqueue:{queue}/{max(step.visits, step.visit) + 1}"
