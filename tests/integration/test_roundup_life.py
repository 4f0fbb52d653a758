"""The life of a roundup: looked at before, linked where its page is, corrected, caught up with."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.core.errors import BadInput, NotAllowed
from bot.core.month import Roundup, State
from bot.core.notices.entry import Kind
from bot.deciding import awaited, queue_changes, resolve, roundups
from bot.intake.accept import Arrival
from bot.roundups import corrections, linking, review
from bot.scheduling import tick
from bot.sending import deliver
from bot.storage import tables
from bot.watching import briefing, outstanding, watchdog
from tests.chaos.points import Crash, Points, watched
from tests.conftest import lay_database
from tests.fakes import servers
from tests.fakes.servers import Server
from tests.integration.test_tick import Bot, berlin, of, one

pytestmark = pytest.mark.slow_on_postgresql

NAMES = ("barlow", "moco", "byol", "simclr")
TITLE = "Four Deep Learning Papers to Read in September 2021"


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    made = Bot(tmp_path, database_url).start()
    yield made
    made.stop()


def the(bot: Bot, title_month: str = "2021-09") -> Roundup:
    with bot.running.read() as work:
        return work.roundups.get("mlcollage", title_month)


def page(bot: Bot, title_month: str = "2021-09") -> str:
    file = bot.folder / "site" / the(bot, title_month).slug / "index.html"
    return file.read_text(encoding="utf-8")


def threads(bot: Bot) -> list[str]:
    return [name for name in bot.out() if "roundup" in name]


def told(bot: Bot) -> list[str]:
    with bot.running.read() as work:
        return [notice.text for notice in work.notices.listed()]


def is_trouble(bot: Bot) -> bool:
    return outstanding.is_any(bot.running)


# The review


def reviewed(bot: Bot, silence: str, at: str | None = None) -> Bot:
    rule = f'[series.mlcollage.roundup]\nreview = "3d"\nsilence = "{silence}"'
    return bot.start(rule, at)


def test_people_are_asked_once_so_long_before_and_nobody_answers_so_it_goes_out(bot: Bot) -> None:
    reviewed(bot, "publish").add(*NAMES)
    assert of(Kind.REVIEW, bot.play("2021-08-28 17:59")) == []
    asked = one(Kind.REVIEW, bot.play("2021-08-31 17:00"))
    assert asked.startswith(
        "The draft of the roundup 2021-09 of mlcollage is ready, with 4 collages so far; "
        "it goes out on Tuesday 2021-08-31 18:00, approved or not. Look at it: "
    )
    heard = bot.play("2021-09-10 12:00")
    assert TITLE in one(Kind.ROUNDUP, heard)
    assert of(Kind.REVIEW, heard) == []


def test_a_bot_knows_when_people_are_to_be_asked(bot: Bot) -> None:
    reviewed(bot, "wait").add("barlow").play("2021-08-25 16:00")
    assert tick.next_at(bot.running) == berlin("2021-08-28 18:00")


def test_a_draft_without_anything_in_it_is_shown_to_nobody(bot: Bot) -> None:
    reviewed(bot, "publish")
    assert of(Kind.REVIEW, bot.play("2021-08-30 12:00")) == []


def test_a_roundup_that_waits_to_be_approved_is_nowhere_until_then_and_each_day_says_so(
    bot: Bot,
) -> None:
    reviewed(bot, "wait").add(*NAMES, "dino", "swav")
    heard = bot.play("2021-08-31 17:59")
    assert "it waits until it is approved" in one(Kind.REVIEW, heard)
    heard = bot.tick("2021-08-31 18:00")
    assert one(Kind.HELD, heard).startswith(
        "The roundup 2021-09 of mlcollage waits until somebody approves it; it was due on "
        "Tuesday 2021-08-31 18:00."
    )
    assert (the(bot).state, bot.pages(), threads(bot)) == (State.DUE, [], [])
    assert of(Kind.HELD, bot.tick("2021-09-01 17:00")) == []
    assert len(of(Kind.HELD, bot.tick("2021-09-01 18:00"))) == 1
    assert is_trouble(bot)
    standing = review.approve(bot.running, bot.series(), "2021-09")
    assert set(standing.names) == set(NAMES)
    assert not is_trouble(bot), "approved is over"
    assert TITLE in one(Kind.ROUNDUP, bot.tick())
    assert len(threads(bot)) == 1
    shown = roundups.show(bot.running, bot.series(), "2021-09").standing
    assert shown
    assert shown.review
    assert (shown.review.by, shown.review.approved_at) == (
        bot.running.who,
        berlin("2021-09-01 18:00"),
    )
    with bot.running.read() as work:
        [logged] = work.log.changes("mlcollage/roundup-2021-09")
    assert (logged.who, str(logged.changes[0])) == (bot.running.who, "said: nothing → approved")


def test_an_approval_in_advance_lets_it_out_at_its_moment_and_not_before(bot: Bot) -> None:
    reviewed(bot, "wait").add(*NAMES).play("2021-08-29 12:00")
    standing = review.approve(bot.running, bot.series(), "2021-09")
    assert (standing.is_let_out, standing.until) == (True, berlin("2021-08-31 18:00"))
    bot.play("2021-08-31 17:59")
    assert bot.pages() == []
    heard = bot.tick("2021-08-31 18:00")
    assert (len(threads(bot)), of(Kind.HELD, heard)) == (1, [])


def test_what_was_approved_and_has_changed_since_is_told(bot: Bot) -> None:
    reviewed(bot, "wait").add(*NAMES[:3]).play("2021-08-24 12:00")
    review.approve(bot.running, bot.series(), "2021-09")
    bot.add(NAMES[3]).play("2021-08-30 12:00")
    standing = review.standing(bot.running, bot.series(), "2021-09")
    assert standing
    assert (standing.has_changed, standing.is_let_out) == (True, True)
    briefing.give(bot.running)
    bot.clock.at = berlin("2021-08-31 17:30")
    briefing.give(bot.running)
    with bot.running.read() as work:
        briefs = work.conn.execute(select(tables.notices.c.details)).scalars().all()
    assert f"Approved by {bot.running.who}; what it holds has changed since." in "".join(briefs)
    review.approve(bot.running, bot.series(), "2021-09")
    again = review.standing(bot.running, bot.series(), "2021-09")
    assert again
    assert not again.has_changed


def test_whoever_says_not_yet_has_not_been_silent(bot: Bot) -> None:
    reviewed(bot, "publish").add(*NAMES).play("2021-08-29 12:00")
    review.approve(bot.running, bot.series(), "2021-09")
    review.take_back(bot.running, bot.series(), "2021-09")
    heard = bot.play("2021-08-31 19:00")
    assert "waits until somebody approves it" in one(Kind.HELD, heard)
    assert bot.pages() == []
    bot.clock.go(hours=12)
    watchdog.look(bot.running)
    assert not [text for text in told(bot) if "its page is not rendered" in text]
    review.approve(bot.running, bot.series(), "2021-09")
    assert TITLE in one(Kind.ROUNDUP, bot.tick())


@pytest.mark.parametrize(("silence", "count"), [("publish", 1), ("wait", 0)])
def test_a_review_whose_time_passed_while_nothing_ran(bot: Bot, silence: str, count: int) -> None:
    reviewed(bot, silence).add(*NAMES).play("2021-08-26 12:00")
    heard = reviewed(bot, silence, at="2021-09-14 08:00").tick()
    assert (len(threads(bot)), len(of(Kind.HELD, heard))) == (count, 1 - count)
    assert of(Kind.REVIEW, heard) == []


def test_a_month_that_waits_keeps_no_later_one_and_is_linked_when_it_comes(bot: Bot) -> None:
    reviewed(bot, "wait").add(*NAMES, "dino", "swav").play("2021-09-29 12:00")
    review.approve(bot.running, bot.series(), "2021-10")
    bot.play("2021-09-30 19:00")
    assert the(bot, "2021-10").state is State.ANNOUNCED
    slug = the(bot).slug
    assert slug not in page(bot, "2021-10"), "there is no such page yet"
    review.approve(bot.running, bot.series(), "2021-09")
    bot.play("2021-09-30 20:00")
    assert slug in page(bot, "2021-10")
    assert the(bot, "2021-10").slug in page(bot)
    assert the(bot, "2021-10").updated_at is None, "that it has a neighbour corrects nothing"


def test_nobody_approves_what_nobody_has_to_or_what_is_out_or_far(bot: Bot) -> None:
    series = bot.add(*NAMES).series()
    with pytest.raises(NotAllowed, match='set review = "3d" under'):
        review.approve(bot.running, series, "2021-09")
    reviewed(bot, "wait").play("2021-08-30 12:00")
    with pytest.raises(BadInput, match="There is no roundup 2022-03 to approve; the next one is"):
        review.approve(bot.running, bot.series(), "2022-03")
    review.approve(bot.running, bot.series(), "2021-09")
    bot.play("2021-08-31 19:00")
    with pytest.raises(NotAllowed, match="is announced: there is nothing to approve"):
        review.take_back(bot.running, bot.series(), "2021-09")


# The link


class Web:
    """A site that shows what a test puts there."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}

    def __call__(self, connection: Any, head: bytes) -> None:
        path = head.decode("latin-1").split()[1]
        answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        if path in self.pages:
            answer = servers.ok(self.pages[path])
        connection.sendall(answer)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def server(web: Web) -> Iterator[Server]:
    with servers.serving(web) as running:
        yield running


LIVE = """
live = true
[accounts.press]
network = "outbox"
[accounts.paper]
network = "manual"
[destinations.blog]
kind = "folder"
folder = "blog"
[series.mlcollage.roundup]
wait = "0s"
base_url = "{base}"
{more}
"""


def rendered(bot: Bot, base: str, more: str = "") -> Bot:
    """A bot whose roundup of four waits for its link; one account is a person's, who is away."""
    bot.start(LIVE.format(base=base, more=more)).tick()
    bot.add(*NAMES).play("2021-08-31 17:59")
    bot.tick("2021-08-31 18:00")
    assert the(bot).state is State.RENDERED
    return bot


def at(server: Server, path: str = "") -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def shows(title: str) -> bytes:
    return f"<h1>{title}</h1>".encode()


def test_a_page_that_shows_no_title_is_not_the_page(bot: Bot, web: Web, server: Server) -> None:
    rendered(bot, at(server))
    own = f"/{the(bot).slug}/"
    web.pages[own] = shows("Coming soon")
    heard = bot.tick("2021-08-31 19:00")
    assert one(Kind.HELD, heard) == (
        f"The roundup 2021-09 waits until its page is at {at(server, own)}; what answers there "
        f"does not show its title, {TITLE}: publish {bot.folder / 'site'}, or say where it is: "
        "mlcollage roundup link 2021-09 URL"
    )
    web.pages[own] = shows(TITLE.replace(" to ", "\n to "))
    bot.tick("2021-08-31 19:01")
    assert (the(bot).state, len(threads(bot))) == (State.ANNOUNCED, 1)


def test_a_link_by_hand_that_is_not_there_gives_way_to_the_own_page_after_three_days(
    bot: Bot, web: Web, server: Server
) -> None:
    rendered(bot, at(server))
    own, mine = at(server, f"/{the(bot).slug}/"), at(server, "/mine")
    linking.give(bot.running, bot.series(), "2021-09", mine)
    web.pages[f"/{the(bot).slug}/"] = shows(TITLE)
    bot.tick("2021-09-03 17:50")
    assert the(bot).state is State.RENDERED
    [waiting] = awaited.waiting(bot.running, bot.series())
    assert waiting.awaits
    assert waiting.awaits.what == f"its page at {mine}"
    assert waiting.awaits.until == berlin("2021-09-03 18:00")
    heard = bot.tick("2021-09-03 18:00")
    assert one(Kind.DIFFERS, heard).startswith(
        f"The link of the roundup 2021-09 is its own page, {own}: it was waited for in vain at "
        f"{mine}. When it can be read there, have its page say so: "
    )
    assert (the(bot).state, the(bot).link) == (State.ANNOUNCED, own)


def test_where_not_even_the_own_page_is_there_it_goes_on_waiting_loudly(
    bot: Bot, web: Web, server: Server
) -> None:
    rendered(bot, at(server))
    linking.give(bot.running, bot.series(), "2021-09", at(server, "/mine"))
    bot.tick("2021-09-10 12:00")
    assert [text for text in told(bot) if f"until {at(server)}/{the(bot).slug}/ answers" in text]
    watchdog.look(bot.running)
    assert [text for text in told(bot) if "its link does not answer" in text]
    assert is_trouble(bot)
    web.pages["/mine"] = b"At last."
    heard = bot.tick("2021-09-10 12:01")
    assert the(bot).link == at(server, "/mine")
    assert f"{at(server, '/mine')}, the link of the roundup 2021-09, does not show its title" in (
        one(Kind.DIFFERS, heard)
    )


def publish(bot: Bot, url: str) -> None:
    """The destination has published it."""
    row = {"roundup_id": the(bot).id, "destination": "blog", "url": url, "is_public": True}
    with bot.running.write() as work:
        work.conn.execute(tables.publications.delete())
        work.conn.execute(insert(tables.publications).values(row))


HOME = 'destinations = ["blog"]\nhome = "blog"'


def test_the_link_comes_from_the_destination_that_is_its_home(
    bot: Bot, web: Web, server: Server
) -> None:
    rendered(bot, at(server), HOME)
    web.pages |= {f"/{the(bot).slug}/": shows(TITLE), "/blog/1": shows(TITLE)}
    heard = bot.tick("2021-08-31 20:00")
    assert one(Kind.HELD, heard).startswith(
        "The roundup 2021-09 waits until it can be read at blog, but no longer than Friday "
        f"2021-09-03 18:00; then its link is {at(server)}/{the(bot).slug}/."
    )
    [listed] = awaited.listed(bot.running, bot.series())
    shown = roundups.show(bot.running, bot.series(), "2021-09")
    assert (listed.roundup.link, shown.roundup.link) == ("", ""), "its own page is not its link"
    for waits in (listed.awaits, shown.awaits):
        assert waits
        assert (waits.what, waits.until) == ("its link from blog", berlin("2021-09-03 18:00"))
    with pytest.raises(NotAllowed, match="The link of 2021-09 is to come from blog; if it has not"):
        linking.give(bot.running, bot.series(), "2021-09", f"{at(server)}/{the(bot).slug}/")
    publish(bot, at(server, "/blog/1"))
    shown = roundups.show(bot.running, bot.series(), "2021-09")
    assert shown.awaits
    assert (shown.roundup.link, shown.awaits.what) == (
        at(server, "/blog/1"),
        f"its page at {at(server, '/blog/1')}",
    )
    heard = bot.tick("2021-08-31 20:01")
    assert (the(bot).state, the(bot).link) == (State.ANNOUNCED, at(server, "/blog/1"))
    assert of(Kind.DIFFERS, heard) == []


def test_a_home_that_publishes_nothing_is_waited_for_three_days(
    bot: Bot, web: Web, server: Server
) -> None:
    rendered(bot, at(server), HOME)
    web.pages[f"/{the(bot).slug}/"] = shows(TITLE)
    bot.tick("2021-09-03 17:00")
    assert the(bot).state is State.RENDERED
    heard = bot.tick("2021-09-03 18:00")
    assert "waited for in vain at blog" in one(Kind.DIFFERS, heard)
    assert the(bot).link == at(server, f"/{the(bot).slug}/")


def test_without_an_address_of_its_own_it_then_goes_out_without_a_link(bot: Bot) -> None:
    rendered(bot, "", HOME)
    bot.tick("2021-09-03 17:00")
    assert the(bot).state is State.RENDERED
    bot.tick("2021-09-03 18:00")
    assert (the(bot).state, the(bot).link) == (State.ANNOUNCED, "")


def test_a_link_given_after_the_thread_is_where_it_also_is(
    bot: Bot, web: Web, server: Server
) -> None:
    rendered(bot, at(server))
    web.pages |= {f"/{the(bot).slug}/": shows(TITLE), "/mine": b"Mine."}
    bot.tick("2021-08-31 19:00")
    before = bot.out()
    given = linking.give(bot.running, bot.series(), "2021-09", at(server, "/mine"))
    assert "does not show the title" in given.remark
    assert not given.is_link
    bot.tick("2021-08-31 19:01")
    assert (the(bot).also_at, the(bot).link) == (
        at(server, "/mine"),
        at(server, f"/{the(bot).slug}/"),
    )
    assert not the(bot).is_changed
    assert bot.out() == before


def test_a_later_roundup_does_not_overtake_an_earlier_one_that_has_patience(
    bot: Bot, web: Web, server: Server
) -> None:
    bot.start(LIVE.format(base=at(server), more="")).tick()
    bot.add(*NAMES, "dino", "swav").play("2021-08-26 12:00")
    bot.play("2021-09-29 12:00")
    bot.start(LIVE.format(base=at(server), more='link_patience = "40d"'), "2021-09-30 18:00")
    bot.tick()
    later = the(bot, "2021-10")
    web.pages[f"/{later.slug}/"] = shows(later.title)
    bot.tick("2021-09-30 18:05")
    assert [the(bot, each).state for each in ("2021-09", "2021-10")] == [State.RENDERED] * 2
    web.pages[f"/{the(bot).slug}/"] = shows(TITLE)
    bot.tick("2021-09-30 18:06")
    assert threads(bot) == ["2021-08-31-roundup-2021-09", "2021-09-30-roundup-2021-10"]


# Corrections


def out(bot: Bot) -> Bot:
    bot.add(*NAMES, "dino", "swav", "mae", "beit", "data2vec").play("2021-09-30 19:00")
    assert the(bot, "2021-10").state is State.ANNOUNCED
    return bot


def correct(bot: Bot, name: str = "barlow", **changed: object) -> queue_changes.Edited:
    before = bot.collage(name)
    item = replace(before, **changed)  # type: ignore[arg-type]
    return queue_changes.edit(bot.running, bot.series(), before, Arrival(item))


def test_a_corrected_collage_is_on_its_page_at_the_next_tick_and_nothing_is_posted(
    bot: Bot,
) -> None:
    files = {name: data for name, data in out(bot).files().items() if "outbox" in name}
    edited = correct(bot, paragraph="Corrected at last.")
    assert edited.page
    assert edited.page.title_month == "2021-09"
    assert the(bot).is_changed
    bot.tick("2021-10-01 09:00")
    assert "Corrected at last." in page(bot)
    assert the(bot).updated_at == berlin("2021-10-01 09:00")
    assert not the(bot).is_changed
    assert {n: d for n, d in bot.files().items() if "outbox" in n} == files
    bot.tick("2021-10-01 10:00")
    assert the(bot).updated_at == berlin("2021-10-01 09:00")


def test_what_changes_nothing_on_the_page_corrects_nothing(bot: Bot) -> None:
    out(bot)
    correct(bot, thread=("Other words.", "And more."))
    bot.tick("2021-10-01 09:00")
    assert (the(bot).is_changed, the(bot).updated_at) == (False, None)


def test_destinations_are_brought_up_to_date_after_a_correction(bot: Bot) -> None:
    out(bot)
    publish(bot, "https://blog.lab.net/1")
    correct(bot, alt="A better alt text.")
    bot.tick("2021-10-01 09:00")
    with bot.running.read() as work:
        [next_at] = work.conn.execute(select(tables.publications.c.next_at)).scalars()
    assert next_at is not None


def test_another_title_is_on_the_page_and_its_neighbours_and_the_address_stays(bot: Bot) -> None:
    slug = the(out(bot)).slug
    edited = corrections.edit(bot.running, bot.series(), "2021-09", "Four “Papers”", "By four.")
    assert [change.field for change in edited.changes] == ["title", "subtitle"]
    assert edited.is_out
    bot.tick("2021-10-01 09:00")
    assert "Four “Papers”" in page(bot)
    assert "Four “Papers”" in page(bot, "2021-10")
    assert (the(bot).slug, the(bot).updated_at) == (slug, berlin("2021-10-01 09:00"))
    assert the(bot, "2021-10").updated_at is None
    assert len(threads(bot)) == 2
    assert corrections.edit(bot.running, bot.series(), "2021-09", None, "By four.").changes == ()
    with pytest.raises(BadInput, match="needs a title"):
        corrections.edit(bot.running, bot.series(), "2021-09", " \u200b", None)
    with pytest.raises(BadInput, match="The title has 301 of at most 300 characters"):
        corrections.edit(bot.running, bot.series(), "2021-09", "x" * 301, None)


def test_a_post_that_turns_out_later_is_added_to_the_page(
    bot: Bot, web: Web, server: Server
) -> None:
    rendered(bot, at(server))
    with bot.running.read() as work:
        rows = tables.deliveries.c
        mine = select(rows.id).where(rows.state == "uncertain").order_by(rows.id).limit(1)
        entry = work.lookup.entry(work.conn.execute(mine).scalar_one())
        count = len(work.parts.of(entry.delivery.id))
    urls = [f"https://paper.lab.net/{n}" for n in range(count)]
    resolve.posted(bot.running, entry, urls)
    assert the(bot).is_changed
    bot.tick("2021-09-01 09:00")
    assert urls[0] in page(bot)
    assert (the(bot).is_changed, the(bot).updated_at) == (False, None), "nothing was wrong before"


def test_a_page_that_cannot_be_made_again_is_told_and_tried_until_it_can(bot: Bot) -> None:
    out(bot)
    template = bot.folder / "templates" / "roundup" / "page.html"
    template.parent.mkdir(parents=True)
    template.write_text("{{ nothing.of.it }}", encoding="utf-8")
    correct(bot, paragraph="Corrected at last.")
    heard = bot.tick("2021-10-01 09:00")
    assert "is older than what it shows, and cannot be made again: " in one(Kind.FAILED, heard)
    assert is_trouble(bot)
    assert bot.tick("2021-10-01 09:01") == []
    template.unlink()
    bot.tick("2021-10-01 09:02")
    assert "Corrected at last." in page(bot)
    assert not is_trouble(bot)


@pytest.mark.slow
def test_a_bot_killed_on_the_way_corrects_the_page_all_the_same(tmp_path: Path, bot: Bot) -> None:
    out(bot)
    publish(bot, "https://blog.lab.net/1")
    with watched(Points()) as seen:
        correct(bot, paragraph="Corrected 0.")
        bot.tick("2021-10-01 09:00")
    for number in [n for n, name in enumerate(seen.names, 1) if "commit" in name]:
        text = f"Corrected {number}."
        with suppress(Crash), watched(Points(number)):
            correct(bot, paragraph=text)
            bot.tick()
        if bot.collage("barlow").paragraph != text:
            continue
        bot.clock.go(minutes=1)
        bot.tick()
        assert text in page(bot), number
        assert (the(bot).is_changed, the(bot).state) == (False, State.ANNOUNCED)
    assert len(threads(bot)) == 2


# Catching up


def test_three_missed_months_have_their_pages_links_and_threads_in_order(
    bot: Bot, web: Web, server: Server
) -> None:
    settings = LIVE.format(base=at(server), more="")
    bot.start(settings).tick()
    # One goes out in September, none in October, and one in November: by hand, while it is away.
    bot.add(*NAMES, "dino").play("2021-09-14 12:00")
    bot.start(settings, at="2021-11-20 12:00")
    item = bot.add("swav").collage("swav")
    tick.post_now(bot.running, bot.series(), item)
    bot.clock.go(seconds=1)
    with bot.running.read() as work:
        [press] = [row for row in work.accounts.all() if row.name == "press"]
    deliver.run(bot.running, press, has_doubt=False)
    assert bot.states()["swav"] == "posted"
    bot.start(settings, at="2021-12-02 09:00")
    heard = bot.tick()
    assert "There is no roundup 2021-11 of" in one(Kind.NO_ROUNDUP, heard)
    made = [each for each in ("2021-09", "2021-10", "2021-12") if _is_made(bot, each)]
    assert made == ["2021-09", "2021-10", "2021-12"]
    for each in made:
        web.pages[f"/{the(bot, each).slug}/"] = shows(the(bot, each).title)
    bot.tick("2021-12-02 09:05")
    assert [the(bot, each).state for each in made] == [State.ANNOUNCED] * len(made)
    assert [name[-7:] for name in threads(bot)] == made
    for before, after in pairwise(made):
        assert the(bot, after).slug in page(bot, before)
        assert the(bot, before).slug in page(bot, after)
    bot.tick("2021-12-02 09:10")
    assert len(threads(bot)) == len(made), "once"


def _is_made(bot: Bot, title_month: str) -> bool:
    with bot.running.read() as work:
        return work.roundups.find("mlcollage", title_month) is not None


@pytest.mark.slow
def test_a_bot_killed_on_the_way_makes_the_page_and_its_thread_once(tmp_path: Path) -> None:
    whole = Bot(tmp_path / "whole", lay_database(tmp_path / "queue.db")).start()
    whole.add("barlow").play("2021-08-31 17:59")
    whole.stop()

    def again(name: str) -> Bot:
        folder = tmp_path / name
        shutil.copytree(tmp_path / "whole", folder)
        shutil.copyfile(tmp_path / "queue.db", folder / "queue.db")
        return Bot(folder, f"sqlite:///{folder / 'queue.db'}").start(at="2021-08-31 18:00")

    bot = again("seen")
    with watched(Points()) as seen:
        bot.tick()
    bot.stop()
    places = [n for n, name in enumerate(seen.names, 1) if "commit" in name or "rename" in name]
    assert len(places) > 20
    for number in places[::6]:
        bot = again(f"killed-{number}")
        with suppress(Crash), watched(Points(number)):
            bot.tick()
        bot.clock.go(minutes=5)
        bot.tick()
        bot.clock.go(minutes=5)
        bot.tick()
        end = (the(bot).state, the(bot).is_changed, the(bot).updated_at, threads(bot))
        wanted = (State.ANNOUNCED, False, None, ["2021-08-31-roundup-2021-09"])
        assert end == wanted, f"killed at {number}, {seen.names[number - 1]}"
        assert the(bot).title in page(bot)
        bot.stop()
