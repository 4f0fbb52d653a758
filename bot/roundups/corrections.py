"""What was changed of a roundup after its page was made: known by a hash, and told from what to
what. Nothing here posts.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import changes, collage
from bot.core.changes import Changed
from bot.core.collage import Collage
from bot.core.errors import BadInput
from bot.core.month import Roundup, State
from bot.storage.work import Work

MOST = 300
"""Characters that a title or a subtitle may have."""


class Edited(NamedTuple):
    """A roundup with another title or subtitle, and what was changed.

    With `is_out` its thread keeps the title that it was composed with.
    """

    roundup: Roundup
    changes: tuple[Changed, ...]
    is_out: bool


def content(work: Work, roundup: Roundup) -> str:
    """A hash that is the same exactly where what the roundup says is the same.

    Its neighbours, its looks, and where else it or its posts are, are no part of it: who adds those
    corrects nothing that somebody has read.
    """
    items = work.queue.in_roundup(roundup.id)
    return _hash([roundup.title, roundup.subtitle, *map(_said, items)])


def content_of(items: Sequence[Collage]) -> str:
    """The same for collages that are in no roundup yet."""
    return _hash(list(map(_said, items)))


def _said(item: Collage) -> list[Any]:
    """What a page says of a collage."""
    picture = item.picture
    shown = (picture.sha256, picture.page, picture.file) if picture else ()
    texts = [item.paragraph, item.alt, item.caption, item.printed_number, item.number]
    return [item.name, asdict(item.paper), texts, shown]


def _hash(said: list[Any]) -> str:
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def edit(
    context: Context, series: Series, title_month: str, title: str | None, subtitle: str | None
) -> Edited:
    """Give a roundup another title or subtitle; its slug and its address stay.

    Raises `BadInput` where there is no such roundup, or the title shows nothing.
    """
    with context.write() as work:
        row = work.series.get(series.name)
        roundup = work.roundups.get(row.name, title_month)
        new_title = roundup.title if title is None else _one_line("title", title)
        new_subtitle = roundup.subtitle if subtitle is None else _one_line("subtitle", subtitle)
        if collage.is_blank(new_title):
            raise BadInput("A roundup needs a title that shows something.")
        made = changes.changed("title", roundup.title, new_title)
        made += changes.changed("subtitle", roundup.subtitle, new_subtitle)
        threads = work.deliveries.of_roundup(roundup.id)
        is_out = roundup.published_elsewhere or any(thread.begun for thread in threads)
        if made:
            work.roundups.edit(roundup, title=new_title, subtitle=new_subtitle)
            subject = f"{series.name}/roundup-{title_month}"
            work.log.record(context.who, "edit", subject, changes=made)
        return Edited(work.roundups.by_id(roundup.id), made, is_out)


def _one_line(field: str, text: str) -> str:
    """A text that may be written over several lines; raises `BadInput` for one without an end."""
    line = collage.without_control(" ".join(text.split()))
    if len(line) > MOST:
        raise BadInput(f"The {field} has {len(line)} of at most {MOST} characters.")
    return line


def noted(context: Context, roundup: Roundup) -> Roundup:
    """Store what the roundup's page says from now on; the roundup with that.

    Where it said something else before, it is corrected as of now. It keeps the revision that it
    was read with: what is changed meanwhile is another correction.
    """
    with context.read() as work:
        says = content(work, roundup)
    if says == roundup.content:
        return roundup
    with context.write() as work:
        # What it said is not known of one that is imported, or older than this hash.
        is_correction = bool(roundup.content) and roundup.state is not State.DUE
        updated_at = work.now if is_correction else roundup.updated_at
        work.roundups.shows(roundup, says, updated_at)
        return replace(work.roundups.by_id(roundup.id), revision=roundup.revision)
