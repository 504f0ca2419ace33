"""Breaks what MiniCC stands on while calls come in, and counts what was lost.

`make faults` plays every fault, `python -m benchmarks.faults NAME ...` some of them.
After each the events of all acknowledged requests have to be stored once, history has
to be what the same events give in peace, and no caller may have heard nothing.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import served, steady
from minicc.tests import servers

RATE, LINES = 25, 12
CALM_SECONDS = 5
# So long may it take until everything is in the history.
SETTLE_SECONDS = 150
USER = "minicc"


@dataclass
class Site:
    """What a fault can be done to: the database server, and the product's."""

    env: dict[str, str]
    folder: Path
    database: servers.Server | None
    web: subprocess.Popen[bytes]

    @property
    def mariadb(self) -> servers.Server:
        """The database server. Raises RuntimeError on SQLite, which has none."""
        if self.database is None:
            raise RuntimeError("SQLite has no server")
        return self.database

    def sql(self, statement: str) -> None:
        """Run a statement as root."""
        servers.run_sql(self.mariadb.url, statement)

    def start_web(self) -> None:
        """Start the product's server again."""
        self.web = served.launch(self.env, 2 if self.database else 1)

    def workers(self) -> list[int]:
        """The process ids of the web workers."""
        children = f"/proc/{self.web.pid}/task/{self.web.pid}/children"
        return [int(pid) for pid in Path(children).read_text().split()]


Fault = Callable[[Site], None]
_FAULTS: dict[str, tuple[str, Fault]] = {}


def fault(name: str) -> Callable[[Fault], Fault]:
    """Register a fault, which breaks something and mends it."""

    def register(work: Fault) -> Fault:
        _FAULTS[work.__name__.replace("_", "-")] = name, work
        return work

    return register


@fault("MariaDB killed, back after 20 s")
def killed(site: Site) -> None:
    site.mariadb.kill()
    time.sleep(20)
    site.mariadb.start_again()


@fault("MariaDB hangs for 20 s")
def hangs(site: Site) -> None:
    site.mariadb.process.send_signal(signal.SIGSTOP)
    time.sleep(20)
    site.mariadb.process.send_signal(signal.SIGCONT)


@fault("MariaDB read-only for 15 s")
def read_only(site: Site) -> None:
    site.sql("SET GLOBAL read_only=1")
    time.sleep(15)
    site.sql("SET GLOBAL read_only=0")


@fault("all tables locked for 15 s")
def global_lock(site: Site) -> None:
    site.sql("FLUSH TABLES WITH READ LOCK; SELECT SLEEP(15)")


@fault("table of events locked for 15 s")
def events_locked(site: Site) -> None:
    site.sql("LOCK TABLES minicc.callcenter_webhookevent WRITE; SELECT SLEEP(15)")


@fault("table of calls locked for 15 s")
def calls_locked(site: Site) -> None:
    site.sql("LOCK TABLES minicc.callcenter_call WRITE; SELECT SLEEP(15)")


@fault("all rows of calls locked for 15 s")
def rows_locked(site: Site) -> None:
    site.sql(
        "USE minicc; BEGIN; SELECT COUNT(*) FROM callcenter_call FOR UPDATE;"
        " SELECT SLEEP(15); COMMIT"
    )


@fault("no connection is free for 15 s")
def connections_used_up(site: Site) -> None:
    # New connections are refused, and those that are there end.
    site.sql(f"ALTER USER {USER}@localhost ACCOUNT LOCK")
    site.sql(f"KILL USER {USER}")
    time.sleep(15)
    site.sql(f"ALTER USER {USER}@localhost ACCOUNT UNLOCK")


@fault("a web worker killed, again and again")
def worker_killed(site: Site) -> None:
    chance = random.Random(7)  # noqa: S311 -- nothing secret
    for _time in range(4):
        # More often, and granian would end, to be started again by systemd.
        time.sleep(chance.uniform(5, 8))
        if workers := site.workers():
            os.kill(chance.choice(workers), signal.SIGKILL)


@fault("the whole server killed, back after 5 s, twice")
def server_killed(site: Site) -> None:
    for _time in range(2):
        workers = site.workers()
        site.web.kill()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        site.web.wait()
        time.sleep(5)
        site.start_web()
        time.sleep(8)


@fault("server told to stop and started again, twice")
def restarted(site: Site) -> None:
    for _time in range(2):
        site.web.terminate()
        site.web.wait()
        site.start_web()
        time.sleep(8)


@fault("server told to reload, twice")
def reloaded(site: Site) -> None:
    for _time in range(2):
        site.web.send_signal(signal.SIGHUP)
        time.sleep(8)


@fault("database away, and the server killed and started meanwhile")
def started_without_database(site: Site) -> None:
    site.mariadb.kill()
    time.sleep(4)
    for pid in site.workers():
        os.kill(pid, signal.SIGKILL)
    time.sleep(12)
    site.mariadb.start_again()


@fault("database away for 20 s, and the disk of the spool full")
def disk_full(site: Site) -> None:
    filler = site.folder / "spool" / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(b"x" * 65_536)
            file.flush()
    killed(site)
    filler.unlink()


@fault("SQLite locked by another process for 10 s")
def sqlite_locked(site: Site) -> None:
    import sqlite3  # noqa: PLC0415

    path = site.env["DATABASE_URL"].removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None, timeout=5)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(10)
    other.execute("ROLLBACK")
    other.close()


def play(name: str) -> bool:
    """Play one fault; prints a line. False if anything was lost or heard wrong."""
    title, work = _FAULTS[name]
    if work is disk_full and os.geteuid() != 0:
        sys.stdout.write(f"skip {title}: only root can make a small disk\n")
        return True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if work is disk_full:
            stack.enter_context(_small_disk(folder / "spool"))
        kind = "sqlite" if work is sqlite_locked else "mariadb"
        site = stack.enter_context(_site(kind, folder))
        stream = steady.Stream(RATE, LINES)
        stream.start()
        time.sleep(CALM_SECONDS)
        stream.fault_at = time.monotonic()
        work(site)
        stream.fault_at = float("inf")
        time.sleep(CALM_SECONDS)
        tally = stream.stop()
        found = _settled(site, tally)
    is_well = not (
        found["missing"] or found["pending"] or tally.wrong or tally.late
    ) and bool(found["is_as_in_peace"])
    sys.stdout.write(
        f"{'ok  ' if is_well else 'FAIL'} {title}: {tally};"
        f" lost {found['missing']}, pending {found['pending']}, stored"
        f" {found['stored']}, in the history after {found['seconds']:.0f} s,"
        f" history {'equal' if found['is_as_in_peace'] else 'DIFFERS'}\n"
    )
    for body in tally.wrong[:3]:
        sys.stdout.write(f"     {body!r}\n")
    sys.stdout.flush()
    return is_well


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """A disk of its own for a folder, which is soon full."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607


@contextmanager
def _site(kind: str, folder: Path) -> Iterator[Site]:
    database = None
    url = f"sqlite:///{folder}/minicc.sqlite3"
    if kind == "mariadb":
        database = servers.Server("mariadb", is_durable=True)
        # Not as root, who may write where others may only read.
        servers.run_sql(
            database.url,
            "CREATE DATABASE minicc CHARACTER SET utf8mb4;"
            f" CREATE USER {USER}@localhost;"
            f" GRANT ALL ON minicc.* TO {USER}@localhost",
        )
        url = database.url.replace("root@", f"{USER}@")
    env = served.environment(url, str(folder))
    served.manage(env, "migrate", "-v0")
    served.manage(env, "demo", "--config-only")
    site = Site(env, folder, database, served.launch(env, 2 if database else 1))
    try:
        yield site
    finally:
        site.web.terminate()
        site.web.wait()
        if database:
            database.kill()


def _settled(site: Site, tally: steady.Tally) -> dict[str, Any]:
    """What is stored once nothing changes any more, and whether history is right."""
    tokens = site.folder / "tokens"
    tokens.write_text("\n".join(sorted(tally.acknowledged)))
    begun = time.monotonic()
    while True:
        found: dict[str, Any] = json.loads(_look(site.env, "look", str(tokens)))
        found["seconds"] = time.monotonic() - begun
        if not (found["missing"] or found["pending"]) or (
            found["seconds"] > SETTLE_SECONDS
        ):
            break
        time.sleep(2)
    events = site.folder / "events.jsonl"
    served.manage(site.env, "dump_events", "--output", str(events))
    peace = served.environment(
        f"sqlite:///{site.folder}/peace.sqlite3", str(site.folder)
    )
    served.manage(peace, "migrate", "-v0")
    served.manage(peace, "demo", "--config-only")
    served.manage(peace, "load_events", str(events))
    found["is_as_in_peace"] = _look(site.env, "rows") == _look(peace, "rows")
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
    return sum(not play(name) for name in arguments or _FAULTS)


if __name__ == "__main__":
    threading.stack_size(1024 * 1024)
    sys.exit(main(sys.argv[1:]))
