"""The list of queue entries as links of reports ask for it: what a count counts."""

import pytest
from django.test import Client

from callcenter.models import QueueEntry
from reports.present.links import list_url
from reports.tests.factories import make_entry
from reports.tests.pages.reading import ENGLISH

pytestmark = pytest.mark.django_db

PAGE = list_url(QueueEntry)


def asked(client: Client, **parameters: str):
    return client.get(PAGE, parameters, headers=ENGLISH).context["cl"]


def test_list_says_which_span_of_waits_it_shows(admin_client):
    for wait in (5, 6, 10, 11):
        make_entry(wait_seconds=wait)

    found = asked(admin_client, waited="5-10")

    assert {entry.wait_seconds for entry in found.result_list} == {6, 10}
    assert list(found.in_words()) == [("Wait", "over 5 s, up to 10 s")]


@pytest.mark.parametrize(
    ("span", "said", "waits"),
    [
        ("-5", "up to 5 s", {0, 5}),
        ("300-", "over 300 s", {301}),
        ("-", "of known length", {0, 5, 301}),
    ],
)
def test_span_may_be_open(admin_client, span, said, waits):
    for wait in (0, 5, 301, None):
        make_entry(wait_seconds=wait)

    found = asked(admin_client, waited=span)

    assert {entry.wait_seconds for entry in found.result_list} == waits
    assert list(found.in_words()) == [("Wait", said)]


@pytest.mark.parametrize("span", ["5", "10-5", "a-b", "5-99999999"])
def test_span_that_cannot_be_read_lists_nothing_and_is_said(admin_client, span):
    make_entry()

    found = asked(admin_client, waited=span)

    assert found.problems == [f"“{span}” is no span of waits; write 5-10, -5 or 300-."]
    assert found.result_count == 0


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ("given_up", "abandoned, short ones too"),
        ("sl7-numerator", "SL7, numerator"),
        ("ab2-difference-calls", "AB2, counted differently"),
    ],
)
def test_what_only_links_ask_for_is_a_choice_once_it_is_asked_for(
    admin_client, counted, said
):
    make_entry()
    short = make_entry(outcome="short_abandoned", wait_seconds=1)

    found = asked(admin_client, counted=counted)

    assert short in found.result_list
    assert list(found.in_words()) == [("Counted as", said)]
    others = asked(admin_client)
    assert said not in str([list(each.choices(others)) for each in others.filter_specs])


def test_count_that_nobody_knows_lists_nothing_and_is_said(admin_client):
    found = asked(admin_client, counted="sl9-numerator")

    assert found.problems == ["The filter “Counted as” does not know “sl9-numerator”."]
