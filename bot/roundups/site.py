"""The site of a series from what the database holds now, written into its folder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.composing import covers, fittings
from bot.config import Series
from bot.context import Context
from bot.core import network
from bot.core.collage import Collage, Picture
from bot.core.errors import BadInput, MlcollageError
from bot.core.fit import WHOLE, Fit
from bot.core.month import Roundup, State
from bot.core.notices.pages import PageEdited, SiteEdited, of_file
from bot.pictures import read
from bot.site import folder, pages
from bot.site.folder import Written
from bot.site.pages import Edition
from bot.site.plan import Held, Plan, Unit
from bot.site.sections import Posted
from bot.storage.editions import CoverMade

AT_ONCE = 50
"""Roundups that are read together."""

Progress = Callable[[int, int], None]
"""Is told how many units are made, and of how many."""


def silent(done: int, all_of_them: int) -> None:
    """Progress that nobody is told of."""


def unit_of(roundup: Roundup) -> str:
    """The name of the unit that a month's pages are in."""
    return f"roundup:{roundup.title_month}"


def write(
    context: Context,
    series: Series,
    *,
    anew: bool = False,
    over_edits: bool = False,
    progress: Progress = silent,
) -> Written:
    """Write the whole site: what is not as it was made, or all of it `anew`.

    What was edited by hand is left alone, with a notice, or makes way where it is to be written
    `over_edits`. What cannot be made is named in `problems`, and stays as it is.
    """
    how = _How(lambda unit: over_edits, anew, "", progress)
    written = _written(context, series, _plan(context, series), how)
    _note_edits(context, series, written.edited, over_edits=over_edits)
    return written


def render(
    context: Context, series: Series, roundup: Roundup, *, over_edits: bool = False
) -> Written:
    """Write a roundup's pages, and of the site what else is not as it should be now.

    What was edited by hand is left alone, with a notice, or makes way where it is to be written
    `over_edits`; that is said of the roundup's own files and the lists. Raises `BadInput` and
    `Unavailable` where the roundup cannot be shown.
    """
    plan = _plan(context, series, roundup)
    own = unit_of(roundup)

    def may_go(unit: str) -> bool:
        return over_edits and (unit == own or not unit.startswith("roundup:"))

    written = _written(context, series, plan, _How(may_go, must=own))
    others = tuple(name for name in written.edited if _is_of_another(name, roundup))
    edited = tuple(name for name in written.edited if name not in others)
    _note_edits(context, series, edited, over_edits=over_edits)
    _note_edits(context, series, others)
    return written._replace(edited=edited)


def edition(context: Context, series: Series, roundup: Roundup) -> Edition:
    """The roundup with all that its files are made from, as the database has it now."""
    plan = _plan(context, series, roundup)
    return plan.edition(roundup)


def _is_of_another(name: str, roundup: Roundup) -> bool:
    """Whether a path is in the folder of another roundup."""
    first, _, rest = name.partition("/")
    return bool(rest) and first != roundup.slug and not first.isdigit() and first != "archive"


def _plan(context: Context, series: Series, also: Roundup | None = None) -> Plan:
    """The plan of the site, with a roundup that is about to be rendered."""
    with context.read() as work:
        row = work.series.get(series.name)
        listed = [each for each in work.roundups.listed(row.name) if not each.is_year]
        stamps = work.editions.stamps(row.name)
        drawn = work.editions.covers(row.name)
    held, elsewhere = list[Held](), list[Roundup]()
    for roundup in _of_one_mode(listed):
        stamp = stamps.get(roundup.id)
        is_due = roundup.state is State.DUE and not (also and also.id == roundup.id)
        if stamp and not is_due:
            # What its cover shows is in the stamp and in the roundup; its look may be an older one.
            kept = drawn.get(roundup.id) if roundup.may_be_out else None
            made_of = f"{stamp.made_of} {kept and covers.look_of(kept.made_of)}"
            held.append(Held(roundup, stamp.collages, made_of))
        elif roundup.published_elsewhere and roundup.link:
            elsewhere.append(roundup)
    reader = _Reader(context, series, drawn)
    return Plan(series, held, elsewhere, context.config.templates, reader)


def _of_one_mode(listed: Sequence[Roundup]) -> Iterator[Roundup]:
    """One roundup a month: in a rehearsal its own comes before a live one."""
    found = dict[str, Roundup]()
    for roundup in listed:
        there = found.get(roundup.title_month)
        if there is None or roundup.rehearsal > there.rehearsal:
            found[roundup.title_month] = roundup
    yield from found.values()


class _Drawn(NamedTuple):
    """The cover of a roundup as it is stored, and the bytes of it and of its page's card."""

    picture: Picture | None = None
    cover: bytes | None = None
    card: bytes | None = None


class _Bytes(Mapping[str, bytes]):
    """The bytes of stored pictures, read when they are asked for."""

    def __init__(self, context: Context, hashes: Sequence[str]) -> None:
        self._context = context
        self._hashes = dict.fromkeys(hashes)

    def __getitem__(self, sha256: str) -> bytes:
        if sha256 not in self._hashes:
            raise KeyError(sha256)
        with self._context.read() as work:
            return work.pictures.data(sha256)

    def __iter__(self) -> Iterator[str]:
        return iter(self._hashes)

    def __len__(self) -> int:
        return len(self._hashes)


class _Reader:
    """Reads editions from the database, several at a time."""

    def __init__(self, context: Context, series: Series, drawn: Mapping[int, CoverMade]) -> None:
        self._context = context
        self._series = series
        self._known_covers = drawn
        try:
            self.looks = covers.made_with(context.config, series)
        except BadInput as error:
            # It is said where a cover or a card is made.
            self.looks = str(error)

    def __call__(self, roundups: Sequence[Roundup]) -> dict[int, Edition]:
        """The editions of these roundups by their ids, with nothing of what is beside them."""
        if not roundups:
            return {}
        ids = [roundup.id for roundup in roundups]
        with self._context.read() as work:
            by_roundup = work.queue.in_roundups(ids)
            items = [item for each in by_roundup.values() for item in each]
            posts = work.editions.posts([item.id for item in items])
        drawn = self._drawn(roundups, by_roundup)
        pictures = [each.picture for each in drawn.values() if each.picture]
        on_pages = fittings.for_site(self._context, items, network.PAGE_WIDTHS, pictures)
        shown = {item.id: item for item in on_pages.items}
        found = dict[int, Edition]()
        for roundup in roundups:
            collages = [shown[item.id] for item in by_roundup[roundup.id]]
            its = drawn[roundup.id]
            small = on_pages.smaller.get(its.picture.sha256, ()) if its.picture else ()
            found[roundup.id] = Edition(
                roundup,
                collages,
                _Bytes(self._context, list(_hashes(collages, on_pages.smaller, small))),
                cover=its.cover,
                card=its.card,
                smaller=on_pages.smaller,
                cover_smaller=small,
                posts={
                    item.id: [Posted(*post) for post in posts.get(item.id, ())] for item in collages
                },
            )
        return found

    def _drawn(
        self, roundups: Sequence[Roundup], by_roundup: Mapping[int, Sequence[Collage]]
    ) -> dict[int, _Drawn]:
        """The covers and cards as of now.

        What went out with its cover keeps it, unless what that shows was corrected.
        """
        shown = {
            roundup.id: covers.Shown(self._series, roundup, by_roundup[roundup.id])
            for roundup in roundups
        }
        hashes = {each.id: self._cover(each, shown[each.id]) for each in roundups}
        keys = {each.id: covers.card_key(shown[each.id], self.looks) for each in roundups}
        with self._context.read() as work:
            known = [sha256 for sha256 in hashes.values() if sha256]
            cards = {
                (made.original_sha256, made.key): made.picture.sha256
                for made in work.editions.made_of(known, list(keys.values()))
            }
            data = work.editions.data([*known, *cards.values()])
        found = dict[int, _Drawn]()
        for roundup in roundups:
            sha256 = hashes[roundup.id]
            if not sha256:
                card = covers.card(self._context, shown[roundup.id])
                found[roundup.id] = _Drawn(card=card)
                continue
            picture = read.drawn(data[sha256], pages.COVER).picture
            kept = cards.get((sha256, keys[roundup.id]))
            card = data[kept] if kept else self._card(shown[roundup.id], picture, keys[roundup.id])
            found[roundup.id] = _Drawn(picture, data[sha256], card)
        return found

    def _cover(self, roundup: Roundup, shown: covers.Shown) -> str:
        """The SHA-256 of a roundup's cover; "" where it has none."""
        if roundup.may_be_out:
            there = self._known_covers.get(roundup.id)
            if there is None:
                return ""
            if covers.is_of(there.made_of, shown):
                return there.sha256
        made = covers.current(self._context, shown)
        return made.sha256 if made else ""

    def _card(self, shown: covers.Shown, cover: Picture, key: str) -> bytes | None:
        """The card, made now and stored beside the cover."""
        card = covers.card(self._context, shown)
        if card is not None:
            made = read.drawn(card, pages.CARD).picture
            with self._context.write() as work:
                work.fittings.put(Fit(made, cover, "the card of its page", WHOLE), key, card)
        return card


def _hashes(
    collages: Sequence[Collage],
    smaller: Mapping[str, Sequence[Picture]],
    of_cover: Sequence[Picture],
) -> Iterator[str]:
    """The pictures in an edition's files, but for cover and card."""
    for collage in collages:
        if collage.picture:
            yield collage.picture.sha256
            yield from (each.sha256 for each in smaller.get(collage.picture.sha256, ()))
    yield from (each.sha256 for each in of_cover)


class _How(NamedTuple):
    """How a site is written.

    `over_edits` says of a unit whether what was edited by hand makes way; the one named `must` is
    raised about where it cannot be made.
    """

    over_edits: Callable[[str], bool]
    anew: bool = False
    must: str = ""
    progress: Progress = silent


def _written(context: Context, series: Series, plan: Plan, how: _How) -> Written:
    """Write what is not as it was made."""

    def fetch(hashes: Sequence[str]) -> dict[str, bytes]:
        with context.read() as work:
            return work.editions.data(hashes)

    units = plan.units()
    with folder.update(series.site, how.over_edits, fetch, anew=how.anew) as update:
        stale = [unit for unit in units if not update.is_current(unit.name, unit.key)]
        for start in range(0, len(stale), AT_ONCE):
            some = stale[start : start + AT_ONCE]
            plan.prepare(some)
            for unit in some:
                _stage(plan, unit, update, how.must)
            how.progress(start + len(some), len(stale))
        return update.finish([unit.name for unit in units])


def _stage(plan: Plan, unit: Unit, update: folder.Update, must: str) -> None:
    """Make a unit and stage its files; what cannot be made is left as it is, and told."""
    try:
        files = plan.files(unit)
    except MlcollageError as error:
        if unit.name == must:
            raise
        update.fail(unit.name, str(error))
        return
    update.put(unit.name, unit.key, files)


def _note_edits(
    context: Context, series: Series, edited: Sequence[str], *, over_edits: bool = False
) -> None:
    """Store a notice for each file that was edited by hand and is left alone.

    Of one that has made way, `over_edits`, it is settled.
    """
    if not edited:
        return
    with context.write() as work:
        if over_edits:
            for name in edited:
                work.notices.settle(of_file(str(series.site / name)))
            return
        listed = work.roundups.listed(series.name)
        months = {roundup.slug: roundup for roundup in listed if not roundup.is_year}
        for name in edited:
            path = str(series.site / name)
            roundup = months.get(name.partition("/")[0])
            if roundup and not roundup.published_elsewhere:
                work.notices.add(PageEdited(series.name, roundup.title_month, path))
            else:
                work.notices.add(SiteEdited(series.name, path))
