"""How well, how fast and in how much memory pictures are fitted, beside sharp and a Pillow loop.

All sides get the same pictures and the same limit of bytes, each in a process of its own, in one
run. Time is from the file's bytes to the fitted ones, without a process's start; memory is what the
process takes at most beyond what it has before.
"""

import argparse
import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
# In place of this folder, where the standard library would find a benchmark under the name of its
# own module.
sys.path[0] = str(ROOT)

from PIL import Image, ImageFilter  # noqa: E402 - beside the checkout's own

from bot.pictures import fitted, fitting, likeness  # noqa: E402 - the checkout's own
from bot.pictures.limits import Limits  # noqa: E402 - the checkout's own
from tests import drawn_pictures  # noqa: E402 - as above

CACHE = Path(__file__).parent / ".cache"
SHARP = ("jpeg, defaults", "mozjpeg", "mozjpeg 4:4:4", "webp, smart", "png, palette")
TYPES = ("image/png", "image/jpeg", "image/webp")
DISPLAY = 2_000
"""Pixels of the longer side at display size."""

BLOCK, EDGY = 16, 24
"""Text is where blocks of so many pixels have edges that are so strong, of 255."""


class Case(NamedTuple):
    name: str
    picture: Path
    size: int


class Result(NamedTuple):
    """What a side made of a case; `data` is None where nothing fitted."""

    seconds: float
    cpu: float
    peak: int
    data: bytes | None = None
    way: str = ""


class Score(NamedTuple):
    full: float
    display: float
    legible: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller pictures, two limits")
    parser.add_argument("--images", type=Path, default=ROOT.parent / "shared" / "images")
    parser.add_argument("--only", choices=("slide", "photograph"))
    parser.add_argument("--side", help=argparse.SUPPRESS, nargs=3)
    options = parser.parse_args()
    if options.side:
        _run_side(*options.side)
        return
    sharp = _sharp()
    print(f"fidelity: {_METRIC}; sharp: {sharp or 'missing (npm install sharp)'}")
    with tempfile.TemporaryDirectory() as folder:
        for case in _cases(Path(folder), options.images, quick=options.quick):
            if options.only in (None, case.name):
                _compare(case, sharp, Path(folder))


def _cases(folder: Path, images: Path, *, quick: bool) -> Iterator[Case]:
    side = 0.5 if quick else 1
    drawn = {
        "slide": drawn_pictures.slide(int(3_000 * side), int(1_700 * side)),
        "photograph": drawn_pictures.photograph(int(4_000 * side), int(3_000 * side)),
    }
    limits = {"slide": (1_000_000, 500_000, 250_000), "photograph": (2_000_000, 1_000_000, 400_000)}
    for name, image in drawn.items():
        path = folder / f"{name}.png"
        image.save(path)
        for size in limits[name]:
            yield Case(name, path, int(size * side * side))
    if quick or not images.is_dir():
        print(f"given pictures: none ({images})")
        return
    for name in ("sketchnote__ai-overview.png", "segment-anything__masks1.png"):
        yield Case(name, images / name, 1_000_000)


def _compare(case: Case, sharp: str, folder: Path) -> None:
    with Image.open(case.picture) as opened:
        original = opened.convert("RGB")
    decoded = original.width * original.height * 3
    print(f"\n{case.name}, {original.width} × {original.height}, {case.size:,} bytes")
    ours = _side("ours", case, folder)
    mine = _show("ours", ours, original, decoded)
    three = _side("three", case, folder)
    _show("Pillow loop", _side("loop", case, folder), original, decoded)
    theirs = {each: _their(sharp, each, case, folder) for each in SHARP} if sharp else {}
    scores = {
        name: (_show(f"sharp, {name}", result, original, decoded), result)
        for name, result in theirs.items()
        if result.data
    }
    print(
        f"  three networks / one: {three.seconds / ours.seconds:.2f}"
        f" ({three.cpu / ours.cpu:.2f} CPU)"
    )
    if scores:
        name, (best, result) = max(scores.items(), key=lambda item: item[1][0].full)
        print(
            f"  against sharp's best ({name}): fidelity {mine.full - best.full:+.1f} full, "
            f"{mine.display - best.display:+.1f} display, "
            f"legible {mine.legible - best.legible:+.3f}; time × "
            f"{ours.seconds / result.seconds:.2f} ({ours.cpu / result.cpu:.2f} CPU), "
            f"memory × {ours.peak / result.peak:.2f}"
        )


def _show(name: str, result: Result, original: Image.Image, decoded: int) -> Score:
    if result.data is None:
        print(f"  {name:22} nothing fits")
        return Score(0, 0, 0)
    with Image.open(io.BytesIO(result.data)) as opened:
        score = _score(original, opened.convert("RGB"))
    print(
        f"  {name:22} {score.full:6.1f} full {score.display:6.1f} display "
        f"{score.legible:.3f} legible"
        f" {result.seconds:6.2f} s ({result.cpu:.2f} CPU) {result.peak / decoded:5.1f} × decoded"
        f" {len(result.data):>9,} bytes  {result.way}"
    )
    return score


def _side(side: str, case: Case, folder: Path) -> Result:
    output = folder / "made"
    command = [sys.executable, __file__, "--side", side, str(case.picture), f"{case.size}:{output}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    facts = json.loads(done.stdout)
    return Result(facts["seconds"], facts["cpu"], facts["peak"], output.read_bytes(), facts["way"])


def _run_side(side: str, picture: str, wanted: str) -> None:
    """One of our sides in this process: what it made as a file, and the rest as JSON."""
    size, _, output = wanted.partition(":")
    data, most = Path(picture).read_bytes(), int(size)
    # Codecs and fonts are loaded once in the life of a process, and not for each picture.
    Image.init()
    before, started = _peak(), (time.perf_counter(), time.process_time())
    made, way = SIDES[side](data, most)
    seconds, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    Path(output).write_bytes(made)
    facts = {"seconds": seconds, "cpu": cpu, "peak": _peak() - before, "way": way}
    print(json.dumps(facts))


def _peak() -> int:
    """The most memory that this program has had; what started it does not count, as in rusage."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(found[1]) * 1_024 if found else 0


def _ours(data: bytes, *sizes: int) -> tuple[bytes, str]:
    original = fitted.Original(data, "image/png", 0, Limits())
    facts, made = fitted.fit(
        original, [dict.fromkeys(TYPES, fitting.Limits(size)) for size in sizes]
    )
    (first, *_) = facts["fitted"]  # type: ignore[misc]
    return made[: first["data"]], first["way"]


def _three(data: bytes, size: int) -> tuple[bytes, str]:
    """For three networks whose limits stand to each other as Bluesky's, X's and Mastodon's do."""
    return _ours(data, size, 5 * size // 2, 8 * size)


def _loop(data: bytes, size: int) -> tuple[bytes, str]:
    """What most programs do: JPEG by Pillow, its quality searched on the whole picture."""
    with Image.open(io.BytesIO(data)) as opened:
        image = opened.convert("RGB")
    scale = 1.0
    while True:
        low, high, best = 10, 95, b""
        while low <= high:
            quality, out = (low + high) // 2, io.BytesIO()
            image.save(out, "JPEG", quality=quality)
            if len(out.getvalue()) <= size:
                low, best, found = quality + 1, out.getvalue(), quality
            else:
                high = quality - 1
        if best:
            return best, f"JPEG of quality {found}"
        scale *= 0.8
        image = image.resize((int(image.width * 0.8), int(image.height * 0.8)))


SIDES = {"ours": _ours, "three": _three, "loop": _loop}


def _sharp() -> str:
    """Where sharp is installed; installs it into a folder that git ignores. "" where it cannot."""
    node, npm = shutil.which("node"), shutil.which("npm")
    place = CACHE / "node_modules" / "sharp"
    if node and npm and not place.is_dir():
        CACHE.mkdir(exist_ok=True)
        command = [npm, "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "sharp"]
        subprocess.run(command, capture_output=True, check=False)
    return str(place) if node and place.is_dir() else ""


def _their(sharp: str, variant: str, case: Case, folder: Path) -> Result:
    output = folder / "theirs"
    output.unlink(missing_ok=True)
    script = Path(__file__).with_name("pictures_sharp.cjs")
    command = ["node", str(script), sharp, str(case.picture), str(case.size), variant, str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    facts = json.loads(done.stdout)
    data = output.read_bytes() if facts["fits"] else None
    return Result(facts["seconds"], facts["cpu"], facts["peak"], data)


def _score(original: Image.Image, seen: Image.Image) -> Score:
    if seen.size != original.size:
        seen = seen.resize(original.size, Image.Resampling.BICUBIC)
    full = _fidelity(original, seen)
    ratio = DISPLAY / max(original.size)
    display = full
    if ratio < 1:
        size = (round(original.width * ratio), round(original.height * ratio))
        shown = [each.resize(size, Image.Resampling.LANCZOS) for each in (original, seen)]
        display = _fidelity(*shown)
    return Score(full, display, _legibility(original, seen))


if importlib.util.find_spec("ssimulacra2"):
    _METRIC = "SSIMULACRA2"

    def _fidelity(original: Image.Image, seen: Image.Image) -> float:
        from ssimulacra2 import compute_ssimulacra2

        with tempfile.TemporaryDirectory() as folder:
            paths = [f"{folder}/{name}.png" for name in ("original", "seen")]
            for path, image in zip(paths, (original, seen), strict=True):
                image.save(path, compress_level=0)
            return float(compute_ssimulacra2(*paths))

else:
    _METRIC = "100 × SSIM of luminance (pip install ssimulacra2 for SSIMULACRA2)"

    def _fidelity(original: Image.Image, seen: Image.Image) -> float:
        grey = [each.convert("L").convert("RGB") for each in (original, seen)]
        return 100 * (1 - likeness.difference(*grey))


def _legibility(original: Image.Image, seen: Image.Image) -> float:
    """The SSIM of luminance where there is text: blocks with many strong edges."""
    grey = original.convert("L")
    edges = grey.filter(ImageFilter.FIND_EDGES).reduce(BLOCK)
    text = edges.point([255 * (value >= EDGY) for value in range(256)])
    share = text.histogram()[255] / (text.width * text.height)
    if not share:
        return 1.0
    size = (text.width * BLOCK, text.height * BLOCK)
    mask = text.resize(size, Image.Resampling.NEAREST).crop((0, 0, *original.size))
    paper = Image.new("RGB", original.size, "white")
    alone = [
        Image.composite(each.convert("L").convert("RGB"), paper, mask) for each in (original, seen)
    ]
    return 1 - likeness.difference(*alone) / share


if __name__ == "__main__":
    main()
