"""Pictures as they go out: made to fit each account, the same bytes shown and sent, never anew."""

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.composing import fittings
from bot.composing.fittings import Fittings
from bot.context import Context
from bot.core import fit, network
from bot.core.collage import State
from bot.core.errors import BadInput
from bot.core.fit import Fit
from bot.core.network import PictureLimits
from bot.deciding import candidates, shown_pictures
from bot.intake import accept
from bot.intake.accept import Taken
from bot.pictures import fit as fitting
from bot.pictures import likeness, read
from bot.scheduling import tick
from bot.storage import tables
from tests import drawn_pictures
from tests import fitted as fitted_before
from tests.conftest import ROOT, StoppedClock, make_context, threads_out, write_item
from tests.drawn_pictures import encoded
from tests.fakes import x

TWO = (
    '[accounts.lab]\nnetwork = "outbox"\nfolder = "outbox/lab"\n'
    '[accounts.sky]\nnetwork = "outbox"\nfolder = "outbox/sky"\nlike = "bluesky"\n'
    '[series.mlcollage]\naccounts = ["lab", "sky"]\n'
)
SLIDE = drawn_pictures.slide(1_600, 900)
PHOTOGRAPH = drawn_pictures.photograph(1_200, 900)


@pytest.fixture(scope="module", autouse=True)
def fitted_anew() -> Iterator[None]:
    with fitted_before.anew():
        yield


@pytest.fixture
def context(tmp_path: Path, clock: StoppedClock) -> Iterator[Context]:
    """A bot with two accounts that take pictures of other sizes."""
    made = make_context(tmp_path / "bot", f"live = false\n{TWO}", clock=clock)
    tick.tick(made)
    yield made
    made.database.close()


def limits(size: int, types: tuple[str, ...] = network.SENT, **more: int) -> fitting.ByType:
    return dict.fromkeys(types, PictureLimits(size, **more))


def fitted(data: bytes, *wanted: fitting.ByType, file: str = "a.png") -> list[tuple[Fit, bytes]]:
    found = fitting.fitted(read.check(data, file), wanted)
    return [one for one in found if one]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def add(context: Context, name: str, data: bytes, file: str = "") -> Taken:
    item = write_item(context.config.folder, name, picture=f'"{file or name + ".png"}"')
    (context.config.folder / (file or f"{name}.png")).write_bytes(data)
    series = context.config.series["mlcollage"]
    [taken] = accept.take(context, series, [accept.from_file(item)])
    return taken


def count(context: Context) -> tuple[int, int]:
    """How many pictures and fittings are stored."""
    with context.read() as work:
        pictures = select(func.count()).select_from(tables.pictures)
        made = select(func.count()).select_from(tables.fittings)
        return work.conn.execute(pictures).scalar_one(), work.conn.execute(made).scalar_one()


# The same bytes everywhere


def test_what_preview_shows_and_writes_is_what_each_account_is_sent(
    context: Context, tmp_path: Path
) -> None:
    series = context.config.series["mlcollage"]
    big = encoded(PHOTOGRAPH.resize((1_500, 1_100)), compress_level=1)
    assert 2_000_000 < len(big) < 5_000_000
    taken = add(context, "big", big)
    assert taken.collage.state is State.READY
    fits = Fittings.of(context, series)
    _, threads = candidates.preview(context, series, taken.collage, series.accounts, fits)
    written = shown_pictures.write(threads, fits, tmp_path / "seen")
    ours = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
    assert set(ours) == {"lab-big.png", f"sky-{threads[1].pictures[1].file}"}
    assert threads[0].fits[1].way == "as it is"
    assert threads[1].pictures[1].size <= 2_000_000
    with context.read() as work:
        item = work.queue.get(series.name, "big")
    tick.post_now(context, series, item)
    tick.tick(context)
    for folder in threads_out(context.config.folder):
        account = folder.relative_to(context.config.folder / "outbox").parts[0]
        picture = json.loads((folder / "thread.json").read_text())["parts"][0]["picture"]
        sent = hashlib.sha256((folder / picture["file"]).read_bytes()).hexdigest()
        of_account = [sha256 for name, sha256 in ours.items() if name.startswith(account)]
        assert of_account == [sent]


def test_x_gets_to_the_byte_what_preview_shows(tmp_path: Path, clock: StoppedClock) -> None:
    with x.checked(clock.now) as fake:
        settings = x.account(fake)
        lines = "\n".join(f"{key} = '''{value}'''" for key, value in settings.items())
        made = make_context(tmp_path / "bot", f"live = true\n[accounts.lab]\n{lines}\n", clock)
        tick.tick(made)
        series = made.config.series["mlcollage"]
        taken = add(made, "big", encoded(PHOTOGRAPH.resize((1_900, 1_400)), compress_level=0))
        _, [thread] = candidates.preview(made, series, taken.collage, series.accounts)
        assert thread.problems == ()
        tick.post_now(made, series, taken.collage)
        tick.tick(made)
        [media] = fake.state.media.values()
        assert hashlib.sha256(media.data).hexdigest() == thread.pictures[1].sha256
        assert len(media.data) <= 5_000_000
        made.database.close()


def test_what_is_written_never_takes_another_file_s_place(context: Context, tmp_path: Path) -> None:
    series = context.config.series["mlcollage"]
    taken = add(context, "one", encoded(SLIDE))
    fits = Fittings.of(context, series)
    _, threads = candidates.preview(context, series, taken.collage, series.accounts, fits)
    first = shown_pictures.write(threads, fits, tmp_path / "seen")
    assert shown_pictures.write(threads, fits, tmp_path / "seen") == first
    first[1].write_bytes(b"mine")
    with pytest.raises(Exception, match="is there already and is another file"):
        shown_pictures.write(threads, fits, tmp_path / "seen")
    assert first[1].read_bytes() == b"mine"


def test_one_decode_serves_all_accounts_and_is_not_repeated(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[int]()
    real = fitting.fitted

    def counted(original: read.PictureFile, wanted: list[fitting.ByType]) -> object:
        asked.append(len(wanted))
        return real(original, wanted)

    monkeypatch.setattr(fitting, "fitted", counted)
    taken = add(context, "one", encoded(SLIDE))
    series = context.config.series["mlcollage"]
    candidates.preview(context, series, taken.collage, series.accounts)
    tick.post_now(context, series, taken.collage)
    tick.tick(context)
    assert asked == [2]


def test_an_upgraded_database_is_fitted_when_something_is_shown_or_sent(context: Context) -> None:
    taken = add(context, "one", encoded(SLIDE))
    with context.write() as work:
        work.conn.execute(tables.fittings.delete())
    series = context.config.series["mlcollage"]
    _, threads = candidates.preview(context, series, taken.collage, series.accounts)
    assert all(not thread.problems for thread in threads)
    assert count(context) == (1, 2)


def test_what_is_refused_leaves_no_trace(context: Context) -> None:
    file = write_item(context.config.folder, "good")
    series = context.config.series["mlcollage"]
    arrivals = [accept.from_file(file)] * 2
    with pytest.raises(BadInput, match="good"):
        accept.take(context, series, arrivals)
    assert count(context) == (0, 0)


def test_a_picture_that_no_fitting_helps_is_told_at_add_and_stays_a_draft(
    context: Context,
) -> None:
    taken = add(context, "line", encoded(Image.new("RGB", (900, 2))))
    assert taken.collage.state is State.DRAFT
    assert "X takes at least 4 × 4" in " ".join(taken.problems)


def test_pages_show_a_tiff_as_a_browser_can(context: Context) -> None:
    taken = add(context, "old", encoded(SLIDE.convert("CMYK"), "TIFF"), "old.tif")
    [shown], pictures = fittings.for_pages(context, [taken.collage])
    assert shown.picture
    assert shown.picture.mime in network.SENT
    seen = opened(pictures[shown.picture.sha256])
    assert seen.size == (shown.picture.width, shown.picture.height) == (1_600, 900)
    assert count(context)[1] == 3
    assert fittings.for_pages(context, [taken.collage])[0] == [shown]


# How a picture is fitted


def test_what_fits_is_the_original_without_its_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    plain, told = encoded(SLIDE), encoded(SLIDE, exif=exif)
    [(one, data)] = fitted(plain, limits(5_000_000))
    assert (one.way, one.fidelity, data) == ("as it is", fit.WHOLE, plain)
    [(one, data)] = fitted(told, limits(5_000_000))
    assert (one.way, data) == ("without its metadata", plain)
    sideways = encoded(PHOTOGRAPH, "JPEG", exif=_turned(6))
    [(one, data)] = fitted(sideways, limits(5_000_000), file="a.jpg")
    assert (one.picture.width, one.picture.height) == (900, 1_200)
    assert Image.open(io.BytesIO(data)).getexif() == {0x0112: 6}


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera"
    return exif


@pytest.mark.parametrize("size", [1_500_000, 400_000, 120_000, 40_000, 8_000])
@pytest.mark.parametrize("image", [SLIDE, PHOTOGRAPH], ids=["slide", "photograph"])
def test_whatever_the_limit_the_picture_is_within_it_and_as_large_as_it_may(
    image: Image.Image, size: int
) -> None:
    [(one, data)] = fitted(encoded(image), limits(size, width=1_000, height=1_000))
    picture = one.picture
    assert len(data) <= size
    assert len(data) > size / 3 or "quality" not in one.way
    assert opened(data).size == (picture.width, picture.height)
    assert max(picture.width, picture.height) <= 1_000
    assert abs(picture.width / picture.height - image.width / image.height) < 0.02
    assert (size < 100_000) or picture.width == 1_000


def test_noise_in_colours_is_fitted_though_it_takes_more_than_a_byte_a_channel() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((1_600, 1_000), 100) for _ in range(3)])
    [(one, data)] = fitted(encoded(noise), limits(2_000_000, ("image/jpeg",)))
    assert len(data) <= 2_000_000
    assert opened(data).size == (one.picture.width, one.picture.height)


GOLDEN = [
    (SLIDE, 250_000, 0.999),
    (SLIDE, 120_000, 0.98),
    (SLIDE, 60_000, 0.815),
    (PHOTOGRAPH, 250_000, 0.92),
    (PHOTOGRAPH, 100_000, 0.84),
]


@pytest.mark.parametrize(("image", "size", "least"), GOLDEN)
def test_so_much_of_a_picture_is_kept(image: Image.Image, size: int, least: float) -> None:
    [(one, data)] = fitted(encoded(image), limits(size))
    seen = opened(data).resize(image.size, Image.Resampling.BICUBIC)
    kept = 1 - likeness.difference(image, seen)
    assert abs(kept - one.fidelity / fit.WHOLE) < 0.001
    assert kept > least


@pytest.mark.parametrize("types", [("image/jpeg",), ("image/png",), ("image/webp",)])
def test_a_network_that_takes_one_type_gets_that_type(types: tuple[str, ...]) -> None:
    [(one, data)] = fitted(encoded(SLIDE), limits(100_000, types))
    assert one.picture.mime == types[0]
    assert len(data) <= 100_000


@pytest.mark.parametrize(
    ("kind", "file", "mode"),
    [("TIFF", "a.tif", "CMYK"), ("GIF", "a.gif", "L"), ("AVIF", "a.avif", "RGB")],
)
def test_other_types_are_sent_as_one_that_networks_take(kind: str, file: str, mode: str) -> None:
    [(one, data)] = fitted(encoded(SLIDE.convert(mode), kind), limits(5_000_000), file=file)
    assert one.picture.mime in network.SENT
    assert one.picture.file.startswith("a.")
    assert likeness.difference(SLIDE.convert(mode).convert("RGB"), opened(data)) < 0.05


def test_a_page_of_a_pdf_is_sent_as_a_picture_of_every_pixel() -> None:
    data = drawn_pictures.pdf("First", f"{drawn_pictures.PAGE}Second")
    [(one, made)] = fitted(data, limits(5_000_000), file="talk.pdf#page=2")
    assert (one.picture.file, one.picture.mime) == ("talk-2.png", "image/png")
    assert (one.way, one.fidelity) == ("PNG", fit.WHOLE)
    assert opened(made).size == (one.picture.width, one.picture.height) == (4_096, 2_304)


def test_transparency_becomes_paper() -> None:
    clear = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    clear.paste((10, 20, 200, 255), (8, 8, 24, 24))
    [(_, data)] = fitted(encoded(clear), limits(5_000_000))
    seen = Image.open(io.BytesIO(data))
    assert "A" not in seen.mode
    assert seen.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (4_000, 2), (16_384, 40)])
def test_odd_shapes_are_fitted_or_said_not_to_be(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, "#204060")
    found = fitting.fitted(read.check(encoded(image), "a.png"), [limits(5_000_000, width=8_192)])
    [one] = found
    assert one
    assert min(opened(one[1]).size) >= 1
    [none] = fitting.fitted(read.check(encoded(image), "a.png"), [limits(20)])
    assert none is None


def test_the_same_picture_and_limits_give_the_same_bytes_in_any_process() -> None:
    program = (
        "import sys, hashlib, io\n"
        "from bot.pictures import fitting\n"
        "from PIL import Image\n"
        "image = Image.open(io.BytesIO(sys.stdin.buffer.read())).convert('RGB')\n"
        "types = ('image/png', 'image/jpeg', 'image/webp')\n"
        "limits = dict.fromkeys(types, fitting.Limits(90_000))\n"
        "print(hashlib.sha256(fitting.Fitting(image).to(limits).data).hexdigest())\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], input=encoded(SLIDE), capture_output=True, cwd=ROOT,
            check=True,
        ).stdout.decode().strip()
        for _ in range(2)
    }  # fmt: skip
    both = fitted(encoded(SLIDE), limits(300_000), limits(90_000))
    assert said == {both[1][0].picture.sha256}


def test_several_limits_give_what_each_alone_gives() -> None:
    sets: list[Mapping[str, PictureLimits]] = [limits(size) for size in (300_000, 90_000, 40_000)]
    together = fitted(encoded(PHOTOGRAPH), *sets)
    alone = [fitted(encoded(PHOTOGRAPH), each)[0] for each in sets]
    assert [one.picture.sha256 for one, _ in together] == [one.picture.sha256 for one, _ in alone]


def test_a_broken_original_is_named() -> None:
    file = read.check(encoded(SLIDE), "a.png")
    broken = read.PictureFile(file.picture, file.data[:2_000])
    with pytest.raises(BadInput, match=r"^a\.png: is a broken PNG picture; export it again$"):
        fitting.fitted(broken, [limits(1_000)])


@pytest.mark.parametrize(
    ("original", "mime", "file"),
    [
        ("talk.pdf#page=3", "image/webp", "talk-3.webp"),
        ("talk.pdf", "image/png", "talk.png"),
        ("a.jpeg", "image/jpeg", "a.jpeg"),
        ("figures/a.b/c", "image/jpeg", "figures/a.b/c.jpg"),
        ("A.PNG", "image/png", "A.PNG"),
        ("A.PNG", "image/webp", "A.webp"),
    ],
)
def test_a_fitted_file_has_the_ending_of_its_type(original: str, mime: str, file: str) -> None:
    assert fit.file(original, mime) == file
