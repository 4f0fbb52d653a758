"""A thread as it would be sent now: the exact parts per account, looked at before anything is done."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot import compose, outlook
from bot.config import Series
from bot.core import month, text
from bot.core.collage import Collage
from bot.core.delivery import Part
from bot.core.errors import MlcollageError
from bot.core.month import Roundup
from bot.site import pages
from bot.storage import queue, roundups, series
from bot.world import World


@dataclass(frozen=True, slots=True)
class Preview:
    """One account's thread as it would be sent now; `problem` says why it could not be."""

    account: str
    network: str
    parts: tuple[Part, ...]
    lengths: tuple[int, ...]
    limit: int
    problem: str = ""


def collage_threads(world: World, own: Series, item: Collage, accounts: tuple[str, ...]) -> Iterator[Preview]:
    """The exact parts per account, with the number the collage has or would get."""
    number = outlook.provisional_number(world, own, item)
    for account in accounts:
        voice = compose.Voice.of(world.config, own.name, account, world.publishers[account])
        try:
            yield _preview(voice, compose.collage_thread(voice, item, number))
        except MlcollageError as error:
            yield Preview(account, voice.network, (), (), voice.limits.length, str(error))


def roundup_threads(world: World, own: Series, title_month: str) -> tuple[Roundup, list[Collage], list[Preview]]:
    """The roundup as it is, or as it would be if its moment were now, with its threads."""
    with world.database.read() as conn:
        row = series.get(conn, own.name)
        roundup = roundups.find(conn, row.id, title_month, world.rehearsal)
        moment = month.moment(own.roundup, title_month, own.zone)
        items = queue.in_roundup(conn, roundup.id) if roundup else queue.unrounded(conn, row.id, moment)
    if roundup is None:
        title = month.title(own.roundup, title_month, len(items), own.language)
        roundup = Roundup(
            id=0, series=own.name, title_month=title_month, title=title, slug=month.slug(title, title_month),
            state=month.State.DUE, due_at=moment, rehearsal=world.rehearsal,
        )  # fmt: skip
    if not roundup.link:
        roundup = replace(roundup, link=pages.link(own, roundup.slug))
    threads = []
    for account in own.accounts if items else ():
        voice = compose.Voice.of(world.config, own.name, account, world.publishers[account])
        try:
            threads.append(_preview(voice, compose.roundup_thread(voice, roundup, items)))
        except MlcollageError as error:
            threads.append(Preview(account, voice.network, (), (), voice.limits.length, str(error)))
    return roundup, items, threads


def _preview(voice: compose.Voice, parts: tuple[Part, ...]) -> Preview:
    lengths = tuple(text.length(part.text, voice.network) for part in parts)
    return Preview(voice.account, voice.network, parts, lengths, voice.limits.length)
