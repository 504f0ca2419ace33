"""One browser of an operator's is the desk, and another may take it over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error

from callcenter import patience
from callcenter.desk import browsers
from callcenter.desk.browsers import SILENT_AFTER, Elsewhere
from callcenter.models import Desk

pytestmark = pytest.mark.django_db

NAME = "client:sato"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
OFFICE, HOME = browsers.new_name(), browsers.new_name()


def take(browser: str, seconds: float = 0, *, from_others: bool = False) -> None:
    at = NOON + timedelta(seconds=seconds)
    browsers.take(NAME, browser, at, from_others=from_others)


def hear(browser: str, seconds: float) -> None:
    browsers.hear(NAME, browser, NOON + timedelta(seconds=seconds))


def test_second_browser_is_refused_while_the_first_is_heard_of():
    take(OFFICE)
    hear(OFFICE, 60)

    with pytest.raises(Elsewhere):
        take(HOME, 62)

    hear(OFFICE, 64)
    desk = Desk.objects.get()
    assert (desk.browser, desk.operator) == (OFFICE, NAME)
    assert desk.heard_at == NOON + timedelta(seconds=64)


def test_browser_that_is_taken_from_learns_it_and_does_nothing_more():
    take(OFFICE)
    take(HOME, 2, from_others=True)

    with pytest.raises(Elsewhere):
        hear(OFFICE, 4)
    hear(HOME, 4)


def test_silent_browser_gives_way():
    take(OFFICE)

    with pytest.raises(Elsewhere):
        take(HOME, SILENT_AFTER.total_seconds())
    take(HOME, SILENT_AFTER.total_seconds() + 1)

    hear(HOME, SILENT_AFTER.total_seconds() + 2)


def test_open_page_is_the_desk_again_when_the_other_is_silent():
    take(OFFICE)

    with pytest.raises(Elsewhere):
        hear(HOME, 5)
    hear(HOME, SILENT_AFTER.total_seconds() + 1)

    with pytest.raises(Elsewhere):
        hear(OFFICE, SILENT_AFTER.total_seconds() + 2)


def test_whoever_has_signed_off_signs_in_anywhere():
    take(OFFICE)
    browsers.leave(NAME, OFFICE)

    take(HOME, 1)

    with pytest.raises(Elsewhere):
        hear(OFFICE, 2)


def test_browser_that_is_not_the_desk_cannot_leave_it():
    take(OFFICE)

    browsers.leave(NAME, HOME)

    with pytest.raises(Elsewhere):
        take(HOME, 1)


def test_browser_opened_anew_is_the_same():
    take(OFFICE)

    take(OFFICE, 1)

    hear(OFFICE, 2)


@pytest.mark.parametrize("text", ["", "f" * 31, "F" * 32, "g" * 32, "f" * 33, "\x00"])
def test_text_that_is_no_name_of_a_browser_is_none(text):
    assert browsers.name_in(text) == ""
    assert browsers.name_in(OFFICE) == OFFICE


def test_desk_that_is_not_known_yet_may_be_anywhere():
    hear(HOME, 0)

    assert not Desk.objects.exists()


def test_nobody_is_refused_without_a_database(monkeypatch):
    def away(work, otherwise):
        return otherwise

    take(OFFICE)
    monkeypatch.setattr(patience, "ask", away)

    take(HOME, 1)
    hear(HOME, 2)


def test_failing_database_refuses_nobody(monkeypatch):
    def fail(*_args, **_kwargs):
        raise Error

    take(OFFICE)
    monkeypatch.setattr(Desk.objects, "filter", fail)

    hear(HOME, 2)
