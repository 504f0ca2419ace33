"""System checks of what would let somebody in: PINs, the proxy, readable files."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError
from django.db.models import Q

from callcenter import keyed
from callcenter.models import Operator, OperatorPin
from callcenter.models.pins import DEMO_PIN

_READABLE_BY_OTHERS = 0o077


@register(Tags.security, deploy=True)
def behind_a_proxy(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An https address, which takes a proxy, whose browsers cannot be told apart."""
    if settings.PROXY_COUNT or not settings.PUBLIC_BASE_URL.startswith("https://"):
        return []
    return [
        Warning(
            "PROXY_COUNT is 0 behind an https address: all browsers seem to have the"
            " address of the proxy, and one of them can lock out all others.",
            hint="Set PROXY_COUNT to the number of proxies in front, usually 1.",
            id="callcenter.W005",
        )
    ]


@register(Tags.security, deploy=True)
def private_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Files with secrets or numbers that other users of the machine can read."""
    shown = ", ".join(str(path) for path in _readable())
    if not shown:
        return []
    return [
        Warning(
            f"Other users of this machine can read: {shown}.",
            hint="chmod go= these files and folders (.env may stay readable for the"
            " group of the service: chmod o=).",
            id="callcenter.W006",
        )
    ]


@register(Tags.database)
def operators_sign_in_safely(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Operators of the demo where it is over, and operators without a PIN."""
    if "default" not in (databases or []) or settings.DEMO:
        return []
    try:
        of_demo = _with_demo_pin()
        without = Operator.objects.filter(~Q(number=None), is_active=True, pin=None)
        names = ", ".join(operator.name for operator in without.order_by("name"))
    except DatabaseError:
        return []  # not migrated yet
    found: list[CheckMessage] = []
    if of_demo:
        found.append(
            Warning(
                f"The demo's operators are still here: {', '.join(of_demo)}. Their PIN"
                " is known to everybody, so they cannot sign in.",
                hint="manage.py demo --remove removes them.",
                id="callcenter.W007",
            )
        )
    if names:
        found.append(
            Warning(
                f"Operators sign in by telephone without a PIN: {names}. Whoever forges"
                " their caller ID takes your callers.",
                hint="Give each of them a PIN in the admin.",
                id="callcenter.W008",
            )
        )
    return found


def _with_demo_pin() -> list[str]:
    pins = OperatorPin.objects.select_related("operator").order_by("operator__name")
    return [pin.operator.name for pin in pins if keyed.pin_matches(DEMO_PIN, pin.kept)]


def _readable() -> Iterator[Path]:
    # The group of the service reads .env (docs/deploy.md).
    env = settings.BASE_DIR / ".env"
    if env.exists() and env.stat().st_mode & 0o007:
        yield env
    database = settings.DATABASES["default"]
    named = [Path(settings.SPOOL_DIR)]
    if database["ENGINE"].endswith("sqlite3"):
        named.append(Path(os.fspath(database["NAME"])))
    for path in named:
        if path.exists() and path.stat().st_mode & _READABLE_BY_OTHERS:
            yield path
