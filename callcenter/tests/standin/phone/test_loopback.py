"""One switchboard for all processes of a site, and nobody else's."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from callcenter.standin.phone import loopback as loopbacks
from callcenter.standin.phone.loopback import Unavailable
from callcenter.tests.standin import echo_service
from minicc.settings import BASE_DIR
from minicc.tests.nginx import free_port


@pytest.fixture
def loopback():
    one = echo_service.loopback(free_port())
    yield one
    one.close()


def another_process(port):
    """A process that has asked on this port, and who answered it."""
    process = subprocess.Popen(  # noqa: S603 -- our own module
        [sys.executable, "-m", echo_service.__name__, str(port)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process):
    process.communicate()
    assert process.returncode == 0


def stranger(answer: bytes):
    """Another program on a port: says this, or if empty repeats what it is sent."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                asked = connection.recv(10_000)
                connection.sendall(answer or asked)

    threading.Thread(target=talk, daemon=True).start()
    return listening


def test_process_that_finds_nobody_answers_itself(loopback):
    answer = loopback.ask({"do": "hello", "to": "こんにちは"})

    assert answer == {
        "process": os.getpid(),
        "asked": {"do": "hello", "to": "こんにちは"},
    }


def test_every_process_asks_the_same_one(loopback):
    loopback.ask({"do": "hello"})

    process, answered_by = another_process(loopback.port)
    end(process)

    assert answered_by == os.getpid()
    assert process.pid != os.getpid()


def test_process_that_asks_next_takes_over_from_one_that_died(loopback):
    process, answered_by = another_process(loopback.port)
    before = loopback.ask({"do": "hello"})["process"]
    end(process)

    after = loopback.ask({"do": "hello"})["process"]

    assert (answered_by, before, after) == (process.pid, process.pid, os.getpid())


def test_threads_that_ask_at_once_start_one_only(loopback):
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(loopback.ask({"do": "hello"})))
        for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [{"process": os.getpid(), "asked": {"do": "hello"}}] * 8


def test_slow_answer_holds_up_nobody_else(loopback):
    loopback.ask({"do": "hello"})
    slow = threading.Thread(target=lambda: loopback.ask({"do": "sleep", "seconds": 1}))
    slow.start()

    loopback.ask({"do": "hello"})

    assert slow.is_alive()
    slow.join()


def test_failure_is_logged_and_said_and_the_question_not_asked_again(loopback, caplog):
    echo_service.EchoService.failures.clear()

    with pytest.raises(Unavailable, match="it failed"):
        loopback.ask({"do": "fail"})

    assert echo_service.EchoService.failures == [{"do": "fail"}]
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == [
        "no answer to fail"
    ]
    assert loopback.ask({"do": "hello"})["process"] == os.getpid()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"hi\n", b""])
def test_another_program_on_the_port_is_not_believed(answer):
    with stranger(answer) as listening:
        port = listening.getsockname()[1]

        with pytest.raises(Unavailable, match=f"another program .* port {port}"):
            echo_service.loopback(port).ask({"do": "hello"})


@pytest.mark.parametrize(
    "line", [b"\n", b"hello\n", b"0123 {}\n", b"\xff\xfe\n", b"x" * 100_000]
)
def test_who_does_not_know_the_secret_is_not_answered(loopback, line):
    loopback.ask({"do": "hello"})

    with socket.create_connection(("127.0.0.1", loopback.port)) as connection:
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(100)
        except ConnectionResetError:
            answer = b""

    assert answer == b""
    assert loopback.ask({"do": "hello"})["process"] == os.getpid()


def test_another_secret_gets_no_answer(loopback, monkeypatch):
    monkeypatch.setattr(loopbacks, "SECONDS_BETWEEN_TRIES", 0)
    loopback.ask({"do": "hello"})

    with pytest.raises(Unavailable, match=f"nobody answers on port {loopback.port}"):
        echo_service.loopback(loopback.port, b"another").ask({"do": "hello"})
