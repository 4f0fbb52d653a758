"""A published article, read: what it says of itself, its items, and what a careful editor would
find in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bot import files
from bot.core import collage
from bot.core.collage import Item
from bot.core.errors import BadInput
from bot.intake import drafts, findings, labels, markup, sections
from bot.intake.findings import Finding
from bot.intake.markup import Heading

MOST_BYTES = 2_000_000
MOST_PAPERS = 200

_OWN_LINK = re.compile(r"\s{0,3}>\s?[^\[\]<>]{1,40}?[:：]\s?(?=[<\[h])")


@dataclass(frozen=True, slots=True)
class Article:
    """A "roundup" holds collages, a "list" drafts; `title_month` is the month its title names
    ("2021-09").
    """

    kind: Literal["roundup", "list"]
    title: str
    title_month: str | None
    subtitle: str
    link: str
    previous_link: str
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]


def load(path: Path) -> Article:
    """Read the article in a file; raises `BadInput`."""
    try:
        text = files.read_text(path, MOST_BYTES, "an article")
    except files.Unreadable as error:
        raise BadInput(f"{path}: {error}.") from None
    return read(text, str(path))


def read(text: str, file: str) -> Article:
    """Read an article's Markdown; `file` names it in places and messages.

    Raises `BadInput` where it is no article.
    """
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadInput(
            f"{file} is larger than 2 MB: give the article's text alone, with its pictures beside it."
        )
    lines = markup.lines_of(text)
    headings = markup.headings_in(lines)
    top = next((heading for heading in headings if heading.level == 1 and _title(heading)), None)
    if top is None:
        raise BadInput(f'{file} is no article: no line starts with "# " and gives a title.')
    roundup = sections.starts(lines, headings)
    papers = roundup or drafts.starts(lines, headings, top)
    if not papers:
        raise BadInput(
            f"{file}, line {top.at + 1}: under this title is neither a paper's heading followed by its line of authors "
            'nor a section with a line "arxiv: …"; give a published roundup or list as Markdown.'
        )
    if len(papers) > MOST_PAPERS:
        raise BadInput(
            f"{file} has {len(papers):,} papers, at most {MOST_PAPERS} are read: give one article a file."
        )
    head = lines[: papers[0].at]
    link, previous = _own_link(head), ""
    if roundup:
        items, previous, found = _roundup(lines, papers, link, file)
        if labels.month_in(_title(top)) is None:
            found.append(Finding("warning", top.at + 1, "The title names no month and year."))
    else:
        items, found = drafts.read(lines, headings, papers, file)
    return Article(
        kind="roundup" if roundup else "list",
        title=_title(top),
        title_month=labels.month_in(_title(top)),
        subtitle=_subtitle(head, headings),
        link=link,
        previous_link=previous,
        items=_named(items),
        findings=tuple(sorted(found, key=lambda finding: finding.line)),
    )


def _roundup(
    lines: list[str], papers: list[Heading], link: str, file: str
) -> tuple[list[Item], str, list[Finding]]:
    each = [
        sections.read(lines, start, end, file) for start, end in markup.spans(papers, len(lines))
    ]
    previous, found = _previous(lines, each[-1].end, link)
    found += [finding for section in each for finding in section.findings]
    found += findings.about_numbers([section.printed for section in each if section.printed])
    return [section.item for section in each], previous, found


def _title(heading: Heading) -> str:
    title = markup.plain(heading.text)
    return title if "】" in title else title.removeprefix("【").lstrip()


def _subtitle(head: list[str], headings: list[Heading]) -> str:
    """The last level-two heading above pictures and papers that is more than a link (to "Thoughts
    and Theory").
    """
    end = next((at for at, line in enumerate(head) if markup.picture_in(line)), len(head))
    above = [heading.text for heading in headings if heading.level == 2 and heading.at < end]
    return next((markup.plain(text) for text in reversed(above) if not markup.is_link(text)), "")


def _own_link(head: list[str]) -> str:
    for line in head:
        if own := _OWN_LINK.match(line):
            return _without_query(markup.address_in(line[own.end() :]))
    return ""


def _without_query(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0]


def _previous(lines: list[str], start: int, own_link: str) -> tuple[str, list[Finding]]:
    """Where the roundup before is: on the line that says so, else behind a link that names a month,
    else a card.
    """
    best, rank, line = "", 0, 0
    for at in range(start, len(lines)):
        said = lines[at].strip("*_> \t").casefold().startswith(labels.PREVIOUS)
        for anchor in markup.links_in(lines[at]):
            dated = labels.month_in(markup.plain(anchor.label)) or labels.month_in(anchor.url)
            its = 3 if said else 2 if dated else 1 if not anchor.label else 0
            if its > rank and anchor.url.startswith(("/", "http://", "https://")):
                best, rank, line = anchor.url, its, at + 1
    if best.startswith("/") and not own_link:
        text = f"The link to the previous roundup, {findings.address(best)}, names no host, nor does the article."
        return "", [Finding("warning", line, text)]
    host = "/".join(own_link.split("/", 3)[:3]) if best.startswith("/") else ""
    return _without_query(host + best), []


def _named(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items with names of their own, unique in the article."""
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
    """From the title where that gives three Latin letters, else from arXiv id, printed number or
    position.
    """
    name = collage.slug(item.paper.title)
    if sum(char.isalpha() for char in name.removeprefix("paper-")) >= 3:
        return name
    if item.paper.arxiv_id:
        return collage.slug(f"arxiv {item.paper.arxiv_id}")
    return f"collage-{item.printed_number.partition('/')[0] or position}"
