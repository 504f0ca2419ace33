"""Django system checks: a wrong configuration is reported before the first call."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections
from django.db.models import Q

from callcenter.models import MenuOption, PhoneLine, Queue
from callcenter.twilio_api.access import is_base_url, is_loopback

# The oldest servers MiniCC is tested on.
OLDEST_MARIADB = (10, 11)
OLDEST_MYSQL = (8, 4)
# The default of the database, then the tables that differ from it.
_CHARACTER_SETS = """
SELECT '', default_collation_name FROM information_schema.schemata
WHERE schema_name = DATABASE()
UNION ALL
SELECT table_name, table_collation FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
AND table_collation NOT LIKE 'utf8mb4%'
"""


@register
def webhook_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Settings that are malformed; `ready_for_calls` reports those that are missing."""
    found: list[CheckMessage] = []
    sid = settings.TWILIO_ACCOUNT_SID
    if sid and not re.fullmatch(r"AC[0-9a-f]{32}", sid):
        found.append(
            Error(
                "TWILIO_ACCOUNT_SID is not an account SID.",
                hint="It is AC and 32 hexadecimal digits, not an API key (SK...).",
                id="callcenter.E001",
            )
        )
    lock = settings.WEBHOOK_BASIC_AUTH
    if lock and not re.fullmatch(r"[^:@/\s]+:[^:@/\s]+", lock):
        found.append(
            Error(
                "WEBHOOK_BASIC_AUTH is not of the form user:password.",
                hint="It becomes part of URLs: user and password must not be empty, nor"
                " contain a colon, an at sign, a slash or a blank.",
                id="callcenter.E002",
            )
        )
    base = settings.PUBLIC_BASE_URL
    if base and not _is_web_address(base):
        found.append(
            Error(
                "PUBLIC_BASE_URL is not an address that Twilio can call.",
                hint="It is an address such as https://cc.example.com or"
                " https://example.com/calls, without query or credentials.",
                id="callcenter.E003",
            )
        )
    api = settings.TWILIO_API_BASE_URL
    if api and not is_base_url(api):
        found.append(
            Error(
                "TWILIO_API_BASE_URL is not an address at which Twilio can be asked.",
                hint="It is https:// and a host, or http:// and a host of this machine:"
                " every request carries the credentials. Empty for Twilio itself.",
                id="callcenter.E008",
            )
        )
    return found


@register(Tags.security, deploy=True)
def ready_for_calls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Settings without which an installation cannot take calls, or not safely."""
    found: list[CheckMessage] = [
        Error(
            f"{name} is not set: webhooks answer 503, so no call is taken.",
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
                "PUBLIC_BASE_URL is not an https address.",
                hint="Set the https address that Twilio calls: Twilio signs it, and"
                " callers' numbers should not travel unencrypted.",
                id="callcenter.W001",
            )
        )
    api = settings.TWILIO_API_BASE_URL
    if is_base_url(api) and is_loopback(urlsplit(api)):
        found.append(
            Warning(
                "TWILIO_API_BASE_URL names this machine: reconcile asks a stand-in for"
                " Twilio, and not Twilio.",
                hint="Remove it, unless a program here passes requests on to Twilio.",
                id="callcenter.W009",
            )
        )
    if settings.DEMO:
        found.append(
            Warning(
                "DEMO is on: anybody who reaches this server can place calls with the"
                " telephones under /demo/, and they count in the history.",
                hint="Set DEMO=0 where real calls arrive.",
                id="callcenter.W002",
            )
        )
    return found


@register(Tags.database)
def database_version(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A MariaDB or MySQL server older than the oldest that MiniCC is tested on."""
    found: list[CheckMessage] = []
    for connection in _on_servers(databases):
        is_mariadb = connection.mysql_is_mariadb
        version = connection.mysql_version
        oldest = OLDEST_MARIADB if is_mariadb else OLDEST_MYSQL
        if version[:2] < oldest:
            found.append(
                Error(
                    f"The database server is too old: {_dotted(version)}.",
                    hint=f"MariaDB {_dotted(OLDEST_MARIADB)} or"
                    f" MySQL {_dotted(OLDEST_MYSQL)} is the oldest that is tested.",
                    id="callcenter.E006",
                )
            )
    return found


@register(Tags.database)
def database_characters(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A MariaDB or MySQL database that cannot hold every character.

    In latin1 no Japanese name can be stored, in utf8mb3 no emoji: such an event would
    be in the log only, while the caller is served.
    """
    found: list[CheckMessage] = []
    for connection in _on_servers(databases):
        with connection.cursor() as cursor:
            cursor.execute(_CHARACTER_SETS)
            rows = cursor.fetchall()
        for table, collation in rows:
            if str(collation).startswith("utf8mb4"):
                continue
            name = connection.ops.quote_name(table or connection.settings_dict["NAME"])
            found.append(
                Error(
                    f"The {'table' if table else 'database'} {name} cannot hold every"
                    f" character: its collation is {collation}.",
                    hint=f"ALTER TABLE {name} CONVERT TO CHARACTER SET utf8mb4"
                    if table
                    else f"ALTER DATABASE {name} CHARACTER SET utf8mb4",
                    id="callcenter.E007",
                )
            )
    return found


@register(Tags.database)
def set_up_for_callers(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A center whose callers, or some of them, would hear an apology only."""
    if "default" not in (databases or []):
        return []
    try:
        has_queue = Queue.objects.filter(is_active=True).exists()
        unserved = Queue.unserved().filter(_callers_are_led_to())
        names = ", ".join(unserved.values_list("slug", flat=True))
    except DatabaseError:
        return []  # not migrated yet
    if not has_queue:
        return [
            Warning(
                "No queue is set up: every caller hears that a failure has occurred.",
                hint="Add a queue, a menu and a line in the admin (docs/deploy.md).",
                id="callcenter.W003",
            )
        ]
    if names:
        return [
            Warning(
                f"Callers are led to queues that no active operator serves: {names}.",
                hint="Give each of them an operator in the admin, or send callers"
                " elsewhere.",
                id="callcenter.W004",
            )
        ]
    return []


def _callers_are_led_to() -> Q:
    """The condition that a line or an option of a menu leads to a queue."""
    options = MenuOption.objects.filter(queue__isnull=False)
    return Q(pk__in=PhoneLine.objects.values("queue")) | Q(
        pk__in=options.values("queue")
    )


def _on_servers(databases: Sequence[str] | None) -> list[Any]:
    """The connections among these that are to a MariaDB or MySQL server."""
    named = [connections[alias] for alias in databases or []]
    return [connection for connection in named if connection.vendor == "mysql"]


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and not (parts.query or parts.fragment or "@" in parts.netloc)
            # Proxies change escaped characters and double slashes in a prefix.
            and bool(re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", parts.path))
        )
    except ValueError:
        return False


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
