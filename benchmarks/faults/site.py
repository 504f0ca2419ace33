"""A running installation to which something is done: server, worker, database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import served
from benchmarks.faults import CLOCK_VARIABLE
from minicc.tests import clusters, servers

USER = "minicc"
_CLOCK = "clock"
# A small database writes its log where its data are.
_SMALL_LOG = ["--innodb-log-file-size=16M", "--innodb-buffer-pool-size=64M"]


@dataclass
class Site:
    """What a fault can be done to."""

    env: dict[str, str]
    folder: Path
    database: servers.Server | None
    web: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]
    cluster: clusters.Cluster | None = None

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

    def start_worker(self) -> None:
        """Start the product's worker again."""
        self.worker = _worker(self.env)

    def stop(self) -> None:
        """End web and worker as systemd does."""
        for process in (self.web, self.worker):
            process.terminate()
            process.wait()

    def kill_worker(self) -> None:
        """End the worker as the kernel would, out of memory."""
        self.worker.kill()
        self.worker.wait()

    def web_workers(self) -> list[int]:
        """The process ids of the web workers."""
        children = f"/proc/{self.web.pid}/task/{self.web.pid}/children"
        return [int(pid) for pid in Path(children).read_text().split()]

    def kill_a_web_worker(self, pid: int) -> None:
        """End a web worker as the kernel would, unless it has just ended by itself."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def set_clock(self, seconds: int) -> None:
        """Let the clock of web and worker be off by so much; needs `Needs.clock`."""
        path = self.folder / _CLOCK
        new = path.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(path)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a fault needs besides MariaDB, a web server and a worker."""

    sqlite: bool = False
    # Disks of their own, which are soon full, for the spool or the database; of root.
    small_spool: bool = False
    small_database: bool = False
    # In place of the one database a Galera cluster of three nodes; web and worker know
    # the first alone.
    cluster: bool = False
    # A clock that can be set.
    clock: bool = False

    def missing(self) -> str:
        """What this machine lacks for it, or nothing."""
        if (self.small_spool or self.small_database) and os.geteuid() != 0:
            return "only root can make a small disk"
        if self.cluster and clusters.missing():
            return "it lacks " + "; ".join(clusters.missing())
        return ""


@contextmanager
def site(folder: Path, needs: Needs) -> Iterator[Site]:
    """An installation that serves callers, with the demo's setup and no calls.

    Raises RuntimeError if another server listens at the port, which would share it.
    """
    served.check_port()
    with ExitStack() as stack:
        if needs.small_spool:
            stack.enter_context(_small_disk(folder / "spool", megabytes=24))
        database = cluster = None
        url = f"sqlite:///{folder}/minicc.sqlite3"
        if not needs.sqlite:
            place = folder / "database"
            if needs.small_database:
                stack.enter_context(_small_disk(place, megabytes=220))
                database = servers.Server("mariadb", _SMALL_LOG, place)
            elif needs.cluster:
                cluster = clusters.Cluster(options=servers.DURABLE)
                stack.callback(cluster.kill)
                database = cluster.nodes[0]
            else:
                database = servers.Server("mariadb", servers.DURABLE)
            stack.callback(database.kill)
            url = _make_user(database)
        env = served.environment(url, str(folder))
        served.manage(env, "migrate", "-v0")
        served.manage(env, "demo", "--config-only")
        if needs.clock:
            (folder / _CLOCK).write_text("0")
            env[CLOCK_VARIABLE] = str(folder / _CLOCK)
        web = served.launch(env, 2 if database else 1)
        made = Site(env, folder, database, web, _worker(env), cluster)
        stack.callback(made.stop)
        yield made


def _make_user(database: servers.Server) -> str:
    """A database and its user; the URL. Root may write where others may only read."""
    servers.run_sql(
        database.url,
        "CREATE DATABASE minicc CHARACTER SET utf8mb4;"
        f" CREATE USER {USER}@localhost;"
        f" GRANT ALL ON minicc.* TO {USER}@localhost",
    )
    return database.url.replace("root@", f"{USER}@")


def _worker(env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "worker"]
    return subprocess.Popen(
        command, cwd=served.ROOT, env=env, stdout=subprocess.DEVNULL
    )


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of its own for a folder."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=0700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607


@contextmanager
def full(folder: Path, *, leave: int = 0) -> Iterator[None]:
    """Fill the small disk of a folder meanwhile, but for so many bytes."""
    filler = folder / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(b"x" * 65_536)
            file.flush()
    if leave:
        os.truncate(filler, filler.stat().st_size - leave)
    try:
        yield
    finally:
        filler.unlink()
