"""A series by its language alone: what it prints can be read back, and each phrase be changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import config
from bot.composing.composer import Composer
from bot.core import month, network, words
from bot.core.collage import Collage, State
from bot.core.month import Roundup, Rule
from bot.core.paper import Link, LinkKind, Paper
from bot.deciding import upkeep
from bot.intake import article
from tests.integration.test_site import DRAWING, build, page, picture, roundup

LANGUAGES = list(words.WORDS)
POLISH = """
language = "pl"
[series.mlcollage.roundup]
title = "{count} {papers} do przeczytania: {month} {year}"
papers = ["artykuł", "artykuły", "artykułów"]
[series.mlcollage.words]
quotes = "„”"
authors = "Autorzy"
summary = "Streszczenie"
figures = "Ilustracje autorów"
previous = "Poprzedni przegląd"
following = "Następny przegląd"
every = "Wszystkie przeglądy"
about = "{series}: jedna praca na jednej stronie."
holds = "Przegląd zbiera plansze: {month}. Nowe: {hashtag}."
span = "Od {first} do {last}"
closing = "To był {month}. Nowe plansze: {hashtag}."
posts = "Posty"
newest = "Najnowszy przegląd"
earlier = "Wcześniejsze przeglądy"
in_year = "Wszystkie plansze roku {year}"
in_all = "Miesiąc po miesiącu, razem {count}."
collage_before = "Poprzednia plansza"
collage_after = "Następna plansza"
original = "Pierwotnie na {host}"
also = "Także na {host}"
updated = "Poprawiono {date}"
skip = "Przejdź do treści"
counts = ["Jeden", "Dwa"]
[series.mlcollage.words.labels]
paper = "Artykuł"
code = "Kod"
project = "Projekt"
talk = "Wykład"
podcast = "Podcast"
blog = "Blog"
demo = "Demo"
[series.mlcollage.words.alt]
collage = "Plansza o pracy {}"
slide = "Slajd o pracy {}"
by = ", {}"
figure = "Ilustracja {}: "
takeaways = "Najważniejsze: "
cover = "Okładka przeglądu {}"
year = "Okładka listy {}"
shown = "Plansze: "
more = "i jeszcze {}"
"""
AUTHORS = [
    ("Jure Zbontar", "Li Jing"),
    ("Jure Zbontar", "Li Jing", "Yann LeCun"),
    ("Gemini Team",),
    ("The LIGO Collaboration",),
    ("Ada Example (Some Lab)",),
    ("Ada Example (MIT, Google)", "Bob Sample", "Cem Third"),
    ("和 平", "Center for AI and Society"),
    ("Laurens van der Maaten", "Juan de la Cruz"),
    ("Jürgen Müller-Lüdenscheidt et al.",),
    ("张三",),
    ("张三", "李四", "王五"),
    ("OpenAI",),
]


def in_language(source: str) -> config.Series:
    text = f"[series.mlcollage]\n{source}"
    return config.parse(text, Path("/nowhere/config.toml")).series["mlcollage"]


def named(language: str) -> config.Series:
    return in_language(f'language = "{language}"')


def posted(authors: tuple[str, ...], number: int, **more: object) -> Collage:
    plain = Collage(
        id=number,
        series="mlcollage",
        state=State.POSTED,
        position=number,
        name=f"paper-{number}",
        number=number,
        paper=Paper(
            title=f"Paper number {number}: learning",
            authors=authors,
            year=2021,
            links=tuple(Link(kind, f"https://example.org/{kind}/{number}") for kind in LinkKind),
        ),
        paragraph="It says one thing. It says another.",
        alt="A drawing.",
        picture=picture(DRAWING),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def as_read(article_text: str) -> list[Collage]:
    """The collages of an article that was read back, as history has them."""
    read = article.read(article_text, "article.md")
    return [
        replace(
            posted((), at),
            paper=item.paper,
            number=None,
            printed_number=item.printed_number,
            caption=item.caption,
        )
        for at, item in enumerate(read.items, 1)
    ]


def titled(series: config.Series, title_month: str, count: int, **more: object) -> Roundup:
    return roundup(title_month, month.title(Rule(), title_month, count, series.words), **more)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_article_prints_is_read_back_whatever_its_authors_are(language: str) -> None:
    series = named(language)
    collages = [posted(authors, at) for at, authors in enumerate(AUTHORS, 1)]
    september = titled(series, "2021-09", len(collages))
    august = titled(series, "2021-08", 3, link="https://papers.example/august", id=2)
    printed = page(build(series, collages, september, august), "article.md")
    read = article.read(printed, "article.md")
    assert (read.title, read.title_month) == (september.title, "2021-09")
    assert read.previous_link == august.link
    assert [each for each in read.findings if each.level in ("error", "warning")] == []
    assert len(read.items) == len(collages)
    for item, before in zip(read.items, collages, strict=True):
        assert item.paper.title == before.paper.title
        assert series.words.cite(item.paper) == series.words.cite(before.paper)
        whole = series.words.cite(before.paper, affiliations=True)
        assert series.words.cite(item.paper, affiliations=True) == whole
        assert (item.paper.links, item.paragraph) == (before.paper.links, before.paragraph)
        assert item.printed_number == f"{before.number}/52"
    again = as_read(printed)
    assert page(build(series, again, september, august), "article.md") == printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drawn_slide_has_no_caption_of_figures_and_none_after_it_was_read_back(
    language: str,
) -> None:
    series = named(language)
    drawn = posted(("Ada Example",), 1, picture_is_drawn=True)
    own = posted(("Ada Example",), 2)
    september = titled(series, "2021-09", 2)
    printed = page(build(series, [drawn, own], september), "article.md")
    assert printed.count(series.words.figures) == 1
    assert "ML-Collage [1/52] | 📝 [" in printed
    again = as_read(printed)
    assert page(build(series, again, september), "article.md") == printed


def test_a_series_without_numbers_has_captions_that_are_read_back() -> None:
    series = in_language('numbering = { format = "none" }')
    collages = [posted(("Ada Example",), 1), posted(("Ada Example",), 2, picture_is_drawn=True)]
    september = titled(series, "2021-09", 2)
    printed = page(build(series, collages, september), "article.md")
    again = as_read(printed)
    assert page(build(series, again, september), "article.md") == printed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_in_a_title_is_read_back(language: str, number: int) -> None:
    title_month = f"2021-{number:02}"
    series, item = named(language), posted(("Ada Example",), 1)
    for count in (1, 4, 13):
        this = titled(series, title_month, count)
        this = replace(this, slug="two-papers-2021-09")
        printed = page(build(series, [item], this), "article.md")
        assert article.read(printed, "article.md").title_month == title_month


def test_a_page_says_its_language_and_which_way_it_is_written() -> None:
    for language, tag in [
        ("de-AT", '<html lang="de-AT">'),
        ("zh-Hant", '<html lang="zh-Hant">'),
        ("he", '<html lang="he" dir="rtl">'),
    ]:
        files = build(named(language))
        assert tag in page(files, "index.html")
    assert 'content="de_AT"' in page(build(named("de-AT")), "index.html")
    assert 'content="pl_PL"' in page(build(named("pl")), "index.html")


def test_a_series_may_give_every_phrase_and_then_nothing_is_lacking() -> None:
    series = in_language(POLISH)
    this = roundup("2021-09", month.title(series.roundup, "2021-09", 5, series.words))
    assert this.title == "5 artykułów do przeczytania: wrzesień 2021"
    assert month.title(series.roundup, "2021-09", 2, series.words).startswith("Dwa artykuły")
    printed = page(build(series, [posted(("Ada Example",), 1)], this), "article.md")
    for phrase in (
        "*Autorzy: Example (2021)*",
        "[Artykuł](",
        "**Streszczenie:**",
        "„Paper number 1",
        "ML-Collage [1/52]: Ilustracje autorów",
        "ML-Collage: jedna praca na jednej stronie. Przegląd zbiera plansze: sierpień 2021.",
    ):
        assert phrase in printed
    loaded = config.parse(f"[series.mlcollage]\n{POLISH}", Path("/nowhere/config.toml"))
    assert list(upkeep.wordless(loaded)) == []


def test_a_language_without_phrases_is_told_with_those_that_are_english() -> None:
    source = '[series.mlcollage]\nlanguage = "pl"\n[series.mlcollage.words]\nauthors = "Autorzy"'
    loaded = config.parse(source, Path("/nowhere/config.toml"))
    (notice,) = upkeep.wordless(loaded)
    assert notice.lacking[:3] == ("roundup.title", "roundup.papers", "summary")
    assert "authors" not in notice.lacking
    for known in ("en", "de", "de-CH", "zh", "zh-Hant", "zh-TW"):
        source = f'[series.mlcollage]\nlanguage = "{known}"'
        assert list(upkeep.wordless(config.parse(source, Path("/nowhere/config.toml")))) == []


@pytest.mark.parametrize(
    ("language", "quotes", "locale"),
    [
        ("en", ("‘", "’"), "en_US"),
        ("de-AT", ("„", "“"), "de_AT"),
        ("zh-TW", ("「", "」"), "zh_TW"),
        ("zh-Hant", ("「", "」"), "zh_TW"),
        ("fr", ("«\u00a0", "\u00a0»"), "fr_FR"),
        ("pt-BR", ("“", "”"), "pt_BR"),
        ("pt-PT", ("«", "»"), "pt_PT"),
        ("ja", ("「", "」"), "ja_JP"),
        ("sv", ("”", "”"), "sv_SE"),
        ("eo", ("“", "”"), "eo_001"),
    ],
)
def test_every_language_has_its_quotation_marks_and_its_locale(
    language: str, quotes: tuple[str, str], locale: str
) -> None:
    assert words.of(language).quotes == quotes
    assert words.of(language).locale == locale


def test_every_language_that_babel_knows_gives_a_page_and_a_thread(tmp_path: Path) -> None:
    for language in ("pl", "ru", "ar", "ja", "ko", "hi", "fr-CA", "sr-Latn", "cy"):
        series = named(language)
        this = titled(series, "2021-09", 1)
        item = posted(("Gemini Team",), 1)
        assert "Gemini Team (2021)" in page(build(series, [item], this), "index.html")
        composer = Composer(series, "outbox", network.X, network.X.limits, tmp_path)
        texts = [part.text for part in composer.collage(item, 1)]
        assert f"{series.words.quotes[0]}Paper number 1" in texts[0]


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "📝 Paper: https"), ("de", "📝 Paper: https"), ("zh", "📝 论文：https")],
)
def test_links_in_posts_have_the_colon_of_the_language(
    language: str, line: str, tmp_path: Path
) -> None:
    composer = Composer(named(language), "outbox", network.X, network.X.limits, tmp_path)
    last = composer.collage(posted(("Ada Example",), 1), 1)[-1].text
    assert line in last
    assert len(network.X.urls(last)) == len(LinkKind)


def test_a_chinese_sentence_has_no_space_behind_a_chinese_title() -> None:
    assert words.of("zh").introduce("机器学习拼贴").startswith("机器学习拼贴每次把")
    assert words.of("zh").introduce("ML-Collage").startswith("ML-Collage 每次把")


def test_readers_of_articles_find_the_phrases_of_every_table() -> None:
    assert words.in_all_tables("previous") == [
        "Previous roundup",
        "Vorige Ausgabe",
        "上一期",
        "上一期",
    ]
    assert words.labels_in_all_tables(LinkKind.CODE) == ["Code", "Code", "代码", "程式碼"]


@pytest.mark.parametrize("language", ["pl", "fr", "ar", "es", "ja", "tr"])
def test_a_month_is_read_again_in_every_language_that_a_series_may_have(language: str) -> None:
    for number in range(1, 13):
        key = f"2023-{number:02}"
        title = f"4 Papers, {month.month_name(key, language)} 2023"
        text = (
            f"# {title}\n\n## Clouds\n\nWolke (2022) | [Paper](https://arxiv.org/abs/2203.00001)\n"
        )
        assert article.read(text, "list.md", language).title_month == key
