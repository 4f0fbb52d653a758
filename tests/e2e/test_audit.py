"""The audit as a person calls it, of an outbox: a folder can be looked at, and spoilt, by hand."""

import shutil

from tests.e2e.conftest import Desk


def test_a_rehearsal_has_nothing_to_compare(posted: Desk) -> None:
    assert "It is a rehearsal" in posted("audit").out
    assert posted("audit", "--json").json == []


def test_what_is_out_as_it_was_meant_is_well_and_what_is_gone_is_named(desk: Desk) -> None:
    file = desk.folder / "config.toml"
    file.write_text(f"live = true\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    desk("post", "alpha", "--now")
    assert desk("audit").out == "outbox: 2 posts read; all is as it should be.\n"
    assert desk("audit", "--account", "outbox", "--json").json[0]["findings"] == []
    (thread,) = (desk.folder / "outbox").iterdir()
    shutil.rmtree(thread)
    told = desk("audit", code=1).out
    assert "missing: part 1 of delivery 1" in told
    found = desk("audit", "--json", code=1).json[0]["findings"]
    assert [(one["kind"], one["part"]) for one in found] == [("missing", 1), ("missing", 2)]


def test_an_account_that_is_not_there_is_named(desk: Desk) -> None:
    assert "There is no account nowhere" in desk("audit", "--account", "nowhere", code=1).err
