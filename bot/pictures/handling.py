"""Asks the process that handles pictures, and says in one sentence where it gives no answer."""

import atexit
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot import environment, processes, system
from bot.core.errors import BadInput

SCRIPT = Path(__file__).with_name("picture_process.py")
"""Not imported: with it would come what decodes pictures, which only the process needs."""

BOUNDS = processes.Bounds(30, 1_200_000_000)
"""For a task; `picture_process.MEMORY` gives less to bytes that nobody has looked at."""


PATIENT = processes.Bounds(180, 1_200_000_000)
"""For fitting, which takes longer, perhaps while much else goes on, and is done once a picture."""


class NotStarted(BadInput):
    """The process could not be started, which says nothing of the picture."""


def ask(task: str, data: bytes, **more: object) -> tuple[dict[str, Any], bytes]:
    """What the process says of a picture in a task, and the bytes that it makes.

    Raises `BadInput` with a clause that goes on after the file's name, and `NotStarted`.
    """
    bounds, process = BOUNDS, _process
    if task == "fit":
        bounds, process = PATIENT, _patient_process
    head = json.dumps({"task": task, **more}).encode()
    try:
        answer = process().ask(head + b"\n" + data)
    except processes.TooLong:
        raise BadInput(
            f"takes more than {bounds.seconds:g} s to decode; export it smaller or simpler"
        ) from None
    except processes.NotStarted as error:
        reason = system.why(error.__cause__ or error)
        raise NotStarted(
            "cannot be looked at: the process that handles pictures "
            f"could not be started ({reason})"
        ) from None
    except processes.NoAnswer:
        raise BadInput(
            "breaks what decodes it, or takes too much memory; export it again, or smaller"
        ) from None
    line, _, made = answer.partition(b"\n")
    facts: dict[str, Any] = json.loads(line)
    if problem := facts.get("problem"):
        raise BadInput(problem)
    return facts, made


@lru_cache(maxsize=1)
def _process() -> processes.Lasting:
    """The process; one for all pictures of this process."""
    return _started(BOUNDS)


@lru_cache(maxsize=1)
def _patient_process() -> processes.Lasting:
    """The one that fits them."""
    return _started(PATIENT)


def _started(bounds: processes.Bounds) -> processes.Lasting:
    process = processes.Lasting(SCRIPT, bounds, environment.for_children())
    atexit.register(process.close)
    return process
