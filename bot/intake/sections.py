"""Reads one paper: the blocks under its heading become facts, text, pictures and captions.

Text is kept wherever it stands. What is taken as nothing of these is named by the account.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.core import collage, paper
from bot.core.collage import Item
from bot.core.paper import Figure, LinkKind, Paper
from bot.intake import blocks, facts, findings, headline, labels, markup, people
from bot.intake.blocks import Block, Kind
from bot.intake.facts import Line, Links, Source
from bot.intake.findings import Finding, Printed
from bot.intake.labels import Field
from bot.intake.people import Cited

_NUMBER = re.compile(
    r"[^\[\]|]{0,80}\[\s?(?P<n>[0-9]{1,4})\s?(?:/\s?(?P<of>[0-9]{1,4})\s?\]|\]\s?[:：|])"
)
# A heading that only counts the paper: its title is a fact below it.
_COUNTED = re.compile(
    r"(?:paper|article|aufsatz|论文|nr\.?|no\.?|第)?\s?#?[\d一二三四五六七八九十]{1,4}\s?篇?", re.I
)
_PREFIX = re.compile(r"[^:：]{1,40}[:：]\s?")
_CREDIT = re.compile(
    r"\b(?:image|figure|photo|picture|illustration|screenshot|bild|abbildung|foto|grafik)s?(?:en)?"
    r" (?:by|from|credit|courtesy|von|aus|nach)\b"
    r"|\b(?:image|figure|photo|picture|bild|foto|abbildung)s?(?: credits?)?[:：]",
    re.IGNORECASE,
)
_REFERRED = re.compile(r"\[\^([^\[\]\n]{1,60})\](?!:)")
# "ML-Collage": what stands alone below each picture, where a series numbers nothing.
_NAME = re.compile(r"[A-Z\u4e00-\u9fff][^\s.!?。！？]{0,30}(?:[ -][^\s.!?。！？]{1,20}){0,2}")
_MOST_COMPARED = 20
"""Links that are compared with one another: a hostile article may hold thousands."""

_MOST_LINES = 20
"""Lines of a paragraph that may begin with names."""

_MOST_CAPTION = 400
"""Characters of a caption without a number: a longer text under a picture is a paragraph."""

NO_NOTES: Mapping[str, Block] = MappingProxyType({})

_MOST_TEXT = collage.LENGTHS["paragraph"]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with the blocks under it, up to the next paper's heading."""

    heading: Block
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A paper as read, the number in its caption, what was not taken, and the line after its last
    one. `has_text_below` says that text stands below its first picture.
    """

    item: Item
    printed: Printed | None
    end: int
    findings: tuple[Finding, ...]
    left: tuple[Block, ...]
    has_text_below: bool = False
    notes: frozenset[int] = frozenset()
    """The lines of the footnotes that were taken."""


@dataclass(slots=True)
class _Caption:
    """A caption. `urls` are those of its links that lead to a paper; `has_links` where any links
    are set off from its text.
    """

    block: Block
    text: str = ""
    number: str = ""
    urls: tuple[str, ...] = ()
    others: tuple[Source, ...] = ()
    has_links: bool = False


@dataclass(slots=True)
class _Shown:
    """A picture of the section, with its caption where it has one."""

    block: Block
    caption: _Caption | None = None


def read(part: Part, file: str, base: str, notes: Mapping[str, Block] = NO_NOTES) -> Section:
    """Read a paper; `file` names the article in places, `base` is where it was published, `notes`
    are the article's footnotes by their marks.
    """
    reader = _Reader(part.heading, Links(base))
    for block in part.blocks:
        reader.take(block)
    if notes:
        reader.look_up(notes, part)
    return reader.section(file)


def footnotes(article: Sequence[Block]) -> dict[str, Block]:
    """An article's footnotes by their marks; of several with one mark the first."""
    notes: dict[str, Block] = {}
    for block in article:
        if block.kind is Kind.NOTE:
            notes.setdefault(_split_note(block)[0], block)
    return notes


def _split_note(block: Block) -> tuple[str, str]:
    """The mark of a footnote, and its text in one line."""
    mark, _, text = block.source.strip().removeprefix("[^").partition("]:")
    return mark, " ".join(text.split())


def _marks(block: Block) -> set[str]:
    """The marks of the footnotes that a block refers to."""
    if block.kind in {Kind.FENCE, Kind.NOTE} or "[^" not in block.source:
        return set()
    return set(_REFERRED.findall(block.source))


@dataclass(slots=True)
class _Reader:
    """Takes the blocks under a heading one by one."""

    heading: Block
    links: Links
    top: headline.Headline = field(init=False)
    cited: Cited | None = None
    nameless: str = ""
    year: int | None = None
    title: str = ""
    texts: list[tuple[Block, str]] = field(default_factory=list)
    pictures: list[_Shown] = field(default_factory=list)
    captions: list[_Caption] = field(default_factory=list)
    left: list[Block] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    expects: Field | LinkKind | None = None
    last: Block | None = None
    end: int = 0
    has_lead_in: bool = False
    has_text_below: bool = False
    notes: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.top = headline.read(self.heading.text)
        self.cited, self.year = self.top.cited, self.top.year
        self.end = self.heading.end
        for source in self.top.links:
            self.links.add(source, self.heading.at + 1)

    def take(self, block: Block) -> None:
        """Take one block, and remember it as left where it is nothing of a paper's."""
        if block.kind is Kind.RULE:
            return
        if self._takes(block):
            self.end = max(self.end, block.end)
        else:
            self.left.append(block)
        self.last = block

    def look_up(self, notes: Mapping[str, Block], part: Part) -> None:
        """Take the links of the footnotes that a heading refers to, and of those in the text that
        are nothing but links.
        """
        top = _marks(part.heading)
        for mark in sorted(top.union(*map(_marks, part.blocks)) & notes.keys()):
            note = notes[mark]
            _, text = _split_note(note)
            sources = facts.only_links(text)
            if not sources and mark in top:
                found = facts.read(f"Links: {text}")
                sources = found.links if found else ()
            for source in sources:
                self.links.add(source, note.at + 1)
            if sources:
                self.notes.add(note.at)

    def _takes(self, block: Block) -> bool:
        """Take a block; False where it is nothing that a paper has."""
        match block.kind:
            case Kind.PICTURE:
                self._picture(block)
            case Kind.CAPTION:
                self._captioned(block, _caption(block, block.text))
            case Kind.CARD:
                return self._card(block)
            case Kind.HEADING:
                self._subheading(block)
            case Kind.FENCE:
                self._text(block, block.source)
            case Kind.TABLE:
                self._table(block)
            case Kind.TEXT | Kind.QUOTE | Kind.ITEM:
                self._paragraph(block)
            case _:
                return False
        return True

    def _text(self, block: Block, text: str) -> None:
        if block.kind is not Kind.FENCE:
            text = _REFERRED.sub("", text)
        self.texts.append((block, text))
        self.has_text_below = self.has_text_below or bool(self.pictures)

    def _picture(self, block: Block) -> None:
        picture = block.picture
        if picture is None:
            return
        if picture.is_badge:
            if picture.link:
                self.left.append(block)
            return
        self.pictures.append(_Shown(block))
        if picture.link and labels.kind_by_address(picture.link) and self.last:
            kind = None
            if isinstance(self.expects, LinkKind):
                kind = self.expects
            self.links.add(Source("", picture.link, "", kind), block.at + 1)

    def _card(self, block: Block) -> bool:
        """Take the link previews whose addresses tell what they are; whether all were taken."""
        told = [url for url in block.links if labels.kind_by_address(url)]
        for url in told:
            self.links.add(Source("", url, ""), block.at + 1)
        return len(told) == len(block.links)

    def _subheading(self, block: Block) -> None:
        plain = markup.plain(block.text)
        what = labels.of_heading(plain)
        if what is Field.SUMMARY and not self.has_lead_in:
            self.has_lead_in = True
            self.expects = None
        elif what and what is not Field.SUMMARY:
            self.expects = what
        else:
            self.expects = None
            source = block.source
            if block.level != blocks.BOLD and not source.lstrip().startswith("#"):
                source = f"{'#' * block.level} {block.text}"
            self._text(block, source.strip())

    def _table(self, block: Block) -> None:
        """Take a table of a key and its value a row as facts, any other as text."""
        if read := facts_in_table(block):
            for line in read:
                self._fact(line, block.at)
            return
        pictures = [picture for line in block.lines for picture in markup.pictures_in(line)]
        for picture in pictures:
            self._picture(replace(block, kind=Kind.PICTURE, picture=picture))
        words = "".join(map(markup.without_pictures, block.lines))
        if not pictures or any(map(str.isalnum, words)):
            self._text(block, block.source)

    def _paragraph(self, block: Block) -> None:
        if caption := self._caption_of(block):
            self._captioned(block, caption)
            return
        texts: list[str] = []
        for offset, line in _wrapped(block.lines):
            read = facts.read(line, expects=self.expects)
            if read is None or not self._may_be(read, block, texts):
                self._titled(line, block.at + offset)
                texts.append(line)
            elif read.summary is not None and not self.has_lead_in:
                self.has_lead_in = True
                if read.summary.strip():
                    texts.append(read.summary)
            elif read.summary is not None:
                texts.append(line)
            else:
                self._fact(read, block.at + offset)
        if any(text.strip() for text in texts):
            self.expects = None
            self._text(block, "\n".join(texts).strip("\n"))

    def _titled(self, line: str, at: int) -> None:
        """Take a link in a text whose label is the paper's title; the text keeps it."""
        for anchor in markup.links_in(line):
            words = labels.normal(markup.plain(anchor.label))
            is_title = words == labels.normal(self.top.title) and len(words) > 3
            if is_title and labels.kind_by_address(anchor.url) is LinkKind.PAPER:
                self.links.add(Source("", anchor.url, ""), at + 1)

    def _may_be(self, line: Line, block: Block, texts: list[str]) -> bool:
        """Whether a line may be facts where it stands: what is not sure only at the beginning."""
        if block.kind is Kind.ITEM and line.links and all(map(self._is_other, line.links)):
            return False
        if line.is_sure:
            is_again = line.names is not None and self.cited is not None and bool(self.texts)
            return not is_again
        is_first = not self.texts and not texts and self.cited is None
        return is_first and len(block.lines) <= _MOST_LINES

    def _is_other(self, source: Source) -> bool:
        """Whether a link in a list leads to another paper: its label is that one's title."""
        words, title = labels.normal(source.label), labels.normal(self.top.title)
        is_same = words in title or title in words
        is_paper = labels.kind_by_address(source.url) is LinkKind.PAPER
        return is_paper and facts.is_titled(source) and not is_same

    def _fact(self, line: Line, at: int) -> None:
        if line.names is not None:
            cited, nameless = people.named(line.names)
            if self.cited is None or not self.cited.names:
                self.cited, self.nameless = cited, nameless
            self.year = cited.year or self.year
        if line.year and not self.year:
            self.year = line.year
        for source in line.links:
            self.links.add(source, at + 1)
            if source.kind is LinkKind.PAPER and self.cited is None:
                self.cited = people.in_reference(source.label)
        if line.title and not self.title:
            self.title = line.title
            is_other = labels.normal(line.title) != labels.normal(self.top.title)
            if is_other and not _COUNTED.fullmatch(self.top.title):
                text = f"Of {self._name()}, the further title {collage.shown(line.title)}"
                self.found.append(Finding("note", at + 1, f"{text} is not taken."))
        self.expects = line.opens
        if line.more:
            label = collage.shown(" ".join(line.more.split()))
            text = f"Of {self._name()}, {label} is not taken: a collage has no place for it."
            self.found.append(Finding("note", at + 1, text))

    def _name(self) -> str:
        return collage.shown(self.top.title)

    def _caption_of(self, block: Block) -> _Caption | None:
        """The block as a caption; None where it is a paragraph."""
        if "\n\n" in block.source or block.kind is Kind.ITEM:
            return None
        text = " ".join(line.strip() for line in block.lines)
        caption = _caption(block, text)
        below = self.last is not None and self.last.kind is Kind.PICTURE
        if caption.number and (below or not any(known.number for known in self.captions)):
            return caption
        if not below or not self.pictures or self.pictures[-1].caption:
            return None
        fact = facts.read(text)
        if fact is not None and fact.names is not None and not fact.is_weak:
            return None
        plain = markup.plain(text)
        if caption.has_links:
            return caption
        if len(plain) > _MOST_CAPTION:
            return None
        is_name = _NAME.fullmatch(plain) is not None and bool(self.texts) and fact is None
        if is_name or _is_caption(text, plain) or (self._hangs(block) and fact is None):
            return caption
        return None

    def _hangs(self, block: Block) -> bool:
        """Whether a single line stands directly below the picture, without an empty line."""
        is_alone = self.last is not None and self.last.lines[0].strip().startswith(("!", "["))
        return block.attached and is_alone and len(block.lines) == 1

    def _captioned(self, block: Block, caption: _Caption) -> None:
        """Take a caption, for the picture above it or the first one without any."""
        open_ones = [shown for shown in self.pictures if shown.caption is None]
        if self.last and self.last.kind is Kind.PICTURE and self.pictures:
            open_ones = [self.pictures[-1]]
        if open_ones:
            open_ones[-1].caption = caption
        self.captions.append(caption)

    def section(self, file: str) -> Section:
        """The paper that was read."""
        shown = self._shown()
        caption = self._caption(shown)
        self._links_of(caption)
        self._link_of_text()
        figures = [self._figure(one) for one in self.pictures if one is not shown]
        paragraph = self._paragraph_text()
        alt = file_name = ""
        if shown and shown.block.picture:
            alt, file_name = shown.block.picture.alt, shown.block.picture.file
        item = Item(
            name="",
            paper=self._paper(tuple(figures)),
            paragraph=paragraph,
            alt=alt,
            printed_number=caption.number if caption else "",
            caption=caption.text if caption else "",
            picture_file=file_name,
            place=f"{file}:{self.heading.at + 1}",
        )
        found = [*self.links.found, *self.found, *_about(item, self.heading.at + 1)]
        found += _about_caption(item, caption)
        found += _about_captions(item, self.captions, caption)
        found += [_further(item, one) for one in self.pictures if one is not shown]
        printed = None
        if caption and caption.number:
            printed = Printed(caption.number, caption.block.at + 1)
        return Section(
            item=item,
            printed=printed,
            end=self.end,
            findings=tuple(found),
            left=tuple(self.left),
            has_text_below=self.has_text_below,
            notes=frozenset(self.notes),
        )

    def _shown(self) -> _Shown | None:
        """The collage's picture: the one with a numbered caption, else the first one."""
        numbered = [one for one in self.pictures if one.caption and one.caption.number]
        return next(iter([*numbered, *self.pictures]), None)

    def _caption(self, shown: _Shown | None) -> _Caption | None:
        if shown and shown.caption:
            return shown.caption
        return next((one for one in self.captions if one.number), None)

    def _links_of(self, caption: _Caption | None) -> None:
        """Take the caption's links that the paper has not yet; that to the paper only where none
        is known otherwise.
        """
        if caption is None:
            return
        sources = list(caption.others)
        if not self.links.of_kind(LinkKind.PAPER):
            sources += [Source("", url, "", LinkKind.PAPER) for url in caption.urls[:1]]
        for source in sources:
            self.links.add(source, caption.block.at + 1)

    def _link_of_text(self) -> None:
        """Take the first link of the text to a paper where none is known otherwise."""
        if self.links.of_kind(LinkKind.PAPER):
            return
        for block, _ in self.texts:
            if url := paper_in(block):
                self.links.add(Source("", url, ""), block.at + 1)
                text = (
                    f"The link to {self._name()}, {findings.address(url)}, is taken from its text."
                )
                self.found.append(Finding("warning", block.at + 1, text))
                self._labelled_links_of_text()
                return

    def _labelled_links_of_text(self) -> None:
        """Take the links of the text that are called "code" or the like; the text keeps them."""
        for block, text in self.texts:
            for anchor in markup.links_in(text):
                kind = labels.exact_kind(markup.plain(anchor.label))
                if kind not in {None, LinkKind.PAPER}:
                    self.links.add(Source("", anchor.url, "", kind), block.at + 1)

    def _figure(self, shown: _Shown) -> Figure:
        picture = shown.block.picture
        caption = shown.caption.text if shown.caption else ""
        return Figure(picture.file if picture else "", caption)

    def _paper(self, figures: tuple[Figure, ...]) -> Paper:
        cited = self.cited or Cited((), False, None)
        papers = self.links.of_kind(LinkKind.PAPER)
        ids = (labels.arxiv_id(url) for url in papers)
        title = self.top.title
        if self.title and _COUNTED.fullmatch(title):
            title = self.title
        return Paper(
            title=title,
            authors=cited.names,
            others=cited.others,
            year=cited.year or self.year,
            links=tuple(self.links.links),
            arxiv_id=next(filter(None, ids), ""),
            figures=tuple(figure for figure in figures if figure.file),
        )

    def _paragraph_text(self) -> str:
        """The texts in order, as far as a paragraph may be long; the rest is left."""
        pieces: list[str] = []
        length, above = 0, None
        for block, text in self.texts:
            length += len(text) + 2
            if length > _MOST_TEXT:
                self.left.append(block)
                continue
            if pieces:
                is_close = block.attached and above is not None and above.end == block.at
                pieces.append("\n" if is_close else "\n\n")
            pieces.append(facts.made_whole(text, self.links.base))
            above = block
        return "".join(pieces).strip()


def paper_in(block: Block) -> str:
    """The first address in a paragraph that is a paper's; "" without one."""
    if block.kind not in {Kind.TEXT, Kind.QUOTE}:
        return ""
    for line in block.lines:
        for anchor in markup.anchors_in(line):
            if labels.kind_by_address(anchor.url) is LinkKind.PAPER:
                return anchor.url
    return ""


def facts_in_table(block: Block) -> list[Line]:
    """The facts of a table whose rows are a key and its value each; none of any other table."""
    rows = [markup.cells(row) for row in block.lines]
    pairs = [row for row in rows if len(row) == 2 and row[1].strip(" :-")]
    if len(rows) == 3 and len(rows[0]) > 2:
        # One row under keys as heads.
        pairs = [list(pair) for pair in zip(rows[0], rows[2], strict=False) if pair[1].strip(" -")]
    read = [facts.read(f"**{markup.plain(key)}:** {value}") for key, value in pairs]
    known = [line for line in read if line is not None]
    if len(known) < 2 or len(known) < len(pairs) - 1:
        return []
    return known


def _wrapped(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a paragraph with their places; one that starts with a bar or an emoji
    belongs to the one above, which is links or authors, and one that ends with a label to the next.
    """
    at, line = 0, ""
    for offset, more in enumerate(lines):
        is_symbol = bool(more.strip()) and not markup.without_symbols(more.lstrip()[:1])
        is_rest = is_symbol and facts.only_links(more) and not facts.has_label(more)
        above = facts.read(line) if line else None
        if above and is_rest and (above.links or above.names is not None or above.opens):
            line = f"{line} {more.strip()}"
            continue
        joined = None
        if above and above.opens:
            joined = facts.read(f"{line} {more.strip()}")
        if joined and (joined.links or joined.names is not None):
            line = f"{line} {more.strip()}"
            continue
        if line:
            yield at, line
        at, line = offset, more
    if line:
        yield at, line


def number_in(line: str) -> str:
    """The number in brackets that a caption begins with, as "29/52" or "37"; "" without one."""
    # Most lines have no bracket: this spares them the slower reading.
    if "]" not in line:
        return ""
    match = _NUMBER.match(markup.plain(line[:2_000]))
    if match is None:
        return ""
    if match["of"]:
        return f"{match['n']}/{match['of']}"
    return match["n"]


def _caption(block: Block, text: str) -> _Caption:
    """Read a text as a caption, whose links are set off from its words.

    They begin at the first one behind a bar ("Figures by the authors | Paper") or, where the
    caption has a number, with a label that names a kind of link.
    """
    number = number_in(text)
    text_end, last, urls, others = len(text), 0, [], []
    for anchor in markup.links_in(text):
        label = markup.plain(anchor.label)
        kind, told_by = labels.kind_of(label, anchor.url, "")
        gap = text[last : anchor.start]
        words = markup.without_symbols(gap)
        is_set_off = "|" in gap[len(words) :] or (number and told_by == "label")
        if text_end == len(text) and is_set_off:
            text_end = last + len(words)
        if text_end < len(text) and kind == LinkKind.PAPER:
            urls.append(anchor.url)
        elif text_end < len(text):
            others.append(Source(label, anchor.url, gap))
        last = anchor.end
    return _Caption(
        block=block,
        text=markup.plain(text[:text_end].replace("\ue000", "")),
        number=number,
        urls=tuple(urls),
        others=tuple(others),
        has_links=text_end < len(text),
    )


def is_caption(block: Block) -> bool:
    """Whether a block below a picture is its caption."""
    text = " ".join(line.strip() for line in block.lines)
    caption = _caption(block, text)
    if caption.number or caption.has_links:
        return True
    plain = markup.plain(text)
    return len(plain) <= _MOST_CAPTION and _is_caption(text, plain)


def _is_caption(text: str, plain: str) -> bool:
    """Whether a text under a picture is its caption by its first words, or as it is in italics."""
    stripped = text.strip()
    is_italic = re.fullmatch(r"(\*|_)(?=\S)(?:(?!\1).){1,398}\1\.?", stripped)
    if is_italic and facts.read(text) is None:
        return True
    if len(plain) <= 250 and _CREDIT.search(plain):
        return True
    start = re.sub(r"^[\W_]+", "", plain)
    if len(plain) <= 250 and labels.starts_with(start, labels.CAPTION):
        return True
    behind = _PREFIX.match(start)
    return bool(behind) and labels.starts_with(start[behind.end() :], labels.CAPTION)  # type: ignore[union-attr]


def _about(item: Item, line: int) -> Iterator[Finding]:
    """Yield a finding that names what a published collage usually has and this one lacks."""
    values = {
        "authors": item.paper.authors,
        "year": item.paper.year,
        "link to the paper": item.paper.links_of(LinkKind.PAPER),
        "paragraph": item.paragraph,
        "picture": item.picture_file,
        "caption": item.caption,
    }
    if lacking := [name for name, value in values.items() if not value]:
        text = f"{collage.shown(item.paper.title)} has no {' and no '.join(lacking)}."
        yield Finding("warning", line, text)


def _about_caption(item: Item, caption: _Caption | None) -> Iterator[Finding]:
    """Yield a finding where the caption links another paper than the line of authors does."""
    named = [link.url for link in item.paper.links_of(LinkKind.PAPER)][:_MOST_COMPARED]
    linked = caption.urls[:_MOST_COMPARED] if caption else ()
    if not named or not linked or caption is None:
        return
    pairs = itertools.product(named, linked)
    if any(paper.same_address(url, other) for url, other in pairs):
        return
    which = caption.number.partition("/")[0] or collage.shown(item.paper.title)
    instead = f"{findings.address(linked[0])} instead of {findings.address(named[0])}"
    text = f"The caption of {which} links another paper: {instead}."
    yield Finding("error", caption.block.at + 1, text)


def _about_captions(
    item: Item, captions: Sequence[_Caption], first: _Caption | None
) -> Iterator[Finding]:
    """Yield a finding where a second caption stands below a paper, as a lost heading leaves one."""
    for caption in captions:
        if caption is not first and caption.number:
            title = collage.shown(item.paper.title)
            text = f"A second caption, [{caption.number}], stands below {title}"
            line = caption.block.at + 1
            yield Finding("warning", line, f"{text}; look for a lost heading.")
            return


def _further(item: Item, shown: _Shown) -> Finding:
    """A note on a picture that is not the collage's."""
    picture = shown.block.picture
    file = collage.shown(picture.file if picture else "")
    text = f"A further picture of {collage.shown(item.paper.title)}, {file}, is kept as a figure."
    return Finding("note", shown.block.at + 1, text)
