"""Unexpected errors leave their traceback in the log and with the attempt, and no secret in it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot import cli
from bot.app import logs
from bot.context import Context
from bot.core import errors
from bot.core.delivery import State
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import StoppedClock
from tests.integration.test_deliver import Scripted, begun, delivery, fails, until_settled

SECRET = "hunter2-the-key"


@pytest.fixture
def network() -> Scripted:
    scripted = Scripted()
    scripted.secrets = (SECRET,)  # type: ignore[assignment]
    return scripted


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> Iterator[Context]:
    made = begun(tmp_path, database_url, clock, network)
    yield made
    made.database.close()


def traces(context: Context, table: str) -> list[str]:
    with context.read() as work:
        column = tables.metadata.tables[table].c.trace
        return [trace for trace in work.conn.execute(select(column)).scalars() if trace]


def shown(context: Context, *more: str) -> str:
    file = str(context.config.file)
    done = CliRunner().invoke(cli.main, ["deliveries", "show", "1", "--config", file, *more])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_unexpected_error_of_a_request_is_kept_with_its_attempt_and_in_the_log(
    context: Context, network: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    network.after = {1: fails(KeyError(f"no answer to {SECRET}"))}
    with caplog.at_level(logging.ERROR, "bot"):
        tick.tick(context)
    assert delivery(context).state is State.UNCERTAIN
    [trace] = traces(context, "attempts")
    assert trace.startswith("Traceback (most recent call last):")
    assert "in send" in trace
    assert trace.rstrip().endswith("KeyError: 'no answer to ***'")
    assert trace in caplog.text
    assert SECRET not in trace + caplog.text
    assert trace.rstrip() in shown(context, "--trace")
    assert "Traceback" not in shown(context)
    assert '"trace": "Traceback' in shown(context, "--json")


def test_an_unexpected_error_before_a_request_is_kept_too(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.on_prepare = fails(TypeError("no upload"))
    tick.tick(context)
    assert delivery(context).state is State.WAITING
    # It is tried again within the same minute, and so within the same tick.
    kept = traces(context, "looks")
    assert kept
    assert all(trace.rstrip().endswith("TypeError: no upload") for trace in kept)
    network.on_prepare = lambda: None
    until_settled(context, clock)
    assert network.out == [1, 2]


def test_an_expected_error_leaves_no_trace(context: Context, network: Scripted) -> None:
    network.before = {1: fails(errors.Unavailable("Away."))}
    tick.tick(context)
    assert traces(context, "attempts") == traces(context, "looks") == []
    assert "There was no unexpected error." in shown(context, "--trace")


def test_the_log_s_file_is_made_for_the_first_warning_and_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    logs.to_stderr("")
    logs.to_file(tmp_path)
    file = tmp_path / logs.FILE
    logging.getLogger("bot.somewhere").info("nothing to keep")
    assert not file.exists()
    logging.getLogger("bot.somewhere").error("something went wrong")
    assert "ERROR bot.somewhere: something went wrong" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_written_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.to_stderr("")
    (tmp_path / logs.FILE).mkdir()
    logs.to_file(tmp_path)
    logging.getLogger("bot.somewhere").error("something went wrong")
    assert capsys.readouterr().err == ""


def test_what_a_terminal_obeys_and_halves_of_characters_are_escapes_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest cannot report half a character that was logged.
    monkeypatch.setattr(logging.getLogger(logs.ROOT), "propagate", False)
    logs.to_stderr("info")
    logs.to_file(tmp_path)
    logging.getLogger("bot.somewhere").error("%s", "http://\udcff/\x1b[2J\u202egpj.\tÜ\u00a0✓")
    line = "http://\\udcff/\\x1b[2J\\u202egpj.\tÜ\u00a0✓\n"
    assert capsys.readouterr().err.endswith(line)
    assert (tmp_path / logs.FILE).read_text(encoding="utf-8").endswith(line)


def test_the_log_that_was_asked_for_ends_with_the_command(tmp_path: Path) -> None:
    logs.to_stderr("debug")
    logs.to_stderr("")
    assert not logging.getLogger("bot.somewhere").isEnabledFor(logging.INFO)


def test_what_is_secret_is_hidden_in_the_log_whoever_quotes_it(tmp_path: Path) -> None:
    logs.to_stderr("")
    logs.hide([SECRET, "", f"https://example.org/{SECRET}"])
    logs.to_file(tmp_path)
    try:
        raise ValueError(f"cannot call https://example.org/{SECRET}/now with {SECRET}")
    except ValueError:
        logging.getLogger("bot.somewhere").exception("It failed")
    kept = (tmp_path / logs.FILE).read_text(encoding="utf-8")
    assert "ValueError: cannot call ***/now with ***" in kept
    assert SECRET not in kept
