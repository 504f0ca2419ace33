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
error_log stderr warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {server}
}}
"""


class ProxyFailed(Exception):
    """The proxy did not come up; the text is its log."""


def missing() -> list[str]:
    """What this machine lacks for it, with the way to get it."""
    return [] if _program() else ["nginx (Debian: apt install nginx)"]


def documented_servers() -> list[str]:
    """The server blocks of docs/deploy.md, in its order."""
    return re.findall(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@contextmanager
def running(
    folder: Path, server: str, port: int, application_port: int
) -> Iterator[Path]:
    """Run a documented server on these ports; yields the file of its authority."""
    authority, certificate = trustme.CA(), folder / "certificate.pem"
    made = authority.issue_cert(HOST)
    made.private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    for written, meant in (
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{application_port}"),
        (r"(ssl_certificate(_key)?) .*;", rf"\1 {certificate};"),
    ):
        server, changed = re.subn(written, meant, server)
        assert changed, written
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, server=server))
    log = folder / "nginx.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(_program()), "-e", "stderr", "-c", str(configuration)],
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(port, process, log)
        yield folder / "authority.pem"
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


def _program() -> str | None:
    """Where nginx is; Debian keeps servers off the PATH of ordinary users."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which("nginx", path=path)
