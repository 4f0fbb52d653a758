"""A notice of any kind with any words, for tests of what becomes of notices once they are made."""

from dataclasses import dataclass

from bot.core.notices.entry import Entry, Kind


@dataclass(frozen=True)
class MadeUp(Entry):
    """The words are the key, too."""

    kind: Kind
    words: str
    more: str
    for_nobody: bool

    @property
    def key(self) -> str:
        return self.words

    @property
    def sentence(self) -> str:
        return self.words

    @property
    def details(self) -> str:
        return self.more

    @property
    def needs_nobody(self) -> bool:
        return self.for_nobody


def notice(kind: Kind, words: str, *, details: str = "", needs_nobody: bool = False) -> Entry:
    """A notice that says these words."""
    return MadeUp(kind, words, details, needs_nobody)
