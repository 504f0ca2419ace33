"""PINs: which are accepted, how they are kept, and how many may be tried."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from callcenter import keyed
from callcenter.models import Operator, OperatorPin, SetupVersion, WrongPins
from callcenter.models.pins import CLOSES_AT, check_pin
from callcenter.tests.pins import PIN, is_pin, kept, with_pin

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def operator() -> Operator:
    return Operator.objects.create(name="Sato", number="+815000000201")


@pytest.mark.parametrize("pin", ["490217", "112233", "13579024", "987651"])
def test_pin_that_is_not_easily_guessed_is_accepted(pin):
    check_pin(pin)


@pytest.mark.parametrize(
    "pin",
    ["", "1234", "12345", "123456789", "４９０２１７", "49 0217", "49021a", "-12345"],
)
def test_pin_has_six_to_eight_digits(pin):
    with pytest.raises(ValidationError, match=r"6.*8"):
        check_pin(pin)


@pytest.mark.parametrize("pin", ["000000", "7777777", "123456", "2345678", "987654"])
def test_digits_all_the_same_or_in_order_are_refused(pin):
    with pytest.raises(ValidationError):
        check_pin(pin)


@pytest.mark.django_db
def test_what_is_kept_depends_on_the_secret_key(settings):
    sato = with_pin(operator())
    former = settings.SECRET_KEY

    settings.SECRET_KEY = "another-key"
    assert not is_pin(sato, PIN)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert is_pin(sato, PIN)


@pytest.mark.django_db
def test_two_operators_with_one_pin_have_different_hashes():
    first = with_pin(operator())
    second = with_pin(Operator.objects.create(name="Ito", client_identity="ito"))

    assert PIN not in kept(first)
    assert kept(first) != kept(second)


@pytest.mark.django_db
def test_new_pin_is_a_change_of_the_setup_and_forgets_wrong_ones():
    sato = with_pin(operator())
    WrongPins.objects.create(operator=sato, count=CLOSES_AT, last_at=NOW)
    before = SetupVersion.objects.get().version

    OperatorPin.replace({sato: "581902"})

    assert SetupVersion.objects.get().version > before
    assert not WrongPins.objects.exists()
    assert is_pin(sato, "581902")


@pytest.mark.parametrize("text", ["", "!", "1234", keyed.NO_PIN_FITS, "salt$", "$"])
def test_what_is_no_hash_fits_no_pin(text):
    assert not keyed.pin_matches("1234", text)


def test_pauses_grow_and_then_it_is_closed():
    rows = [WrongPins(count=count, last_at=NOW) for count in range(1, CLOSES_AT + 1)]

    pauses = [(row.paused_until - NOW) // MINUTE for row in rows[:-1]]

    assert pauses == [0, 0, 0, 0, 1, 2, 4, 8, 16]
    assert [row.is_closed for row in rows] == [False] * 9 + [True]


@pytest.mark.django_db
def test_nothing_is_looked_at_in_a_pause_nor_when_it_is_closed():
    sato = operator()
    WrongPins.objects.create(operator=sato, count=6, last_at=NOW)

    assert WrongPins.begin_guess(sato, NOW + 2 * MINUTE - timedelta(seconds=1)) is None
    row = WrongPins.begin_guess(sato, NOW + 2 * MINUTE)
    assert row is not None
    assert (row.count, row.last_at) == (7, NOW + 2 * MINUTE)
    WrongPins.objects.update(count=CLOSES_AT)
    assert WrongPins.begin_guess(sato, NOW + timedelta(days=365)) is None


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_no_more_are_looked_at_than_allowed():
    sato = operator()

    def guess(_number: int) -> bool:
        try:
            return WrongPins.begin_guess(sato, NOW) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(guess, range(40)))

    assert looked_at == WrongPins.objects.get().count == 5
