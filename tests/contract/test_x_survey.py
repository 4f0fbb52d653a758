"""X's own posts, read before anything of a claim is sent; and one that a person points to."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import errors
from bot.core.delivery import Part, Post, Receipt, Survey
from bot.core.errors import BadInput
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.x.publisher import X
from tests.conftest import MONDAY, StoppedClock
from tests.contract.test_publishers import EARLIER, IMAGE, LATER, THREAD, ids, ids_of, send
from tests.contract.test_x import ALT, POST, UPLOAD, raw, sent
from tests.fakes import x
from tests.fakes.x import FakeX, Trouble
from tests.fakes.x_state import PRICES

ME, TIMELINE, READ = "GET /2/users/me", "GET /2/users/:id/tweets", "GET /2/tweets/:id"

# What the account shows before anything of a claim is sent


def test_a_survey_asks_who_we_are_once_and_for_no_post_that_is_older(
    make: Callable[..., X], fake: FakeX
) -> None:
    since = ids_of(send(make(), EARLIER))[2]
    fake.calls.clear()
    publisher = make()
    survey = publisher.survey(THREAD, {}, since)
    assert fake.routes() == [ME, TIMELINE]
    assert fake.calls[-1].query["since_id"] == since
    assert (survey.saved["user"], survey.saved["anchor"]) == (fake.state.user, since)
    newer = fake.state.add("Written by hand")
    reads = len(fake.state.charged)
    again = publisher.survey(THREAD, survey.saved, since)
    assert fake.routes() == [ME, TIMELINE, TIMELINE], "who we are was asked just now"
    assert again.saved["anchor"] == newer.id
    assert fake.state.charged[reads:] == [("own post read", PRICES["own post read"])]


def test_a_survey_of_a_thread_that_is_partly_out_reads_on_from_its_newest_part(
    publisher: X, fake: FakeX
) -> None:
    since = ids_of(send(publisher, EARLIER))[2]
    thread, saved = sent(publisher, THREAD, 2)
    survey = publisher.survey(thread, saved, since)
    assert fake.calls[-1].query["since_id"] == ids_of(thread)[2]
    newest = ids_of(thread)[2]
    assert survey == Survey({}, (), saved | {"anchor": newest}, newest=newest)


@pytest.mark.parametrize("since", [None, "", "2021-08-04-auto-sklearn/3", "0", "9" * 30])
def test_without_a_post_to_start_from_the_newest_hundred_are_read(
    publisher: X, fake: FakeX, since: str | None
) -> None:
    posts = [fake.state.add(f"Something else {number}") for number in range(130)]
    survey = publisher.survey(THREAD, {}, since)
    assert [post.receipt.id for post in survey.others] == [post.id for post in posts[30:]]
    assert survey.saved["anchor"] == posts[-1].id
    assert fake.counts[TIMELINE] == 1


def test_a_survey_of_an_account_without_posts_looks_from_the_first_one_on(publisher: X) -> None:
    assert publisher.survey(THREAD, {}, None).saved["anchor"] == "0"


def test_a_survey_finds_the_thread_and_every_other_post_over_several_pages(
    publisher: X, fake: FakeX
) -> None:
    since = fake.state.add("Before")
    out = send(publisher, THREAD)
    posts = [fake.state.add(f"Something else {number}") for number in range(230)]
    survey = publisher.survey(THREAD, {}, since.id)
    assert ids(survey.found) == ids_of(out)
    assert [post.receipt.id for post in survey.others] == [post.id for post in posts]
    assert survey.saved["anchor"] == posts[-1].id


def test_a_post_of_another_is_no_post_of_ours_and_one_shown_once_more_is_no_other(
    publisher: X, fake: FakeX
) -> None:
    first = fake.state.add("Ours #mlcollage")
    theirs = fake.state.add("Theirs #mlcollage", author="12345")
    fake.state.add("RT @mlcollage: Ours #mlcollage", parent=first.id).relation = "retweeted"
    quoting = fake.state.add("Look at this #mlcollage", parent=theirs.id)
    quoting.relation = "quoted"
    reply = fake.state.add("Thank you", parent=theirs.id)
    survey = publisher.survey(THREAD, {}, None)
    assert [post.receipt.id for post in survey.others] == [first.id, quoting.id, reply.id]


def test_another_post_is_shown_with_its_links_as_they_were_written(
    publisher: X, fake: FakeX
) -> None:
    written = "See https://example.org/a?b=c & <more> #mlcollage"
    send(publisher, THREAD._replace(parts=(Part(1, written, IMAGE),)))
    (other,) = publisher.survey(LATER, {}, None).others
    post_id = fake.state.posts[0].id
    assert other == Post(
        Receipt(post_id, f"https://x.com/mlcollage/status/{post_id}", MONDAY), written
    )


def test_the_same_text_without_its_picture_is_not_our_part_but_another_post(
    publisher: X, fake: FakeX
) -> None:
    by_hand = fake.state.add(THREAD.parts[0].text)
    survey = publisher.survey(THREAD, {}, None)
    assert survey.found == {}
    assert [post.receipt.id for post in survey.others] == [by_hand.id]


TROUBLES = {name: trouble for name, trouble in vars(x).items() if isinstance(trouble, Trouble)}
ACCOUNT = {401, 402, 403}


def impatient(make: Callable[..., X], trouble: Trouble) -> X:
    """An account that is soon tired of a server which keeps it waiting."""
    return (
        make(read_timeout="200ms", total_timeout="300ms")
        if trouble.is_held or trouble.is_dripped
        else make()
    )


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("route", [ME, TIMELINE])
def test_whatever_befalls_a_survey_nothing_is_out_and_nothing_uncertain(
    make: Callable[..., X], fake: FakeX, route: str, trouble: Trouble
) -> None:
    fake.on_route[route, 1] = trouble
    is_blocked = trouble.refusal is not None and trouble.refusal.status in ACCOUNT
    with pytest.raises(errors.Blocked if is_blocked else errors.Unavailable):
        impatient(make, trouble).survey(THREAD, {}, None)
    assert fake.state.posts == []
    assert {POST, UPLOAD, ALT}.isdisjoint(fake.routes())


ODD = [
    b"", b"null", b"[]", b"{", b"{}", b'{"data": null}', b'{"data": []}', b'{"data": {}}',
    b'{"data": [1]}',
    b'{"data": [{"text": "no id"}]}', b'{"data": [{"id": 5}]}', b'{"data": [{"id": "1"}, null]}',
    b'{"meta": {}}',
    b'{"errors": [{"title": "Not Found", "detail": "Could not find user."}]}',
    b'{"meta": {"result_count": 3}}',
]  # fmt: skip


@pytest.mark.parametrize("body", ODD)
def test_only_a_whole_answer_is_taken_for_what_the_account_shows(
    publisher: X, fake: FakeX, body: bytes
) -> None:
    fake.on_route[TIMELINE, 1] = raw(200, body)
    with pytest.raises(errors.Unavailable, match="X did not answer with posts"):
        publisher.survey(THREAD, {}, None)


def test_a_survey_whose_second_page_fails_shows_nothing_at_all(publisher: X, fake: FakeX) -> None:
    posts = [fake.state.add(f"Something else {number}") for number in range(130)]
    fake.on_route[TIMELINE, 2] = x.FAIL_500
    with pytest.raises(errors.Unavailable, match="X answered 500"):
        publisher.survey(THREAD, {}, posts[0].id)


# A post that a person points to


@pytest.mark.parametrize("form", [
    "https://x.com/mlcollage/status/{}", "https://twitter.com/mlcollage/status/{}", "http://x.com/another/status/{}",
    "https://www.x.com/mlcollage/status/{}/", "https://mobile.twitter.com/MLCollage/status/{}?s=20&t=abc",
    "https://x.com/mlcollage/status/{}/photo/1", "https://x.com/i/web/status/{}",
    "x.com/i/status/{}#m",
    " x.com/i/status/{} ", "HTTPS://X.com/mlcollage/statuses/{}\n",
])  # fmt: skip
def test_a_post_is_known_by_its_address_however_it_was_copied(
    publisher: X, fake: FakeX, form: str
) -> None:
    post = fake.state.add("Posted by hand")
    receipt = publisher.receipt(form.format(post.id))
    assert receipt == Receipt(post.id, f"https://x.com/mlcollage/status/{post.id}", MONDAY)
    assert fake.routes() == [ME, TIMELINE]


def test_a_post_that_the_timeline_does_not_show_yet_is_asked_for_by_its_id(
    publisher: X, fake: FakeX
) -> None:
    fake.state.lag = timedelta(minutes=1)
    post = fake.state.add("Posted by hand")
    assert publisher.receipt(f"https://x.com/mlcollage/status/{post.id}").id == post.id
    assert fake.routes() == [ME, TIMELINE, READ]


def test_a_post_of_somebody_else_or_none_is_not_taken(publisher: X, fake: FakeX) -> None:
    theirs = fake.state.add("Theirs", author="12345")
    with pytest.raises(
        BadInput, match=rf"^The post {theirs.id} is not one of @mlcollage; give the address of one"
    ):
        publisher.receipt(f"https://x.com/mlcollage/status/{theirs.id}")
    with pytest.raises(
        BadInput,
        match=r"^X shows no post 7 \(Could not find post with id: \[7\]\); give the address",
    ):
        publisher.receipt("https://x.com/mlcollage/status/7")
    fake.on_route[READ, 3] = raw(
        200, b'{"errors": [{"title": "Not Found", "detail": "It was deleted."}]}'
    )
    with pytest.raises(BadInput, match=r"^X shows no post 7 \(It was deleted\)"):
        publisher.receipt("https://x.com/mlcollage/status/7")


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("route", [ME, TIMELINE, READ])
def test_when_x_cannot_be_asked_a_post_is_neither_taken_nor_refused(
    make: Callable[..., X], fake: FakeX, route: str, trouble: Trouble
) -> None:
    post = fake.state.add("Posted by hand")
    if route == READ:
        fake.state.lag = timedelta(minutes=1)
    fake.on_route[route, 1] = trouble
    is_blocked = trouble.refusal is not None and trouble.refusal.status in ACCOUNT
    with pytest.raises(errors.Blocked if is_blocked else errors.Unavailable):
        impatient(make, trouble).receipt(f"https://x.com/mlcollage/status/{post.id}")


@pytest.mark.parametrize("body", [
    b"null", b"{}", b'{"data": {"id": "7"}}', b'{"data": {"id": "8", "author_id": "2244994945"}}',
    b'{"data": []}',
])  # fmt: skip
def test_a_post_whose_author_x_does_not_tell_is_not_taken(
    publisher: X, fake: FakeX, body: bytes
) -> None:
    fake.on_route[READ, 1] = raw(200, body)
    with pytest.raises(errors.Unavailable, match="X does not say whose post 7 is"):
        publisher.receipt("https://x.com/mlcollage/status/7")


@given(st.text())
def test_any_other_text_is_no_address_and_x_is_not_asked(text: str) -> None:
    publisher = table.make(
        Table("config.toml", "accounts.lab", {"network": "x"}), Path(), StoppedClock(MONDAY)
    )
    with pytest.raises(
        BadInput, match=r"is no address of a post on X; it has the form https://x\.com/NAME/status/"
    ):
        publisher.receipt(text)
