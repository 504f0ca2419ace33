"""Which part of a file a player asks for. No database."""

import pytest

from reports.sound.ranges import Wanted, beyond, content_range, wanted


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", Wanted(0, 1000)),
        ("bytes=0-1", Wanted(0, 2)),
        ("bytes=500-1499", Wanted(500, 1000)),
        ("bytes=500-99999999", Wanted(500, 1000)),
        (" bytes=7-7 ", Wanted(7, 1)),
        ("", None),
        ("bytes=9-1", None),
        ("bytes=-500", None),
        ("bytes=0-1,4-5", None),
        ("bytes=a-b", None),
        ("lines=0-1", None),
        ("bytes=" + "9" * 13 + "-", None),
    ],
)
def test_one_part_is_read_and_anything_else_is_the_whole(header, expected):
    assert wanted(header, 1000) == expected


def test_headers_of_answers():
    assert content_range(500, 1000, 2000) == "bytes 500-1499/2000"
    assert beyond(2000) == "bytes */2000"
