"""Starts nginx as a proxy with TLS for tests, with the servers of docs/deploy.md.

Its certificate is made for it.
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

# The settings know the folder too, but conftest reads this before it sets them.
PAGE = Path(__file__).resolve().parents[2] / "docs" / "deploy.md"
# The host name in docs/deploy.md.
HOST = "cc.example.com"
SECONDS_TO_START = 20
# A single process, which keeps its user and writes only in its folder.
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr error;
worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {shared}
  {server}
}}
"""


class ProxyFailed(Exception):
    """The proxy did not come up; the text is its log."""


def missing() -> list[str]:
    """What this machine lacks for it, with the way to get it."""
    return [] if program() else ["nginx (Debian: apt install nginx)"]


def documented() -> list[str]:
    """The file of docs/deploy.md that all servers share, then the servers, in order."""
    return re.findall(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@contextmanager
def running(
    folder: Path, place: int, port: int, application_port: int
) -> Iterator[Path]:
    """Run a documented server on these ports; yields the file of its authority.

    One process of the application answers callers and people.
    """
    authority, certificate = trustme.CA(), folder / "certificate.pem"
    made = authority.issue_cert(HOST)
    made.private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    changes = [
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"(ssl_certificate(_key)?) .*;", rf"\1 {certificate};"),
    ]
    ports = (application_port, application_port)
    with _serving(folder, place, port, ports, changes):
        yield folder / "authority.pem"


@contextmanager
def without_tls(folder: Path, port: int, ports: tuple[int, int]) -> Iterator[None]:
    """Run the first documented server as http; callers' process is the first port."""
    changes = [
        (r"listen 443 ssl", f"listen 127.0.0.1:{port}"),
        (r"ssl_certificate.*;", ""),
    ]
    with _serving(folder, 0, port, ports, changes):
        yield


@contextmanager
def _serving(
    folder: Path,
    place: int,
    port: int,
    ports: tuple[int, int],
    changes: list[tuple[str, str]],
) -> Iterator[None]:
    """Run a documented server with changes: regular expressions and what replaces."""
    shared, *servers = documented()
    server = servers[place]
    for documented_port, own in zip((8000, 8001), ports, strict=True):
        known = f"127.0.0.1:{documented_port}"
        assert known in shared
        shared = shared.replace(known, f"127.0.0.1:{own}")
    for written, meant in changes:
        server, changed = re.subn(written, meant, server)
        assert changed, written
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, shared=shared, server=server)
    )
    log = folder / "nginx.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(program()), "-e", "stderr", "-c", str(configuration)],
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(port, process, log)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    """A port of this machine that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return as soon as the process listens on the port; raises ProxyFailed."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as problem:
            if process.poll() is not None or time.monotonic() > deadline:
                raise ProxyFailed(log.read_text()[-2000:]) from problem
            time.sleep(0.05)
        else:
            return


def program() -> str | None:
    """Where nginx is; Debian keeps servers off the PATH of ordinary users."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which("nginx", path=path)
