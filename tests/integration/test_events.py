"""Events: each change of a delivery or roundup to each script at least once, signed, in order."""

import base64
import hashlib
import hmac
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.app import assemble
from bot.context import Context
from bot.core import events as rules
from bot.core.delivery import Delivery, State
from bot.core.month import State as RoundupState
from bot.core.notices.entry import Kind
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from bot.storage.notices import Notice
from bot.watching import briefing, events, watchdog
from tests.conftest import MONDAY, ROOT, StoppedClock, make_context, write_item
from tests.e2e.process import ENVIRONMENT
from tests.fakes import listeners
from tests.fakes.listeners import Webhook

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
HIDDEN = "hunter2secret"
SLOT = datetime(2021, 8, 4, 15, tzinfo=UTC)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listeners.webhook() as made:
        yield made


def given(
    folder: Path,
    *urls: str,
    url: str | None = None,
    clock: StoppedClock | None = None,
    more: str = "",
) -> Context:
    listed = ", ".join(f'"{each}"' for each in urls)
    settings = f'live = true\n[events]\nurls = [{listed}]\nsecret = "{SECRET}"\n{more}\n'
    return make_context(folder, settings, clock or StoppedClock(MONDAY), url)


def go(context: Context, **span: float) -> None:
    assert isinstance(context.clock, StoppedClock)
    context.clock.go(**span)


def queue_up(context: Context, *names: str) -> None:
    """Collages with these names in the queue of a bot that has looked once."""
    tick.tick(context)
    series = context.config.series["mlcollage"]
    folder = context.config.folder
    accept.take(context, series, [accept.from_file(write_item(folder, name)) for name in names])


def post(context: Context) -> None:
    """Let the next slot come, and post its collage."""
    at = context.clock.now()
    ahead = (SLOT - at) % timedelta(weeks=1)
    go(context, seconds=ahead.total_seconds())
    tick.tick(context)


def posted(context: Context) -> Delivery:
    """The delivery of a collage that has just been sent."""
    queue_up(context, "alpha")
    post(context)
    with context.read() as work:
        [delivery_id] = work.conn.execute(select(tables.deliveries.c.id)).scalars()
        return work.deliveries.get(delivery_id)


def change(context: Context, delivery: Delivery, state: State, **values: Any) -> None:
    """Let a delivery come into a state by way of `sending`, as a worker does."""
    with context.write() as work:
        row = {"state": "sending", "ended_at": None}
        mine = tables.deliveries.c.id == delivery.id
        work.conn.execute(update(tables.deliveries).where(mine).values(row))
    with context.write() as work:
        work.deliveries.move(work.deliveries.get(delivery.id), state, **values)


def rows(context: Context) -> list[Any]:
    with context.read() as work:
        sendings = tables.event_sendings
        return list(work.conn.execute(select(sendings).order_by(sendings.c.id)))


def notices(context: Context) -> list[Notice]:
    with context.read() as work:
        return work.notices.listed(everything=True)


def types(hook: Webhook, path: str) -> list[str]:
    return [body["type"] for heard, body in hook.heard if heard == path]


def keys(hook: Webhook) -> list[str]:
    return [headers["webhook-id"] for headers, _ in hook.requests]


def test_a_thread_that_is_sent_is_told_with_its_ids_addresses_and_a_signature(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = given(tmp_path, hook.url("hook", "http"), url=database_url)
    delivery = posted(context)
    events.send(context)
    events.send(context)
    [(headers, body)] = hook.requests
    told = json.loads(body)
    assert (told["type"], told["timestamp"]) == ("delivery.sent", "2021-08-04T15:00:00.000Z")
    with context.read() as work:
        parts = work.parts.of(delivery.id)
    assert told["data"] == {
        "rehearsal": False,
        "series": "mlcollage",
        "account": "outbox",
        "network": "outbox",
        "delivery": {
            "id": delivery.id,
            "key": delivery.key,
            "kind": "collage",
            "state": "sent",
            "reason": "",
            "due_at": "2021-08-04T15:00:00.000Z",
        },
        "collage": {"name": "alpha", "title": "The alpha paper", "number": 1},
        "roundup": None,
        "parts": [
            {"position": part.position, "id": part.receipt.id, "url": part.receipt.url}
            for part in parts
            if part.receipt
        ],
    }
    assert len(told["data"]["parts"]) == len(parts) > 1
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(int(SLOT.timestamp()))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(b"0123456789abcdef0123456789abcdef", signed, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert [(row.ended_at, row.note) for row in rows(context)] == [(SLOT, "")]
    context.database.close()


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the specification's own libraries (standard-webhooks, tests)."""
    secret, key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = rules.signed(key, at, b'{"test": 2432232314}', [secret])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_documentation_tells_what_is_genuine(
    tmp_path: Path, hook: Webhook
) -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    given_names: dict[str, Any] = {}
    exec(code, given_names)
    is_genuine = given_names["is_genuine"]
    other = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    context = given(tmp_path, hook.url("hook", "http"), clock=StoppedClock(datetime.now(UTC)))
    # Two secrets, while one takes the place of the other.
    settings = replace(context.config.events, secret=f"{other} {SECRET}")  # type: ignore[arg-type]
    context = replace(context, config=replace(context.config, events=settings))
    posted(context)
    with closing(context.database):
        go_now = datetime.now(UTC) - context.clock.now()
        go(context, seconds=go_now.total_seconds())
        events.send(context)
    [(headers, body)] = hook.requests
    assert is_genuine(SECRET, headers, body)
    assert is_genuine(other, headers, body)
    assert not is_genuine(rules.NOBODYS, headers, body)
    assert not is_genuine(SECRET, headers, body.replace(b"alpha", b"gamma"))
    assert not is_genuine(SECRET, headers | {"webhook-id": "evt_2"}, body)
    earlier = str(int(headers["webhook-timestamp"]) - 3_600)
    assert not is_genuine(SECRET, headers | {"webhook-timestamp": earlier}, body)


def test_each_state_that_a_script_may_act_on_is_told_once_and_in_order(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = given(tmp_path, hook.url("hook", "http"), url=database_url)
    delivery = posted(context)
    change(context, delivery, State.UNCERTAIN, next_at=MONDAY, note="it timed out")
    change(context, delivery, State.WAITING, next_at=MONDAY)
    change(context, delivery, State.FAILED, note="it was refused")
    with context.write() as work:
        work.deliveries.move(work.deliveries.get(delivery.id), State.FAILED, note="cancelled")
    change(context, delivery, State.HELD, note="it is too late")
    events.send(context)
    assert types(hook, "hook") == [
        "delivery.sent",
        "delivery.uncertain",
        "delivery.failed",
        "delivery.held",
    ]
    facts = [body["data"]["delivery"] for _, body in hook.heard]
    assert [fact["reason"] for fact in facts] == [
        "",
        "it timed out",
        "it was refused",
        "it is too late",
    ]
    context.database.close()


def test_what_waits_for_an_account_that_is_gone_is_told_as_held(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = given(tmp_path, hook.url("hook", "http"), url=database_url)
    delivery = posted(context)
    change(context, delivery, State.WAITING, next_at=MONDAY)
    with context.write() as work:
        assert work.deliveries.hold_all("outbox") == 1
    events.send(context)
    assert types(hook, "hook") == ["delivery.sent", "delivery.held"]
    context.database.close()


def test_a_roundup_that_is_out_is_told_with_its_link(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = given(tmp_path, hook.url("hook", "http"), url=database_url)
    posted(context)
    with context.write() as work:
        names = {"title": "One Paper", "slug": "one", "link": "https://example.org/one"}
        work.roundups.fix("mlcollage", "2021-09", MONDAY, **names)
        roundup = work.roundups.get("mlcollage", "2021-09")
        work.roundups.advance(roundup, RoundupState.ANNOUNCED)
    events.send(context)
    assert types(hook, "hook") == ["delivery.sent", "roundup.announced"]
    assert hook.heard[1][1]["data"] == {
        "rehearsal": False,
        "series": "mlcollage",
        "roundup": {
            "title_month": "2021-09",
            "title": "One Paper",
            "link": "https://example.org/one",
        },
    }
    context.database.close()


def test_a_rehearsal_is_told_as_one(tmp_path: Path, hook: Webhook) -> None:
    more = f'live = false\n[events]\nurls = ["{hook.url("hook", "http")}"]\nsecret = "{SECRET}"'
    context = make_context(tmp_path, more, StoppedClock(MONDAY))
    posted(context)
    events.send(context)
    assert [body["data"]["rehearsal"] for _, body in hook.heard] == [True]
    context.database.close()


def test_a_change_that_is_rolled_back_is_not_told(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = given(tmp_path, hook.url("hook", "http"), url=database_url)
    delivery = posted(context)
    events.send(context)
    with suppress(LookupError), context.write() as work:
        work.conn.execute(update(tables.deliveries).values(state="sending"))
        work.deliveries.move(work.deliveries.get(delivery.id), State.FAILED, note="")
        raise LookupError
    events.send(context)
    assert types(hook, "hook") == ["delivery.sent"]
    context.database.close()


def test_where_nobody_listens_nothing_is_stored(tmp_path: Path, database_url: str) -> None:
    context = given(tmp_path, url=database_url)
    posted(context)
    events.send(context)
    with context.read() as work:
        assert work.events.listed(5) == []
        assert work.events.hooks() == []
    context.database.close()


def test_a_command_without_the_addresses_tells_what_the_bot_sends(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    """The addresses may be in the environment of the service only."""
    context = given(tmp_path, hook.url("hook", "http"), url=database_url)
    delivery = posted(context)
    bare = replace(context.config.events, urls=())
    command = replace(context, config=replace(context.config, events=bare))
    change(command, delivery, State.FAILED, note="cancelled")
    events.send(command)
    assert hook.heard == []
    events.send(context)
    assert types(hook, "hook") == ["delivery.sent", "delivery.failed"]
    context.database.close()


def test_a_brief_says_that_a_script_does_not_take_what_happens(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {HIDDEN: "500"}
    context = given(tmp_path, hook.url(HIDDEN, "http"), url=database_url)
    posted(context)
    go(context, days=6)

    def brief() -> str:
        briefing.give(context)
        [given] = [each for each in notices(context) if each.kind is Kind.BRIEF]
        return given.text + given.details

    events.send(context)
    queue_up(context, "beta")
    said = brief()
    assert "! careful: No event gets to http://… (entry 1 of events.urls), 1 event waits" in said
    assert HIDDEN not in said
    context.database.close()


def test_a_failure_neither_repeats_nor_delays_other_scripts_and_keeps_the_order(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {"bad": "500"}
    urls = (hook.url("bad", "http"), hook.url("good", "http"))
    context = given(tmp_path, *urls, url=database_url)
    delivery = posted(context)
    change(context, delivery, State.FAILED, note="no")
    events.send(context)
    assert (types(hook, "good"), types(hook, "bad")) == (
        ["delivery.sent", "delivery.failed"],
        ["delivery.sent"],
    )
    events.send(context)
    assert len(hook.heard) == 3, "the second one waits for the first, which waits for its time"
    hook.does = {}
    go(context, minutes=1)
    events.send(context)
    assert types(hook, "bad") == ["delivery.sent", "delivery.sent", "delivery.failed"]
    assert types(hook, "good") == ["delivery.sent", "delivery.failed"]
    assert len(set(keys(hook))) == 2, "the same event has the same id, wherever and how often"
    bodies = {headers["webhook-id"]: body for headers, body in hook.requests}
    assert all(bodies[headers["webhook-id"]] == body for headers, body in hook.requests)
    assert all(row.ended_at and not row.note for row in rows(context))
    context.database.close()


def test_an_event_of_another_delivery_is_not_held_up(tmp_path: Path, hook: Webhook) -> None:
    hook.does = {"hook": "500"}
    context = given(tmp_path, hook.url("hook", "http"))
    queue_up(context, "alpha", "beta")
    post(context)
    events.send(context)
    go(context, days=1)
    post(context)
    with context.write() as work:
        first = select(tables.event_sendings.c.id).limit(1).scalar_subquery()
        later = context.clock.now() + timedelta(minutes=30)
        mine = tables.event_sendings.c.id == first
        work.conn.execute(update(tables.event_sendings).where(mine).values(next_at=later))
    hook.does = {}
    events.send(context)
    names = [body["data"]["collage"]["name"] for _, body in hook.heard]
    assert names == ["alpha", "beta"]
    context.database.close()


def test_what_never_arrives_ends_after_two_days_with_a_notice(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {HIDDEN: "500"}
    urls = (hook.url(HIDDEN, "http"), hook.url("good", "http"))
    context = given(tmp_path, *urls, url=database_url)
    posted(context)
    for _ in range(60):
        events.send(context)
        go(context, hours=1)
    tries = hook.calls()[HIDDEN]
    assert 45 <= tries <= 52
    assert hook.calls()["good"] == 1
    go(context, days=1)
    events.send(context)
    assert hook.calls()[HIDDEN] == tries
    [told] = [each for each in notices(context) if each.kind is Kind.EVENTS]
    [key] = set(keys(hook))
    assert told.is_trouble
    assert told.text == (
        f"The event {key} (delivery.sent) did not reach http://… (entry 1 of events.urls), and is "
        "not sent there any more: it answered 500. See: mlcollage events list"
    )
    context.database.close()


def test_a_script_that_is_gone_gets_nothing_more_until_a_test_reaches_it(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {HIDDEN: "410"}
    context = given(tmp_path, hook.url(HIDDEN, "http"), url=database_url)
    delivery = posted(context)
    events.send(context)
    go(context, hours=3)
    change(context, delivery, State.FAILED, note="")
    events.send(context)
    assert types(hook, HIDDEN) == ["delivery.sent"]
    [told] = [each for each in notices(context) if each.kind is Kind.EVENTS]
    assert "entry 1 of events.urls) answered that it takes no more events" in told.text
    assert [each.taken for each in events.listed(context, 5)] == ["0 of 1, 1 given up"]
    [problem] = events.unreached(context)
    assert problem.endswith("takes no more events: it answered 410. Then: mlcollage events test")
    assert HIDDEN not in told.text + problem
    [still] = events.test(context).values()
    assert still == "it answered 410."
    hook.does = {}
    assert list(events.test(context).values()) == [""]
    change(context, delivery, State.HELD, note="")
    events.send(context)
    assert types(hook, HIDDEN)[-2:] == ["test", "delivery.held"]
    assert events.unreached(context) == []
    context.database.close()


@pytest.mark.parametrize(
    ("does", "seconds", "why"),
    [
        ("hold", 1, "no whole answer within 1 s."),
        ("drip", 1, "no whole answer within 1 s."),
        ("302", 1, "it answered 302."),
        ("bomb", 8, "its answer has more than 1,000,000 bytes."),
    ],
)
def test_every_way_not_to_answer_ends_in_time_and_shows_no_secret(
    tmp_path: Path,
    hook: Webhook,
    caplog: pytest.LogCaptureFixture,
    does: str,
    seconds: int,
    why: str,
) -> None:
    caplog.set_level("DEBUG")
    hook.does = {HIDDEN: does}
    said: list[str] = []
    context = given(tmp_path, hook.url(HIDDEN, "http"), more=f'request = "{seconds}s"')
    context = replace(context, say=said.append)
    posted(context)
    started = datetime.now(UTC)
    events.send(context)
    assert datetime.now(UTC) - started < timedelta(seconds=10)
    assert hook.calls() == {HIDDEN: 1}, "a redirect is not followed"
    [row] = rows(context)
    assert (row.note, row.failures, row.ended_at) == (why, 1, None)
    [problem] = events.unreached(context)
    shown = "".join([*said, problem, caplog.text, repr(context.config)])
    assert HIDDEN not in shown
    assert SECRET not in shown
    assert "has not reached http://… (entry 1 of events.urls) yet" in said[-1]
    context.database.close()


def test_nobody_at_the_address_is_told_by_the_watchdog_after_an_hour(
    tmp_path: Path, database_url: str
) -> None:
    nowhere = f"http://127.0.0.1:{listeners.free_port()}/{HIDDEN}"
    context = given(tmp_path, nowhere, url=database_url)
    posted(context)
    events.send(context)
    assert [row.note for row in rows(context)] == ["connection refused."]
    watchdog.look(context)
    assert not [each for each in notices(context) if "events.urls" in each.text]
    go(context, hours=2)
    watchdog.look(context)
    [told] = [each for each in notices(context) if "events.urls" in each.text]
    assert told.text == (
        "1 event has not reached every address in events.urls. See: mlcollage events list"
    )
    context.database.close()


def test_what_is_done_with_is_deleted_after_a_month_and_nothing_that_waits(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {"bad": "500"}
    urls = (hook.url("bad", "http"), hook.url("good", "http"))
    context = given(tmp_path, *urls, url=database_url)
    delivery = posted(context)
    change(context, delivery, State.FAILED, note="")
    with context.write() as work:
        [bad, _] = events.destinations(context.config)
        work.events.end_hook(bad.id, "it answered 410.")
        mine = tables.event_sendings.c.destination == bad.id
        first = select(func.min(tables.events.c.id)).scalar_subquery()
        reopened = update(tables.event_sendings).where(mine)
        is_first = tables.event_sendings.c.event_id == first
        work.conn.execute(reopened.where(is_first).values(ended_at=None))
    go(context, days=31)
    events.send(context)
    with context.read() as work:
        [left] = work.events.listed(5)
    assert left.type == "delivery.sent", "it is on its way still"
    assert len(rows(context)) == 2
    context.database.close()


def test_an_address_that_nobody_has_any_more_is_forgotten_after_a_week(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = given(tmp_path, hook.url("old", "http"), url=database_url)
    posted(context)
    bare = replace(context.config.events, urls=())
    without = replace(context, config=replace(context.config, events=bare))
    for days, left in ((6, 1), (2, 0)):
        go(context, days=days)
        events.send(without)
        with context.read() as work:
            assert len(work.events.hooks()) == left
    assert rows(context) == []
    context.database.close()


def test_a_bot_that_was_off_for_long_sends_what_waits(tmp_path: Path, hook: Webhook) -> None:
    context = given(tmp_path, hook.url("hook", "http"))
    posted(context)
    go(context, days=20)
    events.send(context)
    assert types(hook, "hook") == ["delivery.sent"]
    context.database.close()


SENDER = """
import os, signal, sys
from pathlib import Path
from bot import config
from bot.app import assemble
from bot.watching import events

class Deadly(assemble.SystemClock):
    left = 0
    def now(self):
        self.count()
        return super().now()
    def monotonic(self):
        self.count()
        return super().monotonic()
    def count(self):
        Deadly.left -= 1
        if Deadly.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

context = assemble.context(config.load(Path(sys.argv[1])), clock=Deadly())
Deadly.left = int(sys.argv[2])
events.send(context)
"""


def sender(folder: Path, point: int = 0) -> subprocess.Popen[bytes]:
    """A real process that sends what is open, and kills itself when it looks at the clock for the
    nth time.
    """
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, str(folder / "config.toml"), str(point)], env=ENVIRONMENT
    )


def now_world(folder: Path, database_url: str, *urls: str) -> Context:
    """A bot by the clock of this machine, whose collage is out and not told of yet."""
    context = given(folder, *urls, url=database_url, clock=StoppedClock(MONDAY))
    posted(context)
    context.database.close()
    context = replace(context, clock=StoppedClock(datetime.now(UTC)))
    with context.write() as work:
        work.conn.execute(update(tables.event_sendings).values(next_at=work.now))
        work.conn.execute(update(tables.events).values(at=work.now))
    return context


def test_kill_9_at_any_moment_loses_no_event_and_repeats_it_under_its_id(
    tmp_path: Path, hook: Webhook
) -> None:
    context = now_world(tmp_path, f"sqlite:///{tmp_path / 'test.db'}", hook.url("hook", "http"))
    points = 0
    while sender(tmp_path, points + 1).wait(120) == -signal.SIGKILL:
        points += 1
        [row] = rows(context)
        assert bool(row.ended_at) <= bool(hook.heard), "it counts as taken only once it was"
        if row.ended_at:
            break
        # The lease ends.
        with context.write() as work:
            earlier = datetime.now(UTC) - timedelta(minutes=1)
            work.conn.execute(update(tables.event_sendings).values(next_at=earlier))
    assert points >= 8, "it was killed before the claim, before the request, and after it"
    assert len(hook.heard) > 1
    assert len(set(keys(hook))) == 1
    assert all(row.ended_at for row in rows(context))
    context.database.close()


def test_kill_9_after_the_script_has_taken_it_repeats_it_with_the_same_id(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {"slow": "hold"}
    urls = (hook.url("slow", "http"), hook.url("good", "http"))
    context = now_world(tmp_path, database_url, *urls)
    process = sender(tmp_path)
    while (
        hook.calls() != {"slow": 1, "good": 1}
        or sum(1 for row in rows(context) if row.ended_at) != 1
    ):
        assert process.poll() is None
        hook.let_go.wait(0.02)
    process.kill()
    process.wait(120)
    hook.let_go.set()
    hook.does = {}
    events.send(context)
    assert hook.calls() == {"slow": 1, "good": 1}, "the lease lasts"
    with context.write() as work:
        ended = update(tables.event_sendings).where(tables.event_sendings.c.ended_at.is_(None))
        work.conn.execute(ended.values(next_at=context.clock.now() - timedelta(seconds=1)))
    events.send(context)
    assert hook.calls() == {"slow": 2, "good": 1}
    assert len(set(keys(hook))) == 1
    context.database.close()


POSTER = """
import os, signal, sys
from pathlib import Path
from bot import config
from bot.app import assemble
from bot.scheduling import tick
from bot.storage.deliveries import Deliveries
from bot.core.delivery import State

context = assemble.context(config.load(Path(sys.argv[1])))
with context.write() as work:
    delivery = work.deliveries.get(int(sys.argv[2]))
    work.deliveries.move(delivery, State.FAILED, note="refused")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9_between_the_change_and_the_sending_loses_no_event(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = given(tmp_path, hook.url("hook", "http"), url=database_url)
    delivery = posted(context)
    change(context, delivery, State.WAITING, next_at=MONDAY)
    arguments = [str(tmp_path / "config.toml"), str(delivery.id)]
    killed = subprocess.run([sys.executable, "-c", POSTER, *arguments], env=ENVIRONMENT)
    assert killed.returncode == -signal.SIGKILL
    events.send(replace(context, clock=assemble.SystemClock()))
    assert types(hook, "hook") == ["delivery.sent", "delivery.failed"]
    context.database.close()


def test_two_processes_at_once_send_each_event_once_and_in_order(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = now_world(tmp_path, database_url, hook.url("hook", "http"))
    with context.read() as work:
        [delivery_id] = work.conn.execute(select(tables.deliveries.c.id)).scalars()
        delivery = work.deliveries.get(delivery_id)
    for state in (State.UNCERTAIN, State.FAILED, State.HELD):
        change(context, delivery, state, note="", next_at=MONDAY)
    wanted = ["delivery.sent", "delivery.uncertain", "delivery.failed", "delivery.held"]
    for _ in range(5):
        both = [sender(tmp_path), sender(tmp_path)]
        assert [process.wait(120) for process in both] == [0, 0]
        if all(row.ended_at for row in rows(context)):
            break
    assert types(hook, "hook") == wanted
    context.database.close()
