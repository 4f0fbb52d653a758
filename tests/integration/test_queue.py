"""The queue in storage: what was removed is in nobody's way, and a number is given once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import config
from bot.core.agenda import Snapshot
from bot.core.collage import Item, State
from bot.core.delivery import Delivery
from bot.core.delivery import State as DeliveryState
from bot.core.errors import BadInput
from bot.core.paper import Link, LinkKind, Paper
from bot.core.schedule import SlotTime
from bot.storage import tables
from bot.storage.claims import NewDelivery, SlotClaim
from bot.storage.database import Database
from bot.storage.work import Work, reading, writing
from tests.conftest import MONDAY
from tests.waiting import until

DAY = date(2021, 8, 4)
SLOT = SlotTime(MONDAY, DAY)
SERIES = config.parse("[series.weekly]", Path("config.toml")).series["weekly"]
YEAR = 2021


def item(name: str) -> Item:
    """An item whose paper has one link."""
    link = Link(LinkKind.PAPER, f"https://example.org/{name}")
    return Item(name=name, paper=Paper(f"The {name} paper", year=YEAR, links=(link,)))


def seen(work: Work) -> Snapshot:
    """What the agenda is made from."""
    return work.snapshots.take(SERIES, MONDAY, 1)


@pytest.fixture
def filled(database: Database) -> Database:
    """A series whose queue holds two collages; the first has brought a number along."""
    with writing(database, MONDAY) as work:
        work.series.ensure("weekly", "", "2021-07")
        work.accounts.ensure({"lab": "outbox"})
        work.queue.add("weekly", item("barlow"), None, State.READY, kept_number=40)
        work.queue.add("weekly", item("moco"), None, State.READY)
    return database


def test_what_was_removed_is_neither_listed_nor_counted_nor_taken(filled: Database) -> None:
    with writing(filled, MONDAY) as work:
        barlow = work.queue.get("weekly", "barlow")
        work.queue.pin(barlow, DAY)
        work.queue.remove(work.queue.get("weekly", "barlow"))
    with reading(filled, MONDAY) as work:
        assert [each.name for each in work.queue.waiting("weekly")] == ["moco"]
        assert [each.name for each in seen(work).ready] == ["moco"]
        for name in ("barlow", "40"):
            with pytest.raises(BadInput, match="There is no collage"):
                work.queue.get("weekly", name)


def test_what_was_removed_keeps_neither_its_name_nor_its_number_nor_its_paper_nor_its_day(
    filled: Database,
) -> None:
    with writing(filled, MONDAY) as work:
        assert list(seen(work).kept.values()) == [40]
        assert work.queue.has_number("weekly", YEAR, 40) == "barlow"
        key = "at:example.org/barlow"
        assert [each.name for each in work.queue.about("weekly", [key])] == ["barlow"]
        work.queue.pin(work.queue.get("weekly", "barlow"), DAY)
        work.queue.remove(work.queue.get("weekly", "barlow"))
        assert not work.queue.has_name("weekly", "barlow")
        assert seen(work).kept == {}
        assert work.queue.has_number("weekly", YEAR, 40) is None
        assert work.queue.about("weekly", [key]) == []
        work.queue.pin(work.queue.get("weekly", "moco"), DAY)
        work.queue.add("weekly", item("barlow"), None, State.READY)
    with reading(filled, MONDAY) as work:
        assert [each.name for each in work.queue.waiting("weekly")] == ["moco", "barlow"]


def test_a_move_changes_no_row_of_another_series(filled: Database) -> None:
    with writing(filled, MONDAY) as work:
        work.series.ensure("daily", "", "2021-07")
        for name in ("byol", "dino"):
            work.queue.add("daily", item(name), None, State.READY)
        before = work.queue.waiting("daily")
        moco, barlow = (work.queue.get("weekly", name) for name in ("moco", "barlow"))
        work.queue.move(moco, before=barlow)
        assert [each.name for each in work.queue.waiting("weekly")] == ["moco", "barlow"]
        assert work.queue.waiting("daily") == before


def test_a_roundup_s_threads_come_in_the_order_they_were_made_whichever_changed_last(
    filled: Database,
) -> None:
    with writing(filled, MONDAY) as work:
        work.accounts.ensure({"press": "outbox"})
        ids = work.accounts.ids()
        names = {"title": "One Paper", "slug": "one-paper", "link": "https://example.org/one"}
        roundup = work.roundups.by_id(work.roundups.fix("weekly", "2021-09", MONDAY, **names))
        new = [NewDelivery(ids[name], name) for name in ("press", "lab")]
        work.roundups.add_deliveries(roundup, new, DAY)
    with writing(filled, MONDAY) as work:
        first, _ = work.deliveries.of_roundup(roundup.id)
        work.deliveries.move(first, DeliveryState.FAILED, note="no")
    with reading(filled, MONDAY) as work:
        found = work.deliveries.of_roundup(roundup.id)
        assert [each.account for each in found] == ["press", "lab"]


@pytest.fixture
def put_back(filled: Database) -> Delivery:
    """The first collage was claimed as number 5 and went back to the queue without it."""
    with writing(filled, MONDAY) as work:
        (account,) = work.accounts.all()
        barlow = work.queue.get("weekly", "barlow")
        work.claims.claim(SlotClaim(SLOT, barlow, 5, YEAR), [NewDelivery(account.id, "k")])
        back = {"state": "held", "number": None, "number_year": 0}
        work.conn.execute(
            update(tables.collages).where(tables.collages.c.id == barlow.id).values(back)
        )
        (delivery,) = work.deliveries.of_collage(barlow.id)
    return delivery


def test_a_collage_that_was_out_all_the_time_gets_its_number_back(
    filled: Database, put_back: Delivery
) -> None:
    with writing(filled, MONDAY) as work:
        assert work.claims.claim_again(put_back, YEAR, MONDAY) == 5
    with reading(filled, MONDAY) as work:
        (barlow,) = work.queue.posted("weekly", 9)
        assert (barlow.name, barlow.number) == ("barlow", 5)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_number_that_somebody_is_just_taking_is_waited_for_and_not_given_twice(
    filled: Database, database_url: str, put_back: Delivery
) -> None:
    later = SlotTime(MONDAY + timedelta(days=2), DAY + timedelta(days=2))

    def again() -> int | None:
        with closing(Database(database_url)) as other, writing(other, MONDAY) as work:
            return work.claims.claim_again(put_back, YEAR, MONDAY)

    def is_waiting() -> bool:
        with filled.read() as conn:
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return bool(conn.exec_driver_sql(waits).scalar())

    with ThreadPoolExecutor(1) as threads:
        with writing(filled, MONDAY) as work:
            work.series.get("weekly", lock=True)
            moco = work.queue.get("weekly", "moco")
            work.claims.claim(SlotClaim(later, moco, 5, YEAR), [])
            number = threads.submit(again)
            until(is_waiting)
        assert number.result() is None
    with reading(filled, MONDAY) as work:
        by_name = {each.name: each.number for each in work.queue.posted("weekly", 9)}
        assert by_name == {"barlow": None}
        assert work.queue.get("weekly", "moco").number == 5
