"""The people who use the desk: how they come in, what lets them out, and what is stored of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.context import Context
from bot.core.errors import NotAllowed
from bot.core.people import Person, Role, Visitor
from bot.deciding import people
from bot.intake import accept
from bot.scheduling import tick
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
