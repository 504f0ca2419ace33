"""What is heard in recordings of the stand-in: a tone, half a second on, half off.

A WAV file as Twilio's recordings are: 8,000 samples of 16 bits a second (docs/twilio.md
10.3).
"""

import math
import struct

CONTENT_TYPE = "audio/x-wav"
BYTES_PER_SECOND = 16_000
_HEADER_BYTES = 44
_HERTZ, _SAMPLES_PER_SECOND, _LOUDNESS = 400, 8_000, 6_000
# A period is a whole number of samples, so that it can be repeated.
_PERIOD = struct.pack(
    f"<{_SAMPLES_PER_SECOND // _HERTZ}h",
    *(
        round(_LOUDNESS * math.sin(2 * math.pi * _HERTZ * at / _SAMPLES_PER_SECOND))
        for at in range(_SAMPLES_PER_SECOND // _HERTZ)
    ),
)
_HALF = _PERIOD * (_HERTZ // 2)
_SECOND = _HALF + bytes(len(_HALF))


def length_of(seconds: int) -> int:
    """The bytes of the file of a recording of so many seconds."""
    return _HEADER_BYTES + seconds * BYTES_PER_SECOND


def tone(seconds: int) -> bytes:
    """The file of a recording of so many seconds."""
    size = seconds * BYTES_PER_SECOND
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", _HEADER_BYTES - 8 + size, b"WAVE", b"fmt ", 16, 1, 1),
        *(_SAMPLES_PER_SECOND, BYTES_PER_SECOND, 2, 16, b"data", size),
    )
    return header + _SECOND * seconds
