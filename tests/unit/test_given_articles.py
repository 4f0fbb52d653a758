"""The articles in shared/cases: each gives the papers that a careful reader finds in it."""

from pathlib import Path

import pytest

from bot.intake import article
from tests.conftest import shared

DOE = "Doe et al. (2021)"
TWO = ("First", "Second")
# The titles of most are these two, by Doe et al. and by Roe et al.; here is what others hold.
TITLES = {
    "08b-one-lost-middle.md": ("First", "Middle", "Second"),
    "11-setext.md": ("First",),
    "32-list-one-lost.md": ("First", "Middle", "Second"),
    "34-org-mli.md": ("First",),
    "36-title-colon-quote.md": ("“First”: why it matters", "Second"),
    "41-zh-heading-link.md": ("多智能体沟通", "第二篇"),
    "43-louis.md": ("Resolution-robust Inpainting",),
    "44-graphcore-merged.md": ("Distillation Scaling Laws",),
    "46-silent-cli.md": ("First", "Middle", "Second"),
}
AUTHORS = {
    "35-affil.md": ("Jane Doe", "Joe Poe", "Ann Roe"),
    "35c-authors-linked.md": ("Jane Doe", "Joe Poe"),
    "35d-zh.md": ("张三", "李四"),
    "35f-lastfirst.md": ("Doe, J.", "Poe, A.", "Roe, B."),
    "43-louis.md": ("Doe, J.", "Poe, A."),
    "44-graphcore-merged.md": ("Dan Busbridge", "Amitis Shidani"),
}
TEXTS = {
    "10b-fence-in-paper.md": "```\n# comment\nx = 1\n```\n\nMore text of the first.",
    "14h-two-pictures.md": "Text one.\n\nText two, after the figure.\n\nText three.",
    "30-picture-first.md": "below its picture. It has two sentences.\n\nA second paragraph of it.",
    "31-text-after-caption.md": "Text one.\n\nText two, after the caption.",
    "44-graphcore-merged.md": "### The key idea\n\nText.\n\n### Results\n\nMore text.",
}


def files() -> list[Path]:
    return sorted(shared("cases/articles").glob("*.md"))


def read(file: Path) -> article.Article:
    return article.load(file)


def test_every_given_article_gives_its_papers() -> None:
    found = {file.name: tuple(item.paper.title for item in read(file).items) for file in files()}
    assert found == {name: TITLES.get(name, TWO) for name in found}


def test_authors_texts_and_links_of_the_given_articles_are_whole() -> None:
    for file in files():
        first = read(file).items[0]
        assert first.paper.links_of(first.paper.links[0].kind), file.name
        assert first.paper.arxiv_id, file.name
        if file.name in AUTHORS:
            assert first.paper.authors == AUTHORS[file.name]
        if file.name in TEXTS:
            assert first.paragraph.endswith(TEXTS[file.name])


@pytest.mark.parametrize("lead", ["40-lead-*.md"])
def test_no_lead_in_is_left_in_the_given_articles(lead: str) -> None:
    found = {read(file).items[0].paragraph for file in files() if file.match(lead)}
    assert found <= {"Text.", "文字。"}


def test_months_of_the_given_articles_are_march_2025_where_they_name_one() -> None:
    unnamed = {"32-list-one-lost.md", "34-org-mli.md", "43-louis.md"}
    for file in files():
        month = read(file).title_month
        wanted = "2025-02" if file.name == "44-graphcore-merged.md" else "2025-03"
        assert month == (None if file.name in unnamed else wanted), file.name
