"""Breaks what MiniCC stands on while calls come in, and counts what was lost.

`make faults` plays every fault, `python -m benchmarks.faults NAME ...` some of them.
After each the events of all acknowledged requests have to be stored once, history has
to be what the same events give in peace, and no caller may have heard nothing.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import served, steady
from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.site import Site, site

RATE, LINES = 25, 12
CALM_SECONDS = 5
# So long may it take until everything is in the history.
SETTLE_SECONDS = 150


def play(name: str) -> bool:
    """Play one fault; prints a line. False if anything was lost or heard wrong."""
    fault = FAULTS[name]
    if lacks := fault.needs.missing():
        sys.stdout.write(f"skip {fault.title}: {lacks}\n")
        return True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broken = stack.enter_context(site(folder, fault.needs))
        stream = steady.Stream(RATE, LINES)
        stream.start()
        time.sleep(CALM_SECONDS)
        stream.fault_at = time.monotonic()
        fault.work(broken)
        stream.fault_at = float("inf")
        time.sleep(CALM_SECONDS)
        tally = stream.stop()
        found = _settled(broken, tally)
    is_well = not (
        found["missing"] or found["pending"] or tally.wrong or tally.late
    ) and bool(found["is_as_in_peace"])
    sys.stdout.write(
        f"{'ok  ' if is_well else 'FAIL'} {fault.title}: {tally};"
        f" lost {found['missing']}, pending {found['pending']}, stored"
        f" {found['stored']}, in the history after {found['seconds']:.0f} s,"
        f" history {'equal' if found['is_as_in_peace'] else 'DIFFERS'}\n"
    )
    for body in tally.wrong[:3]:
        sys.stdout.write(f"     {body!r}\n")
    sys.stdout.flush()
    return is_well


def _settled(broken: Site, tally: steady.Tally) -> dict[str, Any]:
    """What is stored once nothing changes any more, and whether history is right."""
    tokens = broken.folder / "tokens"
    tokens.write_text("\n".join(sorted(tally.acknowledged)))
    begun = time.monotonic()
    while True:
        found: dict[str, Any] = json.loads(_look(broken.env, "look", str(tokens)))
        found["seconds"] = time.monotonic() - begun
        if not (found["missing"] or found["pending"]) or (
            found["seconds"] > SETTLE_SECONDS
        ):
            break
        time.sleep(2)
    # A call that is settled meanwhile would stand in the one history alone.
    broken.stop()
    events = broken.folder / "events.jsonl"
    served.manage(broken.env, "dump_events", "--output", str(events))
    peace = served.environment(
        f"sqlite:///{broken.folder}/peace.sqlite3", str(broken.folder)
    )
    served.manage(peace, "migrate", "-v0")
    served.manage(peace, "demo", "--config-only")
    served.manage(peace, "load_events", str(events))
    found["is_as_in_peace"] = _look(broken.env, "rows") == _look(peace, "rows")
    return found


def _look(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", *arguments],
        cwd=served.ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _say_what_is_stored(path: str) -> None:
    """For `_look`: how many of these tokens are stored, and what is pending."""
    from callcenter.models import WebhookEvent  # noqa: PLC0415 -- needs Django set up

    wanted = set(Path(path).read_text().split())
    stored = set(WebhookEvent.objects.values_list("token", flat=True))
    found = {
        "stored": len(stored),
        "missing": len(wanted - stored),
        "pending": WebhookEvent.objects.pending().count(),
    }
    sys.stdout.write(json.dumps(found))


def _say_rows() -> None:
    """For `_look`: the whole history."""
    from callcenter.tests.history_rows import history_rows  # noqa: PLC0415 -- as above

    sys.stdout.write(repr(history_rows()))


def main(arguments: list[str]) -> int:
    """Play the faults that are named, or all; the number of those that went wrong."""
    if arguments[:1] in (["look"], ["rows"]):
        import django  # noqa: PLC0415 -- set up only in a process of its own

        django.setup()
        _say_rows() if arguments[0] == "rows" else _say_what_is_stored(arguments[1])
        return 0
    return sum(not play(name) for name in arguments or FAULTS)


if __name__ == "__main__":
    threading.stack_size(1024 * 1024)
    sys.exit(main(sys.argv[1:]))
