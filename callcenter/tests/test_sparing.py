"""What happens again and again is said at once, then once a minute with its count."""

import time

from callcenter.sparing import Sparing


def test_first_is_said_at_once_and_the_others_once_a_minute(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    said: list[int] = []
    flood = Sparing(said.append)

    for second in range(130):
        now[0] = 1000.0 + second
        flood.count_one()

    assert said == [1, 60, 60]
