"""Hosts that each have their own node of a Galera cluster; here a host is a thread."""

import http.client
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend
from django.test import override_settings

from callcenter.demo.setup.installation import install
from callcenter.tests.twilio_client import signature, voice_form
from minicc.settings import database
from minicc.tests import servers, sites
from minicc.tests.clusters import Cluster

ResultT = TypeVar("ResultT")


class Hosts:
    """Three hosts, with the demo installed."""

    def __init__(self) -> None:
        """Start their nodes. Raises ServerFailed."""
        self.cluster = Cluster(_install)

    def on(self, node: int, work: Callable[[], ResultT]) -> ResultT:
        """Do some work on a host, with nothing open from before."""
        return self.at_once([(node, work)])[0]

    def at_once(
        self, works: Sequence[tuple[int, Callable[[], ResultT]]]
    ) -> list[ResultT]:
        """Do the works on their hosts, all beginning at the same moment."""
        start = threading.Barrier(len(works), timeout=30)

        def run(one: tuple[int, Callable[[], ResultT]]) -> ResultT:
            node, work = one
            with _connected(self.cluster.nodes[node].url) as connection:
                connection.ensure_connection()
                start.wait()
                return work()

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(run, works))


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """This thread, which is a new one, asks that server."""
    asked = connections.settings[DEFAULT_DB_ALIAS] | database(url)
    connection = load_backend(asked["ENGINE"]).DatabaseWrapper(asked)
    connections[DEFAULT_DB_ALIAS] = connection
    try:
        yield connection
    finally:
        connection.close()
        del connections[DEFAULT_DB_ALIAS]


def _install(node: servers.Server) -> None:
    servers.run_sql(node.url, "CREATE DATABASE minicc CHARACTER SET utf8mb4")

    # The tables as they are now, without the way there: that takes a fraction.
    now = dict.fromkeys((app.label for app in apps.get_app_configs()), None)

    def work() -> None:
        with _connected(node.url):
            call_command("migrate", run_syncdb=True, verbosity=0)
            install()

    with override_settings(MIGRATION_MODULES=now), ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def ring(public: str, port: int, call: str) -> bytes:
    """What a server at a port answers to a call that rings, by its public address."""
    form = voice_form(call)
    url = "/twilio/incoming/"
    headers = {"X-Twilio-Signature": signature(public + url, form, sites.TOKEN)}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as host:
        host.request(
            "POST", url, urlencode(form), headers | {"Content-Type": sites.FORM_TYPE}
        )
        answer = host.getresponse()
        assert answer.status == 200
        return answer.read()
