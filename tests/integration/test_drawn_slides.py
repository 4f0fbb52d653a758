"""A drawn slide and its alt text carry the number, the citation and the language of their thread,
whatever was moved, held, skipped or edited since; on both databases.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.composing import slides
from bot.composing.composed import ComposedThread
from bot.config import Series
from bot.context import Context
from bot.core.calendar import Course
from bot.core.collage import Collage, State
from bot.core.delivery import Image
from bot.deciding import candidates, queue_changes
from bot.deciding.queue_changes import Place, Where
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures import read, typeset
from bot.scheduling import pauses, tick
from bot.watching import briefing
from tests.conftest import StoppedClock, make_context, png, write_item
from tests.slides import figure

pytestmark = pytest.mark.slow_on_postgresql

SLOT = datetime(2021, 8, 4, 15, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def context(tmp_path: Path, clock: StoppedClock, database_url: str) -> Iterator[Context]:
    made = make_context(tmp_path / "bot", clock=clock, url=database_url)
    tick.tick(made)
    yield made
    made.database.close()


@pytest.fixture
def series(context: Context) -> Series:
    return context.config.series["mlcollage"]


def add(context: Context, *names: str) -> None:
    """Add items without pictures, with slides drawn for the numbers they would get."""
    series = context.config.series["mlcollage"]
    files = [write_item(context.config.folder, name, picture=None, alt=None) for name in names]
    for file in files:
        file.with_suffix(".png").unlink()
    arrivals = [accept.from_file(file) for file in files]
    numbers = accept.coming_numbers(context, series, arrivals)
    accept.take(context, series, accept.drawn(context, series, arrivals, numbers))


def test_an_alt_text_that_somebody_wrote_stays_when_a_slide_is_drawn(
    context: Context, series: Series
) -> None:
    file = write_item(context.config.folder, "own", picture=None, alt='"My alt."')
    file.with_suffix(".png").unlink()
    arrivals = accept.drawn(context, series, [accept.from_file(file)], ["1/52"])
    [taken] = accept.take(context, series, arrivals)
    assert (taken.collage.alt, taken.collage.picture_is_drawn) == ("My alt.", True)
    assert image(shown(context, "own")).alt == "My alt."
    edited = queue_changes.drawn(context, series, taken.collage)
    assert edited.item.alt == alt("own", "1/52")


def collage(context: Context, name: str) -> Collage:
    with context.read() as work:
        return work.queue.get("mlcollage", name)


def shown(context: Context, name: str) -> ComposedThread:
    """A collage's thread as `preview` shows it."""
    series = context.config.series["mlcollage"]
    item = collage(context, name)
    _, [thread] = candidates.preview(context, series, item, series.accounts)
    assert thread.problems == ()
    return thread


def image(thread: ComposedThread) -> Image:
    first = thread.parts[0].image
    assert first
    return first


def alt(name: str, number: str) -> str:
    title = f"The {name} paper"
    return f"Slide on the paper ‘{title}’ by Lovelace et al. (2021), ML-Collage {number}."


def sent(context: Context, name: str) -> tuple[str, str, str]:
    """The number a thread in the outbox has, its alt text, and its picture's hash."""
    [place] = (context.config.folder / "outbox/rehearsal").glob(f"*-{name}")
    described = json.loads((place / "thread.json").read_text(encoding="utf-8"))
    picture = described["parts"][0]["picture"]
    data = (place / picture["file"]).read_bytes()
    return described["number"], picture["alt"], hashlib.sha256(data).hexdigest()


def test_what_was_moved_shows_and_sends_its_new_number(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one", "two")
    assert collage(context, "two").alt == alt("two", "2/52")
    queue_changes.move(context, series, "two", Place(Where.FIRST))
    previewed = image(shown(context, "two"))
    assert previewed.alt == alt("two", "1/52")
    assert image(shown(context, "one")).alt == alt("one", "2/52")
    clock.at = SLOT
    tick.tick(context)
    assert sent(context, "two") == (1, alt("two", "1/52"), previewed.sha256)
    stored = collage(context, "two")
    assert stored.picture
    assert (stored.alt, stored.picture.sha256) == (previewed.alt, previewed.sha256)


def test_what_moved_up_because_another_was_held_carries_its_new_number(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one", "two", "three")
    queue_changes.hold(context, series, "one")
    previewed = image(shown(context, "two"))
    clock.at = SLOT
    tick.tick(context)
    assert sent(context, "two") == (1, alt("two", "1/52"), previewed.sha256)
    queue_changes.release(context, series, "one")
    clock.at += WEEK
    tick.tick(context)
    assert sent(context, "one")[:2] == (2, alt("one", "2/52"))


def test_a_slot_of_the_new_year_begins_to_count_anew(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    clock.at = datetime(2021, 12, 20, tzinfo=UTC)
    with context.write() as work:
        work.series.follow("mlcollage", Course.begun(series.calendar, clock.at))
    add(context, "one", "two")
    assert collage(context, "two").alt == alt("two", "2/52")
    for day in (22, 29):
        pauses.skip(context, series, clock.at.date().replace(day=day))
    assert image(shown(context, "one")).alt == alt("one", "1/52")
    clock.at = datetime(2022, 1, 5, 15, tzinfo=UTC)
    tick.tick(context)
    clock.at += WEEK
    tick.tick(context)
    assert sent(context, "two")[:2] == (2, alt("two", "2/52"))


def test_what_is_posted_out_of_turn_carries_the_number_it_takes(
    context: Context, series: Series
) -> None:
    add(context, "one", "two")
    tick.post_now(context, series, collage(context, "two"))
    context.clock.wait_until(context.clock.now() + timedelta(seconds=1))
    tick.tick(context)
    assert sent(context, "two")[:2] == (1, alt("two", "1/52"))
    assert image(shown(context, "one")).alt == alt("one", "2/52")


def test_the_briefing_has_the_alt_text_that_goes_out_and_all_is_well(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one", "two")
    queue_changes.move(context, series, "two", Place(Where.FIRST))
    clock.at = SLOT - timedelta(hours=20)
    briefing.give(context)
    [brief] = [notice for notice in tick.unheard(context) if notice.kind == "brief"]
    assert brief.text.endswith("all is well.")
    with context.read() as work:
        [listed] = [one for one in work.notices.listed(everything=True) if one.kind == "brief"]
    assert listed.text == brief.text


def test_a_new_title_is_drawn_at_once(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one")
    before = collage(context, "one")
    edited = replace(before, paper=replace(before.paper, title="Another title", authors=("A B",)))
    queue_changes.edit(context, series, before, Arrival(edited))
    now = collage(context, "one")
    said = "Slide on the paper ‘Another title’ by B (2021), ML-Collage 1/52."
    assert now.alt == said
    assert now.picture != before.picture
    clock.at = SLOT
    tick.tick(context)
    assert sent(context, "one")[1] == said


def test_an_alt_text_that_somebody_wrote_stays_while_the_slide_is_drawn_again(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one", "two")
    before = collage(context, "two")
    written = replace(before, alt="A slide with ML-Collage 2/52 on it.")
    queue_changes.edit(context, series, before, Arrival(written))
    queue_changes.move(context, series, "two", Place(Where.FIRST))
    thread = shown(context, "two")
    assert image(thread).alt == written.alt
    assert image(thread).sha256 != (before.picture and before.picture.sha256)
    assert thread.all_cautions == [
        "part 1: the alt text, and so perhaps the picture, says 2/52; the thread says 1/52"
    ]
    clock.at = SLOT
    briefing.give(replace(context, clock=StoppedClock(SLOT - timedelta(hours=20))))
    [brief] = [notice for notice in tick.unheard(context) if notice.kind == "brief"]
    assert brief.text.endswith(
        "two [1/52] goes to outbox; careful: part 1: the alt text, and so perhaps the picture, "
        "says 2/52; the thread says 1/52."
    )
    assert brief.is_trouble


def test_a_picture_that_somebody_made_is_never_drawn_over(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one")
    before = collage(context, "one")
    own = read.check(png("red"), "own.png")
    queue_changes.edit(context, series, before, Arrival(before, own))
    now = collage(context, "one")
    assert (now.picture_is_drawn, now.alt_is_drawn) == (False, False)
    assert now.picture == own.picture
    clock.at = SLOT
    tick.tick(context)
    assert sent(context, "one") == (1, before.alt, own.picture.sha256)


def test_a_slide_drawn_by_an_edit_follows_the_number_as_well(
    context: Context, series: Series
) -> None:
    file = write_item(context.config.folder, "made")
    accept.take(context, series, [accept.from_file(file)])
    item = collage(context, "made")
    arrival = queue_changes.drawn(context, series, item)
    retitled = replace(arrival.item, paper=replace(item.paper, title="Another title"))
    queue_changes.edit(context, series, item, replace(arrival, item=retitled))
    now = collage(context, "made")
    assert (now.picture_is_drawn, now.alt_is_drawn) == (True, True)
    assert "‘Another title’" in now.alt
    add(context, "first")
    queue_changes.move(context, series, "first", Place(Where.FIRST))
    assert image(shown(context, "made")).alt.endswith("ML-Collage 2/52.")


def test_the_slide_speaks_the_language_and_the_form_of_numbers_of_its_series(
    tmp_path: Path, clock: StoppedClock
) -> None:
    folder = tmp_path / "bot"
    english = make_context(folder, clock=clock)
    tick.tick(english)
    add(english, "one")
    english.database.close()
    settings = (
        '[series.mlcollage]\nlanguage = "de"\ntitle = "Collagen"\n'
        '[series.mlcollage.numbering]\nformat = "Nr. {n}"\n'
    )
    german = make_context(folder, settings, clock)
    said = "Folie zum Paper „The one paper“ von Lovelace et al. (2021), "
    said += "Collagen Nr. 1."
    assert image(shown(german, "one")).alt == said
    clock.at = SLOT
    tick.tick(german)
    assert sent(german, "one")[1] == said
    german.database.close()


def test_a_collage_that_went_back_to_the_queue_is_drawn_for_its_next_slot(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one", "two")
    (context.config.folder / "outbox").write_text("in the way", encoding="utf-8")
    clock.at = SLOT
    tick.tick(context)
    assert collage(context, "one").state is State.CLAIMED
    with context.read() as work:
        [waiting] = work.deliveries.of_collage(collage(context, "one").id)
    with context.write() as work:
        work.deliveries.move(waiting, waiting.state.FAILED)
        assert work.deliveries.give_back(collage(context, "one").id, "cancelled")
    (context.config.folder / "outbox").unlink()
    clock.at += WEEK
    tick.tick(context)
    assert sent(context, "two")[:2] == (1, alt("two", "1/52"))
    queue_changes.release(context, series, "one")
    assert image(shown(context, "one")).alt == alt("one", "2/52")


def test_what_no_font_shows_is_a_caution(context: Context, series: Series) -> None:
    add(context, "one")
    item = collage(context, "one")
    strange = "\U00010348\U00010349"
    edited = replace(item, paper=replace(item.paper, title=f"{strange} BERT"))
    queue_changes.edit(context, series, item, Arrival(edited))
    thread = shown(context, "one")
    if thread.unshown:
        assert thread.all_cautions == [
            f"part 1: no font here shows {strange}; install a font that has them"
        ]


def add_with_figures(context: Context, name: str) -> None:
    """Add an item with two figures on its slide, drawn for the number it would get."""
    series = context.config.series["mlcollage"]
    file = write_item(context.config.folder, name, picture=None, alt=None)
    file.with_suffix(".png").unlink()
    for place in range(2):
        (context.config.folder / f"{place}.png").write_bytes(figure(place))
    more = '\n[slide]\nfigures = ["0.png", "1.png"]\ntakeaways = ["It scales."]\n+++\n'
    text = file.read_text(encoding="utf-8")
    file.write_text(more.join(text.rsplit("\n+++\n", 1)), encoding="utf-8")
    arrivals = accept.with_slides(
        context, series, [accept.from_file(file)], draft=False, every=False
    )
    accept.take(context, series, arrivals)


def test_a_slide_with_figures_is_drawn_again_from_what_the_database_has(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one")
    add_with_figures(context, "two")
    for file in context.config.folder.glob("*.png"):
        file.unlink()
    before = collage(context, "two")
    assert [figure.file for figure in before.slide.figures] == ["0.png", "1.png"]
    queue_changes.move(context, series, "two", Place(Where.FIRST))
    previewed = image(shown(context, "two"))
    assert before.picture
    assert previewed.sha256 != before.picture.sha256
    clock.at = SLOT
    tick.tick(context)
    assert sent(context, "two")[::2] == (1, previewed.sha256)
    stored = collage(context, "two")
    assert stored.slide == before.slide
    assert stored.slide.drawn != before.slide.drawn


def test_a_slide_that_shows_what_it_would_show_is_not_drawn_again(
    context: Context, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_with_figures(context, "one")
    item = collage(context, "one")
    monkeypatch.setattr("bot.pictures.typeset.render", None)
    drawn = slides.with_number(context, series, item, 1)
    assert (drawn.item, drawn.picture) == (item, None)
    assert image(shown(context, "one")).sha256 == (item.picture and item.picture.sha256)


def test_a_slide_of_an_older_version_is_drawn_anew(context: Context, series: Series) -> None:
    add(context, "one")
    item = collage(context, "one")
    old = replace(item, slide=replace(item.slide, drawn=""))
    drawn = slides.with_number(context, series, old, 1)
    assert drawn.picture
    assert drawn.item.slide.drawn == item.slide.drawn


def test_a_slide_that_cannot_be_drawn_holds_its_collage_and_the_next_one_goes_out(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "one", "two")
    file = write_item(context.config.folder, "three")
    accept.take(context, series, [accept.from_file(file)])
    own = context.config.templates / "slide/collage.typ"
    own.parent.mkdir(parents=True)
    own.write_text("#nonsense", encoding="utf-8")
    clock.at = SLOT
    tick.tick(context)
    said = f"Template {own}, line 1: unknown variable: nonsense."
    for name in ("one", "two"):
        held = collage(context, name)
        assert (held.state, held.note) == (State.HELD, said)
    assert sent(context, "three")[0] == 1


def test_a_slide_waits_where_no_process_can_be_started(
    context: Context, series: Series, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(context, "one", "two")
    queue_changes.move(context, series, "two", Place(Where.FIRST))
    typeset._process.cache_clear()
    typeset._kept.clear()
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    clock.at = SLOT
    tick.tick(context)
    assert collage(context, "two").state is State.READY
    monkeypatch.undo()
    typeset._process.cache_clear()
    clock.at += timedelta(minutes=1)
    tick.tick(context)
    assert sent(context, "two")[0] == 1
