"""MiniCC is started again as docs/deploy.md says, and no request goes unanswered."""

import socket
import threading
import time
from contextlib import ExitStack, suppress

import pytest

from minicc.tests import nginx, sites
from minicc.tests.test_stopping import post

pytestmark = pytest.mark.proxy

OPTIONS = ("--workers-kill-timeout", "8", "--respawn-failed-workers")


def test_request_that_a_process_has_taken_and_not_answered_is_asked_of_the_other(
    tmp_path,
):
    """As of a process that ends with connections in its queue."""
    database = tmp_path / "minicc.sqlite3"
    sites.install(database)
    port, own = nginx.free_port(), nginx.free_port()
    base = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        ending = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def take_and_drop() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = ending.accept()
                    connection.recv(1000)
                    connection.close()

        threading.Thread(target=take_and_drop, daemon=True).start()
        stack.enter_context(
            sites.process(database, tmp_path, *OPTIONS, port=own, base=base)
        )
        ports = (ending.getsockname()[1], own)
        stack.enter_context(nginx.without_tls(tmp_path, port, ports))

        answers = [
            post(base, "/twilio/status/", CallStatus="completed") for _ in range(3)
        ]
        ending.shutdown(socket.SHUT_RDWR)

    assert answers == [204] * 3


def test_every_request_is_answered_while_both_processes_are_started_again(tmp_path):
    database = tmp_path / "minicc.sqlite3"
    sites.install(database)
    port, ports = nginx.free_port(), (nginx.free_port(), nginx.free_port())
    base = f"http://127.0.0.1:{port}"
    answers: list[int] = []
    is_over = threading.Event()

    def keep_asking() -> None:
        while not is_over.is_set():
            answers.append(post(base, "/twilio/status/", CallStatus="completed"))

    with ExitStack() as stack:

        def start(number: int) -> ExitStack:
            folder = tmp_path / f"{number} {time.monotonic()}"
            folder.mkdir()
            one = stack.enter_context(ExitStack())
            served = sites.process(
                database, folder, *OPTIONS, port=ports[number], base=base
            )
            one.enter_context(served)
            return one

        running = [start(number) for number in range(2)]
        stack.enter_context(nginx.without_tls(tmp_path, port, ports))
        asking = [threading.Thread(target=keep_asking) for _ in range(3)]
        for thread in asking:
            thread.start()
        for number in (1, 0):  # people's first, then callers'
            time.sleep(1)
            before = len(answers)
            running[number].close()
            running[number] = start(number)
            assert len(answers) > before
        time.sleep(1)
        is_over.set()
        for thread in asking:
            thread.join()

    assert len(answers) > 100
    assert set(answers) == {204}
