"""Alerts at the maintainer's desk: the test message, what doctor and notices say, and what is never
shown.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot import config
from bot.app import assemble, simulate
from bot.context import Context
from bot.core.notices.entry import Kind
from bot.watching import alerts
from tests import made_up
from tests.e2e.conftest import CONFIG, Desk
from tests.e2e.process import mlcollage
from tests.fakes import listeners
from tests.fakes.listeners import Webhook

SECRET = "hunter2secret"


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listeners.webhook() as made:
        yield made


def configure(desk: Desk, *urls: str, more: str = "") -> None:
    listed = ", ".join(f'"{url}"' for url in urls)
    (desk.folder / "config.toml").write_text(
        f"{CONFIG}\n[alerts]\nurls = [{listed}]\n{more}", encoding="utf-8"
    )


@contextmanager
def noticed(desk: Desk) -> Iterator[Context]:
    """The desk's context, with a notice nobody has heard yet."""
    context = assemble.context(config.load(desk.folder / "config.toml"))
    with closing(context.database):
        with context.write() as work:
            held = made_up.notice(Kind.HELD, "x is held", details="line one\nline two")
            work.notices.add(held)
        yield context


def test_a_test_message_says_where_it_arrived(bare: Desk, hook: Webhook) -> None:
    configure(bare, hook.url("good"))
    assert bare("alerts", "test").out == "json://… (entry 1 of alerts.urls) took it.\n"
    assert hook.titles("good") == ["[mlcollage] test"]


def test_one_that_does_not_arrive_is_named_and_the_exit_code_is_1(
    bare: Desk, hook: Webhook
) -> None:
    hook.does = {SECRET: "500"}
    configure(bare, hook.url("good"), hook.url(SECRET))
    told = bare("alerts", "test", code=1)
    good, bad = told.out.splitlines()
    assert good.endswith("took it.")
    assert bad.startswith("! json://… (entry 2 of alerts.urls) did not take it: ")
    assert "error=500" in bad
    assert SECRET not in told.out
    found = bare("alerts", "test", "--json", code=1).json
    assert [bool(one["problem"]) for one in found] == [False, True]


def test_without_destinations_it_says_what_to_do(bare: Desk) -> None:
    told = bare("alerts", "test", code=1)
    assert told.err == "There is nobody to alert: write alerts.urls into config.toml.\n"


def test_doctor_names_the_entry_that_cannot_be_used_and_never_shows_it(
    bare: Desk, hook: Webhook
) -> None:
    configure(bare, hook.url("good"), f"slack://{SECRET}")
    bare("init")
    told = bare("doctor", code=1)
    assert told.err == (
        "! No alert can go to slack://… (entry 2 of alerts.urls) in config.toml: "
        "apprise cannot read the address; check how it is written.\n"
    )
    assert SECRET not in told.out
    assert hook.heard == []


def test_doctor_is_content_where_nobody_is_to_be_alerted(bare: Desk) -> None:
    said = bare("doctor")
    assert "!" not in said.out + said.err


def test_notices_say_whether_they_have_been_alerted(bare: Desk, hook: Webhook) -> None:
    hook.does = {SECRET: "500"}
    configure(bare, hook.url("good"), hook.url(SECRET))
    with noticed(bare) as context:
        alerts.send(context)
    [found] = bare("notices", "--json").json
    assert (found["text"], found["details"], found["alerted_at"]) == (
        "x is held",
        "line one\nline two",
        None,
    )
    ways = {(one["failures"], bool(one["ended_at"]), bool(one["note"])) for one in found["alerts"]}
    assert ways == {(0, True, False), (1, False, True)}
    assert found["created_at"][10] == "T", "instants are written in ISO 8601"
    head, row = bare("notices").out.splitlines()
    assert "alerted" in head
    assert "1 of 2" in row
    assert SECRET not in str(found)


def test_a_tick_sends_what_is_open_and_calls_the_heartbeat(bare: Desk, hook: Webhook) -> None:
    more = f'heartbeat_url = "{hook.url("beat", "http")}"\n'
    configure(bare, hook.url("good"), more=more)
    with noticed(bare):
        pass
    printed = mlcollage(bare.folder, "tick", code=1)
    assert "! x is held" in printed
    assert hook.calls() == {"beat": 1, "good": 1}
    mlcollage(bare.folder, "tick", code=1)
    assert hook.calls() == {"beat": 2, "good": 1}


def test_a_simulation_alerts_nobody(bare: Desk, tmp_path: Path) -> None:
    configure(bare, f"json://127.0.0.1/{SECRET}")
    own = simulate.prepare(lambda: config.load(bare.folder / "config.toml"), tmp_path / "trial")
    assert own.alerts.urls == ()
    assert SECRET not in own.file.read_text(encoding="utf-8")
