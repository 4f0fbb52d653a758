"""kill -9, as a real process, at every point of a roundup's way to each kind of destination."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.publication import State
from bot.destinations.protocol import LEASE
from tests import waiting
from tests.chaos.forks import Forks
from tests.chaos.publishing import KINDS, git, prepare, publication
from tests.conftest import ROOT
from tests.e2e.process import ENVIRONMENT

pytestmark = pytest.mark.slow

AFTERWARDS = LEASE + timedelta(seconds=1)
"""When the lease of what was killed has ended: nobody waits for longer."""

FEW = 40 if os.environ.get("CHAOS") == "all" else 12
"""Points that are tried of each kind, spread over all: a run of git takes a second or two."""


@pytest.mark.parametrize("name", KINDS)
def test_a_process_killed_at_any_point_leaves_a_roundup_that_the_next_one_publishes_once(
    name: str, ground: Path, forked: Forks
) -> None:
    kind, prepared = KINDS[name], ground / f"prepared-{name}"
    prepare(prepared, kind)
    folder = ground / "whole"
    shutil.copytree(prepared, folder, symlinks=True)
    points = forked.publish(folder).points
    whole = kind.contents(folder)
    wanted = publication(folder)
    assert wanted.state in {State.PUBLISHED, State.DRAFT}
    assert whole != kind.contents(prepared)
    assert {"before commit", "after commit"} <= set(points)
    bad = []
    for count in range(1, len(points) + 1, 1 + len(points) // FEW):
        shutil.rmtree(folder)
        shutil.copytree(prepared, folder, symlinks=True)
        killed = forked.publish(folder, kill_at=count)
        assert killed.killed_at
        forked.publish(folder, after=AFTERWARDS)
        found = publication(folder)
        if found.state is not wanted.state or kind.contents(folder) != whole:
            bad.append(f"killed at {count}, {killed.killed_at}: {found.state}: {found.problem}")
    shutil.rmtree(folder)
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("hook", ["pre-receive", "post-receive"])
def test_a_bot_that_is_killed_while_git_pushes_publishes_once(
    hook: str, tmp_path: Path, forked: Forks
) -> None:
    """The other side is at work, before it takes the push and after."""
    folder = tmp_path / "bot"
    prepare(folder, KINDS["git"])
    script = folder / "place.git" / "hooks" / hook
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\nrm $0; touch {tmp_path}/pushing; sleep 1\n", encoding="utf-8")
    script.chmod(0o755)
    bot = subprocess.Popen(
        (sys.executable, "-m", "tests.chaos.published", str(folder), "0"),
        cwd=ROOT,
        env=ENVIRONMENT,
    )
    waiting.until((tmp_path / "pushing").exists)
    os.kill(bot.pid, signal.SIGKILL)
    bot.wait()
    assert publication(folder).lease_until
    forked.publish(folder, after=AFTERWARDS)
    assert publication(folder).state is State.PUBLISHED
    log = git(folder / "place.git", "log", "--format=%s", "main").decode().splitlines()
    assert log == ["One Deep Learning Paper to Read in September 2021", "theirs"]


def test_two_processes_at_once_publish_once(tmp_path: Path) -> None:
    folder = tmp_path / "bot"
    prepare(folder, KINDS["git"])
    command = (sys.executable, "-m", "tests.chaos.published", str(folder), "0")
    bots = [subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT) for _ in range(3)]
    assert [bot.wait(60) for bot in bots] == [0, 0, 0]
    assert publication(folder).state is State.PUBLISHED
    assert publication(folder).fence == 1
    log = git(folder / "place.git", "log", "--format=%s", "main").decode().splitlines()
    assert len(log) == 2


def test_the_points_of_every_kind_are_those_of_its_files_and_programs(
    ground: Path, forked: Forks
) -> None:
    for name, kind in KINDS.items():
        folder = ground / f"points-{name}"
        prepare(folder, kind)
        points = forked.publish(folder).points
        starts = [each for each in points if each.startswith("before start")]
        assert bool(starts) == (name != "folder")
        assert any("push" in each for each in starts) == ("place.git" in kind.settings)
        shutil.rmtree(folder)
