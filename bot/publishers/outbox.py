"""The network that needs no account: a folder that receives threads with their pictures."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from bot import files, system
from bot.core import layout as layouts
from bot.core import network as networks
from bot.core import settings
from bot.core.collage import shown
from bot.core.delivery import (
    Absent,
    Found,
    Look,
    Part,
    Post,
    Receipt,
    ShownPost,
    Survey,
    Thread,
    is_rehearsed,
)
from bot.core.errors import BadInput, Unavailable
from bot.core.price import Price, Requests
from bot.core.schedule import Clock
from bot.core.settings import setting
from bot.publishers import thread_folders
from bot.publishers.protocol import Saved
from bot.publishers.server import Server

YEARS = range(1970, 3000)
"""Within them an instant is taken for one of a thread."""
AHEAD = timedelta(days=1)
"""How far the day of a thread may be ahead of UTC's."""
NEWEST = 20
"""How many folders a survey reads where it does not know since when."""
DAY = len("2021-08-04")
REHEARSALS = "rehearsal"
"""The folder in an outbox that a rehearsal's threads go into: nobody takes them for those that
count.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """`[accounts.NAME]` with `network = "outbox"`.

    `like` names the network whose rules it composes by. `rehearsal_apart` says whether the threads
    of a rehearsal go into a folder of their own. `length` is how long a post may be, where that is
    not the network's default.
    """

    folder: str = setting(settings.some_text, "outbox")
    like: str = setting(settings.one_of(*networks.NETWORKS), networks.X.name)
    rehearsal_apart: bool = setting(settings.flag, True)
    length: int | None = setting(settings.whole(1, 1_000_000), None)
    layout: str = setting(settings.one_of(*layouts.LAYOUTS), layouts.THREAD)
    link_cards: bool = setting(settings.flag, False)

    @property
    def rehearsals(self) -> str:
        """The folder that the threads of a rehearsal go into."""
        return f"{self.folder}/{REHEARSALS}" if self.rehearsal_apart else self.folder


class Outbox:
    """An outbox folder, with a folder for each thread.

    A thread is written beside its place, synced, and renamed in, so that it is there whole or not
    at all. Its description holds its key, which proves what is out.
    """

    whole = True
    indivisible = True
    proves_absence = True
    price: Price | None = None
    budget: Decimal | None = None
    secrets = ()
    duty = ""
    by_hand = ""

    def __init__(self, settings: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.network = networks.named(settings.like)
        self.layout = settings.layout
        self.link_cards = settings.link_cards
        self._length = settings.length
        self.folder = base / settings.folder
        self._rehearsals = base / settings.rehearsals
        self.identity = str(self.folder)
        self.handle = ""
        self.known = None
        self.server: Server | None = None
        self._clock = clock

    def limits(self) -> networks.Limits:
        """Those of the network, or of the server of the account that it stands in for."""
        if self.server:
            return self.server.limits(self.network.limits)
        if self._length:
            return self.network.limits._replace(length=self._length)
        return self.network.limits

    def profile(self) -> None:
        """None: a folder has no identity but its path."""

    def usage(self) -> Requests:
        return Requests()

    def problems(self, parts: Sequence[Part]) -> Sequence[str]:
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        """Find the thread by its key or its texts, and the first part of each other thread.

        Others are read from the day of the receipt `since` on. Rehearsals are left out: what was
        rehearsed is not out.
        """
        try:
            names = self._names(since)
            found = self._receipts_of(thread, names)
            ours = {receipt.id.partition("/")[0] for receipt in found.values()}
            first_parts = [self._first_part(name) for name in names if name not in ours]
        except OSError as error:
            raise self._unreadable(error) from error
        return Survey(found, tuple(post for post in first_parts if post), saved)

    def receipt(self, url: str) -> Receipt:
        """The receipt of the part whose text is in this file, given as a path or a file: URL."""
        try:
            return self._receipt_of(_path(url))
        except (OSError, ValueError):
            example = self.folder / "2021-08-04-name" / "1.txt"
            raise BadInput(
                f"{shown(url, 200)} is no part of a thread in this outbox; "
                f"name its text, as in {example}."
            ) from None

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        return saved

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        """Write the thread; one that is there under the same key gives its receipts again."""
        try:
            found = self._look(thread)
            if isinstance(found, Found):
                return found.receipts
            files.make_folder(found.parent)
            return self._write(thread, found)
        except OSError as error:
            reason = system.why(error, self.folder)
            raise Unavailable(f"The outbox {self.folder} cannot be written: {reason}.") from error

    def find(self, thread: Thread, saved: Saved) -> Look:
        """Look for the thread by its key, which proves its absence as well."""
        try:
            found = self._look(thread)
        except OSError as error:
            raise self._unreadable(error) from error
        if isinstance(found, Found):
            return found
        return Absent()

    def read_back(self, thread: Thread, position: int, saved: Saved) -> None:
        """Return None: what was synced and renamed in is what was written."""

    def shown(self, since: str) -> list[ShownPost]:
        """Read the parts of all threads from the day of this receipt on, without rehearsals."""
        try:
            names = self._names(since)
            return [post for name in names for post in self._posts_in(name)]
        except OSError as error:
            raise self._unreadable(error) from error

    def put_away(self, thread: Thread, saved: Saved) -> None:
        """Nothing waits for anybody here."""

    def delete(self, post_id: str) -> None:
        """Raise `BadInput`: a thread in a folder is not taken apart."""
        raise BadInput(
            f"An outbox deletes no single part: remove the folder {self.folder / post_id} yourself."
        )

    def check(self) -> str:
        """A sentence on why the folder cannot be written or made, or ""."""
        reason = thread_folders.unwritable(self.folder)
        return f"The outbox {self.folder} cannot be written: {reason}." if reason else ""

    def _look(self, thread: Thread) -> Found | Path:
        """The receipts of the thread with this key, or the free folder where it belongs.

        Threads that were rehearsed before they had a folder of their own are found where they are.
        """
        if not is_rehearsed(thread.key) or self._rehearsals == self.folder:
            return self._look_in(self.folder, thread)
        found = self._look_in(self._rehearsals, thread)
        earlier = self._look_in(self.folder, thread)
        return earlier if isinstance(earlier, Found) else found

    def _look_in(self, folder: Path, thread: Thread) -> Found | Path:
        """As `_look`, in one folder.

        Another thread may have the folder's name already: then the name is counted on.
        """
        place, described = thread_folders.place_of(folder, thread)
        if described:
            return Found(self._receipts(thread, place, self._posted_at(described)))
        return place

    def _names(self, since: str | None) -> list[str]:
        """Folders that may hold threads: from the day of the receipt `since` on, or the newest."""
        if not self.folder.exists():
            return []
        # Only names: a Path for each of ten thousand threads would take ten times as long.
        with os.scandir(self.folder) as entries:
            names = sorted(entry.name for entry in entries if _day(entry.name))
        if since and _day(since):
            return [name for name in names if name >= since[:DAY]]
        # Days ahead, by a clock that was wrong, do not hide the newest threads.
        latest = (self._clock.now() + AHEAD).date().isoformat()
        ahead = bisect_right(names, latest, key=lambda name: name[:DAY])
        return names[max(0, ahead - NEWEST) : ahead] + names[ahead:][:NEWEST]

    def strange(self) -> list[str]:
        """What is in the folder and is no thread, a clause for each; it is passed over.

        Of threads only the newest are opened.
        """
        apart = REHEARSALS if (self.folder / REHEARSALS).is_dir() else ""
        wrong = {name: why for name, why in self._wrong_in(self.folder) if name != apart}
        if apart:
            inside = self._wrong_in(self.folder / apart)
            wrong |= {f"{apart}/{name}": why for name, why in inside}
        return [f"{shown(name)} {wrong[name]}" for name in sorted(wrong)]

    def _wrong_in(self, folder: Path) -> list[tuple[str, str]]:
        """What in one folder is no thread, each name with the reason."""
        latest = (self._clock.now() + AHEAD).date()
        try:
            with os.scandir(folder) as entries:
                # Hidden ones, such as those being written, are nobody's business.
                seen = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            return []
        wrong = {entry.name: _wrong_name(entry, latest) for entry in seen}
        for name in sorted(name for name in wrong if not wrong[name])[-NEWEST:]:
            wrong[name] = _wrong_description(folder / name)
        return [(name, why) for name, why in wrong.items() if why]

    def _receipts_of(self, thread: Thread, names: list[str]) -> dict[int, Receipt]:
        found = self._look(thread)
        if isinstance(found, Found):
            return found.receipts
        return self._by_texts(thread, names)

    def _by_texts(self, thread: Thread, names: list[str]) -> dict[int, Receipt]:
        """The receipts of a thread with the same texts, written under another key.

        Another installation of the same series writes such threads.
        """
        if is_rehearsed(thread.key):
            return {}
        texts = [part.text for part in thread.parts]
        for name in names:
            described = _described_if_readable(self.folder / name)
            if _texts(described) == texts and not is_rehearsed(str(described.get("key"))):
                return self._receipts(thread, self.folder / name, self._posted_at(described))
        return {}

    def _first_part(self, name: str) -> Post | None:
        """The first part of the thread in a folder; None for a rehearsal, or where it is none."""
        place = self.folder / name
        described = _described_if_readable(place)
        key, texts = described.get("key"), _texts(described)
        if not isinstance(key, str) or is_rehearsed(key) or not texts:
            return None
        return Post(self._receipt(place, 1, self._posted_at(described)), texts[0])

    def _posts_in(self, name: str) -> Iterator[ShownPost]:
        """The parts of the thread in a folder; none for a rehearsal, or where it is no thread."""
        place = self.folder / name
        described = thread_folders.described(place)
        key = described.get("key")
        if not isinstance(key, str) or is_rehearsed(key):
            return
        at = self._posted_at(described)
        parent: str | None = None
        for position, part in enumerate(_parts(described), 1):
            receipt = self._receipt(place, position, at)
            picture = part.get("picture")
            alts: tuple[str, ...] = ()
            if isinstance(picture, dict):
                alts = (str(picture.get("alt", "")),)
            yield ShownPost(receipt, str(part["text"]), parent, len(alts), alts)
            parent = receipt.id

    def _receipt_of(self, given: Path) -> Receipt:
        """The receipt of the part whose text is in this file.

        Raises `ValueError` or `OSError` where it is no part's.
        """
        place, position = self.folder / given.parent.name, int(given.stem)
        if given.parent.parent.name == REHEARSALS:
            place = self.folder / REHEARSALS / given.parent.name
        described = thread_folders.described(place)
        is_part = given.name == f"{position}.txt" and 1 <= position <= len(_texts(described))
        if not (is_part and (place / given.name).samefile(given)):
            raise ValueError
        return self._receipt(place, position, self._posted_at(described))

    def _posted_at(self, described: dict[str, Any]) -> datetime:
        """When a thread was written, by its description; now, where an edited one does not tell."""
        return _instant(described) or self._clock.now()

    def _unreadable(self, error: OSError) -> Unavailable:
        reason = system.why(error, self.folder)
        return Unavailable(f"The outbox {self.folder} cannot be read: {reason}.")

    def _write(self, thread: Thread, place: Path) -> dict[int, Receipt]:
        """Write the thread into the free folder `place`; its receipts."""
        at = self._clock.now()
        thread_folders.write(place, thread.key, _contents(thread, at))
        return self._receipts(thread, place, at)

    def _receipts(self, thread: Thread, place: Path, at: datetime) -> dict[int, Receipt]:
        return {part.position: self._receipt(place, part.position, at) for part in thread.parts}

    def _receipt(self, place: Path, position: int, at: datetime) -> Receipt:
        """The receipt of a part: its id is the path in the outbox, without the suffix."""
        name = place.relative_to(self.folder).as_posix()
        return Receipt(f"{name}/{position}", (place / f"{position}.txt").as_uri(), at)


def _day(name: str) -> date | None:
    """The day that a folder's name begins with; None where it begins with none, or has a stray
    byte: it could not be stored as a part's receipt then.
    """
    if not re.match(r"\d{4}-\d{2}-\d{2}-", name, re.ASCII) or not name.isprintable():
        return None
    try:
        return date.fromisoformat(name[:DAY])
    except ValueError:
        return None


def _wrong_name(entry: "os.DirEntry[str]", latest: date) -> str:
    """Why an entry of the outbox is no thread's folder, by its name and kind; or ""."""
    day = _day(entry.name)
    if day is None:
        return "does not begin with a day"
    if day > latest:
        return "begins with a day that is still to come"
    try:
        return "" if entry.is_dir() else "is no folder"
    except OSError as error:
        return f"cannot be opened ({system.why(error)})"


def _wrong_description(place: Path) -> str:
    """What is wrong with a folder's description; or ""."""
    try:
        described = thread_folders.described(place)
    except OSError as error:
        return f"has a thread.json that cannot be read ({system.why(error)})"
    if not (isinstance(described.get("key"), str) and _texts(described)):
        return "has no thread.json with a key and texts"
    if _instant(described) is None:
        return 'has a wrong date in its thread.json, as "posted_at"'
    return ""


def _instant(described: dict[str, Any]) -> datetime | None:
    """When a thread was written, by its description; None where that is no usable instant."""
    try:
        at = datetime.fromisoformat(str(described.get("posted_at")))
    except ValueError:
        return None
    # At the ends of the calendar no zone could be converted into another.
    if at.tzinfo is None or at.year not in YEARS:
        return None
    return at


def _described_if_readable(place: Path) -> dict[str, Any]:
    """As `_described`, for a folder that no thread of ours is looked for in by its name."""
    try:
        return thread_folders.described(place)
    except OSError:
        return {}


def _parts(described: dict[str, Any]) -> list[dict[str, Any]]:
    """A thread's parts in order, as far as its description has them with a text."""
    parts = described.get("parts")
    if not isinstance(parts, list):
        return []
    return [part for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]


def _texts(described: dict[str, Any]) -> list[str]:
    """A thread's texts in order, as far as its description has them."""
    return [part["text"] for part in _parts(described)]


def _path(url: str) -> Path:
    """The path that a path or file: URL names; raises `ValueError` for one on another host."""
    address = urlsplit(url)
    if address.scheme != "file":
        return Path(url)
    if address.netloc not in {"", "localhost"}:
        raise ValueError
    return Path(os.fsdecode(unquote_to_bytes(address.path)))


def _contents(thread: Thread, at: datetime) -> dict[str, bytes]:
    """What a thread's folder holds, by file name."""
    facts = {"number": thread.number, "posted_at": at.isoformat()}
    return thread_folders.contents(thread) | thread_folders.description(thread, facts)
