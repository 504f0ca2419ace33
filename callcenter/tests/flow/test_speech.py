"""How texts are cut into pieces that Twilio reads. No database."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse

from callcenter.flow.plan import PromptPlan
from callcenter.flow.speech import LONGEST, LONGEST_ENCODED, pieces, say_prompt
from callcenter.tests.flow.allowlist import parsed


def heard(*given: PromptPlan, language: str = "ja") -> list[tuple[object, ...]]:
    response = VoiceResponse()
    say_prompt(response, given, "main", language, "決まり文句。")
    return [
        (verb.tag, verb.text, verb.get("voice"), verb.get("language"))
        for verb in parsed(response)
    ]


JAPANESE = ("Polly.Kazuha-Neural", "ja-JP")
ENGLISH = ("Polly.Joanna-Neural", "en-US")
DEFAULT = ("Say", "決まり文句。", *JAPANESE)
PLAYED = ("Play", "https://a.example.com/b.mp3", None, None)


@pytest.mark.parametrize(
    ("given", "language", "verbs"),
    [
        ([], "ja", [DEFAULT]),
        ([PromptPlan("main", "ja", "はい")], "ja", [("Say", "はい", *JAPANESE)]),
        # Another language is better than nothing, but read by its own voice.
        ([PromptPlan("main", "en", "Yes")], "ja", [("Say", "Yes", *ENGLISH)]),
        ([PromptPlan("greeting", "ja", "はい")], "ja", [DEFAULT]),
        ([PromptPlan("main", "ja", " ")], "ja", [DEFAULT]),
        ([PromptPlan("main", "ja", audio_url=str(PLAYED[1]))], "ja", [PLAYED]),
        (
            [PromptPlan("main", "ja", "はい", str(PLAYED[1]))],
            "ja",
            [PLAYED, ("Say", "はい", *JAPANESE)],
        ),
        (
            [PromptPlan("main", "ja", "はい"), PromptPlan("main", "en", "Yes")],
            "en",
            [("Say", "Yes", *ENGLISH)],
        ),
        ([], "xx", [DEFAULT]),
    ],
)
def test_prompt_is_audio_then_text_then_the_default(given, language, verbs):
    assert heard(*given, language=language) == verbs


def test_short_text_is_one_piece():
    assert pieces(" 短い。Short. ") == ("短い。Short.",)


def test_long_japanese_is_cut_after_a_sentence():
    sentence = "あ" * 99 + "。"

    assert pieces(sentence * 9) == (sentence * 4, sentence * 4, sentence)


def test_long_english_without_sentences_is_cut_between_words():
    cut = pieces("word " * 600)

    assert [set(piece.split()) for piece in cut] == [{"word"}] * 2
    assert " ".join(cut) == ("word " * 600).strip()


def test_text_without_a_place_to_cut_is_cut_at_the_limit():
    assert [len(piece) for piece in pieces("x" * 7000)] == [LONGEST, LONGEST, 1200]


def test_characters_that_xml_cannot_hold_are_left_out():
    assert pieces("a\x00b\x0b\ud800c\ufffe") == ("abc",)


@given(st.text(st.characters(exclude_categories=()), max_size=2000))
def test_pieces_are_never_too_long(text):
    for piece in pieces(text):
        assert piece.strip() == piece != ""
        assert len(piece) <= LONGEST
        assert len(quote(piece, safe="")) <= LONGEST_ENCODED
