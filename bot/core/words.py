"""The fixed phrases of posts and pages in each language, one table a language.

A language without a table has English phrases, but its own months and quotation marks; a series
may give every phrase another form. What the program prints is read back by `intake`, which finds
the phrases of all tables here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core import citation, settings
from bot.core.paper import LinkKind, Paper
from bot.core.settings import setting

# The type only: see `_babel`.
if TYPE_CHECKING:
    from babel import Locale

Forms = tuple[str, ...]
"""A text for every number, two for one and several, or one for each plural category."""

CATEGORIES = settings.PLURALS


@dataclass(frozen=True, slots=True)
class AltWords:
    """How a drafted alt text says what is on a picture: "Collage of the paper ‘…’ by …".

    `collage`, `slide` (one without figures), `cover` and `year` (the cover of a year's thread) take
    a title with its quotation marks, `by` a citation, `figure` the figure's number, `more` the
    number of collages that are not named. `takeaways` and `shown` stand before what they
    introduce; `semicolon` stands between several of them.
    """

    collage: str = setting(settings.with_place)
    slide: str = setting(settings.with_place)
    by: str = setting(settings.with_place)
    figure: str = setting(settings.with_place)
    takeaways: str = setting(settings.text)
    cover: str = setting(settings.with_place)
    year: str = setting(settings.with_place)
    shown: str = setting(settings.text)
    more: str = setting(settings.with_place)
    comma: str = setting(settings.text)
    semicolon: str = setting(settings.text)
    stop: str = setting(settings.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The phrases of one language.

    `gap` stands between sentences, `colon` behind a label; `labels` name links, in the order of
    `LinkKind`. `counts` are words for 1, 2, 3 … as they begin a title, before a noun. `papers` and
    `title` belong together; `title_of_own` is for papers that a maintainer calls otherwise, where
    the title depends on their gender. `month` is how Babel writes a month's name. Without
    `has_table` the phrases are English ones.
    """

    language: str
    locale: str
    direction: str = "ltr"
    has_table: bool = True
    month: str = "LLLL"
    papers: Forms
    title: Forms
    title_of_own: Forms = ()

    quotes: tuple[str, str] = setting(settings.quotes)
    colon: str = setting(settings.text)
    gap: str = setting(settings.text)
    et_al: str = setting(settings.some_text)
    counts: tuple[str, ...] = setting(settings.list_of(settings.some_text))
    authors: str = setting(settings.some_text)
    summary: str = setting(settings.some_text)
    figures: str = setting(settings.some_text)
    previous: str = setting(settings.some_text)
    following: str = setting(settings.some_text)
    every: str = setting(settings.some_text)
    span: str = setting(settings.formatted("first", "last"))
    closing: str = setting(settings.formatted("month", "hashtag"))
    posts: str = setting(settings.some_text)
    newest: str = setting(settings.some_text)
    earlier: str = setting(settings.some_text)
    in_year: str = setting(settings.formatted("year"))
    in_all: str = setting(settings.formatted("count", "year"))
    collage_before: str = setting(settings.some_text)
    collage_after: str = setting(settings.some_text)
    original: str = setting(settings.formatted("host"))
    also: str = setting(settings.formatted("host"))
    updated: str = setting(settings.formatted("date"))
    skip: str = setting(settings.some_text)
    about: str = setting(settings.formatted("series"))
    holds: str = setting(settings.formatted("month", "hashtag"))

    labels: tuple[str, ...]
    alt: AltWords
    given: frozenset[str] = field(default=frozenset())
    """The phrases that a series gave, by their names in the configuration."""

    def label(self, kind: LinkKind) -> str:
        """The label of a kind of link."""
        return self.labels[list(LinkKind).index(kind)]

    def cite(self, paper: Paper, *, affiliations: bool = False) -> str:
        """How a paper is cited in this language; see `citation.cite`."""
        return citation.cite(
            paper.authors, paper.year, self.et_al, others=paper.others, affiliations=affiliations
        )

    def introduce(self, series: str) -> str:
        """The sentence that says what a series of that title is.

        Chinese sets a space between its characters and Latin letters only.
        """
        about = self.about
        if citation.is_cjk(series[-1:]):
            about = about.replace("{series} ", "{series}")
        return about.format(series=series)

    def number(self, count: int) -> str:
        """The word for a count as it begins a title, digits where there is none."""
        if 1 <= count <= len(self.counts):
            return self.counts[count - 1]
        return str(count)

    def form(self, forms: Forms, count: int) -> str:
        """The form of a text that goes with a count, by the language's plural rule."""
        if len(forms) == 1:
            return forms[0]
        known = categories(self.language)
        if len(forms) == 2:
            is_one = count == 1
            if "one" in known:
                is_one = _category(self.language, count) == "one"
            return forms[0] if is_one else forms[1]
        if len(forms) < len(CATEGORIES):
            return forms[known.index(_category(self.language, count))]
        by_category = dict(zip(CATEGORIES, forms, strict=True))
        # A table need not name every category: "other" stands for those it leaves out.
        return by_category[_category(self.language, count)] or by_category["other"]


def categories(language: str) -> list[str]:
    """The plural categories that whole numbers have in a language, in the order of CLDR."""
    if language.partition("-")[0] in ("en", "de"):
        return ["one", "other"]
    found = {_category(language, count) for count in (*range(201), 1_000_000)}
    return [category for category in CATEGORIES if category in found]


def _category(language: str, count: int) -> str:
    """The plural category of a count."""
    base = language.partition("-")[0]
    if base in ("en", "de"):
        return "one" if count == 1 else "other"
    if base == "zh":
        return "other"
    return str(_babel(language).plural_form(count))


def _babel(language: str) -> "Locale":
    from babel import Locale  # heavy: 7 ms, and English, German and Chinese do without it

    return Locale.parse(settings.babel_name(language))


EMOJI = dict(zip(LinkKind, "📝🤖🌐🎤🗣💻🎮", strict=True))

WORDS = {
    "en": Words(
        language="en",
        locale="en_US",
        papers=("Deep Learning Paper", "Deep Learning Papers"),
        title=("{count} {papers} to Read in {month} {year}",),
        quotes=("‘", "’"),
        colon=": ",
        gap=" ",
        et_al=citation.ET_AL,
        counts=(
            *("One", "Two", "Three", "Four", "Five", "Six"),
            *("Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
        ),
        authors="Authors",
        summary="One-paragraph summary",
        figures="Figures by the authors",
        previous="Previous roundup",
        following="Next roundup",
        every="All roundups",
        span="From {first} to {last}",
        closing="That was {month}. Each new collage appears under {hashtag} first.",
        posts="Posts",
        newest="The newest roundup",
        earlier="Earlier roundups",
        in_year="All collages of {year}",
        in_all="Month by month, {count} in all.",
        collage_before="Previous collage",
        collage_after="Next collage",
        original="First published at {host}",
        also="Also at {host}",
        updated="Corrected on {date}",
        skip="Skip to the text",
        about="{series} puts one paper at a time on a single page: a drawing and a paragraph.",
        holds="This roundup holds the collages of {month}; new ones appear under {hashtag}.",
        labels=("Paper", "Code", "Project", "Talk", "Podcast", "Blog", "Demo"),
        alt=AltWords(
            collage="Collage of the paper {}",
            slide="Slide on the paper {}",
            by=" by {}",
            figure="Figure {}: ",
            takeaways="To take away: ",
            cover="Cover of the roundup {}",
            year="Cover of the list {}",
            shown="It shows the collages of ",
            more="and {} more",
            comma=", ",
            semicolon="; ",
            stop=".",
        ),
    ),
    "de": Words(
        language="de",
        locale="de_DE",
        papers=("Deep-Learning-Paper",),
        title=(
            "{count} {papers}, das man im {month} {year} lesen sollte",
            "{count} {papers}, die man im {month} {year} lesen sollte",
        ),
        title_of_own=(
            "1 {papers} für den {month} {year}",
            "{count} {papers}, die man im {month} {year} lesen sollte",
        ),
        quotes=("„", "“"),
        colon=": ",
        gap=" ",
        et_al=citation.ET_AL,
        counts=(
            *("Ein", "Zwei", "Drei", "Vier", "Fünf", "Sechs"),
            *("Sieben", "Acht", "Neun", "Zehn", "Elf", "Zwölf"),
        ),
        authors="Autoren",
        summary="Zusammenfassung in einem Absatz",
        figures="Abbildungen der Autoren",
        previous="Vorige Ausgabe",
        following="Nächste Ausgabe",
        every="Alle Ausgaben",
        span="Von {first} bis {last}",
        closing="Das war der {month}. Jede neue Collage erscheint zuerst unter {hashtag}.",
        posts="Beiträge",
        newest="Die neueste Ausgabe",
        earlier="Frühere Ausgaben",
        in_year="Alle Collagen des Jahres {year}",
        in_all="Monat für Monat, insgesamt {count}.",
        collage_before="Vorige Collage",
        collage_after="Nächste Collage",
        original="Zuerst erschienen bei {host}",
        also="Auch bei {host}",
        updated="Berichtigt am {date}",
        skip="Zum Text springen",
        about=(
            "{series} bringt ein Paper nach dem anderen auf eine Seite: "
            "als Zeichnung und in einem Absatz."
        ),
        holds=(
            "Diese Ausgabe enthält die Collagen aus dem {month}; neue erscheinen unter {hashtag}."
        ),
        labels=("Paper", "Code", "Projekt", "Vortrag", "Podcast", "Blog", "Demo"),
        alt=AltWords(
            collage="Collage zum Paper {}",
            slide="Folie zum Paper {}",
            by=" von {}",
            figure="Abbildung {}: ",
            takeaways="Das Wichtigste: ",
            cover="Titelbild der Ausgabe {}",
            year="Titelbild der Liste {}",
            shown="Es zeigt die Collagen zu ",
            more="und {} weiteren",
            comma=", ",
            semicolon="; ",
            stop=".",
        ),
    ),
    "zh": Words(
        language="zh",
        locale="zh_CN",
        # Beside a year in digits the month is in digits, too: 2021年9月 (GB/T 15835).
        month="M月",
        papers=("深度学习论文",),
        title=("{year}年{month}值得一读的{count}篇{papers}",),
        quotes=("“", "”"),
        colon="：",
        gap="",
        et_al="等",
        counts=("一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"),
        authors="作者",
        summary="一段话总结",
        figures="图片来自论文作者",
        previous="上一期",
        following="下一期",
        every="全部汇总",
        span="从{first}到{last}",
        closing="{month}的图解就是这些。新的图解会先在 {hashtag} 发布。",
        posts="帖子",
        newest="最新一期",
        earlier="往期汇总",
        in_year="{year}年全部图解",
        in_all="按月排列，共{count}幅。",
        collage_before="上一幅图解",
        collage_after="下一幅图解",
        original="首发于 {host}",
        also="另见 {host}",
        updated="更正于{date}",
        skip="跳到正文",
        about="{series} 每次把一篇论文画成一页图解，并配上一段文字。",
        holds="这里汇集了{month}的图解，新的图解见 {hashtag}。",
        labels=("论文", "代码", "项目", "演讲", "播客", "博客", "演示"),
        alt=AltWords(
            collage="论文{}的图解",
            slide="介绍论文{}的幻灯片",
            by="，作者：{}",
            figure="图{}：",
            takeaways="要点：",
            cover="{}的封面",
            year="{}的封面",
            shown="其中的图解：",
            more="另有{}篇",
            comma="，",
            semicolon="；",
            stop="。",
        ),
    ),
    "zh-Hant": Words(
        language="zh-Hant",
        locale="zh_TW",
        month="M月",
        papers=("深度學習論文",),
        title=("{year}年{month}值得一讀的{count}篇{papers}",),
        quotes=("「", "」"),
        colon="：",
        gap="",
        et_al="等",
        counts=("一", "兩", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"),
        authors="作者",
        summary="一段話摘要",
        figures="圖片來自論文作者",
        previous="上一期",
        following="下一期",
        every="全部彙整",
        span="從{first}到{last}",
        closing="{month}的圖解就是這些。新的圖解會先在 {hashtag} 發布。",
        posts="貼文",
        newest="最新一期",
        earlier="往期彙整",
        in_year="{year}年全部圖解",
        in_all="按月排列，共{count}幅。",
        collage_before="上一幅圖解",
        collage_after="下一幅圖解",
        original="首發於 {host}",
        also="另見 {host}",
        updated="更正於{date}",
        skip="跳到正文",
        about="{series} 每次把一篇論文畫成一頁圖解，並配上一段文字。",
        holds="這裡彙集了{month}的圖解，新的圖解見 {hashtag}。",
        labels=("論文", "程式碼", "專案", "演講", "播客", "部落格", "示範"),
        alt=AltWords(
            collage="論文{}的圖解",
            slide="介紹論文{}的投影片",
            by="，作者：{}",
            figure="圖{}：",
            takeaways="重點：",
            cover="{}的封面",
            year="{}的封面",
            shown="其中的圖解：",
            more="另有{}篇",
            comma="，",
            semicolon="；",
            stop="。",
        ),
    ),
}
"""Each was checked by somebody who reads the language; no other has a table."""

QUOTES = {
    pair: frozenset(languages.split())
    for pair, languages in {
        ("„", "“"): "bg cs et hr is ka lb lt mk sk sl sq sr",
        ("„", "”"): "bs hu pl ro",
        ("«", "»"): "be ca el es fa hy it nb nn no pt-PT ru uk",
        ("«\u00a0", "\u00a0»"): "fr",
        ("”", "”"): "fi sv",
        ("「", "」"): "ja yue",
    }.items()
}
"""Quotation marks by language, of Unicode CLDR (delimiters), which Babel leaves out.

Those of French are set off with no-break spaces. All other languages have “ and ”.
"""


def of(language: str) -> Words:
    """The phrases of a language: those of its table, or English ones with its own months and
    quotation marks, and without number words.
    """
    return WORDS.get(language) or _of_variant(language)


@lru_cache
def _of_variant(language: str) -> Words:
    base = _table(language)
    if base is not None:
        return replace(base, language=language, locale=_locale(language, base.locale))
    return replace(
        WORDS["en"],
        language=language,
        locale=_locale(language, ""),
        direction=_direction(language),
        has_table=False,
        quotes=_quotes(language),
        counts=(),
    )


def _table(language: str) -> Words | None:
    """The table of a language's variant: of "de-AT" that of German."""
    base, *rest = language.split("-")
    if base == "zh" and {"Hant", "TW", "HK", "MO"}.intersection(rest):
        return WORDS["zh-Hant"]
    return WORDS.get(base)


def _locale(language: str, default: str) -> str:
    """The language with its territory, as Open Graph wants it: "de_AT", "pl_PL"."""
    *_, last = language.split("-")
    if last != language and last.isupper():
        return f"{language.partition('-')[0]}_{last}"
    if default:
        return default
    from babel.core import get_global  # heavy: see `_babel`

    likely = get_global("likely_subtags").get(settings.babel_name(language), "")
    pieces = likely.split("_")
    return f"{pieces[0]}_{pieces[-1]}" if likely else settings.babel_name(language)


def _direction(language: str) -> str:
    """Which way the language is written, as HTML has it."""
    return "rtl" if _babel(language).character_order == "right-to-left" else "ltr"


def _quotes(language: str) -> tuple[str, str]:
    for name in (language, language.partition("-")[0]):
        for pair, languages in QUOTES.items():
            if name in languages:
                return pair
    return ("“", "”")


LABELS = "labels"
ALT = "alt"


def given(table: settings.Table, language: str) -> Words:
    """The phrases of a language with those in place of them that a series gives.

    `table` is its `[series.NAME.words]`, which may hold tables `labels` and `alt`. Raises
    `BadConfig`.
    """
    base = of(language)
    inner = {name: table.table(name) for name in (LABELS, ALT)}
    found = settings.read(table.without(*inner), Words, base)
    names = [*table.without(*inner).values]
    for key, values in inner.items():
        names += [f"{key}.{name}" for name in values.values]
    return replace(
        found,
        labels=_labels(inner[LABELS], base),
        alt=settings.read(inner[ALT], AltWords, base.alt),
        given=frozenset(names),
    )


def _labels(table: settings.Table, base: Words) -> tuple[str, ...]:
    """The labels of links, by kind, where the table names some."""
    for name in table.values:
        if name not in list(LinkKind):
            raise table.wrong(name, f"is no kind of link{settings.nearest(name, LinkKind)}")
    found = []
    for kind, label in zip(LinkKind, base.labels, strict=True):
        try:
            found.append(settings.some_text(table.values.get(kind, label)))
        except ValueError as error:
            raise table.wrong(kind, str(error)) from None
    return tuple(found)


def lacking(words: Words) -> list[str]:
    """The names of the phrases that are English because the language has no table."""
    if words.has_table:
        return []
    return [name for name in _names() if name not in words.given]


def _names() -> Iterator[str]:
    """The names of all phrases of a language, but for those that no page needs to have."""
    kept = {"quotes", "colon", "gap", "et_al", "counts"}
    for each in fields(Words):
        if "reader" in each.metadata and each.name not in kept:
            yield each.name
    yield from (f"{LABELS}.{kind}" for kind in LinkKind)
    signs = {"comma", "semicolon", "stop"}
    yield from (f"{ALT}.{each.name}" for each in fields(AltWords) if each.name not in signs)


def in_all_tables(name: str) -> list[str]:
    """A phrase in every language there is a table of, for readers of what was printed."""
    return [str(getattr(words, name)) for words in WORDS.values()]


def labels_in_all_tables(kind: LinkKind) -> Sequence[str]:
    """The label of a kind of link in every language there is a table of."""
    return [words.label(kind) for words in WORDS.values()]
