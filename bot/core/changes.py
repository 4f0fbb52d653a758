"""What was changed: from what to what, field by field."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.core.collage import Collage, Picture
from bot.core.paper import LinkKind, Paper
from bot.core.per_network import OnNetwork
from bot.core.slide import Slide

NOTHING = "none"
"""What stands for an empty value."""

MOST_SHOWN = 60
"""Characters of a long text that are shown of each side."""

AROUND = 15
"""Characters before and after a change that are shown with it."""


JOINERS = "\u200c\u200d"
"""They join and part letters and signs, and show nothing by themselves."""


class Changed(NamedTuple):
    """One field, before and after; empty where there was or is nothing."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        before, after = _clipped(self.before, self.after)
        told = f"{self.field}: {before or NOTHING} → {after or NOTHING}"
        return "".join(_printable(char) for char in told)


def told(changes: Sequence[Changed]) -> str:
    """All changes on one line, long texts cut to what is different in them."""
    return "; ".join(map(str, changes))


def between(before: Collage, after: Collage) -> tuple[Changed, ...]:
    """All fields of a collage that an edit has changed, its state included."""
    old, new = dict(_fields(before)), dict(_fields(after))
    names = dict.fromkeys([*old, *new])
    pairs = [(name, old.get(name, ""), new.get(name, "")) for name in names]
    return tuple(Changed(*pair) for pair in pairs if pair[1] != pair[2])


def state(before: object, after: object) -> tuple[Changed, ...]:
    """The change of a state."""
    return changed("state", before, after)


def changed(field: str, before: object, after: object) -> tuple[Changed, ...]:
    """The change of one field, as a list of its own; empty where nothing has changed."""
    old, new = _text(before), _text(after)
    if old == new:
        return ()
    return (Changed(field, old, new),)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _fields(item: Collage) -> Iterator[tuple[str, str]]:
    """All that an edit may change, as texts, by the names that people see."""
    yield "name", item.name
    yield from _paper(item.paper)
    yield "paragraph", item.paragraph
    yield "alt", item.alt
    yield "caption", item.caption
    yield "printed number", item.printed_number
    yield "picture", _picture(item.picture)
    yield from _slide(item.slide)
    for place, text in enumerate(item.thread, 1):
        yield f"thread {place}", text
    for entry in item.on:
        yield from _on(entry)
    yield "state", item.state.value


def _on(entry: OnNetwork) -> Iterator[tuple[str, str]]:
    if entry.skip is not None:
        yield f"skipped on {entry.name}", "yes" if entry.skip else "no"
    yield f"handles on {entry.name}", "; ".join(entry.authors)
    for place, text in enumerate(entry.thread, 1):
        yield f"thread {place} on {entry.name}", text


def _paper(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "title", paper.title
    yield "authors", "; ".join(paper.authors)
    yield "more authors", "yes" if paper.others else "no"
    yield "year", _text(paper.year)
    for kind in LinkKind:
        yield kind.value, ", ".join(link.url for link in paper.links_of(kind))
    yield "arxiv", paper.arxiv_id
    yield "doi", paper.doi
    yield "licence", paper.licence
    for place, figure in enumerate(paper.figures, 1):
        yield f"figure {place}", "; ".join(filter(None, figure))
    for place, reference in enumerate(paper.references, 1):
        yield f"reference {place}", "; ".join(filter(None, reference))


def _slide(slide: Slide) -> Iterator[tuple[str, str]]:
    for place, figure in enumerate(slide.figures, 1):
        yield f"slide figure {place}", "; ".join(filter(None, (*figure[:2], figure.sha256[:12])))
    for place, takeaway in enumerate(slide.takeaways, 1):
        yield f"takeaway {place}", takeaway
    yield "slide theme", slide.theme
    yield "slide format", slide.format


def _picture(picture: Picture | None) -> str:
    if picture is None:
        return ""
    size = f"{picture.width} × {picture.height}, {picture.size:,} bytes"
    return f"{picture.file} ({size}, {picture.sha256[:12]})"


def _printable(char: str) -> str:
    """The character, or an escape for a control character and for what turns the direction."""
    if char.isprintable() or char in JOINERS:
        return char
    return ascii(char)[1:-1]


def _clipped(before: str, after: str) -> tuple[str, str]:
    """Both texts on one line each, and of long ones the part that is different."""
    before, after = " ".join(before.split()), " ".join(after.split())
    if max(len(before), len(after)) <= MOST_SHOWN or not (before and after):
        return _cut(before, 0), _cut(after, 0)
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    start = max(0, start - AROUND)
    if start:
        # From the next word on.
        start = before.find(" ", start, start + AROUND) + 1 or start
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    """The text from there on, at most `MOST_SHOWN` characters of it, with "…" for what is left out.

    A list of names or addresses is never cut: each of them may have been replaced.
    """
    shown = text[start : start + MOST_SHOWN]
    if "://" in text or "; " in text:
        return text
    if start:
        shown = f"…{shown}"
    if start + MOST_SHOWN < len(text):
        shown = f"{shown}…"
    return shown
