"""The commands that change something: what they do, what they say, and how they refuse."""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from tests.conftest import plain_picture, threads_out, write_item
from tests.e2e.conftest import CONFIG, DAYS, ITEMS, SERIES, SLOT, Desk


def test_init_makes_a_configuration_and_a_database_and_changes_neither_again(bare: Desk) -> None:
    (bare.folder / "config.toml").unlink()
    first = bare("init")
    made = (bare.folder / "config.toml").read_bytes()
    assert (bare.folder / "queue.db").exists()
    assert "mlcollage add" in first.out
    again = bare("init")
    assert "stays as it is" in again.out
    assert (bare.folder / "config.toml").read_bytes() == made


def test_without_a_configuration_every_command_says_what_to_do(bare: Desk) -> None:
    (bare.folder / "config.toml").unlink()
    for command in ("list", "next", "tick", "run", "history"):
        assert "mlcollage init" in bare(command, code=2).err
    assert "mlcollage init" in bare("--config", "elsewhere/config.toml", "list", code=2).err


def test_an_unknown_command_gets_a_suggestion(bare: Desk) -> None:
    assert "Did you mean preview?" in bare("preveiw", code=2).err
    assert "mlcollage --help" in bare("frobnicate", code=2).err


def test_items_from_files_are_ready_in_the_order_given(desk: Desk) -> None:
    assert desk.names() == ITEMS
    assert {desk.shown(name)["state"] for name in ITEMS} == {"ready"}
    assert desk.shown("alpha")["picture"]["mime"] == "image/png"
    assert "alpha" in desk("list").out


def test_an_item_from_options_needs_only_a_title_to_become_a_draft(bare: Desk) -> None:
    told = bare("add", "--title", "A Title of Its Own").out
    assert told.startswith("a-title-of-its-own is a draft: it lacks authors, a year,")
    bare("add", "--author", "Ada Lovelace", code=2)
    bare("add", code=2)
    bare("add", "alpha.md", "--title", "Both", code=2)


def test_an_item_from_options_can_be_complete(bare: Desk) -> None:
    (bare.folder / "shot.png").write_bytes(plain_picture("shot"))
    people = ("--author", "Ada Lovelace", "--author", "Charles Babbage")
    links = ("--link", "paper=https://example.org/p", "--link", "code=https://example.org/c")
    more = (
        "--paragraph",
        "One thing.",
        "--alt",
        "Two wheels that count.",
        "--picture",
        "shot.png",
        "--name",
        "engine",
    )
    told = bare("add", "--title", "On the Engine", "--year", "1843", *people, *links, *more).out
    assert told == "engine is ready\n"
    shown = bare.shown("engine")
    assert shown["citation"] == "Lovelace & Babbage (1843)"
    assert [link["kind"] for link in shown["links"]] == ["paper", "code"]
    assert "KIND=URL" in bare("add", "--title", "T", "--link", "https://example.org", code=2).err


def test_a_bad_file_among_good_ones_adds_none(bare: Desk) -> None:
    (bare.folder / "bad.md").write_text("+++\nyear = 'soon'\n+++\n", encoding="utf-8")
    # The database is new, which is said in a line of its own.
    assert "bad.md" in bare("add", "alpha.md", "bad.md", "beta.md", code=1, lines=2).err
    assert "missing.md" in bare("add", "alpha.md", "missing.md", code=1).err
    assert bare.names() == []


def test_item_files_and_options_together_are_refused_with_what_to_say_instead(bare: Desk) -> None:
    file = write_item(bare.folder, "alpha")
    told = bare("add", "--picture", file.with_suffix(".png"), file, code=2).err
    assert "give one of them" in told
    assert "mlcollage edit NAME" in told


def test_a_file_added_twice_is_refused(desk: Desk) -> None:
    assert "mlcollage edit alpha" in desk("add", "alpha.md", code=1).err
    assert desk.names() == ITEMS


def test_draft_keeps_a_complete_item_back_until_it_is_said_to_be_ready(bare: Desk) -> None:
    told = bare("add", "--draft", "alpha.md").out
    assert "mlcollage ready alpha" in told
    assert bare.ahead() == ["empty"] * 5
    assert bare("ready", "alpha").out == "Ready: alpha\n"
    assert bare.ahead()[0] == "alpha"
    bare("ready", "alpha")


def test_a_draft_that_lacks_something_cannot_be_made_ready(bare: Desk) -> None:
    write_item(bare.folder, "lame", alt=None)
    bare("add", "lame.md")
    assert "lacks alt text" in bare("ready", "lame", code=1).err
    assert "goes nowhere" in bare("hold", "lame", code=1).err
    assert [one["missing"] for one in bare("list", "--state", "draft", "--json").json] == [
        ["alt text"]
    ]


def test_draw_gives_a_picture_and_its_alt_text(bare: Desk) -> None:
    write_item(bare.folder, "plain", alt=None, picture=None)
    (bare.folder / "plain.png").unlink()
    bare("add", "--draw", "plain.md")
    shown = bare.shown("plain")
    assert shown["state"] == "ready"
    assert "29/52" in shown["alt"]


def editor(desk: Desk, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """An $EDITOR that replaces a text in the file it is given."""
    script = desk.folder / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "text = file.read_text(encoding='utf-8')\n"
        f"file.write_text(text.replace({old!r}, {new!r}), encoding='utf-8')\n"
        # A save within the clock's step would look like none at all.
        "import os; os.utime(file, (0, 0))\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")


def test_edit_opens_the_item_in_the_editor_and_reads_it_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(desk, monkeypatch, "A white slide about beta.", "A blue slide about beta.")
    change = "A white slide about beta. → A blue slide about beta."
    assert desk("edit", "beta").out == f"beta is ready\n  alt: {change}\n"
    shown = desk.shown("beta")
    assert shown["alt"] == "A blue slide about beta."
    assert shown["picture"]["file"] == "beta.png"
    assert desk.names() == ITEMS


def test_what_turns_the_direction_of_a_text_is_told_when_it_is_taken(desk: Desk) -> None:
    said = desk("edit", "beta", "--alt", "a \u202efdp.exe", "--title", "\u2066Beta\u2069").out
    assert "its title holds characters that nobody sees (U+2066, U+2069)" in said
    assert "its alt text holds characters that nobody sees (U+202E)" in said
    assert "\u202e" not in said
    assert "nobody sees" not in desk("edit", "beta", "--alt", "a", "--title", "Beta").out
    error = desk("edit", "beta", "--link", "paper=https://h.org/\u202efdp", code=1).err
    assert "holds a character that turns the direction of the text" in error


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("file.unlink()", "there is no such file"),
        ("file.unlink(); os.mkfifo(file)", "is no file; name a text"),
        ("file.unlink(); file.symlink_to('/dev/zero')", "is no file; name a text"),
        ("file.unlink(); file.mkdir()", "is a folder; name a text"),
        ("file.write_bytes(b'caf' + bytes([233]))", "line 1: byte 3 of the file is no UTF-8"),
        ("file.write_text('a' * 1_000_001)", "has more than 1,000,000 bytes, too many"),
    ],
)
def test_whatever_an_editor_leaves_is_told_and_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, does: str, told: str
) -> None:
    script = desk.folder / "editor.py"
    lines = ["import os, sys", "from pathlib import Path", "file = Path(sys.argv[-1])", does]
    script.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.setenv("TMPDIR", str(desk.folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = desk.shown("beta")
    error = desk("edit", "beta", code=1).err
    assert "What the editor left cannot be used: " in error
    assert told in error
    assert desk.shown("beta") == before
    left = [path.name for path in desk.folder.glob("mlcollage-edit-*/*") if path.is_file()]
    assert left == (["edit.md"] if "bytes" in told or "UTF-8" in told else [])


def test_an_editor_that_changes_nothing_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.shown("beta")
    editor(desk, monkeypatch, "no such words", "")
    assert "unchanged" in desk("edit", "beta").out
    assert desk.shown("beta") == before


def test_a_text_that_cannot_be_read_back_is_kept_in_a_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.shown("beta")
    editor(desk, monkeypatch, "year = 2021", "year = soon")
    assert "beta.rejected.md" in desk("edit", "beta", code=1, lines=2).err
    assert desk.shown("beta") == before
    assert "year = soon" in (desk.folder / "beta.rejected.md").read_text(encoding="utf-8")


def test_an_earlier_text_that_was_kept_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("soon", "later", "never"):
        editor(desk, monkeypatch, "year = 2021", f"year = {word}")
        desk("edit", "beta", code=1, lines=2)
    names = ("beta.rejected.md", "beta.rejected-2.md", "beta.rejected-3.md")
    kept = [(desk.folder / name).read_text(encoding="utf-8") for name in names]
    assert ["soon" in kept[0], "later" in kept[1], "never" in kept[2]] == [True, True, True]


def test_a_text_that_the_queue_does_not_take_is_kept_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.shown("beta")
    editor(desk, monkeypatch, 'name = "beta"', 'name = "alpha"')
    assert "Your text is in beta.rejected.md." in desk("edit", "beta", code=1).err
    assert desk.shown("beta") == before
    text = (desk.folder / "beta.rejected.md").read_text(encoding="utf-8")
    assert 'name = "alpha"' in text
    assert "beta says one thing." in text


def test_the_editor_is_given_no_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    script = desk.folder / "editor.py"
    script.write_text(
        "import os, pathlib\n"
        "lines = [f'{name}={value}' for name, value in os.environ.items()]\n"
        "pathlib.Path('seen.txt').write_text('\\n'.join(lines), encoding='utf-8')\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.setenv("MLCOLLAGE_X_ACCESS_TOKEN", "hush")
    monkeypatch.setenv("TERMINAL", "mine")
    desk("edit", "beta")
    seen = (desk.folder / "seen.txt").read_text(encoding="utf-8")
    assert "hush" not in seen
    assert "TERMINAL=mine" in seen


def test_edit_by_options_changes_what_they_name_and_nothing_else(desk: Desk) -> None:
    before = desk.shown("gamma")
    desk("edit", "gamma", "--year", "1999", "--author", "Grace Hopper")
    after = desk.shown("gamma")
    assert after["citation"] == "Hopper (1999)"
    assert {key for key in before if before[key] != after[key]} == {
        "year",
        "authors",
        "citation",
        "changes",
    }
    assert after["changes"][0]["who"] == "ada"


def test_a_ready_collage_that_loses_something_is_a_draft_again(desk: Desk) -> None:
    told = desk("edit", "alpha", "--alt", "").out.splitlines()
    assert told == [
        "alpha is a draft: it lacks alt text",
        "  note: to have its alt text drafted: mlcollage alt alpha",
        "  alt: A white slide about alpha. → none",
        "  state: ready → draft",
    ]
    assert desk.ahead()[0] == "beta"


def test_move_changes_the_order_of_the_queue(desk: Desk) -> None:
    desk("move", "gamma", "--first")
    assert desk.names() == ["gamma", "alpha", "beta", "delta"]
    desk("move", "gamma", "--last")
    assert desk.names() == ["alpha", "beta", "delta", "gamma"]
    desk("move", "gamma", "--before", "beta")
    desk("move", "alpha", "--after", "beta")
    assert desk.names() == ["gamma", "beta", "alpha", "delta"] == desk.ahead()[:4]
    desk("move", "gamma", code=2)
    desk("move", "gamma", "--first", "--last", "--before", "beta", code=2)
    desk("move", "gamma", "--before", "gamma", code=1)
    desk("move", "gamma", "--before", "nobody", code=1)


def test_a_pinned_collage_waits_for_its_day(desk: Desk) -> None:
    desk("pin", "alpha", DAYS[2])
    assert desk.ahead() == ["beta", "gamma", "alpha", "delta", "empty"]
    assert "(pinned)" in desk("next").out
    assert f"pinned to {DAYS[2]}" in desk("list").out
    assert "alpha is pinned to" in desk("pin", "beta", DAYS[2], code=1).err
    desk("pin", "alpha", "--off")
    assert desk.ahead()[0] == "alpha"


def test_a_pin_needs_a_day_with_a_slot_that_is_to_come(desk: Desk) -> None:
    other = (SLOT + timedelta(days=1)).date()
    assert "has no slot" in desk("pin", "alpha", other, code=1).err
    assert "is past" in desk("pin", "alpha", "2021-08-04", code=1).err
    assert "is no day" in desk("pin", "alpha", "tomorrow", code=2).err
    assert "too far away" in desk("pin", "alpha", "9999-12-29", code=2).err
    desk("pin", "alpha", code=2)


def test_a_collage_keeps_a_number_of_its_own_until_that_is_taken_off(desk: Desk) -> None:
    counted = desk("next", "--json").json["slots"][0]["provisional_number"]
    said = desk("number", "alpha", 40).out
    told = "alpha keeps the number 40/52; the others count on behind it"
    assert said == f"{told} (kept number: none → 40).\n"
    slots = desk("next", "--json").json["slots"]
    assert [slot["provisional_number"] for slot in slots[:2]] == [40, 41]
    assert "40/52" in desk("preview", "alpha").out
    desk("number", "alpha", 39)
    assert desk("show", "alpha", "--json").json["kept_number"] == 39
    assert "gets the next number" in desk("number", "alpha", "--off").out
    assert desk("next", "--json").json["slots"][0]["provisional_number"] == counted
    assert "number" in desk("history", "--changes").out


def test_a_number_that_is_another_ones_is_not_kept(desk: Desk) -> None:
    desk("number", "alpha", 40)
    said = desk("number", "beta", 40, code=1).err
    assert said == "The number 40 is alpha's already; give another one.\n"
    desk("number", "alpha", 40)
    desk("number", "alpha", code=2)
    desk("number", "alpha", 41, "--off", code=2)
    desk("number", "alpha", -1, code=2)


def test_a_held_collage_is_passed_over_until_it_is_released(desk: Desk) -> None:
    desk("hold", "alpha", "--why", "The authors asked for a day.")
    assert desk.ahead()[0] == "beta"
    assert "The authors asked for a day." in desk("list").out
    assert "alpha is ready again" in desk("release", "alpha").out
    assert desk.ahead()[0] == "alpha"
    assert "not held" in desk("release", "alpha", code=1).err


def test_a_held_account_gets_nothing_until_it_is_released(desk: Desk) -> None:
    desk("hold", "--account", "outbox")
    assert "not out yet: the account is held" in desk("post", "alpha", "--now", code=1).out
    assert not (desk.folder / "outbox").exists()
    assert "on its way out" in desk("hold", "alpha", code=1).err
    assert "free again" in desk("release", "--account", "outbox").out
    desk("tick")
    assert len(threads_out(desk.folder)) == 1
    assert "no account nobody" in desk("hold", "--account", "nobody", code=1).err
    desk("hold", code=2)
    desk("hold", "alpha", "--account", "outbox", code=2)


def test_a_removed_collage_is_gone_and_its_name_is_free(desk: Desk) -> None:
    desk("remove", "alpha")
    assert desk.names() == ITEMS[1:]
    desk("show", "alpha", code=1)
    desk("add", "alpha.md")
    assert desk.names() == [*ITEMS[1:], "alpha"]


def test_a_skipped_day_passes_without_a_post(desk: Desk) -> None:
    desk("pin", "beta", DAYS[0])
    told = desk("skip", DAYS[0]).out
    assert "beta was pinned to that day" in told
    assert desk.ahead() == ["skipped", *ITEMS]
    desk("skip", DAYS[0], "--off")
    assert desk.ahead() == [*ITEMS, "empty"]
    desk("skip", (SLOT + timedelta(days=1)).date(), code=1)
    desk("skip", "2021-08-04", code=1)
    desk("skip", "soon", code=2)


def test_a_pause_stops_the_slots_until_it_ends(desk: Desk) -> None:
    assert DAYS[2] in desk("pause", "--until", DAYS[2]).out
    assert desk.ahead() == ["paused", "paused", "alpha", "beta", "gamma"]
    assert "goes on" in desk("resume").out
    assert desk.ahead()[0] == "alpha"
    desk("pause")
    assert desk.ahead() == ["paused"] * 5
    desk("resume")
    assert "was not paused" in desk("resume").out
    assert "later day" in desk("pause", "--until", "2021-08-04", code=1).err


def test_post_sends_at_once_and_takes_the_number(posted: Desk) -> None:
    shown = posted.shown("alpha")
    assert (shown["state"], shown["number"]) == ("posted", 29)
    assert posted.ahead() == [*ITEMS[1:], "empty", "empty"]
    assert posted("next", "--json").json["slots"][0]["provisional_number"] == 30
    assert "Posting cannot be undone" in posted("post", "beta", code=2).err
    assert posted.shown("29")["name"] == "alpha"


def test_a_post_that_does_not_get_out_says_so(desk: Desk) -> None:
    (desk.folder / "outbox").write_text("in the way", encoding="utf-8")
    told = desk("post", "alpha", "--now", code=1).out
    assert "alpha is not out yet: The outbox" in told
    assert desk.shown("alpha")["state"] == "claimed"


CHANGES = [
    ("move", "alpha", "--first"),
    ("pin", "alpha", DAYS[0]),
    ("hold", "alpha"),
    ("release", "alpha"),
    ("remove", "alpha"),
    ("ready", "alpha"),
    ("post", "alpha", "--now"),
]


def test_no_command_touches_what_is_out(posted: Desk) -> None:
    before = posted.shown("alpha")
    for command in CHANGES:
        assert "alpha is posted" in posted(*command, code=1).err
    assert posted.shown("alpha") == before


def test_tick_is_silent_when_there_is_nothing_to_do_or_to_hear(posted: Desk) -> None:
    posted("tick")
    assert posted("tick").out == ""


def test_tick_exits_1_when_a_person_has_to_do_something(desk: Desk) -> None:
    desk("hold", "--account", "outbox")
    desk("post", "alpha", "--now", code=1)
    file = desk.folder / "config.toml"
    file.write_text(
        f'[accounts.other]\nnetwork = "outbox"\n{file.read_text(encoding="utf-8")}',
        encoding="utf-8",
    )
    told = desk("tick", code=1).out
    assert "  ! Account outbox is not in the configuration any more" in told
    assert desk("tick", code=1).out == "", "it is not new, and still open"
    text = file.read_text(encoding="utf-8").replace("accounts.other", "accounts.outbox")
    file.write_text(text, encoding="utf-8")
    desk("release", "--account", "outbox")
    assert "alpha is out" in desk("tick").out


def test_a_simulation_is_played_only_by_simulate(desk: Desk) -> None:
    desk("simulate", "--in", "sim", "--from", DAYS[0], "--to", DAYS[1])
    assert desk.shown("alpha")["state"] == "ready"
    there = ("--config", "sim/config.toml")
    assert [one["name"] for one in desk(*there, "history", "--json").json] == ["beta", "alpha"]
    for command in (("tick",), ("run",), ("post", "gamma", "--now")):
        assert "mlcollage simulate" in desk(*there, *command, code=1).err
    desk("simulate", "--in", "sim", code=2)
    desk("simulate", "--in", "sim", "--from", DAYS[1], "--to", DAYS[0], code=2)
    assert "real installation" in desk("simulate", "--in", ".", "--from", DAYS[0], code=1).err
    assert "alpha.md" in desk("simulate", "--in", "alpha.md", "--from", DAYS[0], code=1).err
    desk("simulate", "--in", "other", "--from", "0001-01-01", code=2)


def test_a_series_is_named_only_where_there_are_several(desk: Desk) -> None:
    desk("list", "--series", "mlcollage")
    assert "no series other" in desk("list", "--series", "other", code=1).err
    file = desk.folder / "config.toml"
    file.write_text(CONFIG + SERIES.format(name="other"), encoding="utf-8")
    assert "--series" in desk("list", code=2).err
    assert desk.names("--series", "mlcollage") == ITEMS
    desk("add", "alpha.md", "--series", "other")
    assert desk.names("--series", "other") == ["alpha"]


def test_a_simulation_never_reaches_the_real_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = desk.folder / "real.db"
    monkeypatch.setenv("MLCOLLAGE_DATABASE_URL", f"sqlite:///{real}")
    desk("add", "alpha.md")
    before = desk("list", "--json").json
    desk("simulate", "--in", "sim", "--from", DAYS[0])
    desk("--config", "sim/config.toml", "add", "beta.md")
    assert desk.names() == ["alpha"]
    assert desk("list", "--json").json == before
    assert [
        one["name"] for one in desk("--config", "sim/config.toml", "history", "--json").json
    ] == ["alpha"]


def test_an_article_is_imported_with_its_findings(bare: Desk) -> None:
    source = Path(__file__).parents[1] / "articles/english.md"
    # The drafts lack their pictures: a person has something to do.
    [told] = bare("import", source, "--json", code=1).json
    assert told["to_do"]
    assert [one["name"] for one in told["collages"]] == bare.names()
    bare("import", "nothing-there.md", code=1)
    bare("import", source, "--dates", "2021-08-04", code=2)
    bare("import", source, "--posted", "--keep-numbers", code=2)
    bare("import", source, "--pictures", "no-folder", code=2)


@pytest.mark.parametrize(
    "command", [*((name,) for name in COMMANDS if name != "roundup"), ("roundup", "show")]
)
def test_an_unknown_option_is_refused_in_one_sentence(bare: Desk, command: tuple[str, ...]) -> None:
    assert "--frobnicate" in bare(*command, "--frobnicate", code=2).err


def test_a_notice_that_does_not_exist_cannot_be_acknowledged(desk: Desk) -> None:
    said = desk("notices", "--done", 99, code=1).err
    assert said == "There is no notice 99; see: mlcollage notices --all\n"


def test_a_picture_is_given_or_drawn_and_not_both(desk: Desk) -> None:
    name = desk.names()[0]
    said = desk("edit", name, "--picture", "any.png", "--draw", code=2).err
    assert "Give a picture with --picture, or have one drawn with --draw." in said
