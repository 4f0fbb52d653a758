"""The process that handles pictures: `handling` asks it, `processes` bounds its memory and time.

It is run by its path, and finds our modules beside it.
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.pictures import decoding, fitted, fitting, reducing, trimming
from bot.pictures.limits import Limits, Refused


def answer(question: bytes) -> bytes:
    """Carry out a task: a line of JSON with the `task` and what it needs, then a picture's bytes.

    Returns a line of JSON, which says the `problem` where there is one, and bytes if the task
    makes some.
    """
    head, _, data = question.partition(b"\n")
    asked = json.loads(head)
    task = asked.pop("task")
    _bound(task)
    try:
        facts, made = TASKS[task](data, **asked)
    except Refused as refused:
        facts, made = {"problem": str(refused)}, b""
    return json.dumps(facts).encode() + b"\n" + made


SPENT = 100_000_000
"""Bytes that may be left of earlier pictures. What decodes some types keeps more, and the next one
would seem broken where it only lacks the memory.
"""


def is_spent() -> bool:
    """Whether so much is left of the pictures so far that another process should go on."""
    with suppress(ImportError, OSError):
        import resource  # Windows has no such module

        pages = int(Path("/proc/self/statm").read_text().split()[5])
        return pages * resource.getpagesize() > SPENT
    return False


def _look(
    data: bytes, mime: str, page: int, limits: dict[str, int]
) -> tuple[dict[str, object], bytes]:
    return decoding.look(data, mime, page, Limits(**limits)), b""


def _fit(
    data: bytes, mime: str, page: int, limits: dict[str, int], wanted: list[dict[str, Any]]
) -> tuple[dict[str, object], bytes]:
    """The picture for each of several sets of limits, by type; see `fit.fit` for the answer."""
    sets = [
        {of_type: fitting.Limits(**its) for of_type, its in by_type.items()} for by_type in wanted
    ]
    return fitted.fit(fitted.Original(data, mime, page, Limits(**limits)), sets)


TASKS: dict[str, Callable[..., tuple[dict[str, object], bytes]]] = {
    "look": _look,
    "fit": _fit,
    "figure": trimming.figure,
    "reduce": reducing.reduced,
}

MEMORY = {"look": 460_000_000}
"""Bytes of its own that a task may take, where that is less than the process may: bytes that nobody
has looked at may be anything. With its programs the process stays below 512 MB.
"""


def _bound(task: str) -> None:
    """Give a task no more memory than it may take, as far as the system can."""
    with suppress(ImportError):
        import resource  # Windows has no such module

        # Not RLIMIT_AS, which counts what threads reserve and do not use.
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        # ValueError: the process may take less than that, and no more will be given.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY.get(task, most), most))
