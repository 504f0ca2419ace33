"""Which numbers may be dialled: ordinary ones of the countries that are allowed."""

import pytest

from callcenter.dialling import is_dialled
from callcenter.tests.bad_numbers import BAD
from callcenter.tests.flow.plans import SATO
from callcenter.tests.twilio_client import CALLER, LINE
from callcenter.tests.webhooks.installation import OPERATOR


@pytest.mark.parametrize(
    "number",
    # A place, a mobile and an IP telephone, free of charge, and those of the demo.
    [
        *("+81312345678", "+819012345678", "+815012345678", "+81120123456"),
        *("+818001234567", CALLER, LINE, OPERATOR, SATO, "+815000000199"),
    ],
)
def test_ordinary_number_is_dialled(number):
    assert is_dialled(number)


@pytest.mark.parametrize(
    ("prefix", "ordinary", "charged"),
    [
        ("+1", "+12125550123", ["+19005551234", "+1911", "+15550123"]),
        ("+49", "+4930123456", ["+49112", "+49110", "+499001234567", "+491801234567"]),
        ("+39", "+390612345678", ["+39112", "+39899123456"]),
        ("+44", "+442012345678", ["+44999", "+449012345678", "+448712345678"]),
    ],
)
def test_abroad_only_ordinary_numbers_of_an_allowed_country_are_dialled(
    settings, prefix, ordinary, charged
):
    assert not is_dialled(ordinary)
    settings.DIAL_PREFIXES = [prefix]

    assert is_dialled(ordinary)
    assert [number for number in charged if is_dialled(number)] == []


@pytest.mark.parametrize("number", BAD)
def test_what_only_looks_like_an_allowed_number_is_none(number):
    assert not is_dialled(number)
