"""Makes rows of the second line, the further operators and the holidays of a past."""

from collections.abc import Mapping
from datetime import date, time

from django.db import transaction

from callcenter.demo.setup import names
from callcenter.demo.setup.installation import (
    Installed,
    add_line,
    add_menus,
    add_messages,
    add_operators,
    install,
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
from callcenter.models import BusinessHours, Holiday


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
    add_operators(installed, MORE_WORKERS)
    for day, name in free_days.items():
        # Whatever people call it, and for whichever line.
        if not Holiday.objects.filter(date=day).exists():
            Holiday.objects.create(date=day, name=name)
            installed.made.append(f"holiday {day}")
    return installed


def _shop_line(installed: Installed) -> None:
    line = add_line(
        installed,
        SHOP_LINE,
        names.named(names.SHOP_LINE),
        menu="shop",
        queue="sales",
        greeting=SHOP_GREETING,
        closed=SHOP_CLOSED,
    )
    if line is not None:
        for weekday, (opens, closes) in SHOP_HOURS.items():
            BusinessHours.objects.create(
                line=line, weekday=weekday, opens_at=time(opens), closes_at=time(closes)
            )
