"""What X alone promises: one call after the other against a local X, and whatever may come back
from one.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import errors
from bot.core.answers import Response
from bot.core.delivery import Found, Look, NotSeen, Part, Receipt, Thread
from bot.core.errors import BadConfig
from bot.core.settings import Secret, Table
from bot.publishers import table
from bot.publishers.x import errors as x_errors
from bot.publishers.x import matching
from bot.publishers.x.publisher import X
from tests.conftest import MONDAY, ROOT, StoppedClock, png
from tests.contract.test_publishers import IMAGE, THREAD, ids, ids_of, ready
from tests.fakes import x
from tests.fakes.x import FakeX, Trouble
from tests.fakes.x_state import Refused, error, invalid

POST, UPLOAD, ALT = "POST /2/tweets", "POST /2/media/upload", "POST /2/media/metadata"
TIMELINE, ME = "GET /2/users/:id/tweets", "GET /2/users/me"
ABSENT = NotSeen(anchor_seen=True, count_agrees=True)
UNKNOWN = NotSeen(anchor_seen=False, count_agrees=False)
Saved = dict[str, Any]


def sent(publisher: X, thread: Thread, through: int) -> tuple[Thread, Saved]:
    """The thread with its first parts out."""
    saved = ready(publisher, thread)
    for position in range(1, through + 1):
        thread = thread.with_receipts(publisher.send(thread, position, saved))
    return thread, saved


def raw(status: int, body: bytes, *headers: tuple[str, str]) -> Trouble:
    return Trouble(raw=(status, body), headers=headers)


# Before anything is posted


def test_each_picture_is_uploaded_once_with_its_alt_text_before_anything_is_posted(
    publisher: X, fake: FakeX, clock: StoppedClock
) -> None:
    saved = publisher.prepare(THREAD, {})
    assert publisher.prepare(THREAD, saved) == saved
    assert fake.routes() == [UPLOAD, ALT]
    (media,) = fake.state.media.values()
    assert (media.data, media.alt) == (IMAGE.data, "A white slide.")
    assert fake.state.posts == []


def test_an_upload_is_made_again_when_nine_tenths_of_its_life_are_over(
    publisher: X, fake: FakeX, clock: StoppedClock
) -> None:
    saved = publisher.prepare(THREAD, {})
    clock.go(hours=21.5)
    assert publisher.prepare(THREAD, saved) == saved
    clock.go(hours=0.2)
    with pytest.raises(errors.Unavailable):
        publisher.send(THREAD, 1, saved)
    again = publisher.prepare(THREAD, saved)
    assert again != saved
    assert fake.counts[UPLOAD] == fake.counts[ALT] == 2
    publisher.send(THREAD, 1, again)
    assert fake.state.posts[0].media[0].alt == "A white slide."


def test_a_picture_that_was_exchanged_after_its_upload_is_uploaded_too(
    publisher: X, fake: FakeX
) -> None:
    saved = publisher.prepare(THREAD, {})
    other = IMAGE._replace(alt="Another description.")
    saved = publisher.prepare(
        THREAD._replace(parts=(THREAD.parts[0]._replace(image=other),)), saved
    )
    assert [media.alt for media in fake.state.media.values()] == [
        "A white slide.",
        "Another description.",
    ]


def test_alt_text_that_x_does_not_take_keeps_the_upload_for_the_next_try(
    publisher: X, fake: FakeX
) -> None:
    fake.on_route[ALT, 1] = x.FAIL_500
    with pytest.raises(errors.Unavailable) as told:
        publisher.prepare(THREAD, {})
    assert told.value.saved is not None
    saved = publisher.prepare(THREAD, told.value.saved)
    assert fake.counts[UPLOAD] == 1
    publisher.send(THREAD, 1, saved)
    assert fake.state.posts[0].media[0].alt == "A white slide."


def test_a_picture_x_still_works_on_is_waited_for_and_not_uploaded_twice(
    publisher: X, fake: FakeX, clock: StoppedClock
) -> None:
    fake.state.checks = 3
    saved: Saved = {}
    for _ in range(2):
        with pytest.raises(errors.Unavailable, match="still works on the picture") as told:
            publisher.prepare(THREAD, saved)
        assert told.value.retry_at == clock.now() + timedelta(seconds=2)
        saved = told.value.saved or {}
        clock.go(seconds=2)
    saved = publisher.prepare(THREAD, saved)
    assert (fake.counts[UPLOAD], fake.counts["GET /2/media/upload"], fake.counts[ALT]) == (1, 3, 1)
    publisher.send(THREAD, 1, saved)


@pytest.mark.parametrize("route", [UPLOAD, ALT])
@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (x.DROP, errors.Unavailable),
        (x.ACCEPT_THEN_DROP, errors.Unavailable),
        (x.FAIL_500, errors.Unavailable),
        (x.LATE_504, errors.Unavailable),
        (x.ACCEPT_THEN_HALF, errors.Unavailable),
        (raw(200, b"[]"), errors.Unavailable),
        (raw(200, b"{"), errors.Unavailable),
        (raw(302, b""), errors.Unavailable),
        (x.TOO_MANY, errors.Unavailable),
        (x.NOT_AUTHORIZED, errors.Blocked),
        (x.NO_CREDITS, errors.Blocked),
        (x.SUSPENDED, errors.Blocked),
        (x.REFUSED_CONTENT, errors.Blocked),
    ],
)
def test_whatever_goes_wrong_before_posting_is_never_uncertain(
    publisher: X, fake: FakeX, route: str, trouble: Trouble, kind: type[Exception]
) -> None:
    fake.on_route[route, 1] = trouble
    with pytest.raises(kind):
        publisher.prepare(THREAD, {})
    assert fake.state.posts == []


def test_a_picture_x_does_not_take_is_refused_with_x_s_own_words(publisher: X, fake: FakeX) -> None:
    broken = THREAD.parts[0]._replace(image=IMAGE._replace(data=b"no picture"))
    with pytest.raises(errors.Rejected, match=r"^X refuses it: The media is no image$"):
        publisher.prepare(THREAD._replace(parts=(broken,)), {})
    huge = THREAD.parts[0]._replace(image=IMAGE._replace(data=bytes(5_000_001)))
    with pytest.raises(errors.Rejected, match=r"slide\.png has 5,000,001 bytes, and X takes at"):
        publisher.prepare(THREAD._replace(parts=(huge,)), {})
    assert fake.counts[UPLOAD] == 1


# Posting


def test_each_part_answers_the_one_before_it_and_only_the_first_has_the_picture(
    publisher: X, fake: FakeX
) -> None:
    thread, _ = sent(publisher, THREAD, 3)
    ids = [post.id for post in fake.state.posts]
    assert [post.parent for post in fake.state.posts] == [None, *ids[:2]]
    assert [len(post.media) for post in fake.state.posts] == [1, 0, 0]
    assert [part.receipt for part in thread.parts] == [
        Receipt(post_id, f"https://x.com/mlcollage/status/{post_id}", MONDAY) for post_id in ids
    ]
    assert [call.body for call in fake.calls if call.route == POST][1] == {
        "text": "Second",
        "reply": {"in_reply_to_tweet_id": ids[0]},
    }


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        (x.DROP, errors.Uncertain, "The connection to X ended before its answer"),
        (x.ACCEPT_THEN_DROP, errors.Uncertain, "The connection to X ended before its answer"),
        (x.ACCEPT_THEN_HALF, errors.Uncertain, "The connection to X ended before its answer"),
        (x.FAIL_500, errors.Uncertain, "X answered 500 (Internal error)."),
        (x.LATE_504, errors.Uncertain, "X answered 504 (Gateway Timeout)."),
        (raw(201, b'{"data": {"id": "12'), errors.Uncertain,
         "X answered 201, but not with the post's id."),
        (raw(201, b""), errors.Uncertain, "X answered 201, but not with the post's id."),
        (raw(200, b'{"data": {"id": 5, "text": ""}}'), errors.Uncertain, "not with the post's id"),
        (raw(404, b"{}"), errors.Uncertain, "X answered 404 (Not Found)."),
        (raw(307, b"", ("Location", "/2/tweets")), errors.Uncertain,
         "X answered 307 (Temporary Redirect)."),
        (raw(400, b'["odd"]'), errors.Rejected, "X refuses it: Bad Request"),
        (raw(403, b'{"errors": null, "detail": "No links."}'), errors.Rejected,
         "X refuses it: No links"),
        (raw(400, b'{"errors": [{"message": "Too long."}], "title": "Bad"}'), errors.Rejected,
         "refuses it: Too long"),
        (raw(429, b"{}", ("x-rate-limit-reset", "soon")), errors.Unavailable,
         "X asks to wait (Too Many Requests)."),
        (x.REFUSED_CONTENT, errors.Rejected,
         "X refuses it: This post was refused because of its content"),
        (x.NOT_AUTHORIZED, errors.Blocked,
         "X refuses this account's keys (Could not authenticate you);"),
        (x.NO_CREDITS, errors.Blocked, "X says this account has no credits left (CreditsDepleted"),
        (x.SUSPENDED, errors.Blocked,
         "X does not let this account do that (Your account is suspended"),
    ],
)  # fmt: skip
def test_each_way_a_post_can_fail_has_its_error_with_x_s_own_words(
    publisher: X, fake: FakeX, trouble: Trouble, kind: type[Exception], words: str
) -> None:
    fake.on_route[POST, 1] = trouble
    saved = publisher.prepare(THREAD, {})
    with pytest.raises(kind) as told:
        publisher.send(THREAD, 1, saved)
    assert words in str(told.value)
    assert fake.counts[POST] == 1, "nothing is sent again by itself"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "; check them, and this machine's clock."),
        ({"date": "Mon, 02 Aug 2021 09:00:30 GMT"}, "; check them."),
        ({"date": "Mon, 02 Aug 2021 08:53:00 GMT"},
         "; this machine's clock is 7 minutes ahead of X's."),
        ({"date": "Tue, 03 Aug 2021 09:00:00 GMT"},
         "; this machine's clock is 24 hours behind X's."),
    ],
)  # fmt: skip
def test_refused_keys_are_put_down_to_a_wrong_clock_where_x_s_own_is_another(
    headers: dict[str, str], words: str
) -> None:
    refusal = x_errors.refusal(Response(401, headers, {}), MONDAY, "read", "No")
    assert str(refusal).endswith(words)


@pytest.mark.parametrize("detail", [
    {"title": "Forbidden", "type": "about:blank", "detail": "Your account is temporarily locked."},
    {"title": "Client Forbidden", "type": "https://api.twitter.com/2/problems/client-forbidden"},
    {"type": "https://api.x.com/2/problems/oauth1-permissions",
     "title": "Forbidden", "detail": "Not configured."},
    {"type": "https://api.x.com/2/problems/not-authorized-for-resource",
     "title": "Forbidden", "detail": "Sorry."},
    {"errors": [{"code": 326, "message": "To protect our users, log in."}]},
    {"code": 261, "message": "Application cannot post."},
])  # fmt: skip
def test_a_403_on_the_account_blocks_it_in_every_form_x_says_it(detail: dict[str, Any]) -> None:
    refusal = x_errors.refusal(Response(403, {}, detail), MONDAY, "post", "words")
    assert isinstance(refusal, errors.Blocked)


CAP = {
    "type": "https://api.x.com/2/problems/credits",
    "title": "SpendCapReached",
    "detail": "Your app has reached its spend cap.",
    "reset_date": "2021-09-01",
}


def test_a_spending_cap_that_is_reached_names_its_day(publisher: X, fake: FakeX) -> None:
    thread, saved = THREAD, ready(publisher, THREAD)
    for changed, until in (
        ({}, datetime(2021, 9, 1, tzinfo=UTC)),
        ({"reset_date": "2021-09-01T07:00:00Z"}, datetime(2021, 9, 1, 7, tzinfo=UTC)),
        ({"reset_date": "soon"}, None),
        ({"reset_date": "2031-01-01"}, None),
        ({"reset_date": "2021-01-01"}, None),
    ):
        body = json.dumps(CAP | changed).encode()
        fake.on_route[POST, fake.counts[POST] + 1] = Trouble(raw=(403, body))
        with pytest.raises(errors.Blocked, match=r"cap|credits|let this account") as told:
            publisher.send(thread, 1, saved)
        assert told.value.until == until


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_a_wrong_clock_is_named_and_tried_again_by_itself(
    publisher: X, fake: FakeX, clock: StoppedClock, hours: int
) -> None:
    saved = ready(publisher, THREAD)
    fake.clock = lambda: clock.at + timedelta(hours=hours)
    fake.on_route[POST, fake.counts[POST] + 1] = x.NOT_AUTHORIZED
    with pytest.raises(errors.Blocked, match="this machine's clock is") as told:
        publisher.send(THREAD, 1, saved)
    assert told.value.until == clock.at + timedelta(hours=1)


def test_refused_keys_with_the_right_clock_wait_for_a_person(publisher: X, fake: FakeX) -> None:
    saved = ready(publisher, THREAD)
    fake.on_route[POST, fake.counts[POST] + 1] = x.NOT_AUTHORIZED
    with pytest.raises(errors.Blocked, match="refuses this account's keys") as told:
        publisher.send(THREAD, 1, saved)
    assert told.value.until is None


def test_a_server_that_drips_is_left_at_the_total_deadline(
    make: Callable[..., X], fake: FakeX
) -> None:
    publisher = make(read_timeout="5s", total_timeout="500ms")
    saved = publisher.prepare(THREAD, {})
    fake.on_route[POST, 1] = x.ACCEPT_THEN_DRIP
    start = time.monotonic()
    with pytest.raises(errors.Uncertain, match=r"no whole answer within 0\.5 s"):
        publisher.send(THREAD, 1, saved)
    assert time.monotonic() - start < 1.5
    assert len(fake.state.posts) == 1


def test_a_server_that_says_nothing_is_left_at_the_read_deadline(
    make: Callable[..., X], fake: FakeX
) -> None:
    publisher = make(read_timeout="200ms", total_timeout="20s")
    saved = publisher.prepare(THREAD, {})
    fake.on_route[POST, 1] = x.ACCEPT_MUCH_LATER
    start = time.monotonic()
    with pytest.raises(errors.Uncertain, match="timed out"):
        publisher.send(THREAD, 1, saved)
    assert time.monotonic() - start < 2


def test_an_answer_without_end_is_not_read_to_its_end(publisher: X, fake: FakeX) -> None:
    fake.on_route[POST, 1] = raw(201, bytes(9_000_000))
    saved = publisher.prepare(THREAD, {})
    with pytest.raises(errors.Uncertain):
        publisher.send(THREAD, 1, saved)


@pytest.mark.parametrize(
    ("base_url", "words"),
    [("http://127.0.0.1:9", "connection refused"), ("https://x.invalid", "cannot be reached")],
)
def test_where_no_connection_comes_about_the_post_surely_is_not_out(
    make: Callable[..., X], publisher: X, base_url: str, words: str
) -> None:
    saved = publisher.prepare(THREAD, {})
    with pytest.raises(errors.Unavailable, match=words):
        make(base_url=base_url).send(THREAD, 1, saved)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"date": "Mon, 02 Aug 2021 09:00:00 GMT", "x-rate-limit-reset": "1627895100"}, 300),
        ({"date": "Mon, 02 Aug 2021 08:00:00 UTC", "x-rate-limit-reset": "1627891500"}, 300),
        ({"x-rate-limit-reset": "1627895100"}, 300),
        ({"x-rate-limit-reset": "1627895100", "x-user-limit-24hour-remaining": "0",
          "x-user-limit-24hour-reset": "1627898400"}, 3_600),
        ({"x-rate-limit-reset": "1627894000"}, 60),
        ({"x-rate-limit-reset": "99999999999999"}, 25 * 3_600),
        ({"retry-after": "7"}, 7),
        ({"x-rate-limit-reset": "soon"}, 900),
        ({}, 900),
    ],
)  # fmt: skip
def test_the_wait_after_429_goes_by_x_s_clock_and_is_sensible_without_it(
    headers: dict[str, str], seconds: int
) -> None:
    assert x_errors.wait(headers, MONDAY) == timedelta(seconds=seconds)


def test_a_reply_just_after_its_parent_waits_some_seconds_longer_each_time_and_not_for_ever(
    publisher: X, fake: FakeX, clock: StoppedClock
) -> None:
    thread, saved = sent(publisher, THREAD, 1)
    waits = []
    for count in range(6):
        fake.on_route[POST, 2 + count] = x.REPLY_TOO_EARLY
        with pytest.raises(errors.Unavailable) as told:
            publisher.send(thread, 2, saved)
        assert told.value.retry_at
        assert told.value.saved
        waits.append((told.value.retry_at - clock.now()).total_seconds())
        saved = told.value.saved
    assert waits == [5, 10, 20, 40, 80, 160]
    fake.on_route[POST, 8] = x.REPLY_TOO_EARLY
    with pytest.raises(
        errors.Rejected, match="does not find the post that part 2 answers: You attempted to reply"
    ):
        publisher.send(thread, 2, saved)


def test_a_media_id_x_does_not_know_is_forgotten_once(publisher: X, fake: FakeX) -> None:
    gone = Trouble(refusal=invalid("media.media_ids", "Your media IDs are invalid."))
    saved = publisher.prepare(THREAD, {})
    fake.on_route = {(POST, 1): gone, (POST, 2): gone}
    with pytest.raises(errors.Unavailable) as told:
        publisher.send(THREAD, 1, saved)
    saved = publisher.prepare(THREAD, told.value.saved or {})
    assert fake.counts[UPLOAD] == 2
    with pytest.raises(errors.Rejected, match="Your media IDs are invalid"):
        publisher.send(THREAD, 1, saved)
    assert fake.counts[UPLOAD] == 2


def test_a_duplicate_is_looked_for_and_found_where_it_belongs(publisher: X, fake: FakeX) -> None:
    thread, saved = sent(publisher, THREAD, 1)
    fake.on_route[POST, 2] = x.ACCEPT_THEN_DROP
    with pytest.raises(errors.Uncertain):
        publisher.send(thread, 2, saved)
    receipts = publisher.send(thread, 2, saved)
    assert {position: receipt.id for position, receipt in receipts.items()} == {
        2: fake.state.posts[1].id
    }


def test_a_duplicate_elsewhere_is_never_sent_again_before_a_person_looked(
    publisher: X, fake: FakeX
) -> None:
    elsewhere = fake.state.add("Second")
    thread, saved = sent(publisher, THREAD, 1)
    with pytest.raises(
        errors.Uncertain, match=r"has the text of part 2 already \(You .*\), and .* please look"
    ) as told:
        publisher.send(thread, 2, saved)
    assert told.value.saved == saved | {"duplicate": True}
    assert publisher.find(thread, saved) == ABSENT
    assert publisher.find(thread, told.value.saved) == UNKNOWN, "a person is asked"
    assert publisher.survey(thread, told.value.saved, None).saved == saved | {
        "anchor": ids_of(thread)[1]
    }
    fake.state.posts.remove(elsewhere)
    found = fake.state.add("Second", parent=ids_of(thread)[1])
    look = publisher.find(thread, told.value.saved)
    assert isinstance(look, Found)
    assert ids(look.receipts) == {2: found.id}


def test_a_duplicate_that_could_not_be_looked_for_asks_a_person_too(
    publisher: X, fake: FakeX
) -> None:
    fake.state.add("Second")
    thread, saved = sent(publisher, THREAD, 1)
    fake.on_route[TIMELINE, fake.counts[TIMELINE] + 1] = x.FAIL_500
    with pytest.raises(errors.Uncertain, match=r"looking for it failed: X answered 500") as told:
        publisher.send(thread, 2, saved)
    assert publisher.find(thread, told.value.saved or {}) == UNKNOWN


# Looking


def test_a_look_starts_at_the_last_known_post_whatever_time_we_think_it_is(
    publisher: X, fake: FakeX, clock: StoppedClock
) -> None:
    last = fake.state.add("Written by hand")
    saved = ready(publisher, THREAD)
    assert publisher.find(THREAD, saved) == ABSENT
    assert looked_since(fake) == str(int(last.id) - 1)
    thread, saved = sent(publisher, THREAD, 2)
    assert publisher.find(thread, saved) == ABSENT
    assert looked_since(fake) == str(int(fake.state.posts[-1].id) - 1)
    assert not any({"start_time", "end_time"} & call.query.keys() for call in fake.calls)
    fake.state.lag = timedelta(minutes=1)
    assert publisher.find(thread, saved) == NotSeen(anchor_seen=False, count_agrees=True)


def looked_since(fake: FakeX) -> str:
    """The id from which the timeline was read last."""
    return [call for call in fake.calls if call.route == TIMELINE][-1].query["since_id"]


@pytest.mark.parametrize("difference", [1, -1, 5])
def test_a_count_of_posts_that_grew_by_more_or_less_than_our_receipts_does_not_agree(
    publisher: X, fake: FakeX, difference: int
) -> None:
    fake.state.add("Written by hand")
    thread, saved = sent(publisher, THREAD, 2)
    assert publisher.find(thread, saved) == ABSENT
    fake.state.count = len(fake.state.posts) + difference
    assert publisher.find(thread, saved) == NotSeen(anchor_seen=True, count_agrees=False)


def test_without_a_count_of_posts_nothing_agrees(publisher: X, fake: FakeX) -> None:
    fake.state.add("Written by hand")
    thread, saved = sent(publisher, THREAD, 1)
    without = {key: value for key, value in saved.items() if key != "count"}
    assert publisher.find(thread, without) == NotSeen(anchor_seen=True, count_agrees=False)
    me = Trouble(raw=(200, b'{"data": {"id": "2244994945", "username": "mlcollage"}}'))
    fake.on_route[ME, fake.counts[ME] + 1] = me
    assert publisher.find(thread, saved) == NotSeen(anchor_seen=True, count_agrees=False)


def test_an_account_without_posts_gives_no_anchor_but_a_count(publisher: X) -> None:
    look = publisher.find(THREAD, ready(publisher, THREAD))
    assert look == NotSeen(anchor_seen=False, count_agrees=True)


def test_the_last_known_post_itself_is_not_taken_for_the_part(publisher: X, fake: FakeX) -> None:
    fake.state.add("The same words")
    thread = THREAD._replace(parts=(Part(1, "The same words"),))
    assert publisher.find(thread, ready(publisher, thread)) == ABSENT


def test_all_lost_parts_are_found_among_many_other_posts(publisher: X, fake: FakeX) -> None:
    saved = ready(publisher, THREAD)
    sent(publisher, THREAD, 3)
    expected = {position: post.id for position, post in enumerate(fake.state.posts, 1)}
    for number in range(230):
        fake.state.add(f"Something else {number}")
    look = publisher.find(THREAD, saved | {"anchor": str(int(expected[1]) - 1)})
    assert isinstance(look, Found)
    assert {position: receipt.id for position, receipt in look.receipts.items()} == expected
    assert look.receipts[1].url == f"https://x.com/mlcollage/status/{expected[1]}"
    assert look.receipts[1].at == MONDAY


def likely(look: Look) -> list[tuple[int, str]]:
    """What may be parts, though it is not what was sent: their positions and the posts' ids."""
    assert isinstance(look, NotSeen)
    return [(each.position, each.post.receipt.id) for each in look.likely]


TEXTS = [
    "Plain words #mlcollage",
    "Less < more & more > less, \"quoted\" & 'so' &amp; on",
    "📝 Paper: https://arxiv.org/abs/2103.03230\n💻 Code: https://github.com/facebookresearch/barlowtwins/",
    "A bare example.org and model.py, https://example.org/a?b=c&d=%20e#f",
    "论文：https://zh.wikipedia.org/wiki/深度学习 很好。",
    "  spaces   and\n\n\nlines  ",
    "Zu\u0308rich, composed or not",
    "See http://EXAMPLE.org and HTTPS://example.org/A/",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("has_picture", [True, False])
def test_a_post_is_known_by_its_text_however_x_shows_it(
    publisher: X, fake: FakeX, text: str, has_picture: bool
) -> None:
    thread = THREAD._replace(parts=(Part(1, text, IMAGE if has_picture else None),))
    saved = ready(publisher, thread)
    receipt = publisher.send(thread, 1, saved)[1]
    assert publisher.find(thread, saved) == Found({1: receipt})
    assert publisher.read_back(thread.with_receipts({1: receipt}), 1, saved) is None
    other = thread._replace(parts=(thread.parts[0]._replace(text=f"{text}!"),))
    look = publisher.find(other, saved)
    assert likely(look) == [(1, receipt.id)] or len(text) < 40
    foreign = other._replace(foreign=(receipt.id,))
    assert likely(publisher.find(foreign, saved)) == [], "a person says it is another post"


def test_the_same_text_elsewhere_is_not_taken_for_the_part(publisher: X, fake: FakeX) -> None:
    saved = ready(publisher, THREAD)
    first = fake.state.add(THREAD.parts[0].text)
    look = publisher.find(THREAD, saved)
    assert likely(look) == [(1, first.id)]
    assert look.likely[0].difference == "its picture is missing"  # type: ignore[union-attr]
    thread, saved = sent(
        publisher, THREAD._replace(parts=(Part(1, "Root", IMAGE), *THREAD.parts[1:])), 1
    )
    fake.state.add("Second", parent=first.id)
    fake.state.add("Second")
    assert isinstance(publisher.find(thread, saved), NotSeen), "each answers another post or none"
    right = fake.state.add("Second", parent=thread.parts[0].receipt.id)  # type: ignore[union-attr]
    look = publisher.find(thread, saved)
    assert isinstance(look, Found)
    assert [(position, receipt.id) for position, receipt in look.receipts.items()] == [
        (2, right.id)
    ]


def test_a_reply_whose_parent_is_not_told_is_judged_by_its_thread() -> None:
    reply = {"id": "12", "text": "Second", "conversation_id": "10"}
    assert matching.find([reply], THREAD.parts[1], "11", "10") == reply
    assert matching.find([reply], THREAD.parts[1], "21", "20") is None
    assert matching.find([reply], THREAD.parts[1]._replace(position=1), None, None) is None


def test_a_link_whose_target_x_does_not_tell_may_be_any() -> None:
    post = {"id": "1", "text": "See https://t.co/abcdefghij now"}
    assert matching.has_text(post, "See https://example.org/long/path now")
    assert not matching.has_text(post, "See https://example.org/long/path later")


# Reading back and checking


def test_what_x_shows_otherwise_than_it_was_sent_is_said(publisher: X, fake: FakeX) -> None:
    thread, saved = sent(publisher, THREAD, 3)
    assert [publisher.read_back(thread, position, saved) for position in (1, 2, 3)] == [None] * 3
    first, second, third = fake.state.posts
    first.media[0].alt = ""
    assert "part 1 is out, but differs on x: its picture has another alt text or none" in said(
        publisher, thread, 1
    )
    first.media = []
    assert "its picture is missing" in said(publisher, thread, 1)
    second.shown = "Sec"
    assert "its text is 'sec'" in said(publisher, thread, 2)
    third.links = []
    third.shown = third.text
    assert "https://example.org/paper is no link" in said(publisher, thread, 3)
    fake.state.posts = []
    assert "x answered 404 (could not find post" in said(publisher, thread, 1)


def test_a_part_is_read_back_from_the_timeline_which_costs_a_fifth(
    publisher: X, fake: FakeX
) -> None:
    thread, saved = sent(publisher, THREAD, 3)
    before = len(fake.state.charged)
    assert [publisher.read_back(thread, position, saved) for position in (1, 2, 3)] == [None] * 3
    assert [kind for kind, _ in fake.state.charged[before:]] == ["own post read"] * 3


def test_a_part_that_the_timeline_does_not_show_yet_is_read_back_by_its_id(
    publisher: X, fake: FakeX
) -> None:
    thread, saved = sent(publisher, THREAD, 1)
    before = len(fake.state.charged)
    fake.state.lag = timedelta(minutes=1)
    assert publisher.read_back(thread, 1, saved) is None
    assert [kind for kind, _ in fake.state.charged[before:]] == ["post read", "media read"]


def said(publisher: X, thread: Thread, position: int) -> str:
    told = publisher.read_back(thread, position, {})
    receipt = thread.parts[position - 1].receipt
    assert receipt
    assert told
    assert told.sentence.endswith(f"See {receipt.url}")
    return told.sentence.lower()


@pytest.mark.parametrize(
    "trouble", [x.DROP, x.FAIL_500, x.NOT_AUTHORIZED, x.TOO_MANY, raw(200, b"null")]
)
def test_a_failed_reading_back_is_a_sentence_and_no_more(
    publisher: X, fake: FakeX, trouble: Trouble
) -> None:
    thread, _ = sent(publisher, THREAD, 1)
    fake.on_route |= {("GET /2/tweets/:id", 1): trouble, (TIMELINE, 2): trouble}
    assert said(publisher, thread, 1).startswith("part 1 is out")
    assert len(fake.state.posts) == 1


def test_checking_says_what_is_wrong(make: Callable[..., X], fake: FakeX) -> None:
    assert make().check() == ""
    assert make(username="@MLcollage").check() == ""
    assert (
        make(username="other").check()
        == "The keys are those of @mlcollage, but the configuration says @other."
    )
    wrong = make(access_token_secret="mistyped").check()
    assert wrong.startswith(
        "X refuses this account's keys (Could not authenticate you: the signature is wrong)"
    )
    fake.trouble = {len(fake.calls) + 1: x.NO_CREDITS}
    assert "no credits left" in make().check()


# Settings


def account(tmp_path: Path, **values: object) -> X:
    made = table.make(
        Table("config.toml", "accounts.my-lab", {"network": "x", **values}),
        tmp_path,
        StoppedClock(MONDAY),
    )
    assert isinstance(made, X)
    return made


def secrets(publisher: X) -> tuple[str, str, str, str]:
    own = publisher.settings
    return own.consumer_key, own.consumer_secret, own.access_token, own.access_token_secret


KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def test_secrets_come_from_the_environment_a_file_each_the_table_or_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = tmp_path / "secrets.toml"
    together.write_text("".join(f'{key} = "together"\n' for key in KEYS), encoding="utf-8")
    together.chmod(0o600)
    (tmp_path / "token.txt").write_text("from a file\n", encoding="utf-8")
    values = {
        "secrets_file": "secrets.toml",
        "consumer_secret": "as written",
        "access_token_file": "token.txt",
    }
    monkeypatch.setenv("MLCOLLAGE_MY_LAB_CONSUMER_KEY", "from the environment")
    assert secrets(account(tmp_path, **values)) == (
        "from the environment",
        "as written",
        "from a file",
        "together",
    )


def test_a_secrets_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('consumer_key = "hush"\n', encoding="utf-8")
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(
            BadConfig, match=r"accounts\.my-lab\.secrets_file .* others may read; run: chmod 600"
        ) as told:
            account(tmp_path, secrets_file="secrets.toml")
        assert "hush" not in str(told.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("CONSUMER_KEY=hush", "no valid TOML: line 1: a text needs quotes"),
        (
            'consumer_kee = "hush"',
            'consumer_kee in secrets.toml is no secret; did you mean "consumer_key"',
        ),
        ("consumer_key = 5", "consumer_key in secrets.toml must be text in quotes"),
        ("\udcff", "line 1: byte 0 of the file is no UTF-8"),
    ],
)
def test_a_secrets_file_that_cannot_be_used_is_named_and_nothing_in_it_shown(
    tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "secrets.toml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    file.chmod(0o600)
    with pytest.raises(BadConfig) as told:
        account(tmp_path, secrets_file="secrets.toml")
    assert words in str(told.value)
    assert "hush" not in str(told.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"base_url": "http://x.example"}, r"accounts\.my-lab\.base_url .* must be https"),
        ({"base_url": "https://me:hush@x.example"}, r"base_url .* holds a user name or a password"),
        ({"username": "no name"}, r"username .* must be a name on X"),
        ({"budget": 5}, r"budget .* must be text in quotes"),
        ({"budget": "much"}, r"budget .* must be US dollars"),
        ({"budget": "-1"}, r"budget .* must be US dollars"),
        ({"consumer_key": 5}, r"consumer_key .* must be text in quotes"),
        ({"consumer_key_file": "nowhere"}, r"consumer_key_file .* there is no such file"),
        (
            {"secrets_file": "nowhere.toml"},
            r"secrets_file .* names 'nowhere.toml', which is missing",
        ),
        ({"secrets_file": "."}, r"secrets_file .* is a folder; name a file of secrets"),
        (
            {"total_timeout": "61s"},
            r"total_timeout .* must be at most 60s, which is delivery\.request",
        ),
        ({"consumer_kee": "hush"}, r'consumer_kee .* is no setting; did you mean "consumer_key"'),
    ],
)
def test_a_bad_setting_is_named_with_its_dotted_key(
    tmp_path: Path, values: dict[str, object], words: str
) -> None:
    with pytest.raises(BadConfig, match=words) as told:
        account(tmp_path, **values)
    assert "hush" not in str(told.value)


def test_good_settings_are_read(tmp_path: Path) -> None:
    own = account(tmp_path, username="@mlcollage", budget="5.00", total_timeout="30s").settings
    assert (own.base_url, own.username, own.budget) == (
        "https://api.x.com",
        "mlcollage",
        Decimal("5.00"),
    )
    for local in ("http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"):
        assert account(tmp_path, base_url=f"{local}/").settings.base_url == local


def test_an_account_without_keys_is_blocked_and_says_which_are_missing(tmp_path: Path) -> None:
    publisher = account(tmp_path, consumer_key="key", consumer_secret="secret")
    assert publisher.check() == (
        "This account has no access_token, access_token_secret; "
        "set it up with: mlcollage connect x --account my-lab"
    )
    with pytest.raises(errors.Blocked):
        ready(publisher, THREAD)


def test_settings_do_not_show_their_secrets(tmp_path: Path) -> None:
    publisher = account(tmp_path, **dict.fromkeys(KEYS, "hush"))
    assert "hush" not in repr(publisher.settings) + repr(vars(publisher)) + repr(
        vars(publisher._api)
    )
    assert isinstance(publisher.settings.consumer_key, Secret)


@pytest.mark.parametrize("command", [["--help"], ["next"], ["list"]])
def test_looking_commands_do_not_load_tweepy(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "config.toml").write_text(
        'live = true\n[accounts.lab]\nnetwork = "x"\n', encoding="utf-8"
    )
    subprocess.run(
        [sys.executable, "-m", "bot", "init"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
    )
    code = (
        "import sys; from click.testing import CliRunner; from bot import cli; "
        f"print(CliRunner().invoke(cli.main, {command!r}).exit_code, "
        "*(name for name in ('tweepy', 'requests', 'oauthlib', 'urllib3') if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "0"


# Whatever may come back

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "errors",
                    "error",
                    "code",
                    "message",
                    "detail",
                    "title",
                    "type",
                    "data",
                    "id",
                    "text",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.integers(100, 999), st.sampled_from(["read", "upload", "post"]))
def test_any_answer_is_one_sentence_and_one_error(
    body: Any, status: int, kind: x_errors.Kind
) -> None:
    answer = Response(status, {}, body)
    said = x_errors.message(answer)
    assert said
    assert said.isprintable()
    refusal = x_errors.refusal(answer, MONDAY, kind, said)
    assert isinstance(
        refusal, (errors.Rejected, errors.Blocked, errors.Unavailable, errors.Uncertain)
    )
    assert kind == "post" or not isinstance(refusal, errors.Uncertain)
    (
        x_errors.is_duplicate(answer),
        x_errors.is_media_gone(answer),
        x_errors.is_reply_too_early(answer),
    )


POSTS = st.dictionaries(
    st.sampled_from(
        [
            "id",
            "text",
            "entities",
            "attachments",
            "referenced_posts",
            "conversation_id",
            "note_post",
        ]
    ),
    JSON,
)


@given(st.lists(POSTS, max_size=4), st.text(max_size=40))
def test_any_post_can_be_looked_at(posts: list[dict[str, Any]], text: str) -> None:
    found = matching.find(sorted(posts, key=matching.number_of), Part(2, text), "1", "1")
    assert found is None or found in posts


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120))
def test_any_text_is_known_again(text: str) -> None:
    clock = StoppedClock(MONDAY)
    state = x.State(clock.now)
    try:
        state.create_post({"text": text})
    except Refused:
        return
    post = state.timeline(state.user, {"post.fields": "entities"})["data"][0]
    assert matching.has_text(post, text)


def test_the_local_x_refuses_what_the_description_does_not_allow(clock: StoppedClock) -> None:
    with x.running(clock.now, x.description()) as fake:
        if fake.description is None:
            return
        wrong = fake.description.wrong_in_request
        assert wrong("POST", "/2/tweets", {}, "application/json", {"text": "a"}) == []
        assert wrong("POST", "/2/tweets", {}, "application/json", {"text": "a", "colour": "red"})
        assert wrong("POST", "/2/tweets", {}, "text/plain", "a")
        assert wrong("POST", "/2/tweets", {"dry": "1"}, "application/json", {"text": "a"})
        assert wrong("GET", "/2/users/7/tweets", {"max_results": "4"}, "", None)
        assert wrong("GET", "/2/users/7/tweets", {"tweet.fields": "text"}, "", None)
        assert wrong("GET", "/2/users/seven/tweets", {}, "", None)
        assert wrong("GET", "/2/nothing", {}, "", None)
        answer = fake.description.wrong_in_response
        assert (
            answer("POST", "/2/tweets", 201, "application/json", {"data": {"id": "1", "text": ""}})
            == []
        )
        assert answer("POST", "/2/tweets", 201, "application/json", {"data": {"id": 1}})
        assert answer("POST", "/2/tweets", 403, "application/json", error(403, 1, "No").body) == []


def test_pictures_of_each_kind_have_their_category(publisher: X, fake: FakeX) -> None:
    gif = IMAGE._replace(mime="image/gif", file="a.gif")
    publisher.prepare(THREAD._replace(parts=(Part(1, "a", gif),)), {})
    publisher.prepare(THREAD._replace(parts=(Part(1, "a", IMAGE._replace(data=png("black"))),)), {})
    categories = [call.body["media_category"] for call in fake.calls if call.route == UPLOAD]
    assert categories == ["tweet_gif", "tweet_image"]
