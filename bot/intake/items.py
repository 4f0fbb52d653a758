"""Item files: Markdown (the paragraph) under TOML front matter, with the picture beside it."""

import itertools
import stat
import tempfile
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from bot import files, system
from bot.core import appearance, collage, per_network
from bot.core import slide as slides
from bot.core.errors import BadInput
from bot.core.paper import Link, LinkKind, Paper
from bot.core.per_network import OnNetwork
from bot.core.slide import Slide
from bot.intake import frontmatter

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".tif", ".tiff")
"""Endings of what is taken from beside an item file. A PDF is named: it may be the paper itself."""
MOST_BYTES = 1_000_000


def load(path: Path) -> collage.Item:
    """Read the item in a file; raises `BadInput`.

    Its `picture_file` is the absolute path of the picture that the front matter names, or else of
    the one beside the file with the same stem; "" where there is none.
    """
    item = _parsed(_read(path), str(path))
    try:
        if item.picture_file:
            picture = _named_picture(path, item.picture_file)
        else:
            picture = _picture_beside(path)
    except BadInput as error:
        raise BadInput(f"{item.place}: picture: {error}") from None
    return replace(item, picture_file=picture, slide=_with_paths(path, item))


def _with_paths(path: Path, item: collage.Item) -> Slide:
    """The item's slide with the absolute paths of its figures; raises `BadInput`."""
    found = []
    for place, figure in enumerate(item.slide.figures, 1):
        name = appearance.named(figure.file).file
        try:
            file = _named_picture(path, name) + figure.file.removeprefix(name)
        except BadInput as error:
            raise BadInput(f"{item.place}: slide: figures, entry {place}: {error}") from None
        found.append(figure._replace(file=file))
    return replace(item.slide, figures=tuple(found))


def parse(text: str, place: str) -> collage.Item:
    """Parse the item in a text; raises `BadInput`.

    `place` says in messages where it stands; its stem names an item without `name` and `title`.
    """
    # The byte order mark that some editors put first; reading a file drops it.
    return _parsed(text.removeprefix("\ufeff"), place)


def _parsed(text: str, place: str) -> collage.Item:
    place = collage.one_line(place)
    try:
        front, paragraph = frontmatter.read(text)
        item = _item(front, paragraph, place)
        for problem in collage.problems(item):
            raise BadInput(problem)
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from None
    return item


def dump(item: collage.Item, picture: str) -> str:
    """Return the item as the text of a file, from which `parse` gives the same item.

    Keys that every collage needs are written even where they are empty, for a person to fill in.
    """
    import tomlkit  # heavy: 45 ms, for the editor and exports only

    def written(value: object) -> object:
        if isinstance(value, tuple):
            entries = tomlkit.array().multiline(sum(map(len, value)) > 80)
            entries.extend(map(written, value))
            return entries
        if isinstance(value, dict):
            return {key: written(entry) for key, entry in value.items()}
        # A line that is a fence would end the front matter: such a text stays on one line.
        if not isinstance(value, str) or "\n" not in value or frontmatter.is_fenced(value):
            return value
        return tomlkit.string(value, multiline=True)

    front = {key: written(value) for key, value in _front(item, picture).items()}
    return f"{frontmatter.FENCE}\n{tomlkit.dumps(front)}{frontmatter.FENCE}\n\n{item.paragraph}\n"


def keep_rejected(name: str, text: str) -> Path:
    """Keep an edited text that cannot be read in a new file here, or else in the system's folder
    for temporary files; earlier ones stay. Raises `BadInput` where neither can be written.
    """
    data = text.encode("utf-8", "surrogateescape")
    for folder in (Path(), Path(tempfile.gettempdir())):
        with suppress(OSError):
            return _keep(folder, name, data)
    raise BadInput(f"{name} is unchanged, and your text cannot be kept: no file can be written")


def _keep(folder: Path, name: str, data: bytes) -> Path:
    for number in itertools.chain([""], (f"-{number}" for number in itertools.count(2))):
        file = folder / f"{name}.rejected{number}.md"
        with suppress(FileExistsError):
            files.create(file, data)
            break
    return file


def _front(item: collage.Item, picture: str) -> dict[str, Any]:
    """The front matter's values in the order of the file: needed ones, others that are set, links.

    The links come last, because TOML allows no further plain keys behind a table.
    """
    paper = item.paper
    needed = {
        "name": item.name,
        "title": paper.title,
        "authors": paper.authors,
        "others": paper.others,
        "year": paper.year or 0,
        "picture": picture,
        "alt": item.alt,
    }
    rest = {
        "arxiv": paper.arxiv_id,
        "doi": paper.doi,
        "licence": paper.licence,
        "printed_number": item.printed_number,
        "caption": item.caption,
        "thread": item.thread,
        "figures": [_filled(figure._asdict()) for figure in paper.figures],
        "references": [reference._asdict() for reference in paper.references],
    }
    slide = _slide(item.slide)
    tables = _filled({"slide": slide, "on": _on(item.on)})
    return {**needed, **_filled(rest), "links": _links(paper.links), **tables}


def _on(entries: tuple[OnNetwork, ...]) -> dict[str, Any]:
    """What is different on networks; texts as tuples, which are written a line each."""
    return {
        entry.name: {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in per_network.table(entry).items()
        }
        for entry in entries
    }


def _slide(slide: Slide) -> dict[str, Any]:
    """The slide's table; a figure without a caption is its file's name alone."""
    figures = [
        _filled({"file": figure.file, "caption": figure.caption}) if figure.caption else figure.file
        for figure in slide.figures
    ]
    return _filled(
        {
            "theme": slide.theme,
            "format": slide.format,
            "takeaways": list(slide.takeaways),
            "figures": figures,
        }
    )


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _links(links: tuple[Link, ...]) -> object:
    """The short form, by kind, where it keeps the order; an empty `paper` where none is known."""
    grouped = groupby(links, lambda link: link.kind)
    runs = [(kind, [link.url for link in run]) for kind, run in grouped]
    by_kind = dict(runs)
    if len(by_kind) < len(runs):
        return [{"kind": str(link.kind), "url": link.url} for link in links]
    short: dict[str, object] = {}
    if LinkKind.PAPER not in by_kind:
        short["paper"] = ""
    for kind, urls in by_kind.items():
        short[str(kind)] = urls
        if len(urls) == 1:
            short[str(kind)] = urls[0]
    return short


def _item(front: dict[str, Any], paragraph: str, place: str) -> collage.Item:
    title = front.get("title", "")
    name = front.get("name") or collage.slug(title) or collage.slug(Path(place).stem)
    if not name:
        raise BadInput(
            "name: is missing, and neither the title nor the file's name "
            "has letters a-z to make one of"
        )
    paper = Paper(
        title=title,
        authors=front.get("authors", ()),
        others=front.get("others", False),
        year=front.get("year"),
        links=front.get("links", ()),
        arxiv_id=front.get("arxiv", ""),
        doi=front.get("doi", ""),
        licence=front.get("licence", ""),
        figures=front.get("figures", ()),
        references=front.get("references", ()),
    )
    return collage.Item(
        name=name,
        paper=paper,
        paragraph=paragraph,
        alt=front.get("alt", ""),
        thread=front.get("thread", ()),
        printed_number=front.get("printed_number", ""),
        caption=front.get("caption", ""),
        picture_file=front.get("picture", ""),
        place=place,
        slide=front.get("slide", slides.NONE),
        on=front.get("on", ()),
    )


def _read(path: Path) -> str:
    try:
        return files.read_text(path, MOST_BYTES, "an item file")
    except files.Unreadable as error:
        raise BadInput(f"{collage.one_line(str(path))}: {error}") from None


def _named_picture(path: Path, name: str) -> str:
    folder, named = path.absolute().parent, appearance.named(name)
    picture = folder / named.file
    try:
        check_inside(picture, folder)
        mode = picture.stat().st_mode
    except FileNotFoundError:
        raise BadInput(f"there is no {collage.shown(name)} in the item file's folder") from None
    except (OSError, ValueError, RuntimeError) as error:
        # ValueError: a name with a null character; RuntimeError: links in a circle.
        reason = system.why(error)
        raise BadInput(f"{collage.shown(name)} cannot be read ({reason})") from None
    if not stat.S_ISREG(mode):
        raise BadInput(f"{collage.shown(name)} is no file")
    return str(folder / name)


def check_inside(picture: Path, folder: Path) -> None:
    """Raise `BadInput` for a picture outside of the folder, also by a symbolic link.

    Whoever wrote an item may not choose among all files of whoever adds it.
    """
    if not picture.resolve().is_relative_to(folder.resolve()):
        name, place = collage.shown(picture.name), collage.one_line(str(folder))
        raise BadInput(
            f"{name} is outside of the folder {place}; put it there, or "
            "add the item without it, and then: mlcollage edit NAME --picture FILE"
        )


def _picture_beside(path: Path) -> str:
    path = path.absolute()
    alike = (file for file in path.parent.glob("*") if file.stem == path.stem)
    near = sorted(file for file in alike if file.suffix.lower() in PICTURE_SUFFIXES)
    if len(near) > 1:
        names = ", ".join(collage.one_line(file.name) for file in near)
        raise BadInput(f"several lie beside the item file ({names}); name one")
    if not near:
        return ""
    check_inside(near[0], path.parent)
    return str(near[0])
