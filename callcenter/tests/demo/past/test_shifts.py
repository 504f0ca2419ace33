"""When operators of the demo are signed in, and when they are away by a key."""

from callcenter.demo.past.shifts import alone, together

HOUR = 3600.0


def test_short_break_is_a_pause_of_a_telephone_and_lunch_ends_the_session():
    sessions = [(0.0, HOUR), (HOUR + 600, 2 * HOUR), (3 * HOUR, 4 * HOUR)]

    assert together(sessions) == [
        (0.0, 2 * HOUR, [(HOUR, HOUR + 600)]),
        (3 * HOUR, 4 * HOUR, []),
    ]
    assert alone(sessions) == [(begins, ends, []) for begins, ends in sessions]


def test_several_breaks_are_pauses_of_one_session():
    sessions = [(0.0, 10.0), (20.0, 30.0), (40.0, 50.0)]

    assert together(sessions) == [(0.0, 50.0, [(10.0, 20.0), (30.0, 40.0)])]
    assert together([]) == []
