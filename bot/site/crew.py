"""Makes the pages of many roundups at the same time, on all cores.

It is for whole sites only: a process takes longer to start than a few roundups take to be made.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bot import config
from bot.core.errors import MlcollageError
from bot.site import pages
from bot.site.pages import Edition, Made

MANY = 200
"""Roundups from which on it is worth its processes."""
MOST_WAITING = 6
"""Orders that are given before the first one is taken back: they are held in memory."""

Result = Made | str
"""What was made of a roundup; or why it cannot be."""


def size() -> int:
    """How many processes are worth their while on this machine."""
    return min(8, os.cpu_count() or 1)


class Crew:
    """Processes that make pages, as long as the context lasts.

    Where they cannot be had, or end, the pages are made here.
    """

    def __init__(self, series: config.Series, templates_folder: Path) -> None:
        self._series = series
        self._templates = templates_folder
        # Not forked: a fork would inherit locks of other threads and the database's connections.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(size(), mp_context=context)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def made(self, orders: Iterator[Sequence[Edition]]) -> Iterator[list[Result]]:
        """What was made of each order, in order; further ones are taken meanwhile."""
        waiting = deque[tuple[Sequence[Edition], Future[list[Result]] | None]]()
        for order in orders:
            waiting.append((order, self._submitted(order)))
            if len(waiting) >= MOST_WAITING:
                yield self._taken(*waiting.popleft())
        while waiting:
            yield self._taken(*waiting.popleft())

    def _submitted(self, order: Sequence[Edition]) -> Future[list[Result]] | None:
        # The pictures' bytes stay here: pages name them only.
        bare = [replace(edition, pictures={}) for edition in order]
        with suppress(BrokenProcessPool, OSError, RuntimeError):
            return self._pool.submit(make, self._series, bare, self._templates)
        return None

    def _taken(self, order: Sequence[Edition], future: Future[list[Result]] | None) -> list[Result]:
        with suppress(BrokenProcessPool, OSError):
            if future is not None:
                return future.result()
        return make(self._series, order, self._templates)


def make(
    series: config.Series, editions: Sequence[Edition], templates_folder: Path
) -> list[Result]:
    """The pages of some roundups, one after the other."""
    found = list[Result]()
    for edition in editions:
        try:
            found.append(pages.made(series, edition, templates_folder))
        except MlcollageError as error:
            found.append(str(error))
    return found
