"""The process that handles pictures: `handling` asks it, `processes` bounds its memory and time.

It is run by its path, and finds our modules beside it.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.pictures import decoding, reducing


def answer(question: bytes) -> bytes:
    """Carry out a task: a line of JSON with the `task` and what it needs, then a picture's bytes.

    Returns a line of JSON, which says the `problem` where there is one, and bytes if the task
    makes some.
    """
    head, _, data = question.partition(b"\n")
    asked = json.loads(head)
    try:
        facts, made = TASKS[asked.pop("task")](data, **asked)
    except decoding.Refused as refused:
        facts, made = {"problem": str(refused)}, b""
    return json.dumps(facts).encode() + b"\n" + made


def _look(data: bytes, kind: str, limits: dict[str, int]) -> tuple[dict[str, object], bytes]:
    return decoding.decoded(data, kind, decoding.Limits(**limits)), b""


def _figure(data: bytes, kind: str, most: int) -> tuple[dict[str, object], bytes]:
    from bot.pictures import (  # brings Pillow along, which looking alone loads later
        trimming,
    )

    return trimming.figure(data, kind, most)


TASKS: dict[str, Callable[..., tuple[dict[str, object], bytes]]] = {
    "look": _look,
    "figure": _figure,
    "reduce": reducing.reduced,
}
