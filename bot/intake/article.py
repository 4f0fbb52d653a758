"""Reads a published article: its title and links, its papers, and an account of all the rest."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bot import files
from bot.core import address as addresses
from bot.core import collage
from bot.core.collage import Item
from bot.core.errors import BadInput
from bot.intake import (
    account,
    blocks,
    drafts,
    dress,
    ending,
    entries,
    facts,
    findings,
    labels,
    markup,
    matter,
    months,
    outline,
    sections,
    unlike,
)
from bot.intake.blocks import Block, Kind
from bot.intake.findings import Finding
from bot.intake.markup import Anchor
from bot.intake.matter import Matter
from bot.intake.outline import Outline

MOST_BYTES = 2_000_000
MOST_LINES = 20_000
MOST_PAPERS = 200

_MOST_REFERENCES = 20
"""References without an address that are named: a hostile article may hold thousands."""

_DATES = (
    *(
        "date",
        "published",
        "publishdate",
        "pubdate",
        "date_published",
        "published_at",
        "pubdatetime",
    ),
    *("created", "created_at", "date-modified", "lastmod", "updated", "modified", "datum"),
)
"""Keys of front matter that give an article's date; the first that holds one counts."""

# "> Published at: https://…": the quoted line above the papers that names the article's address.
_LINK_LINE = re.compile(r"\s{0,3}>\s?[^\[\]<>]{1,40}?[:：]\s?(?=[<\[h])")
_PUBLISHED = re.compile(
    r"\s{0,3}[*_>\s]*(?:originally published|first published|published at|this article"
    r"|canonical|original(?:ly)?|source|zuerst erschienen|original erschienen"
    r"|原文|原文链接|原文地址|本文链接)"
    r"[^\[\]<>]{0,40}?(?:[:：]|\bat|\bon|\bin)\s?[*_]*\s?(?=[<\[h])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Article:
    """A published article: a "roundup" holds collages, a "list" papers that become drafts.

    `title_month` is the month its title names, as "2021-09"; `link` is where it was published, and
    `previous_link` where the roundup before it was. Both are empty where the article does not say.
    `notes` count and name what was not taken and need not be.
    """

    kind: Literal["roundup", "list"]
    title: str
    title_month: str | None
    subtitle: str
    link: str
    previous_link: str
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """An article's text as it is read: its lines in one dress, its blocks, and its front matter."""

    file: str
    lines: list[str]
    blocks: list[Block]
    matter: Matter
    title_block: Block | None
    shortcodes: tuple[tuple[int, str], ...] = ()
    """Those that are left out, with their lines from 0."""
    language: str = "en"

    def head(self, end: int) -> list[Block]:
        """The blocks above a line, without the title."""
        return [block for block in self.blocks if block.at < end and block is not self.title_block]


def load(path: Path, language: str = "en") -> Article:
    """Read the article in a file, by a series in that language; raises `BadInput`."""
    name = collage.one_line(str(path))
    try:
        text = files.read_text(path, MOST_BYTES, "an article")
    except files.Missing as error:
        raise BadInput(f"{name}: {error}.") from None
    except files.Unreadable as error:
        raise BadInput(_why(path, name, error)) from None
    if what := unlike.of_bytes(text[:200_000].encode("utf-8", "replace")):
        raise BadInput(f"{name} {unlike.advice(what)}.")
    return read(text, str(path), language)


def _why(path: Path, name: str, error: files.Unreadable) -> str:
    """Why a file cannot be read: by what it is, where its first bytes tell."""
    try:
        what = unlike.of_bytes(files.beginning(path))
    except OSError:
        what = ""
    if what:
        return f"{name} {unlike.advice(what)}."
    return f"{name}: {error}."


def read(text: str, file: str, language: str = "en") -> Article:
    """Read an article's Markdown; `file` names it in places and messages.

    Months are known in English, German and Chinese, and in `language`. Raises `BadInput` where it
    is no article.
    """
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadInput(
            f"{file} is larger than 2 MB: "
            "give the article's text alone, with its pictures beside it."
        )
    file = collage.one_line(file)
    if what := unlike.of_text(text):
        if what == "empty":
            raise BadInput(
                f'{file} is no article: no line starts with "# " and gives a title; it is empty.'
            )
        raise BadInput(f"{file} {unlike.advice(what)}.")
    source = replace(_source(text, file), language=language)
    parted = _outline(source)
    if parted:
        _check_count(len(parted.parts), file)
        if drafts.is_list(parted):
            return _list(source, parted)
        return _roundup(source, parted)
    return _entries(source)


def _source(text: str, file: str) -> _Source:
    lines = markup.lines_of(text)
    filled = sum(1 for line in lines if line.strip())
    if filled > MOST_LINES:
        raise BadInput(
            f"{file} has {filled:,} lines, at most {MOST_LINES:,} are read: "
            "give one article a file."
        )
    front = matter.read(lines)
    lines[: front.end] = [""] * front.end
    shortcodes = tuple(dress.shortcodes("\n".join(lines))[:_MOST_REFERENCES])
    dressed = dress.one("\n".join(lines))
    read = blocks.read(dressed)
    _check_headings(read, front, file)
    return _Source(file, dressed, read, front, _title_block(read, front), shortcodes)


def _title_block(read: Sequence[Block], front: Matter) -> Block | None:
    """The heading that is the article's title: the first of level one that has a text.

    With a title in the front matter, only one that says the same.
    """
    for block in read:
        if block.kind is Kind.HEADING and block.level == 1 and _title(block.text):
            given = front.first("title")
            if given and labels.normal(given) != labels.normal(_title(block.text)):
                return None
            return block
    return None


def _outline(source: _Source) -> Outline | None:
    """The article in parts; its first heading is a paper's where nothing else is."""
    title = source.title_block
    parted = outline.of(source.blocks, title)
    if parted is None and title is not None and _is_paper(source, title):
        return outline.of(source.blocks, None)
    return parted


def _is_paper(source: _Source, title: Block) -> bool:
    """Whether the article's first heading is its only paper's: its authors follow, and no month."""
    if months.in_text(_title(title.text)):
        return False
    below = (block for block in source.blocks if block.at > title.at)
    first = next((block for block in below if block.kind is not Kind.PICTURE), None)
    if first is None or first.kind not in {Kind.TEXT, Kind.QUOTE}:
        return False
    line = facts.read(first.lines[0])
    return line is not None and line.names is not None and not line.is_weak


def _check_headings(read: Sequence[Block], front: Matter, file: str) -> None:
    """Raise `BadInput` for a heading that no post and no page could show: some become titles."""
    titles = [(block.at, block.text) for block in read if block.kind is Kind.HEADING]
    for at, text in [*titles, (0, front.first("title")), (0, front.first("subtitle"))]:
        if bad := collage.control(text, lines=True):
            raise BadInput(
                f"{file}, line {at + 1}: this heading holds the control character "
                f"U+{ord(bad):04X}; take it out."
            )


def _check_count(count: int, file: str) -> None:
    if count > MOST_PAPERS:
        raise BadInput(
            f"{file} has {count:,} papers, at most {MOST_PAPERS} are read: give one article a file."
        )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an article says of itself, and what is to be known of that."""

    title: str
    subtitle: str
    month: str | None
    link: str
    found: tuple[Finding, ...]
    taken: frozenset[int]
    """The lines that these facts were read from."""


def _facts(source: _Source, start: int, first_level: int) -> _Facts:
    """What the article says of itself above its first paper, which is at a line."""
    head = source.head(start)
    heading = _heading_instead(source, head)
    title, found = _titled(source, heading)
    subtitle_block = _subtitle(head, first_level)
    subtitle = source.matter.first("subtitle", "description", "excerpt", "summary")
    taken = {block.at for block in (heading, subtitle_block) if block}
    if subtitle_block:
        subtitle = markup.plain(subtitle_block.text)
    subtitle = "".join(char for char in " ".join(subtitle.split()) if char.isprintable())
    link, at, about_link = _link(source, start)
    named = " · ".join(markup.plain(block.text) for block in head if block.kind is Kind.HEADING)
    month, about_month = _month(source, title, f"{subtitle} · {named}", link)
    found += about_link + about_month
    return _Facts(title, subtitle, month, link, tuple(found), frozenset({*taken, at}))


def _heading_instead(source: _Source, head: Sequence[Block]) -> Block | None:
    """The first heading above the papers, where no other title is given."""
    if source.title_block or source.matter.first("title"):
        return None
    named = (block for block in head if block.kind is Kind.HEADING and block.level != blocks.BOLD)
    return next(named, None)


def _titled(source: _Source, heading: Block | None) -> tuple[str, list[Finding]]:
    """The article's title, or its file's name with a finding."""
    if given := source.matter.first("title"):
        return " ".join(given.split()), []
    if block := source.title_block or heading:
        return _title(block.text), []
    stem = re.sub(r"[-_\s]+", " ", Path(source.file).stem).strip() or source.file
    text = "The article gives no title; it is called after its file."
    return stem, [Finding("warning", 1, text)]


def _month(
    source: _Source, title: str, subtitle: str, link: str
) -> tuple[str | None, list[Finding]]:
    """The month that an article names: in its title, in what else stands above its papers, or in
    its address; else by its date.
    """
    given = [source.matter.texts.get(key, "") for key in _DATES]
    date = next(filter(months.of_date, given), "")
    named = months.in_text(title) or months.beside(title, date) or months.in_text(subtitle)
    named = named or months.in_language(title, source.language)
    line = source.title_block.at + 1 if source.title_block else 1
    if month := named or months.in_address(link):
        if other := months.other(title, month):
            text = f"The title names two months, {month} and {other}; {month} counts."
            return month, [Finding("warning", line, text)]
        return month, []
    if month := months.of_date(date):
        text = f"The title names no month and year; by its date it is of {month}."
        return month, [Finding("warning", line, text)]
    return None, [Finding("warning", line, "The title names no month and year.")]


def _roundup(source: _Source, parted: Outline) -> Article:
    first = parted.parts[0].heading
    about = _facts(source, first.at, first.level)
    *parts, last = parted.parts
    footnotes = sections.footnotes(source.blocks)
    read = [sections.read(part, source.file, about.link, footnotes) for part in parts]
    last, below, is_told = ending.split(last, [section.has_text_below for section in read])
    read.append(sections.read(last, source.file, about.link, footnotes))
    previous, at, about_previous = _previous(source, read[-1].end, first.at, about.link)
    found = [*about.found, *about_previous]
    for section in read:
        found += section.findings
    found += findings.about_numbers([section.printed for section in read if section.printed])
    taken = about.taken.union({at}, *(section.notes for section in read))
    left = [block for block in parted.head if not _is_taken(block, taken, source.title_block)]
    found += account.of_blocks(left, "above the first paper")
    for section in read:
        name = collage.shown(section.item.paper.title)
        lost = [block for block in section.left if block.kind is not Kind.NOTE]
        found += account.of_blocks(lost, f"of {name}")
    found += account.of_notes(block for block in source.blocks if block.at not in taken)
    found += _about_references(source)
    for at, shortcode in source.shortcodes:
        text = f"The shortcode {collage.shown(shortcode)} is not taken."
        found.append(Finding("note", at + 1, text))
    found += account.of_headings(
        [other for other in parted.others if other.heading.at not in taken]
    )
    for heading, under in parted.strays:
        strays = [block for block in under if not _is_taken(block, taken, None)]
        found += account.of_strays(heading, strays, is_list=not outline.is_of_references(heading))
    name = collage.shown(read[-1].item.paper.title)
    advice = "" if is_told else f"if it belongs to {name}, add it there"
    below = [block for block in below if not _is_taken(block, taken, None)]
    found += account.of_blocks(below, "below the last paper", advice)
    found += _about_bold(parted)
    items = [section.item for section in read]
    return _article("roundup", about, previous, items, found)


def _about_references(source: _Source) -> list[Finding]:
    """A warning for each link by reference whose address the article does not give."""
    found = []
    for at, reference in dress.undefined(source.lines)[:_MOST_REFERENCES]:
        text = f"The link {collage.shown(reference)} is left out: no line gives its address"
        found.append(Finding("warning", at + 1, f"{text}; write one, or the address itself."))
    return found


def _about_bold(parted: Outline) -> list[Finding]:
    """A warning for each bold line in a paper's text, where bold lines are papers' titles, too."""
    if all(part.heading.level != blocks.BOLD for part in parted.parts):
        return []
    found = []
    for part in parted.parts:
        for block in part.blocks:
            if block.kind is Kind.HEADING and block.level == blocks.BOLD:
                shown = collage.shown(markup.plain(block.text))
                text = f"The bold line {shown} became no collage and stands in the text above"
                advice = (
                    "if it is a paper's title, give it a line of authors or a link to the paper"
                )
                found.append(Finding("warning", block.at + 1, f"{text}; {advice}."))
    return found


def _is_taken(block: Block, taken: Iterable[int], title: Block | None) -> bool:
    """Whether a block was read for what the article says of itself, or is a footnote."""
    return block is title or block.at in taken or block.kind is Kind.NOTE


def _list(source: _Source, parted: Outline) -> Article:
    first = parted.parts[0].heading
    about = _facts(source, first.at, first.level)
    items, found = drafts.read(source.lines, source.blocks, parted, source.file, about.link)
    left = [block for block in parted.head if not _is_taken(block, about.taken, source.title_block)]
    found += account.of_blocks(left, "above the first paper")
    found += account.of_notes(source.blocks)
    about_list = [finding for finding in about.found if "month" not in finding.text]
    return _article(
        "list", replace(about, found=tuple(about_list)), "", items, [*about_list, *found]
    )


def _entries(source: _Source) -> Article:
    """Read an article whose papers have one line each; raises `BadInput` where it has none."""
    known = [block for block in source.blocks if block is not source.title_block]
    link, _, _ = _link(source, len(source.lines))
    read = entries.read(known, source.file, link)
    if not read.items:
        raise BadInput(_no_papers(source))
    _check_count(len(read.items), source.file)
    about = _facts(source, read.start, 3)
    about_list = [finding for finding in about.found if "month" not in finding.text]
    found = [*about_list, *read.findings]
    above = [block for block in read.left if block.at < read.start]
    notes = [block for block in read.left if block.kind is Kind.NOTE]
    found += account.of_notes(notes)
    below = [block for block in read.left if block.at >= read.start and block not in notes]
    found += account.of_blocks(
        [block for block in above if not _is_taken(block, about.taken, None)],
        "above the first paper",
    )
    last = max(int(item.place.rpartition(":")[2]) for item in read.items)
    found += account.of_rows(below, last)
    return _article("list", about, "", read.items, found)


def _no_papers(source: _Source) -> str:
    title = source.title_block
    if title is None and not source.matter.first("title"):
        return f'{source.file} is no article: no line starts with "# " and gives a title.'
    line = title.at + 1 if title else 1
    if any(block.kind is Kind.HTML and "<t" in block.source.lower() for block in source.blocks):
        return (
            f"{source.file}, line {line}: under this title is no paper that can be read; "
            "it has a table in HTML: make it one in Markdown, with a row for each paper."
        )
    return (
        f"{source.file}, line {line}: under this title is neither a paper's heading "
        "followed by its line of authors or a link to the paper, nor a table or list of papers; "
        "give a published roundup or list as Markdown."
    )


def _article(
    kind: Literal["roundup", "list"],
    about: _Facts,
    previous: str,
    items: Iterable[Item],
    found: Iterable[Finding],
) -> Article:
    ordered = sorted(found, key=lambda finding: finding.line)
    return Article(
        kind=kind,
        title=about.title,
        title_month=about.month,
        subtitle=about.subtitle,
        link=about.link,
        previous_link=previous,
        items=_named(items),
        findings=tuple(finding for finding in ordered if finding.level != "note"),
        notes=tuple(finding for finding in ordered if finding.level == "note"),
    )


def _title(text: str) -> str:
    title = markup.plain(markup.without_pictures(text))
    if "】" in title:
        return title
    # A translation may have lost the closing one of a pair of brackets.
    return title.removeprefix("【").lstrip()


def _subtitle(head: Sequence[Block], first_level: int) -> Block | None:
    """The last heading of level two right below the title, else the last one above pictures and
    papers; None where there is none.

    One that is only a link is the publication's name ("Thoughts and Theory"), and is passed over.
    Where papers have deeper headings, one of level two is the title of a group, unless it stands
    right below the title.
    """
    end = next((block.at for block in head if block.kind is Kind.PICTURE), None)
    has_more = any(block.kind is not Kind.HEADING for block in head[1:])
    above = [
        block
        for place, block in enumerate(head)
        if block.kind is Kind.HEADING
        and block.level == 2
        and (end is None or block.at < end)
        and (first_level <= 2 or (place == 0 and has_more))
    ]
    fit = [
        block
        for block in above
        if not markup.is_link(block.text)
        and not outline.is_aside(block)
        and not outline.is_date(markup.plain(block.text))
    ]
    near = list(itertools.takewhile(lambda block: block.kind is Kind.HEADING, head))
    right_below = [block for block in fit if block in near]
    return next(iter([*reversed(right_below or fit)]), None)


def _link(source: _Source, start: int) -> tuple[str, int, list[Finding]]:
    """Where the article was published, by its front matter or the line above the papers that says
    so, and that line.

    An address that cannot be used is left out, with a finding.
    """
    keys = (
        "canonical_url",
        "canonicalurl",
        "canonical",
        "original_url",
        "url",
        "link",
        "permalink",
    )
    given = next(
        (source.matter.texts[key] for key in keys if "://" in source.matter.texts.get(key, "")), ""
    )
    if given:
        link = _without_query(given)
        return ("", -1, []) if addresses.problem(link) else (link, -1, [])
    for at, line in enumerate(source.lines[:start]):
        label = _LINK_LINE.match(line) or _PUBLISHED.match(line)
        if label is None:
            continue
        link = _without_query(markup.address_in(line[label.end() :]))
        if link and (problem := addresses.problem(link)):
            shown = findings.address(addresses.without_user(link))
            text = f"Where the article was published, {shown}, {problem}."
            return "", at, [Finding("warning", at + 1, text)]
        if link:
            return link, at, []
    return "", -1, []


def _without_query(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0]


def _previous(source: _Source, start: int, first: int, link: str) -> tuple[str, int, list[Finding]]:
    """Where the previous roundup is, and the line that says so: the likeliest link below the
    papers, the first of several, else a line above them that names it.

    A path without a host is taken to be on the host of the article's own `link`; where that is
    unknown, too, a finding says so.
    """
    best, best_rank, line = "", 0, 0
    notes = {block.at for block in source.blocks if block.kind is Kind.NOTE}
    places = [
        *((at, 1) for at in range(start, len(source.lines)) if at not in notes),
        *((at, 3) for at in range(first)),
    ]
    for at, least in places:
        for anchor in markup.links_in(source.lines[at]):
            rank = _rank_as_previous(source.lines[at], anchor)
            is_address = anchor.url.startswith(("/", "http://", "https://"))
            if rank > best_rank and rank >= least and is_address:
                best, best_rank, line = anchor.url, rank, at + 1
    if not best.startswith("/"):
        return _without_query(best), line - 1, []
    if not link:
        address = findings.address(best)
        text = f"The link to the previous roundup, {address}, names no host, nor does the article."
        return "", line - 1, [Finding("warning", line, text)]
    url, _ = facts.whole(best, link)
    return _without_query(url), line - 1, []


def _rank_as_previous(line: str, anchor: Anchor) -> int:
    """How likely a link leads to the previous roundup; 0 where nothing speaks for it."""
    if line.strip("*_> \t").casefold().startswith(labels.PREVIOUS):
        return 3
    if months.in_text(markup.plain(anchor.label)) or months.in_address(anchor.url):
        return 2
    # Published articles show a link preview ("card") as a link without a label.
    if not anchor.label:
        return 1
    return 0


def _named(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items with a NAME each, unique in the article."""
    last: dict[str, int] = {}
    named = []
    for position, item in enumerate(items, start=1):
        name = stem = _name(item, position)
        while name in last:
            last[stem] += 1
            name = f"{stem}-{last[stem]}"
        last[name] = 1
        named.append(replace(item, name=name))
    return tuple(named)


def _name(item: Item, position: int) -> str:
    """A slug of the title where that has three Latin letters, else of what else tells papers apart.

    A Chinese title alone would leave nothing, or the one acronym in it.
    """
    name = collage.slug(item.paper.title)
    if sum(char.isalpha() for char in name.removeprefix("paper-")) >= 3:
        return name
    if item.paper.arxiv_id:
        return collage.slug(f"arxiv {item.paper.arxiv_id}")
    return f"collage-{item.printed_number.partition('/')[0] or position}"
