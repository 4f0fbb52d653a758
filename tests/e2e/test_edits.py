"""Edits: what an option replaces, and from what to what everything was changed."""

import pytest

from tests.e2e.conftest import DAYS, Desk

PAPER = "https://example.org/alpha"


def links(desk: Desk) -> list[tuple[str, str]]:
    return [(link["kind"], link["url"]) for link in desk.shown("alpha")["links"]]


def test_a_link_replaces_those_of_its_kind_only_and_says_what_it_replaced(desk: Desk) -> None:
    desk("edit", "alpha", "--link", "code=https://a.org/1", "--link", "code=https://a.org/2")
    desk("edit", "alpha", "--link", "talk=https://t.org/1")
    assert links(desk) == [
        ("paper", PAPER),
        ("code", "https://a.org/1"),
        ("code", "https://a.org/2"),
        ("talk", "https://t.org/1"),
    ]
    told = desk("edit", "alpha", "--link", "code=https://b.org").out
    assert told == "alpha is ready\n  code: https://a.org/1, https://a.org/2 → https://b.org\n"
    assert links(desk) == [
        ("paper", PAPER),
        ("code", "https://b.org"),
        ("talk", "https://t.org/1"),
    ]


def test_no_link_takes_the_links_of_a_kind_away_and_says_which_there_were(desk: Desk) -> None:
    desk("edit", "alpha", "--link", "code=https://a.org/1", "--link", "talk=https://t.org/1")
    told = desk("edit", "alpha", "--no-link", "code", "--no-link", "demo").out
    assert "  code: https://a.org/1 → none\n" in told
    assert "  note: it had no demo link\n" in told
    assert [kind for kind, _ in links(desk)] == ["paper", "talk"]
    refused = desk("edit", "alpha", "--no-link", "talk", "--link", "talk=https://x.org", code=2)
    assert "say one of them" in refused.err
    assert "nowhere" in desk("edit", "alpha", "--no-link", "nowhere", code=2).err


def test_authors_are_replaced_as_a_whole_and_both_lists_are_told(desk: Desk) -> None:
    told = desk("edit", "alpha", "--author", "Mary Somerville", "--author", "Ada Lovelace").out
    before = "Ada Lovelace; Charles Babbage; Mary Somerville"
    assert f"  authors: {before} → Mary Somerville; Ada Lovelace\n" in told
    assert desk.shown("alpha")["authors"] == ["Mary Somerville", "Ada Lovelace"]


def test_that_there_are_more_authors_can_be_said_and_taken_back(desk: Desk) -> None:
    assert "  more authors: no → yes\n" in desk("edit", "alpha", "--others").out
    assert "--no-others" in desk("edit", "alpha", "--author", "Ada Lovelace").out
    assert "  more authors: yes → no\n" in desk("edit", "alpha", "--no-others").out


def test_an_edit_that_changes_nothing_says_so_and_is_not_logged(desk: Desk) -> None:
    logged = len(desk("history", "--changes", "--json").json)
    assert desk("edit", "alpha", "--year", 2021).out == "alpha is unchanged.\n"
    assert len(desk("history", "--changes", "--json").json) == logged


def test_of_a_long_text_what_is_different_is_shown_and_json_has_all_of_it(desk: Desk) -> None:
    long = "It begins as always and goes on for quite a while, and then it says one thing at last."
    desk("edit", "alpha", "--paragraph", long)
    other = long.replace("one thing", "another")
    told = desk("edit", "alpha", "--paragraph", other).out
    said = "…then it says one thing at last. → …then it says another at last."
    assert f"  paragraph: {said}\n" in told
    [newest] = desk("history", "--changes", "--most", 1, "--json").json
    assert newest["changes"] == [{"field": "paragraph", "from": long, "to": other}]
    [again] = desk("edit", "alpha", "--paragraph", long, "--json").json["changes"]
    assert again == {"field": "paragraph", "from": other, "to": long}


def test_what_turns_the_direction_of_a_text_is_shown_as_an_escape(desk: Desk) -> None:
    told = desk("edit", "alpha", "--alt", "a \u202efdp.exe").out
    assert "\u202e" not in told
    assert "\\u202e" in told


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("move", "gamma", "--first"), "place: 3 → 1"),
        (("pin", "beta", DAYS[2]), f"pinned to: none → {DAYS[2]}"),
        (("number", "beta", "40"), "kept number: none → 40"),
        (("hold", "beta", "--why", "Later."), "state: ready → held; Later."),
        (("remove", "beta"), "state: ready → removed"),
        (("edit", "beta", "--title", "Another"), "title: The beta paper → Another"),
        (("edit", "beta", "--name", "bet"), "name: beta → bet"),
        (("edit", "beta", "--picture", "gamma.png"), "picture: beta.png ("),
        (("post", "alpha", "--now"), "state: ready → claimed; number: none → 29"),
        (("skip", DAYS[1]), "skipped: no → yes"),
        (("pause", "--until", DAYS[3]), f"paused: no → until {DAYS[3]}"),
        (("hold", "--account", "outbox"), "held: no → yes"),
    ],
)
def test_the_log_says_from_what_to_what(desk: Desk, command: tuple[str, ...], told: str) -> None:
    desk(*command)
    newest = desk("history", "--changes").out.splitlines()[1]
    assert told in newest


def test_what_is_taken_back_is_logged_as_well(desk: Desk) -> None:
    desk("hold", "beta", "--why", "Later.")
    desk("release", "beta")
    desk("pin", "beta", DAYS[2])
    desk("pin", "beta", "--off")
    desk("number", "beta", 40)
    desk("number", "beta", "--off")
    told = desk("show", "beta").out
    for change in ("held → ready", f"{DAYS[2]} → none", "40 → none"):
        assert change in told


def test_a_collage_with_another_name_keeps_its_history(desk: Desk) -> None:
    desk("hold", "beta")
    desk("edit", "beta", "--name", "bet")
    assert [change["what"] for change in desk.shown("bet")["changes"]] == ["edit", "hold", "add"]


def test_show_has_every_link_and_every_author(desk: Desk) -> None:
    wanted = ["code=https://a.org/1", "code=https://a.org/2", "paper=https://p.org/1"]
    options = [word for link in [*wanted, "paper=https://p.org/2"] for word in ("--link", link)]
    desk("edit", "alpha", *options)
    told = desk("show", "alpha").out
    for link in [*wanted, "paper=https://p.org/2"]:
        kind, _, url = link.partition("=")
        assert any(line.split() == [kind, url] for line in told.splitlines())
    assert "Ada Lovelace, Charles Babbage, Mary Somerville" in told
