"""What commands say of coming slots and numbers is what happens, by the commands alone."""

import json
import re
import sqlite3
from datetime import timedelta
from typing import Any

from tests.conftest import write_item
from tests.e2e.conftest import DAYS, ITEMS, SLOT, Desk

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
    assert desk("preview", "unready", "--json", code=1).json["number"] == 34
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


def test_next_says_that_a_month_without_anything_has_no_roundup(desk: Desk) -> None:
    announced = desk("next", "--json").json["roundup"]
    assert (announced["is_empty"], announced["is_made"]) == (False, False)
    assert f"the roundup {announced['month']}" in desk("next").out
    for name in ITEMS:
        desk("hold", name)
    empty = desk("next", "--json").json["roundup"]
    assert (empty["month"], empty["is_empty"]) == (announced["month"], True)
    assert f"no roundup {empty['month']}: nothing goes out for it" in desk("next").out
    # Waiting for its slot, or out before: it is in the roundup.
    desk("release", "alpha")
    desk("post", "alpha", "--now")
    assert not desk("next", "--json").json["roundup"]["is_empty"]


def test_a_preview_without_a_name_is_of_the_next_collage_also_in_a_pause(desk: Desk) -> None:
    desk("pause")
    assert desk("preview", "--json").json["name"] == "alpha"
    desk("pause", "--until", f"{SLOT + timedelta(weeks=30):%Y-%m-%d}")
    assert desk("preview", "--json").json["name"] == "alpha"
    for name in ITEMS:
        desk("hold", name)
    assert "No collage is ready to go out" in desk("preview", code=1).err


def test_a_preview_without_a_price_on_the_network_has_none_when_live_either(desk: Desk) -> None:
    config = desk.folder / "config.toml"
    config.write_text(f"live = true\n{config.read_text(encoding='utf-8')}", encoding="utf-8")
    desk("tick")
    assert "Price" not in desk("preview").out
    assert "$" not in desk("next").out


def test_nothing_can_be_pinned_to_a_day_that_is_skipped(desk: Desk) -> None:
    desk("skip", DAYS[0])
    refused = desk("pin", "beta", DAYS[0], code=1).err
    assert f"{DAYS[0]} is skipped; first take that back: mlcollage skip {DAYS[0]} --off" in refused
    desk("skip", DAYS[0], "--off")
    desk("pin", "beta", DAYS[0])
    assert "beta was pinned to that day" in desk("skip", DAYS[0]).out


def test_nothing_can_be_pinned_to_a_blackout_day(desk: Desk) -> None:
    config = desk.folder / "config.toml"
    blackout = f'blackout = ["{DAYS[1]}"]\n'
    slots = config.read_text(encoding="utf-8").replace("slots =", f"{blackout}slots =", 1)
    config.write_text(slots, encoding="utf-8")
    refused = desk("pin", "beta", DAYS[1], code=1).err
    assert f"{DAYS[1]} is a blackout day of mlcollage; pin to another day." in refused


def test_every_command_says_that_a_rehearsal_ends_at_the_next_tick(posted: Desk) -> None:
    config = posted.folder / "config.toml"
    rehearsal = config.read_text(encoding="utf-8")
    config.write_text(f"live = true\n{rehearsal}", encoding="utf-8")
    sentence = (
        "Not shown yet: the rehearsal ends at the next tick. Then 1 collage is ready again, with "
        "new numbers, and slots count from that moment.\n"
    )
    for command in ("next", "history", "list", "preview"):
        assert posted(command).err == sentence
        json.loads(posted(command, "--json").out)
    posted("tick")
    for command in ("next", "history", "list", "preview"):
        assert posted(command).err == ""
    assert posted.names() == ITEMS
    config.write_text(f"live = false\n{rehearsal}", encoding="utf-8")
    assert posted("next").err.startswith("Not shown yet: a rehearsal begins at the next tick.")
