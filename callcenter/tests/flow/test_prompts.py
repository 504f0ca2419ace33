"""The default sentences: whole in both languages. No database."""

from dataclasses import fields

import pytest

from callcenter.flow import prompts
from callcenter.flow.speech import pieces

NAMES = [one.name for one in fields(prompts.Prompts)]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_sentence_is_there_and_said_at_once(language):
    sentences = prompts.of(language)

    assert [name for name in NAMES if len(pieces(getattr(sentences, name))) != 1] == []


def test_no_voice_reads_the_other_language():
    japanese = {getattr(prompts.JAPANESE, name) for name in NAMES}
    english = {getattr(prompts.ENGLISH, name) for name in NAMES}

    assert [text for text in english if not text.isascii()] == []
    assert [text for text in japanese if text.isascii()] == [
        text
        for text in japanese
        if text in prompts.JAPANESE_VOICE + prompts.JAPANESE_TAG
    ]


def test_position_stands_in_a_sentence():
    assert prompts.of("en").position.format(position=3) == "You are number 3 in line."
    assert prompts.of("ja").position.format(position=3) == (
        "お客様は、ただいま3番目にお待ちいただいております。"
    )


def test_unknown_language_is_answered_in_japanese():
    assert prompts.of("xx") is prompts.JAPANESE
