"""Published articles: what they say of themselves, their papers, and what an editor would find."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import collage, paper
from bot.core.errors import BadInput
from bot.core.paper import Figure, LinkKind, Paper, Reference
from bot.intake import article
from bot.intake.findings import Finding
from tests.conftest import shared

SEPTEMBER, JUNE, JANUARY, LIST = (
    "000_ba95d226a5da982f.txt",
    "002_495d62887f0dc55e.txt",
    "003_ba8d36683902f439.txt",
    "004_424488900405d3ee.txt",
)
START = "https://towardsdatascience.com/four-deep-learning-papers-to-read-in"
ARXIV = "https://arxiv.org/abs/"

ARTICLES = Path(__file__).parent.parent / "articles"
ENGLISH = (ARTICLES / "english.md").read_text("utf-8")
GERMAN = (ARTICLES / "german.md").read_text("utf-8")


def seed_text(file: str) -> str:
    return shared(f"seeds/{file}").read_text("utf-8")


def seed(file: str) -> article.Article:
    return article.read(seed_text(file), file)


def links_of(item: collage.Item) -> list[tuple[str, str]]:
    return [(link.kind.value, link.url) for link in item.paper.links]


@pytest.mark.parametrize(
    ("file", "when", "month", "own", "before"),
    [
        (
            SEPTEMBER,
            "2021 年 9 月",
            "2021-09",
            "september-2021-3650a30725d",
            "august-2021-7d98385a378d",
        ),
        (JUNE, "2021 年 6 月", "2021-06", "june-2021-5570cc5213bb", "may-2021-706e02071473"),
        (
            JANUARY,
            "2022 年 1 月",
            "2022-01",
            "january-2022-fbe183e6bf6c",
            "december-2021-e28f31e6aab4",
        ),
    ],
)
def test_a_roundup_says_its_month_its_own_link_and_the_one_before(
    file: str, when: str, month: str, own: str, before: str
) -> None:
    found = seed(file)
    assert (found.kind, found.title, found.title_month) == (
        "roundup",
        f"{when}要读的四篇深度学习论文",
        month,
    )
    assert (found.link, found.previous_link) == (f"{START}-{own}", f"{START}-{before}")


@pytest.mark.parametrize(
    ("file", "length", "ends"),
    [(SEPTEMBER, 51, "从炸"), (JUNE, 32, "从想"), (JANUARY, 50, "从系"), (LIST, 31, "从。")],
)
def test_the_subtitle_is_the_last_heading_above_the_first_picture(
    file: str, length: int, ends: str
) -> None:
    subtitle = seed(file).subtitle
    assert (len(subtitle), subtitle[0] + subtitle[-1]) == (length, ends)


# Name; title's length; authors, "+" for others; year; links' kinds; arXiv id; number; picture's
# start; paragraph's length and ends; caption's length; line.
ROUNDUP_PAPERS = {
    SEPTEMBER: """
        auto-sk-learn-2-0 29 福雷尔+       2021 paper,code -
            29/52 b6cb1800b0b6 588 Au法。 25 13;
        vit               31 斯坦纳+       2021 paper,code 2106.10270
            30/52 b88a69797887 461 虽然张。 25 23;
        arxiv-2012-14193  20 Jastrzebski+ 2021 paper      2012.14193
            31/52 d3fe9b64e9f6 408 经常来。 25 33;
        arxiv-2108-08810  18 Raghu+       2021 paper      2108.08810
            32/52 ff013e8f8490 568 视觉集。 25 43
    """,
    JUNE: """
        arxiv-2012-00174  18 盖尔曼,韦赫塔里 2021 paper      2012.00174
            17/52 7e93d7c1aa70 448 深度续。 25 11;
        arxiv-2104-14421  19 伊兹迈洛夫+     2021 paper      2104.14421
            19/52 02d41c4a7ce8 493 贝叶物。 37 21;
        arxiv-2103-03230  19 Zbontar,Ling+  2021 paper,code 2103.03230
            19/52 65270687cf9a 745 还记进。 41 31;
        dnns              29 莱维特,莫科斯   2021 paper,blog 2003.01262
            20/52 e2c29be7f1ea 718 [O见。 48 41
    """,
    JANUARY: """
        arxiv-2109-04504   5 Flennerhag+  2021 paper           2109.04504
            37 aac92affa2b7 578 元学角。 22 13;
        n-beats           26 Oreshkin+    2020 paper,code      1905.10437
            38 9f70bf269b7b 449 传统的。 22 23;
        arxiv-2110-09485  10 Balestriero+ 2021 paper,podcast   2110.09485
            39 ba5a1dbd4489 501 神经色？ 22 33;
        arxiv-2011-06505  24 帕克-霍尔德+  2020 paper,talk,code 2011.06505
            40 3b94c1b73f9a 438 现代索。 22 43
    """,
}


def printed(item: collage.Item) -> str:
    """An item as a row of `ROUNDUP_PAPERS`, with its file before the line."""
    read = item.paper
    values = [
        item.name,
        len(read.title),
        ",".join(read.authors) + "+" * read.others,
        read.year,
        ",".join(link.kind for link in read.links),
        read.arxiv_id or "-",
        item.printed_number,
        item.picture_file[:12],
        len(item.paragraph),
        item.paragraph[:2] + item.paragraph[-2:],
        len(item.caption),
        item.place,
    ]
    return " ".join(str(value) for value in values)


@pytest.mark.parametrize("file", ROUNDUP_PAPERS)
def test_each_paper_of_a_roundup_is_read_as_printed(file: str) -> None:
    rows = [printed(item).replace(f" {file}:", " ") for item in seed(file).items]
    assert all(re.fullmatch(r"[0-9a-f]{32}\.png", item.picture_file) for item in seed(file).items)
    assert rows == [" ".join(row.split()) for row in ROUNDUP_PAPERS[file].split(";")]


def test_links_keep_their_addresses_and_their_order() -> None:
    assert links_of(seed(SEPTEMBER).items[0]) == [
        ("paper", "https://ml.informatik.uni-freiburg.de/papers/21-ARXIV-ASKL2.pdf"),
        ("code", "https://github.com/automl/auto-sklearn"),
    ]
    assert links_of(seed(JANUARY).items[2])[1] == (
        "podcast",
        "https://twitter.com/MLStreetTalk/status/1478360446264610821?s=20",
    )
    assert links_of(seed(JANUARY).items[3]) == [
        ("paper", f"{ARXIV}2011.06505"),
        ("talk", "https://youtu.be/MHz5zG9DDIY?t=2095"),
        (
            "code",
            "https://colab.research.google.com/drive/1RTwd7IOgOC7Meky1jCekbyQNG8fu_Stg?usp=sharing",
        ),
    ]


def test_a_title_loses_quotation_marks_and_emphasis_and_keeps_those_inside() -> None:
    titles = [item.paper.title for file in (SEPTEMBER, JUNE, JANUARY) for item in seed(file).items]
    assert not [title for title in titles if re.search(r"^[‘“'*]|[’”'*]$", title)]
    assert "《" in titles[1]


def test_a_caption_ends_before_its_link() -> None:
    captions = [item.caption for file in (SEPTEMBER, JUNE, JANUARY) for item in seed(file).items]
    assert all(re.fullmatch(r"ML-Collage \[\d\d(/52)?\]:[^|📝]+", caption) for caption in captions)
    assert {caption[-1] for caption in captions} == {"。", ")"}


def test_the_findings_of_the_real_articles_are_exactly_these() -> None:
    assert seed(SEPTEMBER).findings == ()
    assert set(seed(JUNE).findings) == {
        Finding(
            "error",
            19,
            "19 is printed twice and 18 is missing in the captions on lines 19, 29, 39 and 49.",
        ),
        Finding(
            "error",
            19,
            f"The caption of 17 links another paper: {ARXIV}2101.04882 instead of http://arxiv.org/abs/2012.00174.",
        ),
    }
    assert set(seed(JANUARY).findings) == {
        Finding(
            "error", 21, "37–40 are printed without a total, as [37], on lines 21, 31, 41 and 51."
        ),
        Finding(
            "error",
            21,
            f"The caption of 37 links another paper: {ARXIV}1905.10437 instead of https://arxiv.org/pdf/2109.04504.pdf.",
        ),
    }
    assert [(one.level, one.line) for one in seed(LIST).findings] == [("warning", 114)]


def test_a_list_gives_drafts_with_links_and_the_authors_it_names() -> None:
    found = seed(LIST)
    assert (found.kind, found.title_month, found.previous_link) == ("list", None, "")
    assert (
        found.link
        == "https://towardsdatascience.com/3-machine-learning-research-papers-you-should-read-in-2020-9b639bd0b8f0"
    )
    assert [
        (item.name, item.paper.authors, item.paper.others, links_of(item)) for item in found.items
    ] == [
        (
            "collage-1",
            (),
            False,
            [
                (
                    "paper",
                    "https://www.cv-foundation.org/openaccess/content_cvpr_2016/papers/"
                    "He_Deep_Residual_Learning_CVPR_2016_paper.pdf",
                )
            ],
        ),
        (
            "rnn",
            ("史蒂文",),
            False,
            [
                ("paper", "https://arxiv.org/pdf/1911.11423.pdf"),
                ("code", "https://github.com/smerity/sha-rnn"),
            ],
        ),
        (
            "efficientnet",
            ("谭明兴", "郭诉乐"),
            False,
            [
                ("paper", f"{ARXIV}1905.11946"),
                ("code", "https://github.com/narumiruna/efficientnet-pytorch"),
            ],
        ),
        (
            "arxiv-1912-02292",
            ("普雷顿·纳克兰", "加尔·卡普伦", "亚米尼·班萨尔", "特里斯坦·杨"),
            True,
            [
                ("paper", f"{ARXIV}1912.02292"),
                ("blog", "https://openai.com/blog/deep-double-descent/"),
            ],
        ),
    ]
    assert [item.paper.arxiv_id for item in found.items] == [
        "",
        "1911.11423",
        "1905.11946",
        "1912.02292",
    ]
    assert {(item.paragraph, item.paper.year, item.picture_file) for item in found.items} == {
        ("", None, "")
    }


def test_figures_of_a_list_carry_caption_and_source() -> None:
    figures = [
        [(figure.file[:4], len(figure.caption), figure.source) for figure in item.paper.figures]
        for item in seed(LIST).items
    ]
    sha, descent = "https://arxiv.org/pdf/1911.11423.pdf", f"{ARXIV}1912.02292"
    assert figures == [
        [("27f0", 46, ""), ("8ed7", 10, "")],
        [("e495", 0, sha), ("13ac", 0, sha)],
        [("4167", 0, f"{ARXIV}1905.11946")],
        [
            (
                "9d50",
                0,
                "https://www.lesswrong.com/posts/FRv7ryoqtvSuqBxuT/understanding-deep-double-descent",
            ),
            ("a760", 4, descent),
            ("56a0", 4, descent),
            ("c7f0", 4, descent),
            ("275c", 0, "https://mltheory.org/deep.pdf"),
        ],
    ]


def test_references_go_to_the_paper_whose_section_holds_their_address() -> None:
    *others, last = (item.paper.references for item in seed(LIST).items)
    assert others == [(), (), ()]
    assert [(len(one.title), one.url) for one in last] == [
        (26, "https://www.lesswrong.com/posts/FRv7ryoqtvSuqBxuT/understanding-deep-double-descent"),
        (6, "https://openai.com/blog/deep-double-descent/"),
    ]


def test_a_list_in_english_reads_as_well() -> None:
    text = (
        "# Papers we like\n\n# First *things*\n\n**arXiv:** https://arxiv.org/abs/2001.00001\n\n"
        "Authors: Ada Lovelace and Alan Turing et al. (2020)\n\n![](a.png)\n\n"
        "Figure 1: all. Source: <https://a.org/1>\n\n"
        "# Second\n\narxiv: <https://arxiv.org/abs/2002.00002>\n\n"
        "[](https://b.org/2) [## Side\n\nb.org](https://b.org/2)\n\n"
        "# An aside\n\n![](b.png)\n\n"
        "# References\n\n- [One](http://a.org/1)\n- [Other](https://c.org)\n\n"
        "# End\n\n[x](https://d.org)\n"
    )
    found = article.read(text, "list.md")
    first, second = (item.paper for item in found.items)
    assert (first.title, first.authors, first.others, first.year) == (
        "First things",
        ("Ada Lovelace", "Alan Turing"),
        True,
        2020,
    )
    assert first.figures == (Figure("a.png", "Figure 1: all.", "https://a.org/1"),)
    assert first.references == (
        Reference("One", "http://a.org/1"),
        Reference("Other", "https://c.org"),
    )
    assert (second.figures, second.references) == ((Figure("b.png"),), ())
    assert [link.kind for link in second.links] == [LinkKind.PAPER, LinkKind.PROJECT]
    assert found.findings == (
        Finding("warning", 17, "Nothing tells what https://b.org/2 is; it counts as project."),
    )


def test_an_english_roundup_reads_as_well() -> None:
    found = article.read(ENGLISH, "march.md")
    assert (found.title, found.title_month) == (
        "Two Deep Learning Papers to Read in March 2023",
        "2023-03",
    )
    assert (found.subtitle, found.link) == ("Small models and large hopes", "")
    assert found.previous_link == "https://example.org/r/february-2023"
    assert found.findings == ()
    widgets, gadgets = found.items
    assert widgets == collage.Item(
        name="widgets-whats-in-a-name",
        paper=Paper(
            "Widgets: What’s in a Name?",
            ("Adams",),
            True,
            2022,
            (
                paper.Link(LinkKind.PAPER, "https://arxiv.org/pdf/2203.00001v2.pdf"),
                paper.Link(LinkKind.CODE, "https://github.com/w/w"),
            ),
            arxiv_id="2203.00001",
        ),
        paragraph="Names matter more than we think. A [table](https://example.org/t) shows it.\n\n"
        "A second block belongs to it, *stars* and all.",
        alt="A chart of [two] names, 2 * 3",
        printed_number="9/52",
        caption="ML-Collage [9/52]: Figures by the authors",
        picture_file="widgets one.png",
        place="march.md:9",
    )
    assert (gadgets.paper.citation, gadgets.name, gadgets.alt) == (
        "Brown & Clark (2021)",
        "gadgets",
        "Nine gadgets",
    )
    assert [kind for kind, _ in links_of(gadgets)] == ["paper", "talk", "podcast"]
    assert gadgets.caption == "ML-Collage [10/52]: Adapted from Brown & Clark (2021)"


def test_a_german_roundup_reads_as_well() -> None:
    found = article.read(GERMAN, "märz.md")
    assert (found.title_month, found.subtitle) == ("2022-03", "")
    assert (found.link, found.previous_link) == (
        "https://example.org/r/ein-paper-2022-03",
        "https://example.org/r/vier-paper",
    )
    (item,) = found.items
    assert item.paper.title == "Schrauben: ein ‚Lehrstück‘ in drei Akten"
    assert (item.paper.authors, item.paper.others, item.paper.year) == (
        ("Groß", "Öztürk"),
        True,
        2021,
    )
    assert [kind for kind, _ in links_of(item)] == ["paper", "podcast", "code"]
    assert item.paragraph == "Schrauben halten, was sie versprechen."
    assert (item.printed_number, item.caption) == (
        "3/53",
        "Paper-Bild [3/53]: Abbildungen von Groß und Öztürk",
    )
    (finding,) = found.findings
    assert (finding.level, finding.line) == ("warning", 7)
    assert (
        "'Zum Nachbauen' is unknown: https://gitlab.com/s/s counts as code, by its address"
        in finding.text
    )


def test_our_own_articles_read_the_same_in_every_language() -> None:
    golden = sorted((ARTICLES.parent / "golden" / "site").glob("*/two-papers-2021-09/article.md"))
    assert len(golden) == 3
    read = [article.read(file.read_text("utf-8"), "article.md") for file in golden]
    for one in read:
        assert [replace(item, caption="") for item in one.items] == [
            replace(item, caption="") for item in read[0].items
        ]
        assert (one.title_month, one.subtitle, one.previous_link) == (
            "2021-09",
            "Trees & Transformers",
            "https://www.blog.example/august",
        )
    forest, attention = read[0].items
    assert (forest.paper.title, forest.paper.citation, forest.printed_number) == (
        "Random Forests",
        "Breiman (2001)",
        "29/52",
    )
    assert [kind for kind, _ in links_of(forest)] == ["paper", "code", "talk"]
    assert links_of(forest)[2][1] == "https://example.org/talk_(recorded)"
    assert (attention.printed_number, attention.picture_file) == ("30", "attention.jpg")
    assert attention.paragraph.count("\n\n") == 1


def test_line_endings_and_a_byte_order_mark_change_nothing() -> None:
    assert article.read("\ufeff" + ENGLISH.replace("\n", "\r\n"), "m.md") == article.read(
        ENGLISH, "m.md"
    )


WORD = st.text("abcdefghijklmnopqrstuvwxyzäéß", min_size=3, max_size=9).filter(
    lambda word: word not in {"and", "und"}
)
NAME = WORD.map(str.title)
MARKS = re.compile(r"([\\*_\[\]<>`|#!])")


@given(
    title=st.text(st.sampled_from("abcdeÄ語 *_[]<>|#!\\"), min_size=1).map(
        lambda text: " ".join(text.split())
    ),
    authors=st.lists(NAME, min_size=1, max_size=3),
    others=st.booleans(),
    year=st.integers(1500, 2999),
    paragraph=st.lists(WORD, min_size=1).map(" ".join),
    alt=st.text(st.sampled_from("abcÄ語 *_[]<>|!\\")).map(lambda text: " ".join(text.split())),
    number=st.integers(1, 53),
)
def test_what_our_own_page_prints_reads_back(
    title: str, authors: list[str], others: bool, year: int, paragraph: str, alt: str, number: int
) -> None:
    cited = Paper(title, tuple(authors), others, year)
    heading, shown = (MARKS.sub(r"\\\1", one) for one in (title, alt))
    text = (
        f"# One Paper to Read in May 2021\n\n## ‘{heading}’\n\n"
        f"*Authors: {cited.citation}* | 📝 [Paper]({ARXIV}2105.00001)\n\n"
        f"**One paragraph summary:** {paragraph}\n\n![{shown}](a.png)\n\n"
        f"ML-Collage [{number}/52]: Figures by the authors | 📝 [Paper]({ARXIV}2105.00001)\n"
    )
    (item,) = article.read(text, "a.md").items
    assert (item.paper.title, item.paper.citation) == (title, cited.citation)
    assert (item.paragraph, item.alt, item.printed_number) == (paragraph, alt, f"{number}/52")


def test_what_a_paper_lacks_is_a_warning_and_nothing_is_made_up() -> None:
    text = ENGLISH.replace("![Nine gadgets](gadgets.png)\n", "").replace(
        "*Authors: Brown & Clark (2021)* ", "*Authors:* "
    )
    found = article.read(text, "a.md")
    assert found.items[1].paragraph == "Gadgets do what widgets cannot."
    assert [one.text for one in found.findings] == [
        "'Gadgets' has no authors and no year and no picture."
    ]


def test_a_lost_line_of_authors_loses_no_paper_and_a_lost_heading_is_told() -> None:
    without = re.sub(r"\*Authors: Brown.*\n", "", ENGLISH)
    assert [item.name for item in article.read(without, "a.md").items] == [
        "widgets-whats-in-a-name",
        "gadgets",
    ]
    (_, gadgets) = article.read(
        ENGLISH.replace("*Authors: Brown & Clark (2021)* | ", ""), "a.md"
    ).items
    assert [kind for kind, _ in links_of(gadgets)] == ["paper", "talk", "podcast"]
    merged = article.read(ENGLISH.replace("## ‘Gadgets’\n", ""), "a.md")
    assert [one.text for one in merged.findings] == [
        "A second caption, [10/52], stands below 'Widgets: What’s in a Name?'; "
        "look for a lost heading."
    ]


def test_names_are_unique_in_an_article() -> None:
    found = article.read(ENGLISH.replace("‘Gadgets’", "‘Widgets: What’s in a Name?’"), "a.md")
    assert [item.name for item in found.items] == [
        "widgets-whats-in-a-name",
        "widgets-whats-in-a-name-2",
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "a.md is no article: no line starts with"),
        ("Just words.", "no line starts with"),
        ("\n# Hello\n\n## ‘Quoted’\n\nwords", "a.md, line 2: under this title"),
        ("# T\n" + "## x\nAuthors: A\n" * 201, "a.md has 201 papers"),
        ("é" * 1_000_001, "a.md is larger than 2 MB"),
        ("\ud800# T", "no line starts with"),
    ],
)
def test_what_is_no_article_is_refused_in_one_sentence(text: str, part: str) -> None:
    with pytest.raises(BadInput) as refused:
        article.read(text, "a.md")
    assert part in str(refused.value)
    assert "\n" not in str(refused.value)
