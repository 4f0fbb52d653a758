"""Hands one message to one destination, in a process of its own that is ended at its bounds.

Only a process can be ended wherever it hangs: a mail server may send a byte a second for ever, a
web hook answer with gigabytes, and a DNS lookup has no timeout at all.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bot import environment, processes
from bot.watching import apprise_process

MEMORY = 300_000_000
"""Bytes that the process may take: six times of what apprise needs."""


class Message(NamedTuple):
    """A message for people; with `is_trouble` it is sent as a warning."""

    title: str
    body: str
    is_trouble: bool


def hand_over(url: str, message: Message, seconds: float) -> str:
    """Send a message within so many seconds.

    Returns what went wrong, as a sentence without any part of the URL, or an empty text where the
    destination has accepted it.
    """
    return _ask({"url": url, "seconds": seconds, **message._asdict()}, seconds)


def check(url: str, seconds: float) -> str:
    """What keeps apprise from using this URL, as such a sentence; nothing is sent."""
    return _ask({"url": url, "seconds": seconds}, seconds)


def _ask(question: Mapping[str, object], seconds: float) -> str:
    """Run the process, and return its answer."""
    script = Path(apprise_process.__file__)
    bounds = processes.Bounds(seconds, MEMORY)
    try:
        answer = processes.ask(
            script, json.dumps(question).encode(), bounds, environment.for_children()
        )
        return str(json.loads(answer.rpartition(b"\n")[2])["wrong"])
    except processes.TooLong as error:
        return f"it {error}."
    except processes.NoAnswer as error:
        return f"the sending {error}."
    except (KeyError, TypeError, ValueError):
        return "the sending broke off."
