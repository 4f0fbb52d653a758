"""One thread of four parts with a picture: set up once, sent, driven to its end after a crash, and
judged.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core import audit
from bot.core.delivery import Delivery, Image, Part, Receipt, ShownPost, State
from bot.core.notices.entry import Kind as NoticeKind
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import MONDAY, StoppedClock, write_item
from tests.fakes import keyed
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.x import FakeX

SLOT = MONDAY + timedelta(days=2, hours=6)
AFTERWARDS = SLOT + timedelta(minutes=4)
"""Behind every lease and request: whoever comes now finds what was left."""
PARAGRAPH = " ".join(
    f"Sentence {n} says a little more of what it found & how <it> did." for n in range(9)
)
PARTS = 4
ACCOUNT, NAME = "lab", "barlow"
LAST = datetime(9000, 1, 1, tzinfo=MONDAY.tzinfo)
"""What is to be looked at later than this waits for a person."""


class Out(NamedTuple):
    """A post as its network has it.

    `parent` is the position of the one it answers, 0 for none, -1 for a stranger.
    """

    id: str
    text: str
    parent: int
    pictures: tuple[tuple[str, str], ...]
    """SHA-256 of the bytes, and the alt text."""


class End(NamedTuple):
    """How it ended, by our own rows."""

    state: str
    note: str
    is_asked: bool
    """A person is asked, and nothing goes on without one."""
    receipts: list[str]
    """The ids of the parts in order, "" where a part has none."""
    notices: list[tuple[str, str]]
    releases: int
    """How often a maintainer had to release the account."""


def write_config(
    folder: Path, account: dict[str, str], url: str | None = None, more: str = ""
) -> None:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in account.items())
    database = f'[database]\nurl = "{url}"\n' if url else ""
    # So long that a tick, which stays for what is due within a minute, ends with the first failure.
    delivery = more or 'retry_first = "2m"\n'
    settings = f"live = true\n{database}[delivery]\n{delivery}[accounts.{ACCOUNT}]\n{lines}\n"
    (folder / "config.toml").write_text(settings, encoding="utf-8")


def enter(folder: Path, clock: StoppedClock) -> Context:
    """The bot as it starts in a folder."""
    return assemble.context(config.load(folder / "config.toml"), clock=clock)


def prepare(folder: Path, account: dict[str, str], url: str | None = None) -> None:
    """A database in which all has been done that is due, and one collage waits for its slot."""
    folder.mkdir(parents=True)
    write_config(folder, account, url)
    file = write_long_item(folder)
    context = enter(folder, StoppedClock(MONDAY))
    tick.tick(context)
    accept.take(context, context.config.series["mlcollage"], [accept.from_file(file)])
    context.database.close()


def write_long_item(folder: Path) -> Path:
    """An item whose thread has four parts."""
    file = write_item(folder, NAME)
    whole = file.read_text(encoding="utf-8")
    file.write_text(f"{whole.rpartition('+++')[0]}+++\n\n{PARAGRAPH}\n", encoding="utf-8")
    return file


def copy(prepared: Path, folder: Path, account: dict[str, str], url: str | None = None) -> None:
    """The same once more, for another server."""
    folder.mkdir(parents=True)
    write_config(folder, account, url)
    if url is None:
        shutil.copyfile(prepared / "queue.db", folder / "queue.db")


def to_the_end(context: Context, after_tick: Callable[[], None] = lambda: None) -> End:
    """Tick as time goes by, until nothing more comes by itself; a maintainer releases the account
    when it is held.
    """
    clock, releases = context.clock, 0
    for _ in range(40):
        tick.tick(context)
        after_tick()
        delivery, until = _delivery(context)
        if delivery and (delivery.state in {State.SENT, State.FAILED, State.HELD} or until > LAST):
            break
        if _is_held(context):
            releases += 1
            _release(context)
        clock.wait_until(max(clock.now() + timedelta(minutes=1), until))
    return look(context, releases)


def look(context: Context, releases: int = 0) -> End:
    delivery, until = _delivery(context)
    if delivery is None:
        return End("none", "", False, [], [], releases)
    with context.read() as work:
        parts = work.parts.of(delivery.id)
        columns = (tables.notices.c.kind, tables.notices.c.key, tables.notices.c.text)
        heard = [
            (row.kind, f"{row.key}: {row.text}") for row in work.conn.execute(select(*columns))
        ]
    receipts = [part.receipt.id if part.receipt else "" for part in parts]
    return End(delivery.state.value, delivery.note, until > LAST, receipts, heard, releases)


def wanted_at(context: Context) -> datetime:
    """When the thread's delivery wants attention again."""
    return _delivery(context)[1]


def _delivery(context: Context) -> tuple[Delivery | None, datetime]:
    """The thread's delivery, and when it wants attention again."""
    deliveries = tables.deliveries.c
    with context.read() as work:
        row = work.conn.execute(
            select(deliveries.id, deliveries.next_at, deliveries.lease_until)
        ).one_or_none()
        if row is None:
            return None, context.clock.now()
        delivery = work.deliveries.get(row.id)
    is_left = delivery.state is State.SENDING
    past_lease = context.config.delivery.request + timedelta(seconds=1)
    return delivery, row.lease_until + past_lease if is_left else row.next_at


def _is_held(context: Context) -> bool:
    with context.read() as work:
        return any(row.held_at for row in work.accounts.all())


def _release(context: Context) -> None:
    with context.write() as work:
        work.accounts.release(ACCOUNT)


def out_at_x(fake: FakeX) -> list[Out]:
    """The thread as X has it, without the post that was there before."""
    posts = fake.state.posts[1:]
    places = {post.id: place for place, post in enumerate(posts, 1)}
    return [
        Out(
            post.id,
            post.text,
            places.get(post.parent, -1) if post.parent else 0,
            tuple((_sha(media.data), media.alt) for media in post.media),
        )
        for post in posts
    ]


def out_at_mastodon(fake: FakeMastodon) -> list[Out]:
    """The thread as the server has it, without the post that was there before."""
    statuses = fake.statuses[1:]
    places = {status.id: place for place, status in enumerate(statuses, 1)}
    return [
        Out(
            status.id,
            status.text,
            places.get(status.parent, -1) if status.parent else 0,
            tuple((_sha(upload.data), upload.alt or "") for upload in status.media),
        )
        for status in statuses
    ]


def out_at_bluesky(fake: FakeBluesky) -> list[Out]:
    assert fake.violations == []
    keys = sorted(fake.records)
    places = {fake.uri(key): place for place, key in enumerate(keys, 1)}
    found = []
    for key in keys:
        record = fake.records[key]
        parent = record.get("reply", {}).get("parent", {}).get("uri")
        pictures = tuple(
            (_sha(fake.blobs[image["image"]["ref"]["$link"]][0]), image["alt"])
            for image in record.get("embed", {}).get("images", [])
        )
        place = places.get(parent, -1) if parent else 0
        found.append(Out(fake.uri(key), record["text"], place, pictures))
    return found


def out_at_keyed(fake: keyed.FakeKeyed) -> list[Out]:
    assert fake.overwritten == [], "a key never stands for two records"
    places = {key: place for place, key in enumerate(fake.records, 1)}
    return [
        Out(key, each["text"], *_links_of(fake, each, places)) for key, each in fake.records.items()
    ]


def _links_of(
    fake: keyed.FakeKeyed, record: dict[str, Any], places: dict[str, int]
) -> tuple[int, tuple[tuple[str, str], ...]]:
    parent = places.get(record["parent"], -1) if record["parent"] else 0
    picture = ((_sha(fake.blobs[record["picture"]]), record["alt"]),) if "picture" in record else ()
    return parent, picture


def out_in_folder(outbox: Path) -> list[Out]:
    """Every thread that a reader of the outbox's folder sees, part after part; nothing half-written
    is left.
    """
    found = []
    for folder in sorted(outbox.iterdir()):
        assert not folder.name.startswith("."), f"{folder.name} was left"
        described = json.loads((folder / "thread.json").read_text(encoding="utf-8"))
        for place, part in enumerate(described["parts"], 1):
            own, picture = folder / f"{place}.txt", part["picture"]
            pictures = (
                ((_sha((folder / picture["file"]).read_bytes()), picture["alt"]),)
                if picture
                else ()
            )
            found.append(
                Out(f"{folder.name}/{place}", own.read_text(encoding="utf-8"), place - 1, pictures)
            )
    return found


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_start_of(whole: list[Out], out: list[Out]) -> bool:
    """Whether what is out is the thread from its first part on: each once, in order, replying
    rightly.
    """
    return [each[1:] for each in out] == [each[1:] for each in whole[: len(out)]]


def judge(whole: list[Out], out: list[Out], end: End) -> list[audit.Finding]:
    """What an audit would find: what is out, against the receipts that our rows have."""
    parts = []
    for place, each in enumerate(whole, 1):
        image = Image("", "", "", each.pictures[0][1]) if each.pictures else None
        own = end.receipts[place - 1] if place <= len(end.receipts) else ""
        receipt = Receipt(own, own, SLOT) if own else None
        parts.append(Part(place, each.text, image, receipt))
    posts = [
        ShownPost(
            Receipt(each.id, each.id, SLOT),
            each.text,
            out[each.parent - 1].id if each.parent > 0 else None,
            len(each.pictures),
            tuple(alt for _, alt in each.pictures),
        )
        for each in out
    ]
    found = audit.check(audit.meant(1, parts), posts)
    # What is out without a receipt is judged below: somebody has to hear of it.
    return [one for one in found if one.kind is not audit.Kind.UNRECORDED]


def wrong(whole: list[Out], out: list[Out], end: End) -> str:
    """What is not as promised, of a thread whose way is at its end; nothing where all is well."""
    if not is_start_of(whole, out):
        return "not each part once, in order, replying rightly"
    known = [receipt for receipt in end.receipts if receipt]
    if known != [each.id for each in out][: len(known)] or any(end.receipts[len(known) :]):
        return "a receipt of something else"
    if judged := judge(whole, out, end):
        return f"by the rules of the audit: {judged}"
    if end.state == State.SENT:
        return "" if len(known) == len(out) == len(whole) else "said to be sent, and it is not"
    return _silence(end)


def _silence(end: End) -> str:
    """A thread that is not sent has a notice that says so."""
    asked = [
        key
        for kind, key in end.notices
        if kind == NoticeKind.UNCERTAIN and "/ask" in key.partition(": ")[0]
    ]
    kinds = {kind for kind, _ in end.notices}
    heard = {
        State.FAILED.value: NoticeKind.FAILED in kinds,
        State.HELD.value: NoticeKind.HELD in kinds,
        State.UNCERTAIN.value: end.is_asked and bool(asked),
    }
    return "" if heard.get(end.state) else f"{end.state}, and nobody hears of it"
