"""A place that the bot has no way into: a person posts by hand what is laid ready in a folder.

What lies in the folder is to be posted; what was posted, or shall not be, is moved away from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bot import files, system
from bot.core import address, settings
from bot.core import layout as layouts
from bot.core import network as networks
from bot.core.collage import shown
from bot.core.delivery import (
    Absent,
    Found,
    Handed,
    Look,
    Part,
    Receipt,
    ShownPost,
    Survey,
    Thread,
)
from bot.core.errors import BadInput, Unavailable
from bot.core.price import Price, Requests
from bot.core.schedule import Clock
from bot.core.settings import setting
from bot.publishers import thread_folders
from bot.publishers.protocol import Saved
from bot.publishers.server import Server

POSTED, WITHDRAWN = "posted", "withdrawn"
"""The folders that threads are moved into: those that are out, and those not to be posted."""

RECEIPTS = "posted.json"
"""The file in a thread's folder that says where its parts are."""

HANDED = "handed"
"""What is saved of a thread that lies ready: its folder."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`[accounts.NAME]` with `network = "manual"`.

    `title` is how people call the place. `like` names the network whose rules its texts are
    composed by; `length` is how long one may be, where that is something else. `layout` says
    whether what fits into one post is one. `name` is the account's own.
    """

    folder: str = setting(settings.text, "")
    title: str = setting(settings.text, "")
    like: str = setting(settings.one_of(*networks.NETWORKS), networks.X.name)
    length: int | None = setting(settings.whole(100, 100_000), None)
    layout: str = setting(settings.one_of(*layouts.LAYOUTS), layouts.THREAD)
    name: str = "manual"

    @property
    def place(self) -> str:
        """The folder that threads are laid into."""
        return self.folder or f"by-hand/{self.name}"

    @property
    def places(self) -> tuple[str, ...]:
        """The folders with folders of threads: those that are to be posted, and all others."""
        return self.place, f"{self.place}/{POSTED}", f"{self.place}/{WITHDRAWN}"

    @property
    def network(self) -> networks.Network:
        """The rules its texts are composed by: a person copies them, so no link stands on words,
        and nothing is charged.
        """
        rules = networks.named(self.like)
        limits = rules.limits
        if self.length:
            # Bytes are a bound of the network's own.
            limits = limits._replace(length=self.length, byte_length=None)
        return replace(rules, limits=limits, has_labels=False, price=None)


class Manual:
    """A folder with a folder for each thread that somebody is to post.

    A thread is written beside its place, synced, and renamed in, so that it is there whole or not
    at all.
    """

    whole = True
    indivisible = True
    link_cards = False
    # Before it is laid ready it is not out; afterwards `find` says that a person has it.
    proves_absence = True
    price: Price | None = None
    budget: Decimal | None = None
    secrets = ()

    def __init__(self, settings: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.network, self.layout = settings.network, settings.layout
        self.folder = base / settings.place
        self.by_hand = settings.title or settings.name
        self.duty = f"Threads are laid ready there for somebody who posts them on {self.by_hand}."
        self.identity = str(self.folder)
        self.handle = ""
        self.known = None
        self.server: Server | None = None
        self._clock = clock

    def limits(self) -> networks.Limits:
        return self.network.limits

    def profile(self) -> None:
        """None: nobody can be asked."""

    def usage(self) -> Requests:
        return Requests()

    def problems(self, parts: Sequence[Part]) -> Sequence[str]:
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        """The receipts that a person gave before, as the folder keeps them.

        The database may not know of them any more: it was restored from a backup.
        """
        look = self.find(thread, {})
        found = look.receipts if isinstance(look, Found) else {}
        return Survey(found, (), _without_handed(saved))

    def receipt(self, url: str) -> Receipt:
        """A receipt for any https address: there is nobody to ask."""
        problem = address.problem(url)
        if not problem and not address.is_https(url):
            problem = "is no https address"
        if problem:
            raise BadInput(
                f"{shown(url, 200)} {problem}; give the address of the post on {self.by_hand}."
            )
        return Receipt(url, url, self._clock.now())

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        """Nothing is to be prepared; what is laid ready from now on is another folder."""
        return _without_handed(saved)

    def send(
        self, thread: Thread, position: int | None, saved: Saved
    ) -> dict[int, Receipt] | Handed:
        """Lay the thread ready; as it lies there already it stays, otherwise that is withdrawn."""
        try:
            contents = thread_folders.by_hand(thread, self.by_hand)
            place = self._ready(thread, saved)
            if place and not thread_folders.holds(place, contents):
                self._move(place, WITHDRAWN)
                place = None
            if place is None:
                files.make_folder(self.folder)
                name = f"{thread.local_on}-{thread.name}"
                place = thread_folders.free(self.folder / name)
                thread_folders.write(place, thread.key, contents)
        except OSError as error:
            reason = system.why(error, self.folder)
            raise Unavailable(f"The folder {self.folder} cannot be written: {reason}.") from error
        return self._handed(place, saved)

    def find(self, thread: Thread, saved: Saved) -> Look:
        """Say whether the thread lies ready, or was posted; only a person knows more.

        A folder that was laid ready and is gone proves nothing.
        """
        try:
            ready = self._ready(thread, saved)
            place = ready or thread_folders.find(self.folder / POSTED, thread)
            receipts = _receipts(place) if place else {}
        except OSError as error:
            reason = system.why(error, self.folder)
            raise Unavailable(f"The folder {self.folder} cannot be read: {reason}.") from error
        if receipts and all(part.position in receipts for part in thread.parts):
            return Found(receipts)
        if ready:
            return self._handed(ready, saved)
        if HANDED in saved:
            return Handed(self._gone(str(saved[HANDED])), saved)
        return Absent()

    def read_back(self, thread: Thread, position: int, saved: Saved) -> None:
        """None: nobody can be asked."""

    def shown(self, since: str) -> list[ShownPost]:
        """Nothing: nobody can be asked."""
        return []

    def put_away(self, thread: Thread, saved: Saved) -> None:
        """Move the thread to what was posted, with its receipts, or to what was withdrawn."""
        try:
            place = self._ready(thread, saved)
            if place is None:
                self._note_posted(thread)
                return
            if thread.is_out:
                files.put(place / RECEIPTS, _kept(thread))
            self._move(place, POSTED if thread.is_out else WITHDRAWN)
        except OSError as error:
            reason = system.why(error, self.folder)
            raise Unavailable(
                f"What lies ready in {self.folder} cannot be moved away: {reason}."
            ) from error

    def delete(self, post_id: str) -> None:
        """Raise `BadInput`: the bot has no way in."""
        raise BadInput(f"The bot has no way into {self.by_hand}: delete it there yourself.")

    def check(self) -> str:
        """A sentence on why the folder cannot be written or made, or ""."""
        reason = thread_folders.unwritable(self.folder)
        return f"The folder {self.folder} cannot be written: {reason}." if reason else ""

    def _handed(self, place: Path, saved: Saved) -> Handed:
        where = (
            f"It is to be posted by hand on {self.by_hand}; its texts, its picture and the alt "
            f"text are in {place}."
        )
        return Handed(where, {**saved, HANDED: str(place)})

    def _gone(self, place: str) -> str:
        return f"It was to be posted by hand on {self.by_hand}; its folder {place} is gone."

    def _ready(self, thread: Thread, saved: Saved) -> Path | None:
        """Where the thread lies ready; also where the account had another name or folder then."""
        found = thread_folders.find(self.folder, thread)
        if found or HANDED not in saved:
            return found
        return thread_folders.find(Path(str(saved[HANDED])).parent, thread)

    def _note_posted(self, thread: Thread) -> None:
        """Keep the receipts of a thread that is out, and whose folder is gone.

        A database from an older backup does not have them.
        """
        posted = self.folder / POSTED
        if not thread.is_out or thread_folders.find(posted, thread):
            return
        files.make_folder(posted)
        place = thread_folders.free(posted / f"{thread.local_on}-{thread.name}")
        described = thread_folders.description(thread, {"number": thread.number})
        thread_folders.write(place, thread.key, described | {RECEIPTS: _kept(thread)})

    def _move(self, place: Path, to: str) -> None:
        """Move a thread's folder into another one; a name that is taken there is counted on."""
        files.make_folder(place.parent / to)
        target = thread_folders.free(place.parent / to / place.name)
        place.rename(target)
        files.sync_folder(target.parent)
        files.sync_folder(place.parent)


def _without_handed(saved: Saved) -> Saved:
    return {key: value for key, value in saved.items() if key != HANDED}


def _kept(thread: Thread) -> bytes:
    """The receipts of a thread as its folder keeps them."""
    receipts = {
        str(part.position): {"url": part.receipt.url, "at": part.receipt.at.isoformat()}
        for part in thread.parts
        if part.receipt
    }
    return thread_folders.as_json(receipts)


def _receipts(place: Path) -> dict[int, Receipt]:
    """The receipts that a thread's folder keeps; none where they are not as they were written."""
    kept = thread_folders.read(place / RECEIPTS)
    try:
        return {
            int(position): Receipt(its["url"], its["url"], datetime.fromisoformat(its["at"]))
            for position, its in kept.items()
        }
    except (KeyError, TypeError, ValueError):
        return {}
