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
from tests.conftest import MONDAY
from tests.waiting import until

DAY = date(2021, 8, 4)
SLOT = SlotTime(MONDAY, DAY)
YEAR = 2021


def item(name: str) -> Item:
    """An item whose paper has one link."""
    link = Link(LinkKind.PAPER, f"https://example.org/{name}")
    return Item(name=name, paper=Paper(f"The {name} paper", year=YEAR, links=(link,)))


def series_id(conn: Connection) -> int:
    return series.get(conn, "weekly").id


@pytest.fixture
def filled(database: Database) -> Database:
    """A series whose queue holds two collages; the first has brought a number along."""
    with database.write() as conn:
        series.ensure(conn, "weekly", "", MONDAY, "2021-07")
        series.ensure_account(conn, "lab", "outbox")
        queue.add(conn, series_id(conn), item("barlow"), None, State.READY, kept_number=40)
        queue.add(conn, series_id(conn), item("moco"), None, State.READY)
    return database


def test_what_was_removed_is_neither_listed_nor_counted_nor_taken(filled: Database) -> None:
    with filled.write() as conn:
        barlow = queue.get(conn, series_id(conn), "barlow")
        queue.pin(conn, barlow, DAY)
        queue.remove(conn, queue.get(conn, series_id(conn), "barlow"), MONDAY)
    with filled.read() as conn:
        its = series_id(conn)
        assert [each.name for each in queue.waiting(conn, its)] == ["moco"]
        assert queue.count_ready(conn, its) == 1
        taken = queue.next_ready(conn, its, DAY)
        assert taken
        assert taken.name == "moco"
        for name in ("barlow", "40"):
            with pytest.raises(BadInput, match="There is no collage"):
                queue.get(conn, its, name)


def test_what_was_removed_keeps_neither_its_name_nor_its_number_nor_its_paper_nor_its_day(
    filled: Database,
) -> None:
    with filled.write() as conn:
        its = series_id(conn)
        assert queue.newest_number(conn, its, YEAR) == 40
        assert queue.has_number(conn, its, YEAR, 40) == "barlow"
        assert queue.same_paper(conn, its, ["https://example.org/barlow"]) == "barlow"
        queue.pin(conn, queue.get(conn, its, "barlow"), DAY)
        queue.remove(conn, queue.get(conn, its, "barlow"), MONDAY)
        assert not queue.has_name(conn, its, "barlow")
        assert queue.newest_number(conn, its, YEAR) is None
        assert queue.has_number(conn, its, YEAR, 40) is None
        assert queue.same_paper(conn, its, ["https://example.org/barlow"]) is None
        queue.pin(conn, queue.get(conn, its, "moco"), DAY)
        queue.add(conn, its, item("barlow"), None, State.READY)
    with filled.read() as conn:
        assert [each.name for each in queue.waiting(conn, its)] == ["moco", "barlow"]


@pytest.fixture
def put_back(filled: Database) -> Delivery:
    """The first collage was claimed as number 5 and went back to the queue without it."""
    with filled.write() as conn:
        its = series_id(conn)
        (account,) = series.all_accounts(conn)
        barlow = queue.get(conn, its, "barlow")
        claims.claim(conn, its, SLOT, barlow, (5, YEAR), [NewDelivery(account.id, "k")], 0)
        back = {"state": "held", "number": None, "number_year": 0}
        conn.execute(update(tables.collages).where(tables.collages.c.id == barlow.id).values(back))
        (delivery,) = ledger.of_collage(conn, barlow.id)
    return delivery


def test_a_collage_that_was_out_all_the_time_gets_its_number_back(
    filled: Database, put_back: Delivery
) -> None:
    with filled.write() as conn:
        assert claims.claim_again(conn, put_back, YEAR, MONDAY, 0) == 5
    with filled.read() as conn:
        (barlow,) = queue.posted(conn, series_id(conn), 9)
        assert (barlow.name, barlow.number) == ("barlow", 5)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_number_that_somebody_is_just_taking_is_waited_for_and_not_given_twice(
    filled: Database, database_url: str, put_back: Delivery
) -> None:
    later = SlotTime(MONDAY + timedelta(days=2), DAY + timedelta(days=2))

    def again() -> int | None:
        with closing(Database(database_url)) as other, other.write() as conn:
            return claims.claim_again(conn, put_back, YEAR, MONDAY, 0)

    def is_waiting() -> bool:
        with filled.read() as conn:
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return bool(conn.exec_driver_sql(waits).scalar())

    with ThreadPoolExecutor(1) as threads:
        with filled.write() as conn:
            its = series_id(conn)
            series.lock(conn, its)
            claims.claim(conn, its, later, queue.get(conn, its, "moco"), (5, YEAR), [], 0)
            number = threads.submit(again)
            until(is_waiting)
        assert number.result() is None
    with filled.read() as conn:
        by_name = {each.name: each.number for each in queue.posted(conn, its, 9)}
        assert by_name == {"barlow": None}
        assert queue.get(conn, its, "moco").number == 5
