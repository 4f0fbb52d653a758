"""Notices of alerts and of the database."""

import hashlib
import shlex
from datetime import datetime

from bot.core.notices.entry import Entry, Kind, counted, printable

WORDLESS = 6
"""Phrases that one notice names."""

STRANGE = 5
"""Entries of an outbox that one notice names."""


class AlertUndelivered(Entry):
    """Another notice, tried for long enough, did not reach a destination.

    `destination` shows no secret, and `destination_id` is its name in the database.
    """

    kind = Kind.ALERTS
    notice_id: int
    notice_kind: Kind
    destination: str
    destination_id: str
    reason: str

    @property
    def key(self) -> str:
        return f"{self.notice_id}/{self.destination_id}"

    @property
    def sentence(self) -> str:
        notice = f"Notice {self.notice_id} ({self.notice_kind})"
        return f"{notice} did not reach {self.destination}: {self.reason}"

    @property
    def command(self) -> str:
        return "mlcollage notices"


class EventUndelivered(Entry):
    """An event, tried for long enough, did not reach a script.

    `event` is its id; `destination` shows no secret, `destination_id` is its name in the database.
    """

    kind = Kind.EVENTS
    event: str
    type: str
    destination: str
    destination_id: str
    reason: str

    @property
    def key(self) -> str:
        return f"{self.event}/{self.destination_id}"

    @property
    def sentence(self) -> str:
        return (
            f"The event {self.event} ({self.type}) did not reach {self.destination}, and is not "
            f"sent there any more: {self.reason}"
        )

    @property
    def command(self) -> str:
        return "mlcollage events list"


class HookGone(Entry):
    """A script has answered that it takes no more events.

    `destination` shows no secret, and `destination_id` is its name in the database.
    """

    kind = Kind.EVENTS
    destination: str
    destination_id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"gone/{self.destination_id}/{self.at.isoformat()}"

    @property
    def sentence(self) -> str:
        return f"{self.destination} answered that it takes no more events: none is sent there now."

    @property
    def advice(self) -> str:
        return f"Take it out of events.urls; if it is to get them again: {self.command}"

    @property
    def command(self) -> str:
        return "mlcollage events test"


class Exposed(Entry):
    """A file that only its owner should read can be read by others; `what` is in it."""

    kind = Kind.EXPOSED
    path: str
    what: str

    @property
    def key(self) -> str:
        return printable(self.path)

    @property
    def sentence(self) -> str:
        return f"{self.path} holds {self.what}, and other users of this machine can open it."

    @property
    def advice(self) -> str:
        return f"Run: chmod 600 {shlex.quote(self.path)}"


class NoWords(Entry):
    """A series' language has no table of phrases; those that are English are `lacking`."""

    kind = Kind.NO_WORDS
    series: str
    language: str
    lacking: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.series}/{self.language}"

    @property
    def sentence(self) -> str:
        named = ", ".join(self.lacking[:WORDLESS])
        if len(self.lacking) > WORDLESS:
            named += f" and {len(self.lacking) - WORDLESS} more"
        return (
            f"There are no phrases in the language {self.language} yet: on the posts and pages of "
            f"{self.series} these are English: {named}."
        )

    @property
    def advice(self) -> str:
        return (
            f"Give them under [series.{self.series}.words] and [series.{self.series}.roundup]; "
            "docs/templates.md lists all."
        )


class StrangeInOutbox(Entry):
    """An outbox holds what is no thread; `strange` has a clause for each."""

    kind = Kind.DIFFERS
    folder: str
    strange: tuple[str, ...]

    @property
    def key(self) -> str:
        listed = hashlib.sha256("\n".join(self.strange).encode("utf-8", "replace")).hexdigest()
        return f"{printable(self.folder)}/{listed[:16]}"

    @property
    def sentence(self) -> str:
        told = "; ".join(self.strange[:STRANGE])
        if len(self.strange) > STRANGE:
            told += f"; and {len(self.strange) - STRANGE} more"
        return f"The outbox {self.folder} holds what is no thread, and it is passed over: {told}."

    @property
    def advice(self) -> str:
        return "Move it elsewhere."


class Upgraded(Entry):
    """The database was brought up to date; `path` is the copy made before, `name` its file's."""

    kind = Kind.UPGRADED
    name: str
    path: str

    @property
    def key(self) -> str:
        return printable(self.name)

    @property
    def sentence(self) -> str:
        return (
            "The database was brought to this version of mlcollage; "
            f"as it was before it is kept in {self.path}."
        )


class Restored(Entry):
    """The database was filled from a backup; `begun` threads of it are looked for first."""

    kind = Kind.RESTORED
    backup: str
    begun: int
    at: datetime

    @property
    def key(self) -> str:
        return self.at.isoformat()

    @property
    def sentence(self) -> str:
        return (
            f"This database was restored from {self.backup}. What went out since then is not known "
            "here: before a thread begins, its account's own posts are read, so that nothing goes "
            "out twice."
        )

    @property
    def advice(self) -> str:
        if not self.begun:
            return ""
        begun = counted(self.begun, "thread that had begun is", "threads that had begun are")
        return f"{begun} looked for first."
