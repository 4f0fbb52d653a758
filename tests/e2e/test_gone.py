"""A series, a database or a file that is gone: told at once by every command, with the way back."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import write_item
from tests.e2e.conftest import CONFIG, SERIES, Desk
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage

READING = (
    "next",
    "list",
    "preview",
    "history",
    "show alpha",
    "tick",
    "run",
    "post alpha --now",
    "doctor",
    "add alpha.md",
    "ready alpha",
    "edit alpha --year 2020",
    "move alpha --last",
    "skip 2030-01-01",
    "deliveries list",
    "notices",
    "roundup list",
    "costs",
    "repair",
    "roundup preview",
    "templates check",
)
SIMULATE = "simulate --in trial --to 2030-01-01"


def configure(desk: Desk, settings: str) -> None:
    (desk.folder / "config.toml").write_text(settings, encoding="utf-8")


@pytest.mark.parametrize("command", [*READING, SIMULATE])
def test_a_renamed_series_is_told_by_every_command_and_nothing_is_made_of_it(
    desk: Desk, command: str
) -> None:
    configure(desk, SERIES.format(name="weekly"))
    told = desk(*command.split(), code=2).err
    assert "The database has the series mlcollage (4 collages in its queue)" in told
    assert "If it is called weekly now: mlcollage series rename mlcollage weekly." in told
    stored = [each["name"] for each in desk("series", "list", "--json").json if each["is_stored"]]
    assert stored == ["mlcollage"]


def test_a_renamed_series_goes_on_with_its_queue_numbers_and_history(posted: Desk) -> None:
    posted("pin", "gamma", posted.ahead() and _second_day(posted))
    before = posted("list", "--json").json
    configure(posted, SERIES.format(name="weekly"))
    told = posted("series", "rename", "mlcollage", "weekly").out
    assert "mlcollage is called weekly now: 3 collages in its queue, 1 out" in told
    now = posted("list", "--json").json
    assert [one | {"series": "mlcollage"} for one in now] == before
    assert posted("next", "--json").json["slots"][0]["provisional_number"] == 30
    assert [one["name"] for one in posted("history", "--json").json] == ["alpha"]
    assert [each["what"] for each in posted.shown("gamma")["changes"]] == ["pin", "add"]
    [thread] = posted.shown("alpha")["deliveries"]
    assert thread["key"].startswith("rehearsal-1/mlcollage/")
    assert "series: mlcollage → weekly" in posted("history", "--changes").out
    posted("tick")


def _second_day(desk: Desk) -> str:
    day: str = desk("next", "--json").json["slots"][1]["day"]
    return day


def test_what_the_way_back_does_not_fit_is_refused_with_a_sentence(desk: Desk) -> None:
    assert "no series weekly" in desk("series", "rename", "mlcollage", "weekly", code=1).err
    configure(desk, SERIES.format(name="weekly"))
    assert "no series 'none'" in desk("series", "rename", "none", "weekly", code=1).err
    assert "no good name" in desk("series", "rename", "mlcollage", "../x", code=1).err
    assert "no series 'weekly'" in desk("series", "retire", "weekly", code=1).err


def test_a_series_that_was_taken_out_is_told_until_it_is_retired(desk: Desk) -> None:
    configure(desk, CONFIG + SERIES.format(name="second"))
    desk("add", "--series", "second", write_item(desk.folder, "other"))
    configure(desk, CONFIG)
    assert "the series second (1 collage in its queue)" in desk("list").err
    assert "second" in desk("doctor", code=1).err
    assert "the series second" in desk("tick", code=1).out
    assert "second is retired" in desk("series", "retire", "second").out
    assert desk("list").err == ""
    desk("tick")
    configure(desk, CONFIG + SERIES.format(name="second"))
    assert desk.names("--series", "second") == ["other"]
    desk("tick")
    configure(desk, CONFIG)
    assert "the series second" in desk("list").err


def test_a_series_of_which_there_is_nothing_may_be_renamed_freely(bare: Desk) -> None:
    assert "new, empty one was made" in bare("list").err
    configure(bare, SERIES.format(name="weekly"))
    assert bare("list").err == ""


def test_two_series_that_have_swapped_their_times_are_asked_about(desk: Desk) -> None:
    times = {"one": "monday 10:00", "two": "friday 12:00"}
    text = '[series.{}]\nslots = ["{}"]\nroundup = {{ folder = "site/{}" }}\n'
    both = [text.format(name, at, name) for name, at in times.items()]
    configure(desk, CONFIG + "".join(both))
    desk("add", "--series", "one", write_item(desk.folder, "first"))
    desk("add", "--series", "two", write_item(desk.folder, "second"))
    desk("tick")
    swapped = [
        text.format(name, at, name)
        for name, at in zip(times, reversed(times.values()), strict=True)
    ]
    configure(desk, CONFIG + "".join(swapped))
    asked = "were their names swapped? If they were, and the queues are to follow: "
    assert f"{asked}mlcollage series rename one two --swap" in desk("list", "--series", "one").err
    assert asked in desk("tick", code=1).out
    assert "swapped their names" in desk("series", "rename", "one", "two", "--swap").out
    assert desk.names("--series", "one") == ["second"]
    assert desk.names("--series", "two") == ["first"]


LIVE = "live = true\n" + CONFIG


@pytest.mark.parametrize("command", [*READING, "backup b.db", SIMULATE])
def test_a_live_installation_without_its_database_does_nothing_and_makes_none(
    bare: Desk, command: str
) -> None:
    configure(bare, LIVE)
    told = bare(*command.split(), code=1).err
    assert told.startswith("There is no database /")
    assert "mlcollage restore FILE" in told
    assert told.endswith("mlcollage init\n")
    assert not (bare.folder / "queue.db").exists()


def test_an_empty_file_is_no_database_and_a_url_that_names_another_one_is_told(bare: Desk) -> None:
    configure(bare, LIVE)
    (bare.folder / "queue.db").touch()
    assert "or nothing in it" in bare("list", code=1).err
    configure(bare, LIVE + '[database]\nurl = "sqlite:///other.db"\n')
    told = bare("list", code=1).err
    assert "queue.db is there, and database.url names another one." in told
    configure(bare, CONFIG + '[database]\nurl = "sqlite:///other.db"\n')
    assert "queue.db is there, and database.url names another one." in bare("list").err


def test_a_new_postgresql_database_of_a_live_installation_is_none(
    bare: Desk, empty_postgres_database: str
) -> None:
    configure(bare, LIVE + f'[database]\nurl = "{empty_postgres_database}"\n')
    told = bare("next", code=1).err
    assert told.startswith("There is no database postgresql")
    assert "queue.db" not in told
    bare("init")
    assert bare("next").err == ""


def test_init_makes_the_database_of_a_live_installation_and_a_backup_fills_it(desk: Desk) -> None:
    desk("backup", "b.db")
    configure(desk, LIVE)
    (desk.folder / "queue.db").unlink()
    desk("restore", "b.db")
    assert len(desk.names()) == 4
    (desk.folder / "queue.db").unlink()
    desk("init")
    assert desk.names() == []


def test_a_rehearsal_says_that_its_database_is_new(bare: Desk) -> None:
    told = bare("list")
    assert told.err.startswith("There was no database: a new, empty one was made, /")
    assert bare("list").err == ""


def test_a_configuration_made_anew_beside_a_database_says_what_is_in_it(desk: Desk) -> None:
    (desk.folder / "config.toml").unlink()
    told = desk("init")
    assert "which was there already: mlcollage has 4 collages in its queue." in told.out
    (desk.folder / "config.toml").unlink()
    desk("init")
    configure(desk, SERIES.format(name="weekly"))
    again = desk("init")
    assert "If it is called weekly now: mlcollage series rename mlcollage weekly." in again.err


def test_a_renamed_account_is_told_and_its_threads_go_on_under_the_new_name(desk: Desk) -> None:
    x = "[accounts.{}]\nnetwork = 'outbox'\nfolder = 'outbox'\n"
    configure(desk, CONFIG + x.format("lab"))
    (desk.folder / "outbox").write_text("", encoding="utf-8")
    desk("post", "alpha", "--now", code=1)
    (desk.folder / "outbox").unlink()
    configure(desk, CONFIG + x.format("new-lab"))
    told = desk("list").err
    assert "does not know the account lab, to which 1 thread is on the way" in told
    assert "mlcollage accounts rename lab new-lab" in told
    desk("tick", code=1)
    assert "1 of its threads are not out yet" in desk("accounts", "rename", "lab", "new-lab").out
    desk("release", "--account", "new-lab")
    desk("tick")
    [thread] = desk.shown("alpha")["deliveries"]
    assert (thread["account"], thread["state"]) == ("new-lab", "sent")
    assert thread["key"].endswith("/lab")
    assert desk("list").err == ""


@pytest.mark.slow
def test_a_running_bot_with_the_old_name_makes_no_new_series(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    mlcollage(tmp_path, "add", write_item(tmp_path, "alpha"))
    old = tmp_path / "old.toml"
    old.write_text(CONFIG, encoding="utf-8")
    file.write_text(SERIES.format(name="weekly"), encoding="utf-8")
    mlcollage(tmp_path, "series", "rename", "mlcollage", "weekly")
    done = subprocess.run(
        [*COMMAND, "--config", "old.toml", "tick"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert "the series weekly (1 collage in its queue)" in done.stderr
    assert "mlcollage series rename weekly mlcollage" in done.stderr
