"""Makes rows of the second line, the further operators and the holidays of a past."""

from collections.abc import Mapping
from datetime import date, time

from django.contrib.auth.hashers import make_password
from django.db import transaction

from callcenter.demo.setup.installation import (
    PIN,
    Installed,
    add_menus,
    add_messages,
    add_prompts,
    install,
    save_operator,
)
from callcenter.demo.setup.scenario import (
    MORE_WORKERS,
    SHOP_CLOSED,
    SHOP_GREETING,
    SHOP_HOURS,
    SHOP_LINE,
    SHOP_MENU_TEXTS,
    SHOP_MENUS,
    SHOP_MESSAGE_TEXTS,
    SHOP_MESSAGES,
    SHOP_OPTIONS,
)
from callcenter.models import (
    BusinessHours,
    Holiday,
    Menu,
    Operator,
    PhoneLine,
    Prompt,
    Queue,
)


@transaction.atomic
def add_second_line(
    free_days: Mapping[date, str], *, replace: bool = False
) -> Installed:
    """Makes the rows that are missing of the installation and of its second line.

    MadeByHand where there is other setup, as `install`.
    """
    installed = install(replace=replace)
    add_messages(installed, SHOP_MESSAGES, SHOP_MESSAGE_TEXTS)
    add_menus(installed, SHOP_MENUS, SHOP_MENU_TEXTS, SHOP_OPTIONS)
    _shop_line(installed)
    _operators(installed)
    for day, name in free_days.items():
        # Whatever people call it, and for whichever line.
        if not Holiday.objects.filter(date=day).exists():
            Holiday.objects.create(date=day, name=name)
            installed.made.append(f"holiday {day}")
    return installed


def _shop_line(installed: Installed) -> None:
    line, is_new = PhoneLine.objects.get_or_create(
        number=SHOP_LINE,
        defaults={
            "name": "MiniCC Shop",
            "menu": Menu.objects.get(slug="shop"),
            "queue": Queue.objects.get(slug="sales"),
        },
    )
    if is_new:
        installed.made.append(f"line {SHOP_LINE}")
        add_prompts(SHOP_GREETING, purpose=Prompt.Purpose.GREETING, line=line)
        add_prompts(SHOP_CLOSED, purpose=Prompt.Purpose.CLOSED, line=line)
        for weekday, (opens, closes) in SHOP_HOURS.items():
            BusinessHours.objects.create(
                line=line, weekday=weekday, opens_at=time(opens), closes_at=time(closes)
            )


def _operators(installed: Installed) -> None:
    missing = [
        worker
        for worker in MORE_WORKERS
        if not Operator.objects.filter(number=worker.address).exists()
    ]
    # One hash for all: it is slow to make, and the PIN is no secret.
    pin = make_password(PIN) if missing else ""
    for worker in missing:
        operator = Operator(name=worker.name, number=worker.address, pin=pin)
        save_operator(operator, worker.queues, installed)
