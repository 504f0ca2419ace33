"""How long sentences and files last. Nothing is spoken: only time passes."""

import re
import unicodedata

WIDE_PER_SECOND = 7.0  # kana and kanji
NARROW_PER_SECOND = 14.0
FILE_SECONDS = 10.0  # of a file whose name does not say its length
SHORTEST_SECONDS = 0.5
# A file may say how long it is: in its name or query, as in music-30s.mp3.
LENGTH = re.compile(r"(?<![0-9])([0-9]{1,4})s(?![a-z0-9])", re.IGNORECASE)
TONE_SECONDS = {"w": 0.5, "W": 1.0}


def say_seconds(text: str) -> float:
    """Give the seconds a sentence takes, by its letters."""
    letters = text.strip()
    if not letters:
        return 0.0
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in letters)
    seconds = wide / WIDE_PER_SECOND + (len(letters) - wide) / NARROW_PER_SECOND
    return round(max(SHORTEST_SECONDS, seconds), 2)


def play_seconds(url: str) -> float:
    """Give the seconds of a file: what its URL says, else a fixed length."""
    said = LENGTH.search(url.rpartition("/")[2])
    return float(said.group(1)) if said else FILE_SECONDS


def tone_seconds(digits: str) -> float:
    """Give the seconds of DTMF tones; w is half a second of silence, W a whole one."""
    return sum(TONE_SECONDS.get(digit, 0.25) for digit in digits)
