"""Alerts: each notice to each destination at least once, again only after a crash in that very
sending.
"""

import html
import json
import logging
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.context import Context
from bot.core.notices.entry import ASKING, Kind
from bot.storage import notices, tables
from bot.storage.work import reading, writing
from bot.watching import alerts, apprise_process, courier, outgoing
from tests import made_up
from tests.conftest import MONDAY, StoppedClock, make_context
from tests.e2e.process import ENVIRONMENT
from tests.fakes import listeners
from tests.fakes.listeners import Webhook

SECRET = "hunter2secret"


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listeners.webhook() as made:
        yield made


def settings(*urls: str, more: str = "") -> str:
    listed = ", ".join(f'"{url}"' for url in urls)
    return f'zone = "Europe/Berlin"\nlive = true\n[alerts]\nurls = [{listed}]\n{more}\n'


def given(
    folder: Path,
    *urls: str,
    url: str | None = None,
    clock: StoppedClock | None = None,
    more: str = "",
) -> Context:
    return make_context(folder, settings(*urls, more=more), clock or StoppedClock(MONDAY), url)


def note(
    context: Context, text: str = "Account x is held.", kind: Kind = Kind.HELD, **more: Any
) -> int:
    with context.write() as work:
        made = work.notices.add(made_up.notice(kind, text, **more))
    assert made is not None
    return made


def rows(context: Context) -> list[Any]:
    with context.read() as work:
        return list(work.conn.execute(select(tables.alerts).order_by(tables.alerts.c.id)))


def listed(context: Context) -> list[notices.Notice]:
    with context.read() as work:
        return work.notices.listed(everything=True)


def go(context: Context, **span: float) -> None:
    assert isinstance(context.clock, StoppedClock)
    context.clock.go(**span)


def test_a_notice_reaches_webhook_push_service_and_mailbox_once(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    with listeners.mailbox() as box:
        places = (hook.url("hook"), hook.url("topic", "ntfy"), box.url("ada@example.org"))
        context = given(tmp_path, *places, url=database_url)
        number = note(context, details="1/3\n  two  spaces — 论文")
        alerts.send(context)
        go(context, hours=100)
        alerts.send(context)
        [mail] = box.mails
    title = f"[mlcollage] held (notice {number})"
    body = (
        "Account x is held.\n\n1/3\n  two  spaces — 论文\n\nMonday 2021-08-02 11:00 (Europe/Berlin)"
    )
    sent = dict(hook.heard)
    assert [hook.calls()[path] for path in ("hook", "")] == [1, 1]
    assert (sent["hook"]["title"], sent["hook"]["message"], sent["hook"]["type"]) == (
        title,
        body,
        "warning",
    )
    assert (sent[""]["topic"], sent[""]["title"], sent[""]["message"]) == ("topic", title, body)
    assert (mail["Subject"], mail["To"], mail.get_content_type()) == (
        title,
        "ada@example.org",
        "text/plain",
    )
    assert mail.get_content().replace("\r\n", "\n").strip() == body
    assert [one.alerted_at for one in listed(context)] == [MONDAY]
    context.database.close()


def test_a_failure_neither_repeats_nor_delays_the_other_destinations(
    tmp_path: Path, hook: Webhook
) -> None:
    hook.does = {"bad": "500"}
    context = given(tmp_path, hook.url("bad"), hook.url("good"))
    note(context, "one")
    note(context, "two")
    alerts.send(context)
    assert hook.calls() == {"good": 2, "bad": 1}
    assert [one.alerted_at for one in listed(context)] == [None, None]
    alerts.send(context)
    assert hook.calls() == {"good": 2, "bad": 2}, (
        "the second notice was not due later because the first one failed"
    )
    go(context, seconds=30)
    alerts.send(context)
    assert hook.calls() == {"good": 2, "bad": 2}, "both wait now"
    hook.does = {}
    go(context, seconds=30)
    alerts.send(context)
    assert hook.calls() == {"good": 2, "bad": 4}
    assert {one.alerted_at for one in listed(context)} == {context.clock.now()}
    context.database.close()


def test_waits_grow_from_a_minute_to_an_hour(tmp_path: Path, hook: Webhook) -> None:
    hook.does = {"bad": "500"}
    context = given(tmp_path, hook.url("bad"))
    note(context)
    for failures, most in ((0, 60), (1, 120), (20, 3_600)):
        with context.write() as work:
            work.conn.execute(update(tables.alerts).values(failures=failures))
        alerts.send(context)
        [row] = rows(context)
        wait = (row.next_at - context.clock.now()).total_seconds()
        assert most * 0.75 <= wait <= most
        go(context, seconds=wait)
    context.database.close()


def try_for_days(context: Context, bad: int) -> None:
    """Every open notice fails at the first destinations for more than two days; the last time it is
    really sent.
    """
    now, span = context.clock.now(), timedelta(hours=1)
    for one in alerts.destinations(context.config)[:bad]:
        with context.read() as work:
            due = work.alerts.due(one.id, span, alerts.MOST)
        for notice in due:
            for n in range(outgoing.TRIES - 1):
                with writing(context.database, now + n * span) as work:
                    claim = work.alerts.claim(notice.id, one.id, timedelta(0), 10 * span)
                    assert claim
                    assert work.alerts.failed(claim, timedelta(0), "it was not taken.")
    go(context, hours=49)
    alerts.send(context)


def test_what_never_arrives_ends_after_two_days_and_the_others_hear_of_it(
    tmp_path: Path, hook: Webhook
) -> None:
    hook.does = {SECRET: "500"}
    context = given(tmp_path, hook.url(SECRET), hook.url("good"))
    number = note(context)
    try_for_days(context, 1)
    alerts.send(context)
    newest = listed(context)[0]
    said = f"Notice {number} (held) did not reach json://… (entry 1 of alerts.urls): "
    assert newest.kind is Kind.ALERTS
    assert newest.is_trouble
    assert newest.text.startswith(said)
    assert "error=500" in newest.text
    assert SECRET not in newest.text
    assert hook.calls() == {SECRET: 1, "good": 2}
    assert hook.titles("good")[1] == f"[mlcollage] alerts (notice {newest.id})"
    assert all(one.alerted_at for one in listed(context))
    context.database.close()


def test_of_what_is_said_about_alerts_nothing_more_is_said(tmp_path: Path, hook: Webhook) -> None:
    hook.does = {"bad": "500", "worse": "500"}
    context = given(tmp_path, hook.url("bad"), hook.url("worse"))
    number = note(context)
    try_for_days(context, 2)
    assert [one.kind for one in listed(context) if not one.alerted_at] == [Kind.ALERTS, Kind.ALERTS]
    try_for_days(context, 2)
    about = [one for one in listed(context) if one.kind is Kind.ALERTS]
    assert len(about) == 2
    assert all(one.text.startswith(f"Notice {number} ") for one in about)
    assert all(one.alerted_at for one in listed(context))
    assert hook.calls() == {"bad": 2, "worse": 2}
    context.database.close()


def test_with_one_destination_what_did_not_arrive_is_listed(tmp_path: Path, hook: Webhook) -> None:
    hook.does = {"bad": "500"}
    context = given(tmp_path, hook.url("bad"))
    note(context)
    try_for_days(context, 1)
    alerts.send(context)
    assert [one.kind for one in listed(context)] == [Kind.ALERTS, Kind.HELD]
    assert all(one.alerted_at for one in listed(context))
    assert hook.calls() == {"bad": 1}
    context.database.close()


def test_a_notice_from_before_a_long_stop_is_tried_more_than_once(
    tmp_path: Path, hook: Webhook
) -> None:
    hook.does = {"bad": "500"}
    context = given(tmp_path, hook.url("bad"))
    note(context)
    go(context, days=30)
    alerts.send(context)
    assert [row.ended_at for row in rows(context)] == [None]
    context.database.close()


def test_every_way_not_to_answer_ends_in_time_and_shows_no_secret(
    tmp_path: Path,
    hook: Webhook,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    hook.does = {
        f"{SECRET}hold": "hold",
        f"{SECRET}drip": "drip",
        f"{SECRET}500": "500",
        f"{SECRET}302": "302",
    }
    with listeners.dripping_mail_server() as port:
        places = [
            hook.url("good"),
            *map(hook.url, hook.does),
            f"json://ada:{SECRET}@127.0.0.1:{listeners.free_port()}/{SECRET}",
            f"mailto://ada:{SECRET}@127.0.0.1:{port}/?from=bot@example.org&to={SECRET}@example.org",
            f"{SECRET}://{SECRET}",
            SECRET,
        ]
        context = given(tmp_path, *places, more='request = "10s"')
        said: list[str] = []
        started = datetime.now(UTC)
        note(context)
        alerts.send(replace(context, say=said.append))
        gone = datetime.now(UTC) - started
    assert timedelta(seconds=10) <= gone < timedelta(seconds=30)
    notes = [row.note for row in rows(context) if row.ended_at is None]
    assert len(notes) == len(said) == len(places) - 1
    assert sum(1 for words in notes if words == "it did not end within 10 s.") == 3
    assert sum(1 for words in notes if "apprise cannot read the address" in words) == 2
    assert [row.note for row in rows(context) if row.ended_at] == [""]
    assert hook.calls()["elsewhere"] == 0
    shown = [
        repr(context.config),
        *said,
        *notes,
        *map(repr, listed(context)),
        *capfd.readouterr(),
        caplog.text,
    ]
    assert [words for words in shown if SECRET in words or "ada:" in words] == []
    assert all(words.endswith(".") and words.isprintable() for words in notes)
    context.database.close()


def test_a_destination_whose_answer_unpacks_to_gigabytes_costs_neither_memory_nor_time(
    tmp_path: Path, hook: Webhook
) -> None:
    hook.does = {"bomb": "bomb"}
    context = given(tmp_path, hook.url("bomb"), hook.url("good"))
    note(context)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    alerts.send(context)
    # A child has as much as its parent until it becomes another program.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert hook.calls() == {"bomb": 1, "good": 1}
    # By destination: they are served side by side, and either may be the first.
    bomb, good = (destination.id for destination in alerts.destinations(context.config))
    ended = {row.destination: bool(row.ended_at) for row in rows(context)}
    assert ended == {bomb: False, good: True}
    # Of KiB; the bound is of all that the process has mapped.
    assert after <= max(before, own, courier.MEMORY / 1_000)
    context.database.close()


def test_without_destinations_nothing_is_owed_later(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    quiet = given(tmp_path, url=database_url)
    note(quiet)
    alerts.send(quiet)
    assert [one.alerted_at for one in listed(quiet)] == [MONDAY]
    quiet.database.close()
    context = given(tmp_path, hook.url("good"), url=database_url)
    alerts.send(context)
    assert hook.heard == []
    note(context, "new")
    alerts.send(context)
    assert hook.calls() == {"good": 1}
    context.database.close()


def test_only_trouble_sends_what_asks_a_person(tmp_path: Path, hook: Webhook) -> None:
    context = given(tmp_path, hook.url("good"), more="only_trouble = true")
    for kind in set(Kind) - ASKING - {Kind.BRIEF}:
        note(context, "for whoever looks", kind)
    note(context, "all is well", Kind.BRIEF, needs_nobody=True)
    asking = [Kind.BRIEF, *sorted(ASKING)]
    numbers = [note(context, "somebody has to do something", kind) for kind in asking]
    alerts.send(context)
    assert hook.titles("good") == [
        f"[mlcollage] {kind} (notice {number})"
        for kind, number in zip(asking, numbers, strict=True)
    ]
    assert {Kind.EMPTY, Kind.MISSED, Kind.REHEARSAL_BEGUN, Kind.DRY} <= ASKING
    assert all(one.alerted_at for one in listed(context))
    context.database.close()


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("@everyone and @here", "@\u200beveryone and @\u200bhere"),
        ("a@Everyone", "a@\u200bEveryone"),
        ("<!channel> <!subteam^S1> <@U123>", "<!\u200bchannel> <!\u200bsubteam^S1> <@\u200bU123>"),
        ("<@&42> !here>", "<@\u200b&42> !\u200bhere>"),
        ("(@ada) @property", "(@\u200bada) @\u200bproperty"),
        ("ada@example.org https://mastodon.social/@ada/1", "ada@example.org https://mastodon.social/@ada/1"),
        ("Well! 5 @ 3", "Well! 5 @ 3"),
        (".@ada -@ada /@ada +@ada", ".@\u200bada -@\u200bada /@\u200bada +@\u200bada"),
        ("[log in](https://h.org) [a][b]", "[log in]\u200b(https://h.org) [a]\u200b[b]"),
        ("<https://h.org|log in> a<b", "<\u200bhttps://h.org|log in> a<b"),
    ],
)  # fmt: skip
def test_nothing_in_an_alert_wakes_a_room(
    tmp_path: Path, hook: Webhook, written: str, sent: str
) -> None:
    context = given(tmp_path, hook.url("hook"))
    note(context, text=written, details=written)
    alerts.send(context)
    assert dict(hook.heard)["hook"]["message"].startswith(f"{sent}\n\n{sent}\n")
    context.database.close()


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("html", "a&lt;b&nbsp;&amp;&nbsp;c&nbsp;&lt;a&nbsp;href=&quot;https://h.org&quot;&gt;log"),
        ("text", 'a<b & c <a href="https://h.org">log in</a> *d*'),
        ("markdown", r"\*d\*"),
    ],
)
def test_what_others_have_written_is_text_wherever_an_alert_goes(
    tmp_path: Path, hook: Webhook, form: str, sent: str
) -> None:
    context = given(tmp_path, f"{hook.url('hook')}?format={form}")
    note(context, text='a<b & c <a href="https://h.org">log in</a> *d*')
    alerts.send(context)
    assert sent in dict(hook.heard)["hook"]["message"]
    context.database.close()


def test_a_message_that_grows_when_it_is_escaped_keeps_the_hint_at_its_end() -> None:
    service = SimpleNamespace(resolve_format=lambda form: "html")
    cut = apprise_process._fitting("<&>" * 3_000, service, 4_000)
    assert cut.endswith(apprise_process.HINT)
    assert 3_500 < len(html.escape(cut, quote=False)) <= 4_000


@pytest.mark.parametrize("destinations", [("good",), ()], ids=["only trouble", "none at all"])
def test_what_was_closed_keeps_the_moment_of_it(
    tmp_path: Path, hook: Webhook, destinations: tuple[str, ...]
) -> None:
    context = given(tmp_path, *map(hook.url, destinations), more="only_trouble = true")
    first = note(context, "empty", Kind.EMPTY)
    alerts.send(context)
    go(context, hours=1)
    second = note(context, "empty again", Kind.EMPTY)
    alerts.send(context)
    closed = {one.id: one.alerted_at for one in listed(context)}
    assert closed == {first: MONDAY, second: MONDAY + timedelta(hours=1)}
    context.database.close()


def test_a_rehearsal_says_so(tmp_path: Path, hook: Webhook) -> None:
    source = settings(hook.url("good")).replace("live = true", "live = false")
    context = make_context(tmp_path, source, StoppedClock(MONDAY))
    number = note(context)
    alerts.send(context)
    assert hook.titles("good") == [f"[mlcollage] held (notice {number}) (rehearsal)"]
    context.database.close()


def test_a_short_message_keeps_the_text_and_says_that_more_is_listed(
    tmp_path: Path, hook: Webhook
) -> None:
    context = given(tmp_path, hook.url(SECRET, "mmost"), hook.url("good"))
    note(context, details="much " * 2_000)
    alerts.send(context)
    [whole] = [body["message"] for path, body in hook.heard if path == "good"]
    [cut] = [body["text"] for path, body in hook.heard if path == f"hooks/{SECRET}"]
    assert len(cut) <= 4_000 < len(whole)
    assert "Account x is held." in cut
    assert cut.endswith("The rest: mlcollage notices --json")
    context.database.close()


def test_fifty_stuck_notices_keep_no_new_one_from_another_destination(
    database: Any, tmp_path: Path
) -> None:
    longest = timedelta(hours=1)
    with writing(database, MONDAY) as work:
        ids = [work.notices.add(made_up.notice(Kind.HELD, str(n))) for n in range(60)]
        for number in ids:
            assert work.alerts.claim(number or 0, "bad", timedelta(minutes=1), longest)
    with reading(database, MONDAY) as work:
        assert [one.id for one in work.alerts.due("good", longest, alerts.MOST)] == ids[:50]
        assert work.alerts.due("bad", longest, alerts.MOST) == []


def test_a_time_written_while_a_clock_was_wrong_is_due(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {"good": "500"}
    context = given(
        tmp_path,
        hook.url("good"),
        url=database_url,
        clock=StoppedClock(MONDAY + timedelta(days=3_000)),
    )
    note(context)
    alerts.send(context)
    hook.does = {}
    alerts.send(replace(context, clock=StoppedClock(MONDAY)))
    assert hook.calls() == {"good": 2}
    context.database.close()


def test_once_it_shall_stop_the_sending_under_way_is_the_last(
    tmp_path: Path, hook: Webhook
) -> None:
    context = given(tmp_path, hook.url("good"))
    note(context, "one")
    note(context, "two")
    context.stop.set()
    alerts.send(context)
    assert hook.heard == []
    context.stop.clear()
    alerts.send(context)
    assert hook.calls() == {"good": 2}
    context.database.close()


class Crash(BaseException):
    """The process ends here: nothing catches it."""


class Crashing(StoppedClock):
    """Looking at it for the nth time is the end; or, with `leap`, finds that much time gone."""

    def __init__(self, at: datetime, left: int, leap: timedelta | None = None) -> None:
        super().__init__(at)
        self.left, self.leap = left, leap

    def now(self) -> datetime:
        self._count()
        return super().now()

    def monotonic(self) -> float:
        self._count()
        return super().monotonic()

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            if self.leap is None:
                raise Crash
            self.at += self.leap
            self.ticks += self.leap.total_seconds()


LOOKS = 11
"""How often a sending reads the clock: when a transaction starts, and around the request."""


@pytest.mark.parametrize("point", range(1, LOOKS + 1))
def test_after_a_crash_a_notice_comes_again_only_if_its_sending_was_not_recorded(
    tmp_path: Path, hook: Webhook, point: int
) -> None:
    context = given(tmp_path, hook.url("good"))
    note(context)
    with pytest.raises(Crash):
        alerts.send(replace(context, clock=Crashing(MONDAY, point)))
    heard = len(hook.heard)
    is_recorded = any(row.ended_at for row in rows(context))
    alerts.send(context)
    go(context, minutes=2)
    alerts.send(context)
    assert len(hook.heard) == (1 if is_recorded else heard + 1)
    assert len(set(hook.titles("good"))) == 1
    assert all(one.alerted_at for one in listed(context))
    context.database.close()


def test_the_points_of_a_crash_are_all_there_are(tmp_path: Path, hook: Webhook) -> None:
    context = given(tmp_path, hook.url("good"))
    note(context)
    clock = Crashing(MONDAY, LOOKS + 1)
    alerts.send(replace(context, clock=clock))
    assert clock.left == 1
    context.database.close()


def test_who_was_stopped_for_long_after_claiming_sends_nothing(
    tmp_path: Path, hook: Webhook
) -> None:
    context = given(tmp_path, hook.url("good"))
    note(context)
    alerts.send(replace(context, clock=Crashing(MONDAY, 8, leap=timedelta(minutes=2))))
    assert hook.heard == []
    go(context, minutes=2)
    alerts.send(context)
    assert hook.calls() == {"good": 1}
    context.database.close()


SENDER = """
import os, signal, sys
from pathlib import Path
from bot import config
from bot.app import assemble
from bot.watching import alerts

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
alerts.send(context)
"""


def sender(folder: Path, point: int = 0) -> subprocess.Popen[bytes]:
    """A real process that sends what is open, and kills itself when it looks at the clock for the
    nth time.
    """
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, str(folder / "config.toml"), str(point)], env=ENVIRONMENT
    )


def now_world(folder: Path, url: str, *urls: str, more: str = "") -> Context:
    return given(folder, *urls, url=url, clock=StoppedClock(datetime.now(UTC)), more=more)


@pytest.mark.parametrize(
    ("point", "expected"), [(6, 1), (10, 2), (11, 1)], ids=["before", "after", "recorded"]
)
def test_kill_9_before_and_after_a_sending(
    tmp_path: Path, hook: Webhook, point: int, expected: int
) -> None:
    context = now_world(tmp_path, f"sqlite:///{tmp_path / 'test.db'}", hook.url("good"))
    number = note(context)
    assert sender(tmp_path, point).wait(120) == -signal.SIGKILL
    alerts.send(context)
    go(context, minutes=2)
    alerts.send(context)
    assert hook.titles("good") == [f"[mlcollage] held (notice {number})"] * expected
    context.database.close()


def test_kill_9_during_a_sending_repeats_it_with_the_same_number(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    hook.does = {"slow": "hold"}
    context = now_world(tmp_path, database_url, hook.url("slow"), hook.url("good"))
    number = note(context)
    process = sender(tmp_path)
    assert hook.arrived.wait(120)
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
    alerts.send(context)
    assert hook.calls() == {"slow": 1, "good": 1}, "the lease lasts"
    go(context, minutes=2)
    alerts.send(context)
    assert hook.calls() == {"slow": 2, "good": 1}
    assert set(hook.titles("slow")) == {f"[mlcollage] held (notice {number})"}
    context.database.close()


def test_who_stops_the_whole_service_does_not_cut_a_sending_off(hook: Webhook) -> None:
    hook.does = {"slow": "hold"}
    question = {
        "url": hook.url("slow"),
        "title": "t",
        "body": "b",
        "is_trouble": False,
        "seconds": 20,
    }
    command = (sys.executable, "-P", apprise_process.__file__)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        assert process.stdin
        process.stdin.write(json.dumps(question).encode())
        process.stdin.close()
        assert hook.arrived.wait(120)
        process.terminate()
        hook.let_go.set()
        assert process.stdout
        assert json.loads(process.stdout.read()) == {"wrong": ""}
    assert process.returncode == 0


def test_two_processes_at_once_send_each_notice_once(
    tmp_path: Path, hook: Webhook, database_url: str
) -> None:
    context = now_world(tmp_path, database_url, hook.url("good"))
    numbers = [note(context, text) for text in ("one", "two", "three")]
    both = [sender(tmp_path), sender(tmp_path)]
    assert [process.wait(120) for process in both] == [0, 0]
    assert sorted(hook.titles("good")) == [
        f"[mlcollage] held (notice {number})" for number in numbers
    ]
    assert all(one.alerted_at for one in listed(context))
    context.database.close()


@pytest.fixture
def hearing(tmp_path: Path, hook: Webhook) -> Iterator[tuple[Context, list[str]]]:
    """A context with a heartbeat, and what it says."""
    said: list[str] = []
    more = f'heartbeat_url = "{hook.url(SECRET, "http")}"\nrequest = "1s"'
    context = replace(given(tmp_path, more=more), say=said.append)
    with closing(context.database):
        yield context, said


def test_the_heart_beats_at_most_once_a_minute(
    hearing: tuple[Context, list[str]], hook: Webhook
) -> None:
    context, said = hearing
    for _ in range(5):
        alerts.beat(context)
        go(context, seconds=30)
    assert hook.calls() == {SECRET: 3}
    assert said == []


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("500", "it answered 500."),
        ("drip", "no whole answer within 1 s."),
        ("hold", "no whole answer within 1 s."),
    ],
    ids=["error", "drip", "hang"],
)
def test_a_heartbeat_that_is_not_heard_is_said_once(
    hearing: tuple[Context, list[str]],
    hook: Webhook,
    caplog: pytest.LogCaptureFixture,
    does: str,
    words: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    context, said = hearing
    hook.does = {SECRET: does}
    for _ in range(2 if does == "500" else 1):
        alerts.beat(context)
        go(context, seconds=60)
    assert len(said) == 1
    assert said[0].startswith(f"The heartbeat is not heard: {words}")
    hook.let_go.set()
    hook.does = {}
    alerts.beat(context)
    assert said[1:] == ["The heartbeat is heard again."]
    assert SECRET not in "".join(said) + caplog.text


def test_a_heartbeat_to_nobody_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    context = given(
        tmp_path, more=f'heartbeat_url = "http://127.0.0.1:{listeners.free_port()}/{SECRET}"'
    )
    alerts.beat(replace(context, say=said.append))
    assert said == ["The heartbeat is not heard: connection refused."]
    context.database.close()


def test_without_a_heartbeat_nothing_happens(tmp_path: Path) -> None:
    said: list[str] = []
    context = given(tmp_path)
    alerts.beat(replace(context, say=said.append))
    assert said == []
    context.database.close()
