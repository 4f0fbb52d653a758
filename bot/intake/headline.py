"""Reads a paper's heading: its title without number, emoji and marks, and the facts in it."""

import re
from dataclasses import dataclass

from bot.intake import blocks, labels, markup, months, people
from bot.intake.facts import Source
from bot.intake.people import Cited

_NUMBER = re.compile(
    r"(?:(?:paper|nr|no|number|nummer|论文)\.?\s?)?(?:#\s?)?[(（\[【]?(?P<n>[0-9]{1,3})[)）\]】]?"
    r"(?:\s?[.)、．:：]\s+|\s?[)）、．]\s*(?=\S)|\]\s+)"
    r"|#[0-9]{1,3}[.:]?\s+|[①-⑳❶-❿]\s*|[0-9]\ufe0f?\u20e3\s*"
    r"|第\s?[0-9一二三四五六七八九十]{1,3}\s?篇\s?[:：、]?\s*|[一二三四五六七八九十]{1,3}[、．]\s*"
    r"|\((?P<m>[0-9]{1,3})\)\s+|(?:paper|论文)\s?[0-9一二三四五六七八九十]{1,3}\s?[:：.–—-]\s*",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s*\[(?:[0-9]{1,3}|bonus)\]\s*$", re.IGNORECASE)
_RATING = re.compile(r"[\s⭐★☆\ufe0f|·–—-]*(?:[0-9.]{1,4}\s?/\s?[0-9]{1,3})?[\s⭐★☆\ufe0f🔥]*$")
_IN_PARENTHESES = re.compile(r"\s*[(（\[](?P<inside>[^()（）\[\]]{1,200})[)）\]]\s*$")
_FOOTNOTE = re.compile(r"\[\^[^\[\]]{1,60}\]")
# What labels of links leave behind a title: "First [] ()", "First (, )".
_EMPTY = re.compile(r"(?:[\s|,·/;–—-]*[\[(（][\s,;|/·\[\]]*[\])）]|[\s|,·/;–—-]+|[\[(（]+)*$")
_CITED_BEHIND = re.compile(
    r"(?:,|\s[-–—|]|\sby|:)\s+(?P<cited>[^\W\d_](?:(?!\sby\s)[^,:|]){1,80}?\bet\.? al\.?,?\s?"
    r"\(?[12][0-9]{3}\)?)$"
    r"|\s(?:[-–—|]|by)\s"
    r"(?P<two>[^\W\d_]{2,30}\s(?:&|and|und)\s[^\W\d_]{2,30},?\s?\([12][0-9]{3}\))$"
)


@dataclass(frozen=True, slots=True)
class Headline:
    """A paper's title, and who is cited, which year and which links its heading shows."""

    title: str
    is_quoted: bool
    cited: Cited | None = None
    year: int | None = None
    links: tuple[Source, ...] = ()


def read(heading: str) -> Headline:
    """Read the Markdown of a heading."""
    text = facts_off(blocks.symbols_off(_FOOTNOTE.sub("", heading).strip()))
    links, words = _linked(text)
    plain = markup.plain(words)
    bare = without_number(blocks.symbols_off(plain))
    title = markup.unquoted(bare)
    is_quoted = markup.is_quoted(bare)
    if is_quoted:
        return Headline(title, True, links=links)
    title = _BEHIND.sub("", title)
    title = _RATING.sub("", title) or title
    title, cited, year = _cited(title)
    return Headline(markup.unquoted(title.strip()), False, cited, year, links)


def facts_off(text: str) -> str:
    """A heading without pictures."""
    return markup.without_pictures(text).strip()


def without_number(title: str) -> str:
    """A title without the number that the article counts it with, as in "1. First"."""
    match = _NUMBER.match(title)
    if match is None:
        return title
    rest = blocks.symbols_off(title[match.end() :]).strip()
    return rest or title


def _linked(text: str) -> tuple[tuple[Source, ...], str]:
    """The links of a heading, and its words: those that are labels only ("[Paper]") left out."""
    sources, pieces, last = [], [], 0
    for anchor in markup.anchors_in(text):
        before = text[last : anchor.start]
        pieces.append(before)
        last = anchor.end
        label = markup.plain(anchor.label)
        sources.append(Source("", anchor.url, before, labels.kind_by_label(label)))
        is_label = labels.kind_by_label(label) or labels.normal(label) in labels.NEUTRAL
        is_label = is_label and len(label.split()) <= 3
        if not is_label or not "".join(pieces).strip(" #*_[(|"):
            pieces.append(anchor.label)
    words = "".join([*pieces, text[last:]])
    if sources:
        words = _EMPTY.sub("", words) or words
    sources = [source for source in sources if not source.url.startswith("#")]
    return tuple(sources), words


def _cited(title: str) -> tuple[str, Cited | None, int | None]:
    """The title without a citation behind it ("First (Doe et al., 2021)"), and what that says."""
    if match := _CITED_BEHIND.search(title):
        cited = people.read(match["cited"] or match["two"])
        return title[: match.start()], cited, cited.year
    if match := _IN_PARENTHESES.search(title):
        inside = match["inside"]
        year = people.year_in(inside)
        if year is None or match.start() == 0:
            return title, None, None
        if months.in_text(inside):
            return title[: match.start()], None, year
        cited = people.read(inside)
        is_venue = all(people.is_venue(name) for name in cited.names)
        is_citation = cited.others or len(cited.names) > 1 or re.search(r",\s?[12][0-9]{3}", inside)
        if cited.names and not is_venue and is_citation and people.looks_like_names(inside):
            return title[: match.start()], cited, cited.year or year
        if is_venue:
            return title[: match.start()], None, year
    return title, None, None
