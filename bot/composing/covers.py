"""The cover of a roundup, and the card that a link to its page is shown with.

A cover is kept with its roundup, and made again when what it shows has changed. What was posted
keeps the one that it was posted with.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bot.composing import slides
from bot.composing.look import Look, logo_name
from bot.config import Config, Series
from bot.context import Context
from bot.core import alt_text as alt_texts
from bot.core.collage import Collage, Picture, without_control
from bot.core.errors import BadInput, Unavailable
from bot.core.month import Roundup, State
from bot.core.notices.pages import CoverNotMade
from bot.core.paper import Paper
from bot.core.text import markdown, typesetting
from bot.pictures import read, reduced, typeset
from bot.pictures.read import PictureFile
from bot.storage.roundups import COVER_FILE

MOST_SHOWN = 9
"""Collages that a cover shows; it counts the others."""

COVER = (1200, 675)
CARD = (600, 315)
"""Width and height in points of two pixels each: a card has 1200 × 630 pixels, as Facebook's and
X's documentation of link previews ask for."""


BytesOf = Callable[[Picture], bytes]
"""Gives the bytes of a picture."""


class Shown(NamedTuple):
    """A roundup with the collages that its cover shows."""

    series: Series
    roundup: Roundup
    items: Sequence[Collage]


def current(context: Context, shown: Shown) -> Picture | None:
    """The roundup's cover as of now, made and stored where that was not done before.

    None, with a notice, where it cannot be made; and where no collage has a picture.
    """
    roundup = shown.roundup
    if not _pictured(shown.items):
        return None
    try:
        made_of = record(made_with(context.config, shown.series), shown)
        with context.read() as work:
            there = work.roundups.cover(roundup)
        if there and there.made_of == made_of:
            return there.picture
        made = cover(context, shown)
    except (BadInput, Unavailable) as error:
        _notify(context, shown, error)
        return None
    with context.write() as work:
        work.pictures.put(made.picture, made.data)
        work.roundups.put_cover(roundup, made.picture, made_of)
    return made.picture


def kept(context: Context, shown: Shown) -> Picture | None:
    """The cover that a roundup has, as it was made.

    None where it has none, or one that shows what was corrected since.
    """
    with context.read() as work:
        there = work.roundups.cover(shown.roundup)
    if there and is_of(there.made_of, shown):
        return there.picture
    return None


def went_out_without(context: Context, roundup: Roundup) -> bool:
    """Whether there was no cover for the roundup when its thread went out."""
    if not roundup.may_be_out:
        return False
    with context.read() as work:
        return work.roundups.cover(roundup) is None


def is_of(made_of: str, shown: Shown) -> bool:
    """Whether a cover that was made of this shows what is to be shown now, in whatever look.

    No is also what is said of one whose record is older than this question.
    """
    return made_of.partition(" ")[2] == _shows(shown)


def look_of(made_of: str) -> str:
    """The look of a cover that was made of this, as `made_with` says it."""
    return made_of.partition(" ")[0]


def cover(context: Context, shown: Shown) -> PictureFile:
    """The roundup's cover, typeset now, with remarks on what of its title it does not show.

    Raises `BadInput` and `Unavailable`.
    """
    page = cover_page(context.config, shown, _stored(context))
    remarks = []
    if page.cut:
        remarks.append("its cover has no room for all of its title, which ends with …")
    if page.unshown:
        missing = "; ".join(page.unshown)
        remarks.append(f"no font here shows {missing} on its cover; install a font that has them")
    return replace(read.drawn(page.png, COVER_FILE), remarks=tuple(remarks))


def card(context: Context, shown: Shown) -> bytes | None:
    """The card of the roundup's page as a PNG; None, with a notice, where it cannot be made."""
    if not _pictured(shown.items):
        return None
    try:
        return card_page(context.config, shown, _stored(context)).png
    except (BadInput, Unavailable) as error:
        _notify(context, shown, error)
        return None


def made_with(config: Config, series: Series) -> str:
    """What is the same exactly where covers and cards of the same roundup look the same.

    Raises `BadInput` where the templates or the logo cannot be read.
    """
    return Look.of(config, series).fingerprint(slides.appearance(series), [])


def card_key(shown: Shown, looks: str) -> str:
    """By what the card is found again that was made `looks`, as `made_with` says, for this."""
    return _hash([CARD, _shows(shown), looks])


def record(looks: str, shown: Shown) -> str:
    """What is the same exactly where the cover would be: its look, and what it shows."""
    return f"{looks} {_shows(shown)}"


def _shows(shown: Shown) -> str:
    """What is the same exactly where covers and cards say the same and have the same pictures."""
    hashes = [[picture.sha256, picture.page] for picture in _pictured(shown.items)[:MOST_SHOWN]]
    return _hash([_said(shown), hashes])


def _hash(made_of: object) -> str:
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _stored(context: Context) -> BytesOf:
    """What gives the bytes of pictures in the database."""

    def bytes_of(picture: Picture) -> bytes:
        with context.read() as work:
            return work.pictures.data(picture.sha256)

    return bytes_of


def cover_page(config: Config, shown: Shown, bytes_of: BytesOf) -> typeset.Page:
    """The cover as it was typeset; raises `BadInput` and `Unavailable`."""
    return _set(config, "cover.typ", _data(shown, COVER), shown, bytes_of)


def card_page(config: Config, shown: Shown, bytes_of: BytesOf) -> typeset.Page:
    """The card as it was typeset; raises as `cover_page` does."""
    return _set(config, "card.typ", _data(shown, CARD), shown, bytes_of)


def _notify(context: Context, shown: Shown, error: Exception) -> None:
    roundup = shown.roundup
    is_out = roundup.state is State.ANNOUNCED and not roundup.published_elsewhere
    notice = CoverNotMade(shown.series.name, roundup.title_month, str(error), is_out)
    with context.write() as work:
        work.notices.add(notice)


def alt_text(series: Series, roundup: Roundup, papers: Sequence[Paper], most: int) -> str:
    """What a cover or a card shows, in words of at most `most` characters.

    `papers` are those of the collages with a picture, as people read them. It names the edition and
    the papers that are seen, and counts the others.
    """
    words = series.words
    cited = [(paper.title, words.cite(paper)) for paper in papers[:MOST_SHOWN]]
    if roundup.is_year:
        words = replace(words, alt=replace(words.alt, cover=words.alt.year))
    edition = (_title(roundup), series.title)
    return alt_texts.of_cover(edition, cited, len(papers) - len(cited), words, most)


def _set(
    config: Config, template: str, data: dict[str, Any], shown: Shown, bytes_of: BytesOf
) -> typeset.Page:
    files, entries = dict[str, bytes](), []
    for place, picture in enumerate(_pictured(shown.items)[:MOST_SHOWN]):
        small = reduced.of(picture, bytes_of(picture))
        files[f"{place}.png"] = small.png
        entries.append({"file": f"{place}.png", "ratio": small.ratio})
    return Look.of(config, shown.series).set(template, data | {"pictures": entries}, files)


def _data(shown: Shown, size: tuple[int, int]) -> dict[str, Any]:
    """What the templates read, but for the pictures."""
    width, height = size
    return {
        "width": width,
        "height": height,
        **slides.appearance(shown.series),
        "logo": logo_name(shown.series),
        **_said(shown),
    }


def _said(shown: Shown) -> dict[str, Any]:
    """The texts of a cover or a card."""
    series, roundup, items = shown
    return {
        "title": typesetting.pieces(_title(roundup)),
        "hashtag": series.hashtag,
        "series": series.title,
        "more": max(0, len(_pictured(items)) - MOST_SHOWN),
    }


def _title(roundup: Roundup) -> str:
    """The title as people read it: one of an old article was stored as it was."""
    return markdown.line(without_control(roundup.title))


def _pictured(items: Sequence[Collage]) -> list[Picture]:
    return [item.picture for item in items if item.picture]


def with_picture(items: Sequence[Collage]) -> list[Collage]:
    """The collages that a cover may show."""
    return [item for item in items if item.picture]
