"""A live month on the local X: four threads, then the roundup's, once its page answers."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app.runner import Duty
from bot.context import Context
from bot.core.errors import BadInput
from bot.core.month import Roundup, State
from bot.intake import accept
from bot.roundups import linking
from bot.scheduling import tick
from tests.conftest import StoppedClock, make_context, write_item
from tests.fakes import x
from tests.fakes.x import FakeX

NAMES = ("barlow", "vit", "ffjord", "nerf")


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        yield running


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[int]:
    folder.mkdir(exist_ok=True)
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(Quiet, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def live(folder: Path, fake: FakeX, clock: StoppedClock, place: int | str, **more: str) -> Context:
    """A live bot with four collages, which publishes on that port of this machine, or there."""
    address = place if isinstance(place, str) else f"http://127.0.0.1:{place}"
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake, **more).items())
    settings = f"live = true\n[accounts.lab]\n{lines}\n"
    settings += f'[series.mlcollage.roundup]\nbase_url = "{address}"\n'
    context = make_context(folder, settings, clock=clock)
    tick.tick(context)
    own = context.config.series["mlcollage"]
    accept.take(context, own, [accept.from_file(write_item(folder, name)) for name in NAMES])
    return context


def through_august(context: Context, clock: StoppedClock) -> None:
    """Play to the roundup's moment, on the last day of the month at 18:00."""
    end = datetime(2021, 8, 31, 18, 0, 30, tzinfo=UTC)
    while clock.at < end:
        tick.tick(context)
        soon = tick.next_at(context)
        assert soon is not None
        clock.wait_until(min(max(soon, clock.at), end))
    tick.tick(context)


def the_roundup(context: Context) -> Roundup:
    with context.read() as work:
        return work.roundups.get("mlcollage", "2021-09")


def heard(context: Context) -> list[str]:
    with context.read() as work:
        return [notice.text for notice in work.notices.listed()]


def test_a_month_goes_out_and_the_roundup_follows_once_its_page_answers(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    with serving(tmp_path / "elsewhere") as port:
        pass
    context = live(tmp_path, fake, clock, port)
    through_august(context, clock)
    roots = [post for post in fake.state.posts if not post.parent]
    assert [post.media[0].alt for post in roots] == [
        f"A white slide about {name}." for name in NAMES
    ]
    assert the_roundup(context).state is State.RENDERED
    assert [text for text in heard(context) if "waits until http://127.0.0.1" in text] != []
    before = len(fake.state.posts)
    with serving(tmp_path / "site", port):
        clock.go(minutes=5)
        tick.tick(context)
    clock.go(minutes=5)
    tick.tick(context)
    assert the_roundup(context).state is State.ANNOUNCED
    thread = fake.state.posts[before:]
    assert thread[0].text.startswith("Four Deep Learning Papers to Read in September 2021")
    papers = "; ".join(f"‘The {name} paper’, Lovelace et al. (2021)" for name in NAMES)
    assert thread[0].media[0].alt == (
        "Cover of the roundup ‘Four Deep Learning Papers to Read in September 2021’, ML-Collage. "
        f"It shows the collages of {papers}."
    )
    assert the_roundup(context).link in thread[-1].text
    assert [post.parent for post in thread] == [None, *(post.id for post in thread[:-1])]
    with context.read() as work:
        cost = sum(one.dollars for one in work.charges.by_month())
    assert cost == fake.state.costs(), "each post, alt text and read, at X's price"
    context.database.close()


def test_a_maintainer_who_published_by_hand_gives_the_link(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    with serving(tmp_path / "mine") as port:
        context = live(tmp_path, fake, clock, port + 1 if port < 65_000 else port - 1)
        through_august(context, clock)
        assert the_roundup(context).state is State.RENDERED
        (tmp_path / "mine" / "september.html").write_text("here", encoding="utf-8")
        own = context.config.series["mlcollage"]
        linking.give(context, own, "2021-09", f"http://127.0.0.1:{port}/september.html")
        tick.tick(context)
        assert f"127.0.0.1:{port}/september.html" in fake.state.posts[-1].text
        given = linking.give(context, own, "2021-09", f"http://127.0.0.1:{port}/other.html")
        assert not given.is_link
        assert the_roundup(context).also_at == f"http://127.0.0.1:{port}/other.html"
        assert "september.html" in the_roundup(context).link
        told = [text for text in heard(context) if "does not show its title" in text]
        assert len(told) == 1, "a page elsewhere may have another title"
    context.database.close()


def test_a_month_s_budget_holds_the_account_and_ends_with_the_month(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    with serving(tmp_path / "site") as port:
        context = live(tmp_path, fake, clock, port, budget="0.60")
        through_august(context, clock)
        roots = [post for post in fake.state.posts if not post.parent]
        assert len(roots) == 2, "two threads of about $0.26, and the third would pass the budget"
        assert [text for text in heard(context) if "held until 2021-09-01" in text] != []
    context.database.close()


@pytest.mark.parametrize(
    "address",
    ["", "https://example.org/mlcollage", "http://www.Example.com", "https://lab.example:8080/x"],
)
def test_a_roundup_whose_address_is_an_example_goes_live_without_a_link_and_this_is_said_first(
    tmp_path: Path, fake: FakeX, clock: StoppedClock, address: str
) -> None:
    context = live(tmp_path, fake, clock, address)
    Duty(context).once()
    told = [text for text in heard(context) if "without a link to their pages" in text]
    why = f"{address} is an example" if address else "there is no address for them"
    assert told == [
        f"The roundups of mlcollage go out without a link to their pages: {why}. "
        "Write where you publish them as base_url under [series.mlcollage.roundup]."
    ]
    through_august(context, clock)
    roundup = the_roundup(context)
    assert (roundup.state, roundup.link) == (State.ANNOUNCED, "")
    threads = [post for post in fake.state.posts if post.text.startswith("Four Deep Learning")]
    assert len(threads) == 1
    assert [post.links for post in fake.state.posts if post.parent == threads[0].id] == []
    assert "example." not in "".join(
        file.read_text(encoding="utf-8").replace("https://example.org/", "")
        for file in (tmp_path / "site").rglob("index.html")
    ), "but for the papers, which are at example.org here"
    page = (tmp_path / "site" / roundup.slug / "index.html").read_text(encoding="utf-8")
    assert 'rel="canonical"' not in page
    assert "og:image" not in page
    listed = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert f'href="{roundup.slug}/index.html"' in listed
    Duty(context).once()
    assert len([text for text in heard(context) if "without a link to their" in text]) == 1
    context.database.close()


def test_a_roundup_that_waited_for_an_example_to_answer_goes_out_without_it(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, "http://127.0.0.1:9")
    through_august(context, clock)
    assert the_roundup(context).state is State.RENDERED
    with context.write() as work:
        work.roundups.set_link(the_roundup(context), "https://example.org/mlcollage/september/")
    clock.go(minutes=5)
    tick.tick(context)
    clock.go(minutes=5)
    tick.tick(context)
    roundup = the_roundup(context)
    assert (roundup.state, roundup.link) == (State.ANNOUNCED, "")
    assert not [text for text in fake.state.texts() if "example.org/mlcollage" in text]
    context.database.close()


def test_an_example_is_no_place_where_a_roundup_was_published(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, "http://127.0.0.1:9")
    through_august(context, clock)
    own = context.config.series["mlcollage"]
    with pytest.raises(BadInput, match=r"^https://example\.org/x is an example; give the address"):
        linking.give(context, own, "2021-09", "https://example.org/x")
    context.database.close()
