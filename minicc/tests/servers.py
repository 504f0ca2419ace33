"""Starts a private MariaDB or MySQL for tests, in a temporary folder with a socket."""

import atexit
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO

KINDS = ("mariadb", "mysql")
NAMES = {"mariadb": "MariaDB", "mysql": "MySQL"}
# Where get_mysql.sh puts MySQL on a distribution that has MariaDB alone.
FETCHED = Path(__file__).resolve().parents[2] / ".mysql"
OPTIONS = [
    "--skip-networking",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
]
# MySQL alone: a second protocol would listen, and a folder is expected where Debian
# would have made it.
MYSQL_OPTIONS = ["--skip-mysqlx", "--secure-file-priv=NULL"]
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


def missing(kind: str) -> list[str]:
    """What this machine lacks for it, each with the way to get it."""
    lacks = []
    if kind == "mysql" and not _mysqld():
        lacks.append(
            "MySQL's server program (minicc/tests/get_mysql.sh puts it into .mysql)"
        )
    if kind == "mariadb" and not (find("mariadbd") and find("mariadb-install-db")):
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


class Server:
    """A server that ends with this process, and can be killed and started again."""

    # Of its process, where that is another than ours.
    _environment: dict[str, str] | None = None

    def __init__(
        self, kind: str, options: Sequence[str] = HASTY, folder: Path | None = None
    ) -> None:
        """Make its data folder, in a temporary one or `folder`, and start it.

        Raises ServerFailed.
        """
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix=f"minicc-{kind}-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self._folder = folder
        self.socket = folder / "socket"
        # A starting server clears its temporary folder, so it must not share one; nor
        # may the one that its installer starts for a moment.
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        # Without a user named, the server refuses to run as root.
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        program = find("mariadbd") if kind == "mariadb" else _mysqld()
        self._command = [
            str(program),
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            f"--socket={self.socket}",
            f"--tmpdir={self._temporary}",
            f"--pid-file={folder / 'pid'}",
            *OPTIONS,
            *(MYSQL_OPTIONS if kind == "mysql" else []),
            *options,
            *as_root,
        ]
        self._make_data(*_installer(kind), f"--datadir={folder / 'data'}", *as_root)
        self.process = self._launch()
        # Registered last, so it runs before the folder is removed.
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """A DATABASE_URL for it, as root."""
        return f"mysql://root@localhost/minicc?unix_socket={self.socket}"

    def stop(self) -> None:
        """End it in peace."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a power failure would."""
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)

    def start_again(self) -> None:
        """Start it with the data that it had."""
        self.process = self._launch()

    def _make_data(self, *installer: str) -> None:
        environment = dict(os.environ) | {"TMPDIR": str(self._temporary)}
        with self._log() as output:
            done = subprocess.run(
                installer, stdout=output, stderr=output, env=environment
            )
        if done.returncode:
            raise ServerFailed((self._folder / "log").read_text()[-2000:])

    def _log(self) -> IO[str]:
        return (self._folder / "log").open("a")

    def _launch(self, *options: str) -> subprocess.Popen[bytes]:
        with self._log() as output:
            process = subprocess.Popen(
                [*self._command, *options],
                stdout=output,
                stderr=output,
                env=self._environment,
                # Ctrl-C reaches the tests first: they still need it to tidy up.
                start_new_session=True,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.socket.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServerFailed((self._folder / "log").read_text()[-2000:])
            time.sleep(0.05)
        return process


def start(kind: str, *, is_durable: bool = False) -> str:
    """Start a server that ends with this process; returns a DATABASE_URL for it."""
    return Server(kind, DURABLE if is_durable else HASTY).url


def run_sql(url: str, sql: str) -> None:
    """Run a statement on the MariaDB of this URL, outside any database."""
    socket = url.rpartition("unix_socket=")[2]
    command = [str(find("mariadb")), "--no-defaults", "-uroot", f"--socket={socket}"]
    subprocess.run([*command, "-e", sql], check=True)


def _installer(kind: str) -> list[str]:
    """The command that makes a data folder with a root user without password."""
    if kind == "mysql":
        return [str(_mysqld()), "--no-defaults", "--initialize-insecure"]
    return [
        str(find("mariadb-install-db")),
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]


@cache
def _mysqld() -> str | None:
    """Where the mysqld of MySQL is; MariaDB installs itself under that name too."""
    for program in (str(FETCHED / "mysqld"), find("mysqld")):
        if program and Path(program).exists():
            asked = [program, "--no-defaults", "--version"]
            done = subprocess.run(asked, capture_output=True, text=True)
            if done.returncode == 0 and "MariaDB" not in done.stdout:
                return program
    return None


def find(name: str) -> str | None:
    """Where a program is; Debian keeps servers off the PATH of ordinary users."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path)
