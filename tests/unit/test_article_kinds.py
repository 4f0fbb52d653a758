"""Kinds of articles that strangers wrote: what comes in of them, and what is named."""

import pytest

from bot.core.collage import Item
from bot.intake import article, months, people
from bot.intake.article import Article

URL = "https://arxiv.org/abs/2203.00011"
CODE = "https://github.com/w/clouds"
FACTS = f"*Authors: Wolke, Regen (2022)* | [Paper]({URL})"
NEXT = (
    "\n\n## Kites\n\n*Authors: Drake, Fly (2020)* | [Paper](https://arxiv.org/abs/2003.00022)"
    "\n\nKites pull.\n\n![](kites.png)\n"
)


def read(text: str) -> Article:
    return article.read(text, "a.md")


def roundup(section: str) -> Article:
    """A roundup whose first paper has these lines below its heading."""
    found = read(f"# Papers of March 2022\n\n## Soft Clouds\n\n{section}{NEXT}")
    assert [item.paper.title for item in found.items] == ["Soft Clouds", "Kites"]
    return found


def first(section: str) -> Item:
    return roundup(section).items[0]


def urls(item: Item) -> list[str]:
    return [link.url for link in item.paper.links]


def told(found: Article) -> str:
    return "\n".join(finding.text for finding in (*found.findings, *found.notes))


def test_a_line_of_authors_right_below_a_picture_is_no_caption() -> None:
    item = first(f"![Clouds](c.png)\n\n{FACTS}\n\nClouds drift.")
    assert (item.paper.authors, item.paper.year) == (("Wolke", "Regen"), 2022)
    assert (item.caption, item.paragraph) == ("", "Clouds drift.")


def test_links_in_footnotes_are_the_papers_and_other_footnotes_are_named() -> None:
    text = (
        "# Papers of March 2022\n\n## Soft Clouds[^1]\n\n*Authors: Wolke, Regen (2022)*\n\n"
        f"Clouds drift.[^b] They rain.[^c]{NEXT}\n"
        f"[^1]: Paper: <{URL}>, code: <{CODE}>\n[^b]: Hail is worse.\n[^c]: https://a.example/talk\n"
    )
    found = read(text)
    assert found.items[0].paper.title == "Soft Clouds"
    assert urls(found.items[0]) == [URL, CODE, "https://a.example/talk"]
    assert found.items[0].paragraph == "Clouds drift. They rain."
    assert "Hail is worse." in told(found)
    assert found.previous_link == ""


def test_a_reference_that_nothing_defines_is_named_and_a_picture_may_have_one() -> None:
    found = roundup(
        "*Authors: Wolke, Regen (2022)* | [Paper][nowhere]\n\nClouds drift.\n\n![x][c]"
        "\n\n[c]: img/clouds.png"
    )
    assert "The link '[Paper][nowhere]' is left out" in told(found)
    assert found.items[0].picture_file == "clouds.png"


def test_shortcodes_leave_no_braces_and_what_they_held_is_kept_or_named() -> None:
    found = roundup(
        f"{FACTS}\n\nClouds {{{{< fa cloud >}}}} drift.\n\n{{{{% notice note %}}}}\nThey rain.\n"
        "{{% /notice %}}\n\n![](c.png)"
    )
    assert "{" not in found.items[0].paragraph
    assert "They rain." in found.items[0].paragraph
    assert "fa cloud" in told(found)
    assert "notice" not in told(found)


def test_entities_in_a_text_are_read_but_not_in_code() -> None:
    item = first(f"{FACTS}\n\nClouds &amp; rain&nbsp;drift.\n\nSay `a &amp; b`.")
    assert item.paragraph == "Clouds & rain\xa0drift.\n\nSay `a &amp; b`."


@pytest.mark.parametrize(
    "line",
    [
        f"[![arXiv](https://img.shields.io/badge/a.svg)]({URL}) "
        f"[![code](https://img.shields.io/b.svg)]({CODE})",
        f'<a href="{URL}" class="x"><div><b>Paper</b></div></a> | <a href="{CODE}">Code</a>',
        f"📅 **2022**\n📄 [Read the paper]({URL})\n💻 [Code]({CODE})",
    ],
)
def test_links_come_in_as_badges_in_html_and_below_a_calendar(line: str) -> None:
    item = first(f"**By** Ann Wolke, Bob Regen\n{line}\n\nClouds drift.\n\n![](c.png)")
    assert item.paper.authors == ("Ann Wolke", "Bob Regen")
    assert urls(item) == [URL, CODE]
    assert (item.paragraph, item.picture_file) == ("Clouds drift.", "c.png")


@pytest.mark.parametrize(
    ("names", "expected", "others"),
    [
        ("Prof. Dr. Ann Wolke, Dr. rer. nat. Bob Regen", ("Ann Wolke", "Bob Regen"), False),
        ("Ann Wolke, PhD, and Bob Regen, M.Sc.", ("Ann Wolke", "Bob Regen"), False),
        ("Ann Wolke (+4)", ("Ann Wolke",), True),
        ("Ann Wolke (ETH), Bob Regen (MIT) — 2022 —", ("Ann Wolke", "Bob Regen"), False),
        ("Wolke (MIT, Google) et al.", ("Wolke (MIT, Google)",), True),
        ("Center for AI and Society", ("Center for AI and Society",), False),
        ("Center for Clouds and Ann Wolke", ("Center for Clouds", "Ann Wolke"), False),
        ("和田太郎、王和平", ("和田太郎", "王和平"), False),
        ("盖尔曼和韦赫塔里", ("盖尔曼", "韦赫塔里"), False),
        ("Ann Wolke, @cloudlab", ("Ann Wolke", "@cloudlab"), False),
    ],
)
def test_names_are_read_as_people_and_teams_write_them(
    names: str, expected: tuple[str, ...], others: bool
) -> None:
    cited = people.read(names if "2022" in names else f"{names} (2022)")
    assert (cited.names, cited.others, cited.year) == (expected, others, 2022)


def test_icons_behind_names_are_neither_pictures_nor_people() -> None:
    icon = "[![ORCID](https://o.example/icon.png)](https://orcid.org/0000-0000-0000-0001)"
    item = first(
        f"*Authors: [Ann Wolke](https://a.example) {icon}, Bob Regen (2022)* | [Paper]({URL})\n\n"
        "Clouds drift.\n\n![](c.png)"
    )
    assert (item.paper.authors, item.paper.others) == (("Ann Wolke", "Bob Regen"), False)
    assert item.picture_file == "c.png"


@pytest.mark.parametrize(
    "line",
    [
        "<sup>1</sup>ETH Zurich, <sup>2</sup>Google Research",
        "¹ ETH Zurich  ² Google",
        "*University of Weather, Google DeepMind*",
    ],
)
def test_lines_of_affiliations_are_no_text_and_are_named(line: str) -> None:
    found = roundup(
        "**Ann Wolke<sup>1</sup>, Bob Regen<sup>2</sup>**\n\n"
        f"{line}\n\n[Paper]({URL})\n\nClouds drift."
    )
    item = found.items[0]
    assert item.paper.authors == ("Ann Wolke", "Bob Regen")
    assert item.paragraph == "Clouds drift."
    assert "a collage has no place for it" in told(found)


def test_a_list_of_other_papers_in_a_section_stays_in_its_text() -> None:
    item = first(f"{FACTS}\n\nClouds drift.\n\nAlso read:\n\n- [Hail](https://arxiv.org/abs/1)")
    assert urls(item) == [URL]
    assert item.paragraph.endswith("- [Hail](https://arxiv.org/abs/1)")


def test_a_paper_linked_only_in_its_text_comes_in_above_those_with_authors() -> None:
    item = first(f"Wolke wrote [a paper]({URL}). The [code]({CODE}) is short.\n\n![](c.png)")
    assert urls(item) == [URL, CODE]


@pytest.mark.parametrize(
    "lead_in", ["【摘要】", "摘要 ", "**摘要**：", "**一段話摘要：** ", "*Zusammenfassung:* "]
)
def test_lead_ins_in_brackets_and_without_a_colon_go(lead_in: str) -> None:
    assert first(f"{FACTS}\n\n{lead_in}云在飘。").paragraph == "云在飘。"


def test_labels_in_traditional_chinese_are_known() -> None:
    found = roundup(
        f"*作者：王小明等人 (2022)* | [論文]({URL}) | [程式碼]({CODE}) | [演講](https://a.example/t)"
    )
    kinds = [link.kind.value for link in found.items[0].paper.links]
    assert kinds == ["paper", "code", "talk"]
    assert "is unknown" not in told(found)


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("ML-Collage", "ML-Collage"),
        ("ML-Collage [3/52]", "ML-Collage [3/52]"),
        (f"ML-Collage: A cloud | 📝 [Paper]({URL})", "ML-Collage: A cloud"),
    ],
)
def test_captions_that_the_program_prints_are_captions(line: str, caption: str) -> None:
    item = first(f"{FACTS}\n\nClouds drift.\n\n![](c.png)\n\n{line}")
    assert (item.caption, item.paragraph) == (caption, "Clouds drift.")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Papers, Sep '24", "2024-09"),
        ("Papers — Sep ’24", "2024-09"),
        ("Papers 09.2024", "2024-09"),
        ("Papers of the month: 2024-9", "2024-09"),
        ("Juni/Juli 2024", "2024-06"),
        ("Ten, die man im Mai 2024 lesen sollte", "2024-05"),
        ("Version 1.2.2024.1", None),
        ("Sommer 2024", None),
    ],
)
def test_months_are_read_in_short_forms(text: str, month: str | None) -> None:
    assert months.in_text(text) == month


def test_a_title_that_names_two_months_is_doubted() -> None:
    found = read(f"# Rückblick auf den Februar: fünf Minuten Forschung (Ausgabe 03/2023){NEXT}")
    assert found.title_month == "2023-03"
    assert "two months, 2023-03 and 2023-02" in told(found)
    for title in ("March/April 2023", "You May Like This, June 2023", "März 2023, Ausgabe 03/2023"):
        assert "two months" not in told(read(f"# {title}{NEXT}"))


def test_the_date_of_front_matter_may_have_any_of_its_names() -> None:
    text = f"---\ntitle: Picks\ndate: last-modified\ndate_published: 2024-09-12\n---\n\n## A{NEXT}"
    assert read(text).title_month == "2024-09"


@pytest.mark.parametrize(
    "line",
    [
        f"Wolke, A., & Regen, B. (2022). Soft Clouds. *J. Weather*. {URL}",
        f'A. Wolke, B. Regen, "Soft Clouds," 2022. {URL}',
        f"Ann Wolke and Bob Regen. Soft Clouds. In NeurIPS, 2022. {URL}",
        "Ann Wolke and Bob Regen. Soft Clouds. arXiv:2203.00011 (2022).",
        f"**Soft Clouds (Ann Wolke, Bob Regen, 2022)**\n\n    [{URL}]({URL})",
    ],
)
def test_a_bibliographys_lines_give_names_year_and_title(line: str) -> None:
    item = read(f"# Reading list\n\n- {line}\n").items[0]
    assert (item.paper.title, item.paper.year, urls(item)) == ("Soft Clouds", 2022, [URL])
    assert len(item.paper.authors) == 2


def test_an_item_keeps_its_picture_and_what_is_indented_below_it() -> None:
    badge = "![stars](https://img.shields.io/s.svg)"
    found = read(
        f"# List\n\n- [Soft Clouds]({URL}) {badge} - Clouds drift.\n  - [code]({CODE})\n"
        f"\n    ![](a/c.png)\n- Hail (no preprint)\n- Snow, see [here](https://s.example)\n"
        f"- [Rain]({URL}1)\n"
    )
    item = found.items[0]
    assert (urls(item), item.paragraph, item.picture_file) == (
        [URL, CODE],
        "Clouds drift.",
        "c.png",
    )
    assert "Hail (no preprint)" in told(found)
    assert "https://s.example" in told(found)


def test_an_acronym_with_a_year_behind_a_title_is_no_author() -> None:
    item = read(f"# List\n\n- [Soft Clouds]({URL}) (ICXX 2021) - Clouds drift.\n").items[0]
    assert (item.paper.authors, item.paper.year) == ((), 2021)


def test_a_table_in_html_is_read_with_its_lines() -> None:
    found = read(
        "# Reading list\n\n<table>\n<tr><th>Title</th><th>Authors</th></tr>\n"
        f'<tr><td><a href="{URL}">Soft Clouds</a></td><td>Wolke, Regen</td></tr>\n</table>\n'
    )
    item = found.items[0]
    assert (item.paper.title, item.paper.authors) == ("Soft Clouds", ("Wolke", "Regen"))
    assert item.place == "a.md:5"


def test_a_table_that_arranges_pictures_gives_them() -> None:
    rows = "<tr>\n<td><img src='c.png'></td>\n<td><img src='d.png'></td>\n</tr>"
    for table in (f"<table>\n{rows}\n</table>", "| ![](c.png) | ![](d.png) |\n|---|---|\n"):
        item = first(f"{FACTS}\n\nClouds drift.\n\n{table}")
        assert (item.picture_file, item.paragraph) == ("c.png", "Clouds drift.")
        assert [figure.file for figure in item.paper.figures] == ["d.png"]


def test_a_subtitle_is_right_below_the_title_and_other_headings_are_named() -> None:
    found = read(
        f"# Papers of March 2022\n## From the sky\n\nHi.\n\n## Watch it\n\n[]({CODE}){NEXT}"
    )
    assert found.subtitle == "From the sky"
    assert "The heading 'Watch it'" in told(found)


def test_names_in_bold_and_a_month_below_a_heading_are_no_titles_and_no_names() -> None:
    item = first(f"**Ann Wolke, Bob Regen**\n\n*March 2022*\n\n[Paper]({URL})\n\nClouds drift.")
    assert (item.paper.authors, item.paper.year) == (("Ann Wolke", "Bob Regen"), 2022)
    assert item.paragraph == "Clouds drift."


def test_lists_in_html_are_kept_as_lists() -> None:
    item = first(f"{FACTS}\n\n<ul>\n<li>Clouds drift.</li>\n<li>They rain.</li>\n</ul>")
    assert item.paragraph == "- Clouds drift.\n- They rain."


def test_paragraphs_with_a_number_in_either_dress_are_a_list() -> None:
    for mark in ("1).", "1)", "1."):
        text = (
            f"{mark} **Soft Clouds** - clouds drift. ([paper]({URL}) | [code](https://c.example))"
        )
        found = read(f"# Weekly Papers (March 2025)\n\n{text}\n")
        assert found.kind == "list"
        assert [item.paper.title for item in found.items] == ["Soft Clouds"]


def test_emphasis_that_a_translation_has_set_apart_is_no_list_item() -> None:
    item = first(f"* Autoren: Ann Wolke und Bob Regen (2022) * | 📝 [Papier]({URL})\n\nWolken.")
    assert (item.paper.authors, item.paper.year) == (("Ann Wolke", "Bob Regen"), 2022)
    assert item.paragraph == "Wolken."


def test_a_year_may_be_set_off_by_a_wide_semicolon() -> None:
    cited = people.read("王云（山大学），李雨（海学院）；2024年")
    assert (cited.names, cited.year) == (("王云", "李雨"), 2024)


def test_badges_are_links_by_their_words_and_the_others_are_named() -> None:
    found = read(
        f"# Papers (March 2025)\n\n## Clouds\n\n[![Paper](https://img.shields.io/p.svg)]({URL})\n"
        "[![Demo](https://img.shields.io/d.svg)](https://clouds.example)\n"
        "[![CI](https://img.shields.io/c.svg)](https://ci.example/run)\n\n"
        "**Authors:** Ann Wolke (2022)\n\nClouds drift.\n"
    )
    assert urls(found.items[0]) == [URL, "https://clouds.example"]
    assert "https://ci.example/run" in told(found)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("*Authors: Ann Wolke (2022)* (arXiv:2203.00011v2)", "https://arxiv.org/abs/2203.00011"),
        ("Authors: Ann Wolke (2022), doi:10.1234/ab.5", "https://doi.org/10.1234/ab.5"),
        (f"Authors: Ann Wolke (2022) | [Paper (arXiv:2203.00011)]({URL})", URL),
    ],
)
def test_ids_that_stand_bare_among_the_facts_are_links(line: str, expected: str) -> None:
    item = first(f"{line}\n\nClouds drift, see arXiv:2203.00099.")
    assert (item.paper.authors, urls(item)) == (("Ann Wolke",), [expected])
    assert item.paragraph == "Clouds drift, see arXiv:2203.00099."


def test_a_column_of_dates_gives_the_years() -> None:
    found = read(
        "# Daily Papers\n\n|Publish Date|Title|Authors|PDF|\n|---|---|---|---|\n"
        f"|**2022-03-12**|**Soft Clouds**|Ann Wolke et.al.|[2203.00011]({URL})|\n"
    )
    assert [(item.paper.title, item.paper.year) for item in found.items] == [("Soft Clouds", 2022)]
