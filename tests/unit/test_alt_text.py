"""Drafted alt texts say what is known of a picture in whole sentences, and what they left out."""

import re

import pytest

from bot.core import alt_text, legibility, network, words
from bot.core.collage import Item
from bot.core.paper import Figure, Paper

TITLE = r"Do Transformers See $\mathcal{O}(n^2)$ Pairs?"
CAPTIONS = (
    r"Similarity of layers, with $\sqrt{n}$ samples. It is high throughout. Darker is closer",
    "A network in *three* stages.",
)


def item(*captions: str, title: str = TITLE, alt: str = "", picture: str = "") -> Item:
    figures = tuple(Figure(f"{at}.png", caption) for at, caption in enumerate(captions))
    paper = Paper(title, ("Ada Example", "Bo Sample", "Cy Third"), year=2021, figures=figures)
    return Item(name="see", paper=paper, alt=alt, picture_file=picture)


def draft(of: Item, language: str = "en", most: int = 1_000) -> alt_text.Draft:
    return alt_text.draft(of, words.of(language), "ML-Collage 29/52", most)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Collage of the paper ‘Do Transformers See O(n²) Pairs?’ by Example et al. (2021), "
            "ML-Collage 29/52. Figure 1: Similarity of layers, with √n samples. It is high "
            "throughout. Darker is closer. Figure 2: A network in three stages.",
        ),
        (
            "de",
            "Collage zum Paper „Do Transformers See O(n²) Pairs?“ von Example et al. (2021), "
            "ML-Collage 29/52. Abbildung 1: Similarity of layers, with √n samples. It is high "
            "throughout. Darker is closer. Abbildung 2: A network in three stages.",
        ),
        (
            "zh",
            "论文“Do Transformers See O(n²) Pairs?”的图解，作者：Example 等 (2021)，"
            "ML-Collage 29/52。图1：Similarity of layers, with √n samples. It is high "
            "throughout. Darker is closer。图2：A network in three stages.",
        ),
        (
            "zh-Hant",
            "論文「Do Transformers See O(n²) Pairs?」的圖解，作者：Example 等 (2021)，"
            "ML-Collage 29/52。圖1：Similarity of layers, with √n samples. It is high "
            "throughout. Darker is closer。圖2：A network in three stages.",
        ),
    ],
)
def test_a_draft_names_the_paper_and_its_figures_with_formulas_as_signs(
    language: str, text: str
) -> None:
    assert draft(item(*CAPTIONS), language) == (text, ())


def test_chinese_sentences_follow_each_other_without_gaps() -> None:
    drafted = draft(item("相似度很高。越深越近", "三个阶段", title="像卷积网络一样吗？"), "zh")
    assert drafted.text.endswith("ML-Collage 29/52。图1：相似度很高。越深越近。图2：三个阶段。")


@pytest.mark.parametrize("language", words.WORDS)
@pytest.mark.parametrize("kind", network.NETWORKS.values(), ids=lambda kind: kind.name)
def test_what_is_longer_than_a_network_takes_loses_whole_sentences_and_says_which(
    language: str, kind: network.Network
) -> None:
    sentences = [f"Curve {number} of it falls." for number in range(1, 61)]
    most = kind.limits.alt_length
    text, remarks = draft(
        item(" ".join(sentences), "Short one.", " ".join(sentences)), language, most
    )
    assert most - 30 < len(text) <= most
    assert "Short one." in text
    # Nothing is cut inside of a sentence, and what there is stands together.
    shown = [int(number) for number in re.findall(r"Curve (\d+) of it falls\.", text)]
    first = shown.index(1, 1)
    assert shown == [*range(1, first + 1), *range(1, len(shown) - first + 1)]
    assert text.count("Curve") == len(shown)
    missing = [(1, 60 - first), (3, 60 - (len(shown) - first))]
    told = [
        f"the last {count} sentences of the caption of figure {figure}"
        for figure, count in missing
        if count
    ]
    assert remarks == (f"left out, to stay within {most:,} characters: {', '.join(told)}",)


def test_first_sentences_of_all_captions_go_before_further_ones() -> None:
    text, remarks = draft(item(*CAPTIONS), most=195)
    assert text.endswith("Figure 1: Similarity of layers, with √n samples. Figure 2: A network in "
                         "three stages.")  # fmt: skip
    assert remarks == (
        "left out, to stay within 195 characters: the last 2 sentences of the caption of figure 1",
    )


@pytest.mark.parametrize(
    ("most", "text", "left"),
    [
        (85, "Collage of the paper ‘Do Transformers See O(n²) Pairs?’ by Example et al. (2021).",
         "ML-Collage 29/52, the caption of figure 1"),
        (40, "", "the title, the citation and the series, the caption of figure 1"),
    ],
)  # fmt: skip
def test_where_there_is_hardly_any_room_whole_things_are_left_out(
    most: int, text: str, left: str
) -> None:
    long = item("A caption that is quite a bit longer than what there is room for.")
    assert draft(long, most=most) == (
        text, (f"left out, to stay within {most} characters: {left}",)
    )  # fmt: skip


def test_what_only_a_person_can_say_is_named() -> None:
    assert draft(item("One.", "")).remarks == (
        "figure 2 has no caption, so nothing tells what it shows",
    )
    assert draft(item()).remarks == (
        "nothing tells what the picture shows; say that in your own words",
    )


def cover(count: int, most: int = 1_000, language: str = "en", more: int = 0) -> str:
    papers = [(f"Paper {number}", f"Example ({number})") for number in range(1, count + 1)]
    edition = ("Papers to Read", "ML-Collage")
    return alt_text.of_cover(edition, papers, more, words.of(language), most)


def test_a_covers_alt_text_names_the_edition_and_its_papers() -> None:
    assert cover(2) == (
        "Cover of the roundup ‘Papers to Read’, ML-Collage. It shows the collages of "
        "‘Paper 1’, Example (1); ‘Paper 2’, Example (2)."
    )
    assert cover(1, language="de") == (
        "Titelbild der Ausgabe „Papers to Read“, ML-Collage. Es zeigt die Collagen zu "
        "„Paper 1“, Example (1)."
    )
    assert cover(2, language="zh") == (
        "“Papers to Read”的封面，ML-Collage。其中的图解："
        "“Paper 1”，Example (1)；“Paper 2”，Example (2)。"
    )
    assert cover(1, language="zh-Hant") == (
        "「Papers to Read」的封面，ML-Collage。其中的圖解：「Paper 1」，Example (1)。"
    )


def test_a_title_that_has_no_room_is_cut_in_a_covers_alt_text() -> None:
    edition = ("Papers " * 200, "ML-Collage")
    text = alt_text.of_cover(edition, [("Paper", "Example")], 0, words.of("en"), 100)
    assert text.startswith("Cover of the roundup ‘Papers Papers ")
    assert text.endswith("…’.")
    assert 90 < len(text) <= 100


def test_a_covers_alt_text_counts_the_papers_that_it_only_counts() -> None:
    assert cover(2, more=29).endswith(
        "‘Paper 1’, Example (1); ‘Paper 2’, Example (2); and 29 more."
    )
    assert cover(9, most=160, more=29).endswith("‘Paper 6’; and 32 more.")


@pytest.mark.parametrize("language", words.WORDS)
@pytest.mark.parametrize(("count", "more"), [(1, 0), (4, 0), (9, 0), (9, 1), (9, 31), (9, 191)])
@pytest.mark.parametrize("most", [200, 1_000, 1_500, 2_000])
def test_a_covers_alt_text_fits_and_counts_what_it_does_not_name(
    language: str, count: int, more: int, most: int
) -> None:
    text = cover(count, most, language, more)
    assert len(text) <= most
    named = len(re.findall(r"Paper \d+", text))
    rest = re.search(r"(?:and|und|另有) ?(\d+)", text)
    assert named + (int(rest[1]) if rest else 0) == count + more


@pytest.mark.parametrize(
    ("alt", "finding"),
    [
        ("IMG_1234.png", "is only a file's name"),
        ("IMG_1234", "is only a file's name"),
        ("my collage (2).JPEG", "is only a file's name"),
        ("see-v2", "is only a file's name"),
        ("Screenshot 2021-09-01 at 10.20.30", "is only a file's name"),
        ("screenshot", "says only that there is a picture"),
        ("An image of", "says only that there is a picture"),
        ("Figure 1", "says only that there is a picture"),
        ("A drawing.", "says only that there is a picture"),
        ("Bild von", "says only that there is a picture"),
        ("一张图片", "says only that there is a picture"),
        ("論文圖解", "says only that there is a picture"),
        ("Do Transformers See O(n²) Pairs?", "only repeats the title"),
        ("do transformers see O(n²) pairs", "only repeats the title"),
        ("Three figures of a page", ""),
        ("Image of two networks side by side", ""),
        ("一张图片，两个网络", ""),
        ("", ""),
    ],
)
def test_an_alt_text_that_tells_nobody_what_is_there_is_told_once(alt: str, finding: str) -> None:
    found = legibility.notes(item(alt=alt, picture="folder/see-v2.png"))
    wanted = [f"its alt text {finding}; say what the picture shows"] * bool(finding)
    assert [*found] == wanted
