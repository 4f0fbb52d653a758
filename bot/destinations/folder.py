"""A folder elsewhere, such as a web server's, that gets the site or the article."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot import files, system
from bot.core import settings
from bot.core.errors import Blocked, Unavailable
from bot.core.schedule import Clock
from bot.core.settings import setting
from bot.destinations import addresses, copies, exports
from bot.destinations.protocol import Article, Checked, Published, Saved


@dataclass(frozen=True, slots=True)
class Settings:
    """`[destinations.NAME]` with `kind = "folder"`.

    `what` is the site, or the kind of program that the article is written for. `url` is the address
    that a roundup then has.
    """

    folder: str = setting(settings.some_text)
    what: str = setting(settings.one_of(*exports.WHAT), exports.SITE)
    url: str = setting(addresses.page_address, "")

    name: str = ""


class Folder:
    """A folder that others may write to as well."""

    wants_site = True

    def __init__(self, own: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self._settings = own
        self._clock, self._longest = clock, longest
        with suppress(RuntimeError):  # a "~" without a home folder
            base /= Path(own.folder).expanduser()
        self._folder = base
        self.export = exports.kind(own.what)

    def check(self) -> Checked:
        self._look()
        problems: tuple[str, ...] = ()
        if not os.access(self._folder, os.W_OK | os.X_OK):
            problems = (
                f"{self._folder} cannot be written; give the user who runs this the right.",
            )
        return Checked(str(self._folder), problems)

    def publish(self, article: Article, saved: Saved) -> Published:
        self._look()
        assert article.files
        sources = copies.sources(article.files)
        exports.check(sources, article, self.export)
        self._check_apart(article.files)
        owner, scope = exports.owner(article), exports.scope(article, self.export)
        try:
            with _locked(self._folder):
                planned = self._copy(sources, owner, scope)
        except OSError as error:
            reason = system.why(error, self._folder)
            place = error.filename or self._folder
            raise Unavailable(f"{place} cannot be written: {reason}.") from None
        exports.check_page(planned.left, article, self.export, str(self._folder))
        url = addresses.of(self._settings.url, article)
        return Published(url, saved, left=planned.left)

    def _look(self) -> None:
        if not self._folder.is_dir():
            # Not made by us: where a disk is not mounted it would be made in its place.
            raise Blocked(
                f"There is no folder {self._folder}: mount what it is on, or make it with: "
                f"mkdir -p {self._folder}"
            )

    def _check_apart(self, source: Path) -> None:
        """Raise `Blocked` where a folder would be copied into itself."""
        here, there = source.resolve(), self._folder.resolve()
        if here == there or here in there.parents or there in here.parents:
            raise Blocked(
                f"{self._folder} and {source}, which is copied there, are one in the other: "
                f"name another folder under [destinations.{self._settings.name}]."
            )

    def _copy(self, sources: Mapping[str, Path], owner: str, scope: str) -> copies.Plan:
        """Copy the files; what was done and left. Raises `OSError`, `Unavailable`."""
        end = self._clock.monotonic() + self._longest.total_seconds()
        ledger = self._ledger()
        known = ledger.get(owner, {})
        wanted, there = self._contents(sources, known)
        for name in known.keys() - wanted.keys():
            if (found := self._content(name)) is not None:
                there[name] = found
        planned = copies.plan(wanted, there, known, scope)
        if planned.write or planned.remove:
            # Books first: what is written now is ours when this ends half-way.
            self._keep({**ledger, owner: copies.known_while(planned, wanted, known)})
        for name in planned.write:
            if self._clock.monotonic() > end:
                raise Unavailable(
                    f"{self._folder}: not all was copied within "
                    f"{self._longest.total_seconds():g} s; the rest follows."
                )
            self._put(name, sources[name])
        for name in planned.remove:
            self._remove(name)
        self._keep({**ledger, owner: copies.known_after(planned, wanted, known)})
        return planned

    def _ledger(self) -> dict[str, dict[str, list[str]]]:
        with suppress(FileNotFoundError, UnicodeDecodeError):
            return copies.read_ledger((self._folder / copies.LEDGER).read_text(encoding="utf-8"))
        return {}

    def _keep(self, ledger: Mapping[str, copies.Known]) -> None:
        files.put(self._folder / copies.LEDGER, copies.ledger_text(ledger).encode())

    def _contents(
        self, sources: Mapping[str, Path], known: copies.Known
    ) -> tuple[dict[str, str], dict[str, str]]:
        """The ids of what is wanted, and of what is there at its paths."""
        wanted, there = {}, {}
        for name, source in sources.items():
            if _looks_same(source, self._folder / name) and len(known.get(name, ())) == 1:
                wanted[name] = there[name] = known[name][0]
                continue
            wanted[name] = _hash(source)
            if (found := self._content(name)) is not None:
                there[name] = found
        return wanted, there

    def _content(self, name: str) -> str | None:
        """The id of what is at a path; None where nothing is."""
        path = self._folder / name
        if not path.parent.resolve().is_relative_to(self._folder.resolve()):
            return copies.STRANGE
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            return copies.STRANGE
        return _hash(path) if stat.S_ISREG(mode) else copies.STRANGE

    def _put(self, name: str, source: Path) -> None:
        target, made = self._folder / name, source.stat()
        files.put(target, source.read_bytes())
        # By its size and this time it is known to be the same, as rsync does.
        os.utime(target, ns=(made.st_atime_ns, made.st_mtime_ns))

    def _remove(self, name: str) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self._folder or any(folder.iterdir()):
                break
            folder.rmdir()


def _looks_same(source: Path, target: Path) -> bool:
    """Whether a copy has the size and the time of what it was made from."""
    try:
        here, there = source.stat(), target.lstat()
    except OSError:
        return False
    same = (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)
    return same and stat.S_ISREG(there.st_mode)


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: another process of ours may copy another roundup there.

    Raises `Unavailable` where it does.
    """
    try:
        import fcntl  # Windows has no such module
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(f"Another process writes into {folder} now.") from None
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(handle)
