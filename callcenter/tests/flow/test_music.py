"""The hold music that is served is the one the module makes. No database."""

import io
import wave

from django.contrib.staticfiles import finders

from callcenter.flow import links, music


def test_file_holds_the_music_that_the_module_makes():
    assert music.FILE.read_bytes() == music.hold_music()


def test_file_is_served_where_the_address_points(settings):
    settings.PUBLIC_BASE_URL = "https://cc.example.com"

    assert links.hold_music() == (
        "https://cc.example.com/static/callcenter/hold-music.wav"
    )
    assert finders.find(links.HOLD_MUSIC) == str(music.FILE)


def test_music_suits_a_telephone_and_is_short_enough_for_a_heartbeat():
    content = music.FILE.read_bytes()
    with wave.open(io.BytesIO(content)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        seconds = file.getnframes() / file.getframerate()

    assert (shape, seconds) == ((1, 1, 8000), 20.0)
    assert len(content) < 200_000
