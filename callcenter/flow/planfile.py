"""The last plan in a file, from which a process can start without the database.

The file holds hashes of PINs, so only its owner may read it. No database.
"""

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, time
from pathlib import Path
from typing import Any

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
from callcenter.private_files import private_folder

# To be raised when the meaning of the content changes; other formats are not read.
FORMAT = 1

Json = Mapping[str, Any]

# What reading any text at all as a plan may raise.
_UNREADABLE = (
    *(ValueError, KeyError, TypeError, AttributeError),
    *(RecursionError, OverflowError),
)


class UnreadablePlan(ValueError):
    """The file holds no plan, or one of another format."""


def save(plan: Plan, path: Path) -> None:
    """Write the file in one step: no reader sees half a plan. Raises OSError.

    Its folder, if it is ours, is closed to others.
    """
    private_folder(path.parent)
    # mkstemp creates it with mode 0600; in the same folder, so that it can be renamed.
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(dumps(plan))
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def load(path: Path) -> Plan:
    """The plan in a file. Raises OSError, UnreadablePlan."""
    # Opening a pipe would wait for whoever writes into it.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, encoding="utf-8") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadablePlan(f"{path} is no file")
        try:
            return loads(file.read())
        except _UNREADABLE as problem:
            raise UnreadablePlan(f"{path} holds no plan") from problem


def dumps(plan: Plan) -> str:
    """The plan as JSON."""
    return json.dumps(
        {"format": FORMAT, "plan": asdict(plan)}, default=_plain, ensure_ascii=False
    )


def loads(text: str) -> Plan:
    """The plan that `dumps` wrote.

    Raises ValueError, KeyError, TypeError or AttributeError for any other text.
    """
    document = json.loads(text)
    if document["format"] != FORMAT:
        raise UnreadablePlan("the plan is in another format")
    plan: Json = document["plan"]
    return Plan(
        version=int(plan["version"]),
        lines={number: _line(line) for number, line in plan["lines"].items()},
        default_line=plan["default_line"],
        menus={slug: _menu(menu) for slug, menu in plan["menus"].items()},
        messages={
            slug: MessagePlan(message["slug"], _prompts(message))
            for slug, message in plan["messages"].items()
        },
        queues={
            slug: QueuePlan(**{**queue, "prompts": _prompts(queue)})
            for slug, queue in plan["queues"].items()
        },
        operators=tuple(
            OperatorPlan(**{**operator, "queues": tuple(operator["queues"])})
            for operator in plan["operators"]
        ),
        holidays=_days(plan["holidays"]),
        # The file of an earlier version has neither.
        blocked=frozenset(map(str, plan.get("blocked", ()))),
        wrap_up_codes={
            str(digits): str(code)
            for digits, code in plan.get("wrap_up_codes", {}).items()
        },
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value)} has no place in a plan")


def _line(line: Json) -> LinePlan:
    hours = tuple(
        HoursPlan(
            span["weekday"],
            time.fromisoformat(span["opens_at"]),
            time.fromisoformat(span["closes_at"]),
        )
        for span in line["hours"]
    )
    holidays, prompts = _days(line["holidays"]), _prompts(line)
    return LinePlan(
        **{**line, "hours": hours, "holidays": holidays, "prompts": prompts}
    )


def _menu(menu: Json) -> MenuPlan:
    options = {key: OptionPlan(**option) for key, option in menu["options"].items()}
    return MenuPlan(**{**menu, "options": options, "prompts": _prompts(menu)})


def _prompts(owner: Json) -> tuple[PromptPlan, ...]:
    return tuple(PromptPlan(**prompt) for prompt in owner["prompts"])


def _days(days: list[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in days)
