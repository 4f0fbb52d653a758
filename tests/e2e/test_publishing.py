"""Roundups at their destinations, by the commands that people run."""

import json
import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import config
from bot.app import assemble
from bot.core import times
from bot.destinations.protocol import LEASE
from bot.intake import accept
from bot.scheduling import tick
from bot.workers import Workers
from tests.conftest import MONDAY, StoppedClock, lay_database, write_item
from tests.e2e.conftest import Desk

MOMENT = datetime(2021, 8, 31, 18, tzinfo=UTC)
CONFIG = """
live = true
[destinations.web]
kind = "folder"
folder = "www"
url = "https://www.example.edu/{slug}/"
[destinations.rsync]
kind = "command"
command = ["sh", "-c", "echo no route to host >&2; exit 12"]
[series.mlcollage.roundup]
base_url = "https://lab.example.org"
destinations = ["web", "rsync"]
"""


@pytest.fixture
def rendered(bare: Desk) -> Desk:
    """A roundup that is rendered, and published nowhere yet."""
    file = bare.folder / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    lay_database(bare.folder / "queue.db")
    render(bare.folder)
    return bare


def render(folder: Path) -> None:
    clock = StoppedClock(MONDAY)
    context = assemble.context(config.load(folder / "config.toml"), clock=clock)
    with closing(context.database):
        tick.tick(context)
        item = accept.from_file(write_item(folder, "barlow"))
        accept.take(context, context.config.series["mlcollage"], [item])
        for at in (datetime(2021, 8, 4, 15, tzinfo=UTC), MOMENT):
            clock.at = at
            tick._do_until_nothing_is_soon(tick.begin(context), Workers())


def test_a_roundup_is_published_by_hand_and_each_destination_says_what_became_of_it(
    rendered: Desk,
) -> None:
    told = rendered("roundup", "publish", "2021-09", code=1).out.splitlines()
    assert told[0].startswith("! web: There is no folder ")
    assert told[1].startswith("! rsync: sh -c")
    assert told[1].endswith("ended with 12: no route to host.")
    (rendered.folder / "www").mkdir()
    told = rendered("roundup", "publish", "2021-09", "--to", "web").out.splitlines()
    address = "https://www.example.edu/one-deep-learning-paper-to-read-in-september-2021/"
    assert told == [f"web: published {address}"]
    assert (rendered.folder / "www" / "index.html").is_file()
    shown = rendered("roundup", "show", "2021-09").out
    assert "\nweb: published, last on " in shown
    assert f", {address}\n" in shown
    assert "\nrsync: failed, tried again on " in shown
    [web, rsync] = rendered("roundup", "show", "2021-09", "--json").json["publications"]
    assert (web["state"], web["url"], web["public"]) == ("published", address, True)
    assert (rsync["state"], rsync["failures"]) == ("tried again", 1)
    assert rsync["problem"].endswith("no route to host.")


def test_what_is_out_and_not_yet_as_it_was_corrected_is_said_so(rendered: Desk) -> None:
    (rendered.folder / "www").mkdir()
    rendered("roundup", "publish", "2021-09", "--to", "web")
    assert "to be updated" not in rendered("roundup", "show", "2021-09").out
    rendered("roundup", "edit", "2021-09", "--title", "One Paper")
    rendered("roundup", "render", "2021-09")
    shown = rendered("roundup", "show", "2021-09").out
    assert re.search(r"\nweb: published, last on [^,]+, and to be updated, ", shown)


def test_what_published_says_as_json_has_every_destination(rendered: Desk) -> None:
    told = rendered("roundup", "publish", "2021-09", "--to", "rsync", "--json", code=1).json
    [one] = told["publications"]
    assert (one["destination"], one["url"], one["public"]) == ("rsync", "", False)


def test_a_destination_that_does_not_exist_is_refused_with_the_nearest(rendered: Desk) -> None:
    told = rendered("roundup", "publish", "2021-09", "--to", "wed", code=1).err
    assert told.startswith("wed is no destination of mlcollage, which has web, rsync. Did you mean")
    assert "write it as" in rendered("roundup", "publish", "sept", code=2).err


def test_doctor_asks_every_destination(rendered: Desk) -> None:
    told = rendered("doctor", code=1).out
    assert "! web (folder) cannot publish: There is no folder " in told
    assert "rsync (command) can publish: sh -c" in told
    found = json.loads(rendered("doctor", "--json", code=1).out)
    names = [one["destination"] for one in found if "destination" in one]
    assert names == ["web", "rsync"]
    (rendered.folder / "www").mkdir()
    assert f"web (folder) can publish: {rendered.folder / 'www'}." in rendered("doctor").out


def test_a_series_without_destinations_says_how_to_name_them(desk: Desk) -> None:
    told = desk("roundup", "publish", "2021-09", code=1).err
    assert "has no destinations: name them" in told


def test_while_its_home_has_not_answered_no_command_names_the_own_page_as_the_link(
    bare: Desk,
) -> None:
    at_home = CONFIG.replace("destinations = [", 'home = "web"\ndestinations = [')
    at_home = at_home.replace("lab.example.org", "lab.uni.net")
    (bare.folder / "config.toml").write_text(at_home, encoding="utf-8")
    lay_database(bare.folder / "queue.db")
    render(bare.folder)
    shown = bare("roundup", "show", "2021-09").out
    assert re.search(r"\nlink +none yet; it comes from web\n", shown)
    assert re.search(r"\nwaits for +its link from web, since ", shown), shown
    listed = bare("roundup", "list").out
    assert "lab.uni.net" not in listed
    assert "is rendered and waits for its link from web, since " in listed
    [described] = bare("roundup", "list", "--json").json
    assert described["link"] == ""


def test_what_a_killed_process_still_has_is_told_with_whose_it_is_and_until_when(
    rendered: Desk,
) -> None:
    (rendered.folder / "www").mkdir()
    rendered("roundup", "publish", "2021-09", "--to", "web")
    assert "being published" not in rendered("roundup", "show", "2021-09").out
    context = assemble.context(config.load(rendered.folder / "config.toml"))
    with closing(context.database), context.write() as work:
        roundup = work.roundups.get("mlcollage", "2021-09")
        work.publications.mark_due(roundup, "web")
        web, _ = work.publications.of(roundup)
        claimed = work.publications.begin(web, LEASE, "grace", "")
    assert claimed
    assert claimed.lease_until
    until = times.short(claimed.lease_until, context.config.series["mlcollage"].zone)
    told = (
        f"the roundup 2021-09 of mlcollage is being published at web by grace, until {until} at "
        "the latest; if that process was killed, it is tried again by itself after that"
    )
    for command in (("roundup", "show", "2021-09"), ("next",), ("doctor",)):
        assert told in rendered(*command).out, command
    refused = rendered("roundup", "publish", "2021-09", "--to", "web", code=1).out
    assert refused == f"! web: {told}. See: mlcollage roundup show\n"
    [described] = rendered("roundup", "show", "2021-09", "--json").json["publishing"]
    assert (described["by"], described["destination"]) == ("grace", "web")
