"""One worker thread for each account, so that trouble with one never delays another."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

MOST = 64
"""Threads at most: one for each account, and a few for what else may be slow."""


class Workers:
    """Runs at most one job per name, each on a thread of its own.

    `patience` is the longest that `run` waits for its jobs; without it, `run` waits for their end.
    """

    def __init__(self, patience: timedelta | None = None) -> None:
        self._patience = patience
        self._pool: ThreadPoolExecutor | None = None
        self._jobs: dict[str, Future[None]] = {}
        self._errors: list[BaseException] = []

    def run(self, jobs: dict[str, Callable[[], None]]) -> None:
        """Start each job and wait, but no longer than `patience`; raises what a job raised."""
        # A single job needs no thread where it is waited for anyway.
        if self._patience is None and len(jobs) == 1 and not self._jobs:
            next(iter(jobs.values()))()
            return
        for name, job in jobs.items():
            self.start(name, job)
        running = [self._jobs[name] for name in jobs if name in self._jobs]
        timeout = None
        if self._patience:
            timeout = self._patience.total_seconds()
        wait(running, timeout)
        self._raise()

    def start(self, name: str, job: Callable[[], None]) -> None:
        """Start a job, unless one of that name is still running.

        Nothing is lost by leaving it out: jobs read from the database what is due.
        """
        self._sweep()
        if name not in self._jobs:
            self._pool = self._pool or ThreadPoolExecutor(MOST, thread_name_prefix="worker")
            self._jobs[name] = self._pool.submit(job)

    def finish(self) -> None:
        """Wait for all running jobs; raises what a job raised."""
        wait(self._jobs.values())
        if self._pool:
            self._pool.shutdown()
            self._pool = None
        self._raise()

    def _sweep(self) -> None:
        """Drop the jobs that have ended, and keep what they raised for `_raise`."""
        for name in [name for name, job in self._jobs.items() if job.done()]:
            if error := self._jobs.pop(name).exception():
                self._errors.append(error)

    def _raise(self) -> None:
        self._sweep()
        if self._errors:
            error, *_ = self._errors
            self._errors.clear()
            raise error
