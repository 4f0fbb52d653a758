"""What is different of a collage on one network: by commands, from the item to what goes out."""

import pytest

from tests.conftest import threads_out, write_item
from tests.e2e.conftest import Desk

TWO = """
live = true

[accounts.first]
network = "outbox"
folder = "outbox/first"

[accounts.second]
network = "outbox"
folder = "outbox/second"
like = "bluesky"
"""
ON = (
    "{ first = { skip = true }, "
    'bluesky = { authors = ["@ada.bsky.social"], thread = ["Its own words. #mlcollage"] } }'
)


@pytest.fixture
def two(bare: Desk) -> Desk:
    """A desk whose series has two outboxes, one of them like Bluesky."""
    file = bare.folder / "config.toml"
    series = file.read_text(encoding="utf-8").replace(
        "slots =", 'accounts = ["first", "second"]\nslots =', 1
    )
    file.write_text(TWO + series, encoding="utf-8")
    bare("init")
    return bare


def test_a_collage_that_leaves_an_account_out_is_told_and_sent_to_the_others(two: Desk) -> None:
    two("add", write_item(two.folder, "mu", on=ON))
    for command in (["next"], ["list"], ["preview", "mu"]):
        told = two(*command).out
        assert "not on first, as the collage says" in told, command
    assert two.shown("mu")["left_out"] == ["first"]
    assert two("next", "--json").json["slots"][0]["left_out"] == ["first"]
    shown = two("preview", "mu", "--json").json
    assert shown["left_out"] == ["first"]
    assert [thread["account"] for thread in shown["accounts"]] == ["second"]
    # Whom the collage names is meant.
    assert "would notify" not in two("preview", "mu").out
    spoken = 'bluesky = { thread = ["With @ada.bsky.social. #mlcollage"] }'
    two("add", write_item(two.folder, "nu", on=f"{{ {spoken} }}"))
    assert "would notify @ada.bsky.social; leave the @ out" in two("preview", "nu").out
    two("post", "mu", "--now")
    two("tick")
    (thread,) = threads_out(two.folder)
    assert "second" in thread.parts
    sent = "\n".join(file.read_text("utf-8") for file in sorted(thread.glob("*.txt")))
    assert "Its own words." in sent
    assert "@ada.bsky.social" in sent
    assert two.shown("mu")["state"] == "posted"


def test_an_account_that_takes_back_what_its_network_skips_is_not_said_to_be_left_out(
    two: Desk,
) -> None:
    on = "{ outbox = { skip = true }, second = { skip = false }, mastodon = { skip = true } }"
    two("add", write_item(two.folder, "mu", on=on))
    for command in (["list"], ["show", "mu"], ["preview", "mu"]):
        assert "not on first, as the collage says" in two(*command).out, command


def test_options_leave_a_network_out_and_name_authors_and_say_from_what_to_what(two: Desk) -> None:
    two("add", write_item(two.folder, "mu"))
    told = two("edit", "mu", "--skip", "first", "--handle", "bluesky=@ada.bsky.social").out
    assert "  skipped on first: none → yes\n" in told
    assert "  handles on bluesky: none → @ada.bsky.social\n" in told
    assert "skipped on first" in two("history", "--changes").out
    assert two.shown("mu")["on"] == {
        "first": {"skip": True},
        "bluesky": {"authors": ["@ada.bsky.social"]},
    }
    told = two("edit", "mu", "--no-skip", "first", "--handle", "bluesky=").out
    assert "  skipped on first: yes → none\n" in told
    assert two.shown("mu")["on"] == {}


def test_an_account_goes_out_again_also_where_its_network_is_left_out(two: Desk) -> None:
    two("add", write_item(two.folder, "mu", on="{ outbox = { skip = true } }"))
    told = two("edit", "mu", "--no-skip", "first").out
    assert "  skipped on first: none → no\n" in told
    assert two.shown("mu")["on"] == {"outbox": {"skip": True}, "first": {"skip": False}}
    assert "not on second, as the collage says" in two("list").out
    told = two("edit", "mu", "--no-skip", "first").out
    assert told == "mu is unchanged.\n  note: it was not left out on first\n"


def test_a_network_that_goes_out_again_tells_which_accounts_do_not(two: Desk) -> None:
    on = "{ outbox = { skip = true }, second = { skip = true } }"
    two("add", write_item(two.folder, "mu", on=on))
    told = two("edit", "mu", "--no-skip", "outbox").out
    assert "  note: second is still left out; for that: --no-skip second\n" in told
    assert two.shown("mu")["on"] == {"second": {"skip": True}}


def test_a_collage_that_leaves_out_every_account_goes_out_nowhere_and_is_not_ready(
    two: Desk,
) -> None:
    told = two("add", write_item(two.folder, "mu", on="{ outbox = { skip = true } }")).out
    assert told.startswith("mu is a draft, because it cannot go out:")
    assert "mu goes out nowhere: it leaves out every account of mlcollage" in told
    assert "goes out nowhere" in two("ready", "mu", code=1).err
    assert "goes out nowhere" in two("preview", "mu", code=1).out
    two("edit", "mu", "--no-skip", "outbox")
    two("ready", "mu")


def test_a_name_that_is_no_network_gets_the_nearest_one(two: Desk) -> None:
    file = write_item(two.folder, "mu", on="{ blusky = { skip = true } }")
    told = two("add", file, code=1).err
    assert "mu.md: on: there is no network or account 'blusky'" in told
    assert "Did you mean bluesky?" in told
    two("add", write_item(two.folder, "mu"))
    assert "Did you mean second?" in two("edit", "mu", "--skip", "secnd", code=1).err
    assert "Did you mean second?" in two("edit", "mu", "--no-skip", "secnd", code=1).err


def test_a_handle_is_checked_by_the_rules_that_its_account_goes_by(two: Desk) -> None:
    file = write_item(two.folder, "mu", on='{ second = { authors = ["@ada"] } }')
    told = two("add", file, code=1).err
    assert "mu.md: on.second.authors, entry 1: '@ada' is no handle there" in told


def test_an_account_that_is_not_configured_any_more_is_told_and_stops_nothing(two: Desk) -> None:
    two("add", write_item(two.folder, "mu", on="{ first = { skip = true } }"))
    file = two.folder / "config.toml"
    config = file.read_text(encoding="utf-8").replace('"first", ', "").split("[accounts.second]")
    file.write_text("live = true\n[accounts.second]" + config[1], encoding="utf-8")
    told = two("edit", "mu", "--alt", "Another text for it.").out
    assert "under [on.first] holds nowhere: there is no such network or account" in told
    assert "holds nowhere" in two("show", "mu").out
    assert two("preview", "mu", "--json").json["left_out"] == []


def test_the_brief_names_the_accounts_that_get_it_and_the_one_left_out(two: Desk) -> None:
    file = two.folder / "config.toml"
    config = file.read_text(encoding="utf-8")
    file.write_text(config + '\n[alerts]\nbrief = ["4d"]\n', encoding="utf-8")
    two("add", write_item(two.folder, "mu", on="{ first = { skip = true } }"))
    told = two("tick").out
    assert "goes to second;" in told
    details = [kept["details"] for kept in two("notices", "--all", "--json").json]
    assert any("not on first, as the collage says." in each for each in details)


def test_what_is_left_out_after_a_slot_took_it_is_not_sent_again_by_hand(two: Desk) -> None:
    (two.folder / "outbox").mkdir()
    blocked = two.folder / "outbox" / "first"
    blocked.write_bytes(b"")
    two("add", write_item(two.folder, "mu"))
    two("post", "mu", "--now", code=1)
    assert two("deliveries", "list", "--json").json[0]["state"] == "waiting"
    two("edit", "mu", "--skip", "first")
    blocked.unlink()
    (waiting,) = two("deliveries", "list", "--json").json
    told = two("deliveries", "retry", waiting["id"], code=1).err
    assert told == "mu for first: it is not to go out there, as the collage says.\n"
    two("deliveries", "cancel", waiting["id"])
    assert [thread.parts[-2] for thread in threads_out(two.folder)] == ["second"]
