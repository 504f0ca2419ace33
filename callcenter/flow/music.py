"""The hold music: quiet chords, computed here, so that it is free of licences.

`python -m callcenter.flow.music` writes the file that is served. No database.
"""

import io
import math
import wave
from pathlib import Path

FILE = Path(__file__).parent.parent / "static/callcenter/hold-music.wav"

# The sampling rate of telephony: Twilio would convert any other to it. Eight bits a
# sample keep the file of twenty seconds small.
SAMPLES_PER_SECOND = 8000
SECONDS_PER_CHORD = 2.5
TAIL_SECONDS = 2.0

# A bass note and four above it, in semitones from A4 (440 Hz): Cmaj7 Am7 Fmaj7 G6,
# C Am Dm7 Gsus4. Telephones carry 300 to 3,400 Hz, so all notes are high.
CHORDS = (
    (-9, 3, 7, 10, 14),
    (-12, 0, 3, 7, 10),
    (-16, -4, 0, 3, 7),
    (-14, -2, 2, 5, 7),
    (-9, 3, 7, 10, 15),
    (-12, 0, 3, 7, 12),
    (-7, -4, 0, 3, 8),
    (-14, -2, 3, 5, 10),
)
# Up and down the chord: the note played in each eighth of its time.
FIGURE = (1, 2, 3, 4, 3, 2, 3, 2)
# Overtones and their loudness: close to a soft electric piano.
OVERTONES = ((1, 1.0), (2, 0.32), (3, 0.11), (4, 0.04))


def hold_music() -> bytes:
    """Twenty seconds of music as a WAV file; the same bytes every time."""
    mixed = _mixed()
    loudest = max(abs(value) for value in mixed)
    samples = bytes(128 + round(110 * value / loudest) for value in mixed)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(SAMPLES_PER_SECOND)
        file.writeframes(samples)
    return buffer.getvalue()


def _mixed() -> list[float]:
    """All notes mixed; the tail of the last ones is added to the beginning.

    So the step from the end to the next playing cannot be heard.
    """
    chord_samples = int(SECONDS_PER_CHORD * SAMPLES_PER_SECOND)
    mixed = [0.0] * (chord_samples * len(CHORDS))
    for place, chord in enumerate(CHORDS):
        start = place * chord_samples
        _add(mixed, start, chord[0], SECONDS_PER_CHORD, 0.55)
        eighth = chord_samples // len(FIGURE)
        for index, note in enumerate(FIGURE):
            loudness = 0.42 if index == 0 else 0.30
            seconds = eighth / SAMPLES_PER_SECOND
            _add(mixed, start + index * eighth, chord[note], seconds, loudness)
    return mixed


def _add(
    mixed: list[float], start: int, semitones: int, seconds: float, loudness: float
) -> None:
    pitch = 440.0 * 2 ** (semitones / 12)
    length = int((seconds + TAIL_SECONDS) * SAMPLES_PER_SECOND)
    for index in range(length):
        moment = index / SAMPLES_PER_SECOND
        rise = min(1.0, moment / 0.012)
        fall = min(1.0, (length - index) / (0.05 * SAMPLES_PER_SECOND))
        strength = loudness * rise * fall * math.exp(-moment / (0.45 + seconds / 3))
        turn = 2 * math.pi * pitch * moment
        tone = sum(
            part * math.sin(turn * number) * math.exp(-moment * 1.5 * (number - 1))
            for number, part in OVERTONES
            if pitch * number < SAMPLES_PER_SECOND / 2
        )
        place = (start + index) % len(mixed)
        mixed[place] += strength * tone


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(hold_music())
