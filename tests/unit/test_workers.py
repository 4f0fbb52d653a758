"""Workers: jobs of one name one after the other, of several names side by side."""

import threading
from datetime import timedelta

import pytest

from bot.workers import Workers


def nothing() -> None:
    """Does nothing."""


def test_without_patience_everything_is_waited_for() -> None:
    done: list[str] = []
    Workers().run({name: lambda name=name: done.append(name) for name in "abc"})  # type: ignore[misc]
    assert sorted(done) == ["a", "b", "c"]


def test_one_job_alone_needs_no_thread() -> None:
    where: list[threading.Thread] = []
    Workers().run({"a": lambda: where.append(threading.current_thread())})
    assert where == [threading.current_thread()]


def test_a_slow_job_delays_no_other_and_is_not_started_twice() -> None:
    workers, ready = Workers(timedelta(milliseconds=20)), threading.Event()
    started: list[str] = []

    def slow() -> None:
        started.append("slow")
        assert ready.wait(60)

    workers.run({"slow": slow, "quick": lambda: started.append("quick")})
    workers.run({"slow": slow, "quick": lambda: started.append("quick")})
    assert sorted(started) == ["quick", "quick", "slow"]
    ready.set()
    workers.finish()
    workers.run({"slow": lambda: started.append("slow again")})
    assert started[-1] == "slow again"
    workers.finish()


@pytest.mark.parametrize("patience", [None, timedelta(seconds=10)])
def test_what_a_job_raised_is_raised_and_the_others_are_done(patience: timedelta | None) -> None:
    workers, done = Workers(patience), threading.Event()

    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        workers.run({"bad": fails, "good": done.set})
    workers.finish()
    assert done.is_set()


def test_a_job_that_failed_can_be_started_again() -> None:
    workers = Workers(timedelta(seconds=10))

    def fails() -> None:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            workers.run({"bad": fails})
    workers.finish()


def test_finishing_waits_for_what_is_still_at_work() -> None:
    workers, ready, done = Workers(), threading.Event(), threading.Event()

    def slow() -> None:
        assert ready.wait(60)
        done.set()

    workers.start("slow", slow)
    threading.Timer(0.05, ready.set).start()
    workers.finish()
    assert done.is_set()
