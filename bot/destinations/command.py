"""A command of the maintainer's own, such as rsync, that publishes the site."""

import logging
import re
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import environment, processes
from bot.core import address, settings
from bot.core.errors import Blocked, Unavailable, ended
from bot.core.schedule import Clock
from bot.core.settings import setting
from bot.core.text import terminal
from bot.destinations import addresses, exports
from bot.destinations.protocol import LONGEST, Article, Checked, Published, Saved

log = logging.getLogger(__name__)

FOR_A_PERSON = frozenset({64, 77})
"""Exit codes that trying again does not mend: wrong usage and no permission, in sysexits.h."""

SHOWN = 200
"""Characters of a command's last line that a message shows."""


def command(value: Any) -> tuple[str, ...]:
    """A reader of a command as a list of its words."""
    if not isinstance(value, list) or not value:
        raise ValueError('must be a list of words, as in ["rsync", "-a", "site/", "host:www/"]')
    words = tuple(settings.text(word) for word in value)
    return (settings.some_text(words[0]), *words[1:])


def time_limit(value: Any) -> timedelta:
    """A reader of the time that a command may take: no longer than any publishing."""
    read = settings.some_span(value)
    if read > LONGEST:
        raise ValueError(
            f"must be at most {LONGEST.seconds // 60}m; let it start what takes longer"
        )
    return read


@dataclass(frozen=True, slots=True)
class Settings:
    """`[destinations.NAME]` with `kind = "command"`.

    `command` is a list of words, which no shell reads. `what` is the folder that it is given: the
    site, or the article for a program. With `link = "output"` the last line that it prints is the
    address of the roundup, if it is one; else that is `url`.
    """

    command: tuple[str, ...] = setting(command)
    what: str = setting(settings.one_of(*exports.WHAT), exports.SITE)
    folder: str = setting(settings.text, "")
    time_limit: timedelta = setting(time_limit, timedelta(minutes=4))
    link: str = setting(settings.one_of("url", "output"), "url")
    url: str = setting(addresses.page_address, "")

    name: str = ""


class Command:
    """A command that may be run again: it publishes the same once more."""

    wants_site = True

    def __init__(self, own: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self._settings = own
        self._folder = base / own.folder
        self._seconds = min(own.time_limit, longest).total_seconds()
        self.export = exports.kind(own.what)

    def check(self) -> Checked:
        """Whether the program is there; it is not run."""
        if not self._folder.is_dir():
            raise Blocked(f"There is no folder {self._folder}, which the command is to be run in.")
        # As the system looks for it: one with a folder is meant from the folder it is run in.
        program = self._settings.command[0]
        if not shutil.which(self._folder / program if "/" in program else program):
            raise Blocked(f"{self._shown} is not there, or may not be run.")
        return Checked(self._shown)

    def publish(self, article: Article, saved: Saved) -> Published:
        assert article.files
        variables = {**environment.for_programs(), **_facts(article)}
        try:
            allowed = processes.Allowed(self._seconds)
            ran = processes.run(self._settings.command, variables, allowed, self._folder)
        except processes.TooLong as error:
            raise Unavailable(f"{self._shown} {error}.") from None
        except processes.NotStarted as error:
            raise Blocked(f"{self._shown} {error}.") from None
        log.info("%s ended with %d: %s", self._shown, ran.code, ran.output)
        if ran.code:
            raise self._failure(ran)
        return Published(self._url(article, ran.stdout), saved)

    @property
    def _shown(self) -> str:
        return terminal.cut(terminal.one_line(" ".join(self._settings.command)), 60)

    def _failure(self, ran: processes.Ran) -> Exception:
        said = _last(ran.stderr) or _last(ran.stdout) or ", and said nothing."
        message = f"{self._shown} ended with {ran.code}{said}"
        if ran.code in FOR_A_PERSON:
            return Blocked(message)
        return Unavailable(message)

    def _url(self, article: Article, printed: str) -> str:
        lines = printed.split()
        if self._settings.link == "output" and lines and not address.problem(lines[-1]):
            return lines[-1]
        return addresses.of(self._settings.url, article)


def _facts(article: Article) -> dict[str, str]:
    """What a command is told of the roundup, as variables of its environment."""
    series, _, month = article.key.partition("/")
    return {
        "MLCOLLAGE_SITE": str(article.files),
        "MLCOLLAGE_SERIES": series,
        "MLCOLLAGE_TITLE_MONTH": month,
        "MLCOLLAGE_TITLE": article.title,
        "MLCOLLAGE_SLUG": article.slug,
        "MLCOLLAGE_LINK": article.canonical_url,
    }


def _last(output: str) -> str:
    """The last line that says something, as the rest of a sentence; "" for none."""
    lines = [line for line in output.splitlines() if re.search(r"\w", line)]
    if not lines:
        return ""
    return f": {ended(terminal.cut(terminal.one_line(lines[-1].strip()), SHOWN))}"
