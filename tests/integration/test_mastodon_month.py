"""A live month on a real server with Mastodon's API: four threads and the roundup's, read back from
its own side, field by field.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.context import Context
from bot.core import month
from bot.core.delivery import State
from bot.deciding import audit
from bot.intake import accept
from bot.scheduling import tick
from tests import snac as servers
from tests.conftest import StoppedClock, make_context, write_item
from tests.integration.test_x_month import NAMES, heard, serving, the_roundup, through_august
from tests.snac import Snac

WRITTEN = [
    "A thread by hand 👩‍🔬 & more: 自监督学习。“Quoted”, 5 > 3 #mlcollage",
    "Its second part, with https://example.org/a?b=1&c=2 (and brackets) and @somebody@example.org",
    "Its third part\n\n- with lines\n- and an äöü",
]


@pytest.fixture
def snac(tmp_path: Path) -> Iterator[Snac]:
    with servers.running(tmp_path / "snac") as running:
        yield running


def live(folder: Path, snac: Snac, clock: StoppedClock, port: int, **more: str) -> Context:
    """A live bot with four collages, which publishes on that port of this machine."""
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in snac.account(**more).items())
    settings = f"live = true\n[accounts.lab]\n{lines}\n"
    settings += f'[series.mlcollage.roundup]\nbase_url = "http://127.0.0.1:{port}"\n'
    context = make_context(folder, settings, clock=clock)
    tick.tick(context)
    own = context.config.series["mlcollage"]
    files = [write_item(folder, name) for name in NAMES[:-1]]
    files.append(write_item(folder, NAMES[-1], thread=json.dumps(WRITTEN, ensure_ascii=False)))
    accept.take(context, own, [accept.from_file(file) for file in files])
    return context


def shown(status: dict[str, Any]) -> str:
    """The text of a status as a reader sees it."""
    text = re.sub(r"<br\s*/?>", "\n", status["content"])
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def of_threads(context: Context) -> list[tuple[str, str | None, str, bytes]]:
    """Each part by our own rows: its id, the id of the one it answers, its text, its picture."""
    found = []
    with context.read() as work:
        for entry in reversed(work.lookup.listed(list(State), most=50)):
            parent = None
            for part in work.parts.of(entry.delivery.id, with_data=True):
                assert part.receipt
                data = part.image.data if part.image else b""
                found.append((part.receipt.id, parent, part.text, data))
                parent = part.receipt.id
    return found


def test_the_month_is_on_the_server_as_it_was_composed(
    tmp_path: Path, snac: Snac, clock: StoppedClock
) -> None:
    with serving(tmp_path / "site") as port:
        context = live(tmp_path, snac, clock, port)
        through_august(context, clock)
        clock.go(minutes=5)
        tick.tick(context)
    assert the_roundup(context).state is month.State.ANNOUNCED
    meant = sorted(of_threads(context))
    there = sorted(snac.statuses(), key=lambda status: str(status["id"]))
    assert len(there) == len(meant) >= 12
    for status, (own_id, parent, text, data) in zip(there, meant, strict=True):
        assert status["id"] == own_id
        assert status["in_reply_to_id"] == parent
        assert shown(status) == text.strip()
        assert status["language"] == "en"
        sent = [hashlib.sha256(data).hexdigest()] if data else []
        addresses = [each["url"] for each in status["media_attachments"]]
        assert [hashlib.sha256(snac.read(each)).hexdigest() for each in addresses] == sent
    roots = [status for status in snac.statuses() if not status["in_reply_to_id"]]
    alts = [status["media_attachments"][0]["description"] for status in roots]
    *of_collages, of_cover = alts
    assert of_collages == [f"A white slide about {name}." for name in NAMES]
    assert of_cover.startswith("Cover of the roundup ‘Four Deep Learning Papers to Read in")
    assert [found.findings for found in audit.accounts(context, threads=50)] == [()]
    assert [text for text in heard(context) if "differs" in text] == []
    context.database.close()
