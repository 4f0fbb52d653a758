"""The people who use the desk: how they come in, what lets them out, and what is stored of it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import argon2
import pytest
from sqlalchemy import select, text

from bot.context import Context
from bot.core.approval import Standing
from bot.core.collage import State
from bot.core.errors import BadInput, NotAllowed
from bot.core.people import Person, Role, Visitor
from bot.deciding import approvals, passwords, people, queue_changes
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import backup, restore, tables
from tests.conftest import StoppedClock, make_context, write_item

PASSWORD = "correct horse battery"
OTHER = "another horse battery"


@pytest.fixture
def context(tmp_path: Path, clock: StoppedClock, database_url: str) -> Iterator[Context]:
    """An installation at which ada sits, on each kind of database."""
    made = replace(make_context(tmp_path / "desk", clock=clock, url=database_url), who="ada")
    tick.tick(made)
    yield made
    made.database.close()


def member(context: Context, name: str, role: Role = Role.EDITOR) -> str:
    """The token of a session of somebody who was invited and has set their password."""
    return people.accept(context, people.invite(context, name, role), PASSWORD)


def entered(context: Context, token: str) -> Person | None:
    found = people.session(context, token)
    return found.person if found else None


def add(context: Context, folder: Path, name: str) -> None:
    """Put a collage into the queue."""
    arrival = accept.from_file(write_item(folder, name))
    accept.take(context, context.config.series["mlcollage"], [arrival])


def test_somebody_invited_sets_a_password_and_comes_in_by_it(context: Context) -> None:
    token = people.invite(context, "Ben  Miller", Role.AUTHOR)
    assert people.invited(context, token)[1:] == ("Ben Miller", Role.AUTHOR)
    first = people.accept(context, token, PASSWORD)
    second = people.login(context, "ben miller", PASSWORD, "127.0.0.1")
    assert first != second
    assert entered(context, first) == entered(context, second)
    found = people.session(context, second)
    assert found is not None
    assert found.person[1:] == ("Ben Miller", Role.AUTHOR)
    assert second not in found.csrf


def test_a_visitor_comes_by_a_link_under_a_name_that_says_so(
    context: Context, tmp_path: Path
) -> None:
    add(context, tmp_path, "barlow")
    token = people.review_link(context, "mlcollage", "barlow", "Cleo")
    assert people.visit(context, token) == Visitor("Cleo (by link)", "mlcollage", "barlow")


def test_whoever_is_at_the_machine_logs_in_once_and_is_an_owner(context: Context) -> None:
    token = people.login_address(context)
    person = entered(context, people.take_login(context, token))
    assert person is not None
    assert person[1:] == ("ada", Role.OWNER)
    with pytest.raises(NotAllowed, match="used before"):
        people.take_login(context, token)


# Invitations


def test_an_invitation_is_good_once_and_until_it_expires(
    context: Context, clock: StoppedClock
) -> None:
    token = people.invite(context, "ben", Role.AUTHOR, days=3)
    clock.go(days=2, hours=23)
    assert people.invited(context, token).name == "ben"
    people.accept(context, token, PASSWORD)
    with pytest.raises(NotAllowed, match="used before"):
        people.accept(context, token, OTHER)
    late = people.invite(context, "cleo", Role.AUTHOR, days=3)
    clock.go(days=3)
    with pytest.raises(NotAllowed, match=r"good until 2021-08-08 08:00 UTC"):
        people.accept(context, late, PASSWORD)
    assert people.login(context, "ben", PASSWORD, "here")


def test_no_token_is_good_for_anything_else(context: Context, tmp_path: Path) -> None:
    add(context, tmp_path, "barlow")
    tokens = {
        "invited": people.invite(context, "ben", Role.AUTHOR),
        "login": people.login_address(context),
        "review": people.review_link(context, "mlcollage", "barlow", "Cleo"),
        "session": member(context, "dora"),
        "nothing": "",
        "odd": "\ud800\0",
    }
    ways = {
        "invited": people.invited,
        "login": people.take_login,
        "review": people.visit,
    }
    refused = set[str]()
    for way, enter in ways.items():
        for kind, token in tokens.items():
            if kind != way:
                with pytest.raises(NotAllowed) as raised:
                    enter(context, token)
                refused.add(str(raised.value))
    assert refused == {people.UNUSABLE}
    for kind, token in tokens.items():
        assert (people.session(context, token) is not None) == (kind == "session")


def test_a_bad_password_leaves_the_invitation_good(context: Context) -> None:
    token = people.invite(context, "benjamin miller", Role.AUTHOR)
    for password in ("short", "Benjamin  Miller", "x" * 2_000, "\ud800" * 20):
        with pytest.raises(BadInput, match="A password"):
            people.accept(context, token, password)
    assert people.accept(context, token, PASSWORD)


def test_of_many_who_accept_at_once_one_sets_the_password(context: Context) -> None:
    token = people.invite(context, "ben", Role.AUTHOR)
    outcomes = list[str]()

    def accept_it(password: str) -> None:
        try:
            people.accept(context, token, password)
            outcomes.append(password)
        except NotAllowed:
            outcomes.append("")

    passwords = [f"{PASSWORD} {number}" for number in range(4)]
    together(accept_it, passwords)
    (winner,) = filter(None, outcomes)
    assert len(outcomes) == 4
    assert people.login(context, "ben", winner, "here")


def together(act: Callable[[str], None], arguments: list[str]) -> None:
    """Call it with all arguments at once, and wait until all calls have ended."""
    threads = [threading.Thread(target=act, args=[each]) for each in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_name_is_somebodys_in_every_spelling(context: Context) -> None:
    people.invite(context, "Ben Miller", Role.AUTHOR)
    for name in ("Ben Miller", "ben  miller", "BEN MILLER"):
        with pytest.raises(BadInput, match="mlcollage people reset 'Ben Miller'"):
            people.invite(context, name, Role.OWNER)
    for name in ("Ben (by link)", "assistant for ada", "", "ben\0"):
        with pytest.raises(BadInput):
            people.invite(context, name, Role.AUTHOR)
    with pytest.raises(BadInput, match="1 to 90 days"):
        people.invite(context, "cleo", Role.AUTHOR, days=91)
    assert [each.name for each in people.listed(context)] == ["Ben Miller"]


def test_of_many_who_invite_the_same_name_one_does(context: Context) -> None:
    invited = list[str]()

    def invite(name: str) -> None:
        try:
            people.invite(context, name, Role.AUTHOR)
            invited.append(name)
        except BadInput:
            pass

    together(invite, ["ben", "Ben", "BEN", "beN"])
    assert len(invited) == 1
    assert len(people.listed(context)) == 1


def test_a_reset_ends_password_sessions_and_earlier_invitations(context: Context) -> None:
    before = people.invite(context, "ben", Role.EDITOR)
    token = people.reset(context, "ben")
    with pytest.raises(NotAllowed):
        people.invited(context, before)
    session = people.accept(context, token, PASSWORD)
    again = people.reset(context, "Ben")
    assert people.session(context, session) is None
    with pytest.raises(NotAllowed):
        people.login(context, "ben", PASSWORD, "here")
    people.accept(context, again, OTHER)
    assert people.login(context, "ben", OTHER, "here")


def test_a_new_password_ends_the_sessions_of_the_old_one(context: Context) -> None:
    member(context, "ben")
    first = people.login(context, "ben", PASSWORD, "here")
    people.accept(context, people.reset(context, "ben"), OTHER)
    assert people.session(context, first) is None


# At this machine


def test_a_login_at_the_machine_is_good_for_a_quarter_of_an_hour(
    context: Context, clock: StoppedClock
) -> None:
    token = people.login_address(context)
    clock.go(minutes=15)
    with pytest.raises(NotAllowed, match="good until"):
        people.take_login(context, token)


def test_whoever_is_known_keeps_their_role_at_the_machine(context: Context) -> None:
    people.invite(context, "Ben", Role.AUTHOR)
    token = people.take_login(context, people.login_address(replace(context, who="ben")))
    found = people.session(context, token)
    assert found is not None
    assert found.person[1:] == ("Ben", Role.AUTHOR)


def test_nobody_who_was_removed_comes_back_by_the_machine(context: Context) -> None:
    member(context, "ben")
    people.login_address(context)
    token = people.login_address(replace(context, who="ben"))
    people.remove(context, "ben")
    with pytest.raises(NotAllowed):
        people.take_login(context, token)
    with pytest.raises(NotAllowed, match="was removed"):
        people.login_address(replace(context, who="ben"))


def test_a_name_of_the_system_that_nobody_can_have_is_told(context: Context) -> None:
    with pytest.raises(BadInput, match="MLCOLLAGE_USER"):
        people.login_address(replace(context, who="Ben (by link)"))


# Logging in


def test_a_wrong_name_and_a_wrong_password_are_told_alike(context: Context) -> None:
    member(context, "ben")
    people.invite(context, "cleo", Role.AUTHOR)
    told = set[str]()
    for name, password in [
        ("ben", OTHER),
        ("nobody", PASSWORD),
        ("cleo", ""),
        ("ben\0", PASSWORD),
        ("\ud800", PASSWORD),
        ("ben", "x" * 5_000),
        ("ben", "\ud800"),
        ("", ""),
    ]:
        with pytest.raises(NotAllowed) as refused:
            people.login(context, name, password, f"from {name!a} {password!a:.5}")
        told.add(str(refused.value))
    assert told == {people.WRONG}


def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has(context: Context) -> None:
    """Both are compared with a hash: without one it would be a hundred times as fast."""
    member(context, "ben")
    taken = []
    for name in ("ben", "nobody"):
        began = time.process_time()
        with pytest.raises(NotAllowed):
            people.login(context, name, OTHER, "here")
        taken.append(time.process_time() - began)
    assert taken[1] > taken[0] / 4


def test_the_hash_of_nobody_costs_what_a_password_costs() -> None:
    mine = argon2.extract_parameters(passwords.hashed(PASSWORD))
    assert argon2.extract_parameters(passwords.NOBODYS) == mine
    assert (mine.type, mine.memory_cost) == (argon2.Type.ID, 65_536)


def test_without_the_package_for_passwords_a_sentence_says_what_to_install(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = people.invite(context, "ben", Role.AUTHOR)
    monkeypatch.setitem(sys.modules, "argon2", None)
    with pytest.raises(NotAllowed, match="argon2-cffi; install it"):
        people.accept(context, token, PASSWORD)
    monkeypatch.undo()
    assert people.accept(context, token, PASSWORD)


def test_a_password_is_the_same_however_it_is_composed(context: Context) -> None:
    people.accept(context, people.invite(context, "ben", Role.AUTHOR), "zoë likes horses")
    assert people.login(context, "ben", "zoe\u0308 likes horses", "here")


def test_after_five_failures_a_name_has_to_wait(context: Context, clock: StoppedClock) -> None:
    member(context, "ben")
    for number in range(5):
        with pytest.raises(NotAllowed, match="not right"):
            people.login(context, "Ben" if number % 2 else "ben", OTHER, f"192.0.2.{number}")
        clock.go(minutes=1)
    with pytest.raises(NotAllowed, match=r"wait until 09:15:00 \(UTC\)"):
        people.login(context, "ben", PASSWORD, "192.0.2.9")
    clock.go(minutes=9, seconds=59)
    with pytest.raises(NotAllowed, match="wait until"):
        people.login(context, "ben", PASSWORD, "192.0.2.9")
    clock.go(seconds=1)
    assert people.login(context, "ben", PASSWORD, "192.0.2.9")


def test_after_five_failures_a_source_has_to_wait_and_others_do_not(context: Context) -> None:
    member(context, "ben")
    for number in range(5):
        with pytest.raises(NotAllowed, match="not right"):
            people.login(context, f"nobody {number}", OTHER, f"2001:db8::{number}")
    with pytest.raises(NotAllowed, match="wait until"):
        people.login(context, "ben", PASSWORD, "2001:db8::ffff")
    assert people.login(context, "ben", PASSWORD, "2001:db8:0:1::1")


def test_logins_that_go_well_are_not_counted(context: Context) -> None:
    member(context, "ben")
    tokens = {people.login(context, "ben", PASSWORD, "here") for _ in range(6)}
    assert len(tokens) == 6


def test_many_tries_at_once_count_as_many(context: Context) -> None:
    member(context, "ben")
    told = list[str]()

    def guess(password: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            people.login(context, "ben", password, "here")
        told.append(str(refused.value))

    together(guess, [f"guess {number}" for number in range(8)])
    assert told.count(people.WRONG) == 5


# Sessions


def test_a_session_lasts_while_something_happens_and_not_for_ever(
    context: Context, clock: StoppedClock
) -> None:
    token = member(context, "ben")
    for _ in range(30):
        clock.go(hours=11)
        assert people.session(context, token)
    clock.go(hours=11)
    assert people.session(context, token) is None
    idle = people.login(context, "ben", PASSWORD, "here")
    clock.go(hours=12)
    assert people.session(context, idle) is None


def test_that_somebody_is_here_is_written_once_a_minute(
    context: Context, clock: StoppedClock
) -> None:
    token = member(context, "ben")

    def seen_at() -> object:
        return people.listed(context)[0].seen_at

    began = seen_at()
    clock.go(seconds=59)
    people.session(context, token)
    assert seen_at() == began
    clock.go(seconds=1)
    found = people.session(context, token)
    assert seen_at() == clock.at
    assert found is not None
    assert found.expires_at == clock.at + timedelta(hours=12)


def test_a_role_counts_at_once(context: Context) -> None:
    token = member(context, "ben", Role.AUTHOR)
    assert people.set_role(context, "BEN", Role.EDITOR) is Role.AUTHOR
    found = people.session(context, token)
    assert found is not None
    assert found.person.role is Role.EDITOR


def test_who_logs_out_is_out_and_others_are_not(context: Context) -> None:
    first = member(context, "ben")
    second = people.login(context, "ben", PASSWORD, "here")
    people.end_session(context, first)
    people.end_session(context, "nothing")
    assert people.session(context, first) is None
    assert people.session(context, second)
    assert people.end_sessions(context, "ben") == 1
    assert people.session(context, second) is None


# Leaving


def test_who_is_removed_is_out_at_once_and_comes_back_by_an_invitation(
    context: Context, tmp_path: Path
) -> None:
    add(context, tmp_path, "barlow")
    people.login_address(context)
    token = member(context, "Ben")
    theirs = people.review_link(replace(context, who="ben"), "mlcollage", "barlow", "Cleo")
    others = people.review_link(context, "mlcollage", "barlow", "Dora")
    people.remove(context, "ben")
    assert people.session(context, token) is None
    with pytest.raises(NotAllowed, match="not right"):
        people.login(context, "ben", PASSWORD, "here")
    with pytest.raises(NotAllowed):
        people.visit(context, theirs)
    assert people.visit(context, others).name == "Dora (by link)"
    with pytest.raises(BadInput, match="There is no 'ben' among the people"):
        people.remove(context, "ben")
    again = people.invite(context, "Ben", Role.AUTHOR)
    with pytest.raises(NotAllowed, match="not right"):
        people.login(context, "ben", PASSWORD, "here")
    assert people.session(context, people.accept(context, again, OTHER))
    assert people.session(context, token) is None


def test_the_last_owner_stays(context: Context) -> None:
    people.login_address(context)
    member(context, "ben", Role.EDITOR)
    for leave in (
        lambda: people.remove(context, "ada"),
        lambda: people.set_role(context, "ada", Role.EDITOR),
    ):
        with pytest.raises(NotAllowed, match="ada is the last owner"):
            leave()
    people.set_role(context, "ada", Role.OWNER)
    people.set_role(context, "ben", Role.OWNER)
    people.remove(context, "ada")
    with pytest.raises(NotAllowed, match="ben is the last owner"):
        people.remove(context, "ben")


def test_of_owners_who_remove_each_other_one_stays(context: Context) -> None:
    names = ["ada", "ben", "cleo", "dora"]
    for name in names:
        people.invite(context, name, Role.OWNER)

    def remove(name: str) -> None:
        with suppress(NotAllowed):
            people.remove(context, name)

    together(remove, names)
    assert len([each for each in people.listed(context) if not each.ended_at]) == 1


# Review links


def test_a_link_is_good_often_until_it_expires(
    context: Context, tmp_path: Path, clock: StoppedClock
) -> None:
    add(context, tmp_path, "barlow")
    token = people.review_link(context, "mlcollage", "barlow", "Cleo", days=2)
    for _ in range(3):
        people.visit(context, token)
    assert [link[:2] for link in people.links(context, "mlcollage", "barlow")] == [
        ("Cleo (by link)", "ada")
    ]
    clock.go(days=2)
    with pytest.raises(NotAllowed, match="good until"):
        people.visit(context, token)
    assert people.links(context, "mlcollage", "barlow") == []


def test_a_link_is_replaced_by_another_and_taken_back(context: Context, tmp_path: Path) -> None:
    add(context, tmp_path, "barlow")
    first = people.review_link(context, "mlcollage", "barlow", "Cleo")
    second = people.review_link(context, "mlcollage", "barlow", "Cleo")
    with pytest.raises(NotAllowed):
        people.visit(context, first)
    people.visit(context, second)
    people.end_link(context, "mlcollage", "barlow", "Cleo (by link)")
    with pytest.raises(NotAllowed):
        people.visit(context, second)
    with pytest.raises(BadInput, match="no review link"):
        people.end_link(context, "mlcollage", "barlow", "Cleo")


def test_a_collage_that_is_removed_or_on_its_way_has_no_review(
    context: Context, tmp_path: Path, clock: StoppedClock
) -> None:
    add(context, tmp_path, "barlow")
    add(context, tmp_path, "simclr")
    token = people.review_link(context, "mlcollage", "simclr", "Cleo")
    queue_changes.remove(context, context.config.series["mlcollage"], "simclr")
    with pytest.raises(NotAllowed, match="in the queue no more"):
        people.visit(context, token)
    clock.go(days=3)
    tick.tick(context)
    with pytest.raises(NotAllowed, match="is posted"):
        people.review_link(context, "mlcollage", "barlow", "Cleo")


def test_a_visitor_approves_as_one_person_whatever_other_ways_they_have(
    tmp_path: Path, clock: StoppedClock, database_url: str
) -> None:
    settings = 'live = true\n[series.mlcollage]\napproval = "four-eyes"\n'
    made = make_context(tmp_path / "desk", settings, clock, database_url)
    context = replace(made, who="eve")
    tick.tick(context)
    add(context, tmp_path, "barlow")
    series = context.config.series["mlcollage"]

    def approve(who: str) -> Standing:
        look = approvals.look(context, series, "barlow")
        return approvals.approve(replace(context, who=who), series, look).standing

    def visitor(name: str) -> str:
        token = people.review_link(context, "mlcollage", "barlow", name)
        return people.visit(context, token).name

    with pytest.raises(NotAllowed, match="changed barlow last"):
        approve(visitor("Eve"))
    assert not approve("cleo").is_enough
    assert not approve(visitor("Cleo")).is_enough
    assert approve(visitor("Dora")).is_enough
    clock.go(days=3)
    tick.tick(context)
    with context.read() as work:
        assert work.queue.get("mlcollage", "barlow").state is State.POSTED
        assert [each.who for each in work.approvals.of(1)] == [
            "cleo",
            "Cleo (by link)",
            "Dora (by link)",
        ]
    made.database.close()


def test_what_was_approved_at_the_terminal_is_taken_back_at_the_desk(
    tmp_path: Path, clock: StoppedClock, database_url: str
) -> None:
    settings = 'live = true\n[series.mlcollage]\napproval = "one"\n'
    made = make_context(tmp_path / "desk", settings, clock, database_url)
    tick.tick(made)
    add(made, tmp_path, "barlow")
    series = made.config.series["mlcollage"]
    look = approvals.look(made, series, "barlow")
    approvals.approve(replace(made, who="cleo"), series, look)
    with pytest.raises(NotAllowed, match="has approved nothing"):
        approvals.take_back(replace(made, who="Cleo (by link)"), series, "barlow")
    approvals.take_back(replace(made, who="Cleo"), series, "barlow")
    assert not approvals.look(made, series, "barlow").standing.counted
    made.database.close()


# What is stored


def test_no_token_and_no_password_is_in_the_database(context: Context, tmp_path: Path) -> None:
    add(context, tmp_path, "barlow")
    invitation = people.invite(context, "ben", Role.AUTHOR)
    session = people.accept(context, invitation, PASSWORD)
    secrets = {
        *(PASSWORD, invitation, session, people.login(context, "ben", PASSWORD, "here")),
        *(people.login_address(context), people.review_link(context, "mlcollage", "barlow", "C")),
    }
    with pytest.raises(NotAllowed):
        people.login(context, PASSWORD, "ben", "here")
    with context.read() as work:
        held = "\n".join(
            repr(row)
            for table in tables.metadata.sorted_tables
            for row in work.conn.execute(select(table))
        )
    assert "argon2id" in held
    assert not [secret for secret in secrets if secret in held]


def test_every_change_is_in_the_log_under_the_name_of_who_made_it(
    context: Context, tmp_path: Path
) -> None:
    add(context, tmp_path, "barlow")
    people.login_address(context)
    member(context, "ben", Role.AUTHOR)
    people.set_role(context, "ben", Role.EDITOR)
    people.review_link(replace(context, who="ben"), "mlcollage", "barlow", "Cleo")
    people.end_sessions(context, "ben")
    people.reset(context, "ben")
    people.remove(context, "ben")
    with context.read() as work:
        log = [
            (each.who, each.what, each.subject, *(str(change) for change in each.changes))
            for each in reversed(work.log.changes())
            if each.what != "add"
        ]
    assert log == [
        ("ada", "invite", "person/ada", "role: none → owner"),
        ("ada", "invite", "person/ben", "role: none → author"),
        ("ben", "password", "person/ben"),
        ("ada", "role", "person/ben", "role: author → editor"),
        ("ben", "review link", "mlcollage/barlow"),
        ("ada", "log out", "person/ben"),
        ("ada", "reset", "person/ben"),
        ("ada", "remove", "person/ben", "role: editor → none"),
    ]


def test_what_is_old_is_deleted(context: Context, clock: StoppedClock) -> None:
    token = member(context, "ben")
    with pytest.raises(NotAllowed):
        people.login(context, "ben", OTHER, "here")
    clock.go(days=40)
    people.login(context, "ben", PASSWORD, "here")
    assert people.session(context, token) is None
    with context.read() as work:
        counts = [
            work.conn.execute(text(f"SELECT count(*) FROM {name}")).scalar()
            for name in ("sessions", "invitations", "logins")
        ]
    assert counts == [1, 0, 1]


def test_a_restored_database_has_the_people_and_lets_nobody_in_by_what_was_open(
    context: Context, tmp_path: Path, database_url: str
) -> None:
    add(context, tmp_path, "barlow")
    session = member(context, "ben")
    invitation = people.invite(context, "cleo", Role.AUTHOR)
    login = people.login_address(context)
    link = people.review_link(context, "mlcollage", "barlow", "Dora")
    backup.make(context.database, tmp_path / "backup.db", context.clock.now())
    target = make_context(tmp_path / "there", clock=context.clock)  # type: ignore[arg-type]
    with restore.opened(tmp_path / "backup.db") as (copied, found):
        restore.fill(target.database, copied, found, context.clock.now(), "ada")
    assert people.session(target, session) is None
    for enter, token in (
        (people.invited, invitation),
        (people.take_login, login),
        (people.visit, link),
    ):
        with pytest.raises(NotAllowed):
            enter(target, token)
    assert [(each.name, each.role) for each in people.listed(target)] == [
        ("ada", Role.OWNER),
        ("ben", Role.EDITOR),
        ("cleo", Role.AUTHOR),
    ]
    assert people.login(target, "ben", PASSWORD, "here")
    target.database.close()
