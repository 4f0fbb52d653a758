"""A collage as a person writes it in a form: a text for each field, and read back from there.

Several texts of one field stand one below the other: authors and addresses a line each, the parts
of a thread with a line of three hyphens between them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bot.core import address, collage, paper, per_network
from bot.core.collage import Item, Picture, shown
from bot.core.merging import Values
from bot.core.paper import Link, LinkKind
from bot.core.per_network import OnNetwork

YES, NO = "yes", "no"

BETWEEN = "---"
"""The line between two parts of a thread; a part that has such a line gets a backslash before it.
"""

PICTURE = "picture"
"""The field with the picture: its SHA-256 and its file's name."""

PAPER = {"title": "title", "arxiv": "arxiv_id", "doi": "doi", "licence": "licence"}
"""Fields of the paper that hold one text, without white space around it; and the record's names."""

TEXTS = ("name", "printed_number", "caption", "alt", "paragraph")
"""The same of the collage."""

_FENCE = re.compile(r"\\*---")
_ON_FIELD = re.compile(r"on\.(?P<name>.+)\.(?P<key>skip|thread|handles)", re.DOTALL)
_ABOUT_ON = re.compile(r"on\.(?P<name>.+?)\.(?P<key>authors|thread)\b", re.DOTALL)


class Problem(NamedTuple):
    """What is wrong with a field, as a sentence; `field` is "" where it is about all of it."""

    field: str
    text: str


class Read(NamedTuple):
    """An item as it was written, and what is wrong with it."""

    item: Item
    problems: tuple[Problem, ...]


def fields(item: Item, picture: Picture | None = None, names: Iterable[str] = ()) -> dict[str, str]:
    """What a form holds of an item; `names` are networks or accounts that it has fields for."""
    about = item.paper
    values = {
        "name": item.name,
        "title": about.title,
        "authors": "\n".join(about.authors),
        "others": YES if about.others else "",
        "year": "" if about.year is None else str(about.year),
        "paragraph": item.paragraph,
        "alt": item.alt,
        "caption": item.caption,
        "thread": parted(item.thread),
        "arxiv": about.arxiv_id,
        "doi": about.doi,
        "licence": about.licence,
        "printed_number": item.printed_number,
        PICTURE: named(picture) if picture else "",
    }
    for kind in LinkKind:
        values[f"link.{kind}"] = "\n".join(link.url for link in about.links_of(kind))
    known = {entry.name: entry for entry in item.on}
    for name in dict.fromkeys((*names, *known)):
        values |= _fields_on(known.get(name, OnNetwork(name)))
    return values


def _fields_on(entry: OnNetwork) -> dict[str, str]:
    skips = {None: "", True: YES, False: NO}
    return {
        f"on.{entry.name}.skip": skips[entry.skip],
        f"on.{entry.name}.thread": parted(entry.thread),
        f"on.{entry.name}.handles": "\n".join(entry.authors),
    }


def named(picture: Picture) -> str:
    """A picture as the form's field has it."""
    return f"{picture.sha256} {picture.file}"


def parted(texts: Sequence[str]) -> str:
    """The parts of a thread as one text."""
    return f"\n{BETWEEN}\n".join(map(_marked, texts))


def _marked(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(f"\\{line}" if _FENCE.fullmatch(line) else line for line in lines)


def parts(text: str) -> tuple[str, ...]:
    """The parts of a thread in a text, as `parted` wrote them; those without words are left out."""
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip() == BETWEEN:
            found.append([])
        elif _FENCE.fullmatch(line):
            found[-1].append(line[1:])
        else:
            found[-1].append(line)
    whole = ("\n".join(lines).strip("\n") for lines in found)
    return tuple(text for text in whole if not collage.is_blank(text))


def read(values: Values, before: Item) -> Read:
    """The item that the values make of `before`; what they do not name stays."""
    about: dict[str, Any] = {"links": _links(values, before.paper.links)}
    about |= {PAPER[key]: text.strip() for key, text in values.items() if key in PAPER}
    if "authors" in values:
        about["authors"] = _lines(values["authors"])
    if "others" in values:
        about["others"] = values["others"] == YES
    year, problems = _year(values, before.paper.year)
    texts: dict[str, Any] = {key: text.strip() for key, text in values.items() if key in TEXTS}
    if "thread" in values:
        texts["thread"] = parts(values["thread"])
    # Without a name it keeps the one that it has.
    texts["name"] = texts.get("name") or before.name
    item = replace(
        before,
        paper=replace(before.paper, year=year, **about),
        on=_on(values, before.on),
        **texts,
    )
    return Read(item, (*problems, *_problems(item)))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _year(values: Values, before: int | None) -> tuple[int | None, tuple[Problem, ...]]:
    if "year" not in values:
        return before, ()
    text = values["year"].strip()
    if not text:
        return None, ()
    if text.isascii() and text.isdecimal() and len(text) == 4:
        return int(text), ()
    return before, (Problem("year", f"{shown(text)} is no year; write four digits."),)


def _links(values: Values, before: tuple[Link, ...]) -> tuple[Link, ...]:
    """The links, in the order that they had where the kinds allow it."""
    wanted, gone = list[Link](), list[LinkKind]()
    for kind in LinkKind:
        if f"link.{kind}" not in values:
            continue
        urls = _lines(values[f"link.{kind}"])
        if urls == tuple(link.url for link in before if link.kind == kind):
            continue
        wanted += [Link(kind, url) for url in urls]
        if not urls:
            gone.append(kind)
    return paper.replaced(before, wanted, gone)


def _on(values: Values, before: tuple[OnNetwork, ...]) -> tuple[OnNetwork, ...]:
    entries = before
    for field, text in values.items():
        if found := _ON_FIELD.fullmatch(field):
            entries = per_network.changed(entries, found["name"], **_said(found["key"], text))
    return entries


def _said(key: str, text: str) -> Mapping[str, object]:
    match key:
        case "skip":
            return {"skip": {YES: True, NO: False}.get(text)}
        case "thread":
            return {"thread": parts(text)}
        case _:
            return {"authors": _lines(text)}


def _problems(item: Item) -> Iterator[Problem]:
    for link in item.paper.links:
        if why := address.problem(link.url):
            told = shown(address.without_user(link.url))
            # What browsers show of an address is without its beginning.
            begin = "; write it with https:// at its head" if "://" not in link.url else ""
            yield Problem(f"link.{link.kind}", f"{told} {why}{begin}.")
    for clause in collage.problems(item):
        # Those of addresses are told above, with their kind.
        if not clause.startswith("url: "):
            yield problem(clause)


def problem(clause: str) -> Problem:
    """A problem that begins with the name of its place, at the field of the form it is about."""
    place, colon, words = clause.partition(": ")
    if not colon:
        return Problem("", sentence(clause))
    if found := _ABOUT_ON.match(place):
        key = "handles" if found["key"] == "authors" else "thread"
        return Problem(f"on.{found['name']}.{key}", sentence(words))
    field = {"author": "authors", "others": "authors"}.get(place, place)
    if field in (*PAPER, *TEXTS, "authors", "year", "thread", PICTURE):
        return Problem(field, sentence(words))
    return Problem("", sentence(clause))


def sentence(words: str) -> str:
    """The words with a full stop, and a capital where they begin with a letter."""
    ended = words if words.endswith((".", "?", "!")) else f"{words}."
    return f"{ended[:1].upper()}{ended[1:]}"
