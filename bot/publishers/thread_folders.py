"""Threads as folders: their texts, pictures and a description, there whole or not at all."""

import errno
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import files, system
from bot.core import network as networks
from bot.core.delivery import Image, Part, Thread

DESCRIPTION = "thread.json"
"""The file that says which thread a folder holds: its key, and its parts."""

LONGEST = 5_000_000
"""Bytes of a description that are read."""


def unwritable(folder: Path) -> str:
    """Why a folder can neither be written nor made, for the end of a sentence; or ""."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    try:
        # A file without a name where the system has such: nothing is left of it, come what may.
        with tempfile.TemporaryFile(dir=existing) as probe:
            probe.write(b"?")
    except OSError as error:
        return system.why(error, folder)
    return ""


def place_of(folder: Path, thread: Thread) -> tuple[Path, dict[str, Any]]:
    """Where a thread is in a folder, with its description, or the free place where it belongs.

    Another thread may have its name already: then the name is counted on. Raises `OSError`.
    """
    name = f"{thread.local_on}-{thread.name}"
    place = folder / name
    count = 1
    # A link that leads nowhere has the name, too.
    while os.path.lexists(place):
        found = described(place)
        if found.get("key") == thread.key:
            return place, found
        count += 1
        place = folder / f"{name}-{count}"
    return place, {}


def find(folder: Path, thread: Thread) -> Path | None:
    """Where a thread is in a folder that others are moved away from; None where it is not there.

    Raises `OSError`.
    """
    name = f"{thread.local_on}-{thread.name}"
    try:
        entries = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None
    for place in entries:
        has_name = re.fullmatch(rf"{re.escape(name)}(-[0-9]+)?", place.name)
        if has_name and described(place).get("key") == thread.key:
            return place
    return None


def free(place: Path) -> Path:
    """This place, or the first one that is free where its name is counted on."""
    found, count = place, 1
    # A link that leads nowhere has the name, too.
    while os.path.lexists(found):
        count += 1
        found = place.with_name(f"{place.name}-{count}")
    return found


def write(place: Path, key: str, contents: Mapping[str, bytes]) -> None:
    """Write the files of a thread into a new folder: beside its place, synced, and renamed in.

    What a killed writer of the same thread left behind is removed. Raises `OSError`.
    """
    name = f".writing-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    for left in place.parent.glob(f"{name}*"):
        shutil.rmtree(left, ignore_errors=True)
    # With a random suffix, because a suspended worker that resumes must not rename into place
    # what another worker is still writing.
    beside = place.with_name(f"{name}-{os.urandom(4).hex()}")
    beside.mkdir()
    for file, data in contents.items():
        files.write_synced(beside / file, data)
    files.sync_folder(beside)
    beside.rename(place)
    files.sync_folder(place.parent)


def contents(thread: Thread) -> dict[str, bytes]:
    """The texts of a thread and its pictures, by the names of their files."""
    found = {f"{part.position}.txt": (part.text + "\n").encode() for part in thread.parts}
    for part in thread.parts:
        if part.image:
            found[picture_name(thread, part.position, part.image)] = part.image.data
    return found


def by_hand(thread: Thread, title: str) -> dict[str, bytes]:
    """What a person needs to post a thread on the place with that title: texts, pictures, alt
    texts, and what to do with them.
    """
    alts = {
        _alt_name(part): (part.image.alt + "\n").encode() for part in thread.parts if part.image
    }
    how_to = {"how-to-post.txt": _how_to(thread, title).encode()}
    return contents(thread) | alts | how_to | description(thread, {"number": thread.number})


def _how_to(thread: Thread, title: str) -> str:
    """What to do with the files, for whoever opens the folder."""
    lines = [f"To be posted by hand on {title}, in this order:", ""]
    for part in thread.parts:
        line = f"{part.position}.txt"
        if part.image:
            picture = picture_name(thread, part.position, part.image)
            line += f", with the picture {picture}; its alt text is in {_alt_name(part)}"
        lines.append(line)
    command = f"mlcollage deliveries resolve {thread.key} --posted URL"
    return "\n".join([*lines, "", "Then say where it is:", "", command, ""])


def _alt_name(part: Part) -> str:
    """The file of a part's alt text."""
    return "alt.txt" if part.position == 1 else f"alt-{part.position}.txt"


def holds(place: Path, files_in_it: Mapping[str, bytes]) -> bool:
    """Whether a folder has these files as they are."""
    try:
        return all((place / name).read_bytes() == data for name, data in files_in_it.items())
    except FileNotFoundError:
        return False


def description(thread: Thread, facts: Mapping[str, object]) -> dict[str, bytes]:
    """The file that describes a thread, with more facts about it."""
    parts = [{"text": part.text, "picture": _picture(thread, part)} for part in thread.parts]
    described = {"key": thread.key, "kind": thread.kind.value, "series": thread.series}
    everything = {**described, **facts, "parts": parts}
    return {DESCRIPTION: as_json(everything)}


def as_json(values: Mapping[str, object]) -> bytes:
    """A table as a file that people can read, too."""
    return (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode()


def described(place: Path) -> dict[str, Any]:
    """The description in a thread's folder; empty where there is none.

    Raises `OSError` where there is one that cannot be read: it may be the one that is looked for.
    """
    return read(place / DESCRIPTION)


def read(file: Path) -> dict[str, Any]:
    """The table in a JSON file; empty where there is none.

    Only a regular file is read: a pipe would block. Raises `OSError` where it cannot be read.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return {}
        with file.open("rb") as opened:
            data = opened.read(LONGEST + 1)
        found = json.loads(data) if len(data) <= LONGEST else None
    except (FileNotFoundError, NotADirectoryError, RecursionError, ValueError):
        return {}
    except OSError as error:
        if error.errno == errno.ELOOP:
            return {}
        raise
    if not isinstance(found, dict):
        return {}
    return found


def picture_name(thread: Thread, position: int, image: Image) -> str:
    """A picture's file: the thread's name, with the part's position from the second part on."""
    extension = networks.EXTENSIONS[image.mime]
    if position == 1:
        return f"{thread.name}.{extension}"
    return f"{thread.name}-{position}.{extension}"


def _picture(thread: Thread, part: Part) -> dict[str, str] | None:
    if part.image is None:
        return None
    file = picture_name(thread, part.position, part.image)
    return {"file": file, "alt": part.image.alt, "mime": part.image.mime}
