"""`mlcollage people`: who is invited, let in, given a role, removed; and links for reviewers."""

import json

import pytest

from tests.e2e.conftest import Desk

ADDRESS = '[desk]\naddress = "https://desk.example.org"\n'


@pytest.fixture(autouse=True)
def _ada(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOLLAGE_USER", "ada")


def configure(desk: Desk, more: str) -> None:
    file = desk.folder / "config.toml"
    file.write_text(f"{more}{file.read_text(encoding='utf-8')}", encoding="utf-8")


def test_an_invitation_is_an_address_of_the_desk(desk: Desk) -> None:
    configure(desk, ADDRESS)
    out = desk("people", "invite", "ben", "--role", "editor").out.splitlines()
    assert out[0] == "ben is one of the people now, as editor. The invitation, good once:"
    assert out[1].startswith("https://desk.example.org/invited/")
    assert len(out) == 3
    told = desk("people", "reset", "ben", "--days", "1", "--json").json
    assert told["address"].startswith("https://desk.example.org/invited/")
    assert told["address"] != out[1]


def test_an_address_that_only_this_machine_reaches_says_so(desk: Desk) -> None:
    told = desk("people", "invite", "ben").out
    assert "http://127.0.0.1:8765/invited/" in told
    assert "For others, give the desk's address under [desk] in config.toml." in told


def test_the_list_says_what_everybody_comes_in_by(desk: Desk) -> None:
    assert "Nobody is here yet" in desk("people", "list").out
    assert "http://127.0.0.1:8765/login/" in desk("people", "login").out
    desk("people", "invite", "Ben Miller")
    desk("people", "invite", "cleo", "--role", "editor")
    desk("people", "remove", "cleo")
    lines = desk("people", "list").out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines] == ["name", "ada", "Ben Miller", "cleo"]
    assert "this machine only" in lines[1]
    assert "an invitation until" in lines[2]
    assert "removed" in lines[3]
    found = desk("people", "list", "--json").json
    assert [(each["name"], each["role"]) for each in found] == [
        ("ada", "owner"),
        ("Ben Miller", "author"),
        ("cleo", "editor"),
    ]
    assert [each["removed_at"] is None for each in found] == [True, True, False]
    assert not any(each["has_password"] for each in found)


def test_a_role_is_given_and_the_last_owner_stays(desk: Desk) -> None:
    desk("people", "login")
    desk("people", "invite", "ben")
    changed = desk("people", "role", "ben", "owner", "--json").json
    assert (changed["before"], changed["role"]) == ("author", "owner")
    desk("people", "remove", "ben")
    assert "ada is the last owner" in desk("people", "role", "ada", "author", code=1).err
    assert "no 'bne' among the people" in desk("people", "role", "bne", "author", code=1).err
    assert "'king'" in desk("people", "role", "ada", "king", code=2).err


def test_somebody_reviews_by_a_link(desk: Desk) -> None:
    told = desk("people", "link", "alpha", "--for", "Cleo").out
    assert "http://127.0.0.1:8765/review/" in told
    assert "Cleo (by link), made by ada, until " in desk("people", "link", "alpha").out
    links = desk("people", "link", "alpha", "--json").json["links"]
    assert [(link["name"], link["made_by"]) for link in links] == [("Cleo (by link)", "ada")]
    desk("people", "link", "alpha", "--for", "Cleo", "--end")
    assert "no review link" in desk("people", "link", "alpha").out
    assert "no review link for 'Cleo'" in (
        desk("people", "link", "alpha", "--for", "Cleo", "--end", code=1).err
    )
    assert "--for" in desk("people", "link", "alpha", "--end", code=2).err


def test_no_token_is_in_the_log_or_the_history(desk: Desk) -> None:
    addresses = [
        desk("people", "login", "--json").json["address"],
        desk("people", "invite", "ben", "--json").json["address"],
        desk("people", "link", "alpha", "--for", "Cleo", "--json").json["address"],
    ]
    told = desk("history", "--changes").out + desk("show", "alpha").out
    assert "person/ben" in told
    assert "Cleo (by link)" in told
    log = desk.folder / "mlcollage.log"
    if log.exists():
        told += log.read_text(encoding="utf-8")
    assert not [each for each in addresses if each.rpartition("/")[2] in told]


def test_a_system_user_whose_name_cannot_be_one_is_told_what_to_do(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLCOLLAGE_USER", "Ada (by link)")
    answer = desk("people", "login", "--json", code=1)
    assert "MLCOLLAGE_USER" in json.loads(answer.err)["error"]["message"]
