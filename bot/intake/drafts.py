"""Reads the papers of a list as drafts: title, link, authors, figures, references.

A reference goes to the first paper whose section holds its address. One that none holds goes to the
paper with the most references, or else to the last paper.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from bot.core import collage
from bot.core.collage import Item
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference
from bot.intake import findings, labels, markup
from bot.intake.findings import Finding
from bot.intake.markup import Anchor, Heading

MOST_CAPTION = 300
"""Characters of a figure's caption: a longer text under a picture is a paragraph of the article."""

_ARXIV_LINE = re.compile(r"[*_>\s]*+ar(?:xi|vi)[vx][*_\s]*+[:：]", re.IGNORECASE)
_AUTHORS = re.compile(r"(?:作者|\bauthors?|\bautor(?:en|in|innen)?)[*_]*+\s?[:：]", re.IGNORECASE)
_SOURCE = re.compile(r"[(（]?\s?(?:来源|图源|\bsource|\bquelle)[*_]*+\s?[:：]", re.IGNORECASE)
_CARD = re.compile(r"\s?\[#{1,6}\s?([^\n\]]*)")


def starts(lines: list[str], headings: list[Heading], top: Heading) -> list[Heading]:
    """The headings of papers: below the title, of its level, with an "arxiv:" line under them."""
    below = [heading for heading in headings if heading.level == 1 and heading.at > top.at]
    return [
        heading
        for heading, end in markup.spans(below, len(lines))
        if _arxiv_line(lines, heading.at + 1, end) < end
    ]


def read(
    lines: list[str], headings: list[Heading], papers: list[Heading], file: str
) -> tuple[list[Item], list[Finding]]:
    """Read the papers under these headings, with the references at the end of the article.

    A heading without an "arxiv:" line is no paper's, and its text belongs to the paper above it.
    """
    last = _arxiv_line(lines, papers[-1].at + 1, len(lines))
    below = [heading for heading in headings if heading.at > last]
    end, references_end = _references_span(below, len(lines))
    papers_by_url: dict[str, int] = {}
    drafts: list[Paper] = []
    found: list[Finding] = []
    for heading, section_end in markup.spans(papers, end):
        for anchor in markup.links_in("\n".join(lines[heading.at : section_end])):
            papers_by_url.setdefault(_key(anchor.url), len(drafts))
        paper, about_paper = _draft(lines, heading, section_end)
        drafts.append(paper)
        found += about_paper
    listed = _references(lines[end + 1 : references_end])
    references = _assigned(listed, papers_by_url, len(drafts) - 1)
    items = [
        Item(
            name="",
            paper=replace(paper, references=tuple(references.get(at, ()))),
            place=f"{file}:{heading.at + 1}",
        )
        for at, (heading, paper) in enumerate(zip(papers, drafts, strict=True))
    ]
    return items, found


def _references_span(headings: list[Heading], end: int) -> tuple[int, int]:
    """The line of the heading "References", and the line after its text; both `end` without one."""
    start = end
    for heading in headings:
        if markup.plain(heading.text).casefold().rstrip(":：") in labels.REFERENCES:
            start = heading.at
            break
    later = (heading.at for heading in headings if heading.level == 1 and heading.at > start)
    return start, next(later, end)


def _arxiv_line(lines: list[str], start: int, end: int) -> int:
    return next((at for at in range(start, end) if _ARXIV_LINE.match(lines[at])), end)


def _draft(lines: list[str], heading: Heading, end: int) -> tuple[Paper, list[Finding]]:
    """Read the paper under a heading, up to line `end`; with what is wrong about its links."""
    title = markup.plain(heading.text)
    at = _arxiv_line(lines, heading.at + 1, end)
    about_link, about_authors, after = _byline(lines, at, end)
    url = markup.address_in(about_link)
    authors, others, year, nameless = _authors(about_authors)
    links, found = _links(lines, after, end, url)
    if url:
        links.insert(0, Link(LinkKind.PAPER, url))
    else:
        text = f"{collage.shown(title)} has no link to the paper."
        found.append(Finding("warning", at + 1, text))
    if nameless:
        author = f"An author of {collage.shown(title)}"
        text = f"{author} is a link without a name: {findings.address(nameless)}."
        found.append(Finding("warning", at + 1, text))
    paper = Paper(
        title=title,
        authors=authors,
        others=others,
        year=year,
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
        return text, "", after
    return text[: label.start()], text[label.end() :], after


def _authors(text: str) -> tuple[tuple[str, ...], bool, int | None, str]:
    """Names, whether there are others, the year, and the address of a link that has no name.

    Where names are links, they are taken from these: a comma may be part of a linked name.
    """
    names, others, year = labels.people(markup.plain(text))
    linked = [
        (markup.plain(anchor.label).strip(" ,，、"), anchor.url) for anchor in markup.links_in(text)
    ]
    if not linked:
        return names, others, year, ""
    nameless = next((url for name, url in linked if not name), "")
    return tuple(name for name, _ in linked if name), others or bool(nameless), year, nameless


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
