"""What of an item is shown as it was written, or not at all, is told with its place."""

from dataclasses import replace

import pytest

from bot.core import legibility, reading
from bot.core.collage import Item
from bot.core.paper import Paper
from tests.timing import is_linear

PLAIN = Item(
    name="plain",
    paper=Paper(title="A *plain* title with $x^2$", authors=("Ada Example",)),
    paragraph="Some [words](https://a.org) & `<b>`, H<sub>2</sub>O, a | b and <mask>.\n\n- one",
    alt="A drawing of two clouds.",
    caption="Figures by the authors",
)


def test_what_is_read_needs_no_word() -> None:
    assert legibility.notes(PLAIN) == ()


@pytest.mark.parametrize(
    ("paragraph", "note"),
    [
        (
            "One.\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            "its paragraph, line 4: a table is shown as it was written; say it in words or draw it",
        ),
        (
            "It works.[^1]",
            "its paragraph, line 1: the footnote [^1] is shown as it was written; "
            "put it into the text",
        ),
        (
            'One\n<a href="https://a.org">two</a>',
            "its paragraph, line 2: the HTML tag <a> is left out, with its address; "
            "write [label](address)",
        ),
        (
            '<img src="a.png">',
            "its paragraph, line 1: the HTML tag <img> is left out, with its picture; "
            "write ![words](address)",
        ),
        ("<b>x</b>", "its paragraph, line 1: the HTML tag <b> is left out; its words stay"),
        (
            "<table>",
            "its paragraph, line 1: the HTML tag <table> is shown as it was written; remove it",
        ),
        (
            r"Where $\frobnicate x$ is.",
            r"its paragraph, line 1: the TeX command \frobnicate is not known, "
            "so it is shown by its name",
        ),
        (
            r"As \citep{doe} said.",
            r"its paragraph, line 1: the TeX command \citep is not known, "
            "so it is shown by its name",
        ),
        (
            "\ufeffOne\u200b",
            "its paragraph holds characters that nobody sees (U+200B, U+FEFF); they are left out",
        ),
    ],
)
def test_what_is_not_read_in_a_paragraph_is_told_with_its_line(paragraph: str, note: str) -> None:
    assert legibility.notes(replace(PLAIN, paragraph=paragraph)) == (note,)


def test_code_may_hold_anything() -> None:
    code = "```\n<table>\n|---|---|\n[^1]\n```\nand `<div> [^2] $\\foo$`"
    assert legibility.notes(replace(PLAIN, paragraph=code)) == ()


def test_the_other_texts_are_looked_at_too() -> None:
    odd = replace(
        PLAIN,
        paper=Paper(title="<b>Nets</b>", authors=("Ada\u200b",)),
        caption="$\\foo$",
        alt="\u202eA",
        thread=("One", "\ufeffTwo <b>"),
    )
    assert [note.partition(" holds")[0].partition(":")[0] for note in legibility.notes(odd)] == [
        "its title",
        "its authors",
        "its caption",
        "its alt text",
        "entry 2 of its thread",
    ]


def test_an_item_is_read_as_a_whole_and_keeps_its_paragraph() -> None:
    written = replace(
        PLAIN,
        paper=Paper(title="R&amp;D", authors=(r"Erd\H{o}s",)),
        caption="On $L^2$",
        alt="One &amp;\n*two*",
        paragraph="*x*",
    )
    read = reading.item(written)
    assert (read.paper.title, read.paper.authors) == ("R&D", ("Erdős",))
    assert (read.caption, read.alt, read.paragraph) == ("On L²", "One &\ntwo", "*x*")


@pytest.mark.parametrize("piece", ["`", "``a`", "``` ", "<a ", "[^", "|-", "\\x{", "<!--", "~~~\n"])
def test_time_grows_with_length_only(piece: str) -> None:
    assert is_linear(lambda text: legibility.notes(replace(PLAIN, paragraph=text)), piece)
