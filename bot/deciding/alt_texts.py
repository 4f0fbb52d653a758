"""Drafts a collage's alt text for a maintainer, and stores it where that is wanted."""

from dataclasses import replace
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import alt_text
from bot.core.collage import LENGTHS, Collage
from bot.core.errors import NotAllowed
from bot.core.text import markdown
from bot.deciding import queue_changes
from bot.deciding.queue_changes import Edited
from bot.intake.accept import Arrival
from bot.scheduling import forecast


class Drafted(NamedTuple):
    """A drafted alt text of at most `most` characters, as `account` takes them.

    `remarks` say what is not in it, each without a full stop.
    """

    text: str
    remarks: tuple[str, ...]
    most: int
    account: str


def draft(context: Context, series: Series, item: Collage) -> Drafted:
    """Draft the alt text of a collage, no longer than each account of its series takes it."""
    most, account = narrowest(context, series, item)
    shown = f"{series.title} {_number(context, series, item)}".strip()
    made = alt_text.draft(item, series.words, shown, most, is_drawn=item.picture_is_drawn)
    return Drafted(made.text, made.remarks, most, account)


def narrowest(context: Context, series: Series, item: Collage) -> tuple[int, str]:
    """The fewest characters of alt text that any account takes, and that account.

    Those that the collage leaves out do not count.
    """
    lengths = [
        (min(context.publishers[account].limits().alt_length, LENGTHS["alt"]), account)
        for account in context.wanted(item, series.accounts)
    ]
    return min(lengths, default=(LENGTHS["alt"], ""))


def _number(context: Context, series: Series, item: Collage) -> str:
    """The number for a draft, where it will not be another one when the collage goes out.

    A drawn slide's changes with the slide; a picture that somebody made stays as it is.
    """
    number = item.number
    if number is None:
        number = item.kept_number
    if number is None and item.picture_is_drawn:
        number = forecast.provisional_number(context, series, item)
    return series.numbering.shown(number)


def store(context: Context, series: Series, item: Collage, text: str) -> Edited:
    """Give a collage this alt text; raises `NotAllowed` for an empty one, and as `edit` does."""
    if not text:
        raise NotAllowed(f"Nothing can be drafted for {item.name} that its accounts would take.")
    # It is read as Markdown: what would be taken for marks is stored as signs.
    if markdown.lines(text) != text:
        text = markdown.literal_line(text)
    return queue_changes.edit(context, series, item, Arrival(replace(item, alt=text)))
