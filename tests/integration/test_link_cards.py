"""Link cards of pages that collages' links lead to: asked a day before, shown, sent the same."""

import io
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import func, select

from bot import cli
from bot.app.runner import Duty
from bot.composing.composed import ComposedThread
from bot.context import Context
from bot.core import cards
from bot.core.cards import Known
from bot.core.delivery import Delivery, State
from bot.core.errors import BadConfig
from bot.deciding import approvals, candidates, preview_descriptions
from bot.intake import accept
from bot.pictures import read
from bot.scheduling import pauses, tick
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.work import reading, writing
from bot.watching import link_cards
from tests.conftest import StoppedClock, make_context, png, write_item
from tests.fakes import bluesky, servers
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.servers import Serve

SLOT = datetime(2021, 8, 4, 15, tzinfo=UTC)
WRITE_ALL = "com.atproto.repo.applyWrites"
PAGE = "http://papers.example/barlow"
TAGS = """<!DOCTYPE html><html><head><title>Other</title>
<meta property="og:title" content="Barlow Twins &amp; more">
<meta property="og:description" content="Self-supervised\nlearning">
<meta property="og:image" content="/cover.png">
</head><body></body></html>"""


def html(page: str, *headers: str) -> Serve:
    answer = servers.ok(page.encode(), "Content-Type: text/html; charset=utf-8", *headers)
    return servers.says(answer)


def picture(data: bytes) -> Serve:
    return servers.says(servers.ok(data, "Content-Type: image/png"))


class Web:
    """All public pages, by their addresses; what is not there is answered with 404."""

    def __init__(self) -> None:
        self.pages: dict[str, Serve] = {}
        self.asked: list[str] = []

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        url = head.split(b" ", 2)[1].decode()
        self.asked.append(url)
        missing = servers.says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        self.pages.get(url, missing)(connection, head)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The web behind a proxy, which is not asked for hosts of this machine."""
    pages = Web()
    pages.pages = {
        PAGE: html(TAGS),
        "http://papers.example/cover.png": picture(png("navy", (1_200, 630))),
    }
    with servers.serving(pages) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        yield pages


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeBluesky]:
    with bluesky.checked(clock.now) as running:
        yield running


Make = Callable[..., Context]


@pytest.fixture
def make(tmp_path: Path, fake: FakeBluesky, clock: StoppedClock) -> Iterator[Make]:
    """Makes a live bot with one collage on its way to the slot of Wednesday, three days ahead."""
    made = []

    def context(more: str = "link_cards = true\n", rules: str = "", **item: object) -> Context:
        lines = "\n".join(f"{key} = '''{value}'''" for key, value in bluesky.account(fake).items())
        series = f'[series.mlcollage]\nzone = "UTC"\nslots = ["wednesday 15:00"]\n{rules}'
        delivery = '[delivery]\nretry_first = "2m"\n'
        settings = f"live = true\n{delivery}[accounts.lab]\n{lines}\n{more}{series}"
        made.append(make_context(tmp_path, settings, clock=clock))
        tick.tick(made[-1])
        add(made[-1], **item)
        return made[-1]

    yield context
    for each in made:
        each.database.close()


def add(context: Context, name: str = "barlow", **more: object) -> None:
    links = f'[{{ kind = "paper", url = "http://papers.example/{name}" }}]'
    file = write_item(context.config.folder, name, **{"links": links} | more)
    accept.take(context, context.config.series["mlcollage"], [accept.from_file(file)])


def shown(context: Context, name: str = "barlow") -> ComposedThread:
    series = context.config.series["mlcollage"]
    with context.read() as work:
        item = work.queue.get(series.name, name)
    (thread,) = candidates.preview(context, series, item, series.accounts).threads
    return thread


def known(context: Context, url: str = PAGE) -> Known | None:
    with context.read() as work:
        return work.link_cards.find(url)


def before_the_slot(context: Context, clock: StoppedClock, **span: float) -> None:
    clock.wait_until(SLOT - timedelta(**span))
    link_cards.look(context)


def at_the_slot(context: Context, clock: StoppedClock) -> None:
    clock.wait_until(SLOT)
    tick.tick(context)


def newest(context: Context) -> Delivery:
    with context.read() as work:
        ids = select(func.max(tables.deliveries.c.id))
        return work.deliveries.get(work.conn.execute(ids).scalar_one())


def records(fake: FakeBluesky) -> list[dict[str, Any]]:
    return [fake.records[key] for key in sorted(fake.records)]


def written(fake: FakeBluesky) -> list[Any]:
    """What was sent to publish something, each time."""
    calls = zip(fake.calls, fake.bodies, strict=True)
    return [body for call, body in calls if call == WRITE_ALL]


def external(fake: FakeBluesky) -> dict[str, Any] | None:
    """The link card of the last part that is out."""
    embed = records(fake)[-1].get("embed")
    return embed and embed["external"]


def test_a_page_is_asked_a_day_before_the_slot_and_its_card_is_previewed_and_sent(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock
) -> None:
    context = make()
    before_the_slot(context, clock, hours=25)
    assert web.asked == []
    assert shown(context).card_note == cards.NOT_ASKED
    before_the_slot(context, clock, hours=23)
    assert web.asked == [PAGE, "http://papers.example/cover.png"]
    card = shown(context).card
    assert card
    assert card.image
    assert card[:4] == (2, PAGE, "Barlow Twins & more", "Self-supervised learning")
    before_the_slot(context, clock, minutes=1)
    at_the_slot(context, clock)
    assert newest(context).state is State.SENT
    assert len(web.asked) == 2, "composing asks nobody"
    sent = external(fake)
    assert sent
    assert (sent["uri"], sent["title"], sent["description"]) == card[1:4]
    with context.read() as work:
        data = work.pictures.data(card.image.sha256)
    assert data in [blob for blob, _ in fake.blobs.values()]
    assert sent["thumb"]["size"] == len(data) <= 1_000_000
    assert "embed" not in records(fake)[0] or "images" in records(fake)[0]["embed"]
    out = shown(context)
    assert out.card == card, "what is out is shown as it is out"


def test_the_card_of_a_page_belongs_to_the_part_with_the_links_and_its_first_link(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    paragraph = '["First", "See http://papers.example/code #mlcollage", "Third"]'
    links = (
        '[{ kind = "code", url = "http://papers.example/code" },'
        f' {{ kind = "paper", url = "{PAGE}" }}]'
    )
    context = make(thread=paragraph, links=links)
    before_the_slot(context, clock, hours=3)
    assert web.asked[0] == PAGE
    thread = shown(context)
    assert thread.card
    assert (thread.card.url, thread.card.position) == (PAGE, len(thread.parts))


def test_the_page_is_that_of_the_link_which_stands_first_by_the_template(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock
) -> None:
    code = "http://code.example.org/twins"
    web.pages[code] = html(TAGS.replace("Barlow", "Its code"))
    links = f'[{{ kind = "paper", url = "{PAGE}" }}, {{ kind = "code", url = "{code}" }}]'
    context = make(links=links)
    template = context.config.templates / "posts" / "collage" / "links.txt"
    template.parent.mkdir(parents=True)
    template.write_text("Code: {{ links[1].url }} and [paper]({{ links[0].url }})\n")
    before_the_slot(context, clock, hours=3)
    at_the_slot(context, clock)
    assert PAGE not in web.asked
    sent = external(fake)
    assert sent
    assert (sent["uri"], sent["title"]) == (code, "Its code Twins & more")


def test_a_retry_sends_the_same_record_to_the_byte_though_the_page_says_something_else_by_then(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock
) -> None:
    context = make()
    before_the_slot(context, clock, hours=3)
    fake.on_call[WRITE_ALL, 1] = bluesky.FAIL_500
    at_the_slot(context, clock)
    assert records(fake) == []
    (first,) = [
        body for call, body in zip(fake.calls, fake.bodies, strict=True) if call == WRITE_ALL
    ]
    web.pages[PAGE] = html(TAGS.replace("Barlow", "Other"))
    with context.write() as work:
        changed = work.link_cards.find(PAGE)
        assert changed
        work.link_cards.put(changed._replace(title="Another", picture=None))
    for _ in range(30):
        clock.go(minutes=1)
        tick.tick(context)
    assert newest(context).state is State.SENT
    first, second = written(fake)
    assert json.dumps(first) == json.dumps(second)
    sent = external(fake)
    assert sent
    assert sent["title"] == "Barlow Twins & more"


@pytest.mark.parametrize("more", ["", "link_cards = false\n"])
def test_nobody_is_asked_where_no_account_wants_link_cards(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock, more: str
) -> None:
    context = make(more)
    before_the_slot(context, clock, hours=3)
    at_the_slot(context, clock)
    assert newest(context).state is State.SENT
    assert web.asked == []
    assert external(fake) is None
    assert shown(context).card_url == ""


def test_one_post_with_the_picture_has_no_room_for_a_card(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock
) -> None:
    context = make('link_cards = true\nlayout = "post"\n', thread='["In short #mlcollage"]')
    before_the_slot(context, clock, hours=3)
    at_the_slot(context, clock)
    assert web.asked == []
    (record,) = records(fake)
    assert "images" in record["embed"]


def redirecting(to: str) -> Serve:
    return servers.says(servers.redirect(to))


BROKEN: dict[str, tuple[Serve, str]] = {
    "no tags": (html("<html><p>Nothing</p></html>"), "its page offers none"),
    "no html": (
        servers.says(servers.ok(b"%PDF-1.7", "Content-Type: application/pdf")),
        "its page offers none",
    ),
    "too large": (html(TAGS + "x" * 4_000_000), "its answer has more than 4,000,000 bytes"),
    "a loop": (redirecting(PAGE), "it redirects more than 10 times"),
    "gone": (servers.says(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"), "it answers 410"),
    "closed": (lambda connection, _: connection.close(), "the connection broke"),
    "private": (redirecting("http://127.0.0.1:1/"), "it leads to an address of a private network"),
    "private name": (redirecting("http://wiki/"), "it leads to an address of a private network"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_page_without_a_card_is_no_trouble_and_the_thread_goes_out_without_one(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock, what: str
) -> None:
    web.pages[PAGE], why = BROKEN[what]
    context = make()
    before_the_slot(context, clock, hours=3)
    thread = shown(context)
    assert (thread.card, thread.card_url, thread.card_note) == (None, PAGE, why)
    assert thread.all_cautions == []
    at_the_slot(context, clock)
    assert newest(context).state is State.SENT
    assert external(fake) is None
    with context.read() as work:
        told = [notice.text for notice in work.notices.listed()]
    assert [text for text in told if "running dry" not in text] == []


def test_a_link_into_a_private_network_is_not_asked_itself(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    with servers.serving(html(TAGS)) as inside:
        url = f"http://127.0.0.1:{inside.port}/wiki"
        context = make(links=f'[{{ kind = "paper", url = "{url}" }}]')
        before_the_slot(context, clock, hours=3)
        assert inside.asked == []
    assert shown(context).card_note == "it leads to an address of a private network"


def test_a_picture_in_a_private_network_is_not_fetched_and_the_card_goes_without_it(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock
) -> None:
    with servers.serving(picture(png())) as inside:
        web.pages[PAGE] = html(TAGS.replace("/cover.png", inside.url))
        context = make()
        before_the_slot(context, clock, hours=3)
        assert inside.asked == []
    at_the_slot(context, clock)
    sent = external(fake)
    assert sent
    assert "thumb" not in sent


@pytest.mark.parametrize(
    "written",
    ["", "javascript:alert(1)", "data:image/png;base64,AAAA", "http://[::1", "file:///etc/passwd",
     "/missing.png", "/text.png", "/bomb.png", "/drawing.svg"],
)  # fmt: skip
def test_a_picture_that_cannot_be_shown_leaves_a_card_without_one(
    make: Make, web: Web, clock: StoppedClock, written: str
) -> None:
    huge = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(huge, "PNG")
    web.pages["http://papers.example/text.png"] = picture(b"no picture at all")
    web.pages["http://papers.example/bomb.png"] = picture(huge.getvalue())
    web.pages["http://papers.example/drawing.svg"] = picture(b"<svg xmlns='x'></svg>")
    web.pages[PAGE] = html(TAGS.replace("/cover.png", written))
    context = make()
    before_the_slot(context, clock, hours=3)
    card = shown(context).card
    assert card
    assert card.image is None
    with context.read() as work:
        count = work.conn.execute(select(func.count()).select_from(tables.link_cards)).scalar()
    assert count == 1


def test_a_picture_of_more_than_a_million_bytes_is_made_to_fit(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock
) -> None:
    noise = Image.frombytes("RGB", (300, 158), random.Random(1).randbytes(300 * 158 * 3))
    data = io.BytesIO()
    noise.resize((1_200, 632), Image.Resampling.BICUBIC).save(data, "PNG")
    assert len(data.getvalue()) > 1_000_000
    web.pages["http://papers.example/cover.png"] = picture(data.getvalue())
    context = make()
    before_the_slot(context, clock, hours=3)
    at_the_slot(context, clock)
    sent = external(fake)
    assert sent
    assert sent["thumb"]["size"] <= 1_000_000


def test_a_page_that_hangs_delays_no_slot(
    make: Make, web: Web, fake: FakeBluesky, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    web.pages[PAGE] = lambda connection, head: over.wait() and connection.close()
    context = make()
    clock.wait_until(SLOT - timedelta(minutes=1))
    duty = Duty(context)
    began = time.monotonic()
    duty.watch()
    clock.wait_until(SLOT)
    duty.tick()
    while newest(context).state is not State.SENT:
        assert time.monotonic() - began < 10
        time.sleep(0.02)
        duty.tick()
    assert PAGE in web.asked
    assert external(fake) is None
    over.set()
    duty.finish()


def test_a_page_is_asked_again_after_a_day_and_keeps_what_it_offered_where_it_does_not_answer(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    context = make()
    before_the_slot(context, clock, hours=24)
    before_the_slot(context, clock, hours=1)
    assert web.asked.count(PAGE) == 1
    before = known(context)
    assert before
    pauses.skip(context, context.config.series["mlcollage"], SLOT.date())
    at_the_slot(context, clock)
    web.pages[PAGE] = BROKEN["gone"][0]
    clock.wait_until(SLOT + timedelta(days=6, hours=1))
    link_cards.look(context)
    link_cards.look(context)
    assert web.asked.count(PAGE) == 2
    after = known(context)
    assert after
    assert after._replace(until=before.until) == before
    clock.go(hours=1)
    web.pages[PAGE] = html(TAGS.replace("Barlow", "Other"))
    link_cards.look(context)
    changed = known(context)
    assert changed
    assert changed.title == "Other Twins & more"


def test_a_page_that_did_not_answer_is_asked_again_after_an_hour(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    there = web.pages.pop(PAGE)
    context = make()
    before_the_slot(context, clock, hours=3)
    before_the_slot(context, clock, hours=2, minutes=1)
    assert web.asked == [PAGE]
    web.pages[PAGE] = there
    before_the_slot(context, clock, hours=2)
    assert shown(context).card


def test_a_page_that_was_not_asked_for_long_is_forgotten(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    context = make()
    old = Known("http://papers.example/old", "Old", "", None, clock.now(), clock.now())
    with context.write() as work:
        work.link_cards.put(old._replace(asked_at=SLOT - cards.KEPT - timedelta(days=1)))
        work.link_cards.put(old._replace(url="http://papers.example/kept"))
    before_the_slot(context, clock, hours=3)
    assert known(context, old.url) is None
    assert known(context, "http://papers.example/kept")


def test_one_round_asks_before_the_brief_is_given(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    context = make()
    clock.wait_until(SLOT - timedelta(hours=2))
    Duty(context).once()
    assert shown(context).card


def test_a_rehearsal_shows_the_card_that_goes_out_later(
    tmp_path: Path, web: Web, clock: StoppedClock
) -> None:
    settings = """live = false
[accounts.lab]
network = "bluesky"
handle = "lab.example.org"
link_cards = true
[series.mlcollage]
zone = "UTC"
slots = ["wednesday 15:00"]
"""
    context = make_context(tmp_path, settings, clock=clock)
    tick.tick(context)
    add(context)
    before_the_slot(context, clock, hours=3)
    assert shown(context).card
    context.database.close()


def test_the_preview_names_the_title_of_the_card_and_where_it_leads(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    context = make()
    told = preview_descriptions.thread(shown(context))["parts"][-1]
    assert told["link_card"] is None
    assert told["no_link_card"] == {"url": PAGE, "reason": cards.NOT_ASKED}
    before_the_slot(context, clock, hours=3)
    part = preview_descriptions.thread(shown(context))["parts"][-1]
    assert part["no_link_card"] is None
    assert part["link_card"]["title"] == "Barlow Twins & more"
    assert part["link_card"]["url"] == PAGE
    assert part["link_card"]["picture"]["size"] <= 1_000_000


def test_the_preview_at_the_terminal_shows_the_card_or_why_there_is_none(
    make: Make, web: Web, clock: StoppedClock
) -> None:
    context = make()
    command = ["preview", "barlow", "--config", str(context.config.file)]
    told = CliRunner().invoke(cli.main, command).output
    assert f"link card: none of {PAGE}, for {cards.NOT_ASKED}" in " ".join(told.split())
    before_the_slot(context, clock, hours=3)
    told = " ".join(CliRunner().invoke(cli.main, command).output.split())
    assert f"link card: Barlow Twins & more → {PAGE}, with link-card" in told
    assert "1200 × 630" in told
    assert "its description: Self-supervised learning" in told


def test_both_databases_keep_what_a_page_offered_last(database: Database) -> None:
    file = read.drawn(png(), "a.png")
    at = datetime(2021, 8, 3, 15, tzinfo=UTC)
    first = Known(PAGE, "论文 👩‍🔬", "", None, at, at + cards.AGE)
    pictured = first._replace(title="Second", description="One", picture=file.picture, note="why")
    for each in (first, pictured, first):
        with writing(database, at) as work:
            work.pictures.put(file.picture, file.data)
            work.link_cards.put(each)
        with reading(database, at) as work:
            found = work.link_cards.find(PAGE)
        assert found
        assert found._replace(picture=None) == each._replace(picture=None)
        assert (found.picture and found.picture.sha256) == (each.picture and each.picture.sha256)
    with writing(database, at) as work:
        work.link_cards.prune(at)
        assert work.link_cards.find(PAGE)
        work.link_cards.prune(at + timedelta(seconds=1))
        assert work.link_cards.find(PAGE) is None


def test_an_address_that_no_index_could_hold_is_not_asked() -> None:
    assert cards.is_asked(f"http://papers.example/{'a' * 1_900}")
    assert not cards.is_asked(f"http://papers.example/{'论' * 1_900}")
    assert not cards.is_asked("http://me:secret@papers.example/")


@pytest.mark.parametrize("network", ["x", "mastodon"])
def test_an_outbox_by_the_rules_of_a_network_without_cards_refuses_the_setting(
    tmp_path: Path, network: str
) -> None:
    settings = f'[accounts.out]\nnetwork = "outbox"\nlike = "{network}"\nlink_cards = true\n'
    with pytest.raises(BadConfig, match=r"accounts\.out\.link_cards .* must be false"):
        make_context(tmp_path, settings)


def approve(context: Context, name: str = "barlow") -> None:
    """As `mlcollage approve` does: the page is asked first."""
    series = context.config.series["mlcollage"]
    look = approvals.look(context, series, name)
    if link_cards.ask(context, (thread.card_url for thread in look.threads)):
        look = approvals.look(context, series, name)
    approvals.approve(context, series, look)


def test_the_card_that_was_approved_goes_out_whatever_its_page_says_by_then(
    make: Make, web: Web, clock: StoppedClock, fake: FakeBluesky
) -> None:
    context = make(rules='approval = "one"\n')
    approve(context)
    approved = shown(context).card
    assert approved
    assert approved.title == "Barlow Twins & more"
    assert approved.image
    web.pages[PAGE] = html(TAGS.replace("Barlow Twins", "Something else"))
    web.pages["http://papers.example/cover.png"] = picture(png("red", (1_200, 630)))
    before_the_slot(context, clock, hours=3)
    now = shown(context).card
    assert now
    assert now.title == "Something else & more"
    at_the_slot(context, clock)
    saved = cards.from_json(newest(context).saved)
    assert newest(context).state is State.SENT
    assert saved == approved._replace(image=saved.image if saved else None)
    assert saved.image
    assert saved.image.sha256 == approved.image.sha256


def test_a_card_that_nobody_has_seen_does_not_go_out(
    make: Make, web: Web, clock: StoppedClock, fake: FakeBluesky
) -> None:
    context = make(rules='approval = "one"\n')
    web.pages.pop(PAGE)
    approve(context)
    web.pages[PAGE] = html(TAGS)
    before_the_slot(context, clock, hours=3)
    assert shown(context).card
    at_the_slot(context, clock)
    assert newest(context).state is State.SENT
    assert cards.SAVED not in newest(context).saved
