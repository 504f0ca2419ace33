"""`minicc.start`, as far as it can be tested without installing anything."""

import hashlib
import importlib.util
import os
import shutil
import socket
import stat
import subprocess
import sys

import pytest

from minicc import start


def test_first_start_writes_settings_only_its_owner_can_read(tmp_path):
    assert start.write_env(tmp_path / ".env", 8001)

    values = start.read_env(tmp_path / ".env")
    assert sorted(values) == [
        "DEMO",
        "PUBLIC_BASE_URL",
        "SECRET_KEY",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_API_BASE_URL",
        "TWILIO_AUTH_TOKEN",
    ]
    assert values["PUBLIC_BASE_URL"] == "http://127.0.0.1:8001"
    assert values["DEMO"] == "1"
    # Not Twilio, who does not know this account.
    assert values["TWILIO_API_BASE_URL"] == "http://127.0.0.1:9001"
    assert len(values["SECRET_KEY"]) >= 50
    assert len(values["TWILIO_ACCOUNT_SID"]) == 34
    assert stat.S_IMODE(os.stat(tmp_path / ".env").st_mode) == 0o600


def test_two_installations_share_no_secret(tmp_path):
    start.write_env(tmp_path / "one", 8000)
    start.write_env(tmp_path / "two", 8000)

    one, two = start.read_env(tmp_path / "one"), start.read_env(tmp_path / "two")
    assert one["SECRET_KEY"] != two["SECRET_KEY"]
    assert one["TWILIO_AUTH_TOKEN"] != two["TWILIO_AUTH_TOKEN"]


def test_settings_that_are_there_stay_as_they_are(tmp_path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")

    assert not start.write_env(tmp_path / ".env", 8000)
    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"


def test_settings_that_cannot_be_written_are_said_in_one_line(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(start.CannotStart, match=r"^The settings cannot be written: .*"):
        start.write_env(tmp_path / "file" / ".env", 8000)


def test_venv_that_cannot_be_made_is_said_in_one_line(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    (tmp_path / ".venv").touch()

    with pytest.raises(start.CannotStart, match=r"could not be made: .*/.venv'$"):
        start.install("requirements.txt")

    assert capfd.readouterr().err == ""


def test_other_files_that_fail_are_said_in_one_line(tmp_path):
    (tmp_path / "minicc").mkdir()
    shutil.copy(start.__file__, tmp_path / "minicc")
    # Read as settings, which it cannot be.
    (tmp_path / ".env").mkdir()

    done = subprocess.run(
        [sys.executable, "minicc/start.py", "run"],
        cwd=tmp_path,
        env=os.environ | {"PORT": "18417"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("MiniCC: ")


def test_env_file_is_read_as_people_write_it(tmp_path):
    (tmp_path / ".env").write_text(
        "# a comment with = in it\n\nexport DEMO=1\nTWILIO_AUTH_TOKEN='a=b'\n"
        'DATABASE_URL = "mysql://u:p@h/d?x=y"\n'
    )

    assert start.read_env(tmp_path / ".env") == {
        "DEMO": "1",
        "TWILIO_AUTH_TOKEN": "a=b",
        "DATABASE_URL": "mysql://u:p@h/d?x=y",
    }


def test_without_an_env_file_there_are_no_settings(tmp_path):
    assert start.read_env(tmp_path / ".env") == {}


def test_a_taken_port_is_reported_in_one_line_that_names_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(start.CannotStart) as caught:
            start.check_port("127.0.0.1", port)

    assert str(caught.value) == (
        f"Port {port} is in use, perhaps by MiniCC itself;"
        f" to use another: make run PORT={port + 1}"
    )


def test_checking_a_free_port_leaves_it_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    start.check_port("127.0.0.1", port)
    start.check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("url", "needed"),
    [
        ("mysql://u:p@localhost/minicc", True),
        ("mariadb://u:p@localhost/minicc", True),
        ("sqlite:///minicc.sqlite3", False),
        ("", False),
    ],
)
def test_only_mariadb_and_mysql_need_a_driver(url, needed):
    assert start.uses_mysql(url) is needed


def test_a_missing_venv_module_is_reported_with_its_debian_package(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(start.CannotStart, match="apt install python3-venv"):
        start.install("requirements.txt")

    assert list(tmp_path.iterdir()) == []


def test_packages_that_the_driver_needs_are_named_before_it_is_compiled(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MYSQLCLIENT_CFLAGS", raising=False)

    with pytest.raises(start.CannotStart, match=r"gcc.* pkg-config libmariadb-dev$"):
        start.install_driver()


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A folder with a lock file, and a machine without any program."""
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def with_npm(machine, script: str) -> None:
    npm = machine / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)


def test_charts_are_installed_once_by_the_npm_of_the_machine(machine, capsys):
    (machine / "node_modules").mkdir()
    with_npm(machine, f'echo "$@" >> {machine}/asked')

    start.install_front_end()
    start.install_front_end()

    assert (machine / "asked").read_text() == "ci --omit=dev\n"


def test_charts_that_npm_cannot_install_are_said_and_the_start_goes_on(machine, capsys):
    with_npm(machine, "echo no network >&2; exit 1")

    start.install_front_end()

    said = capsys.readouterr().out
    assert "Charts are not drawn, as npm could not install them: no network" in said
    assert not (machine / "node_modules" / "installed").exists()


def test_machine_without_npm_gets_one_from_pip(machine, monkeypatch, capsys):
    asked: list[str] = []
    monkeypatch.setattr(start, "install", asked.append)
    monkeypatch.setattr(start, "_python", lambda: sys.executable)

    start.install_front_end()

    assert asked == ["requirements-node.txt"]
    assert "Charts are not drawn" in capsys.readouterr().out


def test_requirements_installed_before_are_not_installed_again(monkeypatch, tmp_path):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "_make_venv", lambda: None)
    (tmp_path / "requirements.txt").write_text("nothing==1\n")
    (tmp_path / ".venv").mkdir()
    stamp = tmp_path / ".venv" / "installed-requirements.txt"
    stamp.write_text(hashlib.sha256(b"nothing==1\n").hexdigest())

    start.install("requirements.txt")

    # There is no pip here: installing fails, as it does once the file has changed.
    stamp.write_text("another")
    with pytest.raises(FileNotFoundError):
        start.install("requirements.txt")


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        ("raise SystemExit(130)", 130),
        # As in the foreground: a program started in the background ignores Ctrl-C.
        (
            "import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL);"
            " os.kill(os.getpid(), signal.SIGINT)",
            130,
        ),
        ("raise SystemExit(1)", "The database could not be prepared (see above)."),
    ],
)
def test_interrupted_first_run_ends_the_start_without_blaming_the_database(
    monkeypatch, tmp_path, ends, status
):
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{ends}\n")
    python.chmod(0o700)
    monkeypatch.setattr(start, "_python", lambda: str(python))

    with pytest.raises((SystemExit, start.CannotStart)) as end:
        start.prepare_database()

    assert end.value.args == (status,)


@pytest.mark.parametrize(
    ("typed", "exported", "given"),
    [([], "192.0.2.1", ""), ([], "", ""), (["HOST=192.0.2.1"], "", "192.0.2.1")],
)
def test_server_listens_elsewhere_only_where_that_is_typed(typed, exported, given):
    environment = {"PATH": os.environ["PATH"], "HOST": exported}

    shown = subprocess.run(
        [shutil.which("make") or "make", "-n", "run", "PYTHON=python3", *typed],
        cwd=start.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert f"MINICC_HOST={given} python3 -m minicc.start run" in shown
