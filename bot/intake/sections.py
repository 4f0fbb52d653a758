"""One paper of a roundup: its heading, line of authors and links, paragraph, picture and caption."""

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


@dataclass(frozen=True, slots=True)
class Section:
    """A paper as read, the number in its caption, and the line after the last that is its own."""

    item: Item
    printed: Printed | None
    end: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Caption:
    """From line `at` up to `end`; `urls` are those of the links behind it that lead to a paper."""

    at: int
    end: int
    text: str = ""
    number: str = ""
    urls: tuple[str, ...] = ()
    has_links: bool = False


def starts(lines: list[str], headings: list[Heading]) -> list[Heading]:
    """The headings of papers: a line of authors follows, or the title is quoted and links or a
    numbered caption do.
    """
    found = []
    for heading, end in markup.spans(headings, len(lines)):
        at = markup.next_text(lines, heading.at + 1, end)
        if heading.level == 1 or at == end:
            continue
        is_paper = bool(_byline(lines[at]))
        if not is_paper and markup.is_quoted(markup.plain(heading.text)):
            is_paper = markup.is_only_links(lines[at]) or any(
                _number(line) for line in lines[at:end]
            )
        if is_paper:
            found.append(heading)
    return found


def read(lines: list[str], start: Heading, end: int, file: str) -> Section:
    """Read the paper under the heading `start`; the next paper's is at `end`."""
    title = markup.unquoted(markup.plain(start.text))
    byline_at = markup.next_text(lines, start.at + 1, end)
    byline, body_at = _whole_byline(lines, byline_at, end)
    links, found = _links(byline, byline_at + 1)
    picture_at = next((at for at in range(body_at, end) if markup.picture_in(lines[at])), end)
    alt, file_name = (markup.picture_in(lines[picture_at]) if picture_at < end else None) or (
        "",
        "",
    )
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
    own_end = max(
        text_end, picture_at + 1 if picture_at < end else 0, caption.end if caption.at < end else 0
    )
    found += [
        *_about(item, start.at + 1),
        *_about_caption(item, caption),
        *_about_rest(lines, item, own_end, end),
    ]
    printed = Printed(caption.number, caption.at + 1) if caption.number else None
    return Section(item, printed, own_end, tuple(found))


def _byline(line: str) -> str:
    """What follows "Authors:"; in a language unknown here the line must be in italics and hold a
    year and a link.
    """
    found = _BYLINE.match(line)
    if found is None:
        return ""
    known = " ".join(found["label"].casefold().split()) in labels.AUTHORS
    like_one = (
        found["mark"] in {"*", "_"}
        and "](" in found["rest"]
        and labels.people(_names_in(found["rest"]))[2]
    )
    return found["rest"] if known or like_one else ""


def _whole_byline(lines: list[str], at: int, end: int) -> tuple[str, int]:
    """The line of authors or links, with lines that go on with a bar or an emoji, and where the
    text below starts.
    """
    byline = _byline(lines[at]) if at < end else ""
    if at < end and not byline and markup.is_only_links(lines[at]):
        byline = lines[at]
    if not byline:
        return "", at
    after = at + 1
    while (
        after < end
        and lines[after].strip()
        and not markup.without_symbols(lines[after].lstrip()[:1])
    ):
        after += 1
    return " ".join([byline, *lines[at + 1 : after]]), after


def _names_in(byline: str) -> str:
    first = next(markup.links_in(byline), None)
    return markup.plain(markup.without_symbols(byline[: first.start] if first else byline))


def _paper(title: str, byline: str, links: list[Link]) -> Paper:
    authors, others, year = labels.people(_names_in(byline))
    ids = (labels.arxiv_id(link.url) for link in links if link.kind == LinkKind.PAPER)
    return Paper(title, authors, others, year, tuple(links), arxiv_id=next(filter(None, ids), ""))


def _links(byline: str, line: int) -> tuple[list[Link], list[Finding]]:
    links, found, end = [], [], 0
    for anchor in markup.links_in(byline):
        label = markup.plain(anchor.label)
        kind, told = labels.kind_of(label, anchor.url, byline[end : anchor.start])
        end = anchor.end
        if not anchor.url:
            found.append(
                Finding(
                    "warning",
                    line,
                    f"The link {collage.shown(label)} has no address and is left out.",
                )
            )
            continue
        links.append(Link(kind, anchor.url))
        if told != "label":
            counts = f"{findings.address(anchor.url)} counts as {kind}, {f'by its {told}' if told else 'as nothing tells'}"
            found.append(
                Finding(
                    "warning", line, f"The link label {collage.shown(label)} is unknown: {counts}."
                )
            )
    return links, found


def _without_lead_in(paragraph: str) -> str:
    found = _LEAD_IN.match(paragraph)
    if found and any(word in found["words"].casefold() for word in labels.SUMMARY):
        return paragraph[found.end() :].strip()
    return paragraph


def _text_end(lines: list[str], start: int, before: int, end: int) -> int:
    """Where the paragraph ends: before picture and caption, else before a heading or a card."""
    if before < end:
        return before
    return next(
        (at for at in range(start, end) if lines[at].startswith("#") or _CARD.match(lines[at])), end
    )


def _number(line: str) -> str:
    """The number a line shows in the manner of a caption, "29/52" or "37"; empty where it shows
    none.
    """
    found = _NUMBER.match(markup.plain(line)) if "]" in line else None
    return "" if found is None else f"{found['n']}/{found['of']}" if found["of"] else found["n"]


def _caption_of(lines: list[str], start: int, picture_at: int, end: int) -> _Caption:
    """The text under the picture where it has a number or links behind a bar, else the first line
    with a number.
    """
    under = markup.next_text(lines, picture_at + 1, end)
    below = _caption(lines, under) if under < end else _Caption(end, end)
    if below.number or below.has_links:
        return below
    numbered = next((at for at in range(start, end) if _number(lines[at])), end)
    return _caption(lines, numbered) if numbered < end else _Caption(end, end)


def _caption(lines: list[str], at: int) -> _Caption:
    block, end = markup.block(lines, at)
    number = _number(block)
    words_end, last, urls = len(block), 0, []
    for anchor in markup.links_in(block):
        kind, told = labels.kind_of(markup.plain(anchor.label), anchor.url, "")
        gap = block[last : anchor.start]
        words = markup.without_symbols(gap)
        if words_end == len(block) and ("|" in gap[len(words) :] or (number and told == "label")):
            words_end = last + len(words)
        if words_end < len(block) and kind == LinkKind.PAPER:
            urls.append(anchor.url)
        last = anchor.end
    return _Caption(
        at, end, markup.plain(block[:words_end]), number, tuple(urls), words_end < len(block)
    )


def _about(item: Item, line: int) -> Iterator[Finding]:
    has = {
        "authors": item.paper.authors,
        "year": item.paper.year,
        "link to the paper": item.paper.links_of(LinkKind.PAPER),
        "paragraph": item.paragraph,
        "picture": item.picture_file,
        "caption": item.caption,
    }
    if lacking := [what for what, there in has.items() if not there]:
        yield Finding(
            "warning", line, f"{collage.shown(item.paper.title)} has no {' and no '.join(lacking)}."
        )


def _about_caption(item: Item, caption: _Caption) -> Iterator[Finding]:
    own = [link.url for link in item.paper.links_of(LinkKind.PAPER)][:_MOST_COMPARED]
    linked = caption.urls[:_MOST_COMPARED]
    if (
        own
        and linked
        and not any(paper.same_address(one, other) for one in own for other in linked)
    ):
        which = caption.number.partition("/")[0] or collage.shown(item.paper.title)
        instead = f"{findings.address(linked[0])} instead of {findings.address(own[0])}"
        yield Finding(
            "error", caption.at + 1, f"The caption of {which} links another paper: {instead}."
        )


def _about_rest(lines: list[str], item: Item, start: int, end: int) -> Iterator[Finding]:
    for at in range(start, end):
        if number := _number(lines[at]):
            text = f"A second caption, [{number}], stands below {collage.shown(item.paper.title)}"
            yield Finding("warning", at + 1, f"{text}; look for a lost heading.")
            return
