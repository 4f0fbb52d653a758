"""What a role may do, who may be called what, and what is stored of a secret."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import approval, assistance, people
from bot.core.approval import Approval, Rule, Sent
from bot.core.people import RIGHTS, Right, Role
from tests.conftest import MONDAY

SENT = Sent("1/52", ())


def approved(who: str, minutes: int = 0) -> Approval:
    return Approval(minutes, who, MONDAY + timedelta(minutes=minutes), SENT)


def test_each_role_may_do_what_the_one_below_may() -> None:
    assert RIGHTS[Role.AUTHOR] < RIGHTS[Role.EDITOR] < RIGHTS[Role.OWNER] == set(Right)
    assert people.may(Role.AUTHOR, Right.DRAFT)
    assert not people.may(Role.AUTHOR, Right.EDIT)
    assert people.may(Role.EDITOR, Right.EDIT)
    assert not people.may(Role.EDITOR, Right.MANAGE)
    assert people.may(Role.OWNER, Right.MANAGE)


@pytest.mark.parametrize(
    "name",
    ["ada", "Ada Lovelace", "李雷", "Zoë", "o'neill", "d’Arc", "ada@example.org", "J. R.", "3-2"],
)
def test_ordinary_names_are_taken(name: str) -> None:
    assert people.name_problem(people.clean(name)) == ""


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "Ada (by link)",
        "Ada （by link）",
        "Ada ⁽by link⁾",
        "ada\u200b",
        "a\u202eda",
        "ada\0",
        "\ud800",
        "ada\u0007",
        "Ada ⑴",
        "<b>ada</b>",
        "ada/ben",
        "-ada",
        "assistant for ada",
        "Assistant  for ada",
        "ＡＳＳＩＳＴＡＮＴ",
        "a" * 61,
    ],
)
def test_a_name_that_would_pass_as_somebody_elses_is_refused(name: str) -> None:
    assert people.name_problem(people.clean(name)).endswith(".")


@given(st.text(max_size=80))
def test_no_name_is_a_visitors_or_an_assistants(name: str) -> None:
    name = people.clean(name)
    if not people.name_problem(name):
        assert not assistance.is_assistant(name)
        assert not assistance.is_assistant(people.by_link(name))
        assert not {"(", ")"} & set(unicodedata.normalize("NFKC", name))
        assert people.counted_as(people.by_link(name)) == people.counted_as(name)
        assert people.by_link(name) != name
        assert people.clean(name) == name


def test_spellings_of_a_name_are_one_person() -> None:
    assert people.key("Ada  Lovelace") == people.key("ada lovelace") == people.key("ＡDA Lovelace")
    assert people.is_same("Ada (by link)", "ada")
    assert not people.is_same("Ada", "Adam")
    assert not people.is_same("", "")


def test_a_person_counts_once_whichever_way_they_came() -> None:
    twice = [approved("Ada"), approved("ada", 1), approved("Ada (by link)", 2)]
    standing = approval.standing(Rule.FOUR_EYES, twice, SENT, "eve")
    assert [each.who for each in standing.counted] == ["Ada (by link)"]
    assert not standing.is_enough
    both = [*twice, approved("Ben (by link)")]
    assert approval.standing(Rule.FOUR_EYES, both, SENT, "eve").is_enough


def test_who_changed_it_last_does_not_approve_it_by_a_link() -> None:
    given = [approved("Eve (by link)"), approved("ben")]
    standing = approval.standing(Rule.FOUR_EYES, given, SENT, "eve")
    assert [each.who for each in standing.own] == ["Eve (by link)"]
    assert not standing.is_enough


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "at least 12"),
        ("论" * 11, "at least 12"),
        ("a" * 1_001, "at most 1,000"),
        ("论" * 334, "at most 1,000"),
        ("\ud800" * 12, "at most 1,000"),
        ("ADA lovelace", "may not be the name"),
        ("aaaaaaaaaaaaaaa", "again and again"),
    ],
)
def test_a_password_that_is_easy_or_huge_is_refused(password: str, problem: str) -> None:
    assert problem in people.password_problem(password, "Ada Lovelace")


@pytest.mark.parametrize("password", ["correct horse", "论" * 11 + "文", "a" * 999 + "b"])
def test_a_long_password_is_taken(password: str) -> None:
    assert people.password_problem(password, "Ada Lovelace") == ""


def test_what_a_form_carries_tells_nothing_of_the_sessions_token() -> None:
    assert people.csrf("token") == people.csrf("token")
    assert len({people.csrf("token"), people.csrf("other"), people.hashed("token"), "token"}) == 4


def test_a_session_ends_after_a_while_whatever_happens() -> None:
    assert people.expires_at(MONDAY, MONDAY) == MONDAY + timedelta(hours=12)
    seen_at = MONDAY + timedelta(days=13, hours=20)
    assert people.expires_at(MONDAY, seen_at) == MONDAY + timedelta(days=14)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("a socket\n" + "x" * 200, "a socket\\n" + "x" * 90),
    ],
)
def test_tries_are_counted_by_machine_or_network(address: str, source: str) -> None:
    assert people.source(address) == source
