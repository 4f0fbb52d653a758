"""Compares what an account shows with what the ledger says of it.

Pure: the same rules judge an account on a network and the histories that tests record.
"""

from collections.abc import Iterable, Iterator, Sequence
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
    EXTRA = "extra"


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
        """Whether it is more than a post that somebody wrote by hand."""
        return self.kind is not Kind.EXTRA


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
