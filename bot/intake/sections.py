"""Reads one paper of a roundup: heading, authors and links, paragraph, picture and caption."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core import collage, paper
from bot.core.collage import Item
from bot.core.paper import Link, LinkKind, Paper
from bot.intake import findings, labels, markup
from bot.intake.findings import Finding, Printed
from bot.intake.markup import Heading

_BYLINE = re.compile(
    r"[\s>]*+(?P<mark>[*_]*+)(?P<label>[^:：*_\[\]|]{1,40})[*_\s]*+[:：](?P<rest>.*)"
)
_LEAD_IN = re.compile(
    r"(?:\*\*|__)(?P<words>[^*_\n]{1,60}?)(?:[:：]\s?(?:\*\*|__)|(?:\*\*|__)\s?[:：])"
)
_NUMBER = re.compile(
    r"[^\[\]|]{0,80}\[\s?(?P<n>[0-9]{1,4})\s?(?:/\s?(?P<of>[0-9]{1,4})\s?\]|\]\s?[:：|])"
)
_CARD = re.compile(r"\s*+(?:\[\]\(|<(?:/|https?:))")
_MOST_COMPARED = 20
"""Links that are compared with one another: a hostile article may hold thousands."""


@dataclass(frozen=True, slots=True)
class Section:
    """A paper as read, the number in its caption, and the line after its last one."""

    item: Item
    printed: Printed | None
    end: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Caption:
    """A caption, from line `at` up to `end`.

    `urls` are those of its links that lead to a paper; `has_links` where any links are set off from
    its text.
    """

    at: int
    end: int
    text: str = ""
    number: str = ""
    urls: tuple[str, ...] = ()
    has_links: bool = False


def starts(lines: list[str], headings: list[Heading]) -> list[Heading]:
    """The headings that begin a paper."""
    return [
        heading
        for heading, end in markup.spans(headings, len(lines))
        if heading.level > 1 and _is_start(lines, heading, end)
    ]


def _is_start(lines: list[str], heading: Heading, end: int) -> bool:
    """Whether a paper begins here: with a line of authors below the heading, or a quoted title.

    A quoted title alone is not enough: a line of links or a numbered caption has to follow.
    """
    at = markup.next_text(lines, heading.at + 1, end)
    if at == end:
        return False
    if _byline(lines[at]):
        return True
    if not markup.is_quoted(markup.plain(heading.text)):
        return False
    return markup.is_only_links(lines[at]) or any(_number(line) for line in lines[at:end])


def read(lines: list[str], start: Heading, end: int, file: str) -> Section:
    """Read the paper under the heading `start`; the next paper's heading is at line `end`."""
    title = markup.unquoted(markup.plain(start.text))
    byline_at = markup.next_text(lines, start.at + 1, end)
    byline, body_at = _whole_byline(lines, byline_at, end)
    links, found = _links(byline, byline_at + 1)
    picture_at, alt, file_name = _picture(lines, body_at, end)
    caption = _caption_of(lines, body_at, picture_at, end)
    text_end = _text_end(lines, body_at, min(picture_at, caption.at), end)
    item = Item(
        name="",
        paper=_paper(title, byline, links),
        paragraph=_without_lead_in("\n".join(lines[body_at:text_end]).strip()),
        alt=alt,
        printed_number=caption.number,
        caption=caption.text,
        picture_file=file_name,
        place=f"{file}:{start.at + 1}",
    )
    section_end = text_end
    if picture_at < end:
        section_end = max(section_end, picture_at + 1)
    if caption.at < end:
        section_end = max(section_end, caption.end)
    found += [
        *_about(item, start.at + 1),
        *_about_caption(item, caption),
        *_about_rest(lines, item, section_end, end),
    ]
    printed = None
    if caption.number:
        printed = Printed(caption.number, caption.at + 1)
    return Section(item, printed, section_end, tuple(found))


def _picture(lines: list[str], start: int, end: int) -> tuple[int, str, str]:
    """The line of the first picture, its alt text and file name; line `end` where there is none."""
    for at in range(start, end):
        if picture := markup.picture_in(lines[at]):
            alt, file_name = picture
            return at, alt, file_name
    return end, "", ""


def _byline(line: str) -> str:
    """What follows "Authors:" in a line, or "" where it is no line of authors.

    With a label in a language that is not known here, it has to look like one: in italics, with a
    year and a link.
    """
    match = _BYLINE.match(line)
    if match is None:
        return ""
    rest = match["rest"]
    if " ".join(match["label"].casefold().split()) in labels.AUTHORS:
        return rest
    if match["mark"] in {"*", "_"} and "](" in rest:
        _, _, year = labels.people(_names_in(rest))
        if year:
            return rest
    return ""


def _whole_byline(lines: list[str], at: int, end: int) -> tuple[str, int]:
    """The line of authors or links, and the line where the text below it starts.

    Lines that start with a bar or an emoji belong to it: long ones were wrapped there.
    """
    byline = ""
    if at < end:
        byline = _byline(lines[at])
        if not byline and markup.is_only_links(lines[at]):
            byline = lines[at]
    if not byline:
        return "", at
    after = at + 1
    while after < end and _goes_on(lines[after]):
        after += 1
    return " ".join([byline, *lines[at + 1 : after]]), after


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not markup.without_symbols(line.lstrip()[:1])


def _names_in(byline: str) -> str:
    """The part of a line of authors before its first link."""
    first = next(markup.links_in(byline), None)
    if first:
        byline = byline[: first.start]
    return markup.plain(markup.without_symbols(byline))


def _paper(title: str, byline: str, links: list[Link]) -> Paper:
    authors, others, year = labels.people(_names_in(byline))
    ids = (labels.arxiv_id(link.url) for link in links if link.kind == LinkKind.PAPER)
    return Paper(title, authors, others, year, tuple(links), arxiv_id=next(filter(None, ids), ""))


def _links(byline: str, line: int) -> tuple[list[Link], list[Finding]]:
    """The links of a line of authors, and a finding where a kind is not told by a link's label."""
    links, found, end = [], [], 0
    for anchor in markup.links_in(byline):
        label = markup.plain(anchor.label)
        kind, told_by = labels.kind_of(label, anchor.url, byline[end : anchor.start])
        end = anchor.end
        if not anchor.url:
            text = f"The link {collage.shown(label)} has no address and is left out."
            found.append(Finding("warning", line, text))
            continue
        links.append(Link(kind, anchor.url))
        if told_by != "label":
            reason = "as nothing tells"
            if told_by:
                reason = f"by its {told_by}"
            counts = f"{findings.address(anchor.url)} counts as {kind}, {reason}"
            text = f"The link label {collage.shown(label)} is unknown: {counts}."
            found.append(Finding("warning", line, text))
    return links, found


def _without_lead_in(paragraph: str) -> str:
    """The paragraph without a bold "Summary:" in front; other bold beginnings stay."""
    lead_in = _LEAD_IN.match(paragraph)
    if lead_in and any(word in lead_in["words"].casefold() for word in labels.SUMMARY):
        return paragraph[lead_in.end() :].strip()
    return paragraph


def _text_end(lines: list[str], start: int, before: int, end: int) -> int:
    """Where the paragraph ends: before picture and caption, else before a heading or a card."""
    if before < end:
        return before
    for at in range(start, end):
        if lines[at].startswith("#") or _CARD.match(lines[at]):
            return at
    return end


def _number(line: str) -> str:
    """The number in brackets that a caption begins with, as "29/52" or "37"; "" without one."""
    # Most lines have no bracket: this spares them the slower reading.
    if "]" not in line:
        return ""
    match = _NUMBER.match(markup.plain(line))
    if match is None:
        return ""
    if match["of"]:
        return f"{match['n']}/{match['of']}"
    return match["n"]


def _caption_of(lines: list[str], start: int, picture_at: int, end: int) -> _Caption:
    """The caption of the section's picture; at line `end` where there is none.

    It is the text under the picture if that has a number or links behind a bar, else the first text
    with a number.
    """
    under = markup.next_text(lines, picture_at + 1, end)
    if under < end:
        caption = _caption(lines, under)
        if caption.number or caption.has_links:
            return caption
    for at in range(start, end):
        if _number(lines[at]):
            return _caption(lines, at)
    return _Caption(end, end)


def _caption(lines: list[str], at: int) -> _Caption:
    """Read the text at a line as a caption, whose links are set off from its words.

    They begin at the first one behind a bar ("Figures by the authors | Paper") or, where the
    caption has a number, with a label that names a kind of link.
    """
    block, end = markup.block(lines, at)
    number = _number(block)
    text_end, last, urls = len(block), 0, []
    for anchor in markup.links_in(block):
        kind, told_by = labels.kind_of(markup.plain(anchor.label), anchor.url, "")
        gap = block[last : anchor.start]
        words = markup.without_symbols(gap)
        is_set_off = "|" in gap[len(words) :] or (number and told_by == "label")
        if text_end == len(block) and is_set_off:
            text_end = last + len(words)
        if text_end < len(block) and kind == LinkKind.PAPER:
            urls.append(anchor.url)
        last = anchor.end
    return _Caption(
        at=at,
        end=end,
        text=markup.plain(block[:text_end]),
        number=number,
        urls=tuple(urls),
        has_links=text_end < len(block),
    )


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


def _about_caption(item: Item, caption: _Caption) -> Iterator[Finding]:
    """Yield a finding where the caption links another paper than the line of authors does."""
    named = [link.url for link in item.paper.links_of(LinkKind.PAPER)][:_MOST_COMPARED]
    linked = caption.urls[:_MOST_COMPARED]
    if not named or not linked:
        return
    pairs = itertools.product(named, linked)
    if any(paper.same_address(url, other) for url, other in pairs):
        return
    which = caption.number.partition("/")[0] or collage.shown(item.paper.title)
    instead = f"{findings.address(linked[0])} instead of {findings.address(named[0])}"
    text = f"The caption of {which} links another paper: {instead}."
    yield Finding("error", caption.at + 1, text)


def _about_rest(lines: list[str], item: Item, start: int, end: int) -> Iterator[Finding]:
    """Yield a finding where a second caption stands below a paper, as a lost heading leaves one."""
    for at in range(start, end):
        if number := _number(lines[at]):
            text = f"A second caption, [{number}], stands below {collage.shown(item.paper.title)}"
            yield Finding("warning", at + 1, f"{text}; look for a lost heading.")
            return
