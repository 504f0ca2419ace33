"""The sound of a recording by REST: a WAV file, whole and in parts."""

import io
import wave

import pytest

from callcenter.standin import sound
from callcenter.standin.rest.api import RestApi
from callcenter.tests.standin.rest.client import BASIC, ask
from callcenter.tests.standin.rest.test_recordings import record
from callcenter.tests.standin.server import ACCOUNT, Server

BASE = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Recordings/"


def get(exchange, path, wanted="", authorization=BASIC, method="GET"):
    api = RestApi(exchange)
    return api.answer(method, path, b"", authorization, wanted)


@pytest.mark.parametrize("ending", ["", ".wav"])
def test_it_is_a_wav_file_as_long_as_the_recording(ending):
    async def story(exchange, client):
        answer = get(exchange, f"{BASE}{record(exchange, 1).sid}{ending}")

        assert answer.status == 200
        assert answer.headers["Content-Type"] == "audio/x-wav"
        with wave.open(io.BytesIO(answer.body)) as file:
            assert file.getnframes() == 12 * file.getframerate() == 12 * 8000
            samples = file.readframes(8000)
        # Half a second of tone, half a second of silence.
        assert any(samples[:8000])
        assert not any(samples[8000:])

    ask(Server({}), story)


@pytest.mark.parametrize(
    ("wanted", "status", "said", "length"),
    [
        ("bytes=0-99", 206, "bytes 0-99/192044", 100),
        ("bytes=192000-", 206, "bytes 192000-192043/192044", 44),
        ("bytes=192000-999999", 206, "bytes 192000-192043/192044", 44),
        ("bytes=192044-", 416, "bytes */192044", 0),
        ("bytes=9-1", 416, "bytes */192044", 0),
        ("lines=1-2", 200, None, 192044),
    ],
)
def test_parts_of_it_are_given(wanted, status, said, length):
    async def story(exchange, client):
        path = f"{BASE}{record(exchange, 1).sid}.wav"

        answer = get(exchange, path, wanted)

        assert answer.status == status
        assert answer.headers.get("Content-Range") == said
        assert len(answer.body) == length

    ask(Server({}), story)


def test_it_is_gone_once_deleted_and_for_nobody_else():
    async def story(exchange, client):
        one = record(exchange, 1)
        path = f"{BASE}{one.sid}.wav"

        assert get(exchange, path, authorization="").status == 401
        assert get(exchange, path, method="POST").status == 405
        assert get(exchange, f"{BASE}RE{'9' * 32}.wav").status == 404
        other = path.replace(ACCOUNT.sid, "AC" + "9" * 32)
        assert get(exchange, other).status == 404
        client.recordings(one.sid).delete()
        assert get(exchange, path).status == 404

    ask(Server({}), story)


def test_length_is_known_without_making_it():
    assert [sound.length_of(one) for one in (0, 1, 180)] == [
        len(sound.tone(one)) for one in (0, 1, 180)
    ]
