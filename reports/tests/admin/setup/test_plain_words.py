"""What is refused on the setup's pages for being impossible or odd, in plain words."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from callcenter.models import (
    BusinessHours,
    Holiday,
    MenuOption,
    Operator,
    PhoneLine,
    QueueThreshold,
)
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save

pytestmark = pytest.mark.django_db

TWICE = "This row is entered twice."


def page(row, what: str = "change") -> str:
    return reverse(f"admin:callcenter_{row._meta.model_name}_{what}", args=[row.pk])


def add(client, table: str, /, **form) -> list[str]:
    url = reverse(f"admin:callcenter_{table}_add")
    return errors(save(client, url, **form))


def hours(*spans):
    form = {"hours__TOTAL_FORMS": len(spans)}
    for place, (weekday, opens, closes) in enumerate(spans):
        form[f"hours__{place}__weekday"] = weekday
        form[f"hours__{place}__opens_at"] = opens
        form[f"hours__{place}__closes_at"] = closes
    return form


@pytest.mark.parametrize(
    ("spans", "sentences"),
    [
        ([(1, "09:00", "12:00"), (1, "12:00", "18:00")], []),
        ([(1, "09:00", "18:00"), (2, "09:00", "18:00")], []),
        ([(1, "09:00", "12:00"), (1, "13:00", "00:00")], []),
        (
            [(1, "09:00", "12:00"), (1, "11:00", "18:00")],
            [
                "Monday 09:00–12:00 and Monday 11:00–18:00 overlap. Merge them, or"
                " leave a gap between them."
            ],
        ),
        (
            [(1, "13:00", "18:00"), (1, "09:00", "00:00")],
            [
                "Monday 09:00–00:00 and Monday 13:00–18:00 overlap. Merge them, or"
                " leave a gap between them."
            ],
        ),
        (
            [(1, "09:00", "12:00"), (1, "09:00", "18:00")],
            ["Hours of this day begin at this time already.", TWICE],
        ),
    ],
)
def test_hours_that_overlap_are_refused(admin_client, spans, sentences):
    line = rows.make_line()

    assert errors(save(admin_client, page(line), **hours(*spans))) == sentences
    assert BusinessHours.objects.exists() == (not sentences)


def test_overlapping_hours_are_refused_in_japanese(admin_client):
    line = rows.make_line()
    spans = hours((1, "09:00", "12:00"), (1, "11:00", "18:00"))

    assert errors(save(admin_client, page(line), "ja", **spans)) == [
        "月曜日 09:00–12:00 と 月曜日 11:00–18:00 が重なっています。1つにまとめるか、"
        "重ならないように分けてください。"
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+81 50-0000-0199", "+815000000199"),
        ("＋８１５０００００１９９", "+81500000199"),
        ("+81 (50) 0000 0199", "+815000000199"),
        ("+81 (0)50-0000-0199", "+815000000199"),
        ("050-0000-0199", "+815000000199"),
        ("03-1234-5678", "+81312345678"),
        ("(03) 1234 5678", "+81312345678"),
        ("０９０ー１２３４ー５６７８", "+819012345678"),
        ("+1 201-555-0123", "+12015550123"),
        ("0012015550123", "+12015550123"),
        ("010 1 201 555 0123", "+12015550123"),
    ],
)
def test_number_is_kept_in_one_form_however_it_is_typed(admin_client, typed, kept):
    line = rows.make_line()

    assert errors(save(admin_client, page(line), number=typed)) == []
    assert PhoneLine.objects.get().number == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("+0312345678", "+٨١٣١٢٣٤٥٦٧٨", "x", "3-1234-5678", "03-1234", "0-0"),
        *("03-1234-5678 ext 3", "03-1234-5678, 03-1234-5679", "1-800-FLOWERS"),
    ],
)
def test_text_that_is_no_telephone_number_is_refused(admin_client, typed):
    line, operator = rows.make_line(), rows.make_operator()
    sentence = "Write a telephone number as 03-1234-5678 or +81312345678."

    assert errors(save(admin_client, page(line), number=typed)) == [sentence]
    assert sentence in errors(save(admin_client, page(operator), number=typed))


def test_line_and_operator_share_no_number(admin_client):
    line = rows.make_line("+815000000101", name="Main")
    operator = rows.make_operator("Sato", number="+815000000201")

    of_line = save(admin_client, page(line), number=operator.number)
    of_operator = save(
        admin_client, page(operator), number=line.number, is_pin_off="on"
    )

    assert errors(of_line) == [
        "This is the number of the operator Sato. Anyone who calls from it is taken"
        " for the operator."
    ]
    assert errors(of_operator) == [
        "This is the number of the line Main. Whoever calls from an operator’s number"
        " is taken for the operator."
    ]


@pytest.mark.parametrize("fallback", ["+815000000101", "+815000000102"])
def test_line_is_not_its_own_fallback(admin_client, fallback):
    line = rows.make_line("+815000000101")
    rows.make_line("+815000000102", is_default=False)

    assert errors(save(admin_client, page(line), fallback_number=fallback)) == [
        "This is a line of MiniCC, which cannot answer either when the"
        " fallback is needed."
    ]


def test_operator_without_number_and_browser_is_refused(admin_client):
    assert add(admin_client, "operator", name="Sato") == [
        "Give a telephone number or a browser identity."
    ]
    assert not Operator.objects.exists()


def test_operator_with_a_browser_only_needs_no_number(admin_client):
    assert add(admin_client, "operator", name="Sato", client_identity="sato") == []


def test_one_key_leads_one_way(admin_client):
    menu = rows.make_menu("main")
    change = {
        "options__TOTAL_FORMS": 2,
        "options__1__input": "1",
        "options__1__action": "end",
    }

    found = errors(save(admin_client, page(menu), **change))

    assert found[0] == ("This input leads somewhere already: one input, one way.")
    assert menu.options.count() == 1


def test_keys_change_places(admin_client):
    menu = rows.make_menu("main")
    second = MenuOption.objects.create(menu=menu, input="2", action="end")
    third = MenuOption.objects.create(menu=menu, input="3", action="end")
    change = {
        "options__0__input": "2",
        "options__1__input": "1",
        "options__1__DELETE": "",
        "options__2__input": "4",
    }

    assert errors(save(admin_client, page(menu), **change)) == []
    assert list(menu.options.values_list("input", "action", "pk")) == [
        ("1", "end", second.pk),
        ("2", "queue", menu.options.get(input="2").pk),
        ("4", "end", third.pk),
    ]


def test_key_takes_the_place_of_one_that_goes(admin_client):
    menu = rows.make_menu("main")
    MenuOption.objects.create(menu=menu, input="2", action="end")
    change = {"options__0__input": "2", "options__1__DELETE": "on"}

    assert errors(save(admin_client, page(menu), **change)) == []
    assert list(menu.options.values_list("input", "action")) == [("2", "queue")]


def threshold(place=0, **values):
    form = {
        "valid_from": "2030-04-01",
        "target_seconds": 20,
        "short_abandon_seconds": 5,
    }
    return {
        "thresholds__TOTAL_FORMS": place + 1,
        **{
            f"thresholds__{place}__{name}": value
            for name, value in {**form, **values}.items()
        },
    }


@pytest.mark.parametrize(
    ("values", "sentences"),
    [
        ({}, []),
        ({"target_seconds": 0}, ["Within 0 seconds nobody can answer."]),
        (
            {"target_seconds": 3601},
            ["More than an hour: this is counted in seconds."],
        ),
        (
            {"short_abandon_seconds": 20000},
            ["More than an hour: this is counted in seconds."],
        ),
        ({"valid_from": "0001-01-01"}, ["Give a year from 2000 to 2099."]),
        ({"valid_from": "20300-04-01"}, ["Enter a valid date."]),
        (
            {"target_seconds": -1},
            ["Ensure this value is greater than or equal to 0."],
        ),
    ],
)
def test_thresholds_are_seconds_somebody_can_mean(admin_client, values, sentences):
    queue = rows.make_queue()

    assert errors(save(admin_client, page(queue), **threshold(**values))) == sentences
    assert QueueThreshold.objects.exists() == (not sentences)


def test_thresholds_change_once_a_day(admin_client):
    queue = rows.make_queue()
    rows.make_threshold(queue, date(2030, 4, 1))

    found = errors(save(admin_client, page(queue), **threshold(place=1)))

    assert found[0] == "Thresholds begin on this day already: change those instead."
    assert QueueThreshold.objects.count() == 1


def test_threshold_for_short_calls_above_the_target_is_warned_of(admin_client):
    queue = rows.make_queue()
    form = threshold(target_seconds=10, short_abandon_seconds=15)

    response = save(admin_client, page(queue), **form)

    said = [str(each) for each in get_messages(response.wsgi_request)]
    assert (
        "From 1 Apr 2030 on, the short-abandon threshold (S) is longer than the service"
        " level threshold (T): callers who give up after T but before S do not count as"
        " abandoned."
    ) in said


def test_day_is_a_holiday_once(admin_client):
    line = rows.make_line()
    rows.make_holiday()
    form = {"date": "2027-01-01", "name": "元日"}

    assert add(admin_client, "holiday", **form) == [
        "This day is a holiday already: New Year."
    ]
    assert add(admin_client, "holiday", **form, line=line.pk) == []
    assert add(admin_client, "holiday", date="0001-01-01", name="x") == [
        "Give a year from 2000 to 2099."
    ]
    assert Holiday.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("menu", "Past calls are kept, with the menu’s code instead of its name."),
        (
            "operator",
            "Past conversations are kept, under the number or browser identity"
            " instead of the name. To keep the name, switch the operator off.",
        ),
        ("message", None),
    ],
)
def test_page_that_asks_before_deleting_says_what_history_keeps(
    admin_client, name, sentence
):
    url = page(rows.SETUP[name](), "delete")

    html = admin_client.get(url, headers={"accept-language": "en"}).content.decode()

    assert ("are kept" in html) == bool(sentence)
    assert (sentence or "") in html


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("ja", "2026-12-30"),
        ("ja", "2026/12/30"),
        ("en", "2026/12/30"),
        ("en", "30 Dec 2026"),
    ],
)
def test_day_is_taken_as_the_pages_write_it(admin_client, language, day):
    url = reverse("admin:callcenter_holiday_add")

    admin_client.post(
        url, {"date": day, "name": "Closing"}, headers={"accept-language": language}
    )

    assert Holiday.objects.get().date == date(2026, 12, 30)


def test_same_sentences_are_said_where_rows_are_taken_in():
    """A model says them, so that an import says them too."""
    line = rows.make_line("+815000000101", name="Main")
    operator = Operator(name="Sato", number=line.number)

    with (
        translation.override("en"),
        pytest.raises(ValidationError, match="number of the line Main"),
    ):
        operator.full_clean()
