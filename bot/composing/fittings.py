"""What goes out of a picture: looked up, and made where it is missing. There is no other way to it.

It is made before a transaction is open, once for all accounts that want it, and stored with its
original. What is stored stays: a preview, the thread and the page show the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import fit, network
from bot.core.collage import Collage, Picture
from bot.core.errors import BadInput
from bot.core.fit import Fit
from bot.core.network import PictureLimits
from bot.pictures import fit as fitting
from bot.pictures.read import PictureFile
from bot.storage.work import Work

ByType = Mapping[str, PictureLimits]
_Key = tuple[str, int, str]
"""The original's hash and page, and what stands for the limits."""


def assumed(picture: Picture, limits: ByType) -> Fit:
    """Take for granted that a picture can be made to fit, as it nearly always can."""
    return Fit(picture, picture, "", fit.WHOLE)


def as_it_is(picture: Picture, limits: ByType) -> Fit:
    """The picture itself, whether it fits or not."""
    return Fit(picture, picture, "as it is", fit.WHOLE)


class Fittings:
    """Fitted pictures, those that are stored and those made here.

    `files` are originals that are not stored yet: what is made of them waits until they are.
    `wanted` are limits that will be asked for, too: one decode serves all.
    """

    def __init__(
        self, context: Context, files: Iterable[PictureFile] = (), wanted: Sequence[ByType] = ()
    ) -> None:
        self._context = context
        self._files = {each.picture.sha256: each for each in files}
        self._wanted = {fit.key(limits): limits for limits in wanted}
        self._made: dict[_Key, tuple[Fit, bytes] | None] = {}
        self._known: dict[_Key, Fit] = {}

    @classmethod
    def of(cls, context: Context, series: Series, files: Iterable[PictureFile] = ()) -> "Fittings":
        """For all accounts of a series."""
        wanted = [context.publishers[name].limits().pictures for name in series.accounts]
        return cls(context, files, wanted)

    def want(self, limits: Sequence[ByType]) -> None:
        """Make what is missing for these limits, too, from now on and for the same picture."""
        self._wanted = {fit.key(each): each for each in limits}

    def know(self, file: PictureFile) -> None:
        """Take another original that is not stored yet."""
        self._files[file.picture.sha256] = file

    def look_up(self, pictures: Sequence[Picture], wanted: Iterable[ByType]) -> None:
        """Find all that was made of these pictures for these limits, in few statements."""
        keys = [fit.key(limits) for limits in wanted]
        hashes = list(dict.fromkeys(picture.sha256 for picture in pictures))
        with self._context.read() as work:
            for made in work.editions.made_of(hashes, keys):
                mine = (made.original_sha256, made.page, made.key)
                self._known[mine] = Fit(made.picture, made.picture, "", fit.WHOLE)

    def find_or_make(self, picture: Picture, limits: ByType) -> Fit | None:
        """The picture as it goes out by these limits; None where nothing of it fits.

        Raises `BadInput` where it cannot be decoded, and `Unavailable` where that was not tried.
        """
        key = fit.key(limits)
        if found := self._find(picture, key):
            return found
        mine = (picture.sha256, picture.page, key)
        if mine not in self._made:
            self._make(picture, {key: limits})
        made = self._made[mine]
        return made and made[0]._replace(original=picture)

    def _find(self, picture: Picture, key: str) -> Fit | None:
        if picture.sha256 in self._files:
            return None
        if known := self._known.get((picture.sha256, picture.page, key)):
            file = fit.file(picture.file, known.picture.mime)
            return known._replace(picture=known.picture._replace(file=file), original=picture)
        with self._context.read() as work:
            return work.fittings.find(picture, key)

    def _make(self, picture: Picture, limits: Mapping[str, ByType]) -> None:
        """Make the picture for these limits, and for the others that are wanted and missing."""
        missing = dict(limits)
        for key, each in self._wanted.items():
            is_known = (picture.sha256, picture.page, key) in self._made
            if not is_known and not self._find(picture, key):
                missing[key] = each
        made = fitting.fitted(self._original(picture), [*missing.values()])
        for key, one in zip(missing, made, strict=True):
            self._made[picture.sha256, picture.page, key] = one
        if picture.sha256 not in self._files:
            with self._context.write() as work:
                self.store(work, [picture.sha256])

    def _original(self, picture: Picture) -> PictureFile:
        # Of one file there may be several pages: the picture says which is meant.
        if file := self._files.get(picture.sha256):
            return PictureFile(picture, file.data)
        with self._context.read() as work:
            return PictureFile(picture, work.pictures.data(picture.sha256))

    def store(self, work: Work, originals: Iterable[str] | None = None) -> None:
        """Store what was made of these originals, or of all; they are stored themselves."""
        wanted = None if originals is None else set(originals)
        for (sha256, _, key), one in self._made.items():
            if one and (wanted is None or sha256 in wanted):
                work.fittings.put(one[0], key, one[1])

    def data(self, sha256: str) -> bytes:
        """The bytes of a fitted picture, or of an original that goes out as it is."""
        if file := self._files.get(sha256):
            return file.data
        for one in self._made.values():
            if one and one[0].picture.sha256 == sha256:
                return one[1]
        with self._context.read() as work:
            return work.pictures.data(sha256)


def for_pages(context: Context, items: Sequence[Collage]) -> tuple[list[Collage], dict[str, bytes]]:
    """Collages with their pictures as our pages show them, and these pictures' bytes.

    A picture that cannot be decoded, which an earlier version may have stored, stays as it is.
    """
    shown = for_site(context, items, {}).items
    hashes = [item.picture.sha256 for item in shown if item.picture]
    with context.read() as work:
        return shown, work.editions.data(hashes)


class OnPages(NamedTuple):
    """Collages with their pictures as our pages show them, and these in lesser widths.

    `smaller` has the narrowest first, by the SHA-256 of the picture.
    """

    items: list[Collage]
    smaller: dict[str, tuple[Picture, ...]]


def for_site(
    context: Context,
    items: Sequence[Collage],
    widths: Mapping[int, ByType],
    others: Sequence[Picture] = (),
) -> OnPages:
    """The pictures of collages as our pages show them, in these widths too; all are stored.

    `others` are stored pictures that are shown as they are, and in these widths. One that cannot be
    decoded stays as it is, and one that moves has no other widths.
    """
    limits = [network.PAGE_PICTURES, *widths.values()]
    fits = Fittings(context)
    originals = [item.picture for item in items if item.picture]
    fits.look_up([*originals, *others], limits)
    shown, smaller = list[Collage](), dict[str, tuple[Picture, ...]]()
    for item in items:
        if original := item.picture:
            picture = _on_page(fits, original)
            item = replace(item, picture=picture)
            smaller[picture.sha256] = _smaller(fits, original, picture, widths)
        shown.append(item)
    for picture in others:
        smaller[picture.sha256] = _smaller(fits, picture, picture, widths)
    return OnPages(shown, smaller)


LEAST_SAVED = 0.9
"""A lesser width is made where it is below this share of the picture's own, and shown where its
bytes are: a drawing with few colours may grow when it is scaled.
"""


def _smaller(
    fits: Fittings, original: Picture, shown: Picture, widths: Mapping[int, ByType]
) -> tuple[Picture, ...]:
    """A picture in those of the widths that are less than its own, as it is shown."""
    wanted = [widths[each] for each in sorted(widths) if each < shown.width * LEAST_SAVED]
    if original.frames > 1 or not wanted:
        return ()
    found = dict[int, Picture]()
    try:
        fits.want(wanted)
        for limits in wanted:
            made = fits.find_or_make(original, limits)
            # Where bytes are scarce, it is narrower than asked for, and two may be as narrow.
            if made and made.picture.size < shown.size * LEAST_SAVED:
                found[made.picture.width] = made.picture
    except BadInput:
        return ()
    return tuple(found[each] for each in sorted(found))


def _on_page(fits: Fittings, picture: Picture) -> Picture:
    try:
        found = fits.find_or_make(picture, network.PAGE_PICTURES)
    except BadInput:
        return picture
    return found.picture if found else picture
