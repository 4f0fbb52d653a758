"""The filters a writer needs, and the page that tells of them."""

import re
from pathlib import Path

import pytest

from bot.composing import filters, templates, values
from bot.composing.rendering import Renderer
from bot.core.paper import Link, LinkKind, Paper
from bot.core.words import of
from tests.conftest import ROOT
from tests.integration.test_compose import collage, composer, roundup

PAPER = Paper(
    title="Barlow Twins",
    authors=("Jure Zbontar", "Li Jing"),
    year=2021,
    links=(
        Link(LinkKind.CODE, "https://example.org/code"),
        Link(LinkKind.PAPER, "https://example.org/paper"),
    ),
)


def filled(source: str, language: str = "en", network: str = "x", **more: object) -> str:
    series = {"language": language, "numbering": "{n}/52"}
    paper = values.paper(PAPER, of(language))
    context = {"series": series, "network": network, "paper": paper} | more
    return Renderer(Path("/nowhere")).render_text(source, context, "test.txt")


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ paper|cite }}", "Zbontar & Jing (2021)"),
        ("{{ 'One. Two. Three.'|sentences }}", "One."),
        ("{{ 'One. Two. Three.'|sentences(2) }}", "One. Two."),
        ("{{ 'One is short. Two is a little longer.'|fit(20) }}", "One is short."),
        ("{{ 'a sentence without an end that goes on'|fit(20) }}", "a sentence without…"),
        ("{{ 'short'|fit(20) }}", "short"),
        ("{{ '一二三四五六七八九十'|fit(20) }}", "一二三四五六七八九十"),
        ("{{ 29|number }}", "29/52"),
        ("{{ '2021-09'|month }}", "September"),
        ("{{ '2021-08-04'|date }}", "August 4, 2021"),
        ("{{ '2021-08-04'|date('short') }}", "8/4/21"),
        ("{% for link in paper|links %}{{ link.label }} {% endfor %}", "Paper Code "),
        (
            "{% for link in paper|links('code') %}{{ link.emoji }}{{ link.url }}{% endfor %}",
            "🤖https://example.org/code",
        ),
        ("{{ paper|links('talk')|length }}", "0"),
    ],
)
def test_a_filter_gives_what_the_page_says(source: str, written: str) -> None:
    assert filled(source) == written


@pytest.mark.parametrize(("language", "month"), [("de", "März"), ("zh", "3月"), ("pl", "marzec")])
def test_months_are_named_in_the_series_language(language: str, month: str) -> None:
    assert filled("{{ '2021-03'|month }}", language) == month


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "A, B, and C"), ("de", "A, B und C"), ("zh", "A、B和C"), ("pl", "A, B i C")],
)
def test_lists_are_written_as_the_language_writes_them(language: str, expected: str) -> None:
    assert filled("{{ ['A', 'B', 'C']|listed }}", language) == expected


def test_the_page_names_every_filter_and_every_variable(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    assert [name for name in filters.FILTERS if f"|{name}" not in page.replace("\\", "")] == []
    known: set[str] = set()
    composing = composer(tmp_path)
    for context in (
        composing.collage_context(collage(), 29),
        composing.roundup_context(roundup(), [collage()]),
    ):
        for key, value in context.items():
            known |= {f"{key}.{inner}" for inner in value} if isinstance(value, dict) else {key}
    assert [name for name in sorted(known) if f"`{name}`" not in page] == []


def test_every_template_of_the_program_is_on_the_page() -> None:
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    # Those of the desk are no maintainer's.
    names = {name.rpartition("/")[2] for name in templates.names()}
    assert [name for name in sorted(names) if not re.search(rf"[`/]{re.escape(name)}`", page)] == []
