"""Typesets a page from a template and data: a slide, a cover, a card.

What the data says is never read as markup. The page is set in a process of its own, rooted in a
folder that holds only the page's files.
"""

import atexit
import hashlib
import json
import struct
import tempfile
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from bot import environment, files, processes, system
from bot.core import collage
from bot.core.errors import BadInput, Unavailable

BOUNDS = processes.Bounds(30, 3_000_000_000)
"""For a page: it takes a second and 300 MB; most addresses are those of fonts and threads. Looking
through the fonts of a busy machine takes ten seconds once."""

POINTS_PER_INCH = 72
DENSITY = 144
"""Pixels per inch: two for each point of a template."""

MOST_PAGES = 200
"""Pages that one process sets: its memory grows a little with each."""

MOST_KEPT = 48_000_000
"""Bytes of pages that are kept, so that the same one is not set twice."""

PREFIX = "mlcollage-page-"

NOWHERE = "http://127.0.0.1:9"
"""What typst would fetch packages through: a port that nobody listens at."""


class Source(NamedTuple):
    """A template's bytes, the file that a message names, and whether it is the maintainer's own."""

    data: bytes
    file: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a PNG.

    `unshown` is what no font could show, `cut` names what was too long and ends with an ellipsis,
    `facts` are what the template tells of its layout.
    """

    png: bytes
    unshown: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = struct.unpack_from(">II", self.png, 16)
        return width, height


def render(
    template: str,
    data: Mapping[str, Any],
    pictures: Mapping[str, bytes],
    templates: Mapping[str, Source],
    fonts: Path | None = None,
) -> Page:
    """Set the page of a template, such as "collage.typ", with the data it reads as `data.json`.

    `pictures` are its further files by name, `templates` all templates by name, `fonts` a folder of
    the maintainer's. The same arguments on the same machine give the same bytes. Raises `BadInput`
    naming the template's file and line, `Unavailable` where no process can be started.
    """
    named = templates[template].file if template in templates else template
    before = _stopped.get(_templates_of(templates))
    if before and time.monotonic() - before.at < REMEMBERED:
        raise BadInput(before.message)
    written = json.dumps(data, sort_keys=True).encode()
    every = {**{name: source.data for name, source in templates.items()}, **pictures}
    every["data.json"] = written
    key = fingerprint(template, every, fonts)
    if page := _kept.get(key):
        _kept.move_to_end(key)
        return page
    try:
        page = _set(template, every, templates, fonts)
    except _Stopped as error:
        message = f"Template {named} {error}; make it simpler."
        # A slow machine or a lack of memory is no fault of the program's own templates.
        if error.is_late and any(source.is_own for source in templates.values()):
            _stopped[_templates_of(templates)] = _Before(time.monotonic(), message)
        raise BadInput(message) from None
    _keep(key, page)
    return page


class _Stopped(Exception):
    """Raised where the process had to be stopped over a page; the message says why."""

    is_late = False


class _Late(_Stopped):
    """Raised where a page took too long."""

    is_late = True


class _Before(NamedTuple):
    """When a page of some templates was stopped, in seconds of the monotonic clock."""

    at: float
    message: str


REMEMBERED = 600.0
"""Seconds for which it is remembered that templates were stopped, unless they change.

A mistake in one that all collages share costs their slot its time once.
"""

_stopped: dict[str, _Before] = {}


def _templates_of(templates: Mapping[str, Source]) -> str:
    return fingerprint("", {name: source.data for name, source in templates.items()}, None)


def fingerprint(template: str, every: Mapping[str, bytes], fonts: Path | None) -> str:
    """A hash of all that a page is made of."""
    found = hashlib.sha256(f"{template}\n{fonts or ''}\n".encode())
    for name, content in sorted(every.items()):
        found.update(f"{name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    return found.hexdigest()


def unshown(texts: list[str], fonts: Path | None = None) -> tuple[str, ...]:
    """What of some texts the fonts here do not show; raises as `render` does."""
    try:
        facts, _ = _asked({"task": "fonts", "texts": texts, "fonts": str(fonts or "")})
    except _Stopped as error:
        raise Unavailable(f"To look for fonts {error}.") from None
    return tuple(facts["unshown"])


_kept: OrderedDict[str, Page] = OrderedDict()


def _keep(key: str, page: Page) -> None:
    _kept[key] = page
    while sum(len(each.png) for each in _kept.values()) > MOST_KEPT:
        _kept.popitem(last=False)


def _set(
    template: str, every: Mapping[str, bytes], templates: Mapping[str, Source], fonts: Path | None
) -> Page:
    try:
        with files.scratch(Path(tempfile.gettempdir()), PREFIX) as scratch:
            root = scratch / "page"
            for name, content in every.items():
                _write(root, name, content)
            facts, png = _asked(
                {
                    "task": "page",
                    "root": str(root),
                    "main": template,
                    "fonts": str(fonts or ""),
                    "ppi": DENSITY,
                }
            )
    except OSError as error:
        reason = system.why(error)
        raise Unavailable(f"A page cannot be set: {reason}.") from None
    if "problem" in facts:
        raise BadInput(_sentence(facts, template, templates))
    told = facts["facts"]
    return Page(png, tuple(facts["unshown"]), tuple(told.get("cut", ())), told)


def _write(root: Path, name: str, content: bytes) -> None:
    """Write a file of a page's folder; its name comes from us, and leads nowhere else."""
    path = PurePosixPath(name)
    assert not path.is_absolute(), name
    assert ".." not in path.parts, name
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _sentence(facts: Mapping[str, Any], template: str, templates: Mapping[str, Source]) -> str:
    """What is wrong, in one sentence that names the template's file and line."""
    name = facts["file"]
    for known in sorted(templates, key=len, reverse=True):
        if name.endswith(known):
            name = known
            break
    source = templates.get(name)
    place = source.file if source else templates[template].file
    if source and facts["line"]:
        place += f", line {facts['line']}"
    elif name:
        # One of the page's pictures.
        place += f", {PurePosixPath(name).name}"
    reason = collage.one_line(" ".join(str(facts["problem"]).split()))[:300]
    if "packag" in reason:
        reason = "asks for a package, and slides are set without any"
    elif "escape" in reason or "file not found" in reason:
        reason = "asks for a file that is not among the page's own"
    return f"Template {place}: {reason.rstrip('.')}."


def _asked(question: Mapping[str, object]) -> tuple[dict[str, Any], bytes]:
    """What the process answers; raises `_Stopped`, or `Unavailable` where it cannot be started."""
    process = _process()
    try:
        answer = process.ask(json.dumps(question).encode())
    except processes.TooLong:
        raise _Late(f"takes more than {BOUNDS.seconds:g} s to be set") from None
    except processes.NotStarted as error:
        reason = system.why(error.__cause__ or error)
        raise Unavailable(f"The process that sets pages could not be started ({reason}).") from None
    except processes.NoAnswer:
        raise _Stopped("takes too much memory, or breaks what sets it") from None
    line, _, png = answer.partition(b"\n")
    facts: dict[str, Any] = json.loads(line)
    _count_page(process)
    return facts, png


_pages = 0


def _count_page(process: processes.Lasting) -> None:
    """End the process after many pages; it is started again for the next one."""
    global _pages
    _pages += 1
    if _pages % MOST_PAGES == 0:
        process.close()


@lru_cache(maxsize=1)
def _process() -> processes.Lasting:
    """The process; one for all pages of this process."""
    # Not imported here: typst takes 30 ms.
    script = Path(__file__).with_name("typeset_process.py")
    variables = {
        name: value
        for name, value in environment.for_children().items()
        if not name.casefold().endswith("_proxy")
    }
    variables |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), NOWHERE)
    process = processes.Lasting(script, BOUNDS, variables)
    atexit.register(process.close)
    return process
