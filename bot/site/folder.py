"""Writes a site's files into its folder: staged beside, then each put in its place as a whole.

What is as it was written is left alone, also where it need not even be made: units whose key is
the same are skipped. What was edited by hand is never overwritten in silence.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple

from bot import files as place
from bot import system
from bot.core.collage import shown
from bot.core.errors import BadInput, Unavailable

PAGE = "index.html"
WRITTEN = ".mlcollage.json"
"""The file in which a site's folder says what was written into it."""
NEW = ".mlcollage.new.json"
"""The file that says what is being put in place, in case that is cut off: SHA-256 by path."""
EDITED = ".edited"
"""Ends the name of a file that was edited by hand, once it has made way."""
STAGING = ".mlcollage-staging-"
MOST_SYNCED = 32
"""Files that are synced one by one; of more, the whole system is synced once."""
MOST_FETCHED = 32
"""Pictures that are fetched together, and so the most whose bytes are held at once."""

Content = bytes | str
"""A file's bytes; or the SHA-256 by which they are fetched where they are needed."""
Fetch = Callable[[Sequence[str]], Mapping[str, bytes]]
"""Gives the bytes of pictures by their SHA-256."""


class Written(NamedTuple):
    """What became of files: whether any changed, and which were left alone or made way.

    `edited` were edited by hand: they are as they were, or beside under another name. `paths` were
    written and `removed` taken away; `problems` say which units could not be made, and why.
    """

    changed: bool
    edited: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


class _File(NamedTuple):
    """A file as it was written: its hash, and by what it is seen that nobody has touched it."""

    sha256: str
    size: int = -1
    mtime: int = 0


class _Move(NamedTuple):
    path: str
    staged: str
    file: _File


class _Record:
    """What was written into a folder, as far as it says: files, and units with key and files."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, _File] = {}
        self.units: dict[str, tuple[str, list[str]]] = {}
        self._file = folder / WRITTEN
        self._read()
        self.is_changed = False
        new = _json(folder / NEW)
        self.was_cut_off = (folder / NEW).is_file()
        self.new: dict[str, str] = {str(path): str(sha) for path, sha in new.items()}

    def _read(self) -> None:
        found = _json(self._file)
        if "files" not in found:
            # By an earlier version: a table of hashes.
            self.files = {str(path): _File(str(sha)) for path, sha in found.items()}
            return
        # What somebody has damaged says nothing at all: then every file is looked at.
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            listed = found["files"].items()
            files = {path: _File(str(sha), *facts) for path, (sha, *facts) in listed}
            units = found["units"].items()
            self.units = {name: (str(key), [*map(str, paths)]) for name, (key, paths) in units}
            self.files = files

    def save(self) -> None:
        """Write it, the last of all."""
        data = {"files": self.files, "units": self.units}
        encoded = json.dumps(data, sort_keys=True, separators=(",", ":")).replace("],", "],\n")
        place.put(self._file, encoded.encode())
        (self._file.parent / NEW).unlink(missing_ok=True)

    def known(self, path: str) -> set[str]:
        """The hashes of what was written, or was about to be when that was cut off."""
        file, new = self.files.get(path), self.new.get(path)
        return {sha256 for sha256 in (file and file.sha256, new) if sha256}


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, RecursionError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Update:
    """New files for a folder, staged in it until `finish` puts them in their places.

    `over_edits` says of a unit whether what was edited by hand in it makes way; `fetch` gives the
    pictures.
    """

    def __init__(
        self,
        folder: Path,
        staging: Callable[[], Path],
        over_edits: Callable[[str], bool],
        fetch: Fetch,
        *,
        anew: bool = False,
    ) -> None:
        self._folder = folder
        self._base = f"{folder}{os.sep}"
        self._make_staging = staging
        self._over_edits = over_edits
        self._fetch = fetch
        self._anew = anew
        self._record = _Record(folder)
        self._moves: list[_Move] = []
        self._pictures: list[tuple[str, str]] = []
        self._aside: list[str] = []
        # Of files that are there, for those that take their places.
        self._modes: dict[str, int] = {}
        self._edited: list[str] = []
        self._problems: list[tuple[str, str]] = []
        self._folders: set[str] = set()

    def is_current(self, name: str, key: str) -> bool:
        """Whether the unit was made from the same, and its files are as they were written."""
        known = self._record.units.get(name)
        if self._anew or known is None or known[0] != key:
            return False
        return all(map(self._is_as_written, known[1]))

    def put(self, name: str, key: str, files: Mapping[str, Content]) -> None:
        """Stage a unit's files that are missing or differ, but for those edited by hand.

        Raises `BadInput` for a path that leads out of the folder, and `OSError`.
        """
        for path in files:
            self._check(path)
        for path, content in files.items():
            sha256 = content if isinstance(content, str) else _hash(content)
            if not self._is_to_be_written(name, path, sha256):
                continue
            if isinstance(content, str):
                self._pictures.append((path, sha256))
            else:
                self._stage(path, sha256, content)
        if len(self._pictures) >= MOST_FETCHED:
            self._stage_pictures()
        if self._record.units.get(name) != (key, sorted(files)):
            self._record.units[name] = (key, sorted(files))
            self._record.is_changed = True

    def _stage_pictures(self) -> None:
        """Stage the pictures that wait for it."""
        waiting, self._pictures = self._pictures, []
        for start in range(0, len(waiting), MOST_FETCHED):
            some = waiting[start : start + MOST_FETCHED]
            fetched = self._fetch(list(dict.fromkeys(sha256 for _, sha256 in some)))
            for path, sha256 in some:
                data = fetched[sha256]
                self._stage(path, _hash(data), data)

    def fail(self, name: str, problem: str) -> None:
        """Leave a unit as it is, because it cannot be made."""
        self._problems.append((name, problem))

    def _is_to_be_written(self, unit: str, path: str, sha256: str) -> bool:
        found = _stat(self._base + path)
        if found is None:
            return True
        self._modes[path] = stat.S_IMODE(found.st_mode)
        file, known = self._record.files.get(path), self._record.known(path)
        if file and _is_untouched(file, found):
            return file.sha256 != sha256
        if not stat.S_ISREG(found.st_mode):
            return True
        there = _hash(Path(self._base + path).read_bytes())
        if there == sha256:
            self._remember(path, _File(sha256, found.st_size, found.st_mtime_ns))
            return False
        # One of which nothing is known, from before this was kept, counts as written by us.
        if not known or there in known:
            return True
        self._edited.append(path)
        if self._over_edits(unit):
            self._aside.append(path)
            return True
        return False

    def _is_as_written(self, path: str) -> bool:
        found, file = _stat(self._base + path), self._record.files.get(path)
        if found is None or file is None:
            return False
        if _is_untouched(file, found):
            return True
        if not stat.S_ISREG(found.st_mode):
            return False
        if _hash(Path(self._base + path).read_bytes()) != file.sha256:
            return False
        self._remember(path, _File(file.sha256, found.st_size, found.st_mtime_ns))
        return True

    def _remember(self, path: str, file: _File) -> None:
        if self._record.files.get(path) != file:
            self._record.files[path] = file
            self._record.is_changed = True

    def _stage(self, path: str, sha256: str, data: bytes) -> None:
        staged = f"{self._staging}{len(self._moves)}"
        try:
            handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, place.PUBLIC)
            try:
                _write_whole(handle, data)
                found = os.fstat(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise _with_path(error, self._base + path) from None
        its = _File(sha256, found.st_size, found.st_mtime_ns)
        self._moves.append(_Move(path, staged, its))

    @cached_property
    def _staging(self) -> str:
        return f"{self._make_staging()}{os.sep}"

    def _check(self, name: str) -> None:
        """Raise `BadInput` for a path that leads out of the folder."""
        folder, _, _ = name.rpartition("/")
        if folder not in self._folders or "\\" in name or "\0" in name or not name:
            check_inside(self._folder, name)
            self._folders.add(folder)

    def finish(self, units: Sequence[str] | None = None) -> Written:
        """Put everything in its place: pictures first, then the pages that show them, then lists.

        `units` are all that the site has now: files of ours that belong to none of them are
        removed, unless somebody has edited them. Without it nothing is removed. Raises `OSError`.
        """
        self._stage_pictures()
        removed = self._left_over(units) if units is not None else []
        moves = sorted(self._moves, key=lambda move: _turn(move.path))
        if moves:
            self._sync(moves)
            new = {move.path: move.file.sha256 for move in moves}
            place.put(self._folder / NEW, json.dumps(self._record.new | new).encode())
        for path in self._aside:
            target = Path(self._base + path)
            target.replace(target.with_name(f"{target.name}{EDITED}"))
            del self._modes[path]
        for move in moves:
            self._move(move)
        for path in removed:
            self._remove(path)
        if self._is_synced_once:
            os.sync()
        if moves or removed or self._record.is_changed or self._record.was_cut_off:
            self._record.save()
        return Written(
            bool(moves or removed),
            tuple(self._edited),
            tuple(move.path for move in moves),
            tuple(removed),
            tuple(self._problems),
        )

    @property
    def _is_synced_once(self) -> bool:
        """Whether so much is written that the whole system is synced instead of each file."""
        return len(self._moves) > MOST_SYNCED and hasattr(os, "sync")

    def _sync(self, moves: Sequence[_Move]) -> None:
        """Wait until what is staged is on the disk: a name must never stand for half a file."""
        if self._is_synced_once:
            os.sync()
            return
        for move in moves:
            handle = os.open(move.staged, os.O_RDWR)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _move(self, move: _Move) -> None:
        target = self._base + move.path
        try:
            if move.path in self._modes:
                Path(move.staged).chmod(self._modes[move.path])
            os.replace(move.staged, target)  # noqa: PTH105 - thousands of them, by text
        except FileNotFoundError:
            folder = Path(target).parent
            if self._is_synced_once:
                folder.mkdir(parents=True, exist_ok=True)
            else:
                place.make_folder(folder)
            Path(move.staged).replace(target)
        except IsADirectoryError:
            why = "a folder is where this file should be; move it away"
            raise FileExistsError(errno.EEXIST, why, target) from None
        except OSError as error:
            raise _with_path(error, target) from None
        self._record.files[move.path] = move.file

    def _left_over(self, units: Sequence[str]) -> list[str]:
        """Our files that no unit has any more, and that nobody has edited."""
        record, current = self._record, set(units)
        for name in [name for name in record.units if name not in current]:
            del record.units[name]
            record.is_changed = True
        held = {path for _, paths in record.units.values() for path in paths}
        gone = [path for path in record.files if path not in held]
        if record.units and self._problems:
            # What a unit that cannot be made has written before is still its own.
            failed = {name for name, _ in self._problems}
            if not failed <= set(record.units):
                return []
        found = [path for path in gone if self._is_as_written(path)]
        for path in gone:
            if path not in found:
                del record.files[path]
                record.is_changed = True
        return found

    def _remove(self, path: str) -> None:
        target = Path(self._base + path)
        target.unlink(missing_ok=True)
        with suppress(OSError):
            target.parent.rmdir()
        del self._record.files[path]


@contextmanager
def update(
    folder: Path, over_edits: Callable[[str], bool], fetch: Fetch, *, anew: bool = False
) -> Iterator[Update]:
    """An update of a folder, alone at a time; what an earlier one left behind is removed.

    Raises `Unavailable` where the system refuses to write: then every file is still either the old
    or the new one.
    """
    try:
        place.make_folder(folder)
        with _alone(folder), ExitStack() as stack:

            def staging() -> Path:
                return stack.enter_context(place.scratch(folder, STAGING))

            if any(entry.name.startswith(STAGING) for entry in os.scandir(folder)):
                staging()
            yield Update(folder, staging, over_edits, fetch, anew=anew)
    except OSError as error:
        path = Path(error.filename) if error.filename else folder
        raise Unavailable(
            f"{path} cannot be written: {system.why(error, path)}; "
            "what was there before is still there."
        ) from None


def write(folder: Path, files: Mapping[str, bytes], *, over_edits: bool = False) -> Written:
    """Write these files as they are, those that are missing or differ; nothing is removed.

    What was edited by hand since it was written is left alone; `over_edits` moves it aside first.
    Raises `BadInput`, before anything is written, for a path that leads out of the folder, and
    `Unavailable` as `update` does.
    """
    for name in files:
        check_inside(folder, name)
    with update(folder, lambda unit: over_edits, lambda hashes: {}) as new:
        new.put("", "", files)
        return new.finish()


def is_edited(folder: Path, name: str) -> bool:
    """Whether a file is there and is not what was written."""
    try:
        record = _Record(folder)
        path = folder / name
        if not record.known(name) or not path.is_file():
            return False
        return _hash(path.read_bytes()) not in record.known(name)
    except OSError:
        return False


def check_inside(folder: Path, name: str) -> None:
    """Raise `BadInput` for a path that leads out of the folder on any system."""
    windows = PureWindowsPath(name)
    if not windows.parts or windows.anchor or ".." in windows.parts or "\0" in name:
        raise BadInput(f"{shown(name)} is no path inside {folder}; nothing was written.")
    path = folder / name
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{path} leads out of {folder} by a symbolic link; nothing was written.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process writes into the folder, and keep others out."""
    try:
        import fcntl  # Windows has no such module

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_untouched(file: _File, found: os.stat_result) -> bool:
    return (file.size, file.mtime) == (found.st_size, found.st_mtime_ns)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - thousands of them, by text
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write_whole(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _with_path(error: OSError, path: str) -> OSError:
    return type(error)(error.errno or errno.EIO, error.strerror or "", path)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


_LISTS = ("atom.xml", "feed.json", "sitemap.xml")


def _turn(name: str) -> tuple[int, str]:
    """The order of writing: a page after everything it shows, the lists of roundups last.

    Once its page is there, a roundup's link answers.
    """
    if not name.endswith(".html"):
        return (2 if name in _LISTS else 0), name
    return (1 if "/" in name else 3), name
