"""The line of outcomes that adds up."""

from reports.present.balance import balance

LABELS = {
    "answered": "answered",
    "short_abandoned": "short abandoned",
    "blocked": "blocked",
}


def test_entries_add_up_and_who_found_no_room_stands_beside():
    found = balance(
        {"blocked": 2, "short_abandoned": 1, "answered": 3},
        LABELS,
        lambda outcome: f"/entries/{outcome}",
    )

    assert (found.total, found.url) == (4, "/entries/")
    assert [
        (term.count, term.label, term.fill, term.url, term.start, term.width)
        for term in found.terms
    ] == [
        (3, "answered", "oc-answered", "/entries/answered", "0.000%", "75.000%"),
        (
            *(1, "short abandoned", "oc-short_abandoned"),
            *("/entries/short_abandoned", "75.000%", "25.000%"),
        ),
    ]
    assert [(term.count, term.label) for term in found.beside] == [(2, "blocked")]


def test_only_blocked_entries_make_no_bar():
    found = balance({"blocked": 2}, LABELS, str)

    assert (found.total, found.terms) == (0, [])
    assert [term.width for term in found.beside] == ["0%"]
