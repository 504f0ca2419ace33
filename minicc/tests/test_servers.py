"""The servers that tests start: which program is taken for which database."""

import pytest

from minicc.tests import servers


@pytest.fixture
def _no_fetched_mysql(monkeypatch, tmp_path):
    monkeypatch.setattr(servers, "FETCHED", tmp_path / "nothing")
    servers._mysqld.cache_clear()
    yield
    servers._mysqld.cache_clear()


def _program(folder, name, version):
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{program}  Ver {version}'\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("version", "is_taken"),
    [
        ("9.7.4-2 for Linux on x86_64 ((Debian))", True),
        ("10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64", False),
    ],
)
@pytest.mark.usefixtures("_no_fetched_mysql")
def test_mysqld_of_mariadb_is_not_taken_for_mysql(
    monkeypatch, tmp_path, version, is_taken
):
    _program(tmp_path, "mysqld", version)
    monkeypatch.setenv("PATH", str(tmp_path))

    lacks = [lack for lack in servers.missing("mysql") if "server program" in lack]

    assert bool(lacks) is not is_taken
