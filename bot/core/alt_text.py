"""Alt texts: drafts for a maintainer to edit, and what of an alt text tells nobody anything.

A draft is shortened only at the ends of sentences, and says what it left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.core import reading
from bot.core import slide as slides
from bot.core import text as reader
from bot.core.collage import Item
from bot.core.paper import Paper
from bot.core.text import markdown
from bot.core.words import Words

_SAY = "say what the picture shows"
_ENDS = ".!?…。！？．"
_CLOSING = "”’\"')」』）]》】"

# What a picture's file is called: by its ending, or as cameras and screens name theirs.
_FILE = re.compile(
    r"[^\n]{0,200}\.(?:png|jpe?g|gif|webp|avif|tiff?|bmp|heic|svg|pdf)"
    r"|(?:img|dsc[fn]?|pxl|screen ?shot|bildschirmfoto|截屏|截图)[\s_\-]*\d[\d\s_.\-:at]*",
    re.IGNORECASE,
)


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


# Words that say that there is a picture, and nothing of what it shows.
_GENERIC = _words("""
alt collage diagram drawing figure graph graphic illustration image photo photograph pic picture
placeholder plot poster screenshot slide summary text todo untitled visual
abbildung bild bildbeschreibung bildschirmfoto collagen folie foto grafik zeichnung
""")
_FILLING = _words("""
a an and here is it my of on one our page paper s shows that the this to
auf das dem der des die dieses dieser ein eine einer es hier ist papers seite von zeigt zu zum
""")
_GENERIC_WIDE = re.compile(
    "(?:这|這|是|一|张|張|个|個|的|本|篇|论文|論文|图片|圖片|图像|圖像|图解|圖解|插图|插圖|截图|截圖"
    "|照片|图|圖|幻灯片|投影片|替代文本|替代文字|描述)+"
)


class Draft(NamedTuple):
    """A drafted alt text; `remarks` say what it does not, each a clause without a full stop."""

    text: str
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Block:
    """What is said of one thing, in sentences; the first `kept` of them are in the text.

    `name` is what a maintainer knows it by, `label` what stands before it in the text.
    """

    name: str
    sentences: Sequence[str]
    label: str = ""
    kept: int = 0

    @property
    def text(self) -> str:
        return "".join(self.sentences[: self.kept]).strip()

    @property
    def left_out(self) -> str:
        """What of it is not in the text; "" where all is."""
        missing = len(self.sentences) - self.kept
        if not missing:
            return ""
        if not self.kept:
            return self.name
        if missing == 1:
            return f"the last sentence of {self.name}"
        return f"the last {missing} sentences of {self.name}"


def draft(item: Item, words: Words, series: str, most: int, *, is_drawn: bool = False) -> Draft:
    """Draft an item's alt text from its title, citation, figures' captions and takeaways.

    `series` is the series' title, with the number where it is known. It has at most `most`
    characters: first come all captions' first sentences, then what is to be taken away, then the
    captions' other sentences. `is_drawn` says that the picture is a slide of the program's, which
    shows all of this and nothing else.
    """
    paper, slide = reading.paper(item.paper), slides.read(item.slide)
    captions = [figure.caption for figure in slide.figures or paper.figures]
    figures = [
        _Block(
            f"the caption of figure {number}",
            _sentences(caption, words),
            words.alt.figure.format(number),
        )
        for number, caption in enumerate(captions, 1)
        if caption
    ]
    points = [
        _Block(f"takeaway {number}", [_ended(point, words)])
        for number, point in enumerate(slide.takeaways, 1)
        if point
    ]
    phrase = words.alt.slide if is_drawn and not captions else words.alt.collage
    opening, unsaid = _opening(words, _what(phrase, paper, words), series, most)
    _fill(_turns(figures, points), most, lambda: _text(opening, figures, points, words))
    left_out = [*unsaid, *(block.left_out for block in (*figures, *points) if block.left_out)]
    remarks = [*_without_caption(captions)]
    if not (figures or points or is_drawn):
        remarks.append("nothing tells what the picture shows; say that in your own words")
    if left_out:
        remarks.append(f"left out, to stay within {most:,} characters: {', '.join(left_out)}")
    return Draft(_text(opening, figures, points, words), tuple(remarks))


def _what(phrase: str, paper: Paper, words: Words) -> str:
    """What the picture is, with the paper's title and citation."""
    what = phrase.format(_quoted(words, paper.title))
    if citation := words.cite(paper):
        what += words.alt.by.format(citation)
    return what


def of_cover(
    edition: tuple[str, str], papers: Sequence[tuple[str, str]], more: int, words: Words, most: int
) -> str:
    """The alt text of a roundup's cover in at most `most` characters.

    `edition` is its title and that of its series. `papers` are title and citation of each collage
    that it shows, and `more` is how many it only counts. So is what has no room: "and 2 more".
    """
    title, series = edition
    opening, _ = _opening(words, words.alt.cover.format(_quoted(words, title)), series, most)
    if not opening:
        bare = words.alt.cover.format(_quoted(words, "…")) + words.alt.stop
        cut = title[: max(0, most - len(bare))].rstrip()
        return words.alt.cover.format(_quoted(words, f"{cut}…")) + words.alt.stop
    titles = [_quoted(words, name) for name, _ in papers]
    cited = [
        words.alt.comma.join(part for part in (quoted, citation) if part)
        for quoted, (_, citation) in zip(titles, papers, strict=True)
    ]
    for names in (cited, titles):
        if len(text := _listed(opening, names, more, words)) <= most:
            return text
    for rest in range(1, len(titles)):
        shorter = _listed(opening, titles[:-rest], rest + more, words)
        if len(shorter) <= most:
            return shorter
    return opening


def _listed(opening: str, names: Sequence[str], rest: int, words: Words) -> str:
    if not names:
        return opening
    named = [*names]
    if rest:
        named.append(words.alt.more.format(rest))
    listed = words.alt.shown + words.alt.semicolon.join(named)
    return _joined([opening, listed + words.alt.stop], words)


def _opening(words: Words, what: str, series: str, most: int) -> tuple[str, list[str]]:
    """The sentence that says what the picture is, and what of it has no room."""
    whole = what + words.alt.comma * bool(series) + series + words.alt.stop
    if len(whole) <= most:
        return whole, []
    if len(what + words.alt.stop) <= most:
        return what + words.alt.stop, [f"{series}"]
    return "", ["the title, the citation and the series"]


def _turns(figures: Sequence[_Block], points: Sequence[_Block]) -> Iterator[tuple[_Block, int]]:
    """The sentences in the order in which they are given room: block, and place in it."""
    yield from ((figure, 0) for figure in figures)
    yield from ((point, 0) for point in points)
    for figure in figures:
        yield from ((figure, place) for place in range(1, len(figure.sentences)))


def _fill(turns: Iterable[tuple[_Block, int]], most: int, text: Callable[[], str]) -> None:
    """Keep the sentences with which the text has at most `most` characters."""
    for block, place in turns:
        if block.kept != place:
            continue  # one before it has found no room
        block.kept += 1
        if len(text()) > most:
            block.kept -= 1


def _text(opening: str, figures: Sequence[_Block], points: Sequence[_Block], words: Words) -> str:
    shown = [figure.label + _ended(figure.text, words) for figure in figures if figure.kept]
    taken = [point.text for point in points if point.kept]
    if taken:
        shown.append(words.alt.takeaways + _joined(taken, words))
    return _joined([part for part in (opening, *shown) if part], words)


def _joined(texts: Sequence[str], words: Words) -> str:
    """The texts one behind the other; Latin letters are set off where the language has no gaps."""
    joined = ""
    for text in texts:
        if joined:
            joined += words.gap or " " * joined[-1].isascii()
        joined += text
    return joined


def _without_caption(captions: Sequence[str]) -> Iterator[str]:
    for number, caption in enumerate(captions, 1):
        if not caption:
            yield f"figure {number} has no caption, so nothing tells what it shows"


def _sentences(text: str, words: Words) -> list[str]:
    return reader.sentences.sentences(text, words.language)


def _ended(text: str, words: Words) -> str:
    """The text with a full stop, where nothing else ends it."""
    if text.rstrip(_CLOSING)[-1:] in _ENDS:
        return text
    return text + words.alt.stop


def _quoted(words: Words, title: str) -> str:
    return words.quotes[0] + title + words.quotes[1]


def findings(item: Item, picture_file: str = "") -> Iterator[str]:
    """Why an item's alt text tells nobody what the picture shows: a clause; none where it does."""
    alt = markdown.lines(item.alt).strip()
    if not alt:
        return
    stem = re.sub(r".*/|\.\w+\Z", "", picture_file).casefold()
    if _FILE.fullmatch(alt) or alt.casefold() == stem:
        yield f"its alt text is only a file's name; {_SAY}"
    elif _is_generic(alt):
        yield f"its alt text says only that there is a picture; {_SAY}"
    elif _letters(alt) == _letters(markdown.line(item.paper.title)):
        yield f"its alt text only repeats the title; {_SAY}"


def _letters(text: str) -> str:
    """The letters and digits of a text, without case."""
    return "".join(filter(str.isalnum, text.casefold()))


def _is_generic(alt: str) -> bool:
    words = re.findall(r"[^\W\d_]+", alt.casefold())
    if "".join(words) and _GENERIC_WIDE.fullmatch("".join(words)):
        return True
    return bool(_GENERIC.intersection(words)) and (_GENERIC | _FILLING).issuperset(words)
