"""The network that needs no account: a folder that receives whole threads with their pictures."""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot import files
from bot.core import network, settings
from bot.core.delivery import Absent, Found, Look, Part, Receipt, Thread
from bot.core.errors import Unavailable
from bot.core.schedule import Clock
from bot.core.settings import setting
from bot.publishers.protocol import Saved


@dataclass(frozen=True, slots=True)
class Settings:
    """`[accounts.NAME]` with `network = "outbox"`. `like` names the network whose rules it composes by."""

    folder: str = setting(settings.some_text, "outbox")
    like: str = setting(settings.one_of(*network.LIMITS), "x")


class Outbox:
    """Writes each thread beside its place, syncs it, and renames it in: it is there whole or not at all."""

    whole = True
    proves_absence = True
    price: network.Price | None = None
    budget: Decimal | None = None

    def __init__(self, own: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.network = own.like
        self.folder = base / own.folder
        self.identity = str(self.folder)
        self._clock = clock

    def limits(self) -> network.Limits:
        return network.LIMITS[self.network]

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        return saved

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        """Write the thread; one that is there already under the same key gives its receipts again."""
        try:
            files.make_folder(self.folder)
            found = self._look(thread)
            if isinstance(found, Found):
                return found.receipts
            return self._write(thread, found)
        except OSError as error:
            raise Unavailable(f"The outbox {self.folder} cannot be written: {error.strerror or error}.") from error

    def find(self, thread: Thread, saved: Saved) -> Look:
        try:
            found = self._look(thread)
        except OSError as error:
            raise Unavailable(f"The outbox {self.folder} cannot be read: {error.strerror or error}.") from error
        return found if isinstance(found, Found) else Absent()

    def read_back(self, thread: Thread, position: int, saved: Saved) -> str:
        """What was synced and renamed in is what was written."""
        return ""

    def check(self) -> str:
        there = next((folder for folder in (self.folder, *self.folder.parents) if folder.exists()), self.folder)
        writable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
        return "" if writable else f"The outbox {self.folder} cannot be written."

    def _look(self, thread: Thread) -> Found | Path:
        """The thread with this key, or the free folder where it belongs; another thread's folder is left alone."""
        count = 1
        while True:
            name = f"{thread.local_on}-{thread.name}" + (f"-{count}" if count > 1 else "")
            place = self.folder / name
            if not place.exists():
                return place
            described = _described(place)
            if described.get("key") == thread.key:
                at = datetime.fromisoformat(str(described["posted_at"]))
                return Found(_receipts(thread, place, at))
            count += 1

    def _write(self, thread: Thread, place: Path) -> dict[int, Receipt]:
        beside = self.folder / f".writing-{hashlib.sha256(thread.key.encode()).hexdigest()[:16]}"
        if beside.exists():
            shutil.rmtree(beside)
        beside.mkdir()
        at = self._clock.now()
        for name, data in _contents(thread, at).items():
            files.write_synced(beside / name, data)
        files.sync_folder(beside)
        beside.rename(place)
        files.sync_folder(self.folder)
        return _receipts(thread, place, at)


def _described(place: Path) -> dict[str, Any]:
    try:
        described = json.loads((place / "thread.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return described if isinstance(described, dict) else {}


def _receipts(thread: Thread, place: Path, at: datetime) -> dict[int, Receipt]:
    return {
        part.position: Receipt(f"{place.name}/{part.position}", (place / f"{part.position}.txt").as_uri(), at)
        for part in thread.parts
    }


def _contents(thread: Thread, at: datetime) -> dict[str, bytes]:
    """What a thread's folder holds, by file name."""
    described = {
        "key": thread.key,
        "kind": thread.kind.value,
        "series": thread.series,
        "number": thread.number,
        "posted_at": at.isoformat(),
        "parts": [{"text": part.text, "picture": _picture(thread, part)} for part in thread.parts],
    }
    contents = {f"{part.position}.txt": (part.text + "\n").encode() for part in thread.parts}
    for part in thread.parts:
        if part.image:
            contents[_picture_name(thread, part)] = part.image.data
    contents["thread.json"] = (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()
    return contents


def _picture(thread: Thread, part: Part) -> dict[str, str] | None:
    if part.image is None:
        return None
    return {"file": _picture_name(thread, part), "alt": part.image.alt, "mime": part.image.mime}


def _picture_name(thread: Thread, part: Part) -> str:
    count = f"-{part.position}" if part.position > 1 else ""
    return f"{thread.name}{count}.{network.EXTENSIONS[part.image.mime] if part.image else ''}"
