"""Reads a published article: its title and links, its items, and what is wrong or open in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bot import files
from bot.core import address as addresses
from bot.core import collage
from bot.core.collage import Item
from bot.core.errors import BadInput
from bot.intake import drafts, findings, labels, markup, sections
from bot.intake.findings import Finding
from bot.intake.markup import Anchor, Heading

MOST_BYTES = 2_000_000
MOST_PAPERS = 200

# "> Published at: https://…": the quoted line above the papers that names the article's address.
_LINK_LINE = re.compile(r"\s{0,3}>\s?[^\[\]<>]{1,40}?[:：]\s?(?=[<\[h])")


@dataclass(frozen=True, slots=True)
class Article:
    """A published article: a "roundup" holds collages, a "list" papers that become drafts.

    `title_month` is the month its title names, as "2021-09"; `link` is where it was published, and
    `previous_link` where the roundup before it was. Both are empty where the article does not say.
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
        raise BadInput(f"{collage.one_line(str(path))}: {error}.") from None
    return read(text, str(path))


def read(text: str, file: str) -> Article:
    """Read an article's Markdown; `file` names it in places and messages.

    Raises `BadInput` where it is no article.
    """
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadInput(
            f"{file} is larger than 2 MB: "
            "give the article's text alone, with its pictures beside it."
        )
    file = collage.one_line(file)
    lines = markup.lines_of(text)
    headings = markup.headings_in(lines)
    _check_headings(headings, file)
    title = _title_heading(headings, file)
    if papers := sections.starts(lines, headings):
        _check_count(papers, file)
        return _roundup(lines, headings, title, papers, file)
    if papers := drafts.starts(lines, headings, title):
        _check_count(papers, file)
        return _list(lines, headings, title, papers, file)
    raise BadInput(
        f"{file}, line {title.at + 1}: under this title is neither a paper's heading "
        "followed by its line of authors "
        'nor a section with a line "arxiv: …"; give a published roundup or list as Markdown.'
    )


def _title_heading(headings: list[Heading], file: str) -> Heading:
    """The first heading of level one that has a text; raises `BadInput` where there is none."""
    for heading in headings:
        if heading.level == 1 and _title(heading):
            return heading
    raise BadInput(f'{file} is no article: no line starts with "# " and gives a title.')


def _check_headings(headings: list[Heading], file: str) -> None:
    """Raise `BadInput` for a heading that no post and no page could show: some become titles."""
    for heading in headings:
        if bad := collage.control(heading.text, lines=True):
            raise BadInput(
                f"{file}, line {heading.at + 1}: this heading holds the control character "
                f"U+{ord(bad):04X}; take it out."
            )


def _check_count(papers: list[Heading], file: str) -> None:
    if len(papers) > MOST_PAPERS:
        raise BadInput(
            f"{file} has {len(papers):,} papers, at most {MOST_PAPERS} are read: "
            "give one article a file."
        )


def _roundup(
    lines: list[str], headings: list[Heading], title: Heading, papers: list[Heading], file: str
) -> Article:
    read = [
        sections.read(lines, start, end, file) for start, end in markup.spans(papers, len(lines))
    ]
    head = lines[: papers[0].at]
    link, found = _link(head)
    previous, about_previous = _previous(lines, read[-1].end, link)
    found += about_previous
    for section in read:
        found += section.findings
    found += findings.about_numbers([section.printed for section in read if section.printed])
    title_month = labels.month_in(_title(title))
    if title_month is None:
        found.append(Finding("warning", title.at + 1, "The title names no month and year."))
    return Article(
        kind="roundup",
        title=_title(title),
        title_month=title_month,
        subtitle=_subtitle(head, headings),
        link=link,
        previous_link=previous,
        items=_named(section.item for section in read),
        findings=_in_order(found),
    )


def _list(
    lines: list[str], headings: list[Heading], title: Heading, papers: list[Heading], file: str
) -> Article:
    head = lines[: papers[0].at]
    items, found = drafts.read(lines, headings, papers, file)
    link, about_link = _link(head)
    return Article(
        kind="list",
        title=_title(title),
        title_month=labels.month_in(_title(title)),
        subtitle=_subtitle(head, headings),
        link=link,
        previous_link="",
        items=_named(items),
        findings=_in_order([*found, *about_link]),
    )


def _in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: finding.line))


def _title(heading: Heading) -> str:
    title = markup.plain(heading.text)
    if "】" in title:
        return title
    # A translation may have lost the closing one of a pair of brackets.
    return title.removeprefix("【").lstrip()


def _subtitle(head: list[str], headings: list[Heading]) -> str:
    """The last heading of level two above pictures and papers; "" where there is none.

    One that is only a link is the publication's name ("Thoughts and Theory"), and is passed over.
    """
    end = next((at for at, line in enumerate(head) if markup.picture_in(line)), len(head))
    above = [heading.text for heading in headings if heading.level == 2 and heading.at < end]
    return next((markup.plain(text) for text in reversed(above) if not markup.is_link(text)), "")


def _link(head: list[str]) -> tuple[str, list[Finding]]:
    """Where the article was published, by the line above the papers that says so.

    An address that cannot be used is left out, with a finding.
    """
    for at, line in enumerate(head):
        label = _LINK_LINE.match(line)
        if label is None:
            continue
        link = _without_query(markup.address_in(line[label.end() :]))
        if link and (problem := addresses.problem(link)):
            shown = findings.address(addresses.without_user(link))
            text = f"Where the article was published, {shown}, {problem}."
            return "", [Finding("warning", at + 1, text)]
        return link, []
    return "", []


def _without_query(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0]


def _previous(lines: list[str], start: int, link: str) -> tuple[str, list[Finding]]:
    """Where the previous roundup is: the likeliest link below the papers, the first of several.

    A path without a host is taken to be on the host of the article's own `link`; where that is
    unknown, too, a finding says so.
    """
    best, best_rank, line = "", 0, 0
    for at in range(start, len(lines)):
        for anchor in markup.links_in(lines[at]):
            rank = _rank_as_previous(lines[at], anchor)
            if rank > best_rank and anchor.url.startswith(("/", "http://", "https://")):
                best, best_rank, line = anchor.url, rank, at + 1
    if not best.startswith("/"):
        return _without_query(best), []
    if not link:
        address = findings.address(best)
        text = f"The link to the previous roundup, {address}, names no host, nor does the article."
        return "", [Finding("warning", line, text)]
    host = "/".join(link.split("/", 3)[:3])
    return _without_query(host + best), []


def _rank_as_previous(line: str, anchor: Anchor) -> int:
    """How likely a link leads to the previous roundup; 0 where nothing speaks for it."""
    if line.strip("*_> \t").casefold().startswith(labels.PREVIOUS):
        return 3
    if labels.month_in(markup.plain(anchor.label)) or labels.month_in(anchor.url):
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
