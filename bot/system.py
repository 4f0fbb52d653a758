"""What the system refuses, in its own words, and what to do about it.

Every command loads this, `--help` included.
"""

import errno
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.core.text import terminal

if TYPE_CHECKING:
    from pathlib import Path

ADVICE = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "remove files of this user, or have the quota raised",
    errno.EROFS: "mount it for writing, or name another place",
    errno.EACCES: "give the user who runs this the right to it",
    errno.EPERM: "give the user who runs this the right to it",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs, or raise the system's limit",
    errno.EFBIG: "raise the limit of a file's size (ulimit -f)",
    errno.EIO: "look after the disk",
    errno.ENOMEM: "end other programs, or raise the limit of memory (ulimit -v)",
    errno.EAGAIN: "end other programs, or raise the limit of processes (ulimit -u)",
    errno.ENAMETOOLONG: "use a shorter one",
    errno.ENOTDIR: "a file is where a folder should be",
    errno.EISDIR: "name a file in it",
}
"""What to do about an error of the system, by its number."""


MOST_NAME = 200
"""Characters of a file's name that a sentence shows."""

NO_MEMORY = f"There is not enough memory; {ADVICE[errno.ENOMEM]}."


def why(error: BaseException, place: "Path | None" = None) -> str:
    """An error of the system in its own words, and what to do about it; without a full stop.

    `place` is where something should have been written.
    """
    if not isinstance(error, OSError) or not error.strerror:
        return str(error).strip() or type(error).__name__
    advice = ADVICE.get(error.errno or 0, "")
    if error.errno == errno.ENOSPC and place:
        advice = no_space(place)
    return f"{error.strerror}; {advice}" if advice else error.strerror


def refusal(error: BaseException) -> str:
    """A sentence for an error that comes from the system or the installation, and from no mistake
    in the program; "" for any other.
    """
    match error:
        case MemoryError():
            return NO_MEMORY
        # A library that cannot be loaded for want of memory is an ImportError, too.
        case ImportError() if re.search(r"failed to map|[Cc]annot allocate", str(error)):
            return NO_MEMORY
        case OSError() if error.strerror:
            what = terminal.one_line(str(error.filename or "A file or a process"))[:MOST_NAME]
            return f"{what} cannot be used: {why(error)}."
        case RuntimeError() if str(error) == "can't start new thread":
            return f"No thread can be started; {ADVICE[errno.EAGAIN]}."
        case ImportError() if not (error.name or "bot").startswith("bot"):
            return f"The installation is not whole: {error}. Install mlcollage again."
    return ""


def no_space(place: "Path") -> str:
    """What to do about a full disk."""
    if _lacks_inodes(place):
        return "the disk holds as many files as it can (inodes); remove some there"
    return ADVICE[errno.ENOSPC]


def is_full(place: "Path") -> bool:
    """Whether the disk of a file or folder has no space left for us, or no room for a file."""
    for folder in (place, *place.absolute().parents):
        with suppress(OSError, AttributeError):  # Windows has no such call
            return os.statvfs(folder).f_bavail == 0 or _lacks_inodes(place)
    return False


def _lacks_inodes(place: "Path") -> bool:
    """Whether a disk has space left, and no room for one more file."""
    for folder in (place, *place.absolute().parents):
        with suppress(OSError, AttributeError):  # Windows has no such call
            found = os.statvfs(folder)
            return found.f_files > 0 and found.f_favail == 0 and found.f_bavail > 0
    return False
