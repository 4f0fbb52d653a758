"""Reads papers of one line each: rows of tables, list items, paragraphs that begin with a title."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.core.collage import Item
from bot.core.paper import LinkKind, Paper
from bot.intake import blocks, facts, headline, labels, markup, people
from bot.intake.blocks import Block, Kind
from bot.intake.facts import Links, Source
from bot.intake.findings import Finding
from bot.intake.people import Cited

_DATE = re.compile(
    r"[\[(]?(?:(?:19|20)?[0-9]{2}[-./年][0-9]{1,2}(?:[-./月][0-9]{1,4}日?)?"
    r"|[0-9]{1,2} [A-Z][a-z]{2,8}(?: [12][0-9]{3})?"
    r"|[A-Z][a-z]{2,8}\.? [0-9]{1,2}(?:st|nd|rd|th)?(?:,? [12][0-9]{3})?)[\])]?"
    r"\s?[,:：|–—-]?\s+(?=\S)"
)
_TITLE = re.compile(
    r"(?P<mark>\*\*\*|\*\*|__|\*|_)(?=\S)(?P<title>.{3,300}?)(?P=mark)(?!\w)"
    r"|(?P<open>[“\"‘「『《])(?P<quoted>[^“”\"‘「」『』《》]{3,300})[”\"’」』》]"
)
_SEPARATOR = re.compile(
    r"\s[–—-]+\s|:\s|：|\.\s|。|,\s(?=[A-Z][a-z]+\s[A-Z])|\sby\s|[(\[（]|\s\|\s"
)
# "(*NeurIPS'24*) ", "[2401.10005] ": what stands before some titles.
_LEADING_VENUE = re.compile(
    r"(?:[(（][^()（）]{1,30}[0-9]{2}[^()（）]{0,10}[)）]|\[[0-9]{4}\.[0-9]{4,5}\](?!\())\s+(?=\S)"
)
# How bibliographies begin: "Doe, J., & Poe, A. (2021). Title", "Doe et al. Title",
# 'J. Doe, A. Poe, "Title"', "Jane Doe and Ann Poe. Title".
_BIBLIOGRAPHIC = tuple(
    re.compile(rf"(?P<names>[^\[\]()（）*“\"]{{3,1000}}?){behind}")
    for behind in (
        r",?\s?[(（](?P<year>(?:19|20)[0-9]{2})[a-z]?(?:,\s[^()]{1,20})?[)）][.,:]?\s+(?=\S)",
        r"(?<=al)\.?,?\s+(?=[*“\"A-Z])",
        r",\s+(?=[*“\"])",
        r"(?<=[^\W\d_]{2})\.\s+(?=[*“\"]?[A-Z])",
    )
)
_CITED = re.compile(r",\s(?=[^\W\d_][^,]{1,40}\set\.? al\b)")
_LEADING = " \t\xa0.,;:：，。、|–—-·•→()[]*_"
_LEAST_TITLE = 3

_COLUMNS: dict[str, str] = {
    "title": "paper|papers|title|name|paper title|publication|work|titel|arbeit"
    "|论文|标题|题目|名字|名称|论文标题",
    "authors": "author|authors|autor|autoren|autorinnen|作者|by",
    "year": "year|date|venue|published|venue year|conference|publish date|publication date"
    "|release date|submitted|updated|first published|jahr|datum|erschienen"
    "|年份|日期|时间|年|会议|发表",
    "summary": "summary|tl dr|tldr|description|abstract|notes|note|key idea|idea|takeaway|why"
    "|contribution|highlights|zusammenfassung|beschreibung|notizen"
    "|摘要|简介|总结|一句话|介绍|描述|要点",
    "picture": "cover|picture|image|figure|封面|图片|bild",
}
_COLUMN_BY_HEAD = {word: name for name, words in _COLUMNS.items() for word in words.split("|")}


@dataclass(frozen=True, slots=True)
class Entries:
    """The papers read, what is to be known of them, and the blocks that were not taken.

    `start` is the line of the first paper, `lines` those of papers.
    """

    items: tuple[Item, ...]
    findings: tuple[Finding, ...]
    left: tuple[Block, ...]
    start: int


@dataclass(slots=True)
class _Entry:
    """A paper of one line while it is read."""

    at: int
    links: Links
    title: str = ""
    cited: Cited | None = None
    year: int | None = None
    text: str = ""
    picture: str = ""
    more: list[str] = field(default_factory=list)

    def is_paper(self) -> bool:
        has_people = self.cited is not None and bool(self.cited.names)
        return bool(self.title) and (has_people or bool(self.links.of_kind(LinkKind.PAPER)))


def read(article: Sequence[Block], file: str, base: str) -> Entries:
    """Read the papers of an article that has no paper's heading; none where there are none."""
    known = [block for block in article if block.kind is not Kind.RULE]
    for reader in (_rows, _list_items, _paragraphs):
        entries = [entry for entry in reader(known, base) if entry.is_paper()]
        if entries:
            return _entries(entries, known, file)
    return Entries((), (), tuple(known), 0)


def _entries(entries: Sequence[_Entry], known: Sequence[Block], file: str) -> Entries:
    taken = {line for entry in entries for line in (entry.at, *map(int, entry.more))}
    left = []
    for block in known:
        lines = range(block.at, block.end)
        if block.kind is Kind.TABLE:
            lines = range(block.at + 2, block.end)
            rest = [
                at for at in lines if at not in taken and block.lines[at - block.at].strip(" |-:")
            ]
            left += [
                Block(Kind.TABLE, at, at + 1, (block.lines[at - block.at],))
                for at in rest
                if len(rest) < len(lines)
            ]
            if len(rest) == len(lines) and rest:
                left.append(block)
        elif not any(at in taken for at in lines) and block.kind is not Kind.HEADING:
            left.append(block)
    found = [finding for entry in entries for finding in entry.links.found]
    items = tuple(_item(entry, file) for entry in entries)
    return Entries(items, tuple(found), tuple(left), entries[0].at)


def _item(entry: _Entry, file: str) -> Item:
    cited = entry.cited or Cited((), False, None)
    papers = entry.links.of_kind(LinkKind.PAPER)
    ids = (labels.arxiv_id(url) for url in papers)
    paper = Paper(
        title=entry.title,
        authors=cited.names,
        others=cited.others,
        year=cited.year or entry.year,
        links=tuple(entry.links.links),
        arxiv_id=next(filter(None, ids), ""),
    )
    return Item(
        name="",
        paper=paper,
        paragraph=entry.text.strip(),
        picture_file=entry.picture,
        place=f"{file}:{entry.at + 1}",
    )


def _rows(known: Sequence[Block], base: str) -> Iterator[_Entry]:
    """Yield the rows of tables as papers."""
    for block in known:
        if block.kind is Kind.TABLE:
            columns = _columns(markup.cells(block.lines[0]))
            for offset, line in enumerate(block.lines[2:], 2):
                yield _row(markup.cells(line), columns, block.at + offset, base)


def _columns(head: Sequence[str]) -> list[str]:
    """What each column holds, by its head; "" where that is not known."""
    names = [_COLUMN_BY_HEAD.get(labels.normal(markup.plain(cell)), "") for cell in head]
    # Two columns may be called alike: the first counts.
    return [
        name if name in {"", "year"} or name not in names[:place] else ""
        for place, name in enumerate(names)
    ]


def _row(cells: Sequence[str], columns: Sequence[str], at: int, base: str) -> _Entry:
    entry = _Entry(at, Links(base))
    for name, cell in zip(columns, cells, strict=False):
        shown = markup.without_breaks(markup.without_pictures(cell, instead="link"))
        plain = markup.plain(shown)
        match name:
            case "title":
                _title_and_text(entry, shown)
            case "authors":
                entry.cited, _ = people.named(shown)
            case "year":
                entry.year = entry.year or people.year_in(plain)
                _links(entry, shown)
            case "summary":
                entry.text = " ".join(filter(None, (entry.text, shown)))
                _labelled_links(entry, shown)
            case _:
                _links(entry, shown)
        picture = next(markup.pictures_in(cell), None)
        if picture and not picture.is_badge and not entry.picture:
            entry.picture = picture.file
    if not entry.title:
        _title_of_first(entry, cells)
    return entry


def _title_of_first(entry: _Entry, cells: Sequence[str]) -> None:
    """Take the title from the first cell that has words, where no column is known to hold it."""
    for cell in cells:
        shown = markup.without_pictures(cell)
        letters = len(re.findall(r"[^\W\d_]", markup.plain(shown)))
        is_title = letters >= 2 * _LEAST_TITLE
        if not is_title or (facts.only_links(shown) and not _names_title(shown)):
            continue
        entry.links = Links(entry.links.base)
        _title_and_text(entry, shown)
        for other in cells:
            if other is not cell:
                _links(entry, markup.without_pictures(other))
        return


def _names_title(text: str) -> bool:
    """Whether the first link's label may be a title."""
    anchor = next(markup.links_in(text), None)
    if anchor is None:
        return False
    label = markup.plain(anchor.label)
    is_label = labels.kind_by_label(label) and len(label.split()) <= 3
    is_neutral = labels.normal(label) in labels.NEUTRAL or labels.of_heading(label)
    is_long = len(label) >= _LEAST_TITLE or (len(label) > 1 and not label.isascii())
    return is_long and any(map(str.isalpha, label)) and not is_label and not is_neutral


def _links(entry: _Entry, text: str) -> None:
    last = 0
    for anchor in markup.anchors_in(text):
        label = markup.plain(anchor.label)
        entry.links.add(Source(label, anchor.url, text[last : anchor.start][-60:]), entry.at + 1)
        last = anchor.end


def _labelled_links(entry: _Entry, text: str) -> None:
    """Take the links of a text that are called "Code" or the like; the text keeps them."""
    for anchor in markup.links_in(text):
        label = markup.plain(anchor.label)
        if labels.exact_kind(label):
            entry.links.add(Source(label, anchor.url, ""), entry.at + 1)


def _list_items(known: Sequence[Block], base: str) -> Iterator[_Entry]:
    """Yield the items of lists as papers; what is indented below one belongs to it."""
    entry: _Entry | None = None
    indent = 0
    for block in known:
        if block.kind is Kind.ITEM and (entry is None or block.indent <= indent):
            if entry:
                yield entry
            entry, indent = _item_entry(block, base), block.indent
        elif entry is not None and block.kind is Kind.PICTURE and _is_of(block, entry, indent):
            _pictured(entry, block)
        elif entry is not None and _is_below(block, indent):
            _below(entry, block)
        elif entry is not None:
            yield entry
            entry = None
    if entry:
        yield entry


def _item_entry(block: Block, base: str) -> _Entry:
    """Read an item; lines of facts below its first one are read as such."""
    end = 1
    while end < len(block.lines) and not facts.has_label(block.lines[end]):
        end += 1
    first = facts.read(block.lines[0])
    entry = _one(replace(block, lines=block.lines[:end]), base)
    if first is not None and first.title:
        entry = _Entry(block.at, Links(base), title=first.title)
        end = 1
    if end < len(block.lines):
        _below(entry, replace(block, lines=block.lines[end:]))
    return entry


def _is_of(picture: Block, entry: _Entry, indent: int) -> bool:
    """Whether a picture stands in the item's own lines, or indented below it."""
    first = picture.lines[0]
    return picture.attached or len(first) - len(first.lstrip()) > indent + 1


def _pictured(entry: _Entry, block: Block) -> None:
    picture = block.picture
    if picture and not picture.is_badge and not entry.picture:
        entry.picture = picture.file
    entry.more.append(str(block.at))


def _is_below(block: Block, indent: int) -> bool:
    """Whether a block belongs to the item above it: it is indented, or an item of that."""
    if block.kind is Kind.ITEM:
        return block.indent > indent
    is_text = block.kind in {Kind.TEXT, Kind.QUOTE}
    first = block.lines[0] if block.lines else ""
    return is_text and len(first) - len(first.lstrip()) > indent + 1


def _below(entry: _Entry, block: Block) -> None:
    entry.more.append(str(block.at))
    for line in block.lines:
        read = facts.read(line)
        if read is None:
            text = re.sub(r"^\s*(?:[-*+•]|[0-9]{1,3}(?:\)\.|[.)]))\s+", "", line).strip()
            entry.text = "\n".join(filter(None, (entry.text, text)))
            continue
        if read.names is not None and entry.cited is None:
            entry.cited, _ = people.named(read.names)
        if read.summary:
            entry.text = "\n".join(filter(None, (entry.text, read.summary)))
        entry.year = entry.year or read.year
        for source in read.links:
            entry.links.add(source, block.at + 1)


def _paragraphs(known: Sequence[Block], base: str) -> Iterator[_Entry]:
    """Yield paragraphs that begin with a bold or linked title, or have a line for each fact."""
    entry: _Entry | None = None
    for block in known:
        is_text = block.kind in {Kind.TEXT, Kind.QUOTE}
        if is_text and _starts_with_title(block):
            if entry:
                yield entry
            entry = _one(block, base)
        elif is_text and sum(map(facts.has_label, block.lines[1:])) > 1:
            if entry:
                yield entry
            entry = _labelled(block, base)
        elif is_text and entry is not None and entry.is_paper() and not entry.text:
            # The paragraph below a line of title, names and links.
            entry.text = block.source
            entry.more.append(str(block.at))
    if entry:
        yield entry


def _labelled(block: Block, base: str) -> _Entry:
    """Read a paragraph of a title and lines of facts, each with its label."""
    first = facts.read(block.lines[0])
    title = block.lines[0]
    if first is not None and first.title:
        title = first.title
    entry = _Entry(block.at, Links(base), title=headline.read(title).title)
    _below(entry, replace(block, lines=block.lines[1:]))
    return entry


def _starts_with_title(block: Block) -> bool:
    text = " ".join(line.strip() for line in block.lines)
    text = headline.without_number(blocks.symbols_off(text.lstrip("> ")))
    return bool(_TITLE.match(text)) or (text.startswith("[") and _names_title(text))


def _one(block: Block, base: str) -> _Entry:
    entry = _Entry(block.at, Links(base))
    text = " ".join(markup.without_breaks(line).strip() for line in block.lines)
    text = re.sub(r"^\s*(?:>\s?)*(?:[-*+•●▪◦‣]|[0-9]{1,3}(?:\)\.|[.)、]))\s*", "", text)
    text = re.sub(r"^\[[ xX]\]\s+", "", text)
    text = blocks.symbols_off(text)
    if match := _DATE.match(text):
        entry.year = people.year_in(match[0])
        text = text[match.end() :]
    _title_and_text(entry, text)
    return entry


def _title_and_text(entry: _Entry, text: str) -> None:
    """Read "Title, names (year). [Paper](…) text" in one of its orders."""
    text = headline.without_number(blocks.symbols_off(text.strip())).strip()
    if match := _LEADING_VENUE.match(text):
        if not match[0].startswith("["):
            entry.year = entry.year or people.year_in(match[0])
        text = text[match.end() :]
    if cited := _bibliographic(text):
        entry.cited = people.read(cited["names"])
        entry.year = int(cited.groupdict().get("year") or 0) or entry.year
        text = text[cited.end() :]
    title, linked, rest = _title(text)
    top = headline.read(title)
    entry.title = top.title
    entry.cited = entry.cited or top.cited
    entry.year = entry.year or top.year
    if linked:
        entry.links.add(linked, entry.at + 1)
    _rest(entry, rest)
    if not entry.links.of_kind(LinkKind.PAPER) and (url := labels.address_in_text(rest)):
        entry.links.add(Source("", url, "", LinkKind.PAPER), entry.at + 1)


def _bibliographic(text: str) -> re.Match[str] | None:
    """The names and the year that a line begins with; None where it begins with its title."""
    for place, pattern in enumerate(_BIBLIOGRAPHIC):
        match = pattern.match(text)
        if match is None or not people.looks_like_names(match["names"]):
            continue
        cited = people.read(match["names"])
        has_initial = any(re.search(r"\b[^\W\d_]\.", name) for name in cited.names)
        are_several = len(cited.names) > 1 and (not place or people.are_full_names(cited.names))
        # "Title, Other & More (2021) - text" begins with its title.
        is_title = re.match(r"[–—|-]", text[match.end() :]) is not None
        if (cited.others or are_several or has_initial) and not is_title:
            return match
    return None


def _title(text: str) -> tuple[str, Source | None, str]:
    """The title at the beginning of a line, the link it is, and the rest of the line."""
    marked = re.match(r"[*_“\"‘「《\s]*", text)
    start = marked.end() if marked else 0
    anchor = next(markup.links_in(text), None)
    if anchor and anchor.start <= start and _names_title(text):
        source = Source("", anchor.url, "", _kind_of_title(anchor.url))
        return markup.plain(anchor.label), source, text[anchor.end :].lstrip('*_”"’」》')
    if match := _TITLE.match(text):
        words = match["title"] or match["quoted"]
        inner = next(markup.links_in(words), None)
        linked = Source("", inner.url, "", _kind_of_title(inner.url)) if inner else None
        return markup.plain(words).rstrip(" .:：,"), linked, text[match.end() :]
    end = len(text)
    first = next(markup.anchors_in(text), None)
    if first:
        end = first.start
    has_more = bool(re.search(r"[^\W_]{3}", facts.unlinked(text[end:])))
    separator = _CITED.search(text[:end]) or _SEPARATOR.search(text[:end])
    # "Title: Subtitle [Paper](…)": where only links follow, both are the title.
    is_colon = separator is not None and separator[0].strip() in {":", "："}
    if separator and (has_more or not is_colon or first is None):
        end = separator.start()
    title = markup.plain(text[:end]).strip(_LEADING)
    if len(title) < _LEAST_TITLE and title.isascii():
        return "", None, text
    return markup.unquoted(title), None, text[end:]


def _kind_of_title(url: str) -> LinkKind | None:
    """A title's link leads to the paper, unless its address tells otherwise."""
    kind = labels.kind_by_address(url)
    if kind is None:
        return LinkKind.PAPER
    return kind


def _rest(entry: _Entry, rest: str) -> None:
    """Read what follows a title: names and a year, links, and a text."""
    rest = rest.strip()
    names, more = _names(rest)
    if names is not None and entry.cited is None:
        entry.cited = names
        rest = more
    elif entry.year is None and entry.cited is not None:
        # An arXiv id ("2203.00014") is no year.
        year = re.search(r"(?<![0-9.:/])(?:19|20)[0-9]{2}(?![0-9]|\.[0-9])", facts.unlinked(rest))
        entry.year = int(year[0]) if year else None
    pieces, last = [], 0
    for anchor in markup.anchors_in(rest):
        label = markup.plain(anchor.label)
        before = rest[last : anchor.start]
        kind = labels.kind_by_label(label)
        is_label = kind or labels.normal(label) in labels.NEUTRAL or not label
        is_short = len(label.split()) <= 4
        if is_label and is_short:
            pieces.append(facts.unlabelled(before))
            entry.links.add(Source(label, anchor.url, before[-60:]), entry.at + 1)
            last = anchor.end
    text = "".join([*pieces, rest[last:]])
    text = re.sub(r"[\[(（][\s|,·;/]*[\])）]", "", text)
    text = re.sub(r"\s*(?:[|·,;/]\s*){1,20}(?=$|[|·,;/])", " ", text).strip(" \t|·,;/–—-:：\xa0")
    text = re.sub(r"^[\s.。)\]]+", "", text).strip()
    if match := re.match(r"[(（]([^()（）]{0,60}?[12][0-9]{3}[^()（）]{0,20})[)）][.,:]?\s*", text):
        entry.year = entry.year or people.year_in(match[1])
        text = text[match.end() :].lstrip(" –—-:：,.")
    match = re.match(r"[*_]?([A-Z][\w &/-]{1,30}[ ,'’]\s?((?:19|20)[0-9]{2}))[*_]?[.,;]?\s*$", text)
    if match and all(_is_of_name(word) for word in match[1].split()):
        entry.year = entry.year or int(match[2])
        text = ""
    read = facts.read(f"**TL;DR:** {text}") if text else None
    lead = facts.read(text)
    if lead and lead.summary:
        text = lead.summary
    if read is not None and re.search(r"[^\W_]{3}", text):
        entry.text = " ".join(filter(None, (text, entry.text)))


def _is_of_name(word: str) -> bool:
    """Whether a word may stand in a journal's name and year."""
    return word[0].isupper() or word[0].isdigit() or word in {"of", "on", "in", "the", "and", "for"}


def _candidates(plain: str) -> list[str]:
    """The beginnings of a text that may be names: up to a full stop, all of it, up to "et al."."""
    candidates = [plain]
    stop = re.search(r"[.。]\s+(?=[A-Z*\"“(\[]|$)|\s[–—-]\s|:\s|：", plain)
    if stop and not re.search(r"\b[A-Z]\.$|al\.$", plain[: stop.start() + 1]):
        candidates.insert(0, plain[: stop.start()])
    if others := re.match(r".{2,200}?\bet\.? al\b\.?", plain):
        candidates.append(others[0])
    return candidates


def _names(rest: str) -> tuple[Cited | None, str]:
    """The names and the year at the beginning of a line's rest, where there are any."""
    bare = rest.lstrip(" ,.;:：–—-|*_")
    by = re.match(r"(?:by|von)\s+", bare)
    if by:
        bare = bare[by.end() :]
    if bare.startswith(("(", "（")):
        inside = re.match(r"[(（]([^()（）]{1,300})[)）]", bare)
        if inside and people.looks_like_names(inside[1]):
            cited = people.read(inside[1])
            is_venue = all(people.is_venue(name) for name in cited.names)
            is_acronym = len(cited.names) == 1 and cited.names[0].isupper() and not cited.others
            if cited.year and not (is_venue or is_acronym):
                return cited, bare[inside.end() :]
    names, more = people.split(bare)
    plain = markup.plain(names)
    for candidate in _candidates(plain):
        cited = people.read(candidate)
        has_initial = any(name.endswith(".") for name in cited.names)
        has_several = len(cited.names) > 1 or cited.others or by is not None or has_initial
        if not people.looks_like_names(candidate) or not (cited.year or has_several):
            continue
        if all(people.is_venue(name) for name in cited.names):
            continue
        if all(len(name.split()) == 1 for name in cited.names) and not (cited.year or cited.others):
            continue
        return cited, plain[len(candidate) :] + more
    return None, rest
