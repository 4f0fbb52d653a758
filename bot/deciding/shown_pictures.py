"""The pictures of threads as files, to be looked at before they are sent: exactly their bytes."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from bot import files, system
from bot.composing.composed import ComposedThread
from bot.composing.fittings import Fittings
from bot.core.collage import shown
from bot.core.errors import BadInput, NotAllowed


def write(threads: Iterable[ComposedThread], fits: Fittings, folder: Path) -> list[Path]:
    """Write the pictures of threads into a folder, as ACCOUNT-FILE; the paths, in order.

    A file that is there with the same bytes stays. Raises `NotAllowed`, before anything is
    written, where another one has such a name, and `BadInput` where one cannot be written.
    """
    pictures = {folder / name: data for name, data in _pictures(threads, fits)}
    for path, data in pictures.items():
        if _is_another(path, data):
            raise NotAllowed(
                f"{shown(str(path))} is there already and is another file; nothing was written. "
                "Name an empty folder."
            )
    for path, data in pictures.items():
        if not path.exists():
            _create(path, data)
    return [*pictures]


def _pictures(threads: Iterable[ComposedThread], fits: Fittings) -> Iterator[tuple[str, bytes]]:
    """The pictures that go out, each with its name; none of a thread that cannot go out."""
    for thread in threads:
        for part in thread.parts:
            if part.image and not thread.problems:
                name = _name(thread.account, part.position, part.image.file)
                yield name, fits.data(part.image.sha256)


def _name(account: str, position: int, file: str) -> str:
    name = re.sub(r"[^\w.()+ -]", "-", PurePath(file).name)
    if position == 1:
        return f"{account}-{name}"
    return f"{account}-{position}-{name}"


def _is_another(path: Path, data: bytes) -> bool:
    try:
        if not path.exists() and not path.is_symlink():
            return False
        return not path.is_file() or path.read_bytes() != data
    except OSError as error:
        raise BadInput(f"{shown(str(path))} cannot be read: {system.why(error, path)}.") from None


def _create(path: Path, data: bytes) -> None:
    try:
        files.create(path, data)
    except OSError as error:
        raise BadInput(
            f"{shown(str(path))} cannot be written: {system.why(error, path)}."
        ) from None
