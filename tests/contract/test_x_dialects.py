"""X names its fields in two dialects: a thread goes out, and is known again, in either."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.core import errors
from bot.core.delivery import Found, NotSeen, Thread
from bot.core.network import X as NETWORK
from bot.core.price import Requests
from bot.publishers.x.publisher import X
from tests.contract.test_publishers import THREAD, firsts, ids, ids_of, ready, send
from tests.fakes.x import FakeX, Trouble
from tests.fakes.x_dialects import Dialects
from tests.fakes.x_state import error

TIMELINE = "GET /2/users/:id/tweets"
BOTH = ("post.fields", "tweet.fields")
SERVERS = {
    "posts, else refused": Dialects(("post.fields",)),
    "posts, else dropped": Dialects(("post.fields",), drops=True),
    "tweets, else refused": Dialects(("tweet.fields",)),
    "tweets, else dropped": Dialects(("tweet.fields",), drops=True),
    "both": Dialects(BOTH),
}


def others(fake: FakeX) -> None:
    fake.state.add("Written by hand")
    fake.state.add("and answered", parent=fake.state.posts[-1].id)


def differs(publisher: X, out: Thread) -> str:
    """What is said of the first part when it is read back."""
    difference = publisher.read_back(out, 1, {})
    assert difference
    return difference.sentence


@pytest.mark.parametrize("dialects", SERVERS.values(), ids=SERVERS)
def test_a_thread_goes_out_and_is_known_again_in_either_dialect(
    make: Callable[..., X], fake: FakeX, dialects: Dialects
) -> None:
    fake.dialects = dialects
    others(fake)
    assert make().check() == ""
    out = send(make(), THREAD)
    for position in (1, 2, 3):
        assert make().read_back(out, position, {}) is None
    found = make().find(THREAD, {"anchor": fake.state.posts[1].id})
    assert isinstance(found, Found)
    assert ids(found.receipts) == ids_of(out)
    assert ids(make().survey(THREAD, {}, fake.state.posts[1].id).found) == ids_of(out)
    for part in out.parts:
        assert part.receipt
        assert make().receipt(part.receipt.url) == part.receipt


@pytest.mark.parametrize("dialects", SERVERS.values(), ids=SERVERS)
def test_a_reply_in_another_place_is_not_taken_for_the_part_in_either_dialect(
    make: Callable[..., X], fake: FakeX, dialects: Dialects
) -> None:
    fake.dialects = dialects
    publisher = make()
    out = send(publisher, THREAD, 1)
    elsewhere = fake.state.add("Somewhere else")
    fake.state.add("Second", parent=elsewhere.id)
    assert isinstance(publisher.find(out, ready(publisher, out)), NotSeen)


@pytest.mark.parametrize("dialects", SERVERS.values(), ids=SERVERS)
def test_a_lost_picture_or_alt_text_is_seen_in_either_dialect(
    make: Callable[..., X], fake: FakeX, dialects: Dialects
) -> None:
    fake.dialects = dialects
    out = send(make(), THREAD)
    fake.state.posts[0].media[0].alt = ""
    assert "another alt text or none" in differs(make(), out)
    fake.state.posts[0].media = []
    assert "its picture is missing" in differs(make(), out)


@pytest.mark.parametrize("dialects", SERVERS.values(), ids=SERVERS)
def test_whatever_the_dialect_what_x_charged_is_counted(
    make: Callable[..., X], fake: FakeX, dialects: Dialects
) -> None:
    fake.dialects = dialects
    others(fake)
    publisher = make()
    out = send(publisher, THREAD)
    publisher.check()
    publisher.read_back(out, 1, {})
    used = publisher.usage().plus(NETWORK.posts(out.parts))
    assert NETWORK.price
    assert NETWORK.price.of(used) == fake.state.costs()
    assert publisher.usage() == Requests()


def test_the_dialect_that_was_understood_is_remembered(publisher: X, fake: FakeX) -> None:
    fake.dialects = SERVERS["tweets, else refused"]
    others(fake)
    for _ in range(3):
        assert firsts(publisher.survey(THREAD, {}, None)) == []
    asked = [call.query.keys() for call in fake.calls if call.route == TIMELINE]
    assert ["tweet.fields" in keys for keys in asked] == [False, True, True, True]


@pytest.mark.parametrize("drops", [True, False])
def test_a_server_of_neither_dialect_is_believed_nothing(
    make: Callable[..., X], fake: FakeX, drops: bool
) -> None:
    out = send(make(), THREAD, 1)
    fake.dialects = Dialects((), drops=drops)
    for read in (
        lambda: make().find(out, {}),
        lambda: make().survey(THREAD, {}, None),
        lambda: make().receipt("https://x.com/mlcollage/status/1420000000000000000"),
    ):
        with pytest.raises((errors.Unavailable, errors.BadInput)):
            read()
    assert differs(make(), out).startswith("Part 1 is out but could not be read back: ")
    problem = make().check()
    if drops:
        assert problem == (
            "X leaves out what a post is known again by: its date, its links, and what it answers."
        )
    else:
        assert problem.startswith("X answered 400 (The query parameter [")


def test_a_reply_whose_parent_no_dialect_shows_is_asked_about_once(
    make: Callable[..., X], fake: FakeX
) -> None:
    others(fake)
    fake.dialects = Dialects(BOTH)
    shown = fake.state.timeline

    def without_parents(user: str, query: dict[str, str]) -> dict[str, Any]:
        answer = shown(user, query)
        for post in answer.get("data", []):
            post.pop("referenced_posts", None)
        return answer

    fake.state.timeline = without_parents  # type: ignore[method-assign]
    publisher = make()
    for _ in range(3):
        publisher.survey(THREAD, {}, None)
    assert fake.counts[TIMELINE] == 4


# What keys may do


def test_keys_that_may_only_read_are_said_to_before_anything_is_posted(
    make: Callable[..., X], fake: FakeX
) -> None:
    fake.access_level = "read"
    assert (
        make()
        .check()
        .startswith(
            'These keys may only read. Give the app the permission "Read and write" at '
            "https://console.x.com"
        )
    )


@pytest.mark.parametrize("level", ["read-write", "read-write-directmessages", ""])
def test_keys_that_may_write_or_say_nothing_can_post(
    make: Callable[..., X], fake: FakeX, level: str
) -> None:
    fake.access_level = level
    assert make().check() == ""


def test_an_account_whose_timeline_cannot_be_read_cannot_post(publisher: X, fake: FakeX) -> None:
    subset = error(403, 453, "You currently have access to a subset of X API.")
    fake.on_route[TIMELINE, 1] = Trouble(refusal=subset)
    assert publisher.check() == (
        "X does not let this account do that (You currently have access to a subset of X API)."
    )
