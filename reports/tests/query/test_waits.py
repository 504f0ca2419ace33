"""Spans of waits as addresses have them. No database."""

import pytest

from reports.query.waits import BOUNDS, WaitSpan, parse_span, spans


def test_spans_follow_each_other_without_a_gap():
    found = list(spans())

    assert len(found) == len(BOUNDS) + 1
    for wait in (0, 1, 5, 6, 20, 21, 300, 301, 9_999_999):
        assert [wait in span for span in found].count(True) == 1


@pytest.mark.parametrize("span", [*spans(), WaitSpan(), WaitSpan(0, 5)])
def test_span_is_read_as_it_was_written(span):
    assert parse_span(str(span)) == span


@pytest.mark.parametrize(
    "text",
    ["", "5", "five-ten", "10-5", "5-5", "1-2-3", "-5 ", "１-２", "5-99999999", "--5"],
)
def test_other_texts_are_no_spans(text):
    assert parse_span(text) is None
