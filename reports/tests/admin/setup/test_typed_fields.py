"""Forms of the setup take what the pages show, and say what is wrong with the rest."""

from datetime import date, time

import pytest
from django.urls import reverse
from django.utils import translation

from callcenter.models import Holiday, Operator, Prompt
from callcenter.numbers import phone_number
from callcenter.tests.pins import is_pin, with_pin
from reports.admin.setup.typed_fields import DayField
from reports.tests.admin import rows
from reports.tests.admin.forms import errors, save
from reports.tests.admin.setup.importing import bring, refusal, send

pytestmark = pytest.mark.django_db


def page(row) -> str:
    return reverse(f"admin:callcenter_{row._meta.model_name}_change", args=[row.pk])


def list_text(client, model: str, language: str) -> str:
    url = reverse(f"admin:callcenter_{model}_changelist")
    content: bytes = client.get(url, headers={"accept-language": language}).content
    return content.decode()


@pytest.mark.parametrize("number", ["+815000000199", "+12015550123", "+81312345678"])
def test_number_is_taken_as_lists_show_it(admin_client, number):
    operator = rows.make_operator()
    shown = phone_number(number)

    saved = save(admin_client, page(operator), number=shown, is_pin_off="on")

    assert errors(saved) == []
    operator.refresh_from_db()
    assert operator.number == number
    assert shown in list_text(admin_client, "operator", "ja")
    content = admin_client.get(page(operator)).content.decode()
    assert f'value="{shown}"' in content


def test_fallback_number_is_taken_as_people_write_it(admin_client):
    line = rows.make_line()

    assert errors(save(admin_client, page(line), fallback_number="03 1234 5678")) == []
    line.refresh_from_db()
    assert line.fallback_number == "+81312345678"


def test_number_longer_than_its_column_can_be_typed(admin_client):
    content = admin_client.get(page(rows.make_line())).content.decode()

    (field,) = (
        tag for tag in content.split("<input") if ' name="number"' in tag.split(">")[0]
    )
    assert "maxlength" not in field.split(">")[0]


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("ja", "2026/12/30"),
        ("ja", "2026年12月30日"),
        ("ja", "２０２６／１２／３０"),
        ("ja", "2026/12/30(水)"),
        ("ja", "2026-12-30"),
        ("en", "30 Dec 2026"),
        ("en", "12/30/2026"),
        ("en", "Dec 30, 2026"),
        ("en", "2026-12-30"),
    ],
)
def test_day_is_taken_as_pages_show_it(admin_client, language, typed):
    holiday = rows.make_holiday()

    assert errors(save(admin_client, page(holiday), language, date=typed)) == []
    holiday.refresh_from_db()
    assert holiday.date == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("language", "shown"), [("ja", "2026/12/30"), ("en", "30 Dec 2026")]
)
def test_list_of_holidays_shows_days_that_can_be_typed(admin_client, language, shown):
    Holiday.objects.create(date=date(2026, 12, 30), name="Closed")

    assert f">{shown}<" in list_text(admin_client, "holiday", language)
    with translation.override(language):
        assert DayField().clean(shown) == date(2026, 12, 30)


@pytest.mark.parametrize("typed", ["30/12/2026", "2026/13/01", "tomorrow"])
def test_text_that_is_no_day_is_refused(admin_client, typed):
    holiday = rows.make_holiday()

    assert errors(save(admin_client, page(holiday), date=typed)) == [
        "Enter a valid date."
    ]


@pytest.mark.parametrize(
    ("opens", "closes", "kept"),
    [
        ("9:00", "18:00", (time(9), time(18))),
        ("09:00:00", "24:00", (time(9), time(0))),
        ("９：００", "２４：００", (time(9), time(0))),
        ("13:30", "00:00", (time(13, 30), time(0))),
    ],
)
def test_hours_are_taken_as_the_call_flow_shows_them(admin_client, opens, closes, kept):
    line = rows.make_line()

    saved = save(
        admin_client,
        page(line),
        hours__TOTAL_FORMS=1,
        hours__0__weekday=1,
        hours__0__opens_at=opens,
        hours__0__closes_at=closes,
    )

    assert errors(saved) == []
    span = line.hours.get()
    assert (span.opens_at, span.closes_at) == kept


def test_only_a_closing_time_may_be_24_00(admin_client):
    saved = save(
        admin_client,
        page(rows.make_line()),
        hours__TOTAL_FORMS=1,
        hours__0__weekday=1,
        hours__0__opens_at="24:00",
        hours__0__closes_at="24:00",
    )

    assert errors(saved) == ["Enter a valid time."]


def test_form_shows_hours_without_seconds(admin_client):
    line = rows.make_line()
    line.hours.create(weekday=1, opens_at=time(9), closes_at=time(18))

    content = admin_client.get(page(line)).content.decode()

    assert 'value="09:00"' in content
    assert 'value="09:00:00"' not in content


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("600", 600),
        ("６００", 600),
        ("600秒", 600),
        ("600 seconds", 600),
        ("0:10:00", 600),
        ("1:00:05", 3605),
    ],
)
def test_length_of_time_is_taken_as_pages_show_it(admin_client, typed, seconds):
    queue = rows.make_queue("support")

    assert errors(save(admin_client, page(queue), max_wait_seconds=typed)) == []
    queue.refresh_from_db()
    assert queue.max_wait_seconds == seconds


@pytest.mark.parametrize("typed", ["10:00", "0:10:99", "ten", "1.5", "10分"])
def test_length_of_time_that_cannot_be_read_is_refused(admin_client, typed):
    queue = rows.make_queue("support")
    said = {
        "en": "Enter a number of seconds, such as 600 or 0:10:00.",
        "ja": "秒数を600または0:10:00のように入力してください。",
    }

    for language, sentence in said.items():
        saved = save(admin_client, page(queue), language, max_wait_seconds=typed)
        assert errors(saved) == [sentence]


def test_thresholds_and_menus_take_lengths_of_time_too(admin_client):
    threshold = rows.make_threshold()
    menu = rows.make_menu("main")

    of_queue = save(
        admin_client,
        page(threshold.queue),
        "ja",
        thresholds__0__target_seconds="0:00:30",
        thresholds__0__short_abandon_seconds="５秒",
        thresholds__0__valid_from="2026/12/30",
    )
    of_menu = save(admin_client, page(menu), timeout_seconds="0:00:07")

    assert (errors(of_queue), errors(of_menu)) == ([], [])
    threshold = threshold.queue.thresholds.get()
    menu.refresh_from_db()
    assert (threshold.target_seconds, threshold.short_abandon_seconds) == (30, 5)
    assert threshold.valid_from == date(2026, 12, 30)
    assert menu.timeout_seconds == 7


def test_pin_may_be_typed_in_full_width(admin_client):
    operator = with_pin(rows.make_operator())

    assert errors(save(admin_client, page(operator), new_pin="１９３４２２")) == []
    operator.refresh_from_db()
    assert is_pin(operator, "193422")


def test_import_takes_days_lines_and_queues_as_pages_show_them(admin_client):
    admin_client.post("/admin/language/", {"language": "en"})
    line = rows.make_line("+815000000101", name="Main line")
    for slug, name in (("support", "Technical support"), ("sales", "営業")):
        rows.make_queue(slug, name=name)

    bring(
        admin_client,
        "holiday",
        "date,name,line\n30 Dec 2026,A,Main line\n1/31/2027,B,Main line"
        " (050-0000-0101)\n",
    )
    bring(
        admin_client,
        "operator",
        "name,client_identity,queues\n"
        'A,a,"Technical support, 営業"\n'
        "B,b,support sales\nC,c,Support\n",
    )

    assert list(Holiday.objects.order_by("date").values_list("date", "line")) == [
        (date(2026, 12, 30), line.pk),
        (date(2027, 1, 31), line.pk),
    ]
    assert [
        sorted(who.queues.values_list("slug", flat=True))
        for who in Operator.objects.order_by("name")
    ] == [["sales", "support"], ["sales", "support"], ["support"]]


def test_name_that_two_queues_have_names_neither(admin_client):
    admin_client.post("/admin/language/", {"language": "en"})
    rows.make_queue("a", name="Sales")
    rows.make_queue("b", name="Sales")

    page = send(admin_client, "operator", "name,client_identity,queues\nA,a,Sales\n")

    (line,) = page.context["preview"].lines
    assert line.errors == ["Queues: There is no queue with the code or name Sales."]


def test_two_spellings_of_a_day_are_one_row(admin_client):
    admin_client.post("/admin/language/", {"language": "en"})

    page = send(
        admin_client, "holiday", "date,name\n2027-01-01,A\n2027/1/1,B\n1 Jan 2027,C\n"
    )

    assert [line.errors for line in page.context["preview"].lines] == [
        ["Date: Line 2 is about the same row."],
        ["Date: Line 2 is about the same row."],
    ]


def test_import_number_with_an_extension_is_not_cut_short(admin_client):
    admin_client.post("/admin/language/", {"language": "en"})

    page = send(admin_client, "operator", "name,number\nA,03-1234-5678 ext 3\n")

    assert (
        "Telephone number: Write a telephone number as 03-1234-5678 or +81312345678."
    ) in page.context["preview"].lines[0].errors


def test_missing_columns_are_named_as_the_reader_knows_them(admin_client):
    admin_client.post("/admin/language/", {"language": "ja"})

    assert refusal(send(admin_client, "wrapupcode", "a,b\n1,2\n")) == (
        "1行目には列の見出しが必要です。少なくとも次の列: コード, 名前。"
    )


def prompt_form(address: str, text: str = "Hello") -> dict[str, str]:
    return {"prompts__0__text": text, "prompts__0__audio_url": address}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.example.com/hello.mp3", "https://www.example.com/hello.mp3"),
        ("http://203.0.114.9:8080/a.wav?x=1", "http://203.0.114.9:8080/a.wav?x=1"),
        ("www.example.com/hello.mp3", "https://www.example.com/hello.mp3"),
        ("https://音声.example.com/a.mp3", "https://音声.example.com/a.mp3"),
    ],
)
def test_address_of_audio_is_kept_and_linked(admin_client, typed, kept):
    message = rows.make_message("hours")

    assert errors(save(admin_client, page(message), **prompt_form(typed))) == []
    assert Prompt.objects.get().audio_url == kept
    content = admin_client.get(page(message), headers={"accept-language": "en"}).content
    link = f'<a href="{kept}" target="_blank" rel="noreferrer">Listen</a>'
    assert link in content.decode()
    assert b"<audio" not in content


NOT_AN_ADDRESS = (
    "This is not a web address. Put the file on a web server, and enter its address,"
    " such as https://www.example.com/hello.mp3."
)
UNREACHABLE = (
    "Twilio cannot reach “{}”: it is not known outside of its own network. Enter the"
    " address that the file has in the internet."
)
ODD = "Enter an address such as https://www.example.com/hello.mp3."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("hello.mp3", NOT_AN_ADDRESS),
        ("sounds/hello.mp3", NOT_AN_ADDRESS),
        ("/home/sato/hello.mp3", NOT_AN_ADDRESS),
        (r"C:\\Users\\sato\\hello.mp3", NOT_AN_ADDRESS),
        ("file:///home/sato/hello.mp3", NOT_AN_ADDRESS),
        ("javascript:alert(1)", NOT_AN_ADDRESS),
        (
            "ftp://www.example.com/hello.mp3",
            "Twilio fetches audio by https or http, not by ftp.",
        ),
        ("http://localhost/a.mp3", UNREACHABLE.format("localhost")),
        ("http://fileserver/a.mp3", UNREACHABLE.format("fileserver")),
        ("https://nas.local/a.mp3", UNREACHABLE.format("nas.local")),
        ("http://192.168.1.5/a.mp3", UNREACHABLE.format("192.168.1.5")),
        ("http://127.0.0.1:8000/a.mp3", UNREACHABLE.format("127.0.0.1")),
        ("http://[fd00::1]/a.mp3", UNREACHABLE.format("fd00::1")),
        ("https://", ODD),
        ("https:///a.mp3", ODD),
        ("https://www.example.com:x/a.mp3", ODD),
        ("https://[x/a.mp3", ODD),
        ("https://www.example.com/good day.mp3", ODD),
    ],
)
def test_address_that_twilio_cannot_fetch_is_refused_with_the_reason(
    admin_client, typed, said
):
    message = rows.make_message("hours")

    assert errors(save(admin_client, page(message), **prompt_form(typed))) == [said]


def test_address_that_was_refused_is_no_link(admin_client):
    message = rows.make_message("hours")

    saved = save(admin_client, page(message), **prompt_form("javascript:alert(1)"))

    assert 'href="javascript' not in saved.content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "such as https://www.example.com/hello.mp3"), ("ja", "音声ファイルのURL")],
)
def test_form_says_what_the_audio_is(admin_client, language, said):
    url = page(rows.make_message("hours"))
    content = admin_client.get(url, headers={"accept-language": language}).content

    assert said in content.decode()
