"""The publisher for Bluesky against the local server: one commit, keys that prove, each refusal."""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.audit import Kind as Differs
from bot.core.delivery import Absent, Card, Found, Image, Kind, NotSeen, Part, Receipt, Thread
from bot.core.errors import BadInput, Blocked, MlcollageError, Rejected, Unavailable, Uncertain
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.bluesky import cids, keys
from bot.publishers.bluesky.publisher import Bluesky
from bot.publishers.protocol import Saved
from tests.conftest import ROOT, StoppedClock, png
from tests.contract.test_publishers import EARLIER, IMAGE, THREAD
from tests.fakes import bluesky
from tests.fakes.bluesky import FakeBluesky, Refused, Trouble

WRITE_ALL, WRITE = "com.atproto.repo.applyWrites", "com.atproto.repo.createRecord"
LOGIN, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"
UPLOAD = "com.atproto.repo.uploadBlob"
PICTURE = IMAGE._replace(width=16, height=9)
LINKS = "[📝 Paper](https://example.org/paper)  [🤖 Code](https://example.org/code)"
NEW = THREAD._replace(
    language="en",
    parts=(
        Part(1, "👩‍🔬 First #mlcollage", PICTURE),
        Part(2, "自监督学习 and @mlcollage.bsky.social"),
        Part(3, LINKS),
    ),
)
CARD = Card(
    2,
    "https://example.org/september",
    "Four Deep Learning Papers to Read in September 2021",
    "Barlow Twins · MoCo",
    PICTURE,
)
ROUNDUP = NEW._replace(
    key="mlcollage/roundup-2021-09/lab",
    kind=Kind.ROUNDUP,
    name="roundup-2021-09",
    parts=(
        Part(1, "Four papers #mlcollage", PICTURE),
        Part(2, "[✍️ Blog](https://example.org/september)"),
    ),
    card=CARD,
)

Make = Callable[..., Bluesky]


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeBluesky]:
    with bluesky.checked(clock.now) as running:
        yield running


@pytest.fixture
def make(fake: FakeBluesky, tmp_path: Path, clock: StoppedClock) -> Make:
    def made(**more: str) -> Bluesky:
        raw = Table("config.toml", "accounts.lab", bluesky.account(fake, **more))
        publisher = table.make(raw, tmp_path, clock)
        assert isinstance(publisher, Bluesky)
        return publisher

    return made


@pytest.fixture
def publisher(make: Make) -> Bluesky:
    return make()


def ready(publisher: Bluesky, thread: Thread = NEW) -> Saved:
    """What a delivery has saved before its first request, as it comes back from the database."""
    saved = publisher.prepare(thread, publisher.survey(thread, {}, None).saved)
    stored: Saved = json.loads(json.dumps(saved))
    return stored


def send(publisher: Bluesky, thread: Thread = NEW) -> Thread:
    saved = ready(publisher, thread)
    while not thread.is_out:
        thread = thread.with_receipts(publisher.send(thread, None, saved))
    return thread


def posts(fake: FakeBluesky) -> list[dict[str, Any]]:
    return [fake.records[key] for key in sorted(fake.records)]


# What goes out


def test_a_thread_is_one_commit_with_its_picture_alt_text_and_chain_of_replies(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    out = send(publisher)
    assert fake.counts[WRITE_ALL] == 1
    first, second, third = posts(fake)
    (image,) = first["embed"]["images"]
    assert image["alt"] == PICTURE.alt
    assert image["aspectRatio"] == {"width": 16, "height": 9}
    assert fake.blobs[image["image"]["ref"]["$link"]][0] == PICTURE.data
    uris = [part.receipt.id for part in out.parts if part.receipt]
    assert [second["reply"][ref]["uri"] for ref in ("root", "parent")] == [uris[0], uris[0]]
    assert [third["reply"][ref]["uri"] for ref in ("root", "parent")] == uris[:2]
    assert third["reply"]["root"]["cid"] == cids.of_record(first)
    assert {tuple(post["langs"]) for post in posts(fake)} == {("en",)}
    times = [post["createdAt"] for post in posts(fake)]
    assert times == sorted(times)
    assert len(set(times)) == 3


def test_links_stand_on_their_words_and_tags_and_mentions_are_facets_by_bytes(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    send(publisher)
    first, second, third = posts(fake)
    assert third["text"] == "📝 Paper  🤖 Code"

    def facets(post: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
        data = post["text"].encode()
        return [
            (
                data[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(),
                {key: value for key, value in each["features"][0].items() if key != "$type"},
            )
            for each in post["facets"]
        ]

    assert facets(first) == [("#mlcollage", {"tag": "mlcollage"})]
    did = bluesky.OTHERS["mlcollage.bsky.social"]
    assert facets(second) == [("@mlcollage.bsky.social", {"did": did})]
    assert facets(third) == [
        ("📝 Paper", {"uri": "https://example.org/paper"}),
        ("🤖 Code", {"uri": "https://example.org/code"}),
    ]


def test_a_roundup_has_a_link_card_with_its_title_and_cover(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    send(publisher, ROUNDUP)
    first, second = posts(fake)
    assert first["embed"]["$type"] == "app.bsky.embed.images"
    card = second["embed"]["external"]
    assert card["uri"] == "https://example.org/september"
    assert card["title"] == CARD.title
    assert card["description"] == CARD.description
    assert card["thumb"] == first["embed"]["images"][0]["image"]


def test_a_link_card_has_a_picture_of_its_own_where_the_cover_is_too_large_for_it(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    data = png() + b"\0" * 1_000_000
    large = PICTURE._replace(data=data, sha256=hashlib.sha256(data).hexdigest())
    first = ROUNDUP.parts[0]._replace(image=large)
    send(publisher, ROUNDUP._replace(parts=(first, ROUNDUP.parts[1])))
    shown, card = posts(fake)
    assert shown["embed"]["images"][0]["image"]["size"] == len(data)
    assert card["embed"]["external"]["thumb"]["size"] == len(PICTURE.data)


def test_a_link_card_without_a_picture_goes_out_as_well(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    send(publisher, ROUNDUP._replace(card=CARD._replace(image=None)))
    card = posts(fake)[1]["embed"]["external"]
    assert "thumb" not in card
    assert card["title"] == CARD.title


def test_a_part_that_was_worded_anew_without_the_link_has_no_card(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    worded = Part(2, "The page is out.")
    send(publisher, ROUNDUP._replace(parts=(ROUNDUP.parts[0], worded)))
    assert "embed" not in posts(fake)[1]


def test_the_hashes_that_are_computed_here_are_those_that_the_server_answers(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    # From a real server: its own hash of this record.
    record = {
        "$type": "app.bsky.feed.post",
        "text": "hi",
        "createdAt": "2021-08-04T13:00:00.000Z",
        "langs": ["en"],
        "embed": {
            "$type": "app.bsky.embed.images",
            "images": [
                {
                    "alt": "a",
                    "image": {
                        "$type": "blob",
                        "ref": {
                            "$link": "bafkreiaaai4wlau22gdyspk6wgxn75zkt2pbphzkqz7bl6imdgzsazhlli"
                        },
                        "mimeType": "image/png",
                        "size": 67,
                    },
                    "aspectRatio": {"width": 1, "height": 1},
                }
            ],
        },
    }
    assert cids.of_record(record) == "bafyreigzr2ij76jld46iyldxy5m665u4fsys54apbubf7nizie6pvnlwaa"


@pytest.mark.parametrize(("value", "encoded"), [
    (0, "00"), (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65_536, "1a00010000"),
    (2**32, "1b0000000100000000"), (-1, "20"), (-500, "3901f3"), (True, "f5"), (None, "f6"),
    ("ü", "62c3bc"), ([1, [2]], "82018102"), ({"bb": 1, "a": 2, "c": 3}, "a361610261630362626201"),
    ({"$bytes": "AQI"}, "420102"),
])  # fmt: skip
def test_values_have_the_one_form_that_the_encoding_gives_them(value: object, encoded: str) -> None:
    assert cids.encoded(value).hex() == encoded


def test_what_has_no_place_in_a_record_is_refused() -> None:
    for value in (1.5, {"$link": "zb2"}, 2**64, object()):
        with pytest.raises(TypeError):
            cids.encoded(value)


def test_keys_are_tids_that_sort_by_time_and_part_and_differ_by_thread() -> None:
    later = THREAD._replace(key="mlcollage/2021-08-11T13:00:00Z/lab")
    other = THREAD._replace(key="another/2021-08-04T13:00:00Z/lab")
    roundup = THREAD._replace(key="mlcollage/roundup-2021-09/lab")
    made = [keys.of(THREAD, place) for place in range(1, 12)]
    assert all(map(keys.is_tid, made))
    assert made == sorted(set(made))
    assert made[-1] < keys.of(later, 1)
    assert len({keys.of(each, 1) for each in (THREAD, later, other, roundup)}) == 4
    assert keys.before(made[0]) < made[0]
    assert keys.before("self") == ""


# Twice, never


def test_a_retry_sends_the_same_records_and_makes_no_second_post(
    make: Make, fake: FakeBluesky, clock: StoppedClock
) -> None:
    saved = ready(make())
    receipts = make().send(NEW, None, saved)
    before = posts(fake)
    clock.go(hours=1)
    assert make().send(NEW, None, saved) == receipts
    assert make().prepare(NEW, saved)["records"] == saved["records"]
    assert posts(fake) == before
    writes = [body["writes"] for body in fake.bodies if isinstance(body, dict) and "writes" in body]
    assert writes[0] == writes[1]


def test_eight_at_once_make_one_thread_also_with_records_of_their_own(
    make: Make, fake: FakeBluesky
) -> None:
    received: list[dict[int, Receipt]] = []

    def go() -> None:
        publisher = make()
        received.append(publisher.send(NEW, None, ready(publisher)))

    workers = [threading.Thread(target=go) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(fake.records) == 3
    assert len({tuple(sorted(receipts.items())) for receipts in received}) == 1


def test_a_restored_backup_finds_what_is_out_without_anything_saved(
    make: Make, fake: FakeBluesky, clock: StoppedClock
) -> None:
    out = send(make())
    clock.go(days=1)
    assert make().survey(NEW, {}, None).found == {p.position: p.receipt for p in out.parts}
    with pytest.raises(MlcollageError):
        make().send(NEW, None, {})
    assert len(fake.records) == 3


def test_a_thread_under_other_keys_is_taken_over(make: Make, fake: FakeBluesky) -> None:
    other = NEW._replace(key="mlcollage/2021-08-04T13:00:00Z/another-name")
    out = send(make(), other)
    survey = make().survey(NEW, {}, None)
    assert survey.found == {part.position: part.receipt for part in out.parts}
    assert survey.others == ()
    foreign = tuple(part.receipt.id for part in out.parts if part.receipt)
    assert make().survey(NEW._replace(foreign=foreign), {}, None).found == {}


def test_what_another_installation_posts_late_is_seen_though_its_key_is_earlier(
    make: Make, clock: StoppedClock
) -> None:
    out = send(make())
    assert out.parts[0].receipt
    clock.go(hours=1)
    late = NEW._replace(
        key="other/2021-08-04T11:00:00Z/lab", parts=(Part(1, "Late #mlcollage", PICTURE),)
    )
    send(make(), late)
    newest = out.parts[-1].receipt
    assert newest
    survey = make().survey(NEW._replace(key="mlcollage/2021-08-11T13:00:00Z/lab"), {}, newest.id)
    assert [post.text for post in survey.others] == ["Late #mlcollage"]


def test_another_record_under_a_part_s_key_is_asked_about(make: Make, fake: FakeBluesky) -> None:
    saved = ready(make())
    send(make(), NEW._replace(parts=(Part(1, "Something else #mlcollage", PICTURE),)))
    with pytest.raises(Uncertain):
        make().send(NEW, None, saved)
    look = make().find(NEW, saved)
    assert isinstance(look, NotSeen)
    assert [(each.position, each.difference) for each in look.likely] == [
        (1, "its text is 'Something else #mlcollage'")
    ]
    (likely,) = make().survey(NEW, saved, None).likely
    assert likely.post.text == "Something else #mlcollage"
    # A person has said that it is none: still nothing can go out under that key.
    said = NEW._replace(foreign=(likely.post.receipt.id,))
    assert make().find(said, saved) == NotSeen(anchor_seen=True, count_agrees=False)
    assert len(fake.records) == 1


def test_where_a_thread_can_not_go_out_whole_it_goes_part_by_part_under_the_same_keys(
    make: Make, fake: FakeBluesky, clock: StoppedClock
) -> None:
    fake.takes_whole_threads = False
    saved = ready(make())
    with pytest.raises(Unavailable, match="Only one write is allowed") as told:
        make().send(NEW, None, saved)
    assert told.value.is_claim
    assert told.value.saved
    thread = NEW
    for place in (1, 2, 3):
        clock.go(seconds=1)
        receipts = make().send(thread, None, make().prepare(thread, told.value.saved))
        assert list(receipts) == [place]
        thread = thread.with_receipts(receipts)
    assert thread.is_out
    assert [keys.of(NEW, place) for place in (1, 2, 3)] == sorted(fake.records)
    assert isinstance(make().find(NEW, saved), Found)


@pytest.mark.parametrize("trouble", [bluesky.UNKNOWN_METHOD, Trouble(refusal=Refused(404, "", ""))])
def test_a_server_without_the_method_gets_the_thread_part_by_part(
    make: Make, fake: FakeBluesky, trouble: Trouble
) -> None:
    fake.on_call[WRITE_ALL, 1] = trouble
    with pytest.raises(Unavailable, match="part by part") as told:
        make().send(NEW, None, ready(make()))
    assert told.value.saved
    assert told.value.saved["one_by_one"]


def test_the_rest_of_a_thread_answers_what_is_out(make: Make, fake: FakeBluesky) -> None:
    out = send(make(), NEW._replace(parts=NEW.parts[:2]))
    rest = NEW._replace(parts=(*out.parts, NEW.parts[2]))
    done = send(make(), rest)
    assert done.is_out
    assert posts(fake)[2]["reply"]["parent"]["uri"] == fake.uri(keys.of(NEW, 2))


def test_what_follows_a_part_that_was_taken_off_answers_the_one_before(
    make: Make, fake: FakeBluesky
) -> None:
    out = send(make(), NEW._replace(parts=NEW.parts[:2]))
    make().delete(str(out.parts[1].receipt and out.parts[1].receipt.id))
    first, second = out.parts
    rest = NEW._replace(parts=(first, second._replace(is_gone=True), NEW.parts[2]))
    saved = ready(make(), rest)
    make().send(rest, None, saved)
    assert posts(fake)[-1]["reply"]["parent"]["uri"] == fake.uri(keys.of(NEW, 1))


def test_where_the_part_before_was_deleted_by_hand_nothing_answers_it(
    make: Make, fake: FakeBluesky
) -> None:
    out = send(make(), NEW._replace(parts=NEW.parts[:2]))
    rest = NEW._replace(parts=(*out.parts, NEW.parts[2]))
    make().delete(fake.uri(keys.of(NEW, 2)))
    with pytest.raises(Rejected, match="The post that the next part answers is gone"):
        ready(make(), rest)


# Refusals, and what they mean


@pytest.mark.parametrize(("trouble", "error", "words"), [
    (bluesky.REFUSED_CONTENT, Rejected, "Bluesky refuses it: Invalid app.bsky.feed.post record"),
    (bluesky.TAKEN_DOWN, Blocked, "Account has been taken down"),
    (Trouble(refusal=Refused(400, "AccountDeactivated", "It is off")), Blocked, "It is off"),
    (Trouble(refusal=Refused(403, "Forbidden", "No")), Blocked, "does not let this account do"),
    (bluesky.TOO_MANY, Unavailable, "asks to wait"),
    (bluesky.TOO_MANY_WITHOUT_RESET, Unavailable, "asks to wait"),
    (bluesky.FAIL_500, Unavailable, "answered 500"),
    (bluesky.LATE_504, Unavailable, "answered 504"),
    (bluesky.EXPIRED, Unavailable, "The session with Bluesky has ended"),
    (bluesky.BLOB_GONE, Unavailable, "does not have the picture any more"),
    (bluesky.DROP, Uncertain, "ended before its answer"),
    (Trouble(raw=(200, b"<html>")), Uncertain, "not with what it wrote"),
    (Trouble(raw=(302, b"")), Uncertain, "answered 302"),
])  # fmt: skip
def test_each_answer_to_a_request_that_can_publish_names_the_next_step(
    make: Make, fake: FakeBluesky, trouble: Trouble, error: type[MlcollageError], words: str
) -> None:
    saved = ready(make())
    fake.on_call[WRITE_ALL, 1] = trouble
    with pytest.raises(error, match=words) as told:
        make().send(NEW, None, saved)
    assert bluesky.PASSWORD not in str(told.value)
    assert fake.records == {}
    assert isinstance(make().find(NEW, saved), Absent)


@pytest.mark.parametrize("trouble", [
    bluesky.ACCEPT_THEN_DROP, bluesky.ACCEPT_THEN_500, bluesky.ACCEPT_THEN_HALF,
])  # fmt: skip
def test_an_answer_that_was_lost_is_looked_up_at_once(
    make: Make, fake: FakeBluesky, trouble: Trouble
) -> None:
    saved = ready(make())
    fake.on_call[WRITE_ALL, 1] = trouble
    receipts = make().send(NEW, None, saved)
    assert make().find(NEW, saved) == Found(receipts)


def test_where_the_look_fails_too_the_outcome_is_unknown(make: Make, fake: FakeBluesky) -> None:
    publisher = make()
    saved = ready(publisher)
    fake.on_call[WRITE_ALL, 1] = bluesky.FAIL_500
    fake.on_call["com.atproto.repo.getRecord", fake.counts["com.atproto.repo.getRecord"] + 1] = (
        bluesky.DROP
    )
    with pytest.raises(Uncertain, match="Looking for it failed"):
        publisher.send(NEW, None, saved)


def test_the_time_that_the_server_names_is_waited_for(
    make: Make, fake: FakeBluesky, clock: StoppedClock
) -> None:
    saved = ready(make())
    fake.on_call[WRITE_ALL, 1] = bluesky.TOO_MANY
    with pytest.raises(Unavailable) as told:
        make().send(NEW, None, saved)
    assert told.value.retry_at == clock.now() + timedelta(seconds=600)
    fake.on_call[LOGIN, fake.counts[LOGIN] + 1] = bluesky.TOO_MANY_WITHOUT_RESET
    with pytest.raises(Unavailable) as told:
        make().profile()
    assert told.value.retry_at == clock.now() + timedelta(minutes=5)


def test_a_picture_that_is_gone_is_uploaded_again(
    make: Make, fake: FakeBluesky, clock: StoppedClock
) -> None:
    publisher = make()
    saved = ready(publisher)
    fake.blobs.clear()
    with pytest.raises(Unavailable, match="uploaded again") as told:
        publisher.send(NEW, None, saved)
    assert told.value.saved is not None
    assert len(publisher.send(NEW, None, publisher.prepare(NEW, told.value.saved))) == 3
    clock.go(hours=1)
    count = fake.counts[UPLOAD]
    publisher.prepare(EARLIER, publisher.prepare(EARLIER, {}))
    assert fake.counts[UPLOAD] == count + 1


def test_a_picture_of_2_000_001_bytes_is_refused_before_anything_is_uploaded(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    data = png() + b"\0" * (2_000_001 - len(png()))
    large = PICTURE._replace(data=data)
    with pytest.raises(Rejected, match="has 2,000,001 bytes, and Bluesky takes at most 2,000,000"):
        ready(publisher, NEW._replace(parts=(Part(1, "Words", large),)))
    assert fake.counts[UPLOAD] == 0
    odd = Image("0" * 64, "slide.bmp", "image/bmp", "White", png())
    with pytest.raises(Rejected, match="image/bmp"):
        ready(publisher, NEW._replace(parts=(Part(1, "Words", odd),)))


def test_whoever_is_mentioned_has_to_exist_before_anything_is_sent(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    parts = (NEW.parts[0], Part(2, "With @nobody.example.org"))
    with pytest.raises(Rejected, match="Part 2 mentions nobody: Bluesky knows no account @nobody"):
        ready(publisher, NEW._replace(parts=parts))
    assert (fake.counts[WRITE_ALL], fake.counts[UPLOAD]) == (0, 0)


# Sessions


def test_one_login_does_for_many_calls_and_is_renewed_when_it_has_ended(
    publisher: Bluesky, fake: FakeBluesky, clock: StoppedClock
) -> None:
    send(publisher, EARLIER)
    clock.go(hours=3)
    send(publisher)
    assert (fake.counts[LOGIN], fake.counts[REFRESH]) == (1, 1)
    clock.go(days=100)
    assert publisher.check() == ""
    assert fake.counts[LOGIN] == 2


def test_an_app_password_that_was_revoked_blocks_the_account_once_the_session_has_ended(
    publisher: Bluesky, fake: FakeBluesky, clock: StoppedClock
) -> None:
    ready(publisher)
    fake.password = "another"
    fake.tokens.clear()
    with pytest.raises(Blocked, match="refuses this account's app password") as told:
        publisher.profile()
    assert bluesky.PASSWORD not in str(told.value)
    assert fake.counts[LOGIN] == 2, "it is not tried again and again"


@pytest.mark.parametrize("status", ["takendown", "suspended", "deactivated"])
def test_an_account_that_is_not_active_is_blocked(
    publisher: Bluesky, fake: FakeBluesky, status: str
) -> None:
    fake.status = status
    with pytest.raises(Blocked, match=r"taken down|suspended|deactivated"):
        publisher.profile()
    assert publisher.check() != ""


def test_a_session_that_cannot_be_renewed_now_costs_no_login(
    publisher: Bluesky, fake: FakeBluesky, clock: StoppedClock
) -> None:
    ready(publisher)
    clock.go(hours=3)
    fake.on_call[REFRESH, 1] = bluesky.TOO_MANY
    with pytest.raises(Unavailable, match="asks to wait"):
        publisher.profile()
    publisher.profile()
    assert (fake.counts[LOGIN], fake.counts[REFRESH]) == (1, 2)


def test_a_handle_that_the_server_cannot_confirm_is_the_one_that_was_logged_in_with(
    make: Make, fake: FakeBluesky
) -> None:
    fake.on_call["com.atproto.server.getSession", 1] = Trouble(
        raw=(200, json.dumps({"did": bluesky.DID, "handle": "handle.invalid"}).encode())
    )
    assert make().profile().handle == bluesky.HANDLE


def test_a_session_that_is_always_refused_ends_in_a_block_and_not_in_a_loop(
    publisher: Bluesky, fake: FakeBluesky
) -> None:
    for count in range(1, 9):
        fake.on_call["com.atproto.server.getSession", count] = bluesky.EXPIRED
    with pytest.raises(Blocked):
        publisher.profile()
    assert fake.counts["com.atproto.server.getSession"] == 2


def test_without_a_password_or_a_handle_the_command_that_gives_one_is_named(make: Make) -> None:
    for missing in ("handle", "app_password"):
        settings = {"handle": bluesky.HANDLE, "app_password": bluesky.PASSWORD}
        publisher = make(**settings)
        object.__setattr__(publisher._api, "_credentials", publisher._api._credentials._replace(
            **({"handle": ""} if missing == "handle" else {"password": ""})
        ))  # fmt: skip
        with pytest.raises(Blocked, match=f"no {missing}; set it up with: mlcollage connect"):
            publisher.profile()


# Looking


def test_a_part_that_is_out_is_read_back_field_by_field(make: Make, fake: FakeBluesky) -> None:
    out = send(make())
    assert [make().read_back(out, place, {}) for place in (1, 2, 3)] == [None] * 3
    first, second, third = (fake.records[key] for key in sorted(fake.records))
    other = cids.of_blob(b"another")
    first["embed"]["images"][0]["image"]["ref"]["$link"] = other
    second["text"] = "Cut"
    third["reply"]["parent"]["uri"] = fake.uri("3zzzzzzzzzzzz")
    kinds = []
    for place in (1, 2, 3):
        difference = make().read_back(out, place, {})
        assert difference
        kinds.append(difference.kinds)
    assert kinds == [{Differs.PICTURE}, {Differs.TEXT}, {Differs.PARENT}]
    fake.records.clear()
    fake.violations.clear()
    gone = make().read_back(out, 1, {})
    assert gone
    assert gone.kinds == {Differs.UNSHOWN}


def test_what_the_account_shows_is_written_as_templates_write_it(make: Make) -> None:
    out = send(make())
    assert out.parts[0].receipt
    shown = make().shown(out.parts[0].receipt.id)
    assert [post.text for post in shown] == [part.text for part in NEW.parts]
    assert [post.pictures for post in shown] == [1, 0, 0]
    assert shown[2].parent == shown[1].receipt.id


@pytest.mark.parametrize("address", [
    "https://bsky.app/profile/{handle}/post/{key}", "bsky.app/profile/{did}/post/{key}",
    "https://bsky.app/profile/{handle}/post/{key}?ref=x", "at://{did}/app.bsky.feed.post/{key}",
    "at://{handle}/app.bsky.feed.post/{key}", " https://main.bsky.app/profile/{did}/post/{key}/ ",
])  # fmt: skip
def test_a_post_is_known_by_each_form_of_its_address(make: Make, address: str) -> None:
    out = send(make())
    key = keys.of(NEW, 1)
    url = address.format(handle=bluesky.HANDLE, did=bluesky.DID, key=key)
    assert make().receipt(url) == out.parts[0].receipt


def test_another_account_s_post_is_none_of_ours(make: Make) -> None:
    send(make())
    other = f"https://bsky.app/profile/someone.bsky.social/post/{keys.of(NEW, 1)}"
    with pytest.raises(BadInput, match="is not a post of @lab"):
        make().receipt(other)
    with pytest.raises(BadInput, match="is no post of @lab"):
        make().delete("at://did:plc:another/app.bsky.feed.post/3aaaaaaaaaaaa")


def test_a_thread_of_another_identity_is_not_gone_on_with(make: Make, fake: FakeBluesky) -> None:
    out = send(make(), NEW._replace(parts=NEW.parts[:2]))
    rest = NEW._replace(parts=(*out.parts, NEW.parts[2]))
    with pytest.raises(Blocked, match="has begun this thread"):
        make().survey(rest, {"did": "did:plc:another"}, None)
    assert make().survey(NEW, {"did": "did:plc:another", "records": {}}, None).saved == {
        "did": bluesky.DID
    }


def test_deleting_twice_is_no_error(make: Make, fake: FakeBluesky) -> None:
    out = send(make())
    for _ in range(2):
        assert out.parts[0].receipt
        make().delete(out.parts[0].receipt.id)
    assert len(fake.records) == 2


def test_no_secret_is_in_any_message_or_repr(make: Make, fake: FakeBluesky) -> None:
    publisher = make()
    saved = ready(publisher)
    access = publisher._api._logged_in().access
    said = f"{bluesky.PASSWORD} {access}"
    for status in (400, 401, 403, 413, 429, 500, 503):
        fake.on_call[WRITE_ALL, fake.counts[WRITE_ALL] + 1] = Trouble(
            refusal=Refused(status, "InvalidRequest", said)
        )
        with pytest.raises(MlcollageError) as told:
            publisher.send(NEW, None, saved)
        assert access not in str(told.value)
        assert bluesky.PASSWORD not in str(told.value)
    shown = repr((publisher.settings, publisher._api._credentials, publisher._api._logged_in()))
    assert bluesky.PASSWORD not in shown
    assert access not in shown


def test_answers_that_are_no_posts_prove_nothing(make: Make, fake: FakeBluesky) -> None:
    publisher = make()
    saved = ready(publisher)
    for raw in (b"{}", b"[]", b"null", b'{"uri": 1}', b"<html>", b'{"records": [1]}'):
        for nsid, call in (
            ("com.atproto.repo.getRecord", lambda: publisher.find(NEW, saved)),
            ("com.atproto.repo.listRecords", lambda: publisher.survey(EARLIER, {}, None)),
        ):
            fake.on_call[nsid, fake.counts[nsid] + 1] = Trouble(raw=(200, raw))
            with pytest.raises(Unavailable):
                call()
    for status in (400, 404, 500):
        fake.on_call[
            "com.atproto.repo.getRecord", fake.counts["com.atproto.repo.getRecord"] + 1
        ] = Trouble(raw=(status, b"<html>"))
        with pytest.raises((Unavailable, Blocked)):
            publisher.find(NEW, saved)


@pytest.mark.parametrize("command", [["--help"], ["next"], ["list"]])
def test_looking_commands_load_nothing_that_calls(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "config.toml").write_text(
        'live = true\n[accounts.lab]\nnetwork = "bluesky"\n', encoding="utf-8"
    )

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    run("-m", "bot", "init")
    names = ("tweepy", "requests", "urllib3", "httpx", "bot.core.text.counting")
    loaded = run(
        "-c",
        "import sys; from click.testing import CliRunner; from bot import cli; "
        f"print(CliRunner().invoke(cli.main, {command!r}).exit_code, "
        f"*(name for name in {names!r} if name in sys.modules))",
    )
    assert loaded == "0"
