"""Decisions and paths in people's words."""

import pytest
from django.utils.translation import override

from callcenter.decision import Decision, Verb
from reports.present.decisions import Places

PLACES = Places(
    queues={"support": "サポート"},
    menus={"main": "総合案内", "7": "七番"},
    messages={"hours": "営業時間"},
    number=lambda number: f"<{number}>",
    address=lambda text: f"<{text}>",
)
SAID = [
    ("menu:main", "Menu “総合案内”", "メニュー「総合案内」"),
    ("enqueue:support/2", "Queue サポート, entry 2", "キュー「サポート」(2回目)"),
    ("enqueue:support", "Queue サポート", "キュー「サポート」"),
    ("enqueue:gone/1", "Queue gone, entry 1", "キュー「gone」(1回目)"),
    ("message:hours", "Message “営業時間”", "メッセージ「営業時間」"),
    ("dial:support", "Next caller of サポート", "キュー「サポート」の次のお客様"),
    ("dial:+819012345678", "Passed on to <+819012345678>", "<+819012345678> へ転送"),
    ("dial:client:hana", "Passed on to <client:hana>", "<client:hana> へ転送"),
    (
        "leave:max_wait",
        "Out of the queue: maximum wait",
        "キューから退出(最大待ち時間)",
    ),
    ("hold", "Hold music", "保留音"),
    ("end", "End of the call", "通話終了"),
    ("what is this", "what is this", "what is this"),
    ("", "", ""),
]


@pytest.mark.parametrize(("text", "english", "japanese"), SAID)
def test_decision_is_said_in_both_languages(text, english, japanese):
    decision = Decision.parse(text)

    with override("en"):
        assert PLACES.said(decision) == english
    with override("ja"):
        assert PLACES.said(decision) == japanese


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.UNKNOWN])
def test_every_verb_has_words_of_its_own(verb):
    with override("ja"):
        said = PLACES.said(Decision(verb, "x"))

    assert said not in ("", str(verb), str(Decision(verb, "x")))
    assert not said.isascii()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("main>1>support", "総合案内 › 1 › サポート"),
        ("main>support", "総合案内 › サポート"),
        ("main>2>hours", "総合案内 › 2 › 営業時間"),
        ("main>1>main>*", "総合案内 › 1 › 総合案内 › *"),
        # A key stays a key, whatever a menu is called.
        ("main>7>7", "総合案内 › 7 › 7"),
        ("gone>1>left", "gone › 1 › left"),
        ("main", "総合案内"),
    ],
)
def test_path_is_said_by_names(path, said):
    assert PLACES.path(path) == said
