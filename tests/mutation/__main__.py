"""Put mistakes into the code, one at a time, and see whether a test notices: `make mutants`.

A seeded sample of all mutants of the folders named, each tried in a copy of the tree with the
tests of `make test` that run the changed line, the quickest first, until one fails. Ready-made
tools neither leave conditions of a statement out nor choose tests by line within a bounded time.
"""

import argparse
import difflib
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.mutation import cover, mutate
from tests.mutation.cover import Covered
from tests.mutation.mutate import Mutant

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ["bot/core", "bot/sending", "bot/scheduling", "bot/storage"]
LEFT_OUT = {"migrations", "__pycache__"}
NOT_COPIED = (".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "demo", "dist", "build")
LONGEST = 60
"""Seconds one test may take; a mistake that makes it take longer has been noticed."""
PASSED, NO_TESTS = 0, 5
"""Exit codes of pytest."""
KILLED, LATE, SURVIVED = "killed", "timed out", "SURVIVED"


class Tried(NamedTuple):
    mutant: Mutant
    outcome: str
    diff: str


class Tree:
    """A copy of the tree, in which one mistake at a time is made."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*NOT_COPIED))
        for name, place in ((ROOT / ".venv", self.root), (ROOT.parent / "shared", folder)):
            if name.exists():
                (place / name.name).symlink_to(name)

    def pytest(self, *args: str, limit: float | None = None, **more: str) -> int | None:
        """Run pytest in this copy; its exit code, None where it had to be stopped."""
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly"]
        environment = os.environ | {"PYTHONPATH": str(self.root)} | more
        environment.pop("CI", None)
        with (self.root.parent / "output").open("wb") as output:
            process = subprocess.Popen(
                [*command, *args],
                cwd=self.root,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                return process.wait(limit)
            except subprocess.TimeoutExpired:
                _stop(process)
                return None
            except BaseException:
                _stop(process)
                raise

    def output(self) -> str:
        """What the last run has printed."""
        return (self.root.parent / "output").read_text(encoding="utf-8", errors="replace")

    def judge(self, mutant: Mutant, covered: Covered) -> Tried:
        """Make one mistake, run the tests that may notice, and take it back."""
        file = self.root / mutant.path
        source = file.read_text(encoding="utf-8")
        changed = mutant.apply(source)
        lines = (source.splitlines(), changed.splitlines())
        diff = "\n".join(difflib.unified_diff(*lines, lineterm="", n=1))
        tests = covered.tests(mutant.path, mutant.reached)
        if not tests:
            return Tried(mutant, SURVIVED, f"{diff}\n(no test runs it)")
        chosen = self.root.parent / "chosen"
        chosen.write_text("\n".join(tests), encoding="utf-8")
        limit = 60 + 3 * sum(covered.seconds[test] for test in tests)
        options = ["-x", "-n", "0", "-p", "no:cacheprovider", f"--timeout={LONGEST}"]
        try:
            self._write(file, changed)
            code = self.pytest(*options, "--hypothesis-seed=0", f"@{chosen}", limit=limit)
        finally:
            self._write(file, source)
        if code == NO_TESTS:
            raise RuntimeError(f"pytest found no tests for {mutant}: {self.output()}")
        outcome = {PASSED: SURVIVED, None: LATE}.get(code, KILLED)
        return Tried(mutant, outcome, diff)

    def _write(self, file: Path, source: str) -> None:
        """What was compiled before must not be taken for this: two changes within a second may
        have the same size.
        """
        file.write_text(source, encoding="utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask pytest to end, so that it stops what it has started; then end what is left."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def trees(count: int) -> Iterator[list[Tree]]:
    with tempfile.TemporaryDirectory(prefix="mlcollage-mutants-") as folder:
        places = [Path(folder) / str(number) for number in range(count)]
        for place in places:
            place.mkdir()
        yield [Tree(place) for place in places]


def measure(tree: Tree, tests: list[str], jobs: int) -> Covered:
    """Run the tests once without a mistake; ends the program where they fail."""
    folder = tree.root.parent / "cover"
    folder.mkdir()
    options = ["-n", str(jobs), "-m", "not slow", "-p", "tests.mutation.cover"]
    # The house's rules are told by tools that know nothing of behaviour.
    options += ["--deselect", "tests/unit/test_house.py"]
    # Of the ways to measure only this one, the tracer in C, knows tests in every Python.
    given = {cover.FOLDER: str(folder), "COVERAGE_CORE": "ctrace"}
    if tree.pytest(*options, *tests, **given) != PASSED:
        sys.exit(f"{tree.output()}\nThe tests fail without a mistake: mend that first.")
    return cover.read(folder, tree.root)


def sample(folders: list[str], count: int, seed: int) -> list[Mutant]:
    """So many mutants of all modules in these folders, the same for the same seed and sources."""
    files = sorted(
        file
        for folder in folders
        for file in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
        if LEFT_OUT.isdisjoint(file.parts)
    )
    found = []
    for file in files:
        path = str(file.relative_to(ROOT))
        found += mutate.mutants(path, file.read_text(encoding="utf-8"))
    print(f"{len(found):,} mutants in {len(files)} modules; a sample of {count}, seed {seed}")
    return random.Random(seed).sample(found, min(count, len(found)))


def try_all(mutants: list[Mutant], copies: list[Tree], covered: Covered, end: float) -> list[Tried]:
    """Try one after the other in every copy, until all are done or time is up."""
    free: queue.SimpleQueue[Tree] = queue.SimpleQueue()
    for tree in copies:
        free.put(tree)
    done: list[Tried] = []

    def work(mutant: Mutant) -> None:
        if time.monotonic() > end:
            return
        tree = free.get()
        try:
            tried = tree.judge(mutant, covered)
        finally:
            free.put(tree)
        done.append(tried)
        print(f"{len(done):4} {tried.outcome:<9} {mutant.path}:{mutant.line}", flush=True)

    with ThreadPoolExecutor(len(copies)) as threads:
        for each in [threads.submit(work, mutant) for mutant in mutants]:
            each.result()
    return done


def report(tried: list[Tried], count: int) -> None:
    """The survivors with their changes, by folder, and the share of all."""
    survivors = sorted(each for each in tried if each.outcome == SURVIVED)
    for each in survivors:
        print(f"\n{each.mutant.path}:{each.mutant.line}\n{each.diff}")
    print()
    modules = Counter(each.mutant.path for each in tried)
    alive = Counter(each.mutant.path for each in survivors)
    for path in sorted(alive):
        print(f"{path}: {alive[path]} of {modules[path]} survived")
    outcomes = Counter(each.outcome for each in tried)
    share = 100 * len(survivors) / max(1, len(tried))
    print(
        f"{len(tried)} of {count} mutants tried: {outcomes[KILLED]} killed, "
        f"{outcomes[LATE]} timed out, {len(survivors)} survived ({share:.1f} %)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("paths", nargs="*", default=FOLDERS, help="folders or modules")
    parser.add_argument("--tests", nargs="+", default=["tests"], help="which are to notice")
    parser.add_argument("--count", type=int, default=250, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--minutes", type=float, default=60, help="begin no mutant after so many")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    given = parser.parse_args()
    end = time.monotonic() + 60 * given.minutes
    mutants = sample(given.paths, given.count, given.seed)
    with trees(given.jobs) as copies:
        covered = measure(copies[0], given.tests, given.jobs)
        print(f"{len(covered.seconds):,} tests, measured in {given.jobs} processes", flush=True)
        report(try_all(mutants, copies, covered, end), len(mutants))


if __name__ == "__main__":
    main()
