"""The shapes that people publish papers in, in words of our own: what comes in, what is named."""

import pytest

from bot.core.collage import Item
from bot.core.errors import BadInput
from bot.core.paper import Figure
from bot.intake import article, months, people
from bot.intake.article import Article

URL = "https://arxiv.org/abs/2203.00011"
TOP = "# Three Papers to Read in March 2022\n\nGood morning.\n\n"
NEXT = (
    "\n\n## ‘Kites’\n\n*Authors: Drake & Drachen (2020)* | [Paper](https://arxiv.org/abs/2003.00022)"
    "\n\nKites pull.\n\n![](kites.png)\n\nFigures by the authors"
)


def read(text: str) -> Article:
    return article.read(text, "a.md")


def first(section: str) -> Item:
    """The first paper of a roundup with this section and one more."""
    found = read(f"{TOP}{section}{NEXT}\n")
    assert [item.paper.title for item in found.items][1:] == ["Kites"]
    return found.items[0]


def kinds(item: Item) -> list[tuple[str, str]]:
    return [(link.kind.value, link.url) for link in item.paper.links]


BODY = f"\n\n*Authors: Wolke et al. (2022)* | [Paper]({URL})\n\nClouds drift.\n\n![](clouds.png)"


@pytest.mark.parametrize(
    "heading",
    [
        "## Soft Clouds",
        "## Soft Clouds ##",
        "## Soft Clouds {#soft .paper}",
        '## <a name="soft"></a>Soft Clouds',
        '## Soft Clouds [1]<a id="1"></a>',
        '<h2 id="soft">Soft Clouds</h2>',
        "Soft Clouds\n-----------",
        "**Soft Clouds**",
        "**1. Soft Clouds**",
        "### Soft Clouds",
        "## 1. Soft Clouds",
        "## 1) Soft Clouds",
        "## (1) Soft Clouds",
        "## #1: Soft Clouds",
        "## Paper 1: Soft Clouds",
        "## 第1篇：Soft Clouds",
        "## 一、Soft Clouds",
        "## ☁️ Soft Clouds",
        "## 🥇 1. “Soft Clouds”",
        f"## [Soft Clouds]({URL})",
        f"## [Soft Clouds]({URL}) ⭐️ 9.1/10",
        f"## Soft Clouds [[pdf]({URL})] [[arXiv]({URL})]",
        "## Soft Clouds[^1]",
        "## Soft Clouds (ICLR 2022)",
    ],
)
def test_a_papers_heading_counts_in_any_dress(heading: str) -> None:
    item = first(heading + BODY)
    assert item.paper.title == "Soft Clouds"
    assert (item.paper.citation, item.paper.arxiv_id) == ("Wolke et al. (2022)", "2203.00011")
    assert (item.paragraph, item.picture_file) == ("Clouds drift.", "clouds.png")


def test_the_numbers_in_a_title_that_count_nothing_stay() -> None:
    for title in ("3D Clouds", "2.5 Clouds a Day", "1984", "100 Years of Rain", "Data"):
        assert first(f"## {title}{BODY}").paper.title == title


@pytest.mark.parametrize(
    "facts",
    [
        f"*Authors: Wolke, Regen (2022)* | [Paper]({URL})",
        f"*Author(s): Wolke, Regen (2022)* | [Paper]({URL})",
        f"*Autor\\*innen: Wolke, Regen (2022)* | [Paper]({URL})",
        f"*Autor:innen: Wolke und Regen (2022)* | [Aufsatz]({URL})",
        f"*AutorInnen: Wolke und Regen (2022)* | [Aufsatz]({URL})",
        f"**Authors:** Wolke, Regen (2022)\n\n[Paper]({URL})",
        f"**Authors:** Wolke, Regen (2022)\n\n- [Paper]({URL})",
        f"**Authors:** Wolke, Regen\n\n**Year:** 2022\n\n**Paper:** {URL}",
        "**Authors** Wolke, Regen (2022)\n\n**arXiv:** 2203.00011",
        f"- Authors: Wolke, Regen\n- Year: 2022\n- Link: <{URL}>",
        f"* **Authors**: Wolke, Regen (2022)\n* **Links**: [PDF]({URL})",
        f"> **Authors:** Wolke, Regen (2022)\n> **Paper:** [here]({URL})",
        f"👥 **Authors:** Wolke, Regen (2022)\n📄 **Paper:** [arXiv]({URL})",
        f"Wolke and Regen (2022), [Paper]({URL})",
        f"**Wolke & Regen (2022)**\n\n[Paper]({URL})",
        f"*by Wolke & Regen (2022)*\n[Paper]({URL})",
        f"[Paper]({URL}) · 👩‍🔬 Wolke & Regen (2022)",
        f"Authors — Wolke, Regen (2022)\nPDF — {URL}",
        f"Authors\n:   Wolke, Regen (2022)\n\nPaper\n:   <{URL}>",
        f"| Key | Value |\n|---|---|\n| Authors | Wolke, Regen (2022) |\n| Paper | [pdf]({URL}) |",
        f"### Authors\n\nWolke, Regen (2022)\n\n### Links\n\n- [Paper]({URL})",
        f"*Authors: [Wolke](https://w.org), [Regen](https://r.org) (2022)* | [Paper]({URL})",
        "*Authors: Wolke, Regen (2022)* | [Paper][p]\n\n[p]: " + URL,
        f"*Authors: Wolke, Regen (2022)* | {URL}",
        f"*论文作者：Wolke、Regen，2022* | [论文]({URL})",
        f"**作者**：Wolke, Regen\n**年份**：2022\n**论文链接**：{URL}",
        f'<p><em>by Wolke and Regen (2022)</em></p>\n<p><a href="{URL}">Paper</a></p>',
    ],
)
def test_authors_year_and_link_are_read_as_a_line_bullets_or_keys(facts: str) -> None:
    item = first(f"## Soft Clouds\n\n{facts}\n\nClouds drift.")
    assert (item.paper.authors, item.paper.year) == (("Wolke", "Regen"), 2022)
    assert kinds(item) == [("paper", URL)]
    assert item.paragraph == "Clouds drift."


@pytest.mark.parametrize(
    ("text", "names", "others", "year"),
    [
        ("Wolke, A., Regen, B., & Wind, C. D. (2021)", "Wolke, A.|Regen, B.|Wind, C. D.", 0, 2021),
        ("Wolke, A.; Regen, B.", "Wolke, A.|Regen, B.", False, None),
        ("Anna Wolke (Sky Lab), Ben Regen (Ulm, EU) (2021)", "Anna Wolke|Ben Regen", False, 2021),
        ("Anna Wolke¹, Ben Regen²,³ and Cem Wind*", "Anna Wolke|Ben Regen|Cem Wind", False, None),
        ("Anna Wolke<sup>1</sup>, Ben Regen<sup>2</sup>", "Anna Wolke|Ben Regen", False, None),
        ("Anna Wolke, Ben Regen, et al. (Sky Lab)", "Anna Wolke|Ben Regen", True, None),
        ("Anna Wolke and 14 others, 2020", "Anna Wolke", True, 2020),
        ("Nimbus Team (2023)", "Nimbus Team", False, 2023),
        ("Wolke et al., ICLR 2022", "Wolke", True, 2022),
        ("云一、雨二 等，2021", "云一|雨二", True, 2021),
    ],
)  # fmt: skip
def test_names_are_read_without_affiliations_and_marks(
    text: str, names: str, others: bool, year: int | None
) -> None:
    assert people.read(text) == (tuple(names.split("|")), others, year)


@pytest.mark.parametrize(
    "lead_in",
    [
        "**One-paragraph summary:** ",
        "**One paragraph summary**: ",
        "*Summary:* ",
        "Summary: ",
        "**TL;DR** ",
        "TL;DR: ",
        "> **Abstract:** ",
        "**Zusammenfassung in einem Absatz:** ",
        "Zusammenfassung: ",
        "一段话总结：",
        "摘要:",
        "**一句话总结**：",
        "📝 **Summary:** ",
        "### Abstract\n\n",
        "**Abstract**\n\n",
    ],
)
def test_a_lead_in_goes_in_any_dress_and_the_text_stays(lead_in: str) -> None:
    facts = f"*Authors: Wolke (2022)* | [Paper]({URL})"
    item = first(f"## Soft Clouds\n\n{facts}\n\n{lead_in}Clouds drift.")
    assert item.paragraph == "Clouds drift."


def test_a_title_or_a_sentence_that_speaks_of_summaries_is_no_lead_in() -> None:
    item = first(f"## Abstractive Summaries{BODY}")
    assert item.paper.title == "Abstractive Summaries"
    item = first(f"## Soft Clouds{BODY}\n\nAbstract thinking: it helps.")
    assert item.paragraph == "Clouds drift.\n\nAbstract thinking: it helps."


def test_text_is_kept_before_between_and_after_pictures_and_captions() -> None:
    item = first(
        f"## Soft Clouds{BODY}\n\nFigure 1.\n\nThey rain.\n\n![](rain.png)\n*Image: Wolke*\n\n"
        "They end."
    )
    assert item.paragraph == "Clouds drift.\n\nThey rain.\n\nThey end."
    assert (item.picture_file, item.caption) == ("clouds.png", "Figure 1.")
    assert item.paper.figures == (Figure("rain.png", "Image: Wolke"),)


def test_a_picture_may_stand_above_the_authors_and_the_text() -> None:
    item = first(
        "## Soft Clouds\n\n![Two clouds](clouds.png)\n*Figure by the authors*\n\n"
        f"*Authors: Wolke (2022)* | [Paper]({URL})\n\nClouds drift.\n\nAnd drift."
    )
    assert (item.alt, item.caption) == ("Two clouds", "Figure by the authors")
    assert item.paragraph == "Clouds drift.\n\nAnd drift."


def test_the_collages_picture_is_the_one_with_the_numbered_caption() -> None:
    item = first(
        f"## Soft Clouds{BODY}\n\n![](page.png)\n\nML-Collage [3/52]: Figures by the authors"
    )
    assert (item.picture_file, item.printed_number) == ("page.png", "3/52")
    assert item.paper.figures == (Figure("clouds.png"),)


def test_sub_headings_of_a_paper_its_code_and_its_lists_stay_in_its_text() -> None:
    text = (
        "### The idea\n\nDrift.\n\n```\n# no heading\n```\n\n### What we saw\n\n- One.\n- Two: "
        "[see](https://s.example).\n\n> Drift on."
    )
    facts = f"**Authors:** Wolke et al. (2022)\n\n[Paper]({URL})"
    assert first(f"## Soft Clouds\n\n{facts}\n\n{text}").paragraph == text


@pytest.mark.parametrize(
    "picture",
    [
        "![Two clouds](img/clouds.png)\n\nFigure by us",
        "![Two clouds](<img/clouds.png>)\nFigure by us",
        '![Two clouds](img/clouds.png){: width="50%"}\n*Figure by us*',
        "[![Two clouds](img/clouds.png)](https://full.example/c.png)\n\n*Figure by us*",
        '<img src="img/clouds.png" alt="Two clouds" width="300">\n\nFigure by us',
        '<figure>\n<img\n  src="img/clouds.png"\n  alt="Two clouds">\n'
        "<figcaption>Figure by us</figcaption>\n</figure>",
        "![Two clouds](img/clouds.png)\n<figcaption>Figure by us</figcaption>",
        '{{< figure src="img/clouds.png" alt="Two clouds" caption="Figure by us" >}}',
        '{% include figure.html src="img/clouds.png" alt="Two clouds" caption="Figure by us" %}',
        '![Figure by us](img/clouds.png){#fig-c fig-alt="Two clouds"}',
        "![[clouds.png|Two clouds]]\n\nFigure by us",
        "![Two clouds]({{ site.baseurl }}/img/clouds.png)\n\nFigure by us",
    ],
)
def test_pictures_with_alt_text_and_caption_are_read_in_any_dress(picture: str) -> None:
    facts = f"*Authors: Wolke (2022)* | [Paper]({URL})"
    item = first(f"## Soft Clouds\n\n{facts}\n\nClouds drift.\n\n{picture}")
    assert (item.picture_file, item.alt) == ("clouds.png", "Two clouds")
    assert (item.caption, item.paragraph) == ("Figure by us", "Clouds drift.")


def test_a_picture_inside_a_paragraph_is_taken_out_of_it_and_a_badge_is_none() -> None:
    badge = "![](https://img.shields.io/badge/x.svg)"
    item = first(f"## Soft Clouds{BODY.replace('drift.', f'drift. {badge}')}")
    assert (item.paragraph, item.picture_file) == ("Clouds drift.", "clouds.png")
    item = first(
        f"## Soft Clouds\n\n*Authors: Wolke (2022)* | [Paper]({URL})\n\nClouds ![a](c.png) drift."
    )
    assert (item.paragraph, item.picture_file, item.alt) == ("Clouds  drift.", "c.png", "a")


def test_the_line_below_one_with_a_picture_and_more_is_not_lost() -> None:
    text = (
        f"# Bookmarks\n\n- [Soft Clouds]({URL}) ![](https://img.shields.io/x.svg) drift.\n"
        f"- [Hard Rain]({URL}9) pours.\n"
    )
    assert [item.paper.title for item in read(text).items] == ["Soft Clouds", "Hard Rain"]
    facts = f"*Authors: Wolke (2022)* | [Paper]({URL})"
    item = first(f"## Soft Clouds\n\n{facts}\n\n![](c.png) *Image: W.*\nClouds drift.")
    assert (item.paragraph, item.caption) == ("Clouds drift.", "Image: W.")


def test_every_link_gets_its_kind_by_label_line_or_address() -> None:
    item = first(
        "## Soft Clouds\n\n*Authors: Wolke (2022)* | [Link](https://huggingface.co/papers/2203.00011)"
        " | [Weights](https://huggingface.co/w/c) | [Tweet](https://x.com/w/status/1)"
        " | [Slides](https://w.example/s.pdf)\n\nClouds drift.\n\n* Short video: "
        "[Clouds in a minute](https://v.example/1)\n* Paper: [Soft Clouds, explained](" + URL + ")"
    )
    assert kinds(item) == [
        ("paper", "https://huggingface.co/papers/2203.00011"),
        ("code", "https://huggingface.co/w/c"),
        ("blog", "https://x.com/w/status/1"),
        ("talk", "https://w.example/s.pdf"),
        ("talk", "https://v.example/1"),
        ("paper", URL),
    ]
    assert item.paper.arxiv_id == "2203.00011"
    assert item.paragraph == "Clouds drift."


def test_relative_links_are_made_whole_by_the_articles_own_address() -> None:
    text = (
        "---\ntitle: Papers, March 2022\nurl: https://lab.example/news/march/\n---\n\n"
        "## Soft Clouds\n\n"
        "*Authors: Wolke (2022)* | [Paper](../../clouds.pdf) | [Code](//git.example/c)\n\n"
        "Clouds [drift](/drift).\n"
    )
    (item,) = read(text).items
    assert kinds(item) == [
        ("paper", "https://lab.example/clouds.pdf"),
        ("code", "https://git.example/c"),
    ]
    assert item.paragraph == "Clouds [drift](https://lab.example/drift)."


def test_a_link_that_cannot_be_used_is_named_and_loses_no_paper() -> None:
    found = read(
        f"{TOP}## Soft Clouds\n\n*Authors: Wolke (2022)* | [Paper]({URL}) | [PDF](c.pdf)"
        f" | [Mail](mailto:w@w.example)\n\nClouds drift.{NEXT}"
    )
    assert kinds(found.items[0]) == [("paper", URL)]
    said = " ".join(finding.text for finding in found.findings if finding.line == 7)
    assert "c.pdf names no host" in said
    assert "mailto:w@w.example is no http(s) address" in said


@pytest.mark.parametrize(
    ("front", "title", "month"),
    [
        ('---\ntitle: "Mar 2022" # here\ndate: 2022-02-28\n---\n', "Mar 2022", "2022-03"),
        ("---\n# by hand\ntitle: >-\n  Papers,\n  Mar 2022\n---\n", "Papers, Mar 2022", "2022-03"),
        ("---\ntitle: 'It''s March'\ndate: 2022-03-31\n---\n", "It's March", "2022-03"),
        ("---\ntitle: January Papers\ndate: 2021-12-30\n---\n", "January Papers", "2022-01"),
        ('+++\ntitle = "Papers"\ndate = 2022-03-31T10:00:00Z\n+++\n', "Papers", "2022-03"),
        ('{\n "title": "Papers of März 2022"\n}\n', "Papers of März 2022", "2022-03"),
    ],
)  # fmt: skip
def test_front_matter_gives_title_and_month(front: str, title: str, month: str) -> None:
    for hashes in ("#", "##"):
        found = read(f"{front}\nHello.\n\n{hashes} Soft Clouds{BODY}\n")
        assert (found.title, found.title_month) == (title, month)
        assert [item.paper.title for item in found.items] == ["Soft Clouds"]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Papers: Mar 2022", "2022-03"),
        ("Sept. 2022", "2022-09"),
        ("March Papers, 2022", "2022-03"),
        ("Best of the week (March 7 - March 13) - 2022", "2022-03"),
        ("Lesestoff März/April 2022", "2022-03"),
        ("December/January 2022", "2021-12"),
        ("二〇二二年三月", "2022-03"),
        ("二〇二二年十二月", "2022-12"),
        ("2022-03 reading", "2022-03"),
        ("03/2022", "2022-03"),
        ("2022 March", "2022-03"),
        ("Papers That May Matter in 2022", None),
        ("Papers of 2022", None),
    ],
)
def test_months_are_read_as_people_write_them(text: str, month: str | None) -> None:
    assert months.in_text(text) == month


def test_a_heading_of_the_papers_level_without_facts_is_named_with_its_line() -> None:
    found = read(f"{TOP}## Soft Clouds{BODY}\n\n## Lost Winds\n\nNothing tells.{NEXT}")
    assert [item.paper.title for item in found.items] == ["Soft Clouds", "Kites"]
    said = [(one.level, one.line) for one in found.findings if "Lost Winds" in one.text]
    assert said == [("warning", 13)]
    named = [note.text for note in found.notes]
    assert (
        "Under the heading 'Lost Winds', 1 paragraph is not taken (line 15: 'Nothing tells.')."
        in named
    )


def test_a_section_that_looks_like_its_neighbours_comes_in_though_it_lacks_facts() -> None:
    found = read(f"{TOP}## Soft Clouds{BODY}\n\n## Winds\n\nThey blow.\n\n![](w.png){NEXT}")
    assert [item.paper.title for item in found.items] == ["Soft Clouds", "Winds", "Kites"]
    assert any("'Winds' has no authors and no year" in one.text for one in found.findings)


def test_a_link_to_a_paper_in_the_text_alone_makes_a_collage_and_is_told() -> None:
    found = read(f"{TOP}## Soft Clouds{BODY}\n\n## Rain\n\nSee {URL}9 by Regen.{NEXT}")
    rain = found.items[1]
    assert (rain.paper.title, kinds(rain)) == ("Rain", [("paper", f"{URL}9")])
    assert rain.paragraph == f"See {URL}9 by Regen."
    assert any("is taken from its text" in one.text for one in found.findings)
    texts = f"# Notes\n\n## Rain\n\nSee [this]({URL}).\n\n## Hail\n\nAnd [that]({URL}9).\n"
    assert [item.paper.title for item in read(texts).items] == ["Rain", "Hail"]


def test_a_bold_line_among_bold_titles_that_is_no_paper_is_named() -> None:
    body = BODY.replace("\n\n", "\n\n", 1)
    found = read(f"{TOP}**Soft Clouds**{body}\n\n**Lost Winds**\n\nNothing.\n")
    assert [item.paper.title for item in found.items] == ["Soft Clouds"]
    assert any("The bold line 'Lost Winds'" in one.text for one in found.findings)


def test_what_is_not_taken_is_counted_by_kind_and_lines() -> None:
    found = read(
        f"{TOP}> A [motto](https://m.example).\n\n## Soft Clouds{BODY}\n\n[^1]: A note.\n\n"
        f"## Vision\n{NEXT}\n\nThat's it! See [us](https://u.example).\n"
    )
    assert [note.text for note in found.notes] == [
        "Above the first paper, 1 paragraph, 1 quotation and 1 link are not taken "
        "(lines 3 and 5: https://m.example).",
        "Of the article, 1 footnote is not taken (line 15: '[^1]: A note.').",
        "Below the last paper, 1 paragraph and 1 link are not taken "
        '(line 30: "That\'s it! See us." and https://u.example).',
    ]


def test_what_stands_below_the_last_paper_is_not_its_text() -> None:
    for farewell in ("Next time more.", "---\n\nWrite to us.", "That's it for March."):
        found = read(f"{TOP}## Soft Clouds{BODY}{NEXT}\n\n{farewell}\n")
        assert found.items[-1].paragraph == "Kites pull."
        assert any(note.text.startswith("Below the last paper") for note in found.notes)


def test_groups_of_papers_keep_their_headings_out_of_the_collages() -> None:
    toys = f"## Toys\n\n### Kites of Wind\n\n[Paper]({URL})\n\nUp.\n"
    found = read(f"{TOP}## Weather\n\n### Soft Clouds{BODY}\n\n{toys}")
    assert [item.paper.title for item in found.items] == ["Soft Clouds", "Kites of Wind"]
    assert found.findings[0].text.startswith("'Soft Clouds' has no caption")


TABLE = f"""# Papers of the Week

## Picks (March 7 - March 13) - 2022
| **Paper** | **Links** |
| --- | --- |
| 1) **Soft Clouds** - Clouds drift. | [Paper]({URL}), [Tweet](https://x.com/w/status/1) |
| 2) **No Link** - Nothing. | |
"""
COLUMNS = f"""# 论文 2022年3月

| 年份 | 名字 | 作者 | 简介 | 链接 |
|---|---|---|---|---|
| 2022 | [Soft Clouds]({URL}) | Wolke 等 | Clouds drift. | [代码](https://github.com/w/c) |
"""
BULLETS = f"""# Awesome Weather

## Clouds

- [Soft Clouds]({URL}) (Wolke et al., 2022) - Clouds drift.
- A tool: [nephele](https://github.com/n/n)
"""
NESTED = f"""# Papers, March 2022

1. **Soft Clouds**
   - Authors: Wolke et al. (2022)
   - Paper: {URL}
   - Summary: Clouds drift.
"""
KEYS = f"""# Weather, March 2022

Paper 1: Soft Clouds
Authors: Wolke et al. (2022)
Link: {URL}
Summary: Clouds drift.
"""
DATED = f"# Bookmarks\n\n- 7 Mar, *Soft Clouds*, {URL}\n- 9 Mar, *Hard Rain*, {URL}9\n"
LETTER = f"# Weather Letter\n\n**[Soft Clouds]({URL})** — Clouds drift.\n\nOnly words.\n"


@pytest.mark.parametrize("text", [TABLE, COLUMNS, BULLETS, NESTED, KEYS, DATED, LETTER])
def test_papers_of_one_line_each_are_a_list_of_drafts(text: str) -> None:
    found = read(text)
    item = found.items[0]
    assert found.kind == "list"
    assert (item.paper.title, item.paper.arxiv_id) == ("Soft Clouds", "2203.00011")
    assert item.paragraph == ("" if text is DATED else "Clouds drift.")
    if text in {COLUMNS, BULLETS, NESTED, KEYS}:
        assert (item.paper.citation, item.paper.others) == ("Wolke et al. (2022)", True)


def test_a_row_or_an_item_that_is_no_paper_is_named_as_a_warning() -> None:
    for text, line in ((TABLE, 7), (BULLETS.replace("- A tool", f"- A tool\n- [Rain]({URL}1)"), 6)):
        named = [one for one in read(text).findings if "Among the papers" in one.text]
        assert [(one.level, one.line) for one in named] == [("warning", line)]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("<!DOCTYPE html>\n<html><body><h1>P</h1></body></html>", "a.md is an HTML page; save the"),
        ("<div class='p'><h1>Papers</h1><p>Hi</p></div>", "is an HTML page"),
        ("%PDF-1.7\n", "is a PDF"),
        ('{"a": 1}', "is a JSON file"),
        ("@article{w, title={C}}", "is a BibTeX file"),
        ("\\documentclass{article}", "is a LaTeX file"),
        ('<?xml version="1.0"?><rss version="2.0"></rss>', "is a feed"),
        ("\n \n", "it is empty"),
        ("# P\n\n<table>\n<tr><td>Clouds</td></tr>\n</table>\n", "a table in HTML"),
    ],
)
def test_what_is_no_markdown_is_refused_by_its_name(text: str, part: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert part in str(refused.value)
