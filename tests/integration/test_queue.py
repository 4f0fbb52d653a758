"""The queue in storage: what was removed is in nobody's way, and a number is given once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from bot.core.collage import Item, State
from bot.core.delivery import Delivery
from bot.core.errors import BadInput
from bot.core.paper import Link, LinkKind, Paper
from bot.core.schedule import SlotTime
from bot.storage import claims, ledger, queue, series, tables
from bot.storage.claims import NewDelivery
from bot.storage.database import Connection, Database
from bot.storage.work import Work, reading, writing
from tests.conftest import MONDAY
from tests.waiting import until

DAY = date(2021, 8, 4)
SLOT = SlotTime(MONDAY, DAY)
YEAR = 2021


def item(name: str) -> Item:
    """An item whose paper has one link."""
    link = Link(LinkKind.PAPER, f"https://example.org/{name}")
    return Item(name=name, paper=Paper(f"The {name} paper", year=YEAR, links=(link,)))


def series_id(work: Work) -> int:
    return work.series.get("weekly").id


@pytest.fixture
def filled(database: Database) -> Database:
    """A series whose queue holds two collages; the first has brought a number along."""
    with writing(database, MONDAY) as work:
        work.series.ensure("weekly", "", "2021-07")
        work.accounts.ensure("lab", "outbox")
        work.queue.add(series_id(work), item("barlow"), None, State.READY, kept_number=40)
        work.queue.add(series_id(work), item("moco"), None, State.READY)
    return database


def test_what_was_removed_is_neither_listed_nor_counted_nor_taken(filled: Database) -> None:
    with writing(filled, MONDAY) as work:
        barlow = work.queue.get(series_id(work), "barlow")
        work.queue.pin(barlow, DAY)
        work.queue.remove(work.queue.get(series_id(work), "barlow"))
    with reading(filled, MONDAY) as work:
        its = series_id(work)
        assert [each.name for each in work.queue.waiting(its)] == ["moco"]
        assert queue.count_ready(work.conn, its) == 1
        taken = queue.next_ready(work.conn, its, DAY)
        assert taken
        assert taken.name == "moco"
        for name in ("barlow", "40"):
            with pytest.raises(BadInput, match="There is no collage"):
                work.queue.get(its, name)


def test_what_was_removed_keeps_neither_its_name_nor_its_number_nor_its_paper_nor_its_day(
    filled: Database,
) -> None:
    with writing(filled, MONDAY) as work:
        its = series_id(work)
        assert queue.newest_number(work.conn, its, YEAR) == 40
        assert work.queue.has_number(its, YEAR, 40) == "barlow"
        assert work.queue.same_paper(its, ["https://example.org/barlow"]) == "barlow"
        work.queue.pin(work.queue.get(its, "barlow"), DAY)
        work.queue.remove(work.queue.get(its, "barlow"))
        assert not work.queue.has_name(its, "barlow")
        assert queue.newest_number(work.conn, its, YEAR) is None
        assert work.queue.has_number(its, YEAR, 40) is None
        assert work.queue.same_paper(its, ["https://example.org/barlow"]) is None
        work.queue.pin(work.queue.get(its, "moco"), DAY)
        work.queue.add(its, item("barlow"), None, State.READY)
    with reading(filled, MONDAY) as work:
        assert [each.name for each in work.queue.waiting(its)] == ["moco", "barlow"]


@pytest.fixture
def put_back(filled: Database) -> Delivery:
    """The first collage was claimed as number 5 and went back to the queue without it."""
    with writing(filled, MONDAY) as work:
        its = series_id(work)
        (account,) = work.accounts.all()
        barlow = work.queue.get(its, "barlow")
        work.claims.claim(its, SLOT, barlow, (5, YEAR), [NewDelivery(account.id, "k")])
        back = {"state": "held", "number": None, "number_year": 0}
        work.conn.execute(update(tables.collages).where(tables.collages.c.id == barlow.id).values(back))
        (delivery,) = work.deliveries.of_collage(barlow.id)
    return delivery


def test_a_collage_that_was_out_all_the_time_gets_its_number_back(
    filled: Database, put_back: Delivery
) -> None:
    with writing(filled, MONDAY) as work:
        assert work.claims.claim_again(put_back, YEAR, MONDAY) == 5
    with reading(filled, MONDAY) as work:
        (barlow,) = work.queue.posted(series_id(work), 9)
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
            its = series_id(work)
            work.series.lock(its)
            work.claims.claim(its, later, work.queue.get(its, "moco"), (5, YEAR), [])
            number = threads.submit(again)
            until(is_waiting)
        assert number.result() is None
    with reading(filled, MONDAY) as work:
        by_name = {each.name: each.number for each in work.queue.posted(its, 9)}
        assert by_name == {"barlow": None}
        assert work.queue.get(its, "moco").number == 5
