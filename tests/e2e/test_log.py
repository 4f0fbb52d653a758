"""The log as people ask for it: nothing by default, all of it with --verbose or MLCOLLAGE_LOG."""

import sys

import pytest

from bot import __main__ as program
from bot.app import assemble
from tests.e2e.conftest import Desk


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_whole_log_is_shown_to_those_who_ask_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    command = ["post", "alpha", "--now"]
    if place == "environment":
        monkeypatch.setenv("MLCOLLAGE_LOG", "debug")
    elif place == "before":
        command = ["--verbose", *command]
    else:
        command = [*command, "--verbose"]
    err = desk(*command, lines=2).err
    assert "DEBUG bot.sending.deliver: Claimed rehearsal-1/mlcollage/alpha-" in err


def test_by_default_the_log_is_quiet(desk: Desk) -> None:
    assert desk("post", "alpha", "--now").err == ""
    assert not list(desk.folder.glob("*.log"))


def test_a_level_that_is_none_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOLLAGE_LOG", "loud")
    err = desk("list", code=2).err
    assert err == "MLCOLLAGE_LOG is 'loud'; use one of debug, info, warning, error.\n"


def test_a_mistake_of_ours_is_one_sentence_and_its_traceback_is_in_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(assemble, "context", broken)
    monkeypatch.setattr(sys, "argv", ["mlcollage", "list"])
    with pytest.raises(SystemExit):
        program.main()
    assert capsys.readouterr().err.splitlines() == [
        "Something unexpected happened: ZeroDivisionError: a mistake of ours",
        "It is a mistake in mlcollage; --verbose shows where.",
    ]
    kept = (desk.folder / "mlcollage.log").read_text(encoding="utf-8")
    assert kept.rstrip().endswith("ZeroDivisionError: a mistake of ours")
