"""Bluesky's own server on this machine: a live month, many sends at once, and what it refuses."""

import base64
import hashlib
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.context import Context
from bot.core import month
from bot.core import network as networks
from bot.core.delivery import Absent, Found, Part, Receipt, State, Thread
from bot.core.errors import BadInput, Blocked, MlcollageError, Rejected, Unavailable, Uncertain
from bot.core.settings import Table
from bot.core.text import counting
from bot.deciding import audit, preview
from bot.intake import accept
from bot.publishers import table
from bot.publishers.bluesky import calls, cids, keys
from bot.publishers.bluesky.publisher import Bluesky
from bot.scheduling import tick
from tests.conftest import MONDAY, StoppedClock, make_context, png, write_item
from tests.contract.test_bluesky import LINKS, NEW, PICTURE, ready
from tests.fakes import bluesky
from tests.integration.test_x_month import NAMES, heard, serving, the_roundup, through_august
from tests.pds import ADMIN, Account, Server

WRITTEN = [
    "A thread by hand 👩‍🔬 & more: 自监督学习。“Quoted”, 5 > 3 #mlcollage",
    f"Its second part 🎉: {LINKS}, https://example.org/a?b=1&c=2 (and brackets) and @HANDLE",
    "Its third part\n\n- with lines\n- and an äöü",
]


@pytest.fixture
def account(bluesky_server: Server) -> Account:
    return bluesky_server.account()


@pytest.fixture
def make(account: Account, tmp_path: Path, clock: StoppedClock) -> Callable[..., Bluesky]:
    def made(**more: str) -> Bluesky:
        raw = Table("config.toml", "accounts.lab", account.settings(**more))
        publisher = table.make(raw, tmp_path, clock)
        assert isinstance(publisher, Bluesky)
        return publisher

    return made


def thread_for(account: Account) -> Thread:
    """A thread that mentions the account itself."""
    first, _, last = NEW.parts
    return NEW._replace(parts=(first, Part(2, f"自监督学习 and @{account.handle} 😀"), last))


# A month


@pytest.fixture
def site(tmp_path: Path) -> Iterator[int]:
    with serving(tmp_path / "site") as port:
        yield port


def live(folder: Path, account: Account, clock: StoppedClock, port: int) -> Context:
    """A live bot with four collages, which publishes on that port of this machine."""
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in account.settings().items())
    settings = f"live = true\n[accounts.lab]\n{lines}\n"
    settings += f'[series.mlcollage.roundup]\nbase_url = "http://127.0.0.1:{port}"\n'
    context = make_context(folder, settings, clock=clock)
    tick.tick(context)
    own = context.config.series["mlcollage"]
    files = [write_item(folder, name) for name in NAMES[:-1]]
    written = [text.replace("HANDLE", account.handle) for text in WRITTEN]
    thread = json.dumps(written, ensure_ascii=False)
    files.append(write_item(folder, NAMES[-1], thread=thread))
    accept.take(context, own, [accept.from_file(file) for file in files])
    return context


def of_threads(context: Context) -> list[tuple[Part, str | None, str]]:
    """Each part by our own rows, the id of the one it answers, and that of its thread's first."""
    found: list[tuple[Part, str | None, str]] = []
    with context.read() as work:
        for entry in reversed(work.lookup.listed(list(State), most=50)):
            parent, root = None, ""
            for part in work.parts.of(entry.delivery.id, with_data=True):
                assert part.receipt
                root = root or part.receipt.id
                found.append((part, parent, root))
                parent = part.receipt.id
    return found


def facets(value: dict[str, Any]) -> list[tuple[str, str]]:
    """The characters that each facet's bytes stand for, and what it leads to."""
    data, found = value["text"].encode(), []
    for facet in value.get("facets", []):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        (feature,) = facet["features"]
        target = feature.get("uri") or feature.get("tag") or feature.get("did")
        found.append((data[start:end].decode(), target))
    return found


def check_card(context: Context, card: Any, server: Server, account: Account) -> None:
    """That the link card is the one which the preview of the roundup shows."""
    roundup = the_roundup(context)
    assert (card["uri"], card["title"]) == (roundup.link, roundup.title)
    thumb = server.blob(account, card["thumb"]["ref"]["$link"])
    assert len(thumb) <= 1_000_000
    series = context.config.series["mlcollage"]
    _, _, (composed,) = preview.roundup_threads(context, series, roundup.title_month)
    assert composed.card
    assert composed.card.image
    assert hashlib.sha256(thumb).hexdigest() == composed.card.image.sha256
    assert card["description"] == composed.card.description


def test_a_month_is_on_the_server_field_by_field(
    tmp_path: Path, bluesky_server: Server, account: Account, clock: StoppedClock, site: int
) -> None:
    context = live(tmp_path, account, clock, site)
    through_august(context, clock)
    clock.go(minutes=5)
    tick.tick(context)
    assert the_roundup(context).state is month.State.ANNOUNCED
    meant = {part.receipt.id: (part, *more) for part, *more in of_threads(context) if part.receipt}
    there = bluesky_server.posts(account)
    assert len(there) == len(meant) >= 12
    for post in there:
        part, parent, root = meant[post["uri"]]
        value = post["value"]
        assert cids.of_record(value) == post["cid"]
        assert value["text"] == networks.BLUESKY.visible(part.text)
        assert value["langs"] == ["en"]
        reply = value.get("reply", {})
        assert reply.get("parent", {}).get("uri") == parent
        assert reply.get("root", {}).get("uri") == (root if parent else None)
        for ref in reply.values():
            (answered,) = [each for each in there if each["uri"] == ref["uri"]]
            assert answered["cid"] == ref["cid"]
        wanted = [
            (each.kind, account.did if each.kind == "mention" else each.value)
            for each in counting.facets(part.text)
        ]
        assert [target for _, target in facets(value)] == [target for _, target in wanted]
        images = value.get("embed", {}).get("images", [])
        assert len(images) == bool(part.image)
        if part.image:
            (image,) = images
            assert image["alt"] == part.image.alt
            sides = {"width": part.image.width, "height": part.image.height}
            assert image["aspectRatio"] == sides
            data = bluesky_server.blob(account, image["image"]["ref"]["$link"])
            assert hashlib.sha256(data).hexdigest() == part.image.sha256
    texts = [post["value"]["text"] for post in there]
    assert "📝 Paper" in texts
    by_hand = next(post["value"] for post in there if "second part" in post["value"]["text"])
    assert facets(by_hand) == [
        ("📝 Paper", "https://example.org/paper"),
        ("🤖 Code", "https://example.org/code"),
        ("https://example.org/a?b=1&c=2", "https://example.org/a?b=1&c=2"),
        (f"@{account.handle}", account.did),
    ]
    check_card(context, there[-1]["value"]["embed"]["external"], bluesky_server, account)
    assert [found.findings for found in audit.accounts(context, threads=50)] == [()]
    assert [text for text in heard(context) if "differs" in text] == []
    context.database.close()


# Twice, never


def test_eight_sends_at_once_make_one_thread(
    bluesky_server: Server, account: Account, make: Callable[..., Bluesky]
) -> None:
    thread = thread_for(account)
    publishers = [make() for _ in range(8)]
    saved = [ready(publisher, thread) for publisher in publishers[:2]] * 4
    received: list[dict[int, Receipt]] = []

    def go(place: int) -> None:
        received.append(publishers[place].send(thread, None, saved[place]))

    workers = [threading.Thread(target=go, args=(place,)) for place in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(bluesky_server.posts(account)) == 3
    assert len(received) == 8
    assert len({tuple(sorted(receipts.items())) for receipts in received}) == 1
    out = thread.with_receipts(received[0])
    assert [make().read_back(out, place, {}) for place in (1, 2, 3)] == [None] * 3
    survey = make().survey(thread, {}, None)
    assert survey.found == received[0]
    assert make().receipt(received[0][2].url) == received[0][2]
    for receipt in received[0].values():
        make().delete(receipt.id)
    assert isinstance(make().find(thread, saved[0]), Absent)


def test_where_it_goes_part_by_part_the_chain_is_the_same(
    bluesky_server: Server, account: Account, make: Callable[..., Bluesky]
) -> None:
    thread, publisher = thread_for(account), make()
    saved = ready(publisher, thread) | {"one_by_one": True}
    while not thread.is_out:
        saved = publisher.prepare(thread, saved)
        thread = thread.with_receipts(publisher.send(thread, None, saved))
    for post in bluesky_server.posts(account):
        assert cids.of_record(post["value"]) == post["cid"]
    assert [publisher.read_back(thread, place, {}) for place in (1, 2, 3)] == [None] * 3


@pytest.mark.slow
def test_a_server_that_is_killed_has_all_of_a_thread_or_nothing(
    bluesky_server: Server, account: Account, make: Callable[..., Bluesky]
) -> None:
    thread = thread_for(account)
    saved = ready(make(), thread)
    failed: list[MlcollageError] = []

    def go() -> None:
        try:
            make().send(thread, None, saved)
        except MlcollageError as error:
            failed.append(error)

    worker = threading.Thread(target=go)
    worker.start()
    threading.Event().wait(0.15)
    bluesky_server.kill()
    worker.join()
    with pytest.raises(Unavailable, match="cannot be reached"):
        make().find(thread, saved)
    bluesky_server.start()
    look = make().find(thread, saved)
    count = len(bluesky_server.posts(account))
    assert count in {0, 3}
    assert isinstance(look, Found) == (count == 3)
    assert all(isinstance(error, Uncertain | Unavailable) for error in failed)
    receipts = make().send(thread, None, make().prepare(thread, saved))
    assert len(bluesky_server.posts(account)) == 3
    assert make().find(thread, saved) == Found(receipts)


# Refusals


def test_what_the_server_would_refuse_is_stopped_before(
    bluesky_server: Server, account: Account, make: Callable[..., Bluesky], tmp_path: Path
) -> None:
    publisher = make()
    assert networks.BLUESKY.fits("😀" * 300)
    assert not networks.BLUESKY.fits("😀" * 301)
    data = png() + b"\0" * (2_000_001 - len(png()))
    large = NEW._replace(parts=(Part(1, "Words", PICTURE._replace(data=data)),))
    unknown = NEW._replace(parts=(Part(1, "Hello @nobody-at-all.test", PICTURE),))
    for thread, words in ((large, "at most 2,000,000"), (unknown, "mentions nobody")):
        with pytest.raises(Rejected, match=words):
            ready(publisher, thread)
    assert bluesky_server.posts(account) == []


def answered(
    url: str, nsid: str, body: Any = None, token: str = "", kind: str = "application/json"
) -> tuple[int, str, str]:
    """The status, the error's name and the beginning of its message that a server answers."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(f"{url}/xrpc/{nsid}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, "", ""
    except urllib.error.HTTPError as error:
        said = json.loads(error.read())
        return error.code, said["error"], said["message"].partition(" at $")[0]


def records(blob: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Posts that servers take and refuse, by what is special about them."""

    def post(**more: Any) -> dict[str, Any]:
        plain = {"$type": calls.POST, "text": "hi", "createdAt": "2021-08-04T13:00:00.000Z"}
        return plain | more

    def pictured(**more: Any) -> dict[str, Any]:
        image = {"alt": "a", "image": blob} | more
        images = [{key: value for key, value in image.items() if value is not None}]
        return post(embed={"$type": "app.bsky.embed.images", "images": images})

    gone = blob | {"ref": {"$link": cids.of_blob(b"never uploaded")}}
    return {
        "a text of 300": post(text="👩‍🔬" + "x" * 299),
        "a text of 301": post(text="x" * 301),
        "a text of 3,001 bytes": post(text="👩‍👩‍👧‍👧" * 121),
        "a time without a zone": post(createdAt="2021-08-04T13:00:00"),
        "four languages": post(langs=["en", "de", "fr", "zh"]),
        "no alt text": pictured(alt=None),
        "a flat picture": pictured(aspectRatio={"width": 16, "height": 0}),
        "a picture that is too large": pictured(image=blob | {"size": 2_000_001}),
        "a picture that is not there": pictured(image=gone),
    }


def test_the_local_server_answers_what_the_real_one_answers(
    bluesky_server: Server, account: Account, clock: StoppedClock
) -> None:
    with bluesky.running(clock.now) as fake:
        token = fake.session()["accessJwt"]
        places = [
            (bluesky_server.url, account, bluesky_server.login(account)),
            (fake.url, account._replace(did=bluesky.DID, handle=bluesky.HANDLE), token),
        ]
        blob = {"$type": "blob", "ref": {"$link": cids.of_blob(png())}}
        blob |= {"mimeType": "image/png", "size": len(png())}
        said: list[dict[str, tuple[int, str, str]]] = []
        for url, owner, token in places:
            found = {
                "a login": answered(
                    url, calls.LOGIN, {"identifier": owner.handle, "password": "wrong"}
                ),
                "no token": answered(url, "com.atproto.server.getSession"),
                "a bad token": answered(url, "com.atproto.server.getSession", token="a.b.c"),
                "the wrong token": answered(url, calls.REFRESH, b"", token),
                "a stranger": answered(
                    url, "com.atproto.identity.resolveHandle?handle=nobody.example"
                ),
            }
            answered(url, "com.atproto.repo.uploadBlob", png(), token, "image/png")
            for number, (name, record) in enumerate(records(blob).items()):
                key = keys.tid(1 << 50 | number)
                write = {"collection": calls.POST, "rkey": key, "value": record}
                write |= {"$type": "com.atproto.repo.applyWrites#create"}
                body = {"repo": owner.did, "writes": [write]}
                found[name] = answered(url, "com.atproto.repo.applyWrites", body, token)
                if not number:
                    again = answered(url, "com.atproto.repo.applyWrites", body, token)
                    found["the same key again"] = again
            where = f"repo={owner.did}&collection={calls.POST}&rkey={keys.tid(1 << 51)}"
            missing = answered(url, f"com.atproto.repo.getRecord?{where}", token=token)
            found["a missing record"] = (*missing[:2], missing[2].partition(":")[0])
            said.append(found)
    real, local = said
    assert local == real


def test_a_revoked_app_password_and_an_account_that_is_off_are_blocked(
    bluesky_server: Server, account: Account, make: Callable[..., Bluesky]
) -> None:
    publisher = make()
    assert publisher.check() == ""
    with pytest.raises(Blocked, match="Invalid identifier or password"):
        make(app_password="aaaa-bbbb-cccc-dddd").profile()
    token = bluesky_server.login(account)
    bluesky_server.call("com.atproto.server.revokeAppPassword", {"name": account.app_name}, token)
    with pytest.raises(Blocked, match="refuses this account's app password"):
        make().profile()
    off = bluesky_server.account()
    raw = Table("config.toml", "accounts.lab", off.settings())
    other = table.make(raw, Path(), StoppedClock(MONDAY))
    assert other.check() == ""
    take_down(bluesky_server, off)
    with pytest.raises(Blocked, match="Could not find user info"):
        other.profile()
    with pytest.raises(Blocked):
        table.make(raw, Path(), StoppedClock(MONDAY)).profile()


def take_down(server: Server, account: Account) -> None:
    """What a moderator does to an account."""
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": account.did}
    body = {"subject": subject, "takedown": {"applied": True, "ref": "1"}}
    auth = base64.b64encode(f"admin:{ADMIN}".encode()).decode()
    nsid = "com.atproto.admin.updateSubjectStatus"
    server.call(nsid, body, auth=f"Basic {auth}")


def test_a_post_that_is_not_there_is_bad_input(
    account: Account, make: Callable[..., Bluesky]
) -> None:
    publisher = make()
    key = keys.of(NEW, 1)
    with pytest.raises(BadInput, match="has no post"):
        publisher.receipt(f"https://bsky.app/profile/{account.did}/post/{key}")
