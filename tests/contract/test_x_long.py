"""Posts longer than 280 characters on X, which shows their beginning, and the whole in a note."""

from collections.abc import Callable

import pytest

from bot.core import errors
from bot.core.delivery import Found, NotSeen, Part
from bot.core.errors import BadConfig
from bot.core.price import Requests
from bot.publishers.x.publisher import X
from tests.contract.test_publishers import IMAGE, THREAD, ready
from tests.fakes import x_dialects
from tests.fakes.x import ACCEPT_THEN_DROP, FakeX

SENTENCES = " ".join(f"Sentence {n} of 自监督 & <more> goes on about it." for n in range(60))
LONG = f"ML-Collage [29/52]\n\n{SENTENCES}\n\n#mlcollage\n\n📝 Paper: https://example.org/paper"
ONE = THREAD._replace(parts=(Part(1, LONG, IMAGE),))
POST = "POST /2/tweets"


@pytest.fixture
def premium(fake: FakeX, make: Callable[..., X]) -> X:
    fake.state.length = 25_000
    return make(length=25_000)


@pytest.mark.parametrize(
    "dialects",
    [
        x_dialects.Dialects(),
        x_dialects.Dialects(("tweet.fields",)),
        x_dialects.Dialects(("post.fields", "tweet.fields")),
    ],
)
def test_a_long_post_is_shown_cut_and_known_by_its_whole_text(
    premium: X, fake: FakeX, dialects: x_dialects.Dialects
) -> None:
    fake.dialects = dialects
    saved = ready(premium, ONE)
    receipt = premium.send(ONE, 1, saved)[1]
    assert len(fake.state.posts[0].shown) > 280
    assert premium.find(ONE, saved) == Found({1: receipt})
    assert premium.survey(ONE, {}, None).found == {1: receipt}
    out = ONE.with_receipts({1: receipt})
    assert premium.read_back(out, 1, saved) is None, "the link at its end as well"
    assert premium.shown(receipt.id)[0].text == LONG


def test_a_long_post_whose_answer_was_lost_is_found_and_not_sent_again(
    premium: X, fake: FakeX
) -> None:
    saved = ready(premium, ONE)
    fake.on_route[POST, 1] = ACCEPT_THEN_DROP
    with pytest.raises(errors.Uncertain):
        premium.send(ONE, 1, saved)
    look = premium.find(ONE, saved)
    assert isinstance(look, Found)
    assert [post.id for post in fake.state.posts] == [look.receipts[1].id]


def test_long_posts_that_differ_behind_the_cut_are_two_posts(premium: X, fake: FakeX) -> None:
    saved = ready(premium, ONE)
    premium.send(ONE, 1, saved)
    other = ONE._replace(parts=(Part(1, LONG.replace("Sentence 59", "Sentence 99"), IMAGE),))
    assert isinstance(premium.find(other, saved), NotSeen)
    fake.state.posts[0].shown = fake.state.posts[0].shown.replace("Sentence 59", "Sentence 58")
    receipt = premium.shown("0")[0].receipt
    told = premium.read_back(ONE.with_receipts({1: receipt}), 1, saved)
    assert told is not None
    assert "its text is" in told.sentence


def test_a_long_post_of_which_only_the_beginning_is_shown_is_asked_about(
    premium: X, fake: FakeX
) -> None:
    fake.state.shows_notes = False
    saved = ready(premium, ONE)
    receipt = premium.send(ONE, 1, saved)[1]
    look = premium.find(ONE, saved)
    assert isinstance(look, NotSeen)
    assert [each.post.receipt.id for each in look.likely] == [receipt.id]


def test_without_premium_the_refusal_names_the_setting_and_nothing_is_out(
    make: Callable[..., X], fake: FakeX
) -> None:
    publisher = make(length=25_000)
    saved = ready(publisher, ONE)
    sentence = r"You are not permitted .*need X Premium: .* length = 280 under \[accounts\.lab\]"
    with pytest.raises(errors.Rejected, match=sentence):
        publisher.send(ONE, 1, saved)
    assert fake.state.posts == []


def test_a_long_post_with_a_link_is_charged_as_one_post(premium: X, fake: FakeX) -> None:
    assert premium.network.posts(ONE.parts) == Requests(posts_with_url=1)
    premium.send(ONE, 1, ready(premium, ONE))
    assert [kind for kind, _ in fake.state.charged if kind.startswith("post")] == [
        "post with a link"
    ]


@pytest.mark.parametrize("length", [0, 25_001, "280", True])
def test_a_length_that_no_account_has_is_refused(make: Callable[..., X], length: object) -> None:
    with pytest.raises(BadConfig, match=r"length .* must be a whole number from 1 to 25,000"):
        make(length=length)
