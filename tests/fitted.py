"""What the process that handles pictures has made of the same picture for an earlier test.

Most tests show or send one of a few pictures, and whatever it is made to fit takes as long each
time as all the rest of the test. The answer to the same question is the same: where that is what a
test is about, and where the time or the process is, it asks for `anew`.
"""

import copy
import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.pictures import handling

MOST = 100_000_000
"""Bytes of answers that are kept."""

Answer = tuple[dict[str, Any], bytes]

_ask = handling.ask
_kept: OrderedDict[str, Answer] = OrderedDict()
_is_kept = True


def _kept_or_asked(task: str, data: bytes, **more: object) -> Answer:
    if task != "fit" or not _is_kept:
        return _ask(task, data, **more)
    question = repr((hashlib.sha256(data).hexdigest(), sorted(more.items())))
    if question not in _kept:
        _kept[question] = _ask(task, data, **more)
        while sum(len(made) for _, made in _kept.values()) > MOST:
            _kept.popitem(last=False)
    facts, made = _kept[question]
    return copy.deepcopy(facts), made


@contextmanager
def once() -> Iterator[None]:
    """Have each picture fitted once, as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handling, "ask", _kept_or_asked)
        yield


@contextmanager
def anew() -> Iterator[None]:
    """Have pictures fitted each time they are asked for, within the block."""
    global _is_kept
    _is_kept = False
    try:
        yield
    finally:
        _is_kept = True
