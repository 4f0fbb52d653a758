"""The fixed phrases of pages and posts in each language."""

from dataclasses import dataclass

from bot.core.paper import LinkKind


@dataclass(frozen=True, slots=True)
class SlideWords:
    """How a plain slide is described in one language: "Plain slide with the title “…”, by …".

    `title`, `part` and `whole` take a title: one the slide shows, one it shows in part, and the
    whole one, which is added then.
    """

    slide: str
    title: str
    part: str
    untitled: str
    by: str
    comma: str
    stop: str
    whole: str


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of one language.

    `gap` stands between sentences; `kinds` are the labels of links, in the order of `LinkKind`.
    """

    locale: str
    quotes: str
    colon: str
    gap: str
    authors: str
    summary: str
    figures: str
    previous: str
    following: str
    every: str
    about: str
    holds: str
    kinds: str
    slide: SlideWords

    def label(self, kind: LinkKind) -> str:
        """The label of a kind of link."""
        return self.kinds.split()[list(LinkKind).index(kind)]


EMOJI = dict(zip(LinkKind, "📝🤖🌐🎤🗣💻🎮", strict=True))

WORDS = {
    "en": Words(
        locale="en_US",
        quotes="‘’",
        colon=": ",
        gap=" ",
        authors="Authors",
        summary="One-paragraph summary",
        figures="Figures by the authors",
        previous="Previous roundup",
        following="Next roundup",
        every="All roundups",
        about="{series} puts one paper at a time on a single page: a drawing and a paragraph.",
        holds="This roundup holds the collages of {month}; new ones appear under {hashtag}.",
        kinds="Paper Code Project Talk Podcast Blog Demo",
        slide=SlideWords(
            slide="Plain slide",
            title=" with the title “{}”",
            part=" with these words of its title: “{}”",
            untitled=" without its title",
            by="by {}",
            comma=", ",
            stop=".",
            whole=" The paper’s title: “{}”.",
        ),
    ),
    "de": Words(
        locale="de_DE",
        quotes="„“",
        colon=": ",
        gap=" ",
        authors="Autoren",
        summary="Zusammenfassung in einem Absatz",
        figures="Abbildungen der Autoren",
        previous="Vorige Ausgabe",
        following="Nächste Ausgabe",
        every="Alle Ausgaben",
        about=(
            "{series} bringt ein Paper nach dem anderen auf eine Seite: "
            "als Zeichnung und in einem Absatz."
        ),
        holds=(
            "Diese Ausgabe enthält die Collagen aus dem {month}; neue erscheinen unter {hashtag}."
        ),
        kinds="Paper Code Projekt Vortrag Podcast Blog Demo",
        slide=SlideWords(
            slide="Schlichte Folie",
            title=" mit dem Titel „{}“",
            part=" mit diesen Wörtern des Titels: „{}“",
            untitled=" ohne den Titel",
            by="von {}",
            comma=", ",
            stop=".",
            whole=" Der Titel des Papers: „{}“.",
        ),
    ),
    "zh": Words(
        locale="zh_CN",
        quotes="“”",
        colon="：",
        gap="",
        authors="作者",
        summary="一段话总结",
        figures="图片来自论文作者",
        previous="上一期",
        following="下一期",
        every="全部汇总",
        about="{series} 每次把一篇论文画成一页图解，并配上一段文字。",
        holds="这里汇集了 {month}的图解，新的图解见 {hashtag}。",
        kinds="论文 代码 项目 演讲 播客 博客 演示",
        slide=SlideWords(
            slide="简单的幻灯片",
            title="，标题为“{}”",
            part="，标题中的这些文字：“{}”",
            untitled="，没有标题",
            by="作者：{}",
            comma="，",
            stop="。",
            whole="论文标题：“{}”。",
        ),
    ),
}


def of(language: str) -> Words:
    """The phrases of a language, English where there are none."""
    return WORDS.get(language, WORDS["en"])
