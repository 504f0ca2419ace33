"""Outcomes and states as people see them."""

from callcenter.models import Call, QueueEntry
from reports.present import swatches


def test_outcome_is_a_pattern_and_a_word():
    assert swatches.outcome("short_abandoned", "short <abandoned>") == (
        '<span class="outcome">'
        '<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true" focusable="false">'
        '<rect class="oc-short_abandoned" width="10" height="10" rx="1.5" /></svg>'
        "Short &lt;abandoned&gt;</span>"
    )


def test_no_outcome_yet_shows_nothing():
    assert swatches.outcome("", "") == ""


def test_every_outcome_of_an_entry_has_its_own_fill_and_calls_know_one_more():
    entries = {swatches.fill(each) for each in QueueEntry.Outcome.values}
    calls = {swatches.fill(each) for each in Call.Outcome.values}

    assert entries == {f"oc-{each}" for each in QueueEntry.Outcome.values}
    assert calls - entries == {"oc-none"}


def test_states_stand_on_the_ground_of_their_urgency():
    assert [
        swatches.badge(state, state)
        for state in ("open", "in_progress", "recovered", "closed")
    ] == [
        '<span class="badge badge-open">Open</span>',
        '<span class="badge badge-progress">In_progress</span>',
        '<span class="badge badge-done">Recovered</span>',
        '<span class="badge">Closed</span>',
    ]
