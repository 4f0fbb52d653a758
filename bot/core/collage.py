"""An item of the queue, its states and its legal moves."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from bot.core import address, citation, per_network
from bot.core import slide as slides
from bot.core.errors import NotAllowed
from bot.core.paper import LinkKind, Paper
from bot.core.per_network import OnNetwork
from bot.core.slide import Slide
from bot.core.text import markdown

NAME_LENGTH = 80
"""Characters a NAME may have: it becomes a folder's name beside a date."""

MOST_NUMBER = 1_000_000
"""The greatest number that a collage may be given to keep."""

LENGTHS = {
    "title": 500,
    "paragraph": 20_000,
    "alt": 2_000,
    "caption": 1_000,
    "thread": 25_000,
    "on": 80,
    "on.thread": 25_000,
    "on.authors": per_network.MOST_HANDLE,
    "author": 200,
    "url": address.MOST,
    "slide.figure": slides.LENGTHS["figure"],
    "slide.caption": slides.LENGTHS["caption"],
    "slide.takeaway": slides.LENGTHS["takeaway"],
    "slide.theme": slides.LENGTHS["theme"],
}
"""The most characters a field may hold.

`alt`: Bluesky takes the most; what an account takes is checked when it is composed. The others are
far above any.
"""

ALT_TEXT = "alt text"
"""What a collage without one lacks."""

DEFAULT_LENGTH = 2_000
"""The most characters of a field that is not among `LENGTHS`."""

FIELDS_WITH_LINES = frozenset(
    {"paragraph", "alt", "thread", "on.thread", "figure", "slide.caption", "slide.takeaway"}
)
"""The fields that may hold line ends and tabs."""


# What shows nothing though Unicode calls it a letter, a mark or a sign: fillers, joiners, variation
# selectors, the empty Braille cell (Default_Ignorable_Code_Point of Unicode 15.1, but for Cf).
_SHOWS_NOTHING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0100-\U000e01ef]"
)

# What Unicode puts into the categories Cc and Cs.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class State(StrEnum):
    DRAFT = "draft"
    READY = "ready"
    CLAIMED = "claimed"
    POSTED = "posted"
    HELD = "held"


MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.READY, State.HELD}),
    State.READY: frozenset({State.DRAFT, State.HELD, State.CLAIMED}),
    State.CLAIMED: frozenset({State.POSTED, State.HELD}),
    State.HELD: frozenset({State.DRAFT, State.READY}),
    State.POSTED: frozenset(),
}
"""From each state the states it may go to. `posted` is history."""


class Picture(NamedTuple):
    """A picture in the database, addressed by the SHA-256 of its bytes.

    `width` and `height` in pixels, as people see it, upright; `size` in bytes; `file` is the name
    it came with, and `page` the one of a PDF that it names, 0 for none. `fingerprint` stays nearly
    the same when a picture is scaled or encoded anew; "" where nobody has looked. `ground` is what
    a transparent picture goes out on, "white" or "dark". `letters` is the height of its small
    letters in ten-thousandths of its width, 0 where none were found.
    """

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    file: str
    frames: int = 1
    page: int = 0
    fingerprint: str = ""
    ground: str = ""
    letters: int = 0
    is_blank: bool = False

    @property
    def has_alpha(self) -> bool:
        """Whether parts of it are transparent."""
        return bool(self.ground)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A collage as a file, an article or an editor gives it, before the queue has it.

    `paragraph` is Markdown; `thread` are part texts written by hand; `picture_file` is a file's
    name or path as given; `place` says where the item was read ("barlow.md", "article.md:41").
    `on` is what is different on some networks or accounts.
    """

    name: str
    paper: Paper
    paragraph: str = ""
    alt: str = ""
    thread: tuple[str, ...] = ()
    printed_number: str = ""
    caption: str = ""
    picture_file: str = ""
    place: str = ""
    slide: Slide = slides.NONE
    on: tuple[OnNetwork, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collage(Item):
    """An item in the queue of a series.

    `note` says why it is held; `revision` grows with every change. `kept_number` is a number that
    it brought along and gets when a slot claims it. A picture and an alt text that the program has
    drawn change with the number. `changed_by` last gave it words, links, a picture or an alt text.
    """

    id: int
    series: str
    state: State
    position: int
    picture: Picture | None = None
    picture_is_drawn: bool = False
    alt_is_drawn: bool = False
    pinned_on: date | None = None
    number: int | None = None
    number_year: int = 0
    kept_number: int | None = None
    note: str = ""
    changed_by: str = ""
    revision: int = 1
    posted_at: datetime | None = None
    posted_is_assumed: bool = False
    roundup: str = ""


def is_history(state: State) -> bool:
    return state == State.POSTED


def check_move(name: str, state: State, to: State) -> None:
    """Raise `NotAllowed` when a collage in `state` may not become `to`."""
    if to not in MOVES[state]:
        if is_history(state):
            raise NotAllowed(f"{name} is posted: what is out is history and stays as it is.")
        raise NotAllowed(f"{name} is {state} and cannot become {to}.")


def missing(item: Item, *, has_picture: bool) -> tuple[str, ...]:
    """What a collage still needs before it can be ready, in the words of the item file.

    Texts count by what people see of them.
    """
    paper = item.paper
    # "et al." alone names nobody.
    named, _ = citation.authors(paper.authors)
    needed = (
        ("a title", not is_blank(markdown.line(paper.title))),
        ("authors", not is_blank("".join(markdown.line(author.name) for author in named))),
        ("a year", paper.year is not None),
        ("a link to the paper", bool(paper.links_of(LinkKind.PAPER))),
        ("a paragraph", _says_something(item.paragraph) or not is_blank("".join(item.thread))),
        ("a picture", has_picture),
        (ALT_TEXT, not is_blank(markdown.lines(item.alt))),
    )
    return tuple(name for name, is_there in needed if not is_there)


def _says_something(paragraph: str) -> bool:
    """Whether anybody sees anything of a paragraph; only one without words is parsed for that."""
    if not is_blank(re.sub(r"<[^<>]*>|&#?\w+;", "", paragraph)):
        return True
    return not (is_blank(paragraph) or is_blank(markdown.plain(paragraph)))


def is_blank(text: str) -> bool:
    """Whether a text shows nothing to anybody: it is empty, or all of it is invisible."""
    return all(
        char.isspace()
        or unicodedata.category(char) in {"Cc", "Cf", "Cs"}
        or _SHOWS_NOTHING.match(char)
        for char in text
    )


def obstacle(item: Collage) -> str:
    """Why a collage could not go out as it is, as a sentence; "" where it could, or is out."""
    lacking = missing(item, has_picture=item.picture is not None)
    if not lacking or is_history(item.state):
        return ""
    return f"{item.name} could not go out: it lacks {', '.join(lacking)}."


def problems(item: Item) -> Iterator[str]:
    """What makes an item unusable, whatever its state: each a clause that names the field."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item.name) or len(item.name) > NAME_LENGTH:
        yield (
            f"name: {shown(item.name)} must be lower-case letters, digits and single hyphens, "
            f"at most {NAME_LENGTH}"
        )
    elif item.name.isdigit():
        yield f"name: {shown(item.name)} would read as a number; give it a letter"
    for field, text in texts(item):
        most = LENGTHS.get(field, DEFAULT_LENGTH)
        if len(text) > most:
            yield f"{field}: {len(text):,} characters, at most {most:,} are allowed"
        if bad := control(text, lines=field in FIELDS_WITH_LINES):
            yield f"{field}: holds the control character U+{ord(bad):04X}"
    for link in item.paper.links:
        if problem := address.problem(link.url):
            yield f"url: {shown(address.without_user(link.url))} {problem}"
    yield from slides.problems(item.slide)
    yield from per_network.problems(item.on)
    if item.paper.year is not None and not 1000 <= item.paper.year <= 9999:
        yield f"year: {item.paper.year} is no year"


def texts(item: Item) -> Iterator[tuple[str, str]]:
    """All texts of an item, each with the name of its field."""
    paper = item.paper
    yield "title", paper.title
    yield "alt", item.alt
    yield "paragraph", item.paragraph
    yield "caption", item.caption
    yield from (("author", author) for author in paper.authors)
    yield from (("url", link.url) for link in paper.links)
    yield from (("thread", text) for text in item.thread)
    yield from per_network.texts(item.on)
    yield "arxiv", paper.arxiv_id
    yield "doi", paper.doi
    yield "licence", paper.licence
    yield "printed_number", item.printed_number
    for figure in paper.figures:
        yield from (("figure", text) for text in (figure.file, figure.caption, figure.source))
    for reference in paper.references:
        yield from (("reference", text) for text in (reference.title, reference.url))
    yield from ((f"slide.{field}", text) for field, text in slides.texts(item.slide))


def shown(text: object, most: int = 60) -> str:
    """A value for a message: quoted, on one line, cut where it is long."""
    try:
        line = repr(text)
    except (RecursionError, ValueError):
        # Python writes no number of more than 4,300 digits, and nothing nested too deeply.
        return "something too large to show"
    if len(line) <= most:
        return line
    return line[: most - 1] + "…"


def one_line(text: str) -> str:
    """A text for a message, with escapes for what cannot be printed.

    That is, for example, a line end, or a stray byte of a file's name.
    """
    if text.isprintable():
        return text
    return "".join(map(_printable, text))


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    return ascii(char)[1:-1]


def control(text: str, *, lines: bool = False) -> str:
    """The first control character or lone surrogate, "" if there is none.

    PostgreSQL takes no NUL, UTF-8 no surrogate, and networks refuse the rest. With `lines`, line
    ends and tabs are allowed.
    """
    if lines:
        text = text.replace("\n", " ").replace("\t", " ")
    # Most texts are printable, which is seen in a fifth of the time.
    found = None if text.isprintable() else _CONTROL.search(text)
    return found[0] if found else ""


REASON_LENGTH = 2_000
"""The most characters of a reason that somebody gives."""


def reason_problem(why: str) -> str:
    """Why a reason that somebody gives cannot be stored, as a sentence; "" where it can."""
    if len(why) > REASON_LENGTH:
        return f"The reason has {len(why):,} characters, at most {REASON_LENGTH:,} are taken."
    if bad := control(why, lines=True):
        return f"The reason holds the control character U+{ord(bad):04X}."
    return ""


def without_control(text: str) -> str:
    """The text without its control characters and lone surrogates."""
    return _CONTROL.sub("", text)


def ascii_form(text: str) -> str:
    """The text with accents taken off, other scripts left out."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def slug(title: str) -> str:
    """A NAME from a title: ASCII letters, digits and hyphens, cut at a word.

    Empty where the title has no ASCII letters or digits.
    """
    read = ascii_form(markdown.line(title))
    words = re.findall(r"[a-z0-9]+", read.replace("'", "").lower())
    if not words:
        return ""
    most = NAME_LENGTH // 2
    name: str = words[0][:most]
    for word in words[1:]:
        longer = f"{name}-{word}"
        if len(longer) > most:
            break
        name = longer
    if name.isdigit():
        return f"paper-{name}"
    return name
