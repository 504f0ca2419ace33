"""The current plan: read from the tables when they change, kept in memory and a file.

The only module of the flow that uses the database. When the database is gone, the plan
in memory or in the file serves the callers.
"""

import logging
import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

from callcenter import keyed, patience
from callcenter.dialling import may_dial
from callcenter.flow import planfile
from callcenter.flow.plan import (
    HoursPlan,
    LinePlan,
    MenuPlan,
    MessagePlan,
    OperatorPlan,
    OptionPlan,
    Plan,
    PromptPlan,
    QueuePlan,
)
from callcenter.models import (
    BlockedNumber,
    BusinessHours,
    Holiday,
    Menu,
    MenuOption,
    Message,
    Operator,
    OperatorQueue,
    PhoneLine,
    Prompt,
    Queue,
    SetupVersion,
    WrapUpCode,
)
from callcenter.models.menus import TARGETS
from callcenter.models.pins import DEMO_PIN

logger = logging.getLogger(__name__)

FILE_NAME = "plan.json"
# A change takes effect within 2 s in every process (docs/contract.md 3).
COMPARED_EVERY_SECONDS = 1.0
# A setup that changes while it is read is read again, at most so many times in all.
MOST_READINGS = 3

# Lower than any version in the database: a plan from the file is always replaced.
_FROM_FILE = -1

Prompts = defaultdict[tuple[str, int], list[PromptPlan]]
Holidays = defaultdict[int | None, list[date]]

_lock = threading.Lock()
_plan: Plan | None = None
_compared_at = -math.inf
# Whether a thread compares it, and requests never do.
_is_kept_fresh = False


def current_plan() -> Plan:
    """The plan that callers are served from; a missing database raises nothing."""
    plan = _plan
    if plan is None:
        with _lock:
            return _plan or _look(None)
    if _is_kept_fresh or time.monotonic() - _compared_at < COMPARED_EVERY_SECONDS:
        return plan
    # One thread compares the version; the others do not wait for a slow database.
    if not _lock.acquire(blocking=False):
        return plan
    try:
        if time.monotonic() - _compared_at < COMPARED_EVERY_SECONDS:
            return _plan or plan
        return _look(plan)
    finally:
        _lock.release()


def keep_fresh() -> None:
    """Compare the version in a thread from now on: no answer waits for it.

    Returns once there is a plan, that of the file if the database is slow.
    """
    global _plan, _is_kept_fresh
    is_there = threading.Event()
    threading.Thread(
        target=_go_on_comparing, args=[is_there], name="plan", daemon=True
    ).start()
    if not is_there.wait(patience.PATIENCE_SECONDS):
        patience.give_up("the setup cannot be read in time")
        _plan = _plan or _last_known_good()
    _is_kept_fresh = True


def forget() -> None:
    """Forget the plan in memory, as a new process would; for tests."""
    global _plan, _compared_at
    with _lock:
        _plan, _compared_at = None, -math.inf


def read_plan() -> Plan:
    """The plan in the tables, all of one version. Raises django.db.Error."""
    for _ in range(MOST_READINGS):
        version = _version()
        plan = _read(version)
        if _version() == version:
            break
    return plan


def _go_on_comparing(is_there: threading.Event) -> None:
    patience.give_up_statements_soon()
    while True:
        if not (patience.is_away() and _plan):
            _look(_plan)
            if patience.is_away():
                connection.close()
        is_there.set()
        time.sleep(COMPARED_EVERY_SECONDS)


def _look(known: Plan | None) -> Plan:
    global _plan, _compared_at
    plan = known
    try:
        if not patience.is_away() and (
            plan is None or plan.version != patience.reconnecting(_version)
        ):
            plan = read_plan()
            _keep(plan)
    except (Error, OSError) as error:
        logger.warning("the setup cannot be read; the last plan serves: %s", error)
        if patience.is_outage(error):
            patience.give_up(error)
    if plan is None:
        plan = _last_known_good()
    _plan, _compared_at = plan, time.monotonic()
    return plan


def _version() -> int:
    rows = SetupVersion.objects.filter(pk=1).values_list("version", flat=True)
    return rows.first() or 0


def _keep(plan: Plan) -> None:
    # An empty plan could serve nobody, so it does not replace the one in the file.
    if plan.is_empty:
        return
    try:
        planfile.save(plan, _file())
    except OSError:
        logger.warning("the plan cannot be kept in %s", _file(), exc_info=True)


def _last_known_good() -> Plan:
    try:
        return replace(planfile.load(_file()), version=_FROM_FILE)
    except (OSError, planfile.UnreadablePlan):
        logger.warning("there is no plan: callers hear an apology", exc_info=True)
        return Plan(version=_FROM_FILE)


def _file() -> Path:
    return Path(settings.SPOOL_DIR) / FILE_NAME


def _read(version: int) -> Plan:
    """The whole setup, in twelve queries whatever its size."""
    prompts = _prompts()
    holidays = _holidays()
    lines = PhoneLine.objects.select_related("menu", "queue").order_by("number")
    queues = Queue.objects.filter(is_active=True).order_by("priority", "name", "slug")
    return Plan(
        version=version,
        lines=_lines(lines, prompts, holidays),
        default_line=next((line.number for line in lines if line.is_default), ""),
        menus=_menus(prompts),
        messages={
            message.slug: MessagePlan(
                message.slug, tuple(prompts["message", message.pk])
            )
            for message in Message.objects.all()
        },
        queues={
            queue.slug: QueuePlan(
                slug=queue.slug,
                priority=queue.priority,
                max_wait_seconds=queue.max_wait_seconds,
                wrapup_seconds=queue.wrapup_seconds,
                leaves_when_unstaffed=queue.leaves_when_unstaffed,
                leaves_at_closing=queue.leaves_at_closing,
                offers_callback=queue.offers_callback,
                offers_voicemail=queue.offers_voicemail,
                announces_wait=queue.announces_wait,
                records_conversations=queue.records_conversations,
                prompts=tuple(prompts["queue", queue.pk]),
            )
            for queue in queues
        },
        operators=_operators(),
        holidays=frozenset(holidays[None]),
        blocked=frozenset(BlockedNumber.objects.values_list("number", flat=True)),
        wrap_up_codes=_wrap_up_codes(),
    )


def _lines(
    lines: Iterable[PhoneLine], prompts: Prompts, holidays: Holidays
) -> dict[str, LinePlan]:
    hours: defaultdict[int, list[HoursPlan]] = defaultdict(list)
    for span in BusinessHours.objects.order_by("weekday", "opens_at"):
        hours[span.line_id].append(
            HoursPlan(span.weekday, span.opens_at, span.closes_at)
        )
    return {
        line.number: LinePlan(
            number=line.number,
            queue=line.queue.slug,
            menu=line.menu.slug if line.menu else "",
            language=line.language,
            # The setting may have been narrowed since it was entered.
            fallback_number=line.fallback_number
            if may_dial(line.fallback_number)
            else "",
            hours=tuple(hours[line.pk]),
            holidays=frozenset(holidays[line.pk]),
            prompts=tuple(prompts["line", line.pk]),
        )
        for line in lines
    }


def _menus(prompts: Prompts) -> dict[str, MenuPlan]:
    options: defaultdict[int, dict[str, OptionPlan]] = defaultdict(dict)
    rows = MenuOption.objects.select_related("queue", "next_menu", "message")
    for option in rows.order_by("input"):
        options[option.menu_id][option.input] = OptionPlan(
            option.action, _target(option), option.language
        )
    return {
        menu.slug: MenuPlan(
            slug=menu.slug,
            timeout_seconds=menu.timeout_seconds,
            tries=menu.tries,
            options=options[menu.pk],
            prompts=tuple(prompts["menu", menu.pk]),
        )
        for menu in Menu.objects.all()
    }


def _target(option: MenuOption) -> str:
    """The slug of what an option leads to, or a number; empty where it may not lead."""
    field = TARGETS.get(option.action)
    found = getattr(option, field) if field else None
    if isinstance(found, str):
        # The setting may have been narrowed since it was entered.
        return found if may_dial(found) else ""
    return found.slug if found else ""


def _operators() -> tuple[OperatorPlan, ...]:
    queues: defaultdict[int, list[str]] = defaultdict(list)
    served = OperatorQueue.objects.order_by("queue__priority", "queue__name")
    for operator, queue in served.values_list("operator", "queue__slug"):
        queues[operator].append(queue)
    return tuple(
        OperatorPlan(
            name=operator.name,
            number=operator.number or "",
            client_identity=operator.client_identity or "",
            pin=_pin(operator) if operator.has_pin else "",
            queues=tuple(queues[operator.pk]),
        )
        for operator in Operator.objects.filter(is_active=True)
        .select_related("pin")
        .order_by("name", "id")
    )


def _pin(operator: Operator) -> str:
    """The hash of an operator's PIN; that of the demo is right only while it is on."""
    kept = operator.pin.kept
    is_of_demo = not settings.DEMO and keyed.pin_matches(DEMO_PIN, kept)
    return keyed.NO_PIN_FITS if is_of_demo else kept


def _wrap_up_codes() -> dict[str, str]:
    """The codes that can be typed on the telephone, by their digits."""
    codes = WrapUpCode.objects.filter(is_active=True, digits__isnull=False)
    rows = codes.order_by("digits").values_list("digits", "code")
    return {digits: code for digits, code in rows if digits}


def _prompts() -> Prompts:
    """All prompts by the kind and key of their owner, Japanese first."""
    prompts: Prompts = defaultdict(list)
    for one in Prompt.objects.order_by("-language", "id"):
        owners = {
            "menu": one.menu_id,
            "message": one.message_id,
            "queue": one.queue_id,
            "line": one.line_id,
        }
        for owner, key in owners.items():
            if key is not None:
                prompts[owner, key].append(
                    PromptPlan(one.purpose, one.language, one.text, one.audio_url)
                )
    return prompts


def _holidays() -> Holidays:
    """The holidays by key of the line; under None those of all lines."""
    holidays: Holidays = defaultdict(list)
    for line, day in Holiday.objects.values_list("line", "date"):
        holidays[line].append(day)
    return holidays
