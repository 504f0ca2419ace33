"""Slots: so many at once, so many more for a moment, and nobody else waits."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from callcenter.held import Held
from callcenter.sparing import Sparing
from minicc import wsgi
from minicc.slots import Slots


def test_served_and_waiting_are_bounded_whatever_arrives():
    slots, let_go = Slots(served=2, waiting=3, patience=5), threading.Event()
    inside, most = [0], [0]
    lock = threading.Lock()

    def visit(_number: int) -> bool:
        if not slots.enter():
            return False
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        let_go.wait(5)
        with lock:
            inside[0] -= 1
        slots.leave()
        return True

    with ThreadPoolExecutor(20) as pool:
        visits = [pool.submit(visit, number) for number in range(20)]
        # Those for whom there is no place have left at once.
        deadline = time.monotonic() + 5
        while sum(one.done() for one in visits) < 15 and time.monotonic() < deadline:
            time.sleep(0.01)
        sent_away = [one.result() for one in visits if one.done()]
        let_go.set()
        served = sum(one.result() for one in visits)

    assert sent_away == [False] * 15
    assert (served, most[0]) == (5, 2)


def test_who_waits_in_vain_leaves_the_place_to_others():
    slots = Slots(served=1, waiting=1, patience=0.05)
    assert slots.enter()

    assert [slots.enter(), slots.enter()] == [False, False]
    slots.leave()
    assert slots.enter()


def test_a_body_gives_back_once_also_when_it_was_not_read():
    given_back = []

    body = Held([b"a", b"b"], lambda: given_back.append(1))
    assert list(body) == [b"a", b"b"]
    assert given_back == []
    body.close()
    body.close()

    assert given_back == [1]


def test_a_body_that_fails_to_close_gives_back_all_the_same():
    def pieces():
        try:
            yield b"a"
        finally:
            raise RuntimeError

    given_back = []
    body = Held(pieces(), lambda: given_back.append(1))
    next(iter(body))

    with pytest.raises(RuntimeError):
        body.close()
    assert given_back == [1]


@pytest.mark.django_db
def test_people_are_sent_away_while_twilio_is_answered(monkeypatch, caplog):
    nobody = Slots(served=0, waiting=0, patience=0)
    monkeypatch.setattr(wsgi, "_people", nobody)
    monkeypatch.setattr(wsgi, "_sent_away", Sparing(wsgi._say_sent_away))
    answers: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: Any = None, /) -> Any:
        answers.append((status, headers))

    def ask(path: str) -> bytes:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "wsgi.input": io.BytesIO(),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
        }
        body = wsgi.application(environ, start)
        return b"".join(body)

    assert b"Busy" in ask("/admin/")
    assert b"Busy" in ask("/admin/")
    ask("/twilio/incoming/")

    assert [status[:3] for status, _headers in answers] == ["503", "503", "405"]
    lines = [line for line in caplog.messages if "take all their slots" in line]
    assert lines == ["people's requests take all their slots: 1 sent away"]
    assert dict(answers[0][1])["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/twilio/wait/support/1/", True),
        ("/static/callcenter/hold-music.wav", True),
        ("/healthz", True),
        ("/admin/", False),
        ("/static/admin/css/base.css", False),
        ("/demo/phone/", False),
        ("/", False),
    ],
)
def test_what_callers_need_takes_no_slot_of_people(path, expected):
    assert wsgi._is_for_callers(path) is expected
