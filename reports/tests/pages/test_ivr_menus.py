"""The page of the menus: its numbers lead to IVR steps."""

import pytest
from django.utils import translation

from reports.definitions.ivr_menus import IvrMenusReport
from reports.tests.definitions.test_ivr_menus import (
    AGAIN,
    OTHER,
    TO_QUEUE,
    make_asked,
    make_menu,
)
from reports.tests.factories import LINE
from reports.tests.pages.reading import check_every_number, page

pytestmark = pytest.mark.django_db

DAY = {"first": "2026-10-20", "last": "2026-10-20"}


@pytest.fixture
def client(admin_client):
    """Two lines whose callers did all that can be done in a menu."""
    make_menu(key1="queue", key9="menu")
    for line in (LINE, OTHER):
        make_asked(("1", TO_QUEUE), line=line)
        make_asked(("", TO_QUEUE), line=line)
        make_asked(("", ""), line=line)
        make_asked(("7", AGAIN), ("*", AGAIN), ("#", TO_QUEUE), line=line)
        make_asked(("9", AGAIN), ("", ""), is_over=False, line=line)
    return admin_client


@pytest.mark.parametrize("asked", [{}, {"line": LINE}])
def test_every_number_opens_its_steps(client, asked):
    html = page(client, "ivr-menus", **DAY, **asked)

    # Asked, four ways on and five keys, of a menu and in total.
    assert check_every_number(client, html) == 20


@pytest.mark.parametrize(("language", "said"), [("en", "Key 1"), ("ja", "キー 1")])
def test_keys_are_named_in_the_language_of_the_reader(language, said):
    (column,) = [each for each in IvrMenusReport.columns if each.code == "input_1"]

    with translation.override(language):
        assert column.heading == said


def test_count_that_nobody_knows_is_said(client):
    response = client.get(
        "/admin/callcenter/ivrstep/?counted=all", headers={"accept-language": "en"}
    )

    assert "does not know “all”" in response.content.decode()
    assert response.context["cl"].result_count == 0
