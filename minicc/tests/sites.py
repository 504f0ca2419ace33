"""MiniCC served as in production: granian in a process of its own, nginx before it."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from callcenter.tests.twilio_client import signature, voice_form
from conftest import ENVIRONMENT
from minicc.settings import BASE_DIR
from minicc.tests import nginx

LOCK = "twilio:open-sesame"
USER, PASSWORD = "sato", "of-the-supervisor"
FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
TOKEN = ENVIRONMENT["TWILIO_AUTH_TOKEN"]
ROOT, STRIPPED, KEPT = range(3)  # the servers of docs/deploy.md


@dataclass(frozen=True)
class Place:
    """One way of being served behind the proxy."""

    server: int
    path: str = ""
    # PUBLIC_BASE_URL names the port where the proxy really listens.
    shows_port: bool = False
    lock: str = ""
    options: tuple[str, ...] = ()


PLACES = {
    "at the root": Place(ROOT),
    "on a port, with a lock": Place(ROOT, shows_port=True, lock=LOCK),
    "under a path taken off": Place(STRIPPED, "/calls"),
    "under a path left on": Place(
        KEPT, "/calls", options=("--url-path-prefix", "/calls")
    ),
}


@dataclass(frozen=True)
class Answer:
    """An answer as it came through the proxy."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def cookies(self) -> dict[str, Morsel[str]]:
        """The cookies that were set."""
        jar: SimpleCookie = SimpleCookie()
        for header in self.headers.get_all("Set-Cookie", []):
            jar.load(header)
        return dict(jar)


@dataclass(frozen=True)
class Site:
    """A running MiniCC with the proxy before it; `base` is its public address."""

    place: Place
    base: str
    port: int
    authority: Path
    database: Path

    def connect(self) -> ssl.SSLSocket:
        """A connection with TLS to the proxy.

        The host name is public, but the proxy listens on this machine.
        """
        context = ssl.create_default_context(cafile=self.authority)
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=20),
            server_hostname=nginx.HOST,
        )

    def ask(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Request a URL as anybody on the internet may; with a form, by POST."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        connection = http.client.HTTPSConnection(host, timeout=20)
        connection.sock = self.connect()
        body = None if form is None else urlencode(form)
        typed = {} if form is None else {"Content-Type": FORM_TYPE}
        target = parts._replace(scheme="", netloc="", fragment="").geturl()
        connection.request(
            "GET" if form is None else "POST",
            target,
            body=body,
            headers={"Host": host} | typed | dict(headers or {}),
        )
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        connection.close()
        return Answer(response.status, response.headers, text)

    def twilio(
        self,
        url: str,
        *,
        signed: str = "",
        token: str = TOKEN,
        headers: Mapping[str, str] | None = None,
        **params: str,
    ) -> Answer:
        """Post as Twilio does: signed over the URL without its credentials."""
        form = voice_form() | params
        parts = urlsplit(url)
        credentials, _, host = parts.netloc.rpartition("@")
        public = parts._replace(netloc=host, fragment="").geturl()
        own = {"X-Twilio-Signature": signature(signed or public, form, token)}
        if credentials:
            own["Authorization"] = f"Basic {b64encode(credentials.encode()).decode()}"
        return self.ask(public, form, own | dict(headers or {}))

    def with_lock(self, path: str) -> str:
        """The URL of a path as Twilio has it, with the Basic credentials if any."""
        lock = f"{self.place.lock}@" if self.place.lock else ""
        return self.base.replace("://", f"://{lock}") + path


@contextmanager
def running(place: Place, installation: Path, folder: Path) -> Iterator[Site]:
    """Run a site at this place, with a copy of the installation's database."""
    database = folder / "minicc.sqlite3"
    shutil.copy(installation, database)
    port, application_port = nginx.free_port(), nginx.free_port()
    shown = f":{port}" if place.shows_port else ""
    base = f"https://{nginx.HOST}{shown}{place.path}"
    environment = environment_of(
        database, PUBLIC_BASE_URL=base, WEBHOOK_BASIC_AUTH=place.lock
    )
    with (
        _granian(folder, application_port, environment, *place.options),
        nginx.running(folder, place.server, port, application_port) as authority,
    ):
        yield Site(place, base, port, authority, database)


@contextmanager
def serving(
    installation: Path, folder: Path, *options: str, **environment: str
) -> Iterator[str]:
    """Run a site without a proxy, with a copy of the database; yields its address."""
    database = folder / "minicc.sqlite3"
    shutil.copy(installation, database)
    port = nginx.free_port()
    base = f"http://127.0.0.1:{port}"
    everything = environment_of(database, PUBLIC_BASE_URL=base, **environment)
    with _granian(folder, port, everything, *options):
        yield base


@contextmanager
def _granian(
    folder: Path, port: int, environment: Mapping[str, str], *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the application server as in production; yields its process."""
    log = folder / "granian.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--blocking-threads", "24", *options),
                "minicc.server:application",
            ],
            cwd=BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        nginx.wait_for(port, process, log)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def process(
    database: Path,
    folder: Path,
    *options: str,
    port: int = 0,
    base: str = "",
    **environment: str,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a site without a proxy on this database; yields its address and process.

    `base` is its public address, where a proxy is started before it.
    """
    port = port or nginx.free_port()
    base = base or f"http://127.0.0.1:{port}"
    everything = environment_of(database, PUBLIC_BASE_URL=base, **environment)
    with _granian(folder, port, everything, *options) as one:
        yield base, one


def install(database: Path) -> None:
    """Make a database with the demo installation and one supervisor."""
    environment = environment_of(database, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    for command in (
        ["migrate"],
        ["demo", "--config-only"],
        ["createsuperuser", "--noinput", f"--username={USER}", "--email="],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=BASE_DIR,
            env=environment,
            capture_output=True,
            check=True,
        )


def give_account(database: Path, identity: str, password: str) -> None:
    """Let an operator of the demo log in who works in the browser."""
    code = (
        "from django.contrib.auth.models import Group, User\n"
        "from callcenter.models import Operator\n"
        f"user = User.objects.create_user({identity!r}, password={password!r},"
        " is_staff=True)\n"
        "user.groups.set(Group.objects.filter(name='Operator'))\n"
        f"Operator.objects.filter(client_identity={identity!r}).update(user=user)\n"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=BASE_DIR,
        env=environment_of(database),
        capture_output=True,
        check=True,
    )


def environment_of(database: Path, **more: str) -> dict[str, str]:
    """The environment of a process of this installation."""
    own = {
        "DATABASE_URL": f"sqlite:///{database}",
        "SPOOL_DIR": str(database.with_name("spool")),
        # The host of PUBLIC_BASE_URL must be allowed without being named here.
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    return dict(os.environ) | ENVIRONMENT | own | more
