"""Starts a private MariaDB server for tests, in a temporary folder with a socket."""

import atexit
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

SERVER_OPTIONS = [
    "--skip-networking",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
]
# Tests need no durability: the folder is deleted afterwards.
HASTY = [
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=128M",
]
# Benchmarks need it, as in production.
DURABLE = [
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=2G",
    "--innodb-log-file-size=512M",
]
SECONDS_TO_START = 60


class ServerFailed(Exception):
    """The server did not come up; the text ends with its log."""


def missing() -> list[str]:
    """What this machine lacks for it, each with the way to get it."""
    lacks = []
    if not (_program("mariadbd") and _program("mariadb-install-db")):
        lacks.append(
            "MariaDB's server programs"
            " (Debian: apt install mariadb-server-core mariadb-client-core)"
        )
    if importlib.util.find_spec("MySQLdb") is None:
        lacks.append(
            "the driver mysqlclient (Debian: apt install libmariadb-dev pkg-config gcc"
            " python3-dev, then make test installs it)"
        )
    return lacks


def start(*, is_durable: bool = False) -> str:
    """Start a server that ends with this process; returns a DATABASE_URL for it."""
    folder = Path(tempfile.mkdtemp(prefix="minicc-mariadb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data, socket, log = folder / "data", folder / "socket", folder / "log"
    # A starting server clears its temporary folder, so it must not share one.
    temporary = folder / "tmp"
    temporary.mkdir()
    # Without a user named, the server refuses to run as root.
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    with log.open("w") as output:
        subprocess.run(
            [
                str(_program("mariadb-install-db")),
                "--no-defaults",
                f"--datadir={data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *as_root,
            ],
            stdout=output,
            stderr=output,
            check=True,
        )
        server = subprocess.Popen(
            [
                str(_program("mariadbd")),
                "--no-defaults",
                f"--datadir={data}",
                f"--socket={socket}",
                f"--tmpdir={temporary}",
                f"--pid-file={folder / 'pid'}",
                *SERVER_OPTIONS,
                *(DURABLE if is_durable else HASTY),
                *as_root,
            ],
            stdout=output,
            stderr=output,
            # Ctrl-C reaches the tests first: they still need the server to tidy up.
            start_new_session=True,
        )
    # Registered last, so it runs before the folder is removed.
    atexit.register(_stop, server)
    deadline = time.monotonic() + SECONDS_TO_START
    while not socket.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise ServerFailed(log.read_text()[-2000:])
        time.sleep(0.05)
    return f"mysql://root@localhost/minicc?unix_socket={socket}"


def run_sql(url: str, sql: str) -> None:
    """Run a statement on the server of this URL, outside any database."""
    socket = url.rpartition("unix_socket=")[2]
    client = str(_program("mariadb"))
    subprocess.run(
        [client, "--no-defaults", "-uroot", f"--socket={socket}", "-e", sql], check=True
    )


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _program(name: str) -> str | None:
    """Where a program is; Debian keeps servers off the PATH of ordinary users."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path)
