"""A service level beside its target."""

import pytest
from django.utils.translation import override

from reports.present.meters import meter, state


@pytest.mark.parametrize(
    ("level", "target", "known"),
    [
        (0.8, 80, "ok"),
        (0.7999, 80, "warn"),
        (0.7, 80, "warn"),
        (0.6999, 80, "bad"),
        # Three of ten, whose binary value is a little less.
        (0.29, 29, "ok"),
        (0.0, 5, "warn"),
        (1.0, 100, "ok"),
        (None, 80, ""),
        (0.8, None, ""),
    ],
)
def test_state_is_by_how_far_the_target_is_missed(level, target, known):
    assert state(level, target) == known


def test_picture_is_as_long_as_the_level_and_named_by_the_target():
    with override("ja"):
        picture = meter(0.8125, 90)

    assert 'class="meter meter-warn"' in picture
    assert 'width="81.2%"' in picture
    assert 'x="90%"' in picture
    assert 'aria-label="目標 90%"' in picture


@pytest.mark.parametrize(("level", "target"), [(None, 80), (0.8, None)])
def test_nothing_is_drawn_without_a_target_or_a_level(level, target):
    assert meter(level, target) == ""
