"""Servers with Mastodon's API, each in its own dialect: what goes out, what comes back, and what an
error means.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core import network as networks
from bot.core.answers import Response
from bot.core.audit import Kind
from bot.core.delivery import Found, Image, NotSeen, Part
from bot.core.errors import (
    BadConfig,
    BadInput,
    Blocked,
    MlcollageError,
    Rejected,
    Unavailable,
    Uncertain,
)
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.mastodon import errors, instance, matching, oauth, setup
from bot.publishers.mastodon.publisher import Mastodon, idempotency_key
from bot.publishers.protocol import Saved
from tests.conftest import StoppedClock, png
from tests.contract.test_publishers import IMAGE, THREAD, ready, send
from tests.fakes import mastodon
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.mastodon_dialects import DIALECTS, MASTODON, PLEROMA, SNAC

Make = Callable[..., Mastodon]
POST = "POST /api/v1/statuses"


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """The dialect that a test names; Mastodon's own where it names none."""
    return str(getattr(request, "param", "mastodon"))


@pytest.fixture
def fake(clock: StoppedClock, dialect: str) -> Iterator[FakeMastodon]:
    with mastodon.running(clock.now, DIALECTS[dialect]) as running:
        yield running


@pytest.fixture
def make(fake: FakeMastodon, tmp_path: Path, clock: StoppedClock) -> Make:
    def made(**more: str) -> Mastodon:
        raw = Table("config.toml", "accounts.lab", mastodon.account(fake, **more))
        publisher = table.make(raw, tmp_path, clock)
        assert isinstance(publisher, Mastodon)
        return publisher

    return made


@pytest.fixture
def publisher(make: Make) -> Mastodon:
    return make()


every_dialect = pytest.mark.parametrize("dialect", DIALECTS, indirect=True)


def posted(fake: FakeMastodon) -> list[Any]:
    return [call.body for call in fake.calls if call.route == POST]


# What goes out


@every_dialect
def test_a_thread_is_a_chain_of_replies_whose_first_has_the_picture_and_its_alt_text(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    send(publisher, THREAD)
    first, *others = fake.statuses
    assert [status.text for status in fake.statuses] == [part.text for part in THREAD.parts]
    assert [status.parent for status in others] == [first.id, others[0].id]
    assert first.parent is None
    assert [(upload.data, upload.alt) for upload in first.media] == [(IMAGE.data, IMAGE.alt)]
    assert not any(status.media for status in others)


def test_the_first_part_is_public_and_the_others_unlisted_unless_the_account_says_otherwise(
    make: Make, fake: FakeMastodon
) -> None:
    send(make(), THREAD)
    assert [status.visibility for status in fake.statuses] == ["public", "unlisted", "unlisted"]
    fake.empty()
    send(make(visibility="unlisted", reply_visibility="private"), THREAD)
    assert [status.visibility for status in fake.statuses] == ["unlisted", "private", "private"]


def test_language_and_content_warning_go_with_each_part(make: Make, fake: FakeMastodon) -> None:
    publisher = make(language="zh-Hant", content_warning="Machine learning")
    out = send(publisher, THREAD)
    assert {status.language for status in fake.statuses} == {"zh-Hant"}
    assert {status.warning for status in fake.statuses} == {"Machine learning"}
    assert [publisher.read_back(out, position, {}) for position in (1, 2, 3)] == [None] * 3
    send(make(), THREAD._replace(key="another", language="de"))
    assert {status.language for status in fake.statuses[3:]} == {"de"}, "the series' own"
    fake.statuses[0].warning = ""
    difference = publisher.read_back(out, 1, {})
    assert difference
    assert "content warning" in difference.sentence


def test_a_content_warning_counts_with_the_text(make: Make) -> None:
    assert make().limits().length == 500
    assert make(content_warning="机器学习 👩‍🔬").limits().length == 500 - 6


@pytest.mark.parametrize("dialect", ["mastodon", "gotosocial"], indirect=True)
def test_a_server_that_offers_formats_is_told_that_a_post_is_plain_text(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    assert publisher.server
    publisher.server.learn()
    send(publisher, THREAD)
    formats = {body.get("content_type") for body in posted(fake)}
    assert formats == ({"text/plain"} if fake.dialect.formats else {None})


def test_the_key_of_a_part_is_the_same_at_every_try_and_another_one_for_another_text(
    publisher: Mastodon, make: Make, fake: FakeMastodon
) -> None:
    saved = ready(publisher, THREAD)
    fake.on_route[POST, 1] = mastodon.FAIL_500
    with pytest.raises(Uncertain):
        publisher.send(THREAD, 1, saved)
    make().send(THREAD, 1, saved)
    keys = [call.key for call in fake.calls if call.route == POST]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    first = THREAD.parts[0]
    assert keys[0] == idempotency_key(THREAD, first)
    others = {
        idempotency_key(THREAD, first._replace(text="Another")),
        idempotency_key(THREAD, first._replace(position=2)),
        idempotency_key(THREAD._replace(key="another"), first),
    }
    assert len(others - set(keys)) == 3


def test_uploads_of_different_pictures_or_alt_texts_have_different_names(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    pictures = [
        IMAGE,
        IMAGE._replace(alt="Another text."),
        IMAGE._replace(sha256="1" * 64, data=png("red")),
    ]
    for picture in pictures:
        thread = THREAD._replace(parts=(Part(1, "Words", picture),))
        publisher.prepare(thread, {})
    names = [call.body["name"] for call in fake.calls if call.route.endswith("media")]
    assert len(set(names)) == len(names) == 3
    assert all(name.endswith(".png") for name in names)


# Pictures


def test_a_picture_that_the_server_still_works_on_is_asked_for_again_before_anything_is_posted(
    publisher: Mastodon, fake: FakeMastodon, clock: StoppedClock
) -> None:
    fake.dialect = replace(MASTODON, works_later=3)
    saved: Saved = {}
    for _ in range(2):
        with pytest.raises(Unavailable, match="still works") as told:
            publisher.prepare(THREAD, saved)
        assert told.value.saved is not None
        assert told.value.retry_at == clock.at + timedelta(seconds=2)
        saved = json.loads(json.dumps(told.value.saved))
    saved = publisher.prepare(THREAD, saved)
    assert fake.routes().count("POST /api/v2/media") == 1
    publisher.send(THREAD, 1, saved)
    assert fake.statuses[0].media


@pytest.mark.parametrize("dialect", ["pleroma", "snac"], indirect=True)
def test_a_server_without_the_newer_upload_gets_the_older_one(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    publisher.prepare(THREAD, {})
    assert fake.routes() == ["POST /api/v2/media", "POST /api/v1/media"]


def test_an_upload_is_made_once_and_again_when_it_is_old(
    publisher: Mastodon, fake: FakeMastodon, clock: StoppedClock
) -> None:
    saved = publisher.prepare(THREAD, {})
    assert publisher.prepare(THREAD, saved) == saved
    clock.go(minutes=61)
    with pytest.raises(Unavailable, match="uploaded again"):
        publisher.send(THREAD, 1, saved)
    assert publisher.prepare(THREAD, saved) != saved
    assert fake.routes().count("POST /api/v2/media") == 2


def test_an_upload_that_the_server_has_lost_is_made_again_once(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    saved = ready(publisher, THREAD)
    fake.uploads.clear()
    with pytest.raises(Unavailable, match="uploaded again") as told:
        publisher.send(THREAD, 1, saved)
    assert told.value.saved is not None
    saved = publisher.prepare(THREAD, told.value.saved)
    fake.uploads.clear()
    with pytest.raises(Rejected, match="Media not found"):
        publisher.send(THREAD, 1, saved)


def test_an_upload_without_its_alt_text_gets_it_or_is_not_posted(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    fake.drops_alt_texts = 1
    publisher.prepare(THREAD, {})
    assert [upload.alt for upload in fake.uploads.values()] == [IMAGE.alt]
    fake.drops_alt_texts = 2
    with pytest.raises(Rejected, match=r"alt text of slide\.png"):
        publisher.prepare(THREAD, {})


NO_PICTURE = THREAD._replace(
    parts=(Part(1, "Words", Image("2" * 64, "note.png", "image/png", "A note.", b"a note")),)
)


@pytest.mark.parametrize(
    ("dialect", "error"),
    [("mastodon", Rejected), ("gotosocial", Rejected), ("pleroma", Unavailable)],
    indirect=["dialect"],
)
def test_what_is_no_picture_is_never_posted(
    publisher: Mastodon, fake: FakeMastodon, error: type[MlcollageError]
) -> None:
    with pytest.raises(error, match="File is invalid"):
        publisher.prepare(NO_PICTURE, {})
    assert fake.statuses == []


# What may be out


@every_dialect
@pytest.mark.parametrize(
    "trouble",
    [
        mastodon.ACCEPT_THEN_DROP,
        mastodon.ACCEPT_THEN_500,
        mastodon.ACCEPT_THEN_502,
        mastodon.ACCEPT_THEN_HALF,
    ],
    ids=["dropped", "500", "502", "half an answer"],
)
def test_what_went_out_without_a_good_answer_is_found_in_every_dialect(
    publisher: Mastodon, make: Make, fake: FakeMastodon, trouble: mastodon.Trouble
) -> None:
    fake.add("Hello")
    text = (
        "First & <one> 机器学习 *of* many_words_ https://example.org/a-very-long-way/to/it?b=1&c=2"
    )
    parts = (THREAD.parts[0]._replace(text=f"{text} #mlcollage"), *THREAD.parts[1:])
    thread = THREAD._replace(parts=parts)
    saved = ready(publisher, thread)
    for position in (1, 2, 3):
        fake.on_route[POST, fake.counts[POST] + 1] = trouble
        with pytest.raises(Uncertain):
            publisher.send(thread, position, saved)
        look = make().find(thread, saved)
        assert isinstance(look, Found)
        thread = thread.with_receipts(look.receipts)
    assert [part.receipt.id for part in thread.parts if part.receipt] == [
        status.id for status in fake.statuses[1:]
    ]


@pytest.mark.parametrize("dialect", ["pleroma"], indirect=True)
def test_a_500_to_a_key_that_was_used_says_to_look_and_it_is_there(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    saved = ready(publisher, THREAD)
    fake.on_route[POST, 1] = mastodon.ACCEPT_THEN_DROP
    for _ in range(2):
        with pytest.raises(Uncertain):
            publisher.send(THREAD, 1, saved)
    assert isinstance(publisher.find(THREAD, saved), Found)
    assert len(fake.statuses) == 1


@every_dialect
def test_absence_is_told_by_two_witnesses(publisher: Mastodon, fake: FakeMastodon) -> None:
    fake.add("Hello")
    saved = ready(publisher, THREAD)
    fake.on_route[POST, 1] = mastodon.DROP
    with pytest.raises(Uncertain):
        publisher.send(THREAD, 1, saved)
    assert publisher.find(THREAD, saved) == NotSeen(anchor_seen=True, count_agrees=True)
    routes = fake.routes()
    assert ("GET /api/v1/timelines/home" in routes) is not fake.dialect.counts


@every_dialect
def test_an_account_without_posts_is_as_it_was_where_no_view_shows_any(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    saved = ready(publisher, THREAD)
    assert publisher.find(THREAD, saved) == NotSeen(anchor_seen=True, count_agrees=True)
    fake.on_route[POST, 1] = mastodon.ACCEPT_THEN_DROP
    with pytest.raises(Uncertain):
        publisher.send(THREAD, 1, saved)
    fake.hidden.add(fake.statuses[0].id)
    fake.home_shows_all = True
    look = publisher.find(THREAD, saved)
    assert isinstance(look, NotSeen)
    assert not look.count_agrees
    fake.add("By hand")
    look = publisher.find(THREAD, saved)
    assert isinstance(look, NotSeen)
    assert not look.anchor_seen


def test_a_post_that_a_timeline_hides_is_told_by_the_count(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    fake.add("Hello")
    saved = ready(publisher, THREAD)
    fake.on_route[POST, 1] = mastodon.ACCEPT_THEN_DROP
    with pytest.raises(Uncertain):
        publisher.send(THREAD, 1, saved)
    fake.hidden.add(fake.statuses[-1].id)
    assert publisher.find(THREAD, saved) == NotSeen(anchor_seen=True, count_agrees=False)


def test_what_somebody_posts_by_hand_meanwhile_is_not_counted_as_ours(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    fake.add("Hello")
    saved = ready(publisher, THREAD)
    fake.on_route[POST, 1] = mastodon.DROP
    with pytest.raises(Uncertain):
        publisher.send(THREAD, 1, saved)
    fake.add("By hand")
    fake.add("A repost", reblog=True)
    assert publisher.find(THREAD, saved) == NotSeen(anchor_seen=True, count_agrees=True)


def test_an_anchor_that_is_gone_says_nothing(publisher: Mastodon, fake: FakeMastodon) -> None:
    anchor = fake.add("Hello")
    saved = ready(publisher, THREAD)
    fake.statuses.remove(anchor)
    look = publisher.find(THREAD, saved)
    assert isinstance(look, NotSeen)
    assert not look.anchor_seen
    assert not look.count_agrees


def test_a_part_that_is_shown_without_its_picture_may_be_it(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    fake.add("Hello")
    saved = ready(publisher, THREAD)
    fake.add(THREAD.parts[0].text)
    look = publisher.find(THREAD, saved)
    assert isinstance(look, NotSeen)
    (likely,) = look.likely
    assert (likely.position, likely.difference) == (1, "its picture is missing")


def test_a_refused_part_that_the_account_counts_and_does_not_show_is_told_before_it_is_sent_again(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    fake.add("Hello")
    saved = ready(publisher, THREAD)
    fake.on_route[POST, 1] = mastodon.ACCEPT_THEN_REFUSE
    with pytest.raises(Rejected):
        publisher.send(THREAD, 1, saved)
    fake.hidden.add(fake.statuses[-1].id)
    survey = publisher.survey(THREAD._replace(is_refused=True), saved, None)
    assert survey.hidden == 1
    fake.hidden.clear()
    assert publisher.survey(THREAD._replace(is_refused=True), saved, None).hidden == 0


def test_a_long_timeline_is_read_back_to_the_last_receipt_page_by_page(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    first = fake.add("The first")
    for number in range(130):
        fake.add(f"By hand {number}")
    survey = publisher.survey(THREAD, {}, first.id)
    assert [post.text for post in survey.others] == [f"By hand {n}" for n in range(130)]
    assert survey.newest == fake.statuses[-1].id
    assert [post.text for post in publisher.shown(first.id)][:2] == ["The first", "By hand 0"]


def test_another_account_s_token_does_not_go_on_with_a_thread(
    publisher: Mastodon, make: Make, fake: FakeMastodon
) -> None:
    saved = ready(publisher, THREAD)
    begun = THREAD.with_receipts(publisher.send(THREAD, 1, saved))
    with pytest.raises(Blocked, match=r"@somebody@social\.example has begun this thread"):
        make().survey(begun, saved | {"user": "7@x", "username": "somebody@social.example"}, None)


# What is read back


@every_dialect
def test_what_is_out_as_it_was_meant_differs_in_nothing(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    parts = (
        THREAD.parts[0]._replace(text="A & B: 自监督学习 “quoted” … #mlcollage @you@example.org"),
        Part(2, "Two\n\nparagraphs\nand a line, of *stars*"),
        Part(3, "📝 Paper: https://example.org/a/very/long/address/of/a/paper?x=1&y=2"),
    )
    out = send(publisher, THREAD._replace(parts=parts))
    assert [publisher.read_back(out, position, {}) for position in (1, 2, 3)] == [None] * 3


def test_what_differs_is_told_in_one_sentence_with_the_address(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    out = send(publisher, THREAD)
    first = fake.statuses[0]
    first.media, first.text, first.parent = [], "Cut", "7"
    difference = publisher.read_back(out, 1, {})
    assert difference
    assert difference.kinds == {Kind.TEXT, Kind.PICTURE, Kind.PARENT}
    assert difference.is_elsewhere
    assert difference.sentence.endswith(f"See {fake.url}/@mlcollage/{first.id}")
    fake.statuses.pop()
    gone = publisher.read_back(out, 3, {})
    assert gone
    assert gone.kinds == {Kind.UNSHOWN}


def test_a_lost_alt_text_and_a_link_that_is_none_are_told(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    out = send(publisher, THREAD)
    fake.statuses[0].media[0].alt = None
    fake.dialect = replace(MASTODON, content=lambda text: f"<p>{text}</p>")
    first, last = publisher.read_back(out, 1, {}), publisher.read_back(out, 3, {})
    assert first
    assert last
    assert (first.kinds, last.kinds) == ({Kind.ALT}, {Kind.LINK})


@pytest.mark.parametrize("dialect", ["snac"], indirect=True)
def test_what_a_server_takes_for_html_is_told_and_still_found(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    thread = THREAD._replace(parts=(THREAD.parts[0]._replace(text="What <it> did #mlcollage"),))
    out = send(publisher, thread)
    difference = publisher.read_back(out, 1, {})
    assert difference
    assert difference.kinds == {Kind.TEXT}
    assert "What  did" in difference.sentence
    assert isinstance(publisher.find(thread, {}), Found)


CONTENTS = {
    "mastodon": (
        '<p>Paper: <a href="https://example.org/papers/2021/barlow-twins" target="_blank">'
        '<span class="invisible">https://</span><span class="ellipsis">example.org/papers/2021'
        '/barlow</span><span class="invisible">-twins</span></a><br />by <span class="h-card">'
        '<a href="https://social.example/@you" class="u-url mention">@<span>you</span></a></span>'
        '</p><p><a href="https://x/tags/ml" rel="tag">#<span>ml</span></a> &amp; more</p>'
    ),
    "shortened": (
        'Paper: <a href="https://example.org/papers/2021/barlow-twins">'
        "example.org/papers/2021/bar…</a><br>by @you@social.example<br><br>#ml &amp; more"
    ),
    "plain": "Paper: https://example.org/papers/2021/barlow-twins\nby @you\n\n#ml &#38; more",
    "divs": (
        "<div>Paper: https://example.org/papers/2021/barlow-twins</div><div>by @you</div>"
        '<div>#ml <img class="emoji" alt="&amp;" src="x"> more</div>'
    ),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_however_a_server_writes_its_html_the_text_is_the_same(name: str) -> None:
    link = "https://example.org/papers/2021/barlow-twins"
    text = f"Paper: {link}\nby @you@social.example\n\n#ml & more"
    status = {"content": CONTENTS[name]}
    assert matching.has_text(status, text)
    assert matching.shows_text(status, text)
    assert not matching.has_text(status, text.replace("more", "less"))


# Errors

ANSWERS: list[tuple[int, object, errors.Kind, type[MlcollageError], str]] = [
    (401, {"error": "The access token is invalid"}, "post", Blocked, "access token is invalid"),
    (400, {"error": "invalid_token"}, "post", Blocked, "invalid_token"),
    (400, "", "me", Blocked, "Bad Request"),
    (422, "", "me", Blocked, "access token"),
    (403, {"error": "This action is outside the authorized scopes"}, "post", Blocked, "scopes"),
    (403, "<html>Forbidden</html>", "upload", Blocked, "Forbidden"),
    (422, {"error": "Text character limit of 500 exceeded"}, "post", Rejected, "limit of 500"),
    (400, {"error": "Bad Request: too long"}, "post", Rejected, "too long"),
    (422, {"error": {"media": ["is bad"]}}, "upload", Rejected, "is bad"),
    (413, "", "upload", Rejected, ""),
    (422, {"error": "x"}, "read", Unavailable, "422"),
    (404, "", "read", Unavailable, "404"),
    (404, "", "post", Unavailable, "404"),
    (429, {"error": "Throttled"}, "post", Unavailable, "Throttled"),
    (500, "", "post", Uncertain, "500"),
    (502, "<html>", "post", Uncertain, "Bad Gateway"),
    (503, "", "post", Uncertain, "503"),
    (500, "", "read", Unavailable, "500"),
    (500, "", "upload", Unavailable, "500"),
    (301, "", "post", Unavailable, "base_url"),
    (418, "", "post", Uncertain, "418"),
    (599, "", "post", Uncertain, "599"),
]


@pytest.mark.parametrize(("status", "body", "kind", "error", "words"), ANSWERS)
def test_an_answer_means_one_of_the_four_errors_with_the_server_s_own_words(
    status: int,
    body: object,
    kind: errors.Kind,
    error: type[MlcollageError],
    words: str,
    clock: StoppedClock,
) -> None:
    response = Response(status, {}, body)
    found = errors.refusal(response, clock.now(), kind, errors.message(response))
    assert type(found) is error
    assert words in str(found)
    assert str(found).endswith((".", "?"))
    if isinstance(found, Unavailable):
        assert found.is_claim is (kind == "post"), "a refused post may be out all the same"


AHEAD = "Mon, 02 Aug 2021 10:00:00 GMT"
"""The time on a server whose clock is an hour ahead."""


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"x-ratelimit-reset": "2021-08-02T09:10:00.000000Z"}, 10),
        ({"x-ratelimit-reset": "2021-08-02T09:10:00+00:00"}, 10),
        ({"x-ratelimit-reset": str(int(datetime(2021, 8, 2, 9, 7, tzinfo=UTC).timestamp()))}, 7),
        ({"retry-after": "180"}, 3),
        ({}, 5),
        ({"x-ratelimit-reset": "soon", "retry-after": "later"}, 5),
        ({"x-ratelimit-reset": "2021-08-02T08:00:00Z"}, 1),
        ({"x-ratelimit-reset": "2031-08-02T08:00:00Z"}, 25 * 60),
        (
            {"x-ratelimit-reset": "2021-08-02T10:10:00Z", "date": "Mon, 02 Aug 2021 10:00:00 GMT"},
            10,
        ),
    ],
)
def test_a_limit_s_end_is_read_in_every_form_and_by_the_server_s_clock(
    headers: dict[str, str], minutes: int, clock: StoppedClock
) -> None:
    found = errors.refusal(Response(429, headers, ""), clock.now(), "post", "")
    assert isinstance(found, Unavailable)
    assert found.retry_at == clock.at + timedelta(minutes=minutes)


@every_dialect
def test_a_token_that_is_wrong_blocks_the_account_and_is_never_shown(
    make: Make, fake: FakeMastodon
) -> None:
    wrong = "aWrongToken-0987654321"
    fake.echoes_token = True
    publisher = make(access_token=wrong)
    with pytest.raises(Blocked) as told:
        publisher.profile()
    assert wrong not in str(told.value)
    assert "access token" in publisher.check()
    assert wrong not in publisher.check()
    assert wrong in publisher.secrets
    assert wrong not in repr(publisher.settings)


@every_dialect
def test_a_token_that_was_revoked_before_the_post_blocks_the_account(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    saved = ready(publisher, THREAD)
    fake.token = "anotherToken"
    with pytest.raises(Blocked, match="access token is invalid"):
        publisher.send(THREAD, 1, saved)
    assert fake.statuses == []


@every_dialect
def test_a_text_that_is_too_long_is_refused_or_taken_and_never_uncertain(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    thread = THREAD._replace(parts=(THREAD.parts[0]._replace(text="w" * 6_000),))
    saved = ready(publisher, thread)
    if not fake.dialect.too_long:
        assert publisher.send(thread, 1, saved)
        return
    with pytest.raises(Rejected, match="character limit"):
        publisher.send(thread, 1, saved)


@pytest.mark.parametrize("dialect", ["mastodon", "gotosocial", "pleroma"], indirect=True)
def test_a_reply_whose_parent_the_server_does_not_know_waits_and_then_fails(
    publisher: Mastodon, fake: FakeMastodon, clock: StoppedClock
) -> None:
    saved = ready(publisher, THREAD)
    begun = THREAD.with_receipts(publisher.send(THREAD, 1, saved))
    fake.statuses.clear()
    waits = []
    for _ in range(6):
        with pytest.raises(Unavailable, match="does not show the post yet") as told:
            publisher.send(begun, 2, saved)
        assert told.value.retry_at
        assert told.value.saved is not None
        waits.append((told.value.retry_at - clock.at).total_seconds())
        saved = told.value.saved
    assert waits == [5, 10, 20, 40, 80, 160]
    with pytest.raises(Rejected, match="does not find the post that part 2 answers"):
        publisher.send(begun, 2, saved)


def test_a_server_that_cannot_be_reached_has_surely_got_nothing(
    make: Make, clock: StoppedClock
) -> None:
    publisher = make(base_url="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9 cannot be reached"):
        publisher.send(THREAD._replace(parts=(Part(1, "Words"),)), 1, {})
    with pytest.raises(Unavailable):
        publisher.find(THREAD, {})


def test_an_account_without_a_token_is_told_how_to_get_one(make: Make) -> None:
    bare = Table("config.toml", "accounts.lab", {"network": "mastodon", "base_url": "https://a.b"})
    publisher = table.make(bare, Path(), StoppedClock(datetime(2021, 8, 2, tzinfo=UTC)))
    assert "mlcollage connect mastodon --account lab" in publisher.check()


@pytest.mark.parametrize("base_url", ["http://social.example", "http://10.0.0.1", "social.example"])
def test_plain_http_is_for_this_machine_only(base_url: str, tmp_path: Path) -> None:
    raw = Table("config.toml", "accounts.lab", {"network": "mastodon", "base_url": base_url})
    with pytest.raises(BadConfig, match=r"accounts\.lab\.base_url in config\.toml must be"):
        table.make(raw, tmp_path, StoppedClock(datetime(2021, 8, 2, tzinfo=UTC)))


# Who, and what else


def test_whose_token_it_is_with_its_count_of_posts(publisher: Mastodon, fake: FakeMastodon) -> None:
    fake.add("Hello")
    profile = publisher.profile()
    host = fake.url.removeprefix("http://")
    assert profile == (f"{mastodon.USER}@{host}", f"mlcollage@{host}", 1)
    assert publisher.identity == f"@mlcollage@{host}"


@pytest.mark.parametrize("username", ["mlcollage", "@mlcollage", "mlcollage@social.example"])
def test_a_name_may_be_given_with_its_host_or_without(make: Make, username: str) -> None:
    assert make(username=username).check() == ""
    assert "the configuration says @other@" in make(username="other@social.example").check()


def test_a_token_that_may_not_post_is_told_by_what_it_lacks(make: Make, fake: FakeMastodon) -> None:
    fake.scopes = "read write:media"
    assert "lacks write:statuses" in make().check()
    fake.scopes = "read write"
    assert make().check() == ""


def test_an_account_is_asked_to_be_marked_as_a_bot_s_until_it_is(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    fake.is_marked = False
    assert publisher.check() == ""
    assert publisher.duty == setup.DUTY
    fake.is_marked = True
    publisher.check()
    assert publisher.duty == ""


@every_dialect
def test_a_post_is_deleted_where_the_server_can_and_said_to_be_left_where_not(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    post = fake.add("Twice")
    if fake.dialect.has_delete:
        publisher.delete(post.id)
        assert fake.statuses == []
        publisher.delete(post.id)
    else:
        with pytest.raises(BadInput, match="deletes no post on request"):
            publisher.delete(post.id)


# Limits


@pytest.mark.parametrize(
    ("dialect", "length", "alt_length"),
    [
        ("mastodon", 500, 1_500),
        ("gotosocial", 5_000, 1_500),
        ("pleroma", 5_000, 5_000),
        ("snac", 100_000, 1_500),
    ],
    indirect=["dialect"],
)
def test_limits_are_the_server_s_own_words(
    publisher: Mastodon, length: int, alt_length: int
) -> None:
    assert publisher.server
    assert publisher.limits() == networks.MASTODON.limits, "nothing is asked for by composing"
    publisher.server.learn()
    limits = publisher.limits()
    assert (limits.length, limits.alt_length) == (length, alt_length)


ODD: list[dict[str, Any]] = [
    {},
    {"configuration": None},
    {"configuration": {"statuses": {"max_characters": "500"}, "media_attachments": []}},
    {"configuration": {"statuses": {"max_characters": -1, "characters_reserved_per_url": True}}},
    {"configuration": {"media_attachments": {"supported_mime_types": [], "image_size_limit": 0}}},
    {"configuration": {"media_attachments": {"supported_mime_types": ["video/mp4", 7]}}},
    {"max_toot_chars": None, "upload_limit": 1.5},
]


@pytest.mark.parametrize("told", ODD, ids=str)
def test_what_a_server_says_oddly_or_not_at_all_is_mastodon_s_default(told: dict[str, Any]) -> None:
    assert instance.limits(told) == networks.MASTODON.limits


def test_types_sizes_and_lengths_are_taken_from_where_a_server_has_them() -> None:
    media = {
        "supported_mime_types": ["image/*"],
        "image_size_limit": 1_000,
        "image_matrix_limit": 2_000,
        "description_limit": 300,
    }
    statuses = {"max_characters": 280, "characters_reserved_per_url": 32}
    limits = instance.limits({"configuration": {"statuses": statuses, "media_attachments": media}})
    assert (limits.length, limits.url_length, limits.alt_length) == (280, 32, 300)
    assert set(limits.pictures) == set(networks.SENT)
    assert {(its.size, its.pixels) for its in limits.pictures.values()} == {(1_000, 2_000)}


# Addresses


@every_dialect
def test_a_post_is_known_by_each_address_that_the_server_gives_it(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    fake.add("Another")
    out = send(publisher, THREAD)
    for part, status in zip(out.parts, fake.statuses[1:], strict=True):
        found = fake.shown(status)
        assert part.receipt
        for address in (found["url"], found["uri"]):
            assert publisher.receipt(f" {address} ").id == part.receipt.id


def test_a_post_of_somebody_else_is_not_one_of_ours(
    publisher: Mastodon, fake: FakeMastodon
) -> None:
    post = fake.add("Theirs")
    fake.others.add(post.id)
    with pytest.raises(BadInput, match="shows no post of this account at"):
        publisher.receipt(fake.address(post))


# Connecting


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" @me@mastodon.social ", "https://mastodon.social"),
        ("https://mastodon.social/@me", "https://mastodon.social"),
        ("http://127.0.0.1:8201", "http://127.0.0.1:8201"),
        ("http://localhost:8201/", "http://localhost:8201"),
    ],
)
def test_a_server_may_be_named_in_any_way(given: str, address: str) -> None:
    assert oauth.server_address(given) == address


@pytest.mark.parametrize("given", ["", "  ", "http://mastodon.social", "a b", "ftp://x", "@me@"])
def test_what_is_no_server_is_named(given: str) -> None:
    with pytest.raises(BadInput, match="The server"):
        oauth.server_address(given)


def test_the_app_asks_for_no_more_than_it_needs(fake: FakeMastodon) -> None:
    app = oauth.register(fake.url)
    assert fake.calls[-1].body["scopes"] == mastodon.SCOPES
    assert "scope=read%3Aaccounts+read%3Astatuses+write%3Astatuses+write%3Amedia" in app.address
    assert oauth.token(app, f" {mastodon.CODE}\n") == mastodon.TOKEN


def test_a_code_that_is_wrong_or_grants_too_little_saves_nothing(fake: FakeMastodon) -> None:
    app = oauth.register(fake.url)
    with pytest.raises(BadInput, match="code has expired"):
        oauth.token(app, "aWrongCode")
    fake.scopes = "read write:media"
    with pytest.raises(BadInput, match="did not grant write:statuses"):
        oauth.token(app, mastodon.CODE)


def test_a_server_of_another_kind_is_told_apart_from_one_that_is_down(fake: FakeMastodon) -> None:
    fake.trouble[1] = mastodon.Trouble(raw=(404, b"<html>"))
    with pytest.raises(BadInput, match="is that the server"):
        oauth.register(fake.url)
    with pytest.raises(Unavailable, match="cannot be asked"):
        oauth.register("http://127.0.0.1:9")


def test_the_whole_way_is_the_same_with_ids_that_tell_no_order() -> None:
    made = [SNAC.make_id(number, datetime(2021, 8, 2, tzinfo=UTC)) for number in range(1, 9)]
    assert made != sorted(made), "else the tests above prove nothing of order"
    assert PLEROMA.make_id(1, datetime(2021, 8, 2, tzinfo=UTC)).isalnum()
