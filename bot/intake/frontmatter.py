"""The front matter of an item file: TOML between two +++ lines, known keys and checked values."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.core import collage, hints, per_network, slide, toml
from bot.core.errors import BadInput
from bot.core.paper import Figure, Link, LinkKind, Reference
from bot.core.per_network import OnNetwork
from bot.core.slide import Slide

Readers = Mapping[str, Callable[[str, object], Any]]

FENCE = "+++"
MOST_ENTRIES = 1_000
"""How many entries a list may have; longer lists of authors are told by `others = true`."""

_BLANK = " \t\n"


def read(text: str) -> tuple[dict[str, Any], str]:
    """Return the checked values of the keys that are there, and the paragraph below.

    Raises `BadInput` naming the line or the key that is wrong.
    """
    front, paragraph = _split(text.replace("\r\n", "\n"))
    return _table(_toml(front), KEYS), paragraph


def is_fenced(text: str) -> bool:
    """Whether a line of the text would open or end front matter."""
    return any(line.rstrip() == FENCE for line in text.split("\n"))


def _split(text: str) -> tuple[str, str]:
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise BadInput(
            f"line 1: must be {FENCE}, the start of the front matter, not {collage.shown(lines[0])}"
        )
    for count, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return "\n".join(lines[1:count]) + "\n", "\n".join(lines[count + 1 :]).strip(_BLANK)
    raise BadInput(
        f"line 1: the front matter that starts here has no end; put a line {FENCE} under it"
    )


def _toml(front: str) -> dict[str, Any]:
    """Parse the front matter; lines in messages count from the file's start, the fence's line.

    Raises `BadInput`.
    """
    try:
        return toml.load(front)
    except toml.BadToml as error:
        place = f"line {error.line + 1}" if error.line else "front matter"
        raise BadInput(f"{place}: {collage.one_line(error.reason)}") from None


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{key}: must be a text in quotes, not {_given(value)}")
    return value.strip(_BLANK)


def _truth(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"{key}: must be true or false, not {_given(value)}")
    return value


def _year(key: str, value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadInput(f"{key}: must be a whole number, not {_given(value)}")
    # Python refuses to print integers of more than 4,300 digits, which hexadecimal TOML can hold.
    if not 0 <= value <= 9999:
        raise BadInput(f"{key}: must be a year of four digits")
    return value or None


def _entries(key: str, value: object) -> list[tuple[str, Any]]:
    """The entries of a list, each with the key that names it in a message."""
    if not isinstance(value, list):
        raise BadInput(f"{key}: must be a list in square brackets, not {_given(value)}")
    if len(value) > MOST_ENTRIES:
        raise BadInput(f"{key}: has {len(value):,} entries, at most {MOST_ENTRIES:,} are allowed")
    return [(f"{key}, entry {count}", entry) for count, entry in enumerate(value, 1)]


def _texts(key: str, value: object) -> tuple[str, ...]:
    texts = [_text(where, entry) for where, entry in _entries(key, value)]
    return tuple(text for text in texts if text)


def _all_texts(key: str, value: object) -> tuple[str, ...]:
    """As `_texts`, with those that are empty: their place counts."""
    return tuple(_text(where, entry) for where, entry in _entries(key, value))


def _kind(key: str, value: object) -> LinkKind:
    text = _text(key, value)
    if text not in set(LinkKind):
        raise BadInput(f"{key}: there is no kind of link {_given(text)}{_nearest(text, LinkKind)}")
    return LinkKind(text)


def _links(key: str, value: object) -> tuple[Link, ...]:
    """Links as a list of tables in any order, or as a table whose keys are kinds."""
    if isinstance(value, dict):
        return _links_by_kind(key, value)
    links = list(_tables(key, value, {"kind": _kind, "url": _text}))
    for count, link in enumerate(links, 1):
        for name in ("kind", "url"):
            if not link.get(name):
                raise BadInput(f"{key}, entry {count}: {name}: is missing")
    return tuple(Link(**link) for link in links)


def _links_by_kind(key: str, table: Mapping[str, object]) -> tuple[Link, ...]:
    """Links from a table such as {paper = "https://…", code = ["https://…", "https://…"]}."""
    links: list[Link] = []
    kinds = [_kind(key, name) for name in table]
    for kind, urls in zip(kinds, table.values(), strict=True):
        if not isinstance(urls, list):
            urls = [urls]
        links += [Link(kind, url) for url in _texts(f"{key}.{kind}", urls)]
    return tuple(links)


def _figures(key: str, value: object) -> tuple[Figure, ...]:
    tables = _tables(key, value, {"file": _text, "caption": _text, "source": _text})
    return tuple(Figure(**{"file": "", **table}) for table in tables)


def _references(key: str, value: object) -> tuple[Reference, ...]:
    tables = _tables(key, value, {"title": _text, "url": _text})
    return tuple(Reference(**{"title": "", "url": "", **table}) for table in tables)


def _slide(key: str, value: object) -> Slide:
    return Slide(**_table(value, SLIDE_KEYS, f"{key}: "))


def _slide_figures(key: str, value: object) -> tuple[slide.Figure, ...]:
    """Figures as file names, or as tables with a caption."""
    found = []
    for where, entry in _entries(key, value):
        given = entry
        if isinstance(entry, str):
            given = {"file": entry}
        table = _table(given, {"file": _text, "caption": _text}, f"{where}: ")
        if not table.get("file"):
            raise BadInput(f"{where}: file: is missing")
        found.append(slide.Figure(**table))
    return tuple(found)


def _on(key: str, value: object) -> tuple[OnNetwork, ...]:
    """What is different on networks, from a table of tables; those that say nothing are left out.

    Which names there are depends on the configuration; it is checked where the item is taken in.
    """
    if not isinstance(value, dict):
        raise BadInput(f"{key}: must be tables such as [{key}.x], not {_given(value)}")
    entries = (
        per_network.of_table(name, _table(said, ON_KEYS, f"{key}.{name}: "))
        for name, said in value.items()
    )
    return tuple(entry for entry in entries if per_network.table(entry))


def _tables(key: str, value: object, keys: Readers) -> list[dict[str, Any]]:
    return [_table(entry, keys, f"{where}: ") for where, entry in _entries(key, value)]


def _table(value: object, keys: Readers, where: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(f"{where}must be a table in braces, not {_given(value)}")
    for name in value:
        if name not in keys:
            raise BadInput(f"{where}unknown key {_given(name)}{_nearest(name, keys)}")
    return {name: keys[name](f"{where}{name}", entry) for name, entry in value.items()}


SLIDE_KEYS: Readers = {
    "figures": _slide_figures,
    "takeaways": _texts,
    "theme": _text,
    "format": _text,
}

ON_KEYS: Readers = {"skip": _truth, "thread": _all_texts, "authors": _texts}

KEYS: Readers = {
    **dict.fromkeys(
        ("name", "title", "arxiv", "doi", "licence", "alt", "picture", "printed_number", "caption"),
        _text,
    ),
    "authors": _texts,
    "others": _truth,
    "year": _year,
    "thread": _all_texts,
    "links": _links,
    "figures": _figures,
    "references": _references,
    "slide": _slide,
    "on": _on,
}
"""What the front matter may hold, each with what reads and checks it."""


def _given(value: object) -> str:
    """A wrong value as its writer knows it; lists and tables only by kind, as they may be deep."""
    match value:
        case str() if len(value) > 40:
            return f'"{collage.one_line(value[:40])}…"'
        case str():
            return f'"{collage.one_line(value)}"'
        case bool():
            return str(value).lower()
        case int() | float() if abs(value) < 1e15:
            return str(value)
        case int() | float():
            return "such a number"
        case list():
            return "a list"
        case dict():
            return "a table"
    return "a date or time"


def _nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is meant, or all of them where none is near."""
    names = list(map(str, known))
    near = hints.nearest(name, names)
    if near:
        return f'; did you mean "{near}"?'
    return f"; there are {', '.join(names)}"
