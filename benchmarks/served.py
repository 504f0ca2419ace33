"""Serves the product as `make run` does, on a database of the benchmark's own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import traffic
from benchmarks.client import ADDRESS
from minicc.tests import nginx, servers

ROOT = Path(__file__).resolve().parent.parent
# As `make run` and docs/deploy.md serve it.
_GRANIAN = (
    str(Path(sys.executable).with_name("granian")),
    *("--interface=wsgi", "--no-ws", "--host=127.0.0.1", "--log-level=warning"),
    *("--blocking-threads=24", "--workers-kill-timeout=8"),
    "--respawn-failed-workers",
)
# Of the processes for callers and for people, behind a proxy.
PORTS = (8078, 8079)


def environment(database_url: str, folder: str) -> dict[str, str]:
    """The environment variables of a production-like installation."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "SECRET_KEY": "for-benchmarks-only-" + "x" * 40,
        "DEBUG": "0",
        "DEMO": "0",
        "DATABASE_URL": database_url,
        "PUBLIC_BASE_URL": traffic.BASE_URL,
        "TWILIO_ACCOUNT_SID": traffic.ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": traffic.AUTH_TOKEN,
        "TWILIO_AUTH_TOKEN_SECONDARY": "",
        # Nothing listens there: nobody outside is asked.
        "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
        "WEBHOOK_BASIC_AUTH": "",
        "SPOOL_DIR": f"{folder}/spool",
    }


def manage(env: dict[str, str], *arguments: str) -> None:
    """Run a management command; raises CalledProcessError if it fails."""
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def installation(vendor: str) -> Iterator[dict[str, str]]:
    """Create an empty database with the demo installation; yields its environment."""
    with tempfile.TemporaryDirectory(prefix="minicc-bench-") as folder:
        if vendor == "mariadb":
            url = servers.start(vendor, is_durable=True)
            name = urlsplit(url).path.lstrip("/")
            servers.run_sql(url, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        else:
            url = f"sqlite:///{folder}/minicc.sqlite3"
        env = environment(url, folder)
        manage(env, "migrate", "-v0")
        manage(env, "demo", "--config-only")
        yield env


@contextmanager
def server(env: dict[str, str], workers: int) -> Iterator[int]:
    """Run granian with so many worker processes; yields its process id.

    Raises RuntimeError if another server listens at the port: granian would share the
    port with it, and both would be measured.
    """
    check_port()
    process = launch(env, workers)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def check_port() -> None:
    """Raise RuntimeError if another process listens at the port of the benchmarks."""
    with socket.socket() as probe:
        if probe.connect_ex(ADDRESS) == 0:
            raise RuntimeError(f"another process listens at port {ADDRESS[1]}")


def launch(env: dict[str, str], workers: int) -> subprocess.Popen[bytes]:
    """Start granian with so many worker processes; returns once it answers."""
    command = [
        *_GRANIAN,
        f"--port={ADDRESS[1]}",
        f"--workers={workers}",
        "minicc.server:application",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    _wait_until_up()
    return process


@contextmanager
def as_in_production(
    env: dict[str, str], *, processes: int = 2
) -> Iterator[Callable[[], None]]:
    """Run the application and nginx as docs/deploy.md says, without TLS.

    One process for callers and one for people, below the usual port; or one for both,
    as with SQLite. Yields a function that starts them again, one after the other.
    """
    running: dict[int, subprocess.Popen[bytes]] = {}

    def start(port: int) -> None:
        is_for_people = port != PORTS[0]
        command = [
            *(["nice", "-n", "10"] if is_for_people else []),
            *(*_GRANIAN, f"--port={port}", "minicc.server:application"),
        ]
        running[port] = subprocess.Popen(command, cwd=ROOT, env=env)

    def restart() -> None:
        for port in reversed(ports):
            running[port].terminate()
            running[port].wait(timeout=30)
            start(port)
            _wait_until_up(port)

    def stop() -> None:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(timeout=30)

    ports = PORTS[:processes]
    with ExitStack() as stack:
        stack.callback(stop)
        for port in ports:
            start(port)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        behind = (ports[0], ports[-1])
        stack.enter_context(nginx.without_tls(folder, ADDRESS[1], behind))
        _wait_until_up()
        yield restart


def resident_mib(server_pid: int, *, peak: bool = False) -> float:
    """Resident memory of the server's largest worker: now, or its peak so far."""
    name = "VmHWM:" if peak else "VmRSS:"
    children = Path(f"/proc/{server_pid}/task/{server_pid}/children").read_text()
    sizes = []
    for child in children.split():
        for line in Path(f"/proc/{child}/status").read_text().splitlines():
            if line.startswith(name):
                sizes.append(int(line.split()[1]) / 1024)
    return max(sizes)


def _wait_until_up(port: int = ADDRESS[1]) -> None:
    address = f"http://{ADDRESS[0]}:{port}/healthz"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except urllib.error.HTTPError:
            # It is up, and its database is not.
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not come up")
