"""Reads the papers of a list as drafts: title, link, authors, figures, references.

A reference goes to the first paper whose section holds its address. One that none holds goes to the
paper with the most references, or else to the last paper.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.core import collage
from bot.core.collage import Item
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference
from bot.intake import account, blocks, facts, findings, labels, markup, people, sections
from bot.intake.blocks import Block, Kind
from bot.intake.findings import Finding
from bot.intake.markup import Anchor
from bot.intake.outline import Other, Outline
from bot.intake.sections import Section

MOST_CAPTION = 300
"""Characters of a figure's caption: a longer text under a picture is a paragraph of the article."""

_MOST_BLOCKS, _MOST_TEXT = 3, 2_000
"""Paragraphs and characters of a text that may be a collage's; a longer one is the article's."""

_ARXIV_LINE = re.compile(r"[*_>\s]*+ar(?:xi|vi)[vx][*_\s]*+[:：]", re.IGNORECASE)
_AUTHORS = re.compile(r"(?:作者|\bauthors?|\bautor(?:en|in|innen)?)[*_]*+\s?[:：]", re.IGNORECASE)
_SOURCE = re.compile(r"[(（]?\s?(?:来源|图源|\bsource|\bquelle)[*_]*+\s?[:：]", re.IGNORECASE)
_CARD = re.compile(r"\s?\[#{1,6}\s?([^\n\]]*)")


def is_list(parted: Outline) -> bool:
    """Whether an article's papers stand under headings of level one, with an "arxiv:" line each."""
    if any(part.heading.level != 1 for part in parted.parts):
        return False
    return any(
        _ARXIV_LINE.match(line)
        for part in parted.parts
        for block in part.blocks
        for line in block.lines
    )


def read(
    lines: list[str], article: Sequence[Block], parted: Outline, file: str, base: str
) -> tuple[list[Item], list[Finding]]:
    """Read the papers of a list, with the references at the end of the article.

    A heading that is no paper's is named, and its text belongs to the paper above it.
    """
    papers = [part.heading for part in parted.parts]
    headings = [
        block for block in article if block.kind is Kind.HEADING and block.level != blocks.BOLD
    ]
    last = _fact_line(lines, papers[-1].end, len(lines))
    below = [heading for heading in headings if heading.at > last]
    end, references_end = _references_span(below, len(lines))
    papers_by_url: dict[str, int] = {}
    drafts: list[Item] = []
    found: list[Finding] = []
    ends = [*(heading.at for heading in papers[1:]), end]
    for part, section_end in zip(parted.parts, ends, strict=True):
        heading = part.heading
        for anchor in markup.links_in("\n".join(lines[heading.at : section_end])):
            papers_by_url.setdefault(_key(anchor.url), len(drafts))
        paper, about_paper = _draft(lines, heading, section_end, base)
        under = [block for block in article if heading.end <= block.at < section_end]
        text, about_text = _text(sections.Part(heading, tuple(under)), paper.title, base)
        place = f"{file}:{heading.at + 1}"
        drafts.append(Item(name="", paper=paper, paragraph=text, place=place))
        found += [*about_paper, *about_text]
    listed = _references(lines[end + 1 : references_end])
    references = _assigned(listed, papers_by_url, len(drafts) - 1)
    items = [
        replace(item, paper=replace(item.paper, references=tuple(references.get(at, ()))))
        for at, item in enumerate(drafts)
    ]
    found += account.of_headings(
        [Other(other.heading, True) for other in parted.others if other.heading.at > papers[0].at]
    )
    after = [
        block
        for block in article
        if block.at >= max(references_end, papers[-1].end) and end < len(lines)
    ]
    found += account.of_blocks(after, "below the references")
    return items, found


def _text(part: sections.Part, title: str, base: str) -> tuple[str, list[Finding]]:
    """The text under a paper's heading, where it is short; a long one is named."""
    section: Section = sections.read(part, "", base)
    texts = [
        block
        for block in part.blocks
        if (
            block.kind in {Kind.TEXT, Kind.QUOTE, Kind.ITEM, Kind.FENCE, Kind.TABLE}
            and any(facts.read(line) is None for line in block.lines)
        )
        or block.level == blocks.BOLD
    ]
    text = section.item.paragraph
    if len(texts) <= _MOST_BLOCKS and len(text) <= _MOST_TEXT:
        return text, []
    where = f"of the text under {collage.shown(title)}"
    return "", list(account.of_blocks(texts, where, "it is too long for a collage's paragraph"))


def _references_span(headings: Sequence[Block], end: int) -> tuple[int, int]:
    """The line of the heading "References", and the line after its text; both `end` without one."""
    start = end
    for heading in headings:
        if markup.plain(heading.text).casefold().rstrip(":：") in labels.REFERENCES:
            start = heading.at
            break
    later = (heading.at for heading in headings if heading.level == 1 and heading.at > start)
    return start, next(later, end)


def _fact_line(lines: list[str], start: int, end: int) -> int:
    """The "arxiv:" line of a paper, or else its first line of facts; `end` without one."""
    for at in range(start, end):
        if _ARXIV_LINE.match(lines[at]):
            return at
    for at in range(start, end):
        read = facts.read(lines[at])
        if read is not None and (read.links or read.names is not None):
            return at
    return end


def _draft(lines: list[str], heading: Block, end: int, base: str) -> tuple[Paper, list[Finding]]:
    """Read the paper under a heading, up to line `end`; with what is wrong about its links."""
    title = markup.plain(heading.text)
    at = _fact_line(lines, heading.end, end)
    if at == end:
        at = max(heading.at, end - 1)
    about_link, about_authors, after = _byline(lines, at, end)
    url = markup.address_in(about_link)
    cited, nameless = people.named(about_authors)
    known = facts.Links(base)
    if url:
        known.add(facts.Source("", url, "", LinkKind.PAPER), at + 1)
    links, found = _links(lines, after, end, url)
    links = [*known.links, *links]
    found += known.found
    if not known.links:
        text = f"{collage.shown(title)} has no link to the paper."
        found.append(Finding("warning", at + 1, text))
    if nameless:
        author = f"An author of {collage.shown(title)}"
        text = f"{author} is a link without a name: {findings.address(nameless)}."
        found.append(Finding("warning", at + 1, text))
    paper = Paper(
        title=title,
        authors=cited.names,
        others=cited.others,
        year=cited.year,
        links=tuple(links),
        arxiv_id=labels.arxiv_id(url),
        figures=tuple(_figures(lines, after, end)),
    )
    return paper, found


def _byline(lines: list[str], at: int, end: int) -> tuple[str, str, int]:
    """The text about the link, that about the authors, and the line after both.

    The "arxiv:" line is at `at`; the authors stand behind it, or in the paragraph below it.
    """
    text, after = markup.block(lines, at)
    below = markup.next_text(lines, after, end)
    if not _AUTHORS.search(text) and below < end and _AUTHORS.match(lines[below].lstrip("*_ ")):
        more, after = markup.block(lines, below)
        text = f"{text} {more}"
    label = _AUTHORS.search(text)
    if label is None:
        read = facts.read(text)
        return text, (read.names if read else None) or "", after
    return text[: label.start()], text[label.end() :], after


def _links(
    lines: list[str], start: int, end: int, paper_url: str
) -> tuple[list[Link], list[Finding]]:
    """The cards in a section, each address once; the kind of each is told by its address."""
    links, found, seen = [], [], {paper_url}
    for line, anchor in _cards(lines, start, end):
        if anchor.url in seen:
            continue
        seen.add(anchor.url)
        kind, told = labels.kind_of("", anchor.url, "")
        links.append(Link(kind, anchor.url))
        if not told:
            text = f"Nothing tells what {findings.address(anchor.url)} is; it counts as {kind}."
            found.append(Finding("warning", line, text))
    return links, found


def _cards(lines: list[str], start: int, end: int) -> Iterator[tuple[int, Anchor]]:
    """Yield the link previews ("cards") between two lines, each with its line, counted from 1.

    Published articles print them as a link without a label and a title behind it: "[](URL) [## …".
    """
    for at in range(start, end):
        for anchor in markup.links_in(lines[at]):
            if anchor.url and not anchor.label and _CARD.match(lines[at], anchor.end):
                yield at + 1, anchor


def _figures(lines: list[str], start: int, end: int) -> Iterator[Figure]:
    for at in range(start, end):
        _, file = markup.picture_in(lines[at]) or ("", "")
        if not file:
            continue
        under = markup.next_text(lines, at + 1, end)
        if under == end or lines[under].startswith("#") or markup.picture_in(lines[under]):
            yield Figure(file)
            continue
        text, _ = markup.block(lines, under)
        caption, url = _caption(text)
        yield Figure(file, caption, url)


def _caption(text: str) -> tuple[str, str]:
    """A figure's caption, and the address of its source where one is named behind it."""
    caption, url = text, ""
    if source := _SOURCE.search(text):
        url = markup.address_in(text[source.end() :])
        if url:
            caption = text[: source.start()]
    caption = markup.plain(caption)
    if len(caption) > MOST_CAPTION:
        caption = ""
    return caption, url


def _references(lines: list[str]) -> Iterator[Reference]:
    last = ""
    for line in lines:
        for anchor in markup.links_in(line):
            title = anchor.label
            if not title and (card := _CARD.match(line, anchor.end)):
                title = card[1]
            title = markup.plain(title).lstrip("# ")
            # A card is often followed by the same address once more.
            if anchor.url.startswith("http") and anchor.url != last:
                yield Reference(title or anchor.url, anchor.url)
                last = anchor.url


def _assigned(
    references: Iterator[Reference], papers_by_url: dict[str, int], last: int
) -> dict[int, list[Reference]]:
    """The references of each paper, by its position in the article; see the module's docstring."""
    known = [(reference, papers_by_url.get(_key(reference.url))) for reference in references]
    counts = Counter(paper for _, paper in known if paper is not None)
    usual = last
    if counts:
        usual = counts.most_common(1)[0][0]
    assigned: dict[int, list[Reference]] = {}
    for reference, paper in known:
        if paper is None:
            paper = usual
        assigned.setdefault(paper, []).append(reference)
    return assigned


def _key(url: str) -> str:
    """An address without what two links to the same page may differ in."""
    return url.split("://", 1)[-1].rstrip("/")
