"""A frozen part that a network refuses for its text gets other words from a person, and the rest of
the thread goes on; on both databases.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.context import Context
from bot.core import errors
from bot.core.delivery import NotSeen, Receipt, State
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.deciding import inspect, resolve
from bot.deciding.resolve import Rewording
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from bot.storage.deliveries import Lost
from bot.storage.lookup import Entry
from tests.conftest import MONDAY, StoppedClock, write_item
from tests.integration.test_deliver import Scripted, begun, delivery, fails, outcomes

pytestmark = pytest.mark.slow_on_postgresql

REFUSED = fails(errors.Rejected("X refuses it: no such words"))
LOST = fails(errors.Uncertain("The connection dropped."))


@pytest.fixture
def network() -> Scripted:
    return Scripted()


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> Iterator[Context]:
    """One ready collage, one account on the scripted network, and Wednesday's slot due."""
    made = begun(tmp_path, database_url, clock, network)
    yield made
    made.database.close()


def entry(context: Context) -> Entry:
    with context.read() as work:
        return work.lookup.entry(1)


def texts(context: Context) -> list[str]:
    with context.read() as work:
        return [part.text for part in work.parts.of(1)]


def reword(context: Context, part: int, text: str, *, is_not_posted: bool = False) -> str:
    return resolve.reword(context, entry(context), Rewording(part, text, is_not_posted))


def partly_failed(context: Context, network: Scripted) -> None:
    """Part 1 is out, part 2 was refused."""
    network.before = {2: REFUSED}
    tick.tick(context)
    assert (network.out, delivery(context).state) == ([1], State.FAILED)


def in_doubt(context: Context, network: Scripted) -> None:
    """Part 2 may be out, and looking does not tell."""
    network.before, network.look = {2: LOST}, NotSeen(anchor_seen=False, count_agrees=False)
    tick.tick(context)
    context.clock.wait_until(context.clock.now() + timedelta(minutes=3))
    tick.tick(context)
    assert delivery(context).state is State.UNCERTAIN


def test_a_refused_part_is_reworded_and_the_rest_goes_on(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    before = texts(context)
    told = reword(context, 2, "  Read it: https://example.org/barlow \n")
    assert told == "Delivery 1: part 2 has its new text, and waits to be sent."
    assert texts(context) == [before[0], "Read it: https://example.org/barlow"]
    tick.tick(context)
    assert (network.out, delivery(context).state) == ([1, 2], State.SENT)
    assert outcomes(context) == [(1, "sent"), (2, "not sent"), (2, "sent")]


def test_the_log_keeps_what_the_part_was(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    before = texts(context)[1]
    reword(context, 2, "Other words.")
    with context.read() as work:
        [newest, *_] = work.log.changes(delivery(context).key)
    assert (newest.who, newest.what) == ("tester", "reword")
    assert newest.detail == f"part 2; it was: {before}"


def test_a_part_that_is_out_stays_as_it_is(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    with pytest.raises(NotAllowed, match=r"^Part 1 of delivery 1 is out: https://x\.example/1$"):
        reword(context, 1, "#mlcollage Other words.")
    with pytest.raises(BadInput, match=r"^Delivery 1 has no part 3; it has 2\.$"):
        reword(context, 3, "Other words.")


def test_a_part_that_the_account_shows_already_is_taken_over_and_not_reworded(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    before = texts(context)
    network.shows = {2: Receipt("id-2", "https://x.example/2", MONDAY)}
    told = reword(context, 2, "Other words.")
    assert "part 2 is out as it was, https://x.example/2" in told
    assert texts(context) == before
    tick.tick(context)
    assert (network.out, delivery(context).state) == ([1], State.SENT)


def test_what_may_be_out_is_reworded_only_on_a_person_s_word(
    context: Context, network: Scripted
) -> None:
    in_doubt(context, network)
    with pytest.raises(NotAllowed, match=r"may be out: look first; .* --not-posted"):
        reword(context, 2, "Other words.")
    assert "mlcollage deliveries reword 1 2 --not-posted" in inspect.of(context, "1").possible
    reword(context, 2, "Other words.", is_not_posted=True)
    tick.tick(context)
    assert (network.out, delivery(context).state) == ([1, 2], State.SENT)
    assert [outcome for _, outcome in outcomes(context)] == ["sent", "not sent", "sent"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "part 2 is empty"),
        ("x" * 281, "part 2 has 281 of 280 characters (1 too many)"),
        ("$AAPL and $MSFT", "part 2 has 2 cashtags"),
        ("a\x00b", "part 2 holds the character U+0000, which X drops"),
        ("a\ufeffb", "part 2 holds the character U+FEFF, which X refuses"),
    ],
)
def test_what_the_network_would_refuse_again_is_refused_before(
    context: Context, network: Scripted, text: str, said: str
) -> None:
    partly_failed(context, network)
    before = texts(context)
    with pytest.raises(BadInput) as caught:
        reword(context, 2, text)
    assert said in str(caught.value)
    assert (texts(context), delivery(context).state) == (before, State.FAILED)


def test_a_text_that_is_on_the_account_already_is_refused(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    with pytest.raises(BadInput, match="has the same text as part 1"):
        reword(context, 2, texts(context)[0])


def test_a_first_part_keeps_the_hashtag(context: Context, network: Scripted) -> None:
    network.before = {1: LOST}
    network.look = NotSeen(anchor_seen=False, count_agrees=False)
    tick.tick(context)
    with pytest.raises(BadInput, match="no part holds the hashtag #mlcollage"):
        reword(context, 1, "Other words.", is_not_posted=True)
    reword(context, 1, "Other words. #mlcollage", is_not_posted=True)
    tick.tick(context)
    assert network.out == [1, 2]


def test_what_is_not_frozen_is_changed_by_an_edit(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.on_prepare = fails(errors.Unavailable("Away.", clock.at + timedelta(hours=1)))
    tick.tick(context)
    with pytest.raises(NotAllowed, match="mlcollage edit barlow"):
        reword(context, 1, "#mlcollage Other words.")
    possible = inspect.of(context, "1").possible
    assert [command for command in possible if "reword" in command] == []


def test_what_went_back_to_the_queue_is_changed_there(context: Context, network: Scripted) -> None:
    network.before = {1: REFUSED}
    tick.tick(context)
    with pytest.raises(NotAllowed, match="mlcollage release barlow"):
        reword(context, 1, "#mlcollage Other words.")


def test_what_is_out_is_history(context: Context) -> None:
    tick.tick(context)
    with pytest.raises(NotAllowed, match="is out, every part of it"):
        reword(context, 2, "Other words.")


def test_when_the_account_cannot_be_read_nothing_is_reworded(
    context: Context, network: Scripted
) -> None:
    partly_failed(context, network)
    before = texts(context)
    network.on_survey = fails(errors.Unavailable("Away."))
    with pytest.raises(Unavailable, match="looking failed: Away"):
        reword(context, 2, "Other words.")
    assert (texts(context), delivery(context).state) == (before, State.FAILED)


def test_a_worker_that_was_faster_is_told_of(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    stale = entry(context)
    before = texts(context)
    resolve.retry(context, entry(context))
    with context.write() as work:
        work.conn.execute(update(tables.deliveries).values(state="sending"))
    with pytest.raises(NotAllowed, match="is being worked on at this moment"):
        resolve.reword(context, stale, Rewording(2, "Other words."))
    assert texts(context) == before


def test_no_part_with_a_receipt_is_ever_reworded(context: Context, network: Scripted) -> None:
    partly_failed(context, network)
    with pytest.raises(Lost), context.write() as work:
        work.parts.reword(delivery(context), 1, "Other words.")


def test_where_the_text_is_another_post_s_a_person_is_told_to_reword_it(
    context: Context, network: Scripted
) -> None:
    tick.tick(context)
    second = write_item(context.config.folder, "second")
    series = context.config.series["mlcollage"]
    accept.take(context, series, [accept.from_file(second)])
    context.clock.wait_until(context.clock.now() + timedelta(milliseconds=1))
    network.out, network.sends = [], 0
    network.before = {2: LOST}
    network.look = NotSeen(anchor_seen=False, count_agrees=False)
    with context.read() as work:
        item = work.queue.get("mlcollage", "second")
    tick.post_now(context, series, item)
    with context.write() as work:
        # As an older program froze it, which knew no texts of other threads.
        first = work.parts.of(1)[1].text
        same = update(tables.parts).values(text=first, beginning=first[:100])
        work.conn.execute(same.where(tables.parts.c.delivery_id == 2, tables.parts.c.position == 2))
    heard = list[str]()
    for minutes in (3, 11):
        context.clock.wait_until(context.clock.now() + timedelta(minutes=minutes))
        heard += [notice.text for notice in tick.tick(context)]
    asked = (
        "looking does not tell: its part 2 has the same text as https://x.example/2. If the part "
        "is not out, give it other words: mlcollage deliveries reword 2 2 --not-posted"
    )
    assert [text for text in heard if text.endswith(asked)] != [], heard
