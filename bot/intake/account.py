"""Counts and names what of an article was not taken: paragraphs, list items, links, headings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.core import collage
from bot.intake import findings, labels, markup
from bot.intake.blocks import BOLD, Block, Kind
from bot.intake.findings import Finding
from bot.intake.outline import Other

_MOST_NAMED = 5
"""Links, footnotes and items that are named one by one; more are counted."""

_PLURALS = {
    "piece of code": "pieces of code",
    "piece of HTML": "pieces of HTML",
}


def of_blocks(left: Iterable[Block], where: str, advice: str = "") -> Iterator[Finding]:
    """Yield a note that counts what was left at a place, as in "above the first paper"."""
    counted = [block for block in left if not _is_silent(block)]
    if not counted:
        return
    kinds = Counter(_kind(block) for block in counted)
    links = sum(len(_addresses(block)) for block in counted)
    counts = [_count(number, kind) for kind, number in kinds.items()]
    if links:
        counts.append(_count(links, "link"))
    verb = "are"
    if len(counts) == 1 and sum(kinds.values()) == 1:
        verb = "is"
    lines = sorted({block.at + 1 for block in counted})
    named = findings.on_lines(lines)
    if words := _words(counted):
        named += f": {words}"
    text = f"{where}, {findings.listed(counts)} {verb} not taken ({named})"
    if advice:
        text += f"; {advice}"
    yield Finding("note", lines[0], f"{text[0].upper()}{text[1:]}.")


def _words(counted: Sequence[Block]) -> str:
    """What one block says, and where the links of a few lead; "" where that is too much."""
    named = []
    if len(counted) == 1:
        named.append(collage.shown(markup.plain(" ".join(counted[0].source.split())[:400])))
    urls = [url for block in counted for url in _addresses(block)]
    if len(urls) <= _MOST_NAMED:
        named += [findings.address(url) for url in urls if url]
    return findings.listed(list(dict.fromkeys(named))) if named else ""


def of_notes(left: Iterable[Block]) -> Iterator[Finding]:
    """Yield a note on each of the first footnotes that were not taken, and one on the rest."""
    notes = [block for block in left if block.kind is Kind.NOTE]
    for note in notes[:_MOST_NAMED]:
        yield from of_blocks([note], "of the article")
    yield from of_blocks(notes[_MOST_NAMED:], "of the article")


def of_rows(left: Sequence[Block], last: int) -> Iterator[Finding]:
    """Yield a warning on items and rows among the papers that are none, and a note on the rest.

    `last` is the line of the last paper, counted from 1.
    """
    among: list[Block] = []
    for block in left:
        if _is_among(block, last):
            among.append(block)
            # What follows in the same list is among its papers, too.
            last = max(last, block.end)
    groups = [[block] for block in among[:_MOST_NAMED]]
    for group in [*groups, among[_MOST_NAMED:]]:
        for finding in of_blocks(group, "among the papers"):
            yield Finding("warning", finding.line, finding.text)
    rest = [block for block in left if block not in among]
    yield from of_blocks(rest, "between and below the papers")


def _is_among(block: Block, last: int) -> bool:
    """Whether a block is a row of the papers' table, or an item of their list."""
    if block.kind is Kind.TABLE:
        return len(block.lines) == 1 or block.at < last
    return block.kind is Kind.ITEM and block.at <= last


def of_strays(heading: Block, left: Sequence[Block], *, is_list: bool) -> Iterator[Finding]:
    """Yield a finding on what stands under a heading that is no paper's.

    With `is_list`, links to papers may be papers that were not taken: that is a warning.
    """
    title = collage.shown(markup.plain(heading.text))
    for finding in of_blocks(left, f"under the heading {title}"):
        urls = [anchor.url for block in left for anchor in markup.anchors_in(block.source)]
        if is_list and any(labels.arxiv_id(url) for url in urls):
            yield Finding("warning", finding.line, finding.text)
        else:
            yield finding


def of_headings(others: Sequence[Other]) -> Iterator[Finding]:
    """Yield a finding for each heading of the papers' level that became no collage."""
    for other in others:
        title = collage.shown(markup.plain(other.heading.text))
        line = other.heading.at + 1
        if other.is_aside:
            yield Finding("note", line, f"The heading {title} is not taken for a paper's.")
            continue
        text = f"The heading {title} became no collage: under it is no line of authors"
        advice = 'if it is a paper, give it a line "Authors: …" or "Paper: https://…"'
        yield Finding("warning", line, f"{text} and no link to a paper; {advice}.")


def _is_silent(block: Block) -> bool:
    """Whether nothing is said of a block: a rule, or a heading, which is named elsewhere."""
    return block.kind is Kind.RULE or (block.kind is Kind.HEADING and block.level != BOLD)


def _kind(block: Block) -> str:
    if block.kind is Kind.HEADING:
        return "bold line"
    if block.kind is Kind.TABLE and len(block.lines) == 1:
        return "row of a table"
    return str(block.kind)


def _addresses(block: Block) -> list[str]:
    """Where the links of a block lead."""
    if block.links:
        return list(block.links)
    return [anchor.url for line in block.lines for anchor in markup.anchors_in(line)]


def _count(number: int, kind: str) -> str:
    if number == 1:
        return f"1 {kind}"
    plural = _PLURALS.get(kind, f"{kind}s").replace("row of a tables", "rows of tables")
    return f"{number} {plural}"
