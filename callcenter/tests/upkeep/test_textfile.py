"""Lines of a file that may be anything: read as a stream, in bounded memory."""

import gzip
import io
import tracemalloc

import pytest

from callcenter.events.eventfile import LONGEST_LINE
from callcenter.upkeep.textfile import utf8_lines

MEGABYTE = 1_000_000


def zeros(megabytes, path):
    """A small gzip file that unpacks to so many megabytes without a line end."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(megabytes):
            file.write(b"0" * MEGABYTE)
        file.write(b"\nnext\n")
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-le"])
def test_line_longer_than_may_be_is_cut_and_the_next_is_read(encoding):
    longest = "{" + "x" * (LONGEST_LINE - 2) + "\n"
    text = longest + "x" * LONGEST_LINE + "\n" + "y" * (3 * LONGEST_LINE) + "\nlast"

    lines = list(utf8_lines(io.BytesIO(text.encode(encoding))))

    assert [(line.content[:1], line.is_cut) for line in lines] == [
        (b"{", False),
        (b"x", True),
        (b"y", True),
        (b"l", False),
    ]
    assert max(len(line.content) for line in lines) == LONGEST_LINE


def test_characters_of_several_bytes_are_counted_in_bytes():
    text = "{" + "山" * (LONGEST_LINE // 2) + "\n{}\n"

    lines = list(utf8_lines(io.BytesIO(text.encode("utf-16"))))

    assert [line.is_cut for line in lines] == [True, False]


def test_gzip_that_unpacks_to_one_endless_line_takes_little_memory(tmp_path):
    path = zeros(200, tmp_path / "bomb.gz")

    tracemalloc.start()
    try:
        with path.open("rb") as raw:
            lines = [(len(line.content), line.is_cut) for line in utf8_lines(raw)]
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert lines == [(LONGEST_LINE, True), (5, False)]
    assert peak < 20 * MEGABYTE
