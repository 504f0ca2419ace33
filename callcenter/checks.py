"""What must be configured before the first call: said at start, not to a caller."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

# The oldest servers MiniCC is tried on.
OLDEST_MARIADB = (10, 11)
OLDEST_MYSQL = (8, 4)


@register
def webhook_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Settings that are wrong wherever they stand; empty ones are for --deploy."""
    found: list[CheckMessage] = []
    sid = settings.TWILIO_ACCOUNT_SID
    if sid and not re.fullmatch(r"AC[0-9a-f]{32}", sid):
        found.append(
            Error(
                "TWILIO_ACCOUNT_SID is no account SID.",
                hint="It is AC and 32 hexadecimal digits; API keys (SK...) are not it.",
                id="callcenter.E001",
            )
        )
    lock = settings.WEBHOOK_BASIC_AUTH
    if lock and not re.fullmatch(r"[^:@/\s]+:[^:@/\s]+", lock):
        found.append(
            Error(
                "WEBHOOK_BASIC_AUTH is no user:password.",
                hint="It becomes part of URLs: neither half may be empty or contain"
                " a colon, an at sign, a slash or a blank.",
                id="callcenter.E002",
            )
        )
    base = settings.PUBLIC_BASE_URL
    if base and not _is_web_address(base):
        found.append(
            Error(
                "PUBLIC_BASE_URL is no address that Twilio can call.",
                hint="Such as https://cc.example.com or https://example.com/calls,"
                " without query or credentials.",
                id="callcenter.E003",
            )
        )
    return found


@register(Tags.security, deploy=True)
def ready_for_calls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What an installation that Twilio calls cannot do without."""
    found: list[CheckMessage] = [
        Error(
            f"{name} is not set: webhooks answer 503 and no call is taken.",
            hint="Copy it from the first page of the Twilio console into .env.",
            id=f"callcenter.{number}",
        )
        for name, number in (
            ("TWILIO_ACCOUNT_SID", "E004"),
            ("TWILIO_AUTH_TOKEN", "E005"),
        )
        if not getattr(settings, name)
    ]
    if not settings.PUBLIC_BASE_URL.lower().startswith("https://"):
        found.append(
            Warning(
                "PUBLIC_BASE_URL is no https address.",
                hint="Set the one that Twilio calls: it signs that one, and the"
                " numbers of callers should not travel in the open.",
                id="callcenter.W001",
            )
        )
    if settings.DEMO:
        found.append(
            Warning(
                "DEMO is on: anybody who reaches this server may place calls with the"
                " telephones under /demo/, and they count in the history.",
                hint="Set DEMO=0 where real calls come in.",
                id="callcenter.W002",
            )
        )
    return found


@register(Tags.database)
def database_version(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """MariaDB and MySQL servers older than those MiniCC is tried on."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "mysql":
            continue
        is_mariadb = connection.mysql_is_mariadb  # type: ignore[attr-defined]
        version = connection.mysql_version  # type: ignore[attr-defined]
        oldest = OLDEST_MARIADB if is_mariadb else OLDEST_MYSQL
        if version[:2] < oldest:
            found.append(
                Error(
                    f"The database server is too old: {_dotted(version)}.",
                    hint=f"MariaDB {_dotted(OLDEST_MARIADB)} or"
                    f" MySQL {_dotted(OLDEST_MYSQL)} is the oldest that is tried.",
                    id="callcenter.E006",
                )
            )
    return found


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and not (parts.query or parts.fragment or "@" in parts.netloc)
            # Escaped or doubled, a prefix reads differently on either side of a proxy.
            and bool(re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", parts.path))
        )
    except ValueError:
        return False


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
