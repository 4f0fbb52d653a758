"""Which tests run which line, and how long each test takes: a plugin for pytest, and its readings.

The plugin is for one run without mistakes: `pytest -p tests.mutation.cover`, also with workers.
"""

import json
import os
import re
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import pytest

FOLDER = "MUTATION_COVER"
"""The environment names the folder that takes what is measured."""


class Plugin:
    """Measures one process; `coverage` calls a test a context."""

    def __init__(self, folder: Path) -> None:
        self._name = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self._folder, self._seconds = folder, dict[str, float]()
        self._coverage = coverage.Coverage(
            data_file=str(folder / f"{self._name}.coverage"), source=["bot"], messages=False
        )
        self._coverage.set_option("run:disable_warnings", ["no-data-collected"])
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._coverage.switch_context(item.nodeid)
        begun = time.monotonic()
        try:
            return (yield)
        finally:
            self._seconds[item.nodeid] = time.monotonic() - begun
            self._coverage.switch_context("")

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        self._coverage.save()
        file = self._folder / f"{self._name}.json"
        file.write_text(json.dumps(self._seconds), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    folder = os.environ.get(FOLDER)
    if folder:
        config.pluginmanager.register(Plugin(Path(folder)))


class Covered(NamedTuple):
    """What the tests of one run have come by."""

    lines: dict[str, dict[int, set[str]]]
    """By a module's path in the tree and a line: the tests that ran it."""
    seconds: dict[str, float]
    words: dict[str, set[str]]
    """What each file of tests speaks of."""

    def tests(self, path: str, lines: range) -> list[str]:
        """The tests that may notice a change in these lines, the quickest first.

        What is run at import only, such as a constant, may be noticed by all that use the module
        or speak of it.
        """
        by_line = self.lines.get(path, {})
        found = set[str]().union(*(by_line.get(line, ()) for line in lines))
        if not found:
            found = set[str]().union(*by_line.values())
            name = Path(path).stem
            found |= {test for test in self.seconds if name in self.words[test.split("::")[0]]}
        return sorted(found, key=lambda test: (self.seconds[test], test))


def read(folder: Path, tree: Path) -> Covered:
    """What a run in `tree` has left in `folder`."""
    lines: dict[str, dict[int, set[str]]] = {}
    for file in folder.glob("*.coverage"):
        data = coverage.CoverageData(str(file))
        data.read()
        for measured in data.measured_files():
            module = lines.setdefault(str(Path(measured).relative_to(tree)), {})
            for line, contexts in data.contexts_by_lineno(measured).items():
                module.setdefault(line, set()).update(name for name in contexts if name)
    seconds: dict[str, float] = {}
    for file in folder.glob("*.json"):
        taken: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        seconds |= taken
    files = {test.split("::")[0] for test in seconds}
    words = {name: set(re.findall(r"\w+", (tree / name).read_text("utf-8"))) for name in files}
    return Covered(lines, seconds, words)
