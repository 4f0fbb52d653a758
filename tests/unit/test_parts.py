"""A long text in parts: whole, in order, each fitting, cut where a careful person would."""

import time
from collections.abc import Callable
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import BadInput
from bot.core.network import NETWORKS, Network, X
from bot.core.text.markdown import plain
from bot.core.text.parts import marked, opening, split
from tests.conftest import shared
from tests.unusual import Strings

WORDS = "The quick brown model jumps over the lazy baseline"
LONG = (
    "The first sentence says what the paper is about and why it matters. "
    "The second one, which is longer than the first, tells how it was done before, "
    "and why that was slow. The third one names the idea. "
    "Then the results follow, with numbers: 91.5% on one task, and 3.2 points more on the other. "
    "Last comes what is left to do."
)


def within(count: int) -> Callable[[str], bool]:
    return lambda said: len(said) <= count


def on(network: Network, length: int | None = None) -> Callable[[str], bool]:
    limits = network.limits._replace(length=length or network.limits.length)
    return lambda said: network.fits(said, limits)


def squeezed(said: str) -> str:
    return "".join(said.split())


def test_what_fits_stays_whole() -> None:
    assert split(f"  {WORDS}\n", "en", within(50)) == [WORDS]
    assert split(" \n ", "en", within(50)) == []


def test_sentences_stay_whole_when_they_fit() -> None:
    found = split(LONG, "en", within(150))
    assert all(part[0].isupper() and part[-1] == "." for part in found)


def test_parts_are_as_few_as_whole_sentences_allow() -> None:
    assert len(split(LONG, "en", within(280))) == 2
    assert len(split("Aaaa bbbb. " * 10, "en", within(32))) == 4


def test_parts_are_alike_in_length() -> None:
    lengths = [len(part) for part in split("Aaaa bbbb cccc. " * 20, "en", within(280))]
    assert len(lengths) == 2
    assert max(lengths) - min(lengths) < 20


def test_a_paragraph_is_a_better_place_than_a_sentence() -> None:
    said = (
        "One two three four. Five six seven eight.\n\nNine ten eleven. Twelve and so on. And this."
    )
    assert split(said, "en", within(60))[0].endswith("eight.")


def test_a_long_sentence_is_cut_between_clauses() -> None:
    said = (
        "The first clause of this sentence is rather long, "
        "but the second one of it is not much shorter at all"
    )
    assert split(said, "en", within(70)) == [said[:49], said[50:]]


def test_a_comma_in_a_list_is_a_worse_place_than_one_between_clauses() -> None:
    said = (
        "We took a model with pictures, words, and sounds that nobody had seen, "
        "and we trained it for a long time"
    )
    assert split(said, "en", within(75))[0].endswith("had seen,")


def test_a_comma_beside_two_words_is_one_of_a_list_and_beside_three_is_not() -> None:
    said = (
        "The model learns from pictures of the world around it, {}, "
        "it learns fast enough, even for a telephone that is old"
    )
    few, more = said.format("so slowly"), said.format("without any labels")
    assert split(few, "en", within(100))[0].endswith("enough,")
    assert split(more, "en", within(100))[0].endswith("around it,")


def test_words_are_kept_whole_and_none_dangles() -> None:
    said = (
        "many words without any mark that could tell a reader where to take a breath "
        "between the first and the last"
    )
    first, second = split(said, "en", within(70))
    assert f"{first} {second}" == said
    assert first.split()[-1] not in {"a", "the", "to", "any"}


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (
            "we think that this model works as well as it does "
            "because it saw so many pictures before it was asked for anything",
            "does",
        ),
        (
            "our many models were trained on pictures of several "
            "very large old towns with people walking through all of them",
            "several",
        ),
        (
            "on our old machines all of the many models took approx. "
            "half of a day for each new set of pictures in them",
            "took",
        ),
    ],
    ids=["before a word that joins", "not behind one that leads on", "not behind a short form"],
)
def test_without_marks_a_cut_is_where_a_reader_would_pause(said: str, first: str) -> None:
    assert split(said, "en", within(75))[0].endswith(first)


def test_the_last_part_is_no_afterthought() -> None:
    said = (
        "This sentence fills a whole part nearly to its end, with words, "
        "and then some more of them. So be it."
    )
    assert min(len(part) for part in split(said, "en", within(96))) > 20


def test_a_heading_stays_with_what_it_leads_to() -> None:
    said = (
        "We tried a number of things and most of them did not work. Results. "
        "In the end one of them did work well."
    )
    assert split(said, "en", within(70))[1].startswith("Results. In")


@pytest.mark.parametrize(
    "whole",
    [
        "https://example.com/a/rather/long/path?with=query&and=more",
        "#averylonghashtag_of_a_series_with_a_name",
        "@user_with_a_name@a.server.example.social",
        "1 234 567.89 million",
        "$3.5 million",
        "f(x, y) = x + y - z",
        "p(x) ∝ exp(-E(x) / T)",
        "$a + b + c + d + e$",
        "👩🏾‍🚀👨‍👩‍👧‍👦🏳️‍🌈",
    ],
)
def test_nothing_that_belongs_together_is_cut(whole: str) -> None:
    for before in range(0, 30, 3):
        said = " ".join(["word"] * before + [whole] + ["word"] * 20)
        assert any(whole in part for part in split(said, "en", within(70)))


def test_chinese_is_cut_behind_its_marks() -> None:
    said = (
        "我们提出了一种新的方法。"
        "它由两个部分组成，第一部分学习表示，第二部分学习策略。实验表明它很有效。"
    )
    assert split(said, "zh", within(40)) == [said[:12], said[12:]]
    assert all(part[-1] in "，。" for part in split(said, "zh", within(20)))


def test_chinese_begins_no_part_with_a_mark_and_ends_none_with_an_opening_bracket() -> None:
    said = "这是一个没有标点的很长很长的句子它一直一直写下去（还有括号）直到最后才结束。"
    for count in range(5, 30):
        found = split(said, "zh", within(count))
        assert "".join(found) == said
        assert not any(part[0] in "，。）" for part in found)
        assert not any(part[-1] == "（" for part in found)


def test_chinese_without_marks_is_cut_behind_a_particle_rather_than_inside_a_word() -> None:
    for said in (
        "深度学习直接处理图像中的丰富信息然后继续学习解决新任务",
        "深度学习模型能够直接处理多种图像中的丰富信息然后解决新任务",
    ):
        assert split(said, "zh", within(20))[0].endswith("图像中的")


def test_chinese_without_marks_is_best_cut_beside_a_word_in_latin_letters() -> None:
    said = "深度学习模型能够直接处理图像中的信息Transformer然后继续学习解决新任务"
    assert split(said, "zh", within(32))[0].endswith("信息")


def test_a_grapheme_too_long_for_a_part_is_cut_all_the_same() -> None:
    assert squeezed("".join(split("a" + "\u0301" * 30, "en", within(10)))) == "a" + "\u0301" * 30


def test_what_fits_nowhere_is_told() -> None:
    with pytest.raises(BadInput, match="not even 'W'"):
        split("W", "en", lambda said: False)


def test_few_parts_are_tried() -> None:
    tried = []

    def fits(said: str) -> bool:
        tried.append(said)
        return len(said) <= 280

    found = split(LONG * 8, "en", fits)
    assert len(tried) < 10 * len(found)


def test_the_opening_is_whole_sentences() -> None:
    first, rest = opening(LONG, "en", within(160))
    assert first.endswith("was slow.") or first.endswith("matters.")
    assert f"{first} {rest}" == LONG


def test_the_opening_may_be_all_or_nothing() -> None:
    assert opening(LONG, "en", within(1_000)) == (LONG, "")
    assert opening(LONG, "en", within(10)) == ("", LONG)
    assert opening("", "en", within(10)) == ("", "")


def test_the_opening_tries_few_texts() -> None:
    tried = []

    def fits(said: str) -> bool:
        tried.append(said)
        return len(said) <= 3_000

    opening("A short one. " * 400, "en", fits)
    assert len(tried) < 25


anything = st.text() | st.text(
    "Aab1.!?。，“”()（ \n#@é\u0301\u200d👩🇩🇪深https://a.com", max_size=120
)


@given(
    anything,
    st.sampled_from(list(NETWORKS.values())),
    st.integers(24, 60),
    st.sampled_from(["en", "de", "zh", "fr"]),
)
def test_any_text_gives_parts_that_fit_in_order_and_complete(
    said: str, network: Network, length: int, tongue: str
) -> None:
    fits = on(network, length)
    try:
        parts = split(said, tongue, fits)
    except BadInput:
        assert not network.is_valid(said)
        return
    assert all(fits(part) for part in parts)
    at = 0
    for part in parts:
        gap = said[at : said.index(part, at)]
        assert not gap.strip()
        at += len(gap) + len(part)
    assert not said[at:].strip()
    assert split(said, tongue, fits) == parts


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_strings_of_every_kind_give_parts_that_fit(network: Network) -> None:
    for said in islice(Strings(9), 400):
        if not network.is_valid(said):
            continue
        parts = split(said, "en", on(network, 60))
        assert all(on(network, 60)(part) for part in parts)
        assert squeezed("".join(parts)) == squeezed(said)


@given(
    st.lists(
        st.sampled_from(
            ["word", "#mlcollage", "https://example.com/a_b", "https://a.de/?b=c", "很好。"]
        ),
        max_size=40,
    )
)
def test_tags_and_links_stay_intact(words: list[str]) -> None:
    said = " ".join(words)
    for network in NETWORKS.values():
        parts = split(said, "en", on(network, 40))
        for found in (network.urls, network.hashtags):
            inside = [span.text for part in parts for span in found(part)]
            assert inside == [span.text for span in found(said)]


@pytest.mark.parametrize(
    "piece", ["word ", "Word. ", "中", "中。", "a,", "a\n", "🇩🇪", "http://a.com/ "]
)
def test_a_very_long_text_takes_no_very_long_time(piece: str) -> None:
    said = piece * (20_000 // len(piece))
    began = time.perf_counter()
    parts = split(said, "en", within(280))
    assert time.perf_counter() - began < 5
    assert squeezed("".join(parts)) == squeezed(said)


def test_the_real_paragraphs_are_cut_only_at_the_ends_of_sentences() -> None:
    for file in sorted(shared("seeds").glob("*.txt")):
        for block in file.read_text(encoding="utf-8").split("\n\n"):
            said = plain(block)
            if "总结" not in said[:10] or len(said) < 200:
                continue
            parts = split(said, "zh", on(X))
            assert all(part[-1] in "。？！" for part in parts)
            assert len(parts) <= 1.3 * X.length(said) / 280 + 1
            assert min(X.length(part) for part in parts) > 100


def test_a_single_part_has_no_marker() -> None:
    assert marked(lambda marker: [f"said{marker}"]) == ["said"]


@pytest.mark.parametrize("count", [2, 9, 10, 99, 100])
def test_a_marker_has_room_for_every_place(count: int) -> None:
    asked: list[str] = []

    def make(marker: str) -> list[str]:
        asked.append(marker)
        return ["said"] * count

    parts = marked(make)
    assert parts[0] == f"said 1/{count}"
    assert parts[-1] == f"said {count}/{count}"
    assert len(parts[-1]) <= len("said" + asked[-1])


def test_a_network_splits_by_its_own_limits_or_an_account_s() -> None:
    text = "Aaaa bbbb. " * 60
    assert all(X.fits(part) for part in X.split(text, "en"))
    assert X.split(text, "en", X.limits._replace(length=4_000)) == [text.strip()]
