"""The papers of a list, read as drafts: title, link, authors, figures, references.

A reference goes to the first paper whose section holds its address; one that none holds goes where
most of the others went, or else to the last paper.
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
"""Characters of a figure's caption: a longer text under a picture is the article's own."""

_ARXIV_LINE = re.compile(r"[*_>\s]*+ar(?:xi|vi)[vx][*_\s]*+[:：]", re.IGNORECASE)
_AUTHORS = re.compile(r"(?:作者|\bauthors?|\bautor(?:en|in|innen)?)[*_]*+\s?[:：]", re.IGNORECASE)
_SOURCE = re.compile(r"[(（]?\s?(?:来源|图源|\bsource|\bquelle)[*_]*+\s?[:：]", re.IGNORECASE)
_CARD = re.compile(r"\s?\[#{1,6}\s?([^\n\]]*)")


def starts(lines: list[str], headings: list[Heading], top: Heading) -> list[Heading]:
    """The headings of papers: of level one, below the title, with an "arxiv:" line before the next
    of that level.
    """
    below = [heading for heading in headings if heading.level == 1 and heading.at > top.at]
    return [
        one
        for one, end in markup.spans(below, len(lines))
        if _arxiv_line(lines, one.at + 1, end) < end
    ]


def read(
    lines: list[str], headings: list[Heading], papers: list[Heading], file: str
) -> tuple[list[Item], list[Finding]]:
    """Read the papers under these headings; a heading without an "arxiv:" line belongs to the paper
    above it.
    """
    last = _arxiv_line(lines, papers[-1].at + 1, len(lines))
    after = [heading for heading in headings if heading.at > last]
    closing = next(
        (
            one
            for one in after
            if markup.plain(one.text).casefold().rstrip(":：") in labels.REFERENCES
        ),
        None,
    )
    end = closing.at if closing else len(lines)
    closing_end = next((one.at for one in after if one.level == 1 and one.at > end), len(lines))
    holders: dict[str, int] = {}
    drafts: list[Paper] = []
    found: list[Finding] = []
    for heading, section_end in markup.spans(papers, end):
        for anchor in markup.links_in("\n".join(lines[heading.at : section_end])):
            holders.setdefault(_key(anchor.url), len(drafts))
        paper, its = _draft(lines, heading, section_end)
        drafts.append(paper)
        found += its
    references = _placed(_references(lines[end + 1 : closing_end]), holders, len(drafts) - 1)
    items = [
        Item(
            name="",
            paper=replace(paper, references=tuple(references.get(at, ()))),
            place=f"{file}:{heading.at + 1}",
        )
        for at, (heading, paper) in enumerate(zip(papers, drafts, strict=True))
    ]
    return items, found


def _arxiv_line(lines: list[str], start: int, end: int) -> int:
    return next((at for at in range(start, end) if _ARXIV_LINE.match(lines[at])), end)


def _draft(lines: list[str], heading: Heading, end: int) -> tuple[Paper, list[Finding]]:
    title = markup.plain(heading.text)
    at = _arxiv_line(lines, heading.at + 1, end)
    text, after = markup.block(lines, at)
    below = markup.next_text(lines, after, end)
    if not _AUTHORS.search(text) and below < end and _AUTHORS.match(lines[below].lstrip("*_ ")):
        more, after = markup.block(lines, below)
        text = f"{text} {more}"
    label = _AUTHORS.search(text)
    url = markup.address_in(text[: label.start()] if label else text)
    authors, others, year, nameless = _authors(text[label.end() :] if label else "")
    own = [Link(LinkKind.PAPER, url)] if url else []
    cards, found = _links(lines, after, end, url)
    if not url:
        found.append(
            Finding("warning", at + 1, f"{collage.shown(title)} has no link to the paper.")
        )
    if nameless:
        who = f"An author of {collage.shown(title)}"
        found.append(
            Finding(
                "warning", at + 1, f"{who} is a link without a name: {findings.address(nameless)}."
            )
        )
    figures = tuple(_figures(lines, after, end))
    return Paper(
        title, authors, others, year, (*own, *cards), labels.arxiv_id(url), figures=figures
    ), found


def _authors(text: str) -> tuple[tuple[str, ...], bool, int | None, str]:
    """Names, whether there are others, the year where printed, and the address of a link that has
    no name.
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
    """The cards in a section, each address once, by what the address tells."""
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
    """Links without a label that a title follows, "[](URL) [## Title": so published articles print
    link previews.
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
        source = _SOURCE.search(text)
        url = markup.address_in(text[source.end() :]) if source else ""
        caption = markup.plain(text[: source.start()] if source and url else text)
        yield Figure(file, caption if len(caption) <= MOST_CAPTION else "", url)


def _references(lines: list[str]) -> Iterator[Reference]:
    last = ""
    for line in lines:
        for anchor in markup.links_in(line):
            card = _CARD.match(line, anchor.end)
            title = markup.plain(anchor.label or (card[1] if card else "")).lstrip("# ")
            if anchor.url.startswith("http") and anchor.url != last:
                yield Reference(title or anchor.url, anchor.url)
                last = anchor.url


def _placed(
    references: Iterator[Reference], holders: dict[str, int], last: int
) -> dict[int, list[Reference]]:
    known = [(one, holders.get(_key(one.url))) for one in references]
    most = Counter(holder for _, holder in known if holder is not None).most_common(1)
    usual = most[0][0] if most else last
    placed: dict[int, list[Reference]] = {}
    for one, holder in known:
        placed.setdefault(usual if holder is None else holder, []).append(one)
    return placed


def _key(url: str) -> str:
    return url.split("://", 1)[-1].rstrip("/")
