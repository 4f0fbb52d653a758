"""Where a person would end a sentence, in papers' English, German and Chinese."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.sentences import sentences
from tests.conftest import ROOT
from tests.timing import is_linear

GOLDEN = ROOT / "tests" / "golden" / "sentences"
LANGUAGES = ("en", "de", "zh")


def marked(language: str) -> list[list[str]]:
    """Tricky texts, cut at each `|` as a person would cut them."""
    lines = Path(GOLDEN / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("|") for line in lines if line]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tricky_sentences_end_where_a_person_ends_them(language: str) -> None:
    cases = marked(language)
    wrong = [said for said in cases if sentences("".join(said), language) != said]
    assert len(wrong) <= 0.03 * len(cases), wrong


def test_there_are_two_hundred_tricky_texts_in_three_languages() -> None:
    cases = {language: marked(language) for language in LANGUAGES}
    assert sum(map(len, cases.values())) >= 200
    assert all(len(found) >= 60 for found in cases.values())
    assert sum(len(said) > 1 for found in cases.values() for said in found) >= 200


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Shown by Feurer et al. [2020] for tables.", "en"),
        ("The loss, cf. Eq. (3), is convex.", "en"),
        ("It has approx. 3M parameters.", "en"),
        ("Some games, e.g. Atari, are solved.", "en"),
        ("See Fig. 3 and Tab. 4 for all runs.", "en"),
        ("It is ours vs. theirs.", "en"),
        ("J. K. Rowling wrote no paper.", "en"),
        ("It rose from 1.5 to 2.5 points.", "en"),
        ("1. Collect the data", "en"),
        ("Am 3. Oktober kam der 2. Versuch.", "de"),
        ("他问：“数据够吗？”随后回答。", "zh"),
        ("网络一直训练……直到学会。", "zh"),
    ],
)
def test_a_mark_that_ends_no_sentence_cuts_none(said: str, language: str) -> None:
    assert sentences(said, language) == [said]


def test_each_line_ends_a_sentence() -> None:
    assert sentences("A title\nand a line\n\nNext. One", "en") == [
        "A title\n",
        "and a line\n\n",
        "Next. ",
        "One",
    ]


def test_a_long_remark_is_cut_at_the_ends_of_its_sentences() -> None:
    remark = "(" + "This goes on and on and on. " * 10 + ")"
    assert len(sentences(remark, "en")) > 5


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Le modèle est petit. Il marche bien.", "fr"),
        ("El modelo es pequeño. ¿Funciona? Sí.", "es"),
        ("Модель мала. Она работает.", "ru"),
        ("モデルは小さい。よく動く。", "ja"),
        ("모델은 작다. 잘 작동한다.", "ko"),
        ("Small. It works.", "tlh"),
        ("Small. It works.", ""),
        ("Small. It works.", "en-GB"),
    ],
)
def test_other_languages_are_cut_too(said: str, language: str) -> None:
    assert len(sentences(said, language)) >= 2


anything = st.text() | st.text("Aa1.!?。！？…“”\"'()（） \n,，et al[]🎉", max_size=80)


@given(anything, st.sampled_from([*LANGUAGES, "fr", "ja", "xx"]))
def test_sentences_joined_are_the_text(said: str, language: str) -> None:
    found = sentences(said, language)
    assert "".join(found) == said
    assert all(found)


HARD = [
    *("A. ", "1. ", "x; 1. A", "“a", "(a. ", "a.b. C ", "。”", "……", "! ", "[1] ", "\n"),
    *("1. A 2. B ", "• ", "«", "» ", '"a ', "(", "（)", "…) "),
]


@pytest.mark.parametrize("piece", HARD)
def test_time_grows_with_length_only(piece: str) -> None:
    assert is_linear(lambda said: sentences(said, "en"), piece)
