"""The commands that only look: what they show, and in which order."""

import pytest

from bot.cli import COMMANDS
from tests.e2e.conftest import DAYS, SLOT, Desk


def test_without_a_command_the_help_names_every_command(bare: Desk) -> None:
    told = bare("--help").out
    listed = [line for line in told.splitlines() if line.startswith("  ")]
    names = [line.split()[0] for line in listed if line.split()[0] in COMMANDS]
    assert names == list(COMMANDS)


def test_version_tells_the_version(bare: Desk) -> None:
    assert bare("--version").out.startswith("mlcollage 0")


def test_an_empty_queue_says_how_to_fill_it(bare: Desk) -> None:
    assert "mlcollage add" in bare("list").out
    assert bare("list", "--json").json == []
    assert "Nothing is out" in bare("history").out
    assert "no roundup yet" in bare("roundup", "list").out
    assert "Nothing to hear" in bare("notices").out
    assert bare("preview", code=1).err.startswith("No collage is ready")


def test_preview_shows_each_part_with_its_length_and_the_number_it_would_have(desk: Desk) -> None:
    told = desk("preview", "beta").out
    assert told.startswith("beta would be 30/52 (rehearsal)\n")
    assert "outbox (x, 280 characters)" in told
    assert "│ ML-Collage [30/52]" in told
    assert "│ picture: beta.png, image/png" in told
    assert "│ alt text: A white slide about beta." in told
    described = desk("preview", "beta", "--json").json
    assert described["is_provisional"]
    [thread] = described["accounts"]
    assert all(0 < part["length"] <= part["limit"] for part in thread["parts"])
    assert desk("preview").out.startswith("alpha would be 29/52")
    assert "no account nobody" in desk("preview", "beta", "--account", "nobody", code=2).err


def test_a_preview_of_what_cannot_be_sent_says_why_and_exits_1(desk: Desk) -> None:
    desk("edit", "beta", "--alt", "")
    assert "it has no alt text" in desk("preview", "beta", code=1).out


def test_what_x_would_refuse_is_said_by_every_command_that_looks_ahead(desk: Desk) -> None:
    desk("edit", "alpha", "--paragraph", "We compare $AAPL and $MSFT.")
    said = "alpha for outbox: part 1 has 2 cashtags ($AAPL, $MSFT), and X takes 1 a post"
    assert said in desk("preview", "alpha", code=1).out
    assert f"\n! alpha is a draft: {said}" in desk("next").out
    assert said in desk("list").out
    refused = desk("ready", "alpha", code=1).err
    assert refused.startswith(f"alpha cannot go out. {said}")
    assert refused.endswith("Change it with: mlcollage edit alpha\n")
    [stopped] = desk("next", "--json").json["stopped"]
    assert (stopped["name"], stopped["state"]) == ("alpha", "draft")
    told = desk("edit", "alpha", "--paragraph", "We compare AAPL and MSFT.").out
    assert told.startswith(
        "alpha is a draft that lacks nothing; when it may go out: mlcollage ready alpha\n"
    )
    assert "  paragraph: We compare $AAPL and $MSFT. → We compare AAPL and MSFT.\n" in told
    desk("ready", "alpha")
    assert desk.ahead()[0] == "alpha"


def test_what_was_previewed_is_what_is_sent(desk: Desk) -> None:
    [thread] = desk("preview", "alpha", "--json").json["accounts"]
    desk("post", "alpha", "--now")
    [sent] = desk.shown("alpha")["deliveries"]
    assert [part["text"] for part in sent["parts"]] == [part["text"] for part in thread["parts"]]
    assert [bool(part["alt"]) for part in sent["parts"]] == [
        bool(part["picture"]) for part in thread["parts"]
    ]


def test_next_tells_times_and_provisional_numbers_and_the_roundup_in_order(desk: Desk) -> None:
    lines = desk("next").out.splitlines()
    assert lines[0] == "ML-Collage in UTC (rehearsal)"
    assert sum(f"{SLOT:%a %Y-%m-%d} 12:00  ~29/52  alpha" in line for line in lines) == 1
    days = [line[4:20] for line in lines[1:]]
    assert days == sorted(days)
    assert sum("the roundup" in line for line in lines) == 1
    assert len(desk("next", "--count", "7", "--json").json["slots"]) == 7
    desk("next", "--count", "0", code=2)


def test_history_lists_what_is_out_and_who_changed_what(posted: Desk) -> None:
    assert "29/52" in posted("history").out
    assert [one["name"] for one in posted("history", "--json").json] == ["alpha"]
    posted("hold", "beta", "--why", "Later.")
    [newest] = posted("history", "--changes", "--most", "1", "--json").json
    assert [newest[key] for key in ("who", "what", "subject", "detail")] == [
        "ada",
        "hold",
        "mlcollage/beta",
        "Later.",
    ]
    assert "mlcollage/beta" in posted("history", "--changes").out


def test_notices_are_listed_until_they_are_acknowledged(posted: Desk) -> None:
    posted("post", "beta", "--now")
    [dry] = posted("notices", "--json").json
    assert dry["kind"] == "running dry"
    assert "running dry" in posted("notices").out
    posted("notices", str(dry["id"]), code=2)
    assert posted("notices", "--done", str(dry["id"])).out == "1 acknowledged.\n"
    assert posted("notices", "--json").json == []
    assert len(posted("notices", "--all", "--json").json) == 1
    assert posted("notices", "--done").out == "0 acknowledged.\n"


def test_a_roundup_can_be_seen_before_and_after_it_is_made(desk: Desk) -> None:
    assert "no collage is out for it yet" in desk("roundup", "preview").out
    desk("post", "alpha", "--now")
    coming = desk("next", "--json").json["roundup"]["month"]
    told = desk("roundup", "preview").out
    assert told.startswith("One Deep Learning Paper to Read in")
    assert "alpha" in told
    assert desk("roundup", "preview", coming, "--json").json["collages"] == ["alpha"]
    desk("simulate", "--in", "sim", "--from", DAYS[0], "--to", DAYS[6])
    there = ("--config", "sim/config.toml", "roundup")
    newest, *_ = desk(*there, "list", "--json").json
    assert newest["state"] == "announced"
    assert newest["title"] in desk(*there, "list").out
    shown = desk(*there, "show", newest["title_month"])
    assert newest["link"] in shown.out
    assert "parts out" in shown.out
    described = desk(*there, "show", newest["title_month"], "--json").json
    assert described["deliveries"][0]["state"] == "sent"
    assert (
        desk(*there, "preview", newest["title_month"], "--json").json["collages"]
        == described["collages"]
    )


def test_a_roundup_that_is_not_there_is_named_in_a_sentence(desk: Desk) -> None:
    assert "2019-01" in desk("roundup", "show", "2019-01", code=1).err
    assert "2021-09" in desk("roundup", "show", "september", code=2).err
    assert "2021-13" in desk("roundup", "preview", "2021-13", code=2).err


def test_a_name_nobody_has_is_refused_with_a_way_to_look(desk: Desk) -> None:
    for command in ("show", "edit", "hold", "release", "remove", "preview", "ready"):
        assert "mlcollage list" in desk(command, "nobody", code=1).err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("example.org", "'example.org' is no http(s) address"),
        ("https:///september", "'https:///september' has no host"),
        ("https://ada:secret@example.org", "'https://***@example.org' holds a user name or"),
        ("https://example.org/\x1b[2J", "'https://example.org/\\x1b[2J' holds a control"),
    ],
)
def test_an_address_that_cannot_be_a_roundups_is_refused_in_words(
    bare: Desk, url: str, words: str
) -> None:
    assert words in bare("roundup", "link", "2021-09", url, code=2).err
