"""Reads a line under a paper's heading for facts: authors, year, links by kind, a lead-in.

The same for roundups and lists, whether a fact is a line, a list item or a bold key.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import urljoin

from bot.core import address as addresses
from bot.core import collage
from bot.core.paper import Link, LinkKind
from bot.intake import findings, labels, markup, months, people
from bot.intake.findings import Finding
from bot.intake.labels import Field
from bot.intake.markup import Anchor

MOST = 20_000
"""Characters of a line that is read for facts."""

_MARKER = re.compile(r"\s*(?:>\s?)*\s*(?:(?:[-*+•●▪◦‣]|[0-9]{1,3}(?:\)\.|[.)、]))\s+)?(?:>\s?)*")
_LABEL = re.compile(
    r"(?P<mark>[*_`]*+)(?P<label>[^:：*_\[\]|`]{1,40})(?P<closed>[*_`]*+)\s*+[:：](?!//)(?P<rest>.*)"
)
_BOLD_LABEL = re.compile(
    r"(?P<mark>\*\*|__)(?P<label>[^:：*_\[\]|]{1,40})(?P=mark)\s*+(?P<rest>.*)"
)
_BRACKETED = re.compile(
    r"[*_]*[【〔\[](?P<label>[^\[\]【】〔〕]{1,40})[】〕\]](?![(\[:])[*_]*\s*[:：]?(?P<rest>.*)"
)
_FURTHER = re.compile(
    r"\s*[|｜;；]\s*[*_]*(?:last|senior|second|corresponding|letzte[rn]?|通讯|通信)\s?"
    r"(?:authors?|autor(?:in)?|作者)[*_]*\s?[:：]\s*",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"[📅🗓📆⏰\ufe0f\s]+[*_]*"
    r"(?P<date>[^\W\d_]{0,10}\.?\s?(?:[0-9]{1,2}[.,]?\s)?[0-9]{4}(?:[-./][0-9]{1,2}){0,2})[*_]*\s*"
)
_BARE_LEAD_IN = re.compile(
    r"[*_]*(?:摘要|简介|簡介|概要|一[段句]话总结)[*_]*[ \t\u3000]+(?P<rest>\S.*)"
)
_DASHED = re.compile(
    r"[*_]*(?P<label>[^\W\d_][^:：*_\[\]|–—]{1,30}?)[*_]*\s[–—-]{1,2}\s(?P<rest>.+)"
)
_BY = re.compile(r"[*_]*+(?i:written by|by|von)\s+(?=[^\W\d_a-zß-ÿ]|\[)(?P<rest>.*)")
_INNER = re.compile(
    r"(?<=[\s|｜;；,，·•)*])(?:authors?|作者|autor(?:en|in|innen)?)[*_]*\s?[:：]", re.IGNORECASE
)
_BEFORE = re.compile(r"([^\W\d_][^:：|\[\]()]{0,40})[:：]\s*[*_]*\s*$")
_INLINE_LABEL = re.compile(r"[^\W\d_][\w ./+-]{0,30}[*_]*\s?[:：]")
# "arXiv:2101.00001v2", "doi:10.1234/ab.5"; what stands in a link's label or address is none.
_BARE_ID = re.compile(
    r"(?<![\[\w/.])(?:arxiv:\s?(?P<arxiv>[0-9]{4}\.[0-9]{4,5}|[a-z-]{2,12}/[0-9]{7})(?:v[0-9]+)?"
    r"|doi:\s?(?P<doi>10\.[0-9]{4,9}/[^\s()\[\]<>|,;]{1,200}[^\s()\[\]<>|,;.]))"
    r"(?![\w\]/])(?![^\[\]\n]{0,200}\]\()",
    re.IGNORECASE,
)
_MOST_WORDS = 3
"""Words of a label that names a kind of link and more, such as "Short Video Explanation"."""

# Most lines of a text hold nothing of these: this spares them the slower reading.
_MAYBE = re.compile(
    r"[:：\[<(（【〔]|https?:|(?<![0-9])[12][0-9]{3}(?![0-9])|\bet\.? al|等|\*\*|__|^\W{0,8}[*_]"
    r"|^[^\W\d_][^.!?。,、&]{2,60}(?:[,、&]|\sand\s|\sund\s)[^.!?。]{2,400}$"
    r"|^\W{0,4}(?:[¹²³⁴⁵⁶⁷⁸⁹†‡]|摘要|简介|簡介|概要)"
    r"|^\W{0,8}(?:by|von|written|who)\s|^\W{0,8}10\.|^\s*[0-9]{4}\.[0-9]{4}|arxiv|\s[–—-]\s",
    re.IGNORECASE,
)
_BETWEEN_LINKS = set(" \t\xa0|｜/·•,;，、；&+-–—[]()（）【】*_:：.→»▶>~`")
_HOST = re.compile(
    r"(?:www\.)?[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,4}(?:[/?#]\S*)?", re.IGNORECASE
)
_KNOWN_ENDS = re.compile(
    r"\.(?:com|org|net|io|ai|edu|dev|co|de|cn|gov|cc|be|press)(?:[/?#]|$)", re.I
)


class Source(NamedTuple):
    """A link as it is printed: its label and address, the text before, and the kind that the line's
    own label names, if any.
    """

    label: str
    url: str
    before: str
    kind: LinkKind | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says. `names` are Markdown, None where it names no authors.

    `summary` is the text behind a lead-in, None without one. `opens` is a label with nothing behind
    it: what follows is its value. `more` is the label of a value that no collage has.
    `is_sure` says that it can be nothing else, wherever it stands, and `is_weak` that it is names
    only if much else speaks for it.
    """

    names: str | None = None
    year: int | None = None
    links: tuple[Source, ...] = ()
    summary: str | None = None
    title: str = ""
    opens: Field | LinkKind | None = None
    more: str = ""
    is_sure: bool = True
    is_weak: bool = False


def read(line: str, *, expects: Field | LinkKind | None = None) -> Line | None:
    """Read a line; None where it is no facts but text.

    `expects` is what a label in a line before it announced.
    """
    if len(line) > MOST or not (expects or _MAYBE.search(line)):
        return None
    line = markup.without_breaks(line)
    text = line[_MARKER.match(line).end() :].strip()  # type: ignore[union-attr]
    if not text:
        return None
    text = _BARE_ID.sub(_linked, labels.joined(text))
    if expects is not None and (found := _expected(text, expects)):
        return found
    inner = _INNER.search(text)
    if inner and inner.start() > 0 and (head := read(text[: inner.start()])):
        return replace(head, names=text[inner.end() :])
    if people.is_affiliation(text):
        return Line(more=markup.plain(people.unraised(text)))
    when = _WHEN.fullmatch(text) or _WHEN.fullmatch(f"📅{text}")
    if when and (text[0] not in "*_" or months.in_text(when["date"])) and not text[0].isalnum():
        return Line(year=people.year_in(when["date"]))
    if found := _labelled(text):
        return found
    if sources := only_links(text):
        return Line(links=sources)
    return _byline(text)


def _linked(match: re.Match[str]) -> str:
    """An arXiv id or a DOI that stands bare, as a link."""
    if match["arxiv"]:
        return f"[arXiv](https://arxiv.org/abs/{match['arxiv']})"
    return f"[DOI](https://doi.org/{match['doi']})"


def _expected(text: str, expects: Field | LinkKind) -> Line | None:
    """Read the value of a label that stands above it."""
    if expects is Field.AUTHORS and people.looks_like_names(markup.plain(people.split(text)[0])):
        return _of_authors(text)
    if isinstance(expects, LinkKind) and (sources := only_links(text, expects)):
        return Line(links=sources)
    if expects is Field.YEAR and (year := people.year_in(text)) and len(text) < 40:
        return Line(year=year)
    return None


def _labelled(text: str) -> Line | None:
    """Read "Label: value", also with a bold label, or a bold one without a colon."""
    start = _behind_symbols(text)
    if lead_in := _lead_in(text, start):
        return lead_in
    match = _LABEL.match(text, start)
    bold = _BOLD_LABEL.match(text, start)
    if bold and (match is None or bold.end("label") < match.end("label")):
        rest = bold["rest"].lstrip(" :：–—-")
        what = labels.field_of(bold["label"])
        if what in {Field.AUTHORS, Field.SUMMARY, Field.YEAR} or (what and not rest):
            return _of_label(bold["label"], rest, is_marked=True)
    if match is None:
        return _dashed(text[start:])
    rest = match["rest"].strip()
    if match["mark"] and not match["closed"]:
        # The emphasis goes on to the end of the line, or ends behind the colon.
        rest = rest.removeprefix(match["mark"]).strip()
    elif not match["mark"]:
        rest = match["closed"] + rest
    if found := _of_label(match["label"], rest, is_marked=bool(match["mark"])):
        return found
    # In a language that is not known here: in italics, with a year and a link.
    if match["mark"] in {"*", "_"} and "](" in rest:
        names, _ = people.split(rest)
        if people.read(markup.plain(markup.without_symbols(names))).year:
            return _of_authors(rest)
    return None


def _behind_symbols(text: str) -> int:
    """Where a text begins behind its emoji."""
    start = 0
    while start < len(text) and (
        unicodedata.category(text[start]) == "So" or text[start] in " \ufe0f"
    ):
        start += 1
    return start


def _lead_in(text: str, start: int) -> Line | None:
    """Read a label in brackets, "【摘要】…", or one that only a space sets off, "摘要 …"."""
    bracketed = _BRACKETED.match(text, start)
    if bracketed and labels.field_of(bracketed["label"]) in {Field.SUMMARY, Field.AUTHORS}:
        return _of_label(bracketed["label"], bracketed["rest"].strip(), is_marked=True)
    if bare := _BARE_LEAD_IN.match(text, start):
        return Line(summary=bare["rest"])
    return None


def _dashed(text: str) -> Line | None:
    """Read "Authors — Ann Alpha", a label set off by a dash."""
    match = _DASHED.match(text)
    if match is None:
        return None
    what = labels.field_of(match["label"])
    if what in {Field.AUTHORS, Field.LINKS} or labels.exact_kind(match["label"]):
        return _of_label(match["label"], match["rest"], is_marked=False)
    return None


def _of_label(label: str, rest: str, *, is_marked: bool) -> Line | None:
    what = labels.field_of(label)
    kind = labels.exact_kind(label) or _kind_of_label(label)
    if what is Field.SUMMARY:
        is_lead_in = is_marked or labels.is_only_summary(label)
        return Line(summary=rest) if is_lead_in else None
    if what is None and kind is None:
        return None
    if not rest.strip("*_ "):
        return Line(opens=what or kind)
    match what:
        case Field.AUTHORS:
            return _of_authors(rest)
        case Field.YEAR:
            year = people.year_in(rest)
            return Line(year=year) if year and len(rest) <= 60 else None
        case Field.TITLE:
            title = markup.plain(rest)
            return Line(title=title, links=only_links(rest, LinkKind.PAPER))
        case Field.MORE:
            return Line(more=label, year=people.year_in(rest)) if len(rest) <= 300 else None
    return _of_links(rest, kind)


def _of_authors(rest: str) -> Line:
    names, more = people.split(_FURTHER.sub(", ", people.unraised(rest)))
    return Line(names=names, links=_sources(more, None))


def _of_links(rest: str, kind: LinkKind | None) -> Line | None:
    """Read what follows the label of a kind of links, or of links as such."""
    if sources := only_links(rest, kind):
        return Line(links=sources)
    sources = _sources(rest, kind)
    left = _left(rest)
    if not sources:
        if kind is LinkKind.PAPER and len(rest) <= 300 and not rest.endswith((".", "。")):
            return Line(title=markup.plain(rest))
        return None
    names = re.sub(r"^(?:by|von)\s+", "", left.strip(" ,，;*_"))
    if kind is LinkKind.PAPER and people.looks_like_names(names.rstrip(".")):
        return Line(links=sources, names=names)
    if len(left) <= 60:
        return Line(links=sources)
    return None


def _is_only_venue(plain: str) -> bool:
    return people.is_venue(plain.strip(" *_()[]"))


def _names_behind(behind: str, more: str) -> Line | None:
    """Read a line that is links first and then names, as newsletters have it."""
    plain = markup.plain(re.sub(r"^[^\w(]+|[\s·|]+$", "", behind))
    plain = re.sub(r"^(?:by|von)\s+", "", plain)
    sources = _sources(more, None)
    if not sources or not people.looks_like_names(plain):
        return None
    cited = people.read(plain)
    has_initial = any(name.endswith(".") for name in cited.names)
    if cited.year or cited.others or len(cited.names) > 1 or has_initial:
        return Line(names=plain, links=sources, is_sure=False)
    return None


def has_label(line: str) -> bool:
    """Whether a line says by a label of its own what it holds."""
    return _labelled(labels.joined(line[:MOST].strip())) is not None


def only_links(text: str, kind: LinkKind | None = None) -> tuple[Source, ...]:
    """The links of a text that is links with labels, emoji and bars around them; else none."""
    if url := labels.address_of_id(text):
        return (Source("", url, "", kind or LinkKind.PAPER),)
    sources = _sources(text, kind)
    if not sources or _left(text):
        return ()
    return sources


def _left(text: str) -> str:
    """What a text holds besides links, their emoji and labels ("Code:"), and signs between them."""
    pieces, last = [], 0
    for anchor in markup.anchors_in(text):
        pieces.append(unlabelled(text[last : anchor.start]))
        last = anchor.end
    pieces.append(text[last:])
    left = "".join(pieces)
    shown = [
        char
        for char in left
        if not (char in _BETWEEN_LINKS or unicodedata.category(char) in {"So", "Sk", "Cf", "Mn"})
    ]
    return left.strip() if shown else ""


def unlinked(text: str) -> str:
    """What a text holds besides its links, or "" where that is only signs between them."""
    return _left(text)


def unlabelled(before: str) -> str:
    """The text before a link without a label for it that is known ("Code: ")."""
    match = _BEFORE.search(before[-60:])
    if match and (_kind_of_label(match[1]) or labels.field_of(match[1])):
        return before[: len(before) - len(match[0])]
    return before


def _kind_of_label(label: str) -> LinkKind | None:
    """The kind that a short label before a link names."""
    if len(label.split()) > _MOST_WORDS:
        return None
    return labels.kind_by_label(label)


def _sources(text: str, kind: LinkKind | None) -> tuple[Source, ...]:
    sources, last = [], 0
    for anchor in markup.anchors_in(text):
        sources.append(_source(anchor, text[max(last, anchor.start - 80) : anchor.start], kind))
        last = anchor.end
    return tuple(sources)


def is_titled(source: Source) -> bool:
    """Whether a link's label is a title, and no kind of a link."""
    label = source.label
    if not label or label.startswith("http") or source.kind is not None:
        return False
    is_kind = labels.kind_by_label(label) is not None and len(label.split()) <= 3
    return not is_kind and labels.normal(label) not in labels.NEUTRAL


def _source(anchor: Anchor, before: str, kind: LinkKind | None) -> Source:
    """A link with the kind that its line's label names, unless its own label or the one right
    before it does.
    """
    label = markup.plain(anchor.label)
    match = _BEFORE.search(before)
    inline = _kind_of_label(match[1]) if match else None
    if labels.exact_kind(label):
        return Source(label, anchor.url, before)
    return Source(label, anchor.url, before, inline or kind)


def _byline(text: str) -> Line | None:
    """Read a line that is names with a year or links, without a label."""
    if match := _BY.match(text):
        names = markup.plain(markup.without_symbols(people.split(match["rest"])[0]))
        if people.looks_like_names(names):
            return replace(_of_authors(match["rest"]), is_sure=False)
        return None
    text = people.unraised(text)
    names, more = people.split(text)
    plain = markup.plain(markup.without_symbols(names)).rstrip(" ,，:：-–—·")
    behind = _left(more)
    if not plain:
        return _names_behind(behind, more)
    if _is_only_venue(plain) and (year := people.year_in(plain)):
        return Line(year=year, more=plain, is_sure=False)
    if not people.looks_like_names(plain) or len(behind) > 80:
        return None
    cited = people.read(plain)
    if text.startswith(("**", "__")) and len(cited.names) == 1 and not cited.others:
        # A title in bold, with its year.
        return None
    has_link = next(markup.anchors_in(more), None) is not None
    is_italic = text[:1] in "*_" and text[:2] not in {"**", "__"} and text[-1:] in "*_"
    has_several = len(cited.names) > 1
    year = cited.year or people.year_in(behind)
    if year or cited.others or (has_link and has_several) or (is_italic and has_several):
        return replace(_of_authors(text), year=year, is_sure=False)
    if has_several and not behind and people.are_full_names(cited.names):
        return replace(_of_authors(text), is_sure=False, is_weak=True)
    return None


@dataclass(slots=True)
class Links:
    """The links of a paper, each address once, and what is to be known of them.

    `base` is where the article was published: relative links lead on from there.
    """

    base: str = ""
    links: list[Link] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)

    def add(self, source: Source, line: int) -> None:
        """Add a link that stands in this line, counted from 1; what cannot be used is named."""
        if source.url.startswith("#"):
            return
        if not source.url:
            text = f"The link {collage.shown(source.label)} has no address and is left out."
            self.found.append(Finding("warning", line, text))
            return
        url, problem = whole(source.url, self.base)
        if problem:
            shown = findings.address(addresses.without_user(source.url))
            text = f"The link {shown} {problem}, and is left out."
            self.found.append(Finding("warning", line, text))
            return
        kind, question = self._kind(source, url)
        if Link(kind, url) in self.links:
            return
        self.links.append(Link(kind, url))
        if question:
            self.found.append(Finding("warning", line, question))

    def _kind(self, source: Source, url: str) -> tuple[LinkKind, str]:
        """The kind of a link, and a sentence where its label does not tell."""
        if source.kind is not None:
            return source.kind, ""
        kind, told_by = labels.kind_of(source.label, url, source.before)
        is_neutral = not source.label or labels.normal(source.label) in labels.NEUTRAL
        is_neutral = is_neutral or addresses.is_web(source.label)
        if told_by == "label" or (is_neutral and told_by):
            return kind, ""
        shown = findings.address(url)
        if is_neutral:
            return kind, f"Nothing tells what {shown} is; it counts as {kind}."
        reason = f"by its {told_by}" if told_by else "as nothing tells"
        label = collage.shown(source.label)
        return kind, f"The link label {label} is unknown: {shown} counts as {kind}, {reason}."

    def of_kind(self, kind: LinkKind) -> list[str]:
        return [link.url for link in self.links if link.kind == kind]


def made_whole(text: str, base: str) -> str:
    """A text whose relative links are made whole by the article's own address."""
    if not base or "](" not in text:
        return text
    pieces, last = [], 0
    for anchor in markup.links_in(text):
        url, problem = whole(anchor.url, base)
        if problem or url == anchor.url or anchor.url.startswith("#") or not anchor.label:
            continue
        pieces += [text[last : anchor.start], f"[{anchor.label}]({url})"]
        last = anchor.end
    return "".join([*pieces, text[last:]])


def whole(url: str, base: str) -> tuple[str, str]:
    """An address made whole by the article's own, and why it cannot be used, or ""."""
    url = url.strip()
    if url.startswith("//"):
        url = f"https:{url}"
    elif _HOST.fullmatch(url) and _KNOWN_ENDS.search(url.split("/", 1)[0] + "/"):
        url = f"https://{url}"
    elif not re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE):
        if not base:
            return url, "names no host, nor does the article"
        try:
            url = urljoin(base, url)
        except ValueError:
            return url, addresses.NONE
    return url, addresses.problem(url)
