"""What people say of roundups: approved, corrected, given another address."""

from pathlib import Path

import pytest

from tests.e2e.conftest import DAYS, Desk

IN_SIM = ("--config", "sim/config.toml")


@pytest.fixture
def reviewed(desk: Desk) -> Desk:
    """Alpha is out, and its roundup is to be approved."""
    file = desk.folder / "config.toml"
    review = 'folder = "site/mlcollage", review = "20d", silence = "wait"'
    settings = file.read_text(encoding="utf-8").replace('folder = "site/mlcollage"', review)
    file.write_text(settings, encoding="utf-8")
    desk("post", "alpha", "--now")
    return desk


def played(desk: Desk) -> str:
    """The month of a roundup that was made in a copy."""
    desk("simulate", "--in", "sim", "--from", DAYS[0], "--to", DAYS[6])
    *_, oldest = desk(*IN_SIM, "roundup", "list", "--json").json
    return str(oldest["title_month"])


def coming(desk: Desk) -> str:
    return str(desk("next", "--json").json["roundup"]["month"])


def test_a_month_is_approved_and_taken_back_and_everything_says_so(reviewed: Desk) -> None:
    month = coming(reviewed)
    assert "which waits until it is approved" in reviewed("next").out
    told = reviewed("roundup", "approve", month).out
    assert told.startswith(f"The roundup {month}, which holds alpha, is approved, and goes out on ")
    assert f"the roundup {month}, approved by ada" in reviewed("next").out
    assert reviewed("next", "--json").json["roundup"]["review"]["by"] == "ada"
    again = reviewed("roundup", "approve", month, "--json").json["review"]
    assert (again["is_approved"], again["collages"]) == (True, ["alpha"])
    told = reviewed("roundup", "approve", month, "--take-back").out
    assert told == (f"The roundup {month}, which holds alpha, waits until somebody approves it.\n")
    logged = reviewed("history", "--changes").out
    assert "said: nothing → approved; with alpha" in logged
    assert "said: approved → not yet; with alpha" in logged


def test_a_roundup_that_waits_to_be_approved_is_listed_shown_and_let_out(reviewed: Desk) -> None:
    month = played(reviewed)
    told = reviewed(*IN_SIM, "roundup", "list").out
    assert f"the roundup {month} is due and waits for somebody who approves it, since " in told
    shown = reviewed(*IN_SIM, "roundup", "show", month)
    assert "approved   by nobody yet" in shown.out
    described = reviewed(*IN_SIM, "roundup", "show", month, "--json").json
    assert described["waits"]["for"] == "somebody who approves it"
    assert described["review"]["is_let_out"] is False
    reviewed(*IN_SIM, "roundup", "approve", month)
    assert "approved   by ada, on " in reviewed(*IN_SIM, "roundup", "show", month).out
    assert "waits for  its page" in reviewed(*IN_SIM, "roundup", "show", month).out


def test_nobody_approves_where_nobody_is_asked(desk: Desk) -> None:
    refused = desk("roundup", "approve", coming(desk), code=1).err
    assert refused.startswith("Nobody has to approve the roundups of mlcollage; to be asked before")
    assert "write it as" in desk("roundup", "approve", "september", code=2).err


def test_a_roundup_is_edited_from_what_to_what(desk: Desk) -> None:
    desk("post", "alpha", "--now")
    month = played(desk)
    before = desk(*IN_SIM, "roundup", "show", month, "--json").json
    edit = (*IN_SIM, "roundup", "edit", month)
    told = desk(*edit, "--title", "Four  Papers\n to Read", "--subtitle", "By four").out
    assert told == (
        f"title: {before['title']} → Four Papers to Read\n"
        "subtitle: none → By four\n"
        "  note: the threads that are out stay as they are\n"
        "  note: its page is made again at the next tick; its address stays\n"
    )
    after = desk(*IN_SIM, "roundup", "show", month, "--json").json
    assert (after["slug"], after["link"]) == (before["slug"], before["link"])
    assert after["is_page_old"]
    assert "page      older than what it shows" in desk(*IN_SIM, "roundup", "show", month).out
    assert desk(*edit, "--subtitle", "By four").out == f"The roundup {month} is unchanged.\n"
    assert "--title or --subtitle" in desk(*edit, code=2).err
    changes = desk(*edit, "--subtitle", "", "--json").json["changes"]
    assert changes == [{"field": "subtitle", "from": "By four", "to": None}]
    desk(*IN_SIM, "roundup", "render", month)
    assert "Four Papers to Read" in page(desk, after["slug"])
    assert "corrected" in desk(*IN_SIM, "roundup", "show", month).out


def page(desk: Desk, slug: str) -> str:
    (found,) = (desk.folder / "sim").rglob(f"{slug}/index.html")
    return Path(found).read_text(encoding="utf-8")


def test_an_address_given_when_the_thread_is_out_is_where_it_also_is(desk: Desk) -> None:
    desk("post", "alpha", "--now")
    month = played(desk)
    link = desk(*IN_SIM, "roundup", "show", month, "--json").json["link"]
    told = desk(*IN_SIM, "roundup", "link", month, "https://blog.lab.net/1").out
    assert told == (
        f"The roundup {month} is also at https://blog.lab.net/1; its link, {link}, is out and "
        "stays. Nothing is posted.\n"
    )
    assert "also at" in desk(*IN_SIM, "roundup", "show", month).out
    told = desk(*IN_SIM, "roundup", "link", month, link).out
    assert told == f"The roundup {month} is at {link} already.\n"


def test_a_posted_collage_is_corrected_for_its_page(desk: Desk) -> None:
    desk("post", "alpha", "--now")
    month = played(desk)
    told = desk(*IN_SIM, "edit", "alpha", "--title", "Alpha, corrected").out
    assert told.endswith(
        "  note: what outbox got is out, and stays as it was\n"
        f"  note: the page of the roundup {month} is made again at the next tick\n"
    )
    edited = desk(*IN_SIM, "edit", "alpha", "--year", "2020", "--json").json["collages"]
    assert edited[0]["page"] == month
    assert "must not lack alt text" in desk(*IN_SIM, "edit", "alpha", "--alt", "", code=1).err
    assert "its name stays" in desk(*IN_SIM, "edit", "alpha", "--name", "other", code=1).err
    slug = desk(*IN_SIM, "roundup", "show", month, "--json").json["slug"]
    desk(*IN_SIM, "roundup", "render", month)
    assert "Alpha, corrected" in page(desk, slug)


def test_a_roundup_that_is_to_come_is_shown_as_it_would_be_now(reviewed: Desk) -> None:
    month = coming(reviewed)
    told = reviewed("roundup", "show", month).out
    assert told.startswith("One Deep Learning Paper to Read in ")
    assert "state      to come; this is how it would be now\n" in told
    assert "review     since " in told
    assert "waits for  somebody who approves it\n" in told
    assert "approved   by nobody yet\n" in told
    assert "alpha" in told
    reviewed("roundup", "approve", month)
    told = reviewed("roundup", "show", month).out
    assert "approved  by ada, on " in told
    assert "waits for" not in told
    described = reviewed("roundup", "show", month, "--json").json
    assert (described["is_made"], described["collages"]) == (False, ["alpha"])
    assert (described["waits"], described["review"]["by"]) == (None, "ada")


def test_a_roundup_to_come_that_holds_nothing_has_no_title_that_counts_nothing(desk: Desk) -> None:
    month = coming(desk)
    told = desk("roundup", "show", month).out
    assert told.startswith(f"{month}: no collage is out for it yet\n")
    assert "state  to come; this is how it would be now\n" in told
    described = desk("roundup", "preview", month, "--json").json
    assert (described["title"], described["link"], described["collages"]) == ("", "", [])
    for name in ("alpha", "beta", "gamma", "delta"):
        desk("hold", name)
    assert "none is to come: nothing goes out for it" in desk("roundup", "show", month).out
    assert "no roundup" in desk("next").out


@pytest.mark.parametrize("command", ["show", "preview"])
def test_a_month_that_has_no_roundup_and_gets_none_is_named_with_the_next_one(
    desk: Desk, command: str
) -> None:
    month = coming(desk)
    for other in ("1999-01", "2998-01"):
        refused = desk("roundup", command, other, code=1).err
        assert refused.startswith(
            f"There is no roundup {other}, and the next one is {month}, due on "
        )
        assert "see: mlcollage roundup list" in refused
    refused = desk("roundup", command, "1999", code=1).err
    assert refused.startswith(
        "There is no roundup of the year 1999: years have none without yearly"
    )


OF_YEARS = {
    ("publish",): "its list is a page of the site, which is published with each of its months; "
    "to do that now: mlcollage roundup publish MONTH.",
    ("render",): "its list is written with the whole site: mlcollage site.",
    ("edit", "--title", "x"): "its title is the phrase in_year under [series.NAME.words].",
    ("approve",): "nobody approves its thread, for its collages are out already.",
    ("export",): "only months are exported, such as mlcollage roundup export 2021-09.",
}


def test_what_a_command_for_months_says_of_a_year_is_what_to_do_instead(desk: Desk) -> None:
    for (command, *more), instead in OF_YEARS.items():
        refused = desk("roundup", command, "2021", *more, code=2).err
        assert refused.startswith(f"2021 is a year: {instead}"), refused
