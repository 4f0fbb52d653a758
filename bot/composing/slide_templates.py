"""The templates of slides: a maintainer's, which go before those of the program."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot import files
from bot.composing import templates
from bot.core import collage, hints, toml
from bot.core.errors import BadInput
from bot.pictures.typeset import Source

MOST_BYTES = 5_000_000
"""Bytes that a file in a folder of templates may have."""

MOST_FILES = 100

THEMES = "themes.toml"


def found(own: Path, series: str) -> dict[str, Source]:
    """All files of slides by their names in a page's folder, such as "collage.typ".

    A maintainer's go before the program's, those for the series before those for all. Further
    files there, a background say, can be used by the templates. Raises `BadInput` for a file that
    cannot be read, or lies outside of the maintainer's folder.
    """
    sources = {}
    for folder, root in _folders(own, series):
        for file in _files(folder):
            name = file.relative_to(folder).as_posix()
            sources[name] = _source(file, root)
            if len(sources) > MOST_FILES:
                raise BadInput(f"{folder} holds more than {MOST_FILES} files for slides.")
    return sources


def themes(sources: Mapping[str, Source]) -> list[str]:
    """The names of the themes; raises `BadInput` where they cannot be read."""
    source = sources[THEMES]
    try:
        return list(toml.load(source.data.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise BadInput(f"{source.file}: {files.no_utf8(error)}.") from None
    except toml.BadToml as error:
        raise BadInput(f"{source.file} is no valid TOML: {error}.") from None


def check_theme(sources: Mapping[str, Source], name: str) -> None:
    """Raise `BadInput` where there is no theme of that name."""
    known = themes(sources)
    if name not in known:
        hint = hints.did_you_mean(name, known)
        raise BadInput(
            f"There is no theme {collage.shown(name)} in {sources[THEMES].file}; "
            f"it has {', '.join(known)}.{hint}"
        )


def files_of(own: Path, series: str) -> list[Path]:
    """All files that slides of a series may be set from, in order."""
    return [file for folder, _ in _folders(own, series) for file in _files(folder)]


def _folders(own: Path, series: str) -> Iterator[tuple[Path, Path]]:
    """The folders of slides, the less important ones first, each with what may not be left."""
    shipped = templates.shipped()
    for root in (shipped, own, own / "series" / series):
        yield root / templates.SLIDES, (shipped if root == shipped else own)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    every = (file for file in folder.rglob("*") if not file.name.startswith("."))
    return sorted(file for file in every if file.is_file())


def _source(file: Path, root: Path) -> Source:
    place = collage.one_line(str(file))
    if not file.resolve().is_relative_to(root.resolve()):
        raise BadInput(f"Template {place} leads out of {root}; put the file itself there.")
    try:
        data = files.read(file, MOST_BYTES, "a template")
    except files.Unreadable as error:
        raise BadInput(f"Template {place} cannot be read: {error}.") from None
    return Source(data, place, is_own=root != templates.shipped())
