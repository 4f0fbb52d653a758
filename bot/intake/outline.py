"""Which headings of an article are those of papers, and which stand over something else."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.core.paper import LinkKind
from bot.intake import blocks, facts, headline, labels, markup, sections
from bot.intake.blocks import Block, Kind
from bot.intake.facts import Line, Source
from bot.intake.labels import Field
from bot.intake.sections import Part

_MOST_ABOVE = 8
"""Blocks under a heading in which its line of authors is looked for."""


class Evidence(IntEnum):
    """How much speaks for a heading being a paper's."""

    NONE = 0
    LOOKS = 1
    """A text with a picture, or one that links a paper, as papers have it."""
    LINK = 2
    """A link to a paper, or a quoted title over links or a numbered caption."""
    AUTHORS = 3


@dataclass(frozen=True, slots=True)
class Other:
    """A heading of the papers' level that is no paper's.

    `is_aside` says that it is known to stand over something else, or over papers of its own.
    """

    heading: Block
    is_aside: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """An article in parts: what stands above its papers, its papers, and what is between them.

    `strays` are the blocks under headings that are no paper's, each list with its heading.
    """

    head: tuple[Block, ...]
    parts: tuple[Part, ...]
    others: tuple[Other, ...]
    strays: tuple[tuple[Block, tuple[Block, ...]], ...]


def of(article: Sequence[Block], title: Block | None) -> Outline | None:
    """The outline of an article's blocks; None where no heading is a paper's."""
    return _Outliner(article, title).outline()


class _Outliner:
    def __init__(self, article: Sequence[Block], title: Block | None) -> None:
        self.article = article
        self.headings = [
            at
            for at, block in enumerate(article)
            if block.kind is Kind.HEADING and block is not title and markup.plain(block.text)
        ]
        self.headings = list(self._without_labels())
        self.evidence: dict[int, Evidence] = {}
        self.papers: list[int] = []

    def _without_labels(self) -> Iterator[int]:
        """Yield the headings but for those that are a label in the section of a higher one."""
        level = 0
        for at in self.headings:
            block = self.article[at]
            is_label = labels.of_heading(markup.plain(block.text)) is not None
            if is_label and level and block.level > level:
                continue
            if block.level != blocks.BOLD:
                level = block.level
            yield at

    def outline(self) -> Outline | None:
        """Weigh every heading, then part the article; None where there are no papers."""
        self._weigh()
        self._choose()
        if not self.papers:
            return None
        self._add_siblings()
        return self._parted()

    def _weigh(self) -> None:
        """Weigh the headings, bold lines first: where one is a paper's, the body above ends."""
        bold = [at for at in self.headings if self.article[at].level == blocks.BOLD]
        real = [at for at in self.headings if self.article[at].level != blocks.BOLD]
        ends = _ends(self.headings, len(self.article))
        for at in bold:
            self.evidence[at] = _evidence(self.article[at], self.article[at + 1 : ends[at]])
        strong = [at for at in bold if self.evidence[at] >= Evidence.LINK]
        ends = _ends(sorted(real + strong), len(self.article))
        for at in real:
            self.evidence[at] = _evidence(self.article[at], self.article[at + 1 : ends[at]])

    def _choose(self) -> None:
        """Take what has evidence; below a paper, a deeper heading needs authors of its own."""
        level = 0
        for at in self.headings:
            block, evidence = self.article[at], self.evidence[at]
            is_deeper = bool(self.papers) and level and block.level > level
            if evidence >= Evidence.AUTHORS or (evidence >= Evidence.LINK and not is_deeper):
                self.papers.append(at)
                level = block.level
            elif block.level <= level:
                level = 0
        if not self.papers:
            self.papers = self._by_texts()

    def _by_texts(self) -> list[int]:
        """The headings of one level whose texts link a paper each, where there are several."""
        ends = _ends(self.headings, len(self.article))
        linking = [
            at
            for at in self.headings
            if self.evidence[at] >= Evidence.LOOKS
            and any(sections.paper_in(block) for block in self.article[at + 1 : ends[at]])
        ]
        levels = Counter(self.article[at].level for at in linking)
        level, count = max(levels.items(), key=lambda one: one[1], default=(0, 0))
        if count < 2:
            return []
        return [at for at in linking if self.article[at].level == level]

    def _add_siblings(self) -> None:
        """Take headings of the papers' level that look like papers among papers that do; above the
        first one, where greetings stand, those with a picture and a link to a paper.
        """
        levels = {self.article[at].level for at in self.papers}
        first, known = self.papers[0], set(self.papers)
        for at in self.headings:
            block = self.article[at]
            if at in known or block.level not in levels:
                continue
            if at < first and not self._is_illustrated(at):
                continue
            if block.level in {1, blocks.BOLD} or is_aside(block) or self._is_group(at):
                continue
            if markup.plain(block.text).endswith(("。", ".", "!", "！")):
                continue
            if self.evidence[at] >= Evidence.LOOKS:
                known.add(at)
        self.papers = sorted(known)

    def _is_illustrated(self, at: int) -> bool:
        """Whether a picture and a text that links a paper stand below a heading."""
        end = _ends(self.headings, len(self.article))[at]
        body = self.article[at + 1 : end]
        has_picture = any(block.kind is Kind.PICTURE for block in body)
        return has_picture and any(sections.paper_in(block) for block in body)

    def _is_group(self, at: int) -> bool:
        """Whether the next heading below is a deeper one of a paper."""
        following = next((other for other in self.headings if other > at), None)
        if following is None or following not in self.papers:
            return False
        return self.article[following].level > self.article[at].level

    def _parted(self) -> Outline:
        levels = {self.article[at].level for at in self.papers}
        real = {level for level in levels if level != blocks.BOLD}
        known, parts, others = set(self.papers), [], []
        strays: list[tuple[Block, list[Block]]] = []
        start: int | None = None
        under: list[Block] = []
        for at in range(self.papers[0], len(self.article)):
            block = self.article[at]
            is_heading = at in self.evidence
            if is_heading and (at in known or self._ends_paper(at, start)):
                if start is not None:
                    parts.append(Part(self.article[start], tuple(under)))
                start, under = None, []
                if at in known:
                    start = at
                    continue
                strays.append((block, []))
                if block.level in real:
                    others.append(Other(block, is_aside(block) or self._is_group(at)))
                continue
            if start is None:
                strays[-1][1].append(block)
            else:
                under.append(block)
        if start is not None:
            parts.append(Part(self.article[start], tuple(under)))
        head = self.article[: self.papers[0]]
        early = [self.article[at] for at in self.headings if at < self.papers[0]]
        above = [Other(block, True) for block in early if block.level in real]
        astray = tuple((heading, tuple(below)) for heading, below in strays if below)
        return Outline(tuple(head), tuple(parts), (*above, *others), astray)

    def _ends_paper(self, at: int, start: int | None) -> bool:
        """Whether a heading that is no paper's ends the paper that begins at `start`."""
        block = self.article[at]
        if block.level == blocks.BOLD:
            return False
        if start is None:
            return True
        return block.level <= self.article[start].level


def _ends(headings: Sequence[int], end: int) -> dict[int, int]:
    """Where the body of each heading ends: at the next one."""
    return dict(zip(headings, [*headings[1:], end], strict=False))


def _evidence(heading: Block, body: Sequence[Block]) -> Evidence:
    """What speaks for a paper in a heading and the blocks up to the next one."""
    plain = markup.plain(heading.text)
    # "Data" and "Code" may be a paper's title, where its authors follow.
    is_kind = isinstance(labels.of_heading(plain), LinkKind)
    if is_aside(heading) and not is_kind:
        return Evidence.NONE
    top = headline.read(heading.text)
    if top.cited:
        return Evidence.AUTHORS
    found = _of_body(top.title, body)
    if (is_date(plain) or is_kind) and found < Evidence.AUTHORS:
        return Evidence.NONE
    if found >= Evidence.LINK:
        return found
    if any(_is_paper(source.url, source.kind) for source in top.links):
        return Evidence.LINK
    if top.is_quoted and _is_quoted_over_links(body):
        return Evidence.LINK
    return found


def _is_quoted_over_links(body: Sequence[Block]) -> bool:
    """Whether a line of links follows, or a numbered caption somewhere below."""
    first = next((block for block in body if block.kind is not Kind.PICTURE), None)
    if first is not None and first.kind in {Kind.TEXT, Kind.ITEM, Kind.QUOTE}:
        line = facts.read(first.lines[0])
        if line and line.links:
            return True
    return any(_has_number(block) for block in body)


def _has_number(block: Block) -> bool:
    if block.kind not in {Kind.TEXT, Kind.QUOTE, Kind.CAPTION}:
        return False
    return any(sections.number_in(line) for line in block.lines)


def _of_body(heading: str, body: Sequence[Block]) -> Evidence:
    found, texts = Evidence.NONE, 0
    for place, block, line in _lines(body):
        if line is None:
            texts += 1
            continue
        is_in_text = block.kind is not Kind.ITEM
        may_be = line.is_sure or (not texts and is_in_text)
        if not may_be or line.is_weak:
            continue
        if line.names is not None and place < _MOST_ABOVE:
            return Evidence.AUTHORS
        if any(_is_evidence(source, heading, is_in_text) for source in line.links):
            found = Evidence.LINK
    if any(_has_title_link(heading, block) for block in body):
        return Evidence.LINK
    has_picture = any(block.kind is Kind.PICTURE for block in body)
    if texts and (has_picture or any(_has_number(block) for block in body)):
        return max(found, Evidence.LOOKS)
    if any(sections.paper_in(block) for block in body):
        return max(found, Evidence.LOOKS)
    return found


def _has_title_link(heading: str, block: Block) -> bool:
    """Whether a text links a paper by the words of the heading above it."""
    if block.kind not in {Kind.TEXT, Kind.QUOTE} or "](" not in block.source:
        return False
    words = labels.normal(heading)
    return len(words) > 3 and any(
        labels.normal(markup.plain(anchor.label)) == words
        and labels.kind_by_address(anchor.url) is LinkKind.PAPER
        for anchor in markup.links_in(block.source)
    )


def _is_evidence(source: Source, heading: str, is_in_text: bool) -> bool:
    """Whether a link shows that the heading above is a paper's.

    An item that is another title with its link is one of a list of papers.
    """
    if not _is_paper(source.url, source.kind, source.label):
        return False
    if not facts.is_titled(source):
        return True
    words = labels.normal(source.label)
    return is_in_text or words in labels.normal(heading) or labels.normal(heading) in words


def _lines(body: Sequence[Block]) -> Iterator[tuple[int, Block, Line | None]]:
    """Yield each line under a heading as facts, or None where it is text, with its block's place.

    A sub-heading that is a label announces what the next line is. An item that is a text, or a
    paper of its own, is a text with all that belongs to it.
    """
    expects = None
    entry: int | None = None
    for place, block in enumerate(body):
        if block.kind is Kind.ITEM:
            if entry is not None and block.indent > entry:
                continue
            first = facts.read(block.lines[0], expects=expects)
            entry = block.indent if first is None or not first.is_sure else None
        if block.kind is Kind.HEADING:
            expects = labels.of_heading(markup.plain(block.text))
        elif block.kind is Kind.ITEM and entry is not None:
            yield place, block, None
        elif block.kind is Kind.TABLE:
            for found in sections.facts_in_table(block):
                yield place, block, found
        elif block.kind in {Kind.TEXT, Kind.QUOTE, Kind.ITEM}:
            for line in _of_block(block, expects):
                yield place, block, line
            expects = None


def _of_block(block: Block, expects: Field | LinkKind | None) -> Iterator[Line | None]:
    for text in block.lines:
        line = facts.read(text, expects=expects)
        expects = line.opens if line else None
        if line is not None or not sections.number_in(text):
            yield line


def _is_paper(url: str, kind: LinkKind | None, label: str = "") -> bool:
    """Whether a link leads to a paper, as far as its label and address tell."""
    if kind is not None:
        return kind is LinkKind.PAPER
    return labels.kind_of(label, url, "")[0] is LinkKind.PAPER


def is_aside(heading: Block) -> bool:
    """Whether a heading is known to stand over no paper."""
    plain = labels.normal(headline.without_number(markup.plain(heading.text)))
    if plain in labels.ASIDES or labels.of_heading(plain) is not None:
        return True
    return is_of_references(heading)


def is_of_references(heading: Block) -> bool:
    return labels.normal(markup.plain(heading.text)) in labels.REFERENCES


def is_date(text: str) -> bool:
    """Whether a heading is a day and nothing else, as digests have it."""
    return re.fullmatch(r"[0-9年月日./\s-]{4,14}", text.strip()) is not None
