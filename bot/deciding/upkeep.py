"""What is to be repaired on the machine: files with secrets, or with the queue, that others can
open, what lies in an outbox and is no thread, and pages that are gone or were edited by hand.

And what is to be settled in the configuration: phrases that a language has not, numbers that will
run past their total.
"""

from collections.abc import Iterator
from pathlib import Path

from bot import files
from bot.config import Config
from bot.context import Context
from bot.core import words
from bot.core.month import State
from bot.core.notices.entry import Entry
from bot.core.notices.pages import PageEdited, PageGone
from bot.core.notices.queue import NumbersPastTotal
from bot.core.notices.upkeep import Exposed, NoWords, StrangeInOutbox
from bot.destinations import table as destinations
from bot.publishers import table
from bot.publishers.outbox import Outbox
from bot.scheduling import forecast
from bot.site import folder
from bot.site.pages import slug_path

NEWEST = 3
"""Roundups whose pages are looked at; older ones may have moved elsewhere."""


def findings(context: Context) -> list[Entry]:
    """A notice for each thing that is to be repaired."""
    return [
        *exposed(context.config),
        *_strange(context),
        *pages(context),
        *wordless(context.config),
        *past_totals(context),
    ]


def wordless(config: Config) -> Iterator[NoWords]:
    """A notice for each series whose language has no phrases, but for those that it gives."""
    for series in config.series.values():
        lacking = words.lacking(series.words)
        if not series.words.has_table:
            forms = {"title": series.roundup.title, "papers": series.roundup.papers}
            lacking = [f"roundup.{name}" for name in forms if not forms[name]] + lacking
        if lacking:
            yield NoWords(series.name, series.language, tuple(lacking))


def past_totals(context: Context) -> Iterator[NumbersPastTotal]:
    """A notice for each series whose numbers will run past their total."""
    for series in context.config.series.values():
        with context.read() as work:
            is_known = work.series.find(series.name) is not None
        if is_known and (notice := forecast.past_total(context, series)):
            yield notice


def pages(context: Context) -> Iterator[Entry]:
    """A notice for each page of the newest roundups that is gone, or was edited by hand."""
    for series in context.config.series.values():
        with context.read() as work:
            row = work.series.find(series.name)
            made = work.roundups.listed(series.name, NEWEST) if row else []
        for roundup in made:
            if roundup.published_elsewhere or roundup.is_year or roundup.state is State.DUE:
                continue
            name = slug_path(roundup)
            path = series.site / name
            if not path.is_file():
                yield PageGone(series.name, roundup.title_month, str(path))
            elif folder.is_edited(series.site, name):
                yield PageEdited(series.name, roundup.title_month, str(path))


def exposed(config: Config) -> Iterator[Exposed]:
    """A notice for each file that only its owner should be able to read."""
    for path, what in dict(_private(config)).items():
        if files.is_exposed(path):
            yield Exposed(str(path), what)


def _private(config: Config) -> Iterator[tuple[Path, str]]:
    """The files that are nobody else's business, and what is in each."""
    has_keys = any(map(table.has_secrets, config.accounts.values()))
    has_keys |= any(map(destinations.has_secrets, config.destinations.values()))
    if config.has_secrets or has_keys:
        yield config.file, "keys or passwords"
    for path in config.key_files:
        yield path, "keys or passwords"
    if config.database_file:
        yield config.database_file, "the whole queue and its history"


def _strange(context: Context) -> Iterator[StrangeInOutbox]:
    """A notice for each outbox with something in it that is no thread."""
    folders: set[Path] = set()
    for publisher in context.publishers.values():
        if isinstance(publisher, Outbox) and publisher.folder not in folders:
            folders.add(publisher.folder)
            if strange := publisher.strange():
                yield StrangeInOutbox(str(publisher.folder), tuple(strange))
