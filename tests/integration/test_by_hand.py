"""Threads that a person posts by hand: laid ready once, never sent by the bot, never forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.core import lookups
from bot.core.collage import State as CollageState
from bot.core.delivery import State
from bot.core.errors import BadInput, NotAllowed
from bot.core.notices.entry import Kind
from bot.deciding import actions, deliveries, folders, inspect, queue_changes
from bot.deciding import audit as audits
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.publishers import manual
from bot.scheduling import tick
from bot.storage import backup, tables
from bot.storage.lookup import Entry
from bot.watching import audit, outstanding, watchdog
from tests import rows
from tests.conftest import StoppedClock, make_context, write_item
from tests.rows import restored

pytestmark = pytest.mark.slow_on_postgresql

SETTINGS = """live = true
[accounts.linkedin]
network = "manual"
title = "LinkedIn"
like = "mastodon"
[series.mlcollage]
slots = ["wednesday 15:00"]
lateness = "30d"
"""
URL = "https://www.linkedin.com/feed/update/urn:li:activity:7123"


class Killed(BaseException):
    """The process ends here: nothing catches it."""


@pytest.fixture
def context(tmp_path: Path, database_url: str, clock: StoppedClock) -> Iterator[Context]:
    """One ready collage, one account that a person posts to, and Wednesday's slot due."""
    made = make_context(tmp_path, SETTINGS, clock, database_url)
    tick.tick(made)
    add(made, "barlow")
    clock.go(days=2, hours=7)
    yield made
    made.database.close()


def add(context: Context, name: str) -> None:
    arrival = accept.from_file(write_item(context.config.folder, name))
    accept.take(context, context.config.series["mlcollage"], [arrival])


def entry(context: Context, delivery_id: int = 1) -> Entry:
    with context.read() as work:
        return work.lookup.entry(delivery_id)


def by_name(context: Context) -> dict[str, str]:
    """The numbers of the deliveries that are not out, by what they carry."""
    with context.read() as work:
        return {each.name: str(each.delivery.id) for each in work.lookup.listed()}


def collage(context: Context) -> CollageState:
    with context.read() as work:
        return work.queue.get("mlcollage", "barlow").state


def told(context: Context, kind: Kind) -> list[str]:
    notices = tables.notices
    statement = select(notices.c.text).where(notices.c.kind == kind).order_by(notices.c.id)
    with context.database.read() as conn:
        return list(conn.execute(statement).scalars())


def ready(context: Context) -> list[Path]:
    """The folders of threads that lie ready."""
    folder = context.config.folder / "by-hand/linkedin"
    return sorted(each for each in folder.iterdir() if each.name[:4].isdigit())


def moved(context: Context, to: str) -> list[str]:
    folder = context.config.folder / "by-hand/linkedin" / to
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


def test_at_its_slot_a_thread_lies_ready_with_texts_picture_and_alt_text_and_somebody_hears_of_it(
    context: Context,
) -> None:
    tick.tick(context)
    (place,) = ready(context)
    assert place.name == "2021-08-04-barlow"
    assert sorted(each.name for each in place.iterdir()) == [
        "1.txt", "2.txt", "alt.txt", "barlow.png", "how-to-post.txt", "thread.json",
    ]  # fmt: skip
    with context.read() as work:
        parts = work.parts.of(1, with_data=True)
    assert parts[0].image
    assert (place / "1.txt").read_text(encoding="utf-8") == f"{parts[0].text}\n"
    assert (place / "barlow.png").read_bytes() == parts[0].image.data
    assert (place / "alt.txt").read_text(encoding="utf-8") == "A white slide about barlow.\n"
    (notice,) = told(context, Kind.BY_HAND)
    assert "posted by hand on LinkedIn" in notice
    assert str(place) in notice
    assert notice.endswith("Then: mlcollage deliveries resolve 1 --posted URL")
    assert "mlcollage deliveries resolve" in (place / "how-to-post.txt").read_text("utf-8")


def test_what_lies_ready_is_uncertain_and_is_never_sent_looked_for_or_given_up_by_itself(
    context: Context, clock: StoppedClock
) -> None:
    tick.tick(context)
    before, files = entry(context), {path: path.stat().st_mtime_ns for path in ready(context)}
    assert (before.delivery.state, before.next_at) == (State.UNCERTAIN, lookups.NEVER)
    for _ in range(40):
        clock.go(days=1)
        tick.tick(context)
    assert entry(context) == before
    assert {path: path.stat().st_mtime_ns for path in ready(context)} == files
    assert len(told(context, Kind.BY_HAND)) == 1
    assert collage(context) is CollageState.CLAIMED


def test_one_address_closes_the_whole_thread_and_its_folder_leaves_what_is_to_be_posted(
    context: Context,
) -> None:
    tick.tick(context)
    assert outstanding.is_any(context)
    decided = deliveries.posted(context, "1", [URL], None)
    assert decided.entry.delivery.state is State.SENT
    with context.read() as work:
        assert {part.receipt.url for part in work.parts.of(1) if part.receipt} == {URL}
    assert collage(context) is CollageState.POSTED
    assert (ready(context), moved(context, manual.POSTED)) == ([], ["2021-08-04-barlow"])
    with context.read() as work:
        assert not [n for n in work.notices.open_trouble(9) if n.kind is not Kind.BY_HAND]
    with pytest.raises(NotAllowed, match="is out, every part of it"):
        deliveries.posted(context, "1", ["https://example.org/other"], None)


def test_each_part_may_have_an_address_of_its_own(context: Context) -> None:
    tick.tick(context)
    deliveries.posted(context, "1", [URL, "https://example.org/2"], None)
    with context.read() as work:
        urls = [part.receipt.url for part in work.parts.of(1) if part.receipt]
    assert urls == [URL, "https://example.org/2"]


@pytest.mark.parametrize("address", ["", "linkedin.com/x", "http://example.org/1", "file:///x"])
def test_what_is_no_https_address_is_refused_and_changes_nothing(
    context: Context, address: str
) -> None:
    tick.tick(context)
    before = entry(context)
    with pytest.raises(BadInput, match="LinkedIn"):
        deliveries.posted(context, "1", [address], None)
    assert entry(context) == before
    assert len(ready(context)) == 1


def test_an_address_of_some_part_only_is_refused_where_one_stands_for_the_thread(
    context: Context,
) -> None:
    tick.tick(context)
    with pytest.raises(BadInput, match="stands for its whole thread: leave out --part"):
        deliveries.posted(context, "1", [URL], 2)
    assert entry(context).delivery.state is State.UNCERTAIN


def test_last_week_s_address_is_refused(context: Context, clock: StoppedClock) -> None:
    tick.tick(context)
    deliveries.posted(context, "1", [URL], None)
    add(context, "nerf")
    clock.go(days=7)
    tick.tick(context)
    with pytest.raises(BadInput, match="is the receipt of a part already"):
        deliveries.posted(context, "2", [URL], None)
    assert len(ready(context)) == 1


def test_a_bot_killed_before_it_has_stored_that_a_thread_lies_ready_finds_it_and_asks_once(
    context: Context, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = context.publishers["linkedin"]
    send = publisher.send

    def killed(*given: object) -> None:
        send(*given)  # type: ignore[arg-type]
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(publisher, "send", killed)
        with pytest.raises(Killed):
            tick.tick(context)
    files = {path: path.stat().st_mtime_ns for path in ready(context)}
    assert entry(context).delivery.state is State.SENDING
    clock.go(minutes=5)
    tick.tick(context)
    assert entry(context).delivery.state is State.UNCERTAIN
    assert entry(context).next_at == lookups.NEVER
    assert {path: path.stat().st_mtime_ns for path in ready(context)} == files
    assert len(told(context, Kind.BY_HAND)) == 1


def test_a_bot_killed_before_a_thread_lay_ready_lays_it_ready(
    context: Context, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*given: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(context.publishers["linkedin"], "send", killed)
        with pytest.raises(Killed):
            tick.tick(context)
    clock.go(minutes=5)
    tick.tick(context)
    assert len(ready(context)) == 1
    assert actions.is_by_hand(context, entry(context).delivery)
    assert len(told(context, Kind.BY_HAND)) == 1


def test_a_reminder_comes_after_some_hours_and_then_once_a_day_until_it_is_closed(
    context: Context, clock: StoppedClock
) -> None:
    tick.tick(context)

    def reminders(hours: int = 0) -> list[str]:
        for _ in range(hours):
            clock.go(hours=1)
            tick.tick(context)
            watchdog.look(context)
        return [text for text in told(context, Kind.OVERDUE) if "nobody has said" in text]

    assert len(reminders(4)) == 0
    assert len(reminders(2)) == 1
    assert len(reminders(16)) == 1
    assert len(reminders(24 * 5)) == 6
    last = reminders()[-1]
    assert "mlcollage deliveries cancel 1 --not-posted" in last
    assert last.endswith("mlcollage deliveries resolve 1 --posted URL")
    deliveries.posted(context, "1", [URL], None)
    assert len(reminders(72)) == 6


def test_what_is_cancelled_is_out_of_the_way_and_the_collage_is_back_in_the_queue(
    context: Context,
) -> None:
    tick.tick(context)
    with pytest.raises(NotAllowed, match="--not-posted"):
        deliveries.cancel(context, "1")
    assert len(ready(context)) == 1
    deliveries.cancel(context, "1", is_not_posted=True)
    assert entry(context).delivery.state is State.FAILED
    assert (ready(context), moved(context, manual.WITHDRAWN)) == ([], ["2021-08-04-barlow"])
    assert collage(context) is CollageState.HELD


def test_a_folder_that_somebody_has_removed_does_not_mean_that_nobody_has_posted_it(
    context: Context,
) -> None:
    tick.tick(context)
    (place,) = ready(context)
    place.rename(place.with_name("mine"))
    assert "is gone" in deliveries.retry(context, "1").message
    with pytest.raises(NotAllowed, match="--not-posted"):
        deliveries.cancel(context, "1")
    assert entry(context).delivery.state is State.UNCERTAIN
    deliveries.not_posted(context, "1")
    tick.tick(context)
    assert [each.name for each in ready(context)] == ["2021-08-04-barlow"]
    assert len(told(context, Kind.BY_HAND)) == 2


def test_an_edit_is_shown_and_lies_ready_once_somebody_says_that_nothing_was_posted(
    context: Context,
) -> None:
    tick.tick(context)
    with context.read() as work:
        before = work.queue.get("mlcollage", "barlow")
    item = replace(before, paragraph="Other words of it.")
    series = context.config.series["mlcollage"]
    edited = queue_changes.edit(context, series, before, Arrival(item))
    assert [thread.account for thread in edited.frozen] == ["linkedin"]
    assert inspect.of(context, "1").anew
    assert "mlcollage deliveries retry 1 --edited --not-posted" in inspect.of(context, "1").possible
    with pytest.raises(NotAllowed):
        deliveries.retry(context, "1", edited=True)
    deliveries.compose_anew(context, "1")
    assert ready(context) == []
    tick.tick(context)
    (place,) = ready(context)
    assert "Other words of it." in (place / "1.txt").read_text(encoding="utf-8")
    assert moved(context, manual.WITHDRAWN) == ["2021-08-04-barlow"]
    assert len(told(context, Kind.BY_HAND)) == 2
    deliveries.posted(context, "1", [URL], None)
    assert collage(context) is CollageState.POSTED


def test_an_audit_does_not_say_that_all_is_well_where_it_cannot_look(
    context: Context, clock: StoppedClock
) -> None:
    tick.tick(context)
    deliveries.not_posted(context, "1")
    tick.tick(context)
    assert audits.accounts(context) == []
    (audited,) = audits.accounts(context, ["linkedin"])
    assert (audited.is_well, "by hand" in audited.problem) == (False, True)
    clock.go(days=2)
    audit.look(context)
    with context.read() as work:
        assert work.late_looks.due() == []


def test_a_part_gets_other_words_once_somebody_says_that_it_was_not_posted(
    context: Context,
) -> None:
    tick.tick(context)
    deliveries.reword(
        context, "1", deliveries.Rewording(2, "Read it: https://example.org/b", is_not_posted=True)
    )
    assert ready(context) == []
    tick.tick(context)
    (place,) = ready(context)
    assert "Read it" in (place / "2.txt").read_text(encoding="utf-8")


def test_a_database_from_before_the_post_learns_from_the_folder_that_it_is_out(
    context: Context, clock: StoppedClock
) -> None:
    tick.tick(context)
    with context.read() as work:
        thread = work.parts.thread(entry(context).delivery)
    receipt = context.publishers["linkedin"].receipt(URL)
    receipts = {part.position: receipt for part in thread.parts}
    context.publishers["linkedin"].put_away(thread.with_receipts(receipts), {})
    deliveries.not_posted(context, "1")
    tick.tick(context)
    assert entry(context).delivery.state is State.SENT
    assert ready(context) == []


def test_a_backup_of_while_it_lay_ready_learns_that_somebody_has_posted_it_since(
    context: Context, tmp_path: Path
) -> None:
    tick.tick(context)
    backup.make(context.database, tmp_path / "old.db", context.clock.now())
    deliveries.posted(context, "1", [URL], None)
    with context.database.write() as conn:
        rows.clear(conn)
    restored(tmp_path / "old.db", context.database, context.clock.now())
    assert entry(context).delivery.state is State.UNCERTAIN
    tick.tick(context)
    assert entry(context).delivery.state is State.SENT
    assert ready(context) == []


def test_a_folder_that_cannot_be_written_is_tried_again_and_says_so(
    context: Context, clock: StoppedClock
) -> None:
    (context.config.folder / "by-hand").write_bytes(b"")
    tick.tick(context)
    assert entry(context).delivery.state is State.WAITING
    assert "cannot be written" in entry(context).delivery.note
    (context.config.folder / "by-hand").unlink()
    clock.go(minutes=5)
    tick.tick(context)
    assert len(ready(context)) == 1


def test_a_roundup_waits_a_day_for_what_lies_ready_and_no_other_one_waits_for_it(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    settings = SETTINGS.replace("[series", '[accounts.outbox]\nnetwork = "outbox"\n[series', 1)
    context = make_context(tmp_path, settings, clock, database_url)
    tick.tick(context)
    add(context, "barlow")
    add(context, "nerf")
    clock.go(days=2, hours=7)
    tick.tick(context)

    def fixed(title_month: str) -> bool:
        tick.tick(context)
        with context.read() as work:
            return work.roundups.find("mlcollage", title_month) is not None

    clock.at = clock.at.replace(day=31, hour=19)
    # The second collage is closed; the first one stays open for ever.
    tick.tick(context)
    deliveries.posted(context, by_name(context)["nerf"], [URL], None)
    assert not fixed("2021-09")
    clock.go(hours=24)
    assert fixed("2021-09")
    add(context, "vit")
    clock.at = clock.at.replace(month=9, day=8, hour=16)
    tick.tick(context)
    deliveries.posted(context, by_name(context)["vit"], ["https://example.org/vit"], None)
    clock.at = clock.at.replace(month=9, day=30, hour=19)
    assert fixed("2021-10")
    context.database.close()


def test_in_a_rehearsal_an_outbox_gets_exactly_the_texts_that_a_person_would_post(
    tmp_path: Path, clock: StoppedClock
) -> None:
    settings = SETTINGS.replace("live = true", "live = false").replace(
        '"mastodon"', '"bluesky"\nlength = 2000'
    )
    context = make_context(tmp_path, settings, clock)
    tick.tick(context)
    add(context, "barlow")
    clock.go(days=2, hours=7)
    tick.tick(context)
    assert not (tmp_path / "by-hand").exists()
    assert context.publishers["linkedin"].limits().length == 2000
    (text,) = (tmp_path / "outbox/linkedin/rehearsal/2021-08-04-barlow").glob("2.txt")
    assert "Paper: https://example.org/barlow" in text.read_text(encoding="utf-8")
    context.database.close()


def test_what_an_account_that_is_down_cannot_get_is_written_for_a_person_to_post(
    tmp_path: Path, clock: StoppedClock
) -> None:
    settings = SETTINGS.replace(
        '[accounts.linkedin]\nnetwork = "manual"\ntitle = "LinkedIn"\nlike = "mastodon"',
        '[accounts.bluesky]\nnetwork = "bluesky"\nhandle = "bot.test"\napp_password = "a-b-c"\n'
        'base_url = "http://127.0.0.1:1"',
    )
    context = make_context(tmp_path, settings, clock)
    tick.tick(context)
    add(context, "barlow")
    with context.write() as work:
        work.accounts.hold("bluesky", "It is down.")
    clock.go(days=2, hours=7)
    tick.tick(context)
    assert entry(context).delivery.state is State.WAITING
    for _ in range(2):
        place = folders.write(context, inspect.of(context, "1"), tmp_path / "out")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["2021-08-04-barlow"]
    assert (place / "barlow.png").read_bytes()[1:4] == b"PNG"
    assert (place / "alt.txt").read_text(encoding="utf-8") == "A white slide about barlow.\n"
    # Nobody can copy a link that stands on words.
    assert "Paper: https://example.org/barlow" in (place / "2.txt").read_text(encoding="utf-8")
    assert "on Bluesky" in (place / "how-to-post.txt").read_text(encoding="utf-8")
    assert not entry(context).delivery.begun
    context.database.close()


def test_what_is_out_is_not_written_for_anybody_to_post_again(
    context: Context, tmp_path: Path
) -> None:
    tick.tick(context)
    deliveries.posted(context, "1", [URL], None)
    with pytest.raises(NotAllowed, match="nothing that is still to be posted"):
        folders.write(context, inspect.of(context, "1"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
