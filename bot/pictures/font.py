"""Chooses a font for a text on a slide: the first that shows all of it, else most of it."""

import contextlib
import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core import collage

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
    "~/AppData/Local/Microsoft/Windows/Fonts",
)
"""Where Linux, macOS and Windows keep fonts."""

FILES_LOOKED_AT = 20_000
"""How many files of a folder are looked at, in case somebody keeps more than fonts there."""

FAMILIES = {
    # European
    "inter-regular": 0,
    "notosans-regular": 0,
    "opensans-regular": 0,
    "liberationsans-regular": 0,
    "segoeui": 0,
    "helveticaneue": 0,
    "arial": 0,
    "dejavusans": 0,
    "freesans": 0,
    # Chinese, Japanese, Korean; in the collection of all of them the third is simplified Chinese
    "notosanscjk-regular": 2,
    "sourcehansans-regular": 2,
    "notosanscjksc-regular": 0,
    "notosanssc-regular": 0,
    "sourcehansanssc-regular": 0,
    "sourcehansanscn-regular": 0,
    "pingfang": 0,
    "hiragino sans gb": 0,
    "stheiti medium": 0,
    "msyh": 0,
    "wqy-microhei": 0,
    "wqy-zenhei": 0,
    "simhei": 0,
    "droidsansfallbackfull": 0,
    "droidsansfallback": 0,
    "notosansjp-regular": 0,
    "notosanskr-regular": 0,
    "yugothm": 0,
    "malgun": 0,
    "arial unicode": 0,
    "arialuni": 0,
}
"""Files by their lower-case stem, the better ones first, with the face to take from a collection.
Only known families: a font that draws placeholders for everything would pass as complete."""

EQUIVALENTS = str.maketrans(
    {**dict.fromkeys("‐‑‒–—―−", "-"), "×": "x", "′": "'", "″": '"', "•": "·", "∼": "~"}
)
"""What may stand for a character that a font lacks without anyone missing it."""

BASE_LETTERS = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
    }
)
"""Letters that Unicode does not decompose into a base letter and its accent."""

ABSENT = "\U0010ffff"
"""A noncharacter, which no font has: it is drawn as the font's sign for a missing glyph."""

# Hebrew to Burmese, Khmer, Mongolian and related scripts: without shaping and reordering, which
# only Raqm does, they would be drawn wrong.
_SHAPED = re.compile(
    "[\u0590-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\ua8ff\ua900-\uabff\ufb1d-\ufdff\ufe70-\ufefe]"
)


@dataclass(frozen=True, slots=True)
class Face:
    """A font file and the face in it; without a file the font that Pillow brings."""

    file: str = ""
    index: int = 0

    def sized(self, size: float) -> "FreeTypeFont":
        """The face at a size in pixels; raises `OSError` where the file is no scalable font."""
        from PIL import ImageFont  # heavy: 16 ms

        # Without Raqm, which some machines lack: the same slide comes out everywhere.
        layout = ImageFont.Layout.BASIC
        if self.file:
            # Not by `ImageFont.truetype`, which searches the system for the name of a broken file.
            return ImageFont.FreeTypeFont(self.file, size, self.index, layout_engine=layout)
        default = ImageFont.load_default(size)
        assert isinstance(default, ImageFont.FreeTypeFont)
        return default.font_variant(layout_engine=layout)


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text as a face can show it.

    `unshown` are the parts of the original that are left off or stand without their accents.
    """

    face: Face
    text: str
    unshown: tuple[str, ...] = ()


def choose(text: str, folders: Sequence[str] = FOLDERS) -> Lettering:
    """Return the text in the first face that shows all of it, else in the one that shows most."""
    text = _plain(text)
    best, most = Lettering(Face(), "", (text,)), -1
    for face in (Face(), *_installed(tuple(folders))):
        try:
            lettering, count = _in_face(text, face)
        except OSError:
            # The file is no font, or one of bitmaps only.
            continue
        if not lettering.unshown:
            return lettering
        if count > most:
            best, most = lettering, count
    return best


def _plain(text: str) -> str:
    """The text composed (NFC), on one line, without control and format characters."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    shapeless = {"Cc", "Cf", "Cs"}
    return "".join(char for char in composed if unicodedata.category(char) not in shapeless)


def _in_face(text: str, face: Face) -> tuple[Lettering, int]:
    """The text in one face, and how many of its characters are shown; raises `OSError`."""
    probe = face.sized(32)
    absent = _glyph(probe, ABSENT)

    @functools.cache
    def has(char: str) -> bool:
        glyph = _glyph(probe, char)
        return glyph != absent and any(glyph[1])

    pairs = [_sign(char, has) for char in text]
    signs = [sign for sign, _ in pairs]
    losses = [is_lost for _, is_lost in pairs]
    # One ellipsis for all that is missing in a row.
    shown = " ".join(re.sub(r"…(?:\W*…)*", "…", "".join(signs)).split())
    if any(losses) and not any(map(str.isalpha, shown)):
        # What is left, such as "… (2021)", says nothing.
        return Lettering(face, "", (text,)), 0
    count = sum(sign not in {"", "…"} for sign in signs)
    return Lettering(face, shown, _lost_parts(text, losses)), count


def _lost_parts(text: str, losses: Sequence[bool]) -> tuple[str, ...]:
    """The runs of characters that are lost, each once, in order."""
    runs = groupby(zip(text, losses, strict=True), key=lambda pair: pair[1])
    lost = ("".join(char for char, _ in run) for is_lost, run in runs if is_lost)
    return tuple(dict.fromkeys(lost))


def _sign(char: str, has: Callable[[str], bool]) -> tuple[str, bool]:
    """What stands for the character on the slide, and whether something is lost by it."""
    if char == " " or (not _is_shaped(char) and has(char)):
        return char, False
    if (equivalent := char.translate(EQUIVALENTS)) != char:
        return equivalent, False
    if char.isalpha() and (base := collage.ascii_form(char.translate(BASE_LETTERS))):
        return base, True
    if char.isalnum():
        return "…", True
    return "", True


def _is_shaped(char: str) -> bool:
    """Whether a character needs shaping: a combining mark, or one of a script that is shaped."""
    return unicodedata.category(char)[0] == "M" or bool(_SHAPED.match(char))


def _glyph(font: "FreeTypeFont", char: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(char)
    return mask.size, bytes(mask)


@functools.cache
def _installed(folders: tuple[str, ...]) -> tuple[Face, ...]:
    """The known families among the fonts in the folders, the better ones first."""
    order = {stem: rank for rank, stem in enumerate(FAMILIES)}
    found: dict[str, Face] = {}
    for file in _font_files(folders):
        stem = file.stem.lower()
        if stem not in FAMILIES:
            continue
        index = 0
        if file.suffix.lower() == ".ttc":
            index = FAMILIES[stem]
        # The first folder counts where several have the same family.
        found.setdefault(stem, Face(str(file), index))
    return tuple(found[stem] for stem in sorted(found, key=order.__getitem__))


def _font_files(folders: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        # OSError: the folder cannot be read; RuntimeError: there is no home to expand "~" to.
        with contextlib.suppress(OSError, RuntimeError):
            files = islice(Path(folder).expanduser().rglob("*"), FILES_LOOKED_AT)
            yield from (file for file in files if file.suffix.lower() in {".ttf", ".ttc", ".otf"})
