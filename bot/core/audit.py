"""Compares what an account shows with what the ledger says of it.

Pure: the same rules judge an account on a network and the histories that tests record.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.core.delivery import Part, Receipt, ShownPost
from bot.core.text import sameness


class Meant(NamedTuple):
    """One part of a thread as the ledger has it.

    `alt` is the alt text of its picture, None for a part without one. `receipt` is None for a part
    that is not known to be out; `parent` is the id of the post it answers, None for a first part.
    """

    delivery_id: int
    position: int
    text: str
    alt: str | None
    receipt: Receipt | None
    parent: str | None


class Kind(StrEnum):
    """How an account and the ledger differ."""

    MISSING = "missing"
    TWICE = "twice"
    UNRECORDED = "out, and not in the ledger"
    TEXT = "another text"
    PICTURE = "lost picture"
    ALT = "lost alt text"
    PARENT = "wrong parent"
    LINK = "lost link"
    EXTRA = "extra"
    UNSHOWN = "not shown yet"
    UNREAD = "could not be read back"


NO_TROUBLE = frozenset({Kind.EXTRA, Kind.UNSHOWN})
"""What asks for nobody: a post that somebody wrote by hand, and a part too new to be judged."""

SETTLES = timedelta(hours=1)
"""How old a part has to be before it counts as gone from an account that shows nothing newer."""


class Finding(NamedTuple):
    """One difference; `meant` is None for a post that is no part of ours.

    `url` is the address of the post in question, `other` that of its double.
    """

    kind: Kind
    url: str
    meant: Meant | None = None
    other: str = ""
    detail: str = ""

    @property
    def needs_a_person(self) -> bool:
        """Whether a person has to see to it."""
        return self.kind not in NO_TROUBLE


class Difference(NamedTuple):
    """How one part that is out differs from what was meant.

    `kinds` are those of all its differences. `text` is what the network shows, None where the post
    could not be read. `is_elsewhere` says that it surely is not in its place in the thread.
    """

    sentence: str
    kinds: frozenset[Kind]
    text: str | None = None
    is_elsewhere: bool = False

    @property
    def what(self) -> str:
        """Its kinds, the same for the same differences, however they are put into words."""
        return "+".join(sorted(self.kinds))


def meant(delivery_id: int, parts: Sequence[Part]) -> list[Meant]:
    """The parts of a thread as they are compared, each with the post that it answers.

    A part that a person has taken off the network is left out: the next one answers the one before.
    """
    found, parent = [], None
    for part in parts:
        if part.is_gone:
            continue
        alt = part.image.alt if part.image else None
        found.append(Meant(delivery_id, part.position, part.text, alt, part.receipt, parent))
        if part.receipt:
            parent = part.receipt.id
    return found


def check(ledger: Sequence[Meant], shown: Sequence[ShownPost]) -> list[Finding]:
    """How the posts of an account differ from the parts that the ledger has of it.

    `ledger` are the parts of the newest threads, out or not; `shown` all posts of the account from
    the oldest of their receipts on, oldest first.
    """
    by_id = {post.receipt.id: post for post in shown}
    known = {part.receipt.id: part for part in ledger if part.receipt}
    findings: list[Finding] = []
    for part in known.values():
        findings += _of_a_part(part, by_id)
    for post in shown:
        if post.receipt.id not in known:
            findings.append(_of_a_stranger(post, ledger))
    return findings


def _of_a_part(part: Meant, by_id: dict[str, ShownPost]) -> Iterator[Finding]:
    """How a part with a receipt differs from its post."""
    assert part.receipt
    url, post = part.receipt.url, by_id.get(part.receipt.id)
    if post is None:
        yield Finding(Kind.MISSING, url, part)
        return
    if not sameness.is_same(post.text, part.text):
        yield Finding(Kind.TEXT, url, part, detail=post.text)
    if part.alt is not None and not post.pictures:
        yield Finding(Kind.PICTURE, url, part)
    elif part.alt is not None and not _has_alt(post.alts, part.alt):
        yield Finding(Kind.ALT, url, part)
    if post.parent != part.parent:
        yield Finding(Kind.PARENT, url, part)


def _has_alt(shown: Iterable[str], alt: str) -> bool:
    return sameness.normalized(alt) in {sameness.normalized(each) for each in shown}


def _of_a_stranger(post: ShownPost, ledger: Sequence[Meant]) -> Finding:
    """What a post without a receipt is: a part's double, a part that is out, or another post."""
    same = [part for part in ledger if sameness.is_same(post.text, part.text)]
    out = [part for part in same if part.receipt]
    if out:
        assert out[0].receipt
        return Finding(Kind.TWICE, post.receipt.url, out[0], other=out[0].receipt.url)
    if same:
        return Finding(Kind.UNRECORDED, post.receipt.url, same[0])
    return Finding(Kind.EXTRA, post.receipt.url, detail=post.text)


def unsettled(findings: Sequence[Finding], shown: Sequence[ShownPost], now: datetime) -> set[str]:
    """The addresses of missing parts that the account may only not show yet.

    A timeline lags: of parts newer than all that it shows it proves nothing, while they are new.
    """
    newest = max((post.receipt.at for post in shown), default=None)
    found = set()
    for finding in findings:
        receipt = finding.meant.receipt if finding.meant else None
        if finding.kind is not Kind.MISSING or receipt is None:
            continue
        is_new = now - receipt.at < SETTLES
        if is_new and (newest is None or receipt.at > newest):
            found.add(finding.url)
    return found


def is_another_post(difference: Difference, part: Part, parts: Sequence[Part]) -> bool:
    """Whether a post that somebody takes for this part of a thread is another one by its text.

    A network may have rewritten or cut the text; and whatever answers the part before it in the
    thread may be the part, unless it has the text of another part.
    """
    if difference.text is None or Kind.TEXT not in difference.kinds:
        return False
    if sameness.resembles(difference.text, part.text):
        return False
    others = (each.text for each in parts if each.position != part.position)
    if any(sameness.is_same(difference.text, text) for text in others):
        return True
    return part.position == 1 or difference.is_elsewhere
