"""Whatever an article file holds: facts that can be used, or one refusing sentence, soon."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import collage
from bot.core.errors import BadInput
from bot.intake import article, blocks, dress, markup
from tests.conftest import shared

ENGLISH = (Path(__file__).parent.parent / "articles" / "english.md").read_text("utf-8")


def check_any(text: str) -> None:
    """An article whose facts are usable, or one refusing line."""
    refused = ""
    try:
        found = article.read(text, "a.md")
    except BadInput as error:
        refused = str(error)
    if refused:
        assert refused.startswith("a.md")
        assert refused.isprintable()
        return
    names = [item.name for item in found.items]
    assert names
    assert len(set(names)) == len(names)
    for item in found.items:
        assert not [problem for problem in collage.problems(item) if problem.startswith("name")]
        assert re.fullmatch(r"a\.md:[1-9]\d*", item.place)
        assert "/" not in item.picture_file
        assert item.paragraph == item.paragraph.strip()
        assert not [problem for problem in collage.problems(item) if problem.startswith("url")]
    lines = text.count("\n") + text.count("\r") + 1
    for one in (*found.findings, *found.notes):
        assert 1 <= one.line <= lines
        assert one.text.isprintable()


PIECES = (
    "# ~## ~### ~‘~’~“~”~*~**~_~\\~Authors:~作者:~等人~(2021)~ et al.~[~]~(~)~](~a~语~ "
    "~|~📝~🗣~\n~\n\n"
    "~\x00~\r~\u2028~\ud800"
    "~[Paper](https://arxiv.org/abs/2101.00001)~[](/x) ~[## ~![~![a](b.png)~arxiv:~来源:~ML "
    "[1/52]:~ML [2]:~> 原文："
    "~---\ntitle: T\n---\n~<img src='a.png' alt='b'>~<figure>\n~<figcaption>c</figcaption>~```\n"
    "~{{< figure src=a.png caption=b >}}~{#x}~| a | b |\n~|---|---|\n~- ~1. ~**b**\n\n~<!--~-->"
    "~[a][b]~[b]: https://b.org\n~[^1]: n\n~by Ann Bo, Cy Do~Doe, J., ~-----\n~=====\n"
    "~**Code:** ~Year: 2020~\ue000"
    "~<https://a.org/1>~2021 年 5 月~May 2021~# 参考~**One paragraph summary:**"
)
MIXED = st.lists(st.sampled_from(PIECES.split("~"))).map("".join)


@settings(max_examples=300)
@given(st.sampled_from(["", ENGLISH[:300], ENGLISH]), st.one_of(st.text(), MIXED))
def test_any_text_is_an_article_or_refused_in_one_line(start: str, text: str) -> None:
    check_any(start + text)


@settings(max_examples=300)
@given(st.one_of(st.text(), MIXED))
def test_every_line_of_any_text_is_in_a_block(text: str) -> None:
    lines = dress.one("\n".join(markup.lines_of(text)))
    covered = {at for block in blocks.read(lines) for at in range(block.at, block.end)}
    assert [at for at, line in enumerate(lines) if line.strip() and at not in covered] == []
    assert len(lines) == len(markup.lines_of(text))


@settings(max_examples=150)
@given(st.data())
def test_real_articles_cut_short_or_shuffled_are_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(sorted(shared("seeds").glob("*.txt")))).read_text("utf-8")
    if data.draw(st.booleans()):
        start = data.draw(st.integers(0, 200))
        check_any(text[start : data.draw(st.integers(start, len(text)))])
    else:
        check_any("\n".join(data.draw(st.permutations(text.split("\n")))))


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\ud800"])
def test_a_control_character_in_a_heading_is_named_with_its_line(char: str) -> None:
    for before, after in (
        ("# Two Deep", "# Two {}Deep"),
        ("## ", "## {}"),
    ):
        text = ENGLISH.replace(before, after.format(char), 1)
        with pytest.raises(
            BadInput, match=r"^a\.md, line \d+: this heading holds the control char"
        ):
            article.read(text, "a.md")


def test_a_file_whose_name_cannot_be_printed_is_named_with_escapes(tmp_path: Path) -> None:
    for text in ("no article", ENGLISH[:10], ""):
        file = tmp_path / "a\x1b[31m.md"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=r"a\\x1b\[31m\.md") as caught:
            article.load(file)
        assert str(caught.value).isprintable()
    with pytest.raises(BadInput, match=r"a\\x07\.md: there is no such file"):
        article.load(tmp_path / "a\x07.md")


ROUNDUP, DRAFTS = (
    "# May 2021\n\n## ‘x’\n\n*Authors: B (2021)* | [Paper](u) ",
    "# May 2021\n\n# p\n\narxiv: ",
)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "![",
            "[](",
            "[[b]",
            "(2",
            "等",
            "<",
            "\\",
            "‘",
            '"',
            "| [x](y) ",
            "\n",
            "\n[](//a) [## ",
        ),
        *("<img ", "<a href=", "<!--", "{{< figure ", "```\n", "Doe, J., ", "| a | b |\n|-|-|\n"),
        *("- x\n", "**a:** b\n", "## x\n\n", "**a**\n\n", "[a]: https://b\n[a] ", "a\n: b\n"),
    ],
)
@pytest.mark.parametrize("start", [ROUNDUP, DRAFTS])
def test_time_grows_with_the_length_whatever_the_marks(start: str, unit: str) -> None:
    times = []
    for size in (100_000, 400_000):
        began = time.process_time()
        check_any(start + unit * (size // len(unit.encode())))
        times.append(time.process_time() - began)
    assert times[1] < 8 * times[0] + 0.5


@pytest.mark.parametrize("mark", ["[", "*"])
@pytest.mark.parametrize("start", [ROUNDUP, DRAFTS])
def test_two_megabytes_of_marks_take_a_moment(start: str, mark: str) -> None:
    began = time.process_time()
    check_any(start + mark * 1_999_900)
    assert time.process_time() - began < 8
