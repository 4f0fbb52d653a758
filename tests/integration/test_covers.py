"""The cover of a roundup: what it shows, when it is made again, and what stands in for it."""

import hashlib
import io
import json
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.composing import covers, templates
from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer
from bot.composing.covers import Shown
from bot.config import Series
from bot.context import Context
from bot.core import month
from bot.core.collage import Collage, Picture, State
from bot.core.month import Roundup
from bot.core.notices.entry import Kind
from bot.core.paper import Paper
from bot.deciding import exports, preview
from bot.pictures import read
from bot.roundups import advance, corrections, site
from bot.site import pages
from tests.conftest import ROOT, StoppedClock, make_context, png, threads_out
from tests.e2e.process import ENVIRONMENT
from tests.integration.test_tick import Bot, berlin, one

BOX = tuple[int, int, int, int]
COLOURS = (
    *("#b02a2a", "#2ab02a", "#2a2ab0", "#b0b02a", "#b02ab0"),
    *("#2ab0b0", "#777777", "#e08030", "#3080e0", "#111111", "#999933", "#339999"),
)


def collage(number: int, data: bytes, **more: object) -> Collage:
    drawn = read.drawn(data, f"paper-{number}.png").picture
    return Collage(
        id=number,
        series="mlcollage",
        state=State.POSTED,
        position=number,
        name=f"paper-{number}",
        paper=Paper(f"Paper {number}", ("Ada Example",), year=2021),
        picture=drawn,
        **more,  # type: ignore[arg-type]
    )


def roundup(title: str = "Papers to Read in September 2021") -> Roundup:
    return Roundup(
        id=1,
        series="mlcollage",
        title_month="2021-09",
        title=title,
        slug="papers",
        state=month.State.DUE,
        due_at=datetime(2021, 8, 31, 18, tzinfo=UTC),
    )


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    made = make_context(tmp_path)
    with closing(made.database):
        yield made


Shape = tuple[int, int]


def shown(series: Series, shapes: list[Shape]) -> tuple[Shown, Callable[[Picture], bytes]]:
    """Collages whose pictures have these shapes and a colour each."""
    pictures = [png(COLOURS[at], shape) for at, shape in enumerate(shapes)]
    by_hash = {hashlib.sha256(data).hexdigest(): data for data in pictures}
    items = [collage(number, data) for number, data in enumerate(pictures, 1)]
    return Shown(series, roundup(), items), lambda picture: by_hash[picture.sha256]


def box_of(image: Image.Image, colour: str) -> BOX | None:
    """Where that colour is, and nothing much else, in a picture."""
    plain = Image.new("RGB", image.size, colour)
    near = ImageChops.difference(image, plain).convert("L").point(lambda value: value < 3 and 255)
    return near.getbbox()


WIDE, TALL, SQUARE = (320, 180), (180, 320), (240, 240)


@pytest.mark.parametrize("count", range(1, 11))
def test_a_cover_shows_up_to_nine_collages_whole_and_apart_and_counts_the_others(
    context: Context, count: int
) -> None:
    series = context.config.series["mlcollage"]
    what, bytes_of = shown(series, [WIDE] * count)
    page = covers.cover_page(context.config, what, bytes_of)
    assert page.size == (2400, 1350)
    image = Image.open(io.BytesIO(page.png)).convert("RGB")
    boxes = [box_of(image, colour) for colour in COLOURS[:count]]
    found = [box for box in boxes if box]
    assert len(found) == min(count, 9)
    rows = page.facts["grid"]["rows"]
    assert sum(rows) == count
    assert max(rows) - min(rows) <= 1
    for left, top, right, bottom in found:
        assert (right - left) / (bottom - top) == pytest.approx(16 / 9, rel=0.02)
        assert (right - left) > 2400 * 0.18
        assert 0 < left < right < 2400
        assert 0 < top < bottom < 1350
    for at, box in enumerate(found):
        assert not any(overlaps(box, other) for other in found[at + 1 :])


def overlaps(one: BOX, other: BOX) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def test_alt_texts_name_the_nine_that_are_seen_and_count_the_others(context: Context) -> None:
    """Thirty-eight collages are out, and one of an old article has no picture."""
    series = context.config.series["mlcollage"]
    data = png(COLOURS[0], WIDE)
    items = [collage(number, data) for number in range(1, 40)]
    items[1] = replace(items[1], picture=None)
    named = "; ".join(f"‘Paper {at}’, Example (2021)" for at in (1, *range(3, 11)))
    opening = "Cover of the roundup ‘Papers to Read in September 2021’, ML-Collage."
    expected = f"{opening} It shows the collages of {named}; and 29 more."
    sha256 = hashlib.sha256(data).hexdigest()
    edition = pages.Edition(roundup(), items, {sha256: data}, cover=data, card=data)
    page = pages.roundup_context(series, edition)
    assert page["cover"]["alt"] == expected
    cover = items[0].picture
    assert cover
    with context.write() as work:
        work.pictures.put(cover, data)
    thread = Composer.of(context, "mlcollage", "outbox").roundup_shown(roundup(), items, cover)
    assert thread.parts[0].image
    assert thread.parts[0].image.alt == expected
    assert page["image"]["alt"].endswith("‘Paper 10’, Example (2021); and 29 more.")
    assert len(page["image"]["alt"]) <= pages.CARD_ALT


@pytest.mark.parametrize("shapes", [[TALL] * 3, [WIDE, TALL, SQUARE, WIDE], [(900, 100)] * 2])
def test_no_picture_on_a_cover_is_distorted(context: Context, shapes: list[Shape]) -> None:
    series = context.config.series["mlcollage"]
    what, bytes_of = shown(series, shapes)
    image = Image.open(io.BytesIO(covers.cover_page(context.config, what, bytes_of).png))
    for (width, height), colour in zip(shapes, COLOURS, strict=False):
        box = box_of(image.convert("RGB"), colour)
        assert box
        assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(width / height, rel=0.03)


def test_the_same_roundup_has_the_same_cover_to_the_byte(context: Context) -> None:
    what, bytes_of = shown(context.config.series["mlcollage"], [WIDE, WIDE])
    first = covers.cover_page(context.config, what, bytes_of)
    covers.typeset._kept.clear()
    assert covers.cover_page(context.config, what, bytes_of).png == first.png
    assert first.cut == ()


def test_a_card_has_the_size_that_links_are_shown_in(context: Context) -> None:
    what, bytes_of = shown(context.config.series["mlcollage"], [WIDE] * 4)
    assert covers.card_page(context.config, what, bytes_of).size == (1200, 630)


@pytest.mark.parametrize(
    ("settings", "language"),
    [
        ('language = "zh"\n', "zh"),
        ('language = "de"\n[series.mlcollage.slide]\ntheme = "night"', ""),
    ],
)
def test_a_cover_has_the_series_look_and_language(
    tmp_path: Path, settings: str, language: str
) -> None:
    context = make_context(tmp_path, f"live = false\n[series.mlcollage]\n{settings}\n")
    series = context.config.series["mlcollage"]
    what, bytes_of = shown(series, [WIDE])
    title = month.title(series.roundup, "2021-09", 1, series.words)
    page = covers.cover_page(context.config, what._replace(roundup=roundup(title)), bytes_of)
    assert page.cut == ()
    panel = Image.open(io.BytesIO(page.png)).convert("RGB").crop((0, 0, 30, 30))
    brightness = ImageStat.Stat(panel.convert("L")).mean[0]
    assert (brightness < 128) == (language == "zh")
    context.database.close()


@pytest.mark.parametrize(
    "title", ["3 Deep Learning Papers to Read in سبتمبر 2021", "3 أوراق في التعلم: Deep (2021)!"]
)
def test_a_title_is_set_the_way_it_is_written_whatever_the_series_language(
    tmp_path: Path, title: str
) -> None:
    panels = []
    for language in ("en", "ar"):
        settings = f'live = false\n[series.mlcollage]\nlanguage = "{language}"\n'
        (tmp_path / language).mkdir()
        context = make_context(tmp_path / language, settings)
        what, bytes_of = shown(context.config.series["mlcollage"], [WIDE])
        page = covers.cover_page(context.config, what._replace(roundup=roundup(title)), bytes_of)
        panels.append(Image.open(io.BytesIO(page.png)).convert("RGB").crop((0, 0, 740, 1350)))
        context.database.close()
    assert ImageChops.difference(*panels).getbbox() is None


def test_what_a_title_says_is_never_markup(context: Context) -> None:
    what, bytes_of = shown(context.config.series["mlcollage"], [WIDE])
    hostile = r'#read("/etc/passwd") *A* @b <c> [d] \ #include "x" $a$'
    page = covers.cover_page(context.config, what._replace(roundup=roundup(hostile)), bytes_of)
    assert page.size == (2400, 1350)


NAMES = ("barlow", "moco", "byol")


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    made = Bot(tmp_path, database_url).start().add(*NAMES)
    yield made
    made.stop()


def september(bot: Bot) -> Roundup:
    with bot.running.read() as work:
        return work.roundups.get("mlcollage", "2021-09")


def thread_of_roundup(bot: Bot) -> tuple[bytes, str]:
    """The picture and the alt text of the only thread of a roundup in the outbox."""
    (folder,) = [place for place in threads_out(bot.folder) if "roundup" in place.name]
    first = json.loads((folder / "thread.json").read_text())["parts"][0]
    return (folder / first["picture"]["file"]).read_bytes(), first["picture"]["alt"]


ALT = (
    "Cover of the roundup ‘Three Deep Learning Papers to Read in September 2021’, ML-Collage. It "
    "shows the collages of ‘The barlow paper’, Lovelace et al. (2021); ‘The moco paper’, Lovelace "
    "et al. (2021); ‘The byol paper’, Lovelace et al. (2021)."
)


def test_the_roundups_thread_begins_with_its_cover_which_its_page_shows_too(bot: Bot) -> None:
    heard = bot.play("2021-09-01 12:00")
    assert one(Kind.ROUNDUP, heard)
    data, alt = thread_of_roundup(bot)
    assert Image.open(io.BytesIO(data)).size == (2400, 1350)
    assert alt == ALT
    folder = bot.folder / "site" / september(bot).slug
    assert (folder / pages.COVER).read_bytes() == data
    card_of_page = (folder / pages.CARD).read_bytes()
    assert Image.open(io.BytesIO(card_of_page)).size == (1200, 630)
    page = (folder / "index.html").read_text(encoding="utf-8")
    widths = r' srcset="roundup_cover_\d+\.\w+ 480w, [^"]*" sizes="[^"]*"'
    rest = re.escape(f'alt="{ALT}" width="2400" height="1350">')
    assert re.search(f'<img src="{pages.COVER}"{widths} {rest}', page)
    card = f"https://example.org/mlcollage/{folder.name}/{pages.CARD}"
    assert f'<meta property="og:image" content="{card}">' in page
    assert f'<meta name="twitter:image" content="{card}">' in page
    assert '<meta property="og:image:width" content="1200">' in page
    assert '<meta property="og:image:height" content="630">' in page
    assert '<meta name="twitter:card" content="summary_large_image">' in page


def rendered(bot: Bot) -> Roundup:
    """Play up to the moment at which the roundup is due, and render it, no further."""
    bot.play("2021-08-31 17:00")
    bot.clock.at = berlin("2021-08-31 18:00")
    series = bot.series()
    with bot.running.read() as work:
        course = work.series.get("mlcollage").course(series.calendar, bot.clock.now())
    assert advance.settle(bot.running, series, next(course.roundups()))
    site.render(bot.running, series, september(bot))
    return september(bot)


def cover_of(bot: Bot) -> Picture | None:
    with bot.running.read() as work:
        there = work.roundups.cover(september(bot))
    return there.picture if there else None


def correct(bot: Bot, name: str) -> None:
    """Give a posted collage another picture, as an import of pictures does."""
    new = read.drawn(png("#123456", (64, 36)), f"{name}.png")
    with bot.running.write() as work:
        work.pictures.put(new.picture, new.data)
        item = work.queue.get("mlcollage", name)
        work.queue.correct(item, item, new.picture)


def cover_of_page(bot: Bot) -> bytes:
    return (bot.folder / "site" / september(bot).slug / pages.COVER).read_bytes()


def as_drawn_now(bot: Bot) -> bytes:
    """The roundup's cover, drawn of what the database holds."""
    roundup = september(bot)
    with bot.running.read() as work:
        items = work.roundups.holds(roundup)
    return covers.cover(bot.running, Shown(bot.series(), roundup, items)).data


def alt_of_page(bot: Bot) -> str:
    page = bot.folder / "site" / september(bot).slug / "index.html"
    found = re.search(f'<img src="{pages.COVER}"[^>]* alt="([^"]*)"', page.read_text("utf-8"))
    assert found
    return found[1]


def test_what_is_corrected_before_the_thread_goes_out_is_on_its_cover_and_later_on_its_pages_alone(
    bot: Bot,
) -> None:
    rendered(bot)
    before = cover_of(bot)
    assert before
    correct(bot, "moco")
    bot.play("2021-08-31 19:00")
    after = cover_of(bot)
    assert after
    assert after != before
    data, alt = thread_of_roundup(bot)
    assert hashlib.sha256(data).hexdigest() == after.sha256
    assert cover_of_page(bot) == data
    correct(bot, "byol")
    bot.tick("2021-09-01 09:00")
    assert cover_of_page(bot) == as_drawn_now(bot)
    assert cover_of_page(bot) != data
    assert thread_of_roundup(bot) == (data, alt)


NEW_TITLE = "Three Papers That Stayed"


def retitle(bot: Bot) -> None:
    corrections.edit(bot.running, bot.series(), "2021-09", NEW_TITLE, None)


def test_another_title_before_the_thread_goes_out_is_on_its_cover(bot: Bot) -> None:
    made = rendered(bot)
    with bot.running.write() as work:
        work.roundups.advance(made, month.State.RENDERED)
    old = cover_of_page(bot)
    retitle(bot)
    bot.play("2021-08-31 19:00")
    data, alt = thread_of_roundup(bot)
    assert NEW_TITLE in alt
    assert data == cover_of_page(bot) == as_drawn_now(bot) != old
    assert NEW_TITLE in alt_of_page(bot)


def test_another_title_after_the_thread_is_out_is_on_the_pages_cover_and_nothing_is_posted(
    bot: Bot,
) -> None:
    bot.play("2021-09-01 12:00")
    posted = {name: data for name, data in bot.files().items() if "outbox" in name}
    old = thread_of_roundup(bot)
    retitle(bot)
    wanted = exports.Wanted("2021-09", "markdown")
    exported = exports.export(bot.running, bot.series(), wanted)
    [file] = [name for name in exported.files if name.endswith(pages.COVER)]
    assert (exported.folder / file).read_bytes() == as_drawn_now(bot)
    _, _, threads = preview.roundup_threads(bot.running, bot.series(), "2021-09")
    assert threads[0].pictures[1].sha256 == hashlib.sha256(as_drawn_now(bot)).hexdigest()
    bot.tick("2021-09-01 13:00")
    assert NEW_TITLE in alt_of_page(bot)
    assert cover_of_page(bot) == as_drawn_now(bot)
    assert cover_of_page(bot) != old[0]
    assert thread_of_roundup(bot) == old
    assert {name: data for name, data in bot.files().items() if "outbox" in name} == posted
    bot.tick("2021-09-01 14:00")
    assert not site.render(bot.running, bot.series(), september(bot)).changed


def test_another_look_redraws_no_cover_of_what_is_out(bot: Bot) -> None:
    bot.play("2021-09-01 12:00")
    old = cover_of_page(bot)
    bot.start('[series.mlcollage.slide]\ntheme = "night"')
    site.render(bot.running, bot.series(), september(bot))
    assert as_drawn_now(bot) != old
    assert cover_of_page(bot) == old


def test_a_new_title_that_cannot_be_drawn_takes_the_cover_off_the_page_and_this_is_told(
    bot: Bot,
) -> None:
    bot.play("2021-09-01 12:00")
    own_cover(bot.folder, "#let x = (")
    retitle(bot)
    told = one(Kind.DIFFERS, bot.tick("2021-09-01 13:00"))
    assert told.startswith("The page of the roundup 2021-09 of mlcollage has no cover: Template ")
    page = bot.folder / "site" / september(bot).slug / "index.html"
    assert pages.COVER not in page.read_text(encoding="utf-8")
    shipped = templates.shipped() / "slide" / "cover.typ"
    own_cover(bot.folder, shipped.read_text(encoding="utf-8"))
    advance.render_again(bot.running, bot.series(), september(bot))
    assert NEW_TITLE in alt_of_page(bot)
    assert cover_of_page(bot) == as_drawn_now(bot)


def test_an_unchanged_roundup_is_not_made_anew(bot: Bot) -> None:
    made = rendered(bot)
    before = {path: path.stat().st_mtime_ns for path in (bot.folder / "site").rglob("*.*")}
    covers.typeset._kept.clear()
    written = site.render(bot.running, bot.series(), made)
    assert not written.changed
    assert before == {path: path.stat().st_mtime_ns for path in (bot.folder / "site").rglob("*.*")}


def test_a_preview_shows_the_cover_that_will_be_sent_and_stores_nothing(bot: Bot) -> None:
    bot.play("2021-08-31 17:00")
    _, _, threads = preview.roundup_threads(bot.running, bot.series(), "2021-09")
    ahead = threads[0].pictures[1]
    assert threads[0].parts[0].image
    assert threads[0].parts[0].image.alt == ALT
    bot.play("2021-08-31 19:00")
    assert cover_of(bot) == ahead
    _, _, threads = preview.roundup_threads(bot.running, bot.series(), "2021-09")
    assert threads[0].pictures[1] == ahead


def test_what_a_cover_cannot_show_of_its_title_is_told_before_it_goes_out(tmp_path: Path) -> None:
    title = "{count} {papers} to Read in {month} {year} " + "and Then Some More " * 40
    settings = f'live = false\n[series.mlcollage.roundup]\ntitle = "{title}𐎀"\n'
    context = make_context(tmp_path, settings, StoppedClock(berlin("2021-08-31 17:00")))
    what, _ = shown(context.config.series["mlcollage"], [WIDE])
    with context.write() as work:
        work.pictures.put(what.items[0].picture, png(COLOURS[0], WIDE))
    named = month.title(what.series.roundup, "2021-09", 1, what.series.words)
    assert covers.cover(context, what._replace(roundup=roundup(named))).remarks == (
        "its cover has no room for all of its title, which ends with …",
        "no font here shows 𐎀 on its cover; install a font that has them",
    )
    context.database.close()


def own_cover(folder: Path, content: str) -> None:
    file = folder / "templates" / "slide" / "cover.typ"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def test_where_no_cover_can_be_made_the_first_picture_goes_out_and_this_is_told(bot: Bot) -> None:
    own_cover(bot.folder, "#let x = (")
    told = one(Kind.DIFFERS, bot.play("2021-09-01 12:00"))
    assert told.startswith(
        "The roundup 2021-09 of mlcollage has no cover, so its thread shows the picture of its "
        "first collage: Template "
    )
    assert "cover.typ, line 1" in told
    data, alt = thread_of_roundup(bot)
    assert (data, alt) == ((bot.folder / "barlow.png").read_bytes(), "A white slide about barlow.")
    page = (bot.folder / "site" / september(bot).slug / "index.html").read_text(encoding="utf-8")
    assert pages.COVER not in page
    _, _, threads = preview.roundup_threads(bot.running, bot.series(), "2021-09")
    assert threads[0].pictures[1].file == "barlow.png" or not threads[0].problems


def test_a_template_that_was_mended_in_time_gives_the_thread_its_cover(bot: Bot) -> None:
    own_cover(bot.folder, "#let x = (")
    rendered(bot)
    assert cover_of(bot) is None
    shipped = templates.shipped() / "slide" / "cover.typ"
    own_cover(bot.folder, shipped.read_text(encoding="utf-8"))
    bot.play("2021-08-31 19:00")
    assert thread_of_roundup(bot)[1] == ALT


KILLED = """
import os, signal, sys
from pathlib import Path
from bot.composing import covers
from bot.publishers.outbox import Outbox
from bot.scheduling import tick
from bot.storage.work import Pictures
from tests.integration.test_covers import resumed

def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)

place = sys.argv[2]
if place == "before the cover is stored":
    Pictures.put = die
elif place == "after the cover is stored":
    current = covers.current
    covers.current = lambda *args: (current(*args), die())
else:
    Outbox.send = die
context = resumed(Path(sys.argv[1]))
tick.tick(context)
"""


def resumed(folder: Path) -> Context:
    clock = StoppedClock(berlin("2021-08-31 18:00"))
    return make_context(folder, 'zone = "Europe/Berlin"\n', clock)


@pytest.mark.parametrize(
    "place", ["before the cover is stored", "after the cover is stored", "before it is sent"]
)
def test_a_bot_killed_on_the_way_sends_the_roundup_with_its_cover_once(
    tmp_path: Path, place: str
) -> None:
    bot = Bot(tmp_path, "").start().add(*NAMES)
    bot.play("2021-08-31 17:00")
    bot.stop()
    command = [sys.executable, "-c", KILLED, str(tmp_path), place]
    died = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    bot.start(at="2021-08-31 18:10")
    bot.play("2021-09-01 12:00")
    data, alt = thread_of_roundup(bot)
    cover = cover_of(bot)
    assert cover
    assert hashlib.sha256(data).hexdigest() == cover.sha256
    assert alt == ALT
    bot.stop()


# The link card of the roundup's thread


def composed_for_bluesky(context: Context, data: bytes, size: tuple[int, int]) -> ComposedThread:
    """The thread of a roundup whose cover is that picture."""
    what, _ = shown(context.config.series["mlcollage"], [WIDE])
    cover = read.drawn(data, "cover.png")
    assert (cover.picture.width, cover.picture.height) == size
    with context.write() as work:
        work.pictures.put(cover.picture, cover.data)
        work.pictures.put(what.items[0].picture, png(COLOURS[0], WIDE))
    made = replace(roundup(), link="https://example.org/september")
    composer = Composer.of(context, "mlcollage", "lab")
    return composer.roundup_shown(made, what.items, cover.picture)


@pytest.mark.parametrize("network", ["bluesky", "mastodon", "x"])
def test_the_card_of_a_roundup_shows_its_cover_in_at_most_a_million_bytes(
    tmp_path: Path, network: str
) -> None:
    settings = f'live = false\n[accounts.lab]\nnetwork = "outbox"\nlike = "{network}"\n'
    context = make_context(tmp_path, settings, StoppedClock(berlin("2021-08-31 17:00")))
    size = (1200, 672)
    rough = Image.frombytes("RGB", (300, 168), random.Random(1).randbytes(300 * 168 * 3))
    grain = rough.resize(size, Image.Resampling.BICUBIC)
    data = io.BytesIO()
    grain.save(data, "PNG")
    assert len(data.getvalue()) > 1_000_000
    thread = composed_for_bluesky(context, data.getvalue(), size)
    assert not thread.problems
    if network != "bluesky":
        assert thread.card is None
        context.database.close()
        return
    card = thread.card
    assert card
    assert card.image
    assert (card.position, card.url) == (len(thread.parts), "https://example.org/september")
    assert card.title == "Papers to Read in September 2021"
    assert card.description == "Paper 1"
    again = composed_for_bluesky(context, data.getvalue(), size)
    assert again.card == card
    with context.read() as work:
        stored = work.pictures.data(card.image.sha256)
    assert len(stored) <= 1_000_000
    assert hashlib.sha256(stored).hexdigest() == card.image.sha256
    context.database.close()
