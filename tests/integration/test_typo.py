"""A typo found when one account has its thread and another has not begun: it is corrected there,
and what is out stays as it was; on both databases.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.config import Series
from bot.context import Context
from bot.core import errors
from bot.core.collage import Collage
from bot.core.collage import State as CollageState
from bot.core.delivery import Delivery, State
from bot.core.errors import BadInput, NotAllowed
from bot.deciding import accounts, candidates, queue_changes, resolve
from bot.deciding.queue_changes import Edited
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures import read
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import StoppedClock, make_context, png, write_item
from tests.integration.test_deliver import Scripted, fails

pytestmark = pytest.mark.slow_on_postgresql

TWO = "".join(
    f'[accounts.{name}]\nnetwork = "outbox"\nfolder = "{name}"\n' for name in ("first", "second")
)


@pytest.fixture
def second() -> Scripted:
    return Scripted()


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, clock: StoppedClock, second: Scripted
) -> Iterator[Context]:
    """Two accounts; the second is held when the slot comes, so that only the first posts."""
    made = make_context(tmp_path / "bot", TWO, clock, database_url)
    networks = {"first": Scripted(), "second": second}
    made = replace(made, publishers=networks, who="tester")
    tick.tick(made)
    item = accept.from_file(write_item(made.config.folder, "barlow"))
    accept.take(made, made.config.series["mlcollage"], [item])
    accounts.hold(made, "second", "a doubt")
    clock.go(days=2, hours=6)
    tick.tick(made)
    yield made
    made.database.close()


@pytest.fixture
def series(context: Context) -> Series:
    return context.config.series["mlcollage"]


def collage(context: Context) -> Collage:
    with context.read() as work:
        return work.queue.get("mlcollage", "barlow")


def threads(context: Context) -> dict[str, Delivery]:
    with context.read() as work:
        return {one.account: one for one in work.deliveries.of_collage(collage(context).id)}


def text(context: Context, account: str) -> str:
    with context.read() as work:
        return "\n".join(part.text for part in work.parts.of(threads(context)[account].id))


def edit(context: Context, series: Series, **changes: object) -> Edited:
    before = collage(context)
    item = replace(before, **changes)  # type: ignore[arg-type]
    return queue_changes.edit(context, series, before, Arrival(item))


def test_a_typo_is_corrected_where_nothing_has_begun(
    context: Context, series: Series, second: Scripted
) -> None:
    assert collage(context).state is CollageState.POSTED
    edited = edit(context, series, paragraph="Correct now.")
    assert [thread.account for thread in edited.out] == ["first"]
    assert [thread.account for thread in edited.open] == ["second"]
    assert edited.frozen == ()
    now = collage(context)
    assert (now.state, now.number, now.paragraph) == (CollageState.POSTED, 1, "Correct now.")
    accounts.release(context, "second")
    tick.tick(context)
    assert second.out == [1, 2]
    assert "Correct now." in text(context, "second")
    assert "Correct now." not in text(context, "first")
    assert "barlow says one thing." in text(context, "first")


def test_a_preview_shows_what_is_out_as_it_is_out(context: Context, series: Series) -> None:
    large = read.check(png(size=(9_000, 4)), "large.png")
    before = collage(context)
    item = replace(before, paragraph="Correct now.")
    queue_changes.edit(context, series, before, Arrival(item, large))
    _, [first, second] = candidates.preview(context, series, collage(context), series.accounts)
    assert first.standing.startswith("out: ")
    assert "\n".join(part.text for part in first.parts) == text(context, "first")
    assert "barlow says one thing." in first.parts[0].text
    assert first.problems == ()
    assert second.standing == ""
    assert "Correct now." in second.parts[0].text
    [problem] = second.problems
    assert problem.startswith("barlow for second: its picture large.png has 9,000 × 4 pixels")


def test_the_log_says_who_corrected_it(context: Context, series: Series) -> None:
    edit(context, series, alt="A corrected slide.")
    with context.read() as work:
        [newest, *_] = work.log.changes("mlcollage/barlow")
    assert (newest.who, newest.what) == ("tester", "edit")


def test_title_picture_and_alt_text_may_be_corrected_and_the_name_stays(
    context: Context, series: Series, second: Scripted
) -> None:
    before = collage(context)
    picture = read.check(png("red"), "own.png")
    item = replace(before, paper=replace(before.paper, title="Barlow Twins"), alt="Twins.")
    queue_changes.edit(context, series, before, Arrival(item, picture))
    with pytest.raises(BadInput, match="barlow is posted, and its name stays"):
        edit(context, series, name="twins")
    accounts.release(context, "second")
    tick.tick(context)
    with context.read() as work:
        first_part = work.parts.of(threads(context)["second"].id)[0]
    assert "‘Barlow Twins’" in first_part.text
    assert first_part.image
    assert (first_part.image.sha256, first_part.image.alt) == (picture.picture.sha256, "Twins.")


def test_what_every_account_has_stays_as_it_was_and_the_collage_is_corrected_for_its_page(
    context: Context, series: Series, second: Scripted
) -> None:
    accounts.release(context, "second")
    tick.tick(context)
    edited = edit(context, series, paragraph="Correct now.")
    assert {thread.account for thread in edited.out} == {"first", "second"}
    assert collage(context).paragraph == "Correct now."
    tick.tick(context)
    assert second.out == [1, 2]
    assert "barlow says one thing." in text(context, "second")


def test_a_thread_that_was_tried_goes_on_as_it_was(
    context: Context, series: Series, second: Scripted, clock: StoppedClock
) -> None:
    second.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))}
    accounts.release(context, "second")
    tick.tick(context)
    assert threads(context)["second"].begun
    edited = edit(context, series, paragraph="Too late.")
    assert [thread.account for thread in edited.frozen] == ["second"]
    assert "barlow says one thing." in text(context, "second")


def test_a_thread_that_is_being_sent_is_not_changed_under_its_worker(
    context: Context, series: Series
) -> None:
    with context.write() as work:
        mine = tables.deliveries.c.id == threads(context)["second"].id
        work.conn.execute(update(tables.deliveries).where(mine).values(state="sending"))
    with pytest.raises(NotAllowed, match="barlow is just being sent to second"):
        edit(context, series, paragraph="Too late.")


def test_no_worker_claims_a_thread_while_its_collage_is_corrected(
    context: Context, series: Series, second: Scripted
) -> None:
    accounts.release(context, "second")
    before = collage(context)
    claimed = threading.Event()

    def run() -> None:
        tick.tick(context)
        claimed.set()

    with context.write() as work:
        assert [one.account for one in work.deliveries.not_begun(before.id)] == ["second"]
        worker = threading.Thread(target=run)
        worker.start()
        claimed.wait(0.5)
        assert second.out == []
        changed = replace(before, paragraph="Correct now.")
        work.queue.correct(before, changed, before.picture)
    worker.join()
    tick.tick(context)
    assert second.out == [1, 2]
    assert "Correct now." in text(context, "second")


def test_what_failed_before_it_began_is_corrected_and_tried_again(
    context: Context, series: Series, second: Scripted
) -> None:
    with context.write() as work:
        work.conn.execute(update(tables.collages).values(alt=""))
    accounts.release(context, "second")
    tick.tick(context)
    assert threads(context)["second"].state is State.FAILED
    edited = edit(context, series, alt="A white slide.")
    [thread] = edited.open
    with context.read() as work:
        entry = work.lookup.entry(thread.id)
    resolve.retry(context, entry)
    tick.tick(context)
    assert (second.out, threads(context)["second"].state) == ([1, 2], State.SENT)


def test_a_correction_must_not_take_anything_away(context: Context, series: Series) -> None:
    with pytest.raises(BadInput, match="barlow is posted, and must not lack alt text"):
        edit(context, series, alt="")


def test_only_the_accounts_that_are_to_come_are_asked(context: Context, series: Series) -> None:
    with context.read() as work:
        known = work.parts.of(threads(context)["first"].id)[0].text
    edited = edit(context, series, thread=(known, "Two."))
    assert edited.taken.problems == ()
    edited = edit(context, series, thread=("#mlcollage " + "x" * 280, "Two."))
    [problem] = edited.taken.problems
    assert problem.startswith("barlow for second: part 1 has 291 of 280 characters")


def test_an_account_that_is_gone_from_the_configuration_stops_no_correction(
    context: Context, series: Series
) -> None:
    alone = replace(context, publishers={"first": context.publishers["first"]})
    before = collage(context)
    changed = replace(before, paragraph="Correct now.")
    edited = queue_changes.edit(alone, series, before, Arrival(changed))
    assert [thread.account for thread in edited.open] == ["second"]
    assert collage(context).paragraph == "Correct now."


def test_an_edit_of_what_waits_everywhere_goes_out_as_edited(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    accounts.hold(context, "first")
    accept.take(context, series, [accept.from_file(write_item(context.config.folder, "moco"))])
    clock.go(days=7)
    tick.tick(context)
    with context.read() as work:
        moco = work.queue.get("mlcollage", "moco")
    assert moco.state is CollageState.CLAIMED
    changed = replace(moco, paragraph="Correct now.")
    edited = queue_changes.edit(context, series, moco, Arrival(changed))
    assert [thread.account for thread in edited.open] == ["first", "second"]
    assert (edited.frozen, edited.out) == ((), ())
