"""The admin's lists over a million queue entries, against the stock ModelAdmin."""

import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import django
from django.utils.timezone import localdate

from benchmarks import served

ENTRIES = 1_000_000
LIMIT = 0.3
TRIES = 3
SORTED = ("call", "queueentry", "abandonedcall")
LISTS = ("call", "queueentry", "abandonedcall", "connection", "ivrstep", "webhookevent")


def pages(found: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The pages to measure: the list that each counts for, and its path."""
    yield "worklist", "/admin/worklist/"
    yield "worklist", "/admin/worklist/?queue=support"
    yield "worklist", f"/admin/worklist/?q={found['number'][-4:]}"
    for name in SORTED:
        days = {
            f"{found[name]}__first": found["month_before"],
            f"{found[name]}__last": found["last_day"],
        }
        for more in ({"o": found[f"wait of {name}"]}, {"hour": "10"}):
            path = f"/admin/callcenter/{name}/?{urlencode(days | more)}"
            yield f"{name} of 31 days, by wait or by hour,", path
    for name in LISTS:
        yield name, f"/admin/callcenter/{name}/"
        for first, last in (("2026-10-04", "2026-10-05"), ("2026-01-01", "")):
            days = {
                f"{found[name]}__first": first,
                f"{found[name]}__last": last,
            }
            yield name, f"/admin/callcenter/{name}/?{urlencode(days)}"
        for spelled in (found["number"], found["number"][-4:], found["sid"]):
            yield name, f"/admin/callcenter/{name}/?q={quote(spelled)}"
    for query in ("kind__exact=operator", "outcome__exact=abandoned"):
        yield "call", f"/admin/callcenter/call/?{query}"
    for name, query in (
        ("call", f"on_line={quote(found['line'])}"),
        ("call", f"in_queue=sales&started_at__first={found['since']}"),
        ("call", f"by_operator={found['operator']}&started_at__first={found['since']}"),
        ("queueentry", "in_queue=support"),
        ("queueentry", "outcome__exact=unknown"),
        (
            "queueentry",
            f"by_operator={found['operator']}&entered_at__first={found['since']}",
        ),
        (
            "queueentry",
            f"on_line={quote(found['line'])}&entered_at__first={found['since']}",
        ),
        ("connection", f"by_operator={found['operator']}"),
        ("connection", f"in_queue=sales&connected_at__first={found['since']}"),
        ("ivrstep", "at_menu=main"),
        (
            "ivrstep",
            f"on_line={quote(found['line'])}&asked_at__first={found['since']}",
        ),
        ("abandonedcall", "in_queue=support"),
        (
            "abandonedcall",
            f"on_line={quote(found['line'])}&abandoned_at__first={found['since']}",
        ),
        ("webhookevent", f"kind__exact=fallback&received_at__first={found['since']}"),
    ):
        yield name, f"/admin/callcenter/{name}/?{query}"


def measure(env: dict[str, str]) -> Iterator[tuple[str, str, float]]:
    """Name, path and median seconds of each page; of the stock list one try."""
    run_module(env, "benchmarks.fill", str(ENTRIES))
    found: dict[str, str] = json.loads(run_module(env, "benchmarks.lists"))
    with served.server(env, 1):
        for what, path in pages(found):
            yield what, path, seconds(path, found["session"])
        stock = "/stock/callcenter/queueentry/"
        yield "stock queueentry", stock, seconds(stock, found["session"], tries=1)


def seconds(path: str, session: str, tries: int = TRIES) -> float:
    """The median seconds in which a page is answered, after a first try."""
    taken = []
    for _ in range(tries + 1):
        link = http.client.HTTPConnection("127.0.0.1", 8077, timeout=300)
        begin = time.perf_counter()
        link.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        answer = link.getresponse()
        answer.read()
        taken.append(time.perf_counter() - begin)
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
    # The first try fills caches.
    return statistics.median(taken[1:])


def run_module(env: dict[str, str], module: str, *arguments: str) -> str:
    """Run `python -m module` in this environment; returns what it prints."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=served.ROOT, env=env, stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout


def _find() -> dict[str, str]:
    """A superuser's session key, and values to search and filter by."""
    from django.contrib import admin  # noqa: PLC0415 -- needs Django set up
    from django.contrib.auth import (  # noqa: PLC0415 -- needs Django set up
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.contrib.sessions.backends.db import (  # noqa: PLC0415 -- the same
        SessionStore,
    )

    from callcenter.models import (  # noqa: PLC0415 -- the same
        AbandonedCall,
        Call,
        Operator,
        QueueEntry,
    )

    user, _ = get_user_model().objects.get_or_create(
        username="bench", defaults={"is_staff": True, "is_superuser": True}
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    call = Call.objects.filter(kind="customer").order_by("-started_at").first()
    operator = Operator.objects.exclude(number=None).order_by("pk").first()
    if call is None or operator is None or call.started_at is None:
        raise RuntimeError("there is no history to look at")
    last_day = localdate(call.started_at)
    orders = {}
    for model in (Call, QueueEntry, AbandonedCall):
        model_admin: Any = admin.site.get_model_admin(model)
        order = model_admin.list_columns.index("wait_seconds")
        orders[f"wait of {model._meta.model_name}"] = f"-{order}"
    return {
        "session": str(session.session_key),
        "sid": call.sid,
        "number": call.caller,
        "line": call.line,
        "since": f"{call.started_at:%Y-%m-01}",
        "operator": str(operator.pk),
        "last_day": f"{last_day}",
        "month_before": f"{last_day - timedelta(days=30)}",
        **orders,
        "call": "started_at",
        "queueentry": "entered_at",
        "abandonedcall": "abandoned_at",
        "connection": "connected_at",
        "ivrstep": "asked_at",
        "webhookevent": "received_at",
    }


if __name__ == "__main__":
    django.setup()
    json.dump(_find(), sys.stdout)
