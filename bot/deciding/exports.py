"""Exports of roundups: one as files for a site generator, an editor or mail."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot.composing import covers, fittings
from bot.config import Series
from bot.context import Context
from bot.core import settings
from bot.core.collage import Collage
from bot.core.errors import BadInput, Unavailable
from bot.core.month import Roundup, State
from bot.deciding import preview
from bot.roundups import review
from bot.site import export_folder, exports, pages

KINDS = exports.KINDS
"""The kinds of export by name."""
FOLDER = "export"
"""The folder beside the configuration that takes exports, each kind in a folder of its own."""


class Exported(NamedTuple):
    """What was written: the files by their paths, the text that is read first among them.

    `changed` says whether any of them is new or differs from before; `kept` are those that were in
    the way. A draft holds what is out by now, and the roundup is due at `due_at`; or it was due
    then and `waits` until somebody approves it.
    """

    roundup: Roundup
    folder: Path
    files: tuple[str, ...]
    text: str
    changed: bool
    kept: tuple[str, ...]
    is_draft: bool
    waits: bool
    due_at: datetime
    remarks: tuple[str, ...]


class Wanted(NamedTuple):
    """What is to be exported, as what, and where to; without a folder, where exports go."""

    title_month: str
    kind: str
    folder: Path | None = None
    over_edits: bool = False


def export(context: Context, series: Series, wanted: Wanted) -> Exported:
    """Write a roundup as files; as a draft where it is not to go out yet.

    Raises `BadInput` where there is no such roundup, or it cannot be written, and `NotAllowed`
    where a file in the way was edited by hand or is somebody else's.
    """
    roundup, items, is_draft = _roundup(context, series, wanted.title_month)
    edition, remarks = _edition(context, series, roundup, items)
    canonical_url = "" if is_draft else _link(roundup)
    export = exports.Export(series, edition, context.config.templates, canonical_url, is_draft)
    files = exports.build(export, wanted.kind)
    folder = wanted.folder or context.config.folder / FOLDER / wanted.kind
    written = export_folder.write(folder, files, over_edits=wanted.over_edits)
    return Exported(
        roundup=roundup,
        folder=folder,
        files=tuple(files),
        text=list(files)[-1],
        changed=written.changed,
        kept=written.edited,
        is_draft=is_draft,
        waits=is_draft and context.clock.now() >= roundup.due_at,
        due_at=roundup.due_at,
        remarks=remarks,
    )


def page(context: Context, series: Series, title_month: str) -> bytes:
    """A roundup as one page that holds its pictures, as it would be now; nothing is written.

    Raises `BadInput` where there is no such roundup, or nothing is out for it yet.
    """
    roundup, items, is_draft = _roundup(context, series, title_month)
    edition, _ = _edition(context, series, roundup, items)
    canonical_url = "" if is_draft else _link(roundup)
    export = exports.Export(series, edition, context.config.templates, canonical_url, is_draft)
    return exports.build(export, "html")[f"{export.slug}/article.html"]


def _roundup(
    context: Context, series: Series, title_month: str
) -> tuple[Roundup, list[Collage], bool]:
    """The roundup with its collages, and whether it is a draft: the next one, as it would be now,
    or one that waits until somebody approves it.

    Raises `BadInput` where there is none of that month, or nothing is out for it yet.
    """
    with context.read() as work:
        row = work.series.get(series.name)
        roundup = work.roundups.find(row.name, title_month)
        if roundup:
            is_early = context.clock.now() < roundup.due_at
            is_held = roundup.state is State.DUE and not review.is_let_out(work, series, roundup)
            return roundup, work.queue.in_roundup(roundup.id), is_early or is_held
    roundup, items = preview.roundup(context, series, title_month)
    if not items:
        raise BadInput(f"No collage is out for the roundup {title_month} yet; see: mlcollage next")
    return roundup, items, True


def _edition(
    context: Context, series: Series, roundup: Roundup, items: Sequence[Collage]
) -> tuple[pages.Edition, tuple[str, ...]]:
    """The roundup with all that its files are built from, and remarks on its cover."""
    with context.read() as work:
        previous = work.roundups.neighbour(roundup)
    cover, remarks = _cover(context, covers.Shown(series, roundup, items))
    collages, pictures = fittings.for_pages(context, items)
    return pages.Edition(roundup, collages, pictures, previous, cover=cover), remarks


def _cover(context: Context, shown: covers.Shown) -> tuple[bytes | None, tuple[str, ...]]:
    """The cover that the page has, else as it would be now; nothing is stored."""
    if shown.roundup.id:
        kept = covers.kept(context, shown)
        if kept:
            with context.read() as work:
                return work.pictures.data(kept.sha256), ()
    if covers.went_out_without(context, shown.roundup):
        return None, ()
    if not any(item.picture for item in shown.items):
        return None, ()
    try:
        made = covers.cover(context, shown)
    except (BadInput, Unavailable) as error:
        return None, (f"It has no cover, for none can be made: {error}",)
    return made.data, made.remarks


def _link(roundup: Roundup) -> str:
    """Where the roundup can be read; "" where that is not known, or only an example."""
    if settings.is_example(roundup.link):
        return ""
    return roundup.link
