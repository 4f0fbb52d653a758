"""A roundup that is to be published at one destination: set up once, and judged after a crash."""

import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bot import config
from bot.app import assemble
from bot.core.publication import Publication
from bot.intake import accept
from bot.scheduling import tick
from bot.workers import Workers
from tests.conftest import MONDAY, StoppedClock, lay_database, write_item

MOMENT = datetime(2021, 8, 31, 18, tzinfo=UTC)
URL = 'url = "https://lab.example.edu/{slug}/"\n'
"""The setting of kinds that tell no address themselves."""

Contents = dict[str, bytes]


class Kind(NamedTuple):
    """One kind of destination: its settings, what has to be there, and what it has after all."""

    settings: str
    set_up: Callable[[Path], None]
    contents: Callable[[Path], Contents]


def prepare(folder: Path, kind: Kind) -> None:
    """An installation whose roundup is rendered, and is to be published at once."""
    folder.mkdir(parents=True)
    kind.set_up(folder)
    lay_database(folder / "queue.db")
    file = folder / "config.toml"
    lines = f"""
live = true
[destinations.place]
{kind.settings}
[series.mlcollage.roundup]
base_url = "https://lab.example.org"
destinations = ["place"]
"""
    file.write_text(lines, encoding="utf-8")
    file.chmod(0o600)
    clock = StoppedClock(MONDAY)
    context = assemble.context(config.load(file), clock=clock)
    with closing(context.database):
        tick.tick(context)
        item = accept.from_file(write_item(folder, "barlow"))
        accept.take(context, context.config.series["mlcollage"], [item])
        for at in (datetime(2021, 8, 4, 15, tzinfo=UTC), MOMENT):
            clock.at = at
            tick._do_until_nothing_is_soon(tick.begin(context), Workers())


def publication(folder: Path) -> Publication:
    context = assemble.context(config.load(folder / "config.toml"), clock=StoppedClock(MOMENT))
    with closing(context.database), context.read() as work:
        (found,) = work.publications.of(work.roundups.get("mlcollage", "2021-09"))
        return found


def _make_folder(folder: Path) -> None:
    (folder / "place").mkdir()
    (folder / "place" / "theirs.txt").write_text("theirs", encoding="utf-8")


def _files(folder: Path) -> Contents:
    """All files of a place but our books; nothing half-written is left that a reader sees."""
    place = folder / "place"
    return {
        file.relative_to(place).as_posix(): file.read_bytes()
        for file in place.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }


def git(folder: Path, *words: str) -> bytes:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@lab.example", *words]
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return done.stdout


def _make_repository(folder: Path) -> None:
    git(folder, "init", "-q", "--bare", "-b", "main", "place.git")
    git(folder, "clone", "-q", "place.git", "theirs")
    git(folder / "theirs", "checkout", "-q", "-B", "main")
    (folder / "theirs" / "theirs.txt").write_text("theirs", encoding="utf-8")
    git(folder / "theirs", "add", "-A")
    git(folder / "theirs", "commit", "-q", "-m", "theirs")
    git(folder / "theirs", "push", "-q", "origin", "main")


def _branches(folder: Path) -> Contents:
    """Every branch with its commits' subjects and trees."""
    place = folder / "place.git"
    names = git(place, "for-each-ref", "--format=%(refname)", "refs/heads").decode().split()
    return {name: git(place, "log", "--format=%s %T", name) for name in names}


def _make_script(folder: Path) -> None:
    (folder / "place").mkdir()


KINDS = {
    "folder": Kind(f'{URL}kind = "folder"\nfolder = "place"', _make_folder, _files),
    "git": Kind(f'{URL}kind = "git"\nremote = "./place.git"', _make_repository, _branches),
    "pull request": Kind(
        f'{URL}kind = "git"\nremote = "./place.git"\npull_request = true',
        _make_repository,
        _branches,
    ),
    "command": Kind(
        f'{URL}kind = "command"\ncommand = ["sh", "-c", \'cp -r "$MLCOLLAGE_SITE"/. place\']',
        _make_script,
        _files,
    ),
}
