"""Files read within bounds, and written atomically: a power cut leaves the old or the new."""

import codecs
import errno
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot import system
from bot.core.collage import shown

PUBLIC = 0o666
"""The mode of a file that anybody may read, as far as the umask allows."""

PRIVATE = 0o600
"""The mode of a file that only its owner may read: it holds keys, or may hold them."""


class Unreadable(Exception):
    """Raised when a file cannot be used; the message goes on after "FILE: "."""


class Missing(Unreadable):
    """Raised when there is no such file."""


class TooLarge(Unreadable):
    """Raised when a file has more bytes than may be read."""


def lost_link(path: Path) -> str:
    """What is wrong with a symbolic link that leads nowhere, after its name; else ""."""
    with suppress(OSError):
        if path.is_symlink() and not path.exists():
            return f"is a symbolic link to {shown(str(path.readlink()))}, which is not there"
    return ""


def read(path: Path, most: int, kind: str) -> bytes:
    """The bytes of a file that a person named; raises `Unreadable`, also above `most` bytes.

    Only a regular file is opened: a pipe would block, a device has no end. `kind` is what it should
    be, for the message, as in "an item file".
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            if stat.S_ISDIR(mode):
                raise Unreadable(f"is a folder; name {kind}")
            raise Unreadable(f"is no file; name {kind}")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        if lost := lost_link(path):
            raise Unreadable(lost) from None
        raise Missing("there is no such file") from None
    # ValueError: a path with a NUL in it.
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot be read ({system.why(error)})") from None
    if len(data) > most:
        raise TooLarge(f"has more than {most:,} bytes, too many for {kind}")
    return data


MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""The byte order marks of other encodings; one may begin as another one does."""


def read_text(path: Path, most: int, kind: str) -> str:
    """As `read`, the text of a UTF-8 file without the byte order mark that some editors write."""
    data = read(path, most, kind)
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Unreadable(no_utf8(error)) from None
    # UTF-16 without a mark has a zero for every ASCII letter, and may be UTF-8 by its bytes.
    if data.count(0) * 3 > len(data):
        raise Unreadable("is UTF-16, or no text at all; save it as UTF-8")
    return text


def no_utf8(error: UnicodeDecodeError) -> str:
    """Why a file's bytes are no UTF-8, after its name; another encoding is named."""
    data = bytes(error.object)
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return f"is {encoding}, as its byte order mark says; save it as UTF-8"
    line = data.count(b"\n", 0, error.start) + 1
    return f"line {line}: byte {error.start} of the file is no UTF-8; save it as UTF-8"


def beginning(path: Path, most: int = 200_000) -> bytes:
    """The first bytes of a regular file; raises `OSError`."""
    if not stat.S_ISREG(path.stat().st_mode):
        return b""
    with path.open("rb") as file:
        return file.read(most)


def is_exposed(path: Path) -> bool:
    """Whether users other than its owner can read or write a file; False where there is none."""
    # Elsewhere modes say nothing about who may read.
    if os.name != "posix":
        return False
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def write_synced(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a new file, of that mode at most, and wait until it is on the disk."""
    # Made with its mode, so that nobody else can open it even for a moment.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a folder's new entries survive a power cut."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows has no such call, and no need of it
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each of them synced; raises `OSError`."""
    if not folder.is_dir():
        if folder.exists():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        if folder.is_symlink():
            why = "it is a symbolic link that leads nowhere"
            raise FileNotFoundError(errno.ENOENT, why, str(folder))
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def put(path: Path, data: bytes, mode: int = PUBLIC) -> bool:
    """Write a file atomically; returns whether it changed.

    A file with the same bytes is left alone, one that is replaced hands its mode on, and a new one
    gets `mode`.
    """
    if path.is_file():
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
        mode = stat.S_IMODE(path.stat().st_mode)
    with _beside(path, data, mode) as temporary:
        # The mode it was made with is one that the umask has narrowed.
        if path.is_file():
            temporary.chmod(mode)
        temporary.replace(path)
    return True


def create(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a new file atomically; raises `FileExistsError` where there is one of that name."""
    with _beside(path, data, mode) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links: a file made at this very moment would be replaced.
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            temporary.replace(path)


@contextmanager
def _beside(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """The data as a whole file under a temporary name beside `path`.

    At the end the folder is synced, and what still has that name is removed.
    """
    make_folder(path.parent)
    # A name of its own for each thread of each process: two bots may write into one folder.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}")
    # One of the same name may have been killed here before.
    temporary.unlink(missing_ok=True)
    try:
        write_synced(temporary, data, mode)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent` for temporary files, for this user alone; removed at the end.

    Folders with the same prefix that processes left behind which were killed are removed, too.
    """
    _sweep(parent, prefix)
    made = Path(tempfile.mkdtemp(prefix=prefix, suffix=NEW, dir=parent))
    # It gets its name when it is locked: one without a lock is taken for left behind.
    lock = _locked(made / LOCK)
    folder = made.rename(made.with_name(made.name.removesuffix(NEW)))
    try:
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


NEW, LOCK = ".new", "lock"


def _sweep(parent: Path, prefix: str) -> None:
    """Remove our own folders with that prefix whose lock nobody holds."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            found = folder.lstat()
            if folder.name.endswith(NEW) or not stat.S_ISDIR(found.st_mode):
                continue
            if os.name != "posix" or found.st_uid != os.getuid():
                continue
            lock = _locked(folder / LOCK, is_new=False)
            try:
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _locked(file: Path, *, is_new: bool = True) -> int:
    """The handle of a lock file that is held until it is closed, or its process has ended.

    Raises `OSError` where another process holds it, or where one that is not new cannot be locked.
    """
    flags = os.O_RDWR | (os.O_CREAT if is_new else os.O_NOFOLLOW)
    handle = os.open(file, flags, PRIVATE)
    try:
        import fcntl  # Windows has no such module

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        # A file system without locks: nothing is swept there.
        if not is_new:
            os.close(handle)
            raise
    return handle
