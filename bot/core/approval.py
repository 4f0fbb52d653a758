"""Approval: who must approve what a collage sends, and whether an approval covers it.

The number is given at the claim, so it stands apart: an approval given with [29/52] covers the same
thread with [30/52], and nothing else that is different.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from bot.core import cards, people
from bot.core.delivery import Card


class Rule(StrEnum):
    """How many people must approve a collage before a slot may take it."""

    NONE = "none"
    ONE = "one"
    FOUR_EYES = "four-eyes"


NEEDED: Mapping[str, int] = {"none": 0, "one": 1, "four-eyes": 2}
"""How many people each rule wants."""

BESIDE = "beside"
"""The key under which a delivery has saved what was approved beside its texts."""

PLACE = "\ufffc"
"""What stands for the number in a hash: the object replacement character, which no text has."""


class SentPart(NamedTuple):
    """One part as it is sent.

    `picture` is the SHA-256 of the bytes that go out; of a slide, which is drawn anew with its
    number, a hash of all that it is drawn from but the number. `file` only tells people which
    picture it is.
    """

    text: str
    picture: str = ""
    alt: str = ""
    file: str = ""


class SentThread(NamedTuple):
    """What one account gets.

    `beside` is what readers get of each part by the account's settings: a content warning.
    `card` is the link card of one of its parts: the words of a page, which may change them at any
    moment. It is no part of what is compared; the one that was approved is the one that goes out.
    """

    account: str
    network: str
    parts: tuple[SentPart, ...]
    card: Card | None = None
    beside: tuple[str, ...] = ()


class Sent(NamedTuple):
    """Everything that a collage sends, with the number as the series shows it, or ""."""

    number: str
    threads: tuple[SentThread, ...]

    @property
    def hash(self) -> str:
        """The SHA-256 of all of it, the number apart."""
        threads = [
            [
                thread.account,
                thread.network,
                [_plain(part, self.number) for part in thread.parts],
                thread.beside,
            ]
            for thread in sorted(self.threads, key=lambda each: each.account)
        ]
        written = json.dumps(threads, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()

    def card_of(self, account: str) -> Card | None:
        """The link card that was approved for an account."""
        return next((each.card for each in self.threads if each.account == account), None)

    def beside_of(self, account: str) -> tuple[str, ...]:
        """What was approved beside an account's texts."""
        return next((each.beside for each in self.threads if each.account == account), ())


class Approval(NamedTuple):
    """That a person has approved what a collage would send; `id` is 0 before it is stored."""

    id: int
    who: str
    at: datetime
    sent: Sent


class Standing(NamedTuple):
    """How a collage stands: the approvals that count, and those that are put aside, newest last.

    Those of the person who last changed it are `own` where the rule is four-eyes: they do not
    count.
    """

    needed: int
    counted: tuple[Approval, ...] = ()
    aside: tuple[Approval, ...] = ()
    own: tuple[Approval, ...] = ()

    @property
    def is_enough(self) -> bool:
        return len(self.counted) >= self.needed

    @property
    def why(self) -> str:
        """Why it waits for approval, as a clause; "" where it does not."""
        if self.is_enough:
            return ""
        if self.aside:
            return f"what would be sent is not what {_names(self.aside)} approved"
        if self.counted:
            return f"{_names(self.counted)} has approved it, and somebody else has to as well"
        if self.own:
            return f"{_names(self.own)} changed it last, so that two others have to approve it"
        if self.needed > 1:
            return f"{self.needed} people have to approve it, and nobody has"
        return "nobody has approved it"


def _names(approvals: Sequence[Approval]) -> str:
    *others, last = [approval.who for approval in approvals]
    return f"{', '.join(others)} and {last}" if others else last


def standing(
    rule: str, approvals: Collection[Approval], sent: Sent | None, changed_by: str
) -> Standing:
    """How a collage stands that would send `sent` now; None stands for what was not looked at.

    Of each person only the newest approval is looked at, whether they came by their account, the
    terminal or a review link. With four-eyes, the one who last changed the collage does not count.
    """
    in_order = sorted(approvals, key=lambda each: each.at)
    newest = {people.counted_as(approval.who): approval for approval in in_order}
    own, aside, counted = [], [], []
    for approval in newest.values():
        if sent is not None and not covers(approval.sent, sent):
            aside.append(approval)
        elif rule == Rule.FOUR_EYES and people.is_same(approval.who, changed_by):
            own.append(approval)
        else:
            counted.append(approval)
    return Standing(NEEDED[rule], tuple(counted), tuple(aside), tuple(own))


def covers(approved: Sent, now: Sent) -> bool:
    """Whether what would go out now is what was approved, but for the number and the link cards."""
    before = {thread.account: thread for thread in approved.threads}
    after = {thread.account: thread for thread in now.threads}
    if before.keys() != after.keys():
        return False
    same = _Same(approved.number, now.number)
    return all(same.threads(before[account], after[account]) for account in before)


class _Same:
    """Compares what was made with one number with what was made with another."""

    def __init__(self, before: str, after: str) -> None:
        self._before, self._after = before, after

    def threads(self, before: SentThread, after: SentThread) -> bool:
        if before.network != after.network or len(before.parts) != len(after.parts):
            return False
        if before.beside != after.beside:
            return False
        return all(map(self._parts, before.parts, after.parts))

    def _parts(self, before: SentPart, after: SentPart) -> bool:
        if before.picture != after.picture:
            return False
        return self.texts(before.text, after.text) and self.texts(before.alt, after.alt)

    def texts(self, before: str, after: str) -> bool:
        """Whether the second text is the first, where at some places the number is another one."""
        if before == after:
            return True
        if not (self._before and self._after):
            return False
        either = f"(?:{re.escape(self._before)}|{re.escape(self._after)})"
        pieces = map(re.escape, before.split(self._before))
        return re.fullmatch(either.join(pieces), after) is not None


def _plain(part: SentPart, number: str) -> list[str]:
    return [_without(part.text, number), part.picture, _without(part.alt, number)]


def _without(text: str, number: str) -> str:
    return text.replace(number, PLACE) if number else text


class Line(NamedTuple):
    """A line of a difference: `sign` is "-" for what was approved, "+" for what would go out now,
    and " " for what has stayed beside it.
    """

    sign: str
    text: str


def difference(approved: Sent, now: Sent) -> list[Line]:
    """What is different, line by line, each account with its name before it; nothing if covered."""
    same = _Same(approved.number, now.number)
    before = {thread.account: thread for thread in approved.threads}
    after = {thread.account: thread for thread in now.threads}
    found = list[Line]()
    for account in dict.fromkeys([*before, *after]):
        old, new = before.get(account), after.get(account)
        if old and new and same.threads(old, new):
            continue
        found.append(Line(" ", f"{account}:"))
        found += _compared(same, [*_lines(old)], [*_lines(new)])
    return found


def _compared(same: _Same, old: list[str], new: list[str]) -> Iterator[Line]:
    """The lines that are different, those of a block that was replaced after one another."""
    from difflib import SequenceMatcher  # 2 ms, at each start, for what is seldom shown

    # A line that differs by its number only counts as the same one.
    by_text = {line: line for line in new}
    matched = [
        by_text.get(line) or next((each for each in new if same.texts(line, each)), line)
        for line in old
    ]
    for step, left, right, start, end in SequenceMatcher(
        None, matched, new, autojunk=False
    ).get_opcodes():
        if step != "equal":
            yield from (Line("-", line) for line in old[left:right])
            yield from (Line("+", line) for line in new[start:end])


def _lines(thread: SentThread | None) -> Iterator[str]:
    """A thread as lines of text, with all that its readers would get."""
    yield from thread.beside if thread else ()
    for part in thread.parts if thread else ():
        yield from part.text.split("\n")
        if part.picture:
            yield f"picture: {part.file or 'picture'} ({part.picture[:12]})"
            yield from (f"alt text: {line}" for line in part.alt.split("\n"))


def as_json(sent: Sent) -> dict[str, Any]:
    """What was approved, as it is stored."""
    threads = [
        {
            "account": thread.account,
            "network": thread.network,
            "parts": [part._asdict() for part in thread.parts],
            "beside": list(thread.beside),
            cards.SAVED: cards.as_json(thread.card) if thread.card else None,
        }
        for thread in sent.threads
    ]
    return {"number": sent.number, "threads": threads}


def from_json(stored: Mapping[str, Any]) -> Sent:
    """What was approved, as it was stored."""
    threads = tuple(
        SentThread(
            each["account"],
            each["network"],
            tuple(SentPart(**part) for part in each["parts"]),
            cards.from_json(each),
            tuple(each.get("beside", ())),
        )
        for each in stored["threads"]
    )
    return Sent(stored["number"], threads)
