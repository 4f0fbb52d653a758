"""What commands say of coming slots and numbers is what happens, by the commands alone."""

import re
import sqlite3
from typing import Any

from tests.conftest import write_item
from tests.e2e.conftest import Desk

YEARLY = """
[series.mlcollage]
slots = ["wednesday 12:00"]
roundup = { folder = "site" }
"""


def drawn_number(shown: dict[str, Any]) -> int:
    """The number that a drawn slide shows, by its alt text."""
    found = re.search(r"\b(\d+)/52\b", shown["alt"])
    assert found, shown["alt"]
    return int(found[1])


def bare_item(desk: Desk, name: str, **more: object) -> str:
    """An item file without a picture, so that a slide is drawn."""
    write_item(desk.folder, name, **{"picture": None, "alt": None} | more)
    (desk.folder / f"{name}.png").unlink()
    return f"{name}.md"


def look_back(desk: Desk, days: int) -> None:
    """Nothing has looked at the series for so many days."""
    connection = sqlite3.connect(desk.folder / "queue.db")
    past = f"datetime('now', '-{days} days') || '.000000'"
    connection.execute(f"UPDATE series SET scheduled_from = {past}, looked_until = {past}")
    connection.commit()
    connection.close()


def test_next_says_missed_of_a_slot_before_a_pause_and_so_does_the_tick(desk: Desk) -> None:
    look_back(desk, 8)
    desk("pause")
    late, coming, *_ = desk("next", "--json").json["slots"]
    assert (late["state"], coming["state"]) == ("missed", "paused")
    assert f"{late['day']} 12:00 was missed" in desk("tick", code=1).out
    assert desk("next", "--json").json["slots"][0] == coming | {"price": None}


def test_a_drawn_slide_counts_what_is_on_its_way_once(desk: Desk) -> None:
    desk("hold", "--account", "outbox", "--why", "Not now.")
    desk("post", "alpha", "--now", code=1)
    assert desk.shown("alpha")["state"] == "claimed"
    desk("add", bare_item(desk, "drawn"), "--draw")
    *_, last = desk("next", "--count", "4", "--json").json["slots"]
    assert (last["name"], last["provisional_number"]) == ("drawn", 33)
    assert drawn_number(desk.shown("drawn")) == 33


def test_a_drawn_slide_has_the_number_of_the_year_in_which_it_goes_out(desk: Desk) -> None:
    (desk.folder / "config.toml").write_text(YEARLY, encoding="utf-8")
    desk("simulate", "--in", "sim", "--from", "2021-12-20", "--to", "2021-12-20")
    there = ("--config", "sim/config.toml")
    # Four are ready: 22 and 29 December, then 5 and 12 January.
    desk(*there, "add", bare_item(desk, "drawn"), "--draw")
    shown = desk(*there, "show", "drawn", "--json").json
    assert drawn_number(shown) == 3
    told = desk("simulate", "--in", "sim", "--from", "2021-12-21", "--to", "2022-01-20").out
    assert "was played before" not in told
    told = desk("simulate", "--in", "sim", "--from", "2021-12-25", "--to", "2022-01-10").out
    assert "All up to Friday 2022-01-21 00:00 was played before, and is not played again." in told
    out = desk(*there, "show", "drawn", "--json").json
    assert (out["state"], out["number"]) == ("posted", 3)


def test_a_draft_takes_no_number_from_what_is_ready(desk: Desk) -> None:
    unready = bare_item(desk, "unready", year=None)
    desk("add", unready, bare_item(desk, "drawn"), "--draw")
    assert [desk.shown(name)["state"] for name in ("unready", "drawn")] == ["draft", "ready"]
    assert drawn_number(desk.shown("drawn")) == 33
    ahead = {slot["name"]: slot for slot in desk("next", "--json").json["slots"]}
    assert ahead["drawn"]["provisional_number"] == 33
    # A draft counts as the last: so does its preview.
    assert drawn_number(desk.shown("unready")) == 34
    assert desk("preview", "unready", "--json", code=0).json["number"] == 34
    desk("add", bare_item(desk, "later"), "--draw", "--draft")
    assert drawn_number(desk.shown("later")) == 34


def test_a_held_collage_and_a_draft_are_no_supply_when_the_queue_runs_dry(desk: Desk) -> None:
    desk("hold", "gamma", "--why", "Later.")
    desk("edit", "delta", "--alt", "")
    desk("post", "alpha", "--now")
    [dry] = desk("notices", "--json").json
    assert "1 collage for 3 slots in the next 21 days" in dry["text"]


def test_a_slot_that_is_skipped_needs_no_collage_when_the_queue_runs_dry(desk: Desk) -> None:
    desk("hold", "delta", "--why", "Later.")
    [first, *_] = desk("next", "--json").json["slots"]
    desk("skip", first["day"])
    desk("post", "alpha", "--now")
    assert desk("notices", "--json").json == []


def test_a_preview_names_the_number_that_the_post_then_has(desk: Desk) -> None:
    desk("move", "delta", "--before", "alpha")
    assert desk("preview", "gamma", "--json").json["number"] == 32
    assert desk("preview", "--json").json["name"] == "delta"
    desk("post", "delta", "--now")
    assert desk.shown("delta")["number"] == 29
    assert desk("preview", "gamma", "--json").json["number"] == 32
