"""With --json every command prints JSON: what it did, what it told, and what is wrong."""

import json
from typing import Any

import click
import pytest

from bot import cli
from tests.conftest import ROOT
from tests.e2e.conftest import DAYS, Desk

WITHOUT = {"help", "completion", "count", "split"}
"""Commands without --json: what two of them read and print is JSON anyway."""


def leaves() -> list[tuple[str, click.Command]]:
    """Every command that does something, by the words that call it."""
    found = []
    context = click.Context(cli.main)
    for name in cli.COMMANDS:
        command = cli.main.get_command(context, name)
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", each) for sub, each in command.commands.items()]
        elif command:
            found.append((name, command))
    return found


@pytest.mark.parametrize("name", [name for name, _ in leaves() if name not in WITHOUT])
def test_every_command_takes_json(name: str) -> None:
    command = dict(leaves())[name]
    assert any("--json" in parameter.opts for parameter in command.params)


def told(desk: Desk, *args: object, code: int = 0) -> Any:
    """The document of a command that changes something, which says what it did in words, too."""
    answer = desk(*args, "--json", code=code)
    assert answer.json["messages"], args
    return answer.json


def test_commands_that_change_the_queue_describe_the_collage_as_it_is_then(desk: Desk) -> None:
    assert told(desk, "hold", "alpha", "--why", "Wait.")["collages"][0]["state"] == "held"
    released = told(desk, "release", "alpha")
    assert released["collages"][0]["state"] == "ready"
    assert released["problems"] == []
    assert told(desk, "pin", "beta", DAYS[1])["collages"][0]["pinned_on"] == DAYS[1]
    assert told(desk, "pin", "beta", "--off")["collages"][0]["pinned_on"] is None
    assert told(desk, "number", "beta", 41)["collages"][0]["kept_number"] == 41
    assert told(desk, "move", "delta", "--first")["collages"][0]["name"] == "delta"
    edited = told(desk, "edit", "beta", "--alt", "")
    assert (edited["collages"][0]["state"], edited["collages"][0]["missing"]) == (
        "draft",
        ["alt text"],
    )
    told(desk, "edit", "beta", "--alt", "A slide.")
    assert [each["name"] for each in told(desk, "ready", "beta", "gamma")["collages"]] == [
        "beta",
        "gamma",
    ]
    assert told(desk, "remove", "gamma")["removed"] == "gamma"
    added = told(desk, "add", "gamma.md")
    assert added["messages"] == ["gamma is ready"]
    assert added["collages"][0]["problems"] == []


def test_commands_that_change_the_timetable_and_accounts_say_what_holds_then(desk: Desk) -> None:
    skipped = told(desk, "skip", DAYS[0])
    assert (skipped["day"], skipped["is_skipped"]) == (DAYS[0], True)
    assert not told(desk, "skip", DAYS[0], "--off")["is_skipped"]
    assert told(desk, "pause", "--until", DAYS[2])["until"] == DAYS[2]
    assert told(desk, "resume")["was_paused"]
    assert told(desk, "hold", "--account", "outbox")["is_held"]
    posted = told(desk, "post", "alpha", "--now", code=1)
    assert posted["collages"][0]["number"] == 29
    assert [each["account"] for each in posted["unsent"]] == ["outbox"]
    freed = told(desk, "release", "--account", "outbox")
    assert (freed["is_held"], freed["waiting"], freed["late"]) == (False, 0, [])


def test_a_decision_about_a_delivery_is_described_and_so_is_a_refusal(desk: Desk) -> None:
    desk("hold", "--account", "outbox")
    desk("post", "alpha", "--now", code=1)
    answer = desk("deliveries", "cancel", "1", "99", "--json", code=1)
    assert [each["state"] for each in answer.json["deliveries"]] == ["failed"]
    assert answer.json["refused"] == [
        {
            "delivery": "99",
            "message": "There is no delivery '99'; see: mlcollage deliveries list --all",
        }
    ]
    assert json.loads(answer.err)["error"]["kind"] == "input"


def test_a_tick_says_what_it_did_and_whether_somebody_has_to_act(desk: Desk) -> None:
    for name in ("alpha", "beta", "gamma", "delta"):
        desk("hold", name)
    answer = desk("tick", "--json")
    assert answer.json["needs_a_person"] is False
    played = told(desk, "simulate", "--in", "trial", "--from", DAYS[0], "--to", DAYS[1])
    assert played["folder"] == "trial"


def test_notices_are_told_at_once_and_stand_in_the_document(desk: Desk) -> None:
    # Nothing is left in the queue, which a maintainer must hear.
    for name in ("alpha", "beta", "gamma", "delta"):
        desk("remove", name)
    desk("tick")
    desk("notices", "--done")
    desk("add", "alpha.md")
    posted = desk("post", "alpha", "--now", "--json")
    notices = [json.loads(line)["notice"] for line in posted.err.splitlines()]
    assert notices == posted.json["notices"]
    assert [each["kind"] for each in notices] != []


def test_what_else_changes_something_prints_a_document(desk: Desk) -> None:
    assert told(desk, "templates", "copy", "posts/collage/first.txt")["file"].endswith("first.txt")
    assert desk("backup", "b.db", "--json").json["rows"]["collages"] == 4
    assert desk("notices", "--done", "--json").json["acknowledged"] == 0
    imported = desk("import", "--posted", ROOT / "tests/articles/english.md", "--json").json
    month = imported[0]["month"]
    answer = desk("roundup", "render", month, "--json", code=1)
    assert json.loads(answer.err)["error"]["kind"] == "not-allowed"
    (desk.folder / "config.toml").unlink()
    made = told(desk, "init")
    assert (made["config"], made["live"]) == ("config.toml", False)


@pytest.mark.parametrize(
    ("args", "code", "kind"),
    [
        (("show", "alpa"), 1, "input"),
        (("release", "alpha"), 1, "not-allowed"),
        (("hold",), 2, "usage"),
        (("hold", "--frobnicate"), 2, "usage"),
        (("frobnicate",), 2, "usage"),
        (("list", "--state", "raedy"), 2, "usage"),
        (("--config", "nowhere.toml", "list"), 2, "configuration"),
        (("list", "--series", "mlcolage"), 1, "input"),
    ],
)
def test_an_error_is_one_line_of_json_with_its_exit_code(
    desk: Desk, args: tuple[str, ...], code: int, kind: str
) -> None:
    answer = desk(*args, "--json", code=code)
    [error] = json.loads(answer.err).values()
    assert answer.out == ""
    assert list(json.loads(answer.err)) == ["error"]
    assert (error["exit_code"], error["kind"]) == (code, kind)
    assert error["message"] == desk(*args, code=code).err.rstrip("\n")


def test_a_remark_beside_what_is_printed_is_a_warning_in_json(posted: Desk) -> None:
    settings = (posted.folder / "config.toml").read_text(encoding="utf-8")
    (posted.folder / "config.toml").write_text(f"live = true\n{settings}", encoding="utf-8")
    answer = posted("list", "--json")
    assert isinstance(answer.json, list)
    assert list(json.loads(answer.err)) == ["warning"]


def test_control_characters_in_json_have_its_own_escapes(desk: Desk) -> None:
    desk("edit", "beta", "--alt", "a \u202efdp.exe")
    answer = desk("show", "beta", "--json")
    assert "\u202e" not in answer.out
    assert r"\u202e" in answer.out
    assert answer.json["alt"] == "a \u202efdp.exe"
