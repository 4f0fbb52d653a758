"""Record keys: TIDs, which are 13 characters that sort by time (atproto.com/specs/tid).

A part's key follows from its thread's, so that every try, also one from a restored backup, names
the same record, and the server takes no second one.
"""

import hashlib
import re
from datetime import UTC, datetime, time, timedelta

from bot.core.delivery import Thread

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LENGTH = 13
CLOCK_BITS = 10
"""The lowest bits of a TID, which tell clocks apart that name records in the same microsecond."""
SPREAD = 900_000
"""Microseconds of its second that a thread's keys begin in; the rest has room for its parts."""


def of(thread: Thread, position: int) -> str:
    """The key of a part: the second of its thread's moment, and a hash of its thread's key."""
    digest = int.from_bytes(hashlib.sha256(thread.key.encode()).digest()[:8])
    within, clock = divmod(digest, 1 << CLOCK_BITS)
    second = int(_moment(thread).timestamp()) * 1_000_000
    return tid((second + within % SPREAD + position) << CLOCK_BITS | clock)


def tid(number: int) -> str:
    """A number of 63 bits as a TID."""
    digits = [ALPHABET[number >> (5 * place) & 31] for place in reversed(range(LENGTH))]
    return "".join(digits)


def before(key: str, span: timedelta = timedelta(0)) -> str:
    """The TID right before this one, or so much earlier, to list records from there on; "" for what
    is none.
    """
    if not is_tid(key):
        return ""
    number = 0
    for character in key:
        number = number << 5 | ALPHABET.index(character)
    earlier = span // timedelta(microseconds=1) << CLOCK_BITS
    return tid(max(number - earlier - 1, 0))


def is_tid(key: str) -> bool:
    """Whether a record's key has the form of a TID."""
    return re.fullmatch(f"[234567abcdefghij][{ALPHABET}]{{12}}", key) is not None


def _moment(thread: Thread) -> datetime:
    """The slot's instant, where the thread's key names one; else the beginning of its day."""
    if found := re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", thread.key):
        return datetime.fromisoformat(found[0])
    return datetime.combine(thread.local_on, time(), UTC)
