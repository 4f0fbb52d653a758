"""Damaged pictures of every type, always the same ones, and what becomes of them.

    python -m tests.damaged 5000

Each is damaged as a transfer, a broken disk or somebody with bad intentions would do it: cut off,
with bits turned, pieces swapped or repeated, and sizes in its headers that are lies.
"""

import io
import itertools
import random
import re
import struct
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import typst
from PIL import Image, ImageCms

from bot.core.errors import BadInput
from bot.pictures import handling, read

MEMORY = 512_000_000
"""Bytes that the process may take in the computer's memory, whatever it is given."""

SIZE = (160, 120)
Mode = tuple[str, dict[str, object]]


def _noise(mode: str, size: tuple[int, int] = SIZE, seed: int = 1) -> Image.Image:
    grain = random.Random(seed)
    small = Image.frombytes(
        "RGB", (size[0] // 4, size[1] // 4), grain.randbytes(size[0] * size[1] * 3 // 16)
    )
    image = small.resize(size, Image.Resampling.BICUBIC)
    match mode:
        case "I;16" | "F" | "I":
            return image.convert("L").convert(mode if mode != "I;16" else "I").convert(mode)
        case "RGBA" | "LA" | "PA":
            image.putalpha(image.getchannel("R"))
            return image.convert(mode)
        case "LAB":
            lab = ImageCms.createProfile("LAB")
            return ImageCms.profileToProfile(
                image, ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
            )
        case _:
            return image.convert(mode)


def _saved(kind: str, mode: str = "RGB", frames: int = 1, **options: object) -> bytes:
    out = io.BytesIO()
    first, *others = [_noise(mode, seed=seed) for seed in range(frames)]
    if others:
        options |= {"save_all": True, "append_images": others}
    first.save(out, kind, **options)
    return out.getvalue()


def _metadata() -> dict[str, object]:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {"exif": exif, "icc_profile": profile}


_PAGE = """
#set page(width: 16cm, height: 9cm, fill: gradient.linear(white, rgb("#eef")))
= A title
#lorem(40)
#table(columns: 3, ..range(9).map(str))
$ sum_(k=1)^n k = (n(n+1))/2 $
"""


def _pdf(pages: int = 1) -> bytes:
    return typst.compile("#pagebreak()".join([_PAGE] * pages).encode(), format="pdf")


@lru_cache(maxsize=1)
def whole() -> dict[str, tuple[tuple[bytes, str], ...]]:
    """Whole pictures by type, each with the name of its file."""
    more = _metadata()
    files: dict[str, Iterable[bytes]] = {
        "jpg": (
            _saved("JPEG"),
            _saved("JPEG", progressive=True, subsampling=0, **more),
            _saved("JPEG", "CMYK"),
            _saved("JPEG", "L", comment="x" * 200),
            _saved("MPO", frames=2),
        ),
        "png": (
            _saved("PNG", **more),
            _saved("PNG", "P"),
            _saved("PNG", "I;16"),
            _saved("PNG", "LA"),
            _saved("PNG", "1"),
            _saved("PNG", frames=3),
        ),
        "gif": (_saved("GIF", "P"), _saved("GIF", "P", frames=4), _saved("GIF", "RGBA")),
        "webp": (
            _saved("WEBP", **more),
            _saved("WEBP", "RGBA", lossless=True),
            _saved("WEBP", "RGBA", quality=40),
            _saved("WEBP", frames=3),
        ),
        "avif": (_saved("AVIF", **more), _saved("AVIF", "RGBA"), _saved("AVIF", frames=3)),
        "tiff": (
            *(_saved("TIFF", mode) for mode in ("RGB", "F", "I;16", "LAB", "CMYK", "1", "PA")),
            *(
                _saved("TIFF", compression=f"tiff_{way}")
                for way in ("lzw", "adobe_deflate", "jpeg")
            ),
            _saved("TIFF", "L", compression="packbits"),
            _saved("TIFF", "1", compression="group4"),
            _saved("TIFF", frames=3),
        ),
        "pdf": (_saved("PDF"), _pdf(), _pdf(3)),
    }
    return {kind: tuple((data, f"damaged.{kind}") for data in each) for kind, each in files.items()}


EXTREMES = (0, 1, 2, 255, 4_097, 32_767, 65_535, 70_000, 2**31 - 1, 2**31, 2**32 - 1)
Damage = Callable[[random.Random, bytearray], object]


def _cut(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(8, len(data)) :]


def _flip(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.randint(1, 20)):
        data[_place(chance, data)] ^= 1 << chance.randrange(8)


def _replace(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.randint(1, 6)):
        data[_place(chance, data)] = chance.randrange(256)


def _place(chance: random.Random, data: bytearray) -> int:
    """Any place, and often one of the first, where headers are."""
    return chance.randrange(min(len(data), chance.choice((40, 200, 1_000, len(data)))))


def _lie(chance: random.Random, data: bytearray) -> None:
    """Write a number that is too large, or none, where there may be a size."""
    form = chance.choice((">H", "<H", ">I", "<I"))
    for _ in range(chance.randint(1, 3)):
        at = min(_place(chance, data), len(data) - 8)
        struct.pack_into(form, data, at, chance.choice(EXTREMES) % (1 << 8 * struct.calcsize(form)))


def _swap(chance: random.Random, data: bytearray) -> None:
    ends = sorted(chance.randrange(4, len(data)) for _ in range(4))
    one, gap, two = (bytes(data[a:b]) for a, b in itertools.pairwise(ends))
    data[ends[0] : ends[3]] = two + gap + one


def _repeat(chance: random.Random, data: bytearray) -> None:
    start, end = sorted(chance.randrange(4, len(data)) for _ in range(2))
    end = min(end, start + 5_000)
    data[end:end] = data[start:end] * chance.choice((1, 2, 50))


def _lose(chance: random.Random, data: bytearray) -> None:
    start = _place(chance, data)
    del data[start : start + chance.randrange(1, 400)]


def _blank(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randrange(1, 2_000))
    data[start:end] = bytes(end - start) if chance.random() < 0.5 else b"\xff" * (end - start)


def _insert(chance: random.Random, data: bytearray) -> None:
    at = _place(chance, data)
    data[at:at] = chance.randbytes(chance.randrange(1, 300))


def _join(chance: random.Random, data: bytearray) -> None:
    kind = chance.choice(list(whole()))
    other, _ = chance.choice(whole()[kind])
    data[chance.randrange(4, len(data)) :] = other[chance.randrange(len(other)) :]


DAMAGES: tuple[Damage, ...] = (
    *(_cut, _flip, _flip, _replace, _lie, _lie, _lie, _swap, _repeat, _lose, _blank),
    *(_insert, _join),
)


def _lie_in_text(chance: random.Random, data: bytearray) -> None:
    """Write other numbers into what a PDF says in words."""
    found = list(re.finditer(rb"(?<=[ \[/A-Za-z])[0-9]+(?:\.[0-9]+)?", bytes(data)))
    for one in sorted(
        chance.sample(found, min(len(found), chance.randint(1, 5))),
        reverse=True,
        key=lambda one: one.start(),
    ):
        number = chance.choice((*EXTREMES, -1, 10**18, "1e300", "0.0001"))
        data[one.start() : one.end()] = str(number).encode()


def _true_sums(data: bytearray) -> None:
    """Give each chunk of a PNG the checksum of what it holds by now, so that it is looked at."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        end = at + 8 + length
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4


class Damaged(NamedTuple):
    """A damaged picture, the name of its file, and what was done to it."""

    data: bytes
    file: str
    how: str


def picture(number: int) -> Damaged:
    """The damaged picture of a number."""
    chance = random.Random(number)
    kinds = list(whole())
    kind = kinds[number % len(kinds)]
    original, file = chance.choice(whole()[kind])
    data, done = bytearray(original), list[str]()
    for _ in range(chance.choice((1, 1, 2, 3))):
        damage = chance.choice(DAMAGES)
        if kind == "pdf" and chance.random() < 0.5:
            damage = _lie_in_text
        if len(data) > 16:
            damage(chance, data)
            done.append(damage.__name__.strip("_"))
    if kind == "png" and chance.random() < 0.7:
        _true_sums(data)
    if kind == "pdf" and chance.random() < 0.3:
        file += f"#page={chance.choice((1, 2, 3, 999_999))}"
    # What is surely cut is refused before anything is decoded: the end is put back at times.
    if chance.random() < 0.5:
        data += original[-16:]
    return Damaged(bytes(data), file, f"{number}: {kind}, {', '.join(done)}")


class Figures(NamedTuple):
    """What became of damaged pictures: how often what was said, seconds, and bytes of memory."""

    said: Counter[str]
    slowest: tuple[float, str]
    most: tuple[int, str]
    wrong: list[str]


def look(numbers: Iterable[int]) -> Figures:
    """Have the pictures of these numbers read, as `add` does."""
    said, slowest, most, wrong = Counter[str](), (0.0, ""), (0, ""), list[str]()
    for damaged in map(picture, numbers):
        start = time.monotonic()
        try:
            read.check(damaged.data, damaged.file)
            outcome = "is taken"
        except BadInput as refused:
            text = str(refused)
            outcome = re.sub(r"[0-9][0-9,.]*", "N", text.removeprefix(f"{damaged.file}: "))
            if not text.startswith(damaged.file) or not text.isprintable():
                wrong.append(f"{damaged.how}: {text}")
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            outcome = f"raises {type(error).__name__}"
            wrong.append(f"{damaged.how}: {error!r}")
        said[outcome] += 1
        slowest = max(slowest, (time.monotonic() - start, damaged.how))
        most = max(most, (peak(), damaged.how))
    return Figures(said, slowest, most, wrong)


def peak() -> int:
    """The most memory that the process has had so far, in bytes; 0 where no system tells."""
    child = handling._process()._child
    try:
        assert child
        status = Path(f"/proc/{child.pid}/status").read_text()
    except (AssertionError, OSError):
        return 0
    found = re.search(r"VmHWM:\s+([0-9]+) kB", status)
    return int(found[1]) * 1_024 if found else 0


def lines(figures: Figures) -> Iterator[str]:
    """The figures as people read them."""
    yield from (f"{count:6,}  {what}" for what, count in figures.said.most_common())
    yield f"slowest: {figures.slowest[0]:.1f} s ({figures.slowest[1]})"
    yield f"most memory: {figures.most[0] / 1e6:.0f} MB ({figures.most[1]})"
    yield from figures.wrong


if __name__ == "__main__":
    start = time.monotonic()
    print(*lines(look(range(int(sys.argv[1])))), sep="\n")
    print(f"in {time.monotonic() - start:.0f} s")
