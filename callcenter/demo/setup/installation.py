"""The installation that the sample calls come from, with the call flow of 2014.

Its rows are known by their codes and numbers; rows that exist are left unchanged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from callcenter.demo.setup import names
from callcenter.demo.setup.names import Texts, named
from callcenter.demo.setup.scenario import (
    FIRST_WORKERS,
    MAIN_LINE,
    SHOP_LINE,
    SHOP_MENUS,
    SHOP_MESSAGES,
    WORKERS,
    Worker,
)
from callcenter.models import (
    BusinessHours,
    Holiday,
    Menu,
    MenuOption,
    Message,
    Operator,
    OperatorPin,
    OperatorQueue,
    PhoneLine,
    Prompt,
    Queue,
    QueueThreshold,
    WrapUpCode,
)
from callcenter.models.pins import DEMO_PIN

LINE = MAIN_LINE
# Before any call that is ever loaded.
THRESHOLDS_VALID_FROM = date(2000, 1, 1)

# Code: SID at Twilio, place in the order in which operators serve.
QUEUES = {
    "support": ("QUebc412ce2464ef8e4e43d2b9218e4e9b", 10),
    "sales": ("QUe960b6052f694f5519f69573b304a897", 20),
    "billing": ("QU73bc98aff3c2b6bc8f12861ac8f1ae47", 30),
}

# What each queue has besides: switches of the model, so that every part can be seen.
SWITCHES = {
    "support": ("offers_callback", "offers_voicemail"),
    "sales": ("offers_voicemail",),
    "billing": ("records_conversations",),
}

MENUS = ("main", "language")
MESSAGES = ("information",)

# Menu: key, action, where it leads, language from here on.
OPTIONS = {
    "main": [
        ("1", "queue", "support", ""),
        ("2", "message", "information", ""),
        ("3", "queue", "sales", ""),
        ("4", "queue", "billing", ""),
        ("5", "menu", "language", "en"),
    ],
    "language": [("1", "queue", "billing", "")],
}

GREETING = {
    "ja": "お電話ありがとうございます。ミニCCのデモでございます。",
    "en": "Thank you for calling the MiniCC demo.",
}
CLOSED = {
    "ja": "本日の受付は終了いたしました。恐れ入りますが、後日おかけ直しください。",
    "en": "Our office is closed now. Please call again on another day.",
}
WAITING = {
    "ja": "オペレーターにおつなぎいたします。このまましばらくお待ちください。",
    "en": "We are connecting you with an operator. Please hold the line.",
}
CONNECTING = {
    "ja": "お待たせいたしました。オペレーターにおつなぎいたします。",
    "en": "Thank you for waiting. Here is an operator for you.",
}
MENU_TEXTS = {
    "main": {
        "ja": (
            "オペレーターとお話しになる方は1を、商品のご案内は2を、"
            "ご購入のご相談は3を、お支払いについては4を、"
            "英語でのご案内は5を押してください。"
        ),
        "en": (
            "To talk to an operator, press 1. For product information, press 2."
            " For sales, press 3. For billing, press 4. For English, press 5."
        ),
    },
    "language": {
        "ja": "お支払いについては1を押してください。そのほかの方はお待ちください。",
        "en": "For billing, press 1. For anything else, please hold the line.",
    },
}
MESSAGE_TEXTS = {
    "information": {
        "ja": (
            "ミニCCは、お客様からのお電話をお受けするコールセンターの仕組みです。"
            "詳しくはウェブサイトをご覧ください。お電話ありがとうございました。"
        ),
        "en": (
            "MiniCC is a call center that you run yourself, and that keeps the"
            " history of every call. Please visit our web site to learn more."
            " Thank you for calling."
        ),
    }
}


Options = Sequence[tuple[str, str, str, str]]  # as in OPTIONS


class MadeByHand(Exception):
    """There are rows that are not the demo's; the message names them."""


@dataclass
class Installed:
    """The rows that were made and how many were removed, without dependent rows."""

    made: list[str] = field(default_factory=list)
    removed: int = 0


@transaction.atomic
def remove_operators() -> list[str]:
    """Remove the demo's operators, known by number or identity; returns their names."""
    names = []
    for worker in WORKERS:
        for operator in Operator.objects.filter(**_address(worker)):
            names.append(operator.name)
            operator.delete()
    return names


@transaction.atomic
def install(*, replace: bool = False) -> Installed:
    """Makes what is missing of the demo; MadeByHand where there is other setup.

    With `replace` all setup is removed first. History names queues and operators in
    words and stays as it is.
    """
    installed = Installed()
    if replace:
        installed.removed = _remove_everything()
    elif others := _others():
        raise MadeByHand(", ".join(others))
    _queues(installed)
    add_messages(installed, MESSAGES, MESSAGE_TEXTS)
    add_menus(installed, MENUS, MENU_TEXTS, OPTIONS)
    add_line(
        installed,
        MAIN_LINE,
        named(names.MAIN_LINE),
        menu="main",
        queue="support",
        greeting=GREETING,
        closed=CLOSED,
        is_default=True,
    )
    add_operators(installed, FIRST_WORKERS)
    _wrap_up_codes(installed)
    return installed


def is_the_demos() -> bool:
    """Whether the setup is the demo's alone."""
    return PhoneLine.objects.filter(number=LINE).exists() and not _others()


def _others() -> list[str]:
    """Names of rows that are not the demo's."""
    # People rename operators; their number or browser says who they are.
    operators = Operator.objects.all()
    for worker in WORKERS:
        operators = operators.exclude(**_address(worker))
    lines = PhoneLine.objects.values_list("number", flat=True)
    slugs = {
        model: model.objects.values_list("slug", flat=True)
        for model in (Queue, Menu, Message)
    }
    return [
        *_not_in("line", lines, [LINE, SHOP_LINE]),
        *_not_in("queue", slugs[Queue], QUEUES),
        *_not_in("menu", slugs[Menu], [*MENUS, *SHOP_MENUS]),
        *_not_in("message", slugs[Message], [*MESSAGES, *SHOP_MESSAGES]),
        *(f"operator {operator.name}" for operator in operators),
    ]


def _not_in(what: str, found: Iterable[str], known: Iterable[str]) -> list[str]:
    known = set(known)
    return [f"{what} {name}" for name in found if name not in known]


def _remove_everything() -> int:
    """Leaves first: what others lead to is protected."""
    return sum(
        model.objects.all().delete()[0]
        for model in (
            Prompt,
            BusinessHours,
            Holiday,
            MenuOption,
            PhoneLine,
            Menu,
            Message,
            OperatorQueue,
            Operator,
            QueueThreshold,
            Queue,
            WrapUpCode,
        )
    )


def _wrap_up_codes(installed: Installed) -> None:
    """The codes of the demo, unless there are others."""
    if WrapUpCode.objects.exists():
        return
    for code, (digits, texts) in names.WRAP_UP_CODES.items():
        WrapUpCode.objects.create(code=code, name=named(texts), digits=digits)
        installed.made.append(f"wrap-up code {code}")


def _queues(installed: Installed) -> None:
    for slug, (sid, priority) in QUEUES.items():
        name = named(names.QUEUES[slug])
        queue, is_new = Queue.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "twilio_sid": sid,
                "priority": priority,
                **dict.fromkeys(SWITCHES[slug], True),
            },
        )
        if is_new:
            installed.made.append(f"queue {slug}")
            queue.thresholds.create(
                valid_from=THRESHOLDS_VALID_FROM,
                target_seconds=20,
                short_abandon_seconds=5,
                service_level_target=80,
            )
            add_prompts(WAITING, purpose=Prompt.Purpose.WAITING, queue=queue)
            add_prompts(CONNECTING, purpose=Prompt.Purpose.CONNECTING, queue=queue)


def add_messages(
    installed: Installed, slugs: Iterable[str], texts: Mapping[str, Texts]
) -> None:
    """Makes the messages that are missing."""
    for slug in slugs:
        message, is_new = Message.objects.get_or_create(
            slug=slug, defaults={"name": named(names.MESSAGES[slug])}
        )
        if is_new:
            installed.made.append(f"message {slug}")
            add_prompts(texts[slug], message=message)


def add_menus(
    installed: Installed,
    slugs: Iterable[str],
    texts: Mapping[str, Texts],
    options: Mapping[str, Options],
) -> None:
    """Makes the menus that are missing; what they lead to is there or among them."""
    new = []
    for slug in slugs:
        menu, is_new = Menu.objects.get_or_create(
            slug=slug, defaults={"name": named(names.MENUS[slug])}
        )
        if is_new:
            installed.made.append(f"menu {slug}")
            add_prompts(texts[slug], menu=menu)
            new.append(menu)
    # Menus lead to each other: options come when all menus are there.
    for menu in new:
        for key, action, target, language in options[menu.slug]:
            MenuOption.objects.create(
                menu=menu,
                input=key,
                action=action,
                queue=Queue.objects.get(slug=target) if action == "queue" else None,
                next_menu=Menu.objects.get(slug=target) if action == "menu" else None,
                message=(
                    Message.objects.get(slug=target) if action == "message" else None
                ),
                language=language,
            )


def add_line(
    installed: Installed,
    number: str,
    name: str,
    *,
    menu: str,
    queue: str,
    greeting: Texts,
    closed: Texts,
    is_default: bool = False,
) -> PhoneLine | None:
    """Makes a line if it is missing; returns the new one."""
    line, is_new = PhoneLine.objects.get_or_create(
        number=number,
        defaults={
            "name": name,
            "is_default": is_default,
            "menu": Menu.objects.get(slug=menu),
            "queue": Queue.objects.get(slug=queue),
        },
    )
    if not is_new:
        return None
    installed.made.append(f"line {number}")
    add_prompts(greeting, purpose=Prompt.Purpose.GREETING, line=line)
    add_prompts(closed, purpose=Prompt.Purpose.CLOSED, line=line)
    return line


def add_operators(installed: Installed, workers: Iterable[Worker]) -> None:
    """Makes the operators that are missing; those with a telephone have the PIN."""
    missing = [
        worker
        for worker in workers
        if not Operator.objects.filter(**_address(worker)).exists()
    ]
    for worker in missing:
        name = named(names.OPERATORS[worker.code])
        operator = Operator(name=name, **_address(worker))
        operator.save()
        if operator.number:
            OperatorPin.replace({operator: DEMO_PIN})
        installed.made.append(f"operator {worker.code}")
        for queue in Queue.objects.filter(slug__in=worker.queues):
            OperatorQueue.objects.create(operator=operator, queue=queue)


def _address(worker: Worker) -> dict[str, str]:
    """The field of an operator that says who it is, with its value."""
    if worker.address.startswith("client:"):
        return {"client_identity": worker.address.removeprefix("client:")}
    return {"number": worker.address}


def add_prompts(
    texts: Texts,
    *,
    purpose: Prompt.Purpose = Prompt.Purpose.MAIN,
    **owner: Queue | Message | Menu | PhoneLine,
) -> None:
    """Makes the prompt of a moment in each language."""
    for language, text in texts.items():
        Prompt.objects.create(purpose=purpose, language=language, text=text, **owner)
