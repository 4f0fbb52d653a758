"""WordPress, Ghost and Buttondown: each makes one post of an article, whatever breaks between."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.errors import Blocked, MlcollageError, Unavailable
from bot.destinations.protocol import Destination, Published, Saved
from tests import wordpress
from tests.blogs import (
    DUE,
    OnButtondown,
    OnGhost,
    OnWordPress,
    Place,
    article,
    destination,
    drawn,
)
from tests.conftest import ROOM, StoppedClock
from tests.fakes import buttondown, cutting, ghost, servers

DRAFT: dict[str, dict[str, Any]] = {
    "wordpress": {"status": "draft"},
    "ghost": {"status": "draft"},
    "buttondown": {"send": False},
}
"""The settings with which nobody can read a new post."""


@pytest.fixture(scope="session")
def wordpress_site() -> Iterator[wordpress.WordPress]:
    """A real WordPress for all tests of a process."""
    with wordpress.running(ROOM) as site:
        yield site


@pytest.fixture(params=["wordpress", "ghost", "buttondown"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A blog or newsletter with nothing in it."""
    match request.param:
        case "wordpress":
            site: wordpress.WordPress = request.getfixturevalue("wordpress_site")
            site.clear()
            yield OnWordPress(site)
        case "ghost":
            with ghost.running() as blog:
                yield OnGhost(blog)
        case _:
            with buttondown.running() as newsletter:
                yield OnButtondown(newsletter)


def test_an_article_is_published_with_its_pictures_and_found_at_the_address_that_is_told(
    place: Place,
) -> None:
    published = destination(place).publish(article(), {})
    [seen] = place.seen()
    assert seen.status == place.public
    assert seen.slug == "two-papers-to-read-in-september-2021"
    assert published.is_public
    assert seen.slug in published.url
    assert place.pictures() == 2
    # The pictures have addresses there, and alt texts that nothing cuts.
    assert 'src="29.jpg"' not in seen.html
    assert 'alt="A graph: x &gt; y, &quot;so to say&quot;"' in seen.html
    assert "x² &lt; y" in seen.html
    assert not published.todo


def test_an_article_that_is_published_again_stays_one_and_is_not_written_anew(place: Place) -> None:
    blog = destination(place)
    first = blog.publish(article(), {})
    before = place.seen()
    again = blog.publish(article(), first.saved)
    assert again.url == first.url
    assert place.seen() == before


def test_an_article_is_found_again_where_what_was_saved_is_lost(place: Place) -> None:
    first = destination(place).publish(article(), {})
    again = destination(place).publish(article(), {})
    assert again.url == first.url
    assert len(place.seen()) == 1
    assert place.pictures() == 2


def test_an_article_is_found_again_by_its_mark_where_its_slug_was_changed_by_hand(
    place: Place,
) -> None:
    destination(place).publish(article(), {})
    place.change(place.seen()[0].id, slug="a-slug-of-my-own")
    changed = article(title="Two papers, corrected")
    destination(place).publish(changed, {})
    [seen] = place.seen()
    assert seen.slug == "a-slug-of-my-own"
    if place.kind != "buttondown":
        assert seen.title == "Two papers, corrected"


def test_a_picture_that_is_exchanged_is_uploaded_and_the_others_are_not_again(place: Place) -> None:
    blog = destination(place, **DRAFT[place.kind])
    first = blog.publish(article(), {})
    pictures = dict(article().pictures)
    pictures["29.jpg"] = pictures["29.jpg"]._replace(data=drawn("green"))
    blog.publish(article(pictures=pictures), first.saved)
    assert place.pictures() == 3
    assert len(place.seen()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_wherever_a_connection_is_cut_the_next_try_makes_it_whole_and_none_is_made_twice(
    place: Place, is_done: bool
) -> None:
    with cutting.before(place.url) as proxy:
        number = 0
        while True:
            # Each article is another one.
            month = f"2021-{number + 1:02}" if number < 12 else f"2022-{number - 11:02}"
            given = article(
                key=f"mlcollage/{month}", slug=f"papers-{month}", title=f"Papers of {month}"
            )
            proxy.begin(number, is_done=is_done)
            try:
                destination(place, proxy.url).publish(given, {})
            except Unavailable:
                # As after a crash: nothing of the first try is remembered.
                proxy.begin()
                destination(place, proxy.url).publish(given, {})
            found = [seen for seen in place.seen() if seen.title == given.title]
            assert len(found) == 1, proxy.asked
            assert found[0].status == place.public, proxy.asked
            assert "<h2>Ants</h2>" in found[0].html, proxy.asked
            if proxy.at is not None:
                break
            number += 1
    assert number > 5


def test_two_runs_at_once_make_one_post(place: Place) -> None:
    with cutting.before(place.url) as proxy:
        both = threading.Barrier(2, timeout=20)

        def meet(request: str) -> None:
            is_creation = request.startswith("POST") and "image" not in request
            if is_creation and "media" not in request and both.n_waiting < 2:
                waits.append(request)
                if len(waits) <= 2:
                    both.wait()

        waits: list[str] = []
        proxy.meet = meet
        errors: list[BaseException] = []

        def publish() -> None:
            try:
                destination(place, proxy.url).publish(article(), {})
            except MlcollageError as error:
                errors.append(error)

        runs = [threading.Thread(target=publish) for _ in range(2)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
    # One of them may have been told to come again.
    assert len(waits) >= 2
    assert all(isinstance(error, Unavailable) for error in errors), errors
    destination(place).publish(article(), {})
    [seen] = place.seen()
    assert seen.status == place.public
    assert seen.slug == "two-papers-to-read-in-september-2021"


def test_what_takes_too_long_goes_on_at_the_next_try(place: Place) -> None:
    clock = StoppedClock(DUE)
    # So slow is each call that no try has the time for all of them.
    seconds = 14 if place.kind == "buttondown" else 9
    with cutting.before(place.url) as proxy:

        def meet(_: str) -> None:
            clock.ticks += seconds

        proxy.meet = meet
        published, saved = tried(destination(place, proxy.url, clock), {})
        assert published is None
        for _ in range(4):
            if published is None:
                published, saved = tried(destination(place, proxy.url, clock), saved)
    assert published
    assert published.is_public
    assert len(place.seen()) == 1
    assert place.pictures() == 2


def tried(blog: Destination, saved: Saved) -> tuple[Published | None, Saved]:
    """What became of one try, None where it is to be made again, and what is saved then."""
    try:
        published = blog.publish(article(), saved)
    except Unavailable as error:
        return None, saved if error.saved is None else error.saved
    return published, published.saved


def test_a_draft_is_made_where_that_is_wanted_and_says_what_is_to_do(place: Place) -> None:
    wanted: dict[str, Any] = DRAFT[place.kind]
    published = destination(place, **wanted).publish(article(), {})
    assert not published.is_public
    assert not published.url
    assert "is a draft at" in published.todo
    assert [seen.status for seen in place.seen()] == ["draft"]


def test_what_a_person_let_out_or_took_back_stays_so(place: Place) -> None:
    wanted: dict[str, Any] = DRAFT[place.kind]
    blog = destination(place, **wanted)
    saved = blog.publish(article(), {}).saved
    place.change(place.seen()[0].id, status=place.public)
    assert blog.publish(article(title="Corrected"), saved).is_public
    place.change(place.seen()[0].id, status="draft")
    if place.kind != "buttondown":
        assert not destination(place).publish(article(title="Again"), saved).is_public


def test_a_key_that_is_wrong_blocks_and_is_not_shown(place: Place) -> None:
    keys: dict[str, dict[str, Any]] = {
        "wordpress": {"app_password": "wrong-password"},
        "ghost": {"admin_key": f"{'0' * 24}:{'cd' * 32}"},
        "buttondown": {"api_key": "wrong-key"},
    }
    with pytest.raises(Blocked) as raised:
        destination(place, **keys[place.kind]).publish(article(), {})
    message = str(raised.value)
    assert "does not take the" in message
    assert f"renew it with: mlcollage connect {place.kind} --destination blog" in message
    for key in keys[place.kind].values():
        assert key not in message


def test_a_destination_without_a_key_names_the_command_that_gives_it_one(place: Place) -> None:
    keys = {"wordpress": "app_password", "ghost": "admin_key", "buttondown": "api_key"}
    without: dict[str, Any] = {keys[place.kind]: None}
    with pytest.raises(Blocked, match=f"mlcollage connect {place.kind} --destination blog"):
        destination(place, **without).publish(article(), {})


def test_a_server_that_cannot_be_reached_or_asks_to_wait_is_tried_later(place: Place) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        destination(place, "http://127.0.0.1:9").publish(article(), {})
    page = b"<h1>Briefly unavailable for scheduled maintenance.</h1>"
    head = f"HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: {len(page)}\r\n\r\n".encode()
    with servers.serving(servers.says(head + page)) as busy:
        blog = destination(place, f"http://127.0.0.1:{busy.port}")
        with pytest.raises(Unavailable, match="asks to wait") as raised:
            blog.publish(article(), {})
    assert raised.value.retry_at is not None


def test_a_server_that_is_something_else_says_that_the_address_is_wrong(place: Place) -> None:
    with servers.serving(servers.says(servers.ok(b"<h1>Our shop</h1>"))) as shop:
        blog = destination(place, f"http://127.0.0.1:{shop.port}")
        with pytest.raises(Unavailable):
            blog.publish(article(), {})
    with servers.serving(servers.says(servers.redirect("https://example.org/"))) as moved:
        blog = destination(place, f"http://127.0.0.1:{moved.port}")
        with pytest.raises(Unavailable, match=r"https://example\.org/: is base_url right"):
            blog.publish(article(), {})


def test_a_check_says_as_whom_it_is_used_and_changes_nothing(place: Place) -> None:
    checked = destination(place).check()
    assert not checked.problems
    assert "127.0.0.1" in checked.identity
    assert place.seen() == []
