"""Which decision answers a request, given the plan. No database.

The decisions are listed in docs/contract.md 8, "Decisions". A caller is always served:
where a menu or queue has been deleted meanwhile, the call goes to the line's queue.
"""

from collections.abc import Mapping, Set
from datetime import datetime
from enum import StrEnum

from callcenter.decision import NOTHING, Decision, Verb
from callcenter.dialling import is_dialled
from callcenter.flow import operator, prompts, ring_back
from callcenter.flow.hours import is_open
from callcenter.flow.plan import OptionPlan, Plan
from callcenter.flow.step import Step
from callcenter.numbers import caller_of
from callcenter.routes import Kind

# More documents than any caller hears: a call that gets this far goes in circles.
MOST_DOCUMENTS = 100

KEYS = frozenset("0123456789*#")
SILENCE = "silence"
WRONG = "wrong"

# Queue results that leave the caller on the line without having been served
# (docs/twilio.md 2.3). After any other result, known or not, the call is over.
NEEDS_APOLOGY = frozenset({"queue-full", "error", "system-error", "leave"})

# What a caller who waits may press.
CALLBACK_KEY, VOICEMAIL_KEY = "1", "2"

END = Decision(Verb.END)
BLOCKED = Decision(Verb.REJECT, "blocked")
APOLOGY = Decision(Verb.APOLOGY)


class Left(StrEnum):
    """Why a wait document takes the caller out of the queue: the target of `leave`."""

    MAX_WAIT = "max_wait"
    CLOSED = "closed"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"


def decide(
    step: Step,
    plan: Plan,
    now: datetime,
    *,
    waiting: Mapping[str, datetime] | None = None,
    staffed: Set[str] | None = None,
    is_locked: bool = False,
    left: str = "",
    whom: str = "",
) -> Decision:
    """The decision on a request; NOTHING where no document is expected.

    `waiting` holds the moment at which the oldest waiting caller of each queue entered,
    `staffed` the queues in which an operator is signed in; None means unknown. While
    `is_locked` no PIN of the operator is right. `left` is why our wait document took
    the caller out of the queue, empty where that is unknown. `whom` is the number that
    an operator may ring back now, empty for none.
    """
    match step.kind:
        case Kind.INCOMING:
            return _incoming(step, plan, now)
        case Kind.MENU:
            return _menu(step, plan)
        case Kind.WAIT:
            return _wait(step, plan, now, staffed)
        case Kind.QUEUE_EXIT:
            return _queue_exit(step, plan, left)
        case Kind.VOICEMAIL:
            return Decision(Verb.GOODBYE)
        case Kind.CONNECT:
            return Decision(Verb.ANNOUNCE)
        case Kind.CLIENT:
            return operator.from_browser(step, plan)
        case Kind.RING_BACK:
            return ring_back.decide(step, whom)
        case Kind.RING_BACK_DONE:
            return Decision(Verb.GOODBYE)
        case Kind.OPERATOR:
            return operator.next_call(step, plan, waiting, is_locked=is_locked)
        case Kind.OPERATOR_DONE:
            return operator.after_call(step, plan)
        case Kind.FALLBACK:
            return _fallback(step, plan)
        case _:
            return NOTHING


def language(step: Step, plan: Plan) -> str:
    """The language of this leg: that of the URL, else the line's."""
    line = plan.line(step.params.line_raw)
    return step.language or (line.language if line else prompts.DEFAULT_LANGUAGE)


def chosen(step: Step, plan: Plan) -> OptionPlan | None:
    """The menu option that the input, or silence, selects; None if there is none."""
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
    """How many inputs in a row were wrong or missing, this one included."""
    menu = plan.menus.get(step.menu)
    digits = step.params.digits
    has_option = menu is not None and digits in KEYS and digits in menu.options
    return 0 if has_option else step.again + 1


def _incoming(step: Step, plan: Plan, now: datetime) -> Decision:
    if step.params.is_over:
        return NOTHING
    if plan.operator_by_number(step.params.from_raw):
        return Decision(Verb.OPERATOR)
    if caller_of(step.params.from_raw) in plan.blocked:
        return BLOCKED
    line = plan.line(step.params.line_raw)
    if line and not is_open(line, plan, now):
        return Decision(Verb.CLOSED)
    if line and line.menu in plan.menus:
        return Decision(Verb.MENU, line.menu)
    return _to_queue(step, plan) or Decision(Verb.REJECT)


def _menu(step: Step, plan: Plan) -> Decision:
    menu = plan.menus.get(step.menu)
    option = chosen(step, plan)
    if menu is None or step.step > MOST_DOCUMENTS:
        return _to_queue(step, plan) or END
    tried_enough = misses(step, plan) >= menu.tries
    if option is None and step.params.digits and not tried_enough:
        return Decision(Verb.MENU, menu.slug)
    # Silence counts as a wrong key: where it leads to a menu, it could go on for ever.
    if option is None or (option.action == "menu" and tried_enough):
        return _to_queue(step, plan) or END
    return _follow(option, step, plan)


def _follow(option: OptionPlan, step: Step, plan: Plan) -> Decision:
    match option.action:
        case "queue" if option.target in plan.queues:
            return _enqueue(option.target, step)
        case "menu" if option.target in plan.menus:
            return Decision(Verb.MENU, option.target)
        case "message" if option.target in plan.messages:
            return Decision(Verb.MESSAGE, option.target)
        case "voicemail" if option.target in plan.queues:
            return Decision(Verb.VOICEMAIL, option.target)
        case "number" if _may_pass_on(option.target, plan):
            return Decision(Verb.DIAL, option.target)
        case "end":
            return END
        case _:
            return _to_queue(step, plan) or END


def _wait(step: Step, plan: Plan, now: datetime, staffed: Set[str] | None) -> Decision:
    # No operator serves a queue that was deleted; the exit leads on to another one.
    if plan.queues and step.queue not in plan.queues:
        return Decision(Verb.LEAVE, Left.CLOSED)
    queue = plan.queue(step.queue)
    if wish := offers(step, plan).get(step.params.digits):
        return Decision(Verb.LEAVE, wish)
    if (step.params.queue_time or 0) >= queue.max_wait_seconds:
        return Decision(Verb.LEAVE, Left.MAX_WAIT)
    line = plan.line(step.params.line_raw)
    if queue.leaves_at_closing and line and not is_open(line, plan, now):
        return Decision(Verb.LEAVE, Left.CLOSED)
    if queue.leaves_when_unstaffed and is_unstaffed(queue.slug, staffed):
        return Decision(Verb.LEAVE, Left.CLOSED)
    return Decision(Verb.HOLD)


def offers(step: Step, plan: Plan) -> Mapping[str, Left]:
    """What a caller who waits may choose, by key."""
    queue = plan.queue(step.queue)
    # Whoever withholds the number, or calls from abroad, cannot be rung back.
    is_reachable = is_dialled(caller_of(step.params.from_raw))
    found = {}
    if queue.offers_callback and is_reachable:
        found[CALLBACK_KEY] = Left.CALLBACK
    if queue.offers_voicemail:
        found[VOICEMAIL_KEY] = Left.VOICEMAIL
    return found


def is_unstaffed(queue: str, staffed: Set[str] | None) -> bool:
    """Whether it is known that no operator is signed in for a queue."""
    return staffed is not None and queue not in staffed


def _queue_exit(step: Step, plan: Plan, left: str) -> Decision:
    result = step.params.queue_result
    if result != "leave":
        return APOLOGY if result in NEEDS_APOLOGY else END
    is_gone = bool(plan.queues) and step.queue not in plan.queues
    if is_gone and step.step <= MOST_DOCUMENTS:
        return _to_queue(step, plan) or APOLOGY
    if left == Left.CALLBACK:
        return Decision(Verb.GOODBYE)
    # Also where it is unknown why: a message can be left at least.
    return (
        Decision(Verb.VOICEMAIL) if plan.queue(step.queue).offers_voicemail else APOLOGY
    )


def _fallback(step: Step, plan: Plan) -> Decision:
    line = plan.line(step.params.line_raw)
    number = line.fallback_number if line else ""
    # Only customers are passed on.
    if not _may_pass_on(number, plan) or plan.operator(step.params.from_raw):
        return APOLOGY
    return Decision(Verb.DIAL, number)


def _may_pass_on(number: str, plan: Plan) -> bool:
    """Whether callers are passed on to a number; one of our own would lead back here.

    The plan may be one of a file that is older than the setting.
    """
    return is_dialled(number) and number not in plan.lines


def _to_queue(step: Step, plan: Plan) -> Decision | None:
    """Into the line's queue, else the first of the plan; None if there is no queue."""
    line = plan.line(step.params.line_raw)
    queue = line.queue if line else ""
    if queue not in plan.queues:
        queue = next(iter(plan.queues), "")
    return _enqueue(queue, step) if queue else None


def _enqueue(queue: str, step: Step) -> Decision:
    return Decision(Verb.ENQUEUE, queue, max(step.visits, step.visit) + 1)
