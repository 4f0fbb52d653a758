"""Deliveries to Bluesky, from claim to receipt, whatever the server answers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.core import schedule
from bot.core.delivery import Delivery, State
from bot.core.errors import BadInput
from bot.deciding import accounts, audit, resolve
from bot.deciding.resolve import Rewording
from bot.intake import accept
from bot.publishers.bluesky import keys
from bot.scheduling import tick
from bot.storage import tables
from bot.watching import briefing
from tests.conftest import StoppedClock, make_context, write_item
from tests.fakes import bluesky
from tests.fakes.bluesky import FakeBluesky, Refused, Trouble

WRITE_ALL, WRITE = "com.atproto.repo.applyWrites", "com.atproto.repo.createRecord"


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeBluesky]:
    with bluesky.checked(clock.now) as running:
        yield running


@pytest.fixture
def context(tmp_path: Path, fake: FakeBluesky, clock: StoppedClock) -> Iterator[Context]:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in bluesky.account(fake).items())
    delivery = '[delivery]\nretry_first = "2m"\n'
    settings = f"live = true\n{delivery}[accounts.lab]\n{lines}\n"
    made = make_context(tmp_path, settings, clock=clock)
    tick.tick(made)
    yield made
    made.database.close()


def post(context: Context, name: str = "barlow", paragraph: str = "") -> None:
    """Post a collage now, and no two at the same instant."""
    context.clock.wait_until(context.clock.now() + timedelta(seconds=1))
    file = write_item(context.config.folder, name)
    if paragraph:
        whole = file.read_text(encoding="utf-8")
        file.write_text(f"{whole.rpartition('+++')[0]}+++\n\n{paragraph}\n", encoding="utf-8")
    own = context.config.series["mlcollage"]
    accept.take(context, own, [accept.from_file(file)])
    with context.read() as work:
        item = work.queue.get(own.name, name)
    tick.post_now(context, own, item)
    tick.tick(context)


def newest(context: Context) -> Delivery:
    with context.read() as work:
        ids = select(tables.deliveries.c.id).order_by(tables.deliveries.c.id.desc())
        return work.deliveries.get(work.conn.execute(ids).scalars().first() or 0)


def later(context: Context, **span: float) -> None:
    """Tick minute by minute for so long."""
    end = context.clock.now() + timedelta(**span)
    while context.clock.now() < end:
        context.clock.wait_until(context.clock.now() + timedelta(minutes=1))
        tick.tick(context)


def told(context: Context) -> list[str]:
    with context.read() as work:
        heard = [notice.text for notice in work.notices.listed()]
    return [text for text in heard if "running dry" not in text]


def test_a_thread_goes_out_in_one_request_with_its_links_on_words(
    context: Context, fake: FakeBluesky
) -> None:
    post(context)
    assert newest(context).state is State.SENT
    assert fake.counts[WRITE_ALL] == 1
    *_, last = (fake.records[key] for key in sorted(fake.records))
    assert last["text"] == "📝 Paper"
    assert last["facets"][0]["features"][0]["uri"] == "https://example.org/barlow"
    assert {record["langs"][0] for record in fake.records.values()} == {"en"}
    assert [found.findings for found in audit.accounts(context, threads=50)] == [()]
    assert told(context) == []


def test_where_the_server_takes_no_thread_as_a_whole_it_goes_out_part_by_part_at_once(
    context: Context, fake: FakeBluesky
) -> None:
    fake.takes_whole_threads = False
    post(context)
    assert newest(context).state is State.SENT
    assert fake.counts[WRITE_ALL] == 1
    assert fake.counts[WRITE] == len(fake.records) > 1
    assert [found.findings for found in audit.accounts(context, threads=50)] == [()]


def test_a_server_that_always_drops_is_asked_less_and_less_until_it_answers(
    context: Context, fake: FakeBluesky
) -> None:
    for count in range(1, 100):
        fake.on_call[WRITE_ALL, count] = bluesky.DROP
    post(context)
    later(context, hours=2)
    tries = fake.counts[WRITE_ALL]
    assert 4 <= tries <= 10
    assert newest(context).state in {State.WAITING, State.UNCERTAIN}
    assert len(told(context)) <= 2
    fake.on_call.clear()
    later(context, hours=2)
    assert newest(context).state is State.SENT
    assert fake.counts[WRITE_ALL] == tries + 1


def test_a_part_that_mentions_nobody_is_told_of_and_nothing_goes_out(
    context: Context, fake: FakeBluesky
) -> None:
    post(context, paragraph="Made by @nobody.example.org and others.")
    delivery = newest(context)
    assert delivery.state is State.FAILED
    assert fake.records == {}
    assert any("knows no account @nobody.example.org" in text for text in told(context))
    with context.read() as work:
        item = work.queue.get("mlcollage", "barlow")
    assert (item.state, item.number) == ("held", None)


def test_a_refused_app_password_holds_the_account_until_a_person_has_renewed_it(
    context: Context, fake: FakeBluesky
) -> None:
    fake.password = "another"
    post(context)
    assert any("refuses this account's app password" in text for text in told(context))
    logins = fake.logins()
    later(context, hours=1)
    assert fake.logins() == logins, "a held account is left alone"
    fake.password = bluesky.PASSWORD
    accounts.release(context, "lab")
    later(context, minutes=20)
    assert newest(context).state is State.SENT


def test_what_is_refused_for_its_content_is_looked_for_before_it_is_said(
    context: Context, fake: FakeBluesky
) -> None:
    fake.on_call[WRITE_ALL, 1] = bluesky.REFUSED_CONTENT._replace(is_accepted=True)
    post(context)
    assert newest(context).state is State.SENT, "it was refused, and carried out"
    fake.on_call[WRITE_ALL, 2] = bluesky.REFUSED_CONTENT
    post(context, "vit")
    assert newest(context).state is State.FAILED
    assert any("it is not right" in text for text in told(context))


def test_the_time_that_the_server_names_is_waited_for(context: Context, fake: FakeBluesky) -> None:
    fake.on_call[WRITE_ALL, 1] = bluesky.TOO_MANY
    post(context)
    # A tick stays for what is due within a minute.
    later(context, minutes=8)
    assert fake.counts[WRITE_ALL] == 1
    later(context, minutes=4)
    assert newest(context).state is State.SENT


def test_where_the_account_cannot_be_read_nothing_is_sent(
    context: Context, fake: FakeBluesky
) -> None:
    for count in range(1, 200):
        fake.on_call["com.atproto.repo.getRecord", count] = Trouble(refusal=Refused(502, "", "Oh"))
    post(context)
    assert newest(context).state is State.WAITING
    assert fake.counts[WRITE_ALL] == 0
    fake.on_call.clear()
    later(context, minutes=10)
    assert newest(context).state is State.SENT


def test_addresses_that_a_person_gives_are_read_back_part_by_part(
    context: Context, fake: FakeBluesky
) -> None:
    for count in range(1, 9):
        fake.on_call[WRITE_ALL, count] = bluesky.DROP
    post(context)
    fake.on_call.clear()
    with context.read() as work:
        entry = work.lookup.entry(newest(context).id)
        thread = work.parts.thread(entry.delivery)
    assert entry.delivery.state in {State.WAITING, State.UNCERTAIN}
    # Another device has posted it meanwhile.
    publisher = context.publishers["lab"]
    receipts = publisher.send(thread, None, publisher.prepare(thread, entry.delivery.saved))
    with pytest.raises(BadInput, match="has another text than part 1"):
        resolve.posted(context, entry, [receipts[2].url])
    first = f"at://{bluesky.DID}/app.bsky.feed.post/{keys.of(thread, 1)}"
    rest = [receipts[place].url for place in sorted(receipts)[1:]]
    said = resolve.posted(context, entry, [first, *rest])
    assert "parts 1 and 2 are out" in said
    assert newest(context).state is State.SENT
    with context.read() as work:
        known = {part.position: part.receipt for part in work.parts.of(entry.delivery.id)}
    assert known == receipts
    assert len(fake.records) == len(receipts)


def test_a_second_copy_is_taken_off_by_its_address(context: Context, fake: FakeBluesky) -> None:
    post(context)
    first = sorted(fake.records)[0]
    fake.records["3zzzzzzzzzzzz"] = fake.records[first]
    with context.read() as work:
        entry = work.lookup.entry(newest(context).id)
    url = f"https://bsky.app/profile/{bluesky.HANDLE}/post/3zzzzzzzzzzzz"
    assert "is deleted" in resolve.delete(context, entry, url)
    assert "3zzzzzzzzzzzz" not in fake.records
    assert first in fake.records


def test_a_part_that_is_not_out_gets_other_words_with_a_link_on_them(
    context: Context, fake: FakeBluesky
) -> None:
    for count in range(1, 9):
        fake.on_call[WRITE_ALL, count] = bluesky.FAIL_500
    post(context)
    with context.read() as work:
        entry = work.lookup.entry(newest(context).id)
        last = len(work.parts.of(entry.delivery.id))
    text = "[The paper itself](https://example.org/paper)"
    assert "has its new text" in resolve.reword(context, entry, Rewording(last, text))
    fake.on_call.clear()
    later(context, minutes=10)
    assert newest(context).state is State.SENT
    *_, record = (fake.records[key] for key in sorted(fake.records))
    assert record["text"] == "The paper itself"
    assert record["facets"][0]["features"][0]["uri"] == "https://example.org/paper"


def test_another_post_under_a_part_s_key_is_asked_about(
    context: Context, fake: FakeBluesky, clock: StoppedClock
) -> None:
    fake.on_call[WRITE_ALL, 1] = bluesky.FAIL_500
    post(context)
    with context.read() as work:
        thread = work.parts.thread(newest(context))
    fake.records[keys.of(thread, 1)] = {
        "$type": "app.bsky.feed.post",
        "text": "Something else",
        "createdAt": "2021-08-02T09:00:00Z",
    }
    later(context, minutes=10)
    assert newest(context).state is State.UNCERTAIN
    assert any("Something else" in text for text in told(context))
    assert len(fake.records) == 1


def test_another_installation_s_post_of_the_series_holds_the_account(
    context: Context, fake: FakeBluesky
) -> None:
    post(context)
    fake.records["3zzzzzzzzzzzz"] = {
        "$type": "app.bsky.feed.post",
        "text": "ML-Collage [7/52] #mlcollage",
        "createdAt": "2021-08-02T09:00:00Z",
    }
    post(context, "vit")
    url = f"https://bsky.app/profile/{bluesky.HANDLE}/post/3zzzzzzzzzzzz"
    assert any(url in text for text in told(context))
    assert len([key for key in fake.records if "vit" in fake.records[key]["text"]]) == 0


def test_the_brief_tells_of_a_mention_of_nobody_before_the_slot(
    context: Context, fake: FakeBluesky, clock: StoppedClock
) -> None:
    file = write_item(context.config.folder, "vit")
    whole = file.read_text(encoding="utf-8")
    words = "By @mlcollage.bsky.social and @nobody.example.org."
    file.write_text(f"{whole.rpartition('+++')[0]}+++\n\n{words}\n", encoding="utf-8")
    own = context.config.series["mlcollage"]
    accept.take(context, own, [accept.from_file(file)])
    clock.at = next(schedule.slots_from(own.timetable, clock.now())).due_at - timedelta(hours=2)
    tick.tick(context)
    briefing.give(context)
    assert any("knows no account @nobody.example.org" in text for text in told(context))
    assert not any("@mlcollage.bsky.social (" in text for text in told(context))
