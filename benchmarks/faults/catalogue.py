"""The faults: each breaks something and mends it."""

import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.faults.site import USER, Needs, Site, full


@dataclass(frozen=True, slots=True)
class Fault:
    """What is broken: its title, what does it, and what that needs."""

    title: str
    work: Callable[[Site], None]
    needs: Needs


_NOTHING_ELSE = Needs()
_SMALL_SPOOL = Needs(small_spool=True)
_SMALL_DATABASE = Needs(small_database=True)
_CLUSTER = Needs(cluster=True)

# By the names that are typed.
FAULTS: dict[str, Fault] = {}


def fault(
    title: str, needs: Needs = _NOTHING_ELSE
) -> Callable[[Callable[[Site], None]], Callable[[Site], None]]:
    """Register a function as a fault."""

    def register(work: Callable[[Site], None]) -> Callable[[Site], None]:
        FAULTS[work.__name__.replace("_", "-")] = Fault(title, work, needs)
        return work

    return register


@fault("MariaDB killed, back after 20 s")
def killed(site: Site) -> None:
    site.mariadb.kill()
    time.sleep(20)
    site.mariadb.start_again()


@fault("the node of this host killed, of a Galera cluster, back after 20 s", _CLUSTER)
def node_killed(site: Site) -> None:
    killed(site)


@fault("another node of the cluster killed, back after 20 s", _CLUSTER)
def other_node_killed(site: Site) -> None:
    if site.cluster:
        other = site.cluster.nodes[1]
        other.kill()
        time.sleep(20)
        other.start_again()


@fault("MariaDB hangs for 20 s")
def hangs(site: Site) -> None:
    hangs_for(site, 20)


def hangs_for(site: Site, seconds: float) -> None:
    """Stop the database, as a machine that swaps does, and let it go on."""
    site.mariadb.process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
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
        if workers := site.web_workers():
            site.kill_a_web_worker(chance.choice(workers))


@fault("the whole server killed, back after 5 s, twice")
def server_killed(site: Site) -> None:
    for _time in range(2):
        workers = site.web_workers()
        site.web.kill()
        for pid in workers:
            site.kill_a_web_worker(pid)
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
    for pid in site.web_workers():
        site.kill_a_web_worker(pid)
    time.sleep(12)
    site.mariadb.start_again()


@fault("database away for 20 s, and the disk of the spool full", _SMALL_SPOOL)
def disk_full(site: Site) -> None:
    with full(site.folder / "spool"):
        killed(site)


@fault("the disk of the database full for 15 s", _SMALL_DATABASE)
def database_disk_full(site: Site) -> None:
    with full(site.folder / "database", leave=1_000_000):
        time.sleep(15)


@fault("rows locked by others in changing order for 15 s: deadlocks")
def deadlocks(site: Site) -> None:
    tables = ("callcenter_call", "callcenter_webhookevent", "callcenter_queueentry")
    until = time.monotonic() + 15
    threads = [
        threading.Thread(target=_lock_rows, args=(site, order, until))
        for order in (tables, tables[::-1], (tables[1], tables[0], tables[2]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _lock_rows(site: Site, tables: tuple[str, ...], until: float) -> None:
    import MySQLdb  # noqa: PLC0415 -- missing where there is no MariaDB

    other = MySQLdb.connect(
        unix_socket=str(site.mariadb.socket), user="root", database="minicc"
    )
    while time.monotonic() < until:
        with suppress(MySQLdb.OperationalError):
            other.begin()
            with other.cursor() as cursor:
                for table in tables:
                    cursor.execute(
                        f"SELECT id FROM {table} ORDER BY id DESC LIMIT 30 FOR UPDATE"
                    )
                    time.sleep(0.15)
            other.commit()
    other.close()


@fault("worker and web workers killed while they load the spool, six times")
def killed_while_draining(site: Site) -> None:
    chance = random.Random(11)  # noqa: S311 -- nothing secret
    for time_of_this in range(6):
        hangs_for(site, 5)
        # Within a second or two they find that the database is back.
        time.sleep(chance.uniform(0.3, 2.5))
        site.kill_worker()
        # More often, and granian would end, to be started again by systemd.
        if time_of_this % 2 and (workers := site.web_workers()):
            site.kill_a_web_worker(chance.choice(workers))
        site.start_worker()


@fault("clock set back by an hour, and on again after 15 s", Needs(clock=True))
def clock_set_back(site: Site) -> None:
    site.set_clock(-3600)
    time.sleep(15)
    site.set_clock(0)


@fault("SQLite locked by another process for 10 s", Needs(sqlite=True))
def sqlite_locked(site: Site) -> None:
    path = site.env["DATABASE_URL"].removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None, timeout=5)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(10)
    other.execute("ROLLBACK")
    other.close()
