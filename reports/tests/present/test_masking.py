"""Numbers are recognised in any writing, and nothing else is taken for one. No user."""

import pytest

from reports.present import masking

SID = "CA" + "0123456789abcdef" * 2


@pytest.mark.parametrize(
    "text",
    [
        "03-1234-5678",
        "(03) 1234 5678",
        "（０３）１２３４－５６７８",
        "+81 3 1234 5678",
        "03.1234.5678",
        "0312345678",
        "0081-3-1234-5678",
        "０３ー１２３４ー５６７８",
        "٠٣١٢٣٤٥٦٧٨",
        "tel:+81312345678",
        "TEL:03-1234-5678",
        "from 03 - 1234 - 5678, twice",
        "+81 2012-12-31 5678",
        '"0312345678" <sip:0312345678@pbx>',
        f"{SID} 03-1234-5678",
        "2026-11-29-5678",
    ],
)
def test_number_is_masked_however_it_is_written(text):
    shown = masking.as_sent(text)

    assert shown != text
    digits = [each for each in shown.replace(SID, "") if each.isdigit()]
    assert len(digits) <= 4
    assert len(shown) == len(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sip:201@pbx", "sip:***@pbx"),
        ("sips:yoko@10.20.30.40:5061", "sips:****@10.20.30.40:5061"),
        ("call <SIP:201@pbx>, then", "call <SIP:***@pbx>, then"),
        ("tel:201;phone-context=+81", "tel:" + "*" * 21),
    ],
)
def test_user_of_an_address_is_masked(text, shown):
    assert masking.as_sent(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        SID,
        f"({SID}, {SID})",
        "2026-11-29",
        "2026/11/29 10:02:03",
        "2026-11-29T01:02:03.456789Z",
        "2026-11-29 10:02:03+09:00",
        "Sun, 22 Nov 2026 13:32:00 +0000",
        "100:00:00",
        "1,234,567",
        "client:agent_01",
        "anonymous",
        "",
    ],
)
def test_what_is_no_number_stays(text):
    assert masking.as_sent(text) == text
    assert masking.address_as_sent(text) == text


@pytest.mark.parametrize("text", ["201", "+81", "２０１", " 20-1", "1"])
def test_few_digits_are_a_number_where_only_a_number_can_stand(text):
    assert not any(each.isdigit() for each in masking.address_as_sent(text))
    assert masking.as_sent(text) == text
